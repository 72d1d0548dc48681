"""Export: a trained model as an ONNX graph with 8-bit weights, and the directory that the product loads."""

from __future__ import annotations

import copy
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertModel

import models
from nlp.decoding import DecodingSettings
from nlp.engine import INPUTS, OUTPUTS
from nlp.tagger import CONTEXT, MAX_TOKENS
from training.model import StatementModel
from training.packing import packed

OPSET = 18


class _Graph(nn.Module):
    """The model as the exported function: tensors in, tensors out, in the order of `nlp.engine`."""

    def __init__(self, model: StatementModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, thresholds: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        output = self.model(input_ids, attention_mask, token_type_ids, thresholds)
        return output.boundary, output.segment, output.category, output.themes


def with_packed_encoder(model: StatementModel) -> StatementModel:
    """A copy of `model`, for inference, whose encoder is packed."""
    twin = copy.deepcopy(model)
    twin.encoder = packed(twin.encoder)
    twin.train(False)
    return twin


def export_graph(model: StatementModel, path: Path, int8: bool = True) -> None:
    """Write `model` to `path` as ONNX; with `int8`, weights of matrix products and embeddings as 8-bit integers."""
    model = model.cpu().train(False)
    if isinstance(model.encoder, BertModel):
        model = with_packed_encoder(model)
    ids = torch.ones(2, 16, dtype=torch.long)
    example = (ids, ids, torch.zeros_like(ids), torch.full(ids.shape, 0.5))
    outputs = {name: ("windows", "tokens") if name in ("boundary", "segment") else () for name in OUTPUTS}
    write_graph(_Graph(model).train(False), example, INPUTS, outputs, path, int8)


def write_graph(
    module: nn.Module,
    example: tuple[Tensor, ...],
    inputs: Sequence[str],
    outputs: Mapping[str, Sequence[str]],
    path: Path,
    int8: bool = True,
) -> None:
    """Write `module` to `path` as ONNX.

    `example` are its inputs, all of (windows, tokens), named `inputs`; `outputs` names its outputs, each with its
    axes of variable size from the first on.
    """
    axes = {name: {0: "windows", 1: "tokens"} for name in inputs}
    axes |= {name: dict(enumerate(variable)) for name, variable in outputs.items() if variable}
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "float32.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                example,
                str(plain),
                input_names=list(inputs),
                output_names=list(outputs),
                dynamic_axes=axes,
                opset_version=OPSET,
                dynamo=False,
            )
        if int8:
            _quantize(plain, path)
        else:
            shutil.copyfile(plain, path)


def _quantize(source: Path, target: Path) -> None:
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().setLevel(logging.ERROR)  # it recommends a pre-processing that changes nothing here
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )


@contextmanager
def replaced_directory(target: Path) -> Iterator[Path]:
    """A directory beside `target` to write to, which takes its place once all is written: complete, or as it was."""
    scratch, old = (target.with_name(f"{target.name}.{state}") for state in ("part", "old"))
    for left in (scratch, old):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        yield scratch
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    if target.exists():
        target.rename(old)
    scratch.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def write_model(
    model: StatementModel,
    tokenizer_file: Path,
    directory: Path,
    *,
    name: str,
    version: str,
    settings: DecodingSettings,
    details: dict[str, Any],
) -> None:
    """Write the directory that `nlp.tagger.Tagger.load` reads; `details` goes into its configuration as it is."""
    directory.mkdir(parents=True, exist_ok=True)
    export_graph(model, directory / models.GRAPH)
    shutil.copyfile(tokenizer_file, directory / models.TOKENIZER)
    longest = min(MAX_TOKENS, model.max_tokens)
    config = {
        "format": 1,
        "name": name,
        "version": version,
        "max_tokens": longest,
        "context": min(CONTEXT, longest // 8),
        "decoding": settings.to_json(),
        **details,
    }
    text = json.dumps(config, ensure_ascii=False, indent=2) + "\n"
    (directory / models.CONFIG).write_text(text, encoding="utf-8")

"""Restoring: an exported model as a torch model again, to be trained further, distilled or measured.

The graph holds the encoder's matrices as 8-bit integers with a scale for every output channel, multiplied by the
factors of `training.smoothing`. Both are undone; what rounding took is lost, which is less than a first epoch moves.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertConfig

import models
from nlp.errors import ModelError
from training.model import StatementConfig, StatementModel
from training.packing import PackedEncoder, unpacked

MODEL = "model"
"""The directory, within a run's, of the finished torch model."""
_PREFIX = "model."
_SEQUENTIAL = re.compile(r"(\w+)/\1\.(?=\d)")
"""A layer of a sequence, as the exporter names its nodes: head/head.2 for head.2."""

Weights = npt.NDArray[np.float32]


def is_finished(run_directory: Path) -> bool:
    """Whether the run has its model: the tokenizer is the last file of it that is written."""
    return (run_directory / MODEL / models.TOKENIZER).is_file()


def load_torch(name_or_path: str | Path) -> tuple[StatementModel, Path]:
    """A model in torch and the file of its tokenizer: of a finished run's directory, or of an exported model.

    An exported model is given by its name (`gongkai models`) or its directory. Raises ModelError if it is neither, or
    the graph is not one that `training.export` wrote.
    """
    trained = Path(name_or_path) / MODEL
    if trained.is_dir():
        if not (trained / models.TOKENIZER).is_file():
            raise ModelError(f"{trained}: no {models.TOKENIZER} there")
        model: StatementModel = StatementModel.from_pretrained(str(trained))
        return model, trained / models.TOKENIZER
    directory = models.find(name_or_path)
    return restored(directory), directory / models.TOKENIZER


def restored(directory: Path) -> StatementModel:
    """The torch model of an exported model's directory. Raises ModelError if its graph is not ours."""
    try:
        config = json.loads((directory / models.CONFIG).read_text(encoding="utf-8"))
        model = StatementModel(StatementConfig(encoder=config["encoder"]))
        model.encoder = PackedEncoder(BertConfig(**config["encoder"]))
        found, own = _weights(directory / models.GRAPH), model.state_dict()
        weights = {name: torch.from_numpy(found[name]) for name in own if name in found}
        missing, _ = model.load_state_dict(weights, strict=False)
    except Exception as fault:  # onnx and protobuf raise their own unrelated classes
        raise ModelError(f"{directory}: not a model that can be trained further: {fault!r}") from fault
    if missing:
        raise ModelError(f"{directory}: not a model that can be trained further: it lacks {missing[0]}")
    model.encoder = unpacked(model.encoder)
    return model


_ROLES = {
    "MatMul": {1: "weight"},
    "MatMulInteger": {1: "weight"},
    "Add": {0: "bias", 1: "bias"},
    "Mul": {0: "inverse", 1: "inverse"},
    "LayerNormalization": {1: "weight", 2: "bias"},
    "Gather": {0: "weight"},
}
"""What an operation's inputs are to its module."""


def _weights(graph_file: Path) -> dict[str, Weights]:
    """The weights of the graph in float32, by the torch model's names; a linear layer's are (out, in)."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(graph_file)).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found: dict[str, Weights] = {}
    for node in graph.node:
        if (
            node.op_type == "Identity" and node.input[0] in arrays
        ):  # a parameter of the same values as another
            arrays[node.output[0]] = arrays[node.input[0]]
        path = _SEQUENTIAL.sub(r"\1.", node.name.strip("/").rsplit("/", 1)[0])
        module = path.replace("/", ".").removeprefix(_PREFIX)
        for place, role in _ROLES.get(node.op_type, {}).items():
            if node.input[place] in arrays:
                array = _dequantized(arrays, node.input[place])
                found[f"{module}.{role}"] = array.T if "MatMul" in node.op_type else array
    return {
        name.replace(".linear.", "."): np.ascontiguousarray(
            array * found.get(name.replace(".linear.weight", ".inverse"), 1.0)
            if name.endswith(".linear.weight")
            else array
        )
        for name, array in found.items()
    }


def _dequantized(arrays: dict[str, npt.NDArray[Any]], name: str) -> Weights:
    """An initializer in float32; a quantized one by its scale and zero point, of all or of each last-axis channel."""
    array = arrays[name]
    plain = name.removesuffix("_quantized")
    if plain == name:
        return array.astype(np.float32)
    scale, zero = arrays[f"{plain}_scale"], arrays[f"{plain}_zero_point"]
    weights: Weights = (array.astype(np.float32) - zero.astype(np.float32)) * scale
    return weights

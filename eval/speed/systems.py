"""Systems: ways to tag the same reports, each made ready to be timed, or with the reason why it cannot be had here."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import models
from nlp.engine import Engine, OnnxEngine, Scores
from nlp.errors import GongkaiError
from nlp.report import Report
from nlp.tagger import Tagger
from nlp.window import Batch
from training.annotation import AnnotatedReport, read_split

if TYPE_CHECKING:
    from training.model import StatementModel

Run = Callable[[Sequence[Report]], object]
"""Tags reports."""
PRODUCT, PLAIN = "product", "plain pipeline"


@dataclass(frozen=True)
class Bench:
    """What systems are made of: a model's name or directory, the cores to use (None: all), and a directory for files.

    `training` is what the systems that have to learn learn from, the training split by default.
    """

    model: str
    scratch: Path
    threads: int | None = None
    training: Sequence[AnnotatedReport] = field(default_factory=lambda: read_split("train"), repr=False)

    @cached_property
    def tagger(self) -> Tagger:
        """The product. Raises ModelError if the model cannot be loaded."""
        return Tagger.load(self.model, threads=self.threads)

    @cached_property
    def torch_model(self) -> StatementModel:
        """The same weights in torch. Raises ImportError without torch, ModelError if they cannot be restored."""
        from training.restoring import load_torch

        model, _ = load_torch(self.model)
        model.train(False)
        return model


@dataclass(frozen=True, slots=True)
class System:
    """A way to tag: what it is called, what it is, and how it is made (which may take a while) from a Bench.

    `encoder` says whether it reads with an encoder of the product's size, whose operations limit its speed.
    """

    name: str
    what: str
    make: Callable[[Bench], Run]
    encoder: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a system cannot be had."""

    reason: str


def ready(system: System, bench: Bench) -> Run | Missing:
    """The system, made."""
    try:
        return system.make(bench)
    except ImportError as fault:
        return Missing(f"needs the extra `train`: pip install 'gongkai[train]' ({fault})")
    except GongkaiError as fault:
        return Missing(str(fault))


def _tagging(tagger: Tagger) -> Run:
    return lambda work: list(tagger.tag_many(work))


def _product(bench: Bench) -> Run:
    return _tagging(bench.tagger)


def _plain(bench: Bench) -> Run:
    from eval.speed.statementwise import PlainPipeline

    return PlainPipeline(bench.torch_model, bench.tagger.tokenizer).classify


class _InContext:
    """`engine`, run in a context made anew each time."""

    def __init__(
        self, engine: Engine, context: Callable[[], AbstractContextManager[Any]] = nullcontext
    ) -> None:
        self._engine = engine
        self._context = context

    def run(self, batch: Batch) -> Scores:
        """One forward pass."""
        with self._context():
            return self._engine.run(batch)


def _windows_bfloat16(bench: Bench) -> Run:
    import torch

    from training.precision import autocast_dtype
    from training.run import TorchEngine

    if autocast_dtype() is None:
        raise GongkaiError("this processor only imitates bfloat16: float32 is faster")
    engine = _InContext(TorchEngine(bench.torch_model), lambda: torch.autocast("cpu", dtype=torch.bfloat16))
    return _tagging(replace(bench.tagger, engine=engine))


def _windows_float32(bench: Bench) -> Run:
    from training.export import export_graph

    path = bench.scratch / "float32.onnx"
    export_graph(copy.deepcopy(bench.torch_model), path, int8=False)  # it changes what it is given
    return _tagging(replace(bench.tagger, engine=OnnxEngine(path, bench.threads)))


def _windows_openvino(bench: Bench) -> Run:
    from nlp.engines.openvino import OpenVinoEngine

    graph = models.find(bench.model) / models.GRAPH
    return _tagging(replace(bench.tagger, engine=OpenVinoEngine(graph, bench.threads)))


def _setfit(bench: Bench) -> Run:
    from tokenizers import Tokenizer
    from transformers import AutoModel
    from transformers.utils import logging

    from eval.speed.statementwise import SetFit
    from training.builtin import encoder_directory

    logging.disable_progress_bar()  # ours is on standard error already
    directory = encoder_directory()
    encoder = AutoModel.from_pretrained(directory, add_pooling_layer=False)
    tokenizer = Tokenizer.from_file(str(directory / models.TOKENIZER))
    return SetFit(encoder, tokenizer).fit(bench.training).classify


def _tfidf(bench: Bench) -> Run:
    from eval.baselines import TfidfBaseline

    baseline = TfidfBaseline().fit(bench.training)
    return lambda work: baseline.tag_sections([section for report in work for section in report.sections])


SYSTEMS = (
    System(PRODUCT, "gongkai tag: 8-bit onnxruntime, windows of whole sections", _product),
    System(PLAIN, "the same weights in torch float32, statement by statement, batches of 32", _plain),
    System(
        "torch bfloat16",
        "the same weights in torch under bfloat16 autocast, the product's windows",
        _windows_bfloat16,
    ),
    System("onnxruntime float32", "the same graph in float32, the product's windows", _windows_float32),
    System("OpenVINO", "gongkai tag --engine openvino: the same graph in float", _windows_openvino),
    System("SetFit style", "sentence encoder in torch float32, linear head, statement by statement", _setfit),
    System("TF-IDF", "character n-grams and a linear model, statements cut by rule", _tfidf, encoder=False),
)
"""All of them. Those that work statement by statement are given the gold statements."""

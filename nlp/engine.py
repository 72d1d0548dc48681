"""Engines: what runs the model's graph over a batch of windows. The default one is onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nlp.errors import ModelError
from nlp.graph import session
from nlp.window import Batch, Floats, Ints

if TYPE_CHECKING:
    import onnxruntime

INPUTS = ("input_ids", "attention_mask", "token_type_ids", "thresholds")
OUTPUTS = ("boundary", "segment", "category", "themes")
"""Names of the graph's inputs and outputs: the contract between training's export and inference."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says of b windows of t tokens.

    `boundary` (b, t): logits that a statement ends after the token. `segment` (b, t): the statement that a
    token belongs to, counted through the batch, which is the row of `category` (·, 5) and `themes` (·, 11), logits.
    """

    boundary: Floats
    segment: Ints
    category: Floats
    themes: Floats


class Engine(Protocol):
    """Anything that computes Scores for a Batch."""

    def run(self, batch: Batch) -> Scores:
        """One forward pass."""
        ...


class OnnxEngine:
    """The exported graph on onnxruntime.

    `threads` is the number of cores to use, all by default. Raises ModelError if the file is no such graph.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        try:
            self._session = session(path, threads)
        except Exception as fault:  # onnxruntime raises its own unrelated classes
            raise ModelError(f"{path}: not a model that onnxruntime can load: {fault}") from fault
        check_inputs(path, [node.name for node in self._session.get_inputs()])

    def run(self, batch: Batch) -> Scores:
        """One forward pass."""
        return run_session(self._session, batch)


def check_inputs(path: Path, names: Sequence[str]) -> None:
    """Raises ModelError unless a graph with inputs of these names is one of ours."""
    if tuple(names) != INPUTS:
        raise ModelError(f"{path}: not a gongkai model: its inputs are not {', '.join(INPUTS)}")


def run_session(session: onnxruntime.InferenceSession, batch: Batch) -> Scores:
    """One forward pass of a graph of ours on onnxruntime, whatever it computes on."""
    inputs = {name: getattr(batch, name) for name in INPUTS}
    boundary, segment, category, themes = session.run(OUTPUTS, inputs)
    return Scores(boundary, np.asarray(segment, dtype=np.int64), category, themes)

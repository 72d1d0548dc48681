"""Engines: what runs the model's graph over a batch of windows. The default one is onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from nlp.errors import ModelError
from nlp.graph import session
from nlp.window import Batch, Floats, Ints

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
        if tuple(node.name for node in self._session.get_inputs()) != INPUTS:
            raise ModelError(f"{path}: not a gongkai model: its inputs are not {', '.join(INPUTS)}")

    def run(self, batch: Batch) -> Scores:
        """One forward pass."""
        inputs = {name: getattr(batch, name) for name in INPUTS}
        boundary, segment, category, themes = self._session.run(OUTPUTS, inputs)
        return Scores(boundary, np.asarray(segment, dtype=np.int64), category, themes)

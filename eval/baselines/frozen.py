"""A frozen encoder: sentence vectors that no training moves, and a linear model over them; statements cut by rule."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import models
from eval.baselines.linear import LinearHeads
from eval.baselines.statementwise import CUTTING, Statementwise
from eval.folds import Fold
from nlp.report import Section, Statement, statements_of
from nlp.window import Floats, heading_segment
from training.annotation import annotated_statements

Vectors = Callable[[Sequence[tuple[Section, Statement]]], Floats]
"""From n statements with their sections to vectors (n, d)."""


@dataclass(frozen=True, slots=True)
class FrozenLearner:
    """Fits linear heads over the shipped sentence encoder, which is the one that the product starts from.

    It runs as the 8-bit graph that search by meaning uses. `strength` is the inverse of the regularization; on dev it
    was the best of 1, 10 and 100, and the vectors of text and heading side by side better than one vector of both.
    """

    strength: float = 1.0
    threads: int | None = None
    encoder: Path = models.ENCODER
    name: str = "frozen encoder"

    @property
    def settings(self) -> str:
        """A digest of the graph, and the inverse strength of regularization."""
        digest = hashlib.sha256((self.encoder / models.GRAPH).read_bytes()).hexdigest()
        return f"{digest}, vectors of the text and of the heading, logistic regression, C = {self.strength}; {CUTTING}"

    def fit(self, fold: Fold, directory: Path) -> VectorBaseline:
        """The baseline, fitted on the fold's training reports; nothing is kept."""
        from nlp.search.encoder import OnnxEncoder

        encoder = OnnxEncoder(self.encoder, self.threads)

        def vectors(pairs: Sequence[tuple[Section, Statement]]) -> Floats:
            headings = sorted({heading_segment(section) for section, _ in pairs})
            rows = dict(zip(headings, encoder.encode(headings), strict=True))  # there are few
            texts = encoder.encode([statement.text.strip() for _, statement in pairs])
            return np.hstack([texts, np.stack([rows[heading_segment(section)] for section, _ in pairs])])

        return VectorBaseline(vectors, self.strength).fit(annotated_statements(fold.train))


class VectorBaseline(Statementwise):
    """Statements cut by rule; logistic regressions over vectors of them."""

    def __init__(self, vectors: Vectors, strength: float) -> None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        def regression() -> LogisticRegression:
            return LogisticRegression(C=strength, max_iter=1000)

        self._vectors = vectors
        self._heads = LinearHeads(regression(), OneVsRestClassifier(regression()))

    def fit(self, pairs: Sequence[tuple[Section, Statement]]) -> VectorBaseline:
        """Learn from annotated statements with their sections."""
        self._heads.fit(self._vectors(pairs), [statement for _, statement in pairs])
        return self

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified."""
        pairs = list(statements_of(sections))
        return self._heads.label(sections, self._vectors(pairs)) if pairs else list(sections)

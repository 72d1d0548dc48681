"""The shipped model, measured like a baseline: it was trained beforehand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import models
from eval.folds import Fold
from nlp.tagger import Tagger


@dataclass(frozen=True, slots=True)
class ShippedLearner:
    """Loads a model, by name or directory."""

    model: str = models.DEFAULT
    threads: int | None = None

    @property
    def name(self) -> str:
        """The model's."""
        return f"shipped {self.model}"

    @property
    def settings(self) -> str:
        """A digest of the model's files."""
        directory = models.find(self.model)
        digest = hashlib.sha256()
        for name in (models.GRAPH, models.TOKENIZER, models.CONFIG, models.NGRAMS):
            if name != models.NGRAMS or (directory / name).is_file():  # not every model has them
                digest.update((directory / name).read_bytes())
        return digest.hexdigest()

    def fit(self, fold: Fold, directory: Path) -> Tagger:
        """The model as it is, whatever the fold."""
        return Tagger.load(self.model, threads=self.threads)

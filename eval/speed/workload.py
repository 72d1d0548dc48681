"""The work: reports of the dev split, and how much of them the encoder has to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy as np

from nlp.engine import Scores
from nlp.labels import Category, Theme
from nlp.report import Report
from nlp.tagger import Tagger
from nlp.window import Batch, Ints
from training.annotation import read_split


def reports(number: int) -> Iterator[Report]:
    """So many reports with gold statements: the dev split from its first on, again and again."""
    return islice(cycle([annotated.report for annotated in read_split("dev")]), number)


def characters(work: Sequence[Report]) -> int:
    """Characters of narrative in all sections."""
    return sum(len(section.text) for report in work for section in report.sections)


def statements(work: Sequence[Report]) -> int:
    """Gold statements."""
    return sum(1 for report in work for _ in report.statements())


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that the encoder sees of some reports: `lengths` (n,) in tokens, and the `cells` of their batches."""

    lengths: Ints
    cells: int

    @property
    def share(self) -> float:
        """The share of a batch that is tokens, not padding."""
        return float(self.lengths.sum()) / max(self.cells, 1)


class BatchKeeper:
    """An engine that answers nothing and keeps the batches that it is given."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def run(self, batch: Batch) -> Scores:
        """Scores of zero."""
        self.batches.append(batch)
        shape = batch.input_ids.shape
        return Scores(
            boundary=np.zeros(shape, dtype=np.float32),
            segment=np.zeros(shape, dtype=np.int64),
            category=np.zeros((1, len(Category)), dtype=np.float32),
            themes=np.zeros((1, len(Theme)), dtype=np.float32),
        )


def batches(tagger: Tagger, work: Sequence[Report]) -> list[Batch]:
    """The batches that `tagger` gives its engine for these reports."""
    keeper = BatchKeeper()
    for _ in replace(tagger, engine=keeper).tag_many(work):
        pass
    return keeper.batches


def rows(found: Sequence[Batch]) -> Rows:
    """The rows of batches."""
    lengths = [batch.attention_mask.sum(axis=1) for batch in found]
    return Rows(
        np.concatenate(lengths) if lengths else np.zeros(0, dtype=np.int64),
        sum(batch.input_ids.size for batch in found),
    )

"""Suggestion: which of many untagged reports would teach a model most, were they annotated.

A report is worth it if the model is unsure of its statements (uncertainty sampling, Lewis and Gale 1994), and if it is
unlike those that are picked or annotated already (farthest first, as in core-set selection, Sener and Savarese 2018,
arXiv:1708.00489). Uncertain reports alone would be many of one kind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.labels import Category, Label
from nlp.report import Report, Statement
from nlp.search.encoder import SentenceEncoder, Vectors

Floats = npt.NDArray[np.float64]


class Measure(Label):
    """How unsure a model is of a statement, from 0 to 1, by its confidences."""

    ENTROPY = "entropy", "熵"
    MARGIN = "margin", "间隔"


@dataclass(frozen=True, slots=True)
class Pick:
    """A report that was picked: its index, the uncertainty of its statements, and how unlike the earlier ones it is.

    `novelty` is the cosine distance to the nearest report that was known or picked before; 1 where there was none.
    """

    index: int
    uncertainty: float
    novelty: float


def uncertainty(report: Report, measure: Measure = Measure.ENTROPY) -> float:
    """The mean over the report's statements, whatever their number; 0 for a report without any."""
    values = [_of(statement, measure) for statement in report.statements()]
    return sum(values) / len(values) if values else 0.0


def _of(statement: Statement, measure: Measure) -> float:
    confidences = sorted(statement.confidence.values(), reverse=True)
    if measure is Measure.MARGIN:
        return 1.0 - (confidences[0] - confidences[1])
    return -sum(p * math.log(p) for p in confidences if p > 0) / math.log(len(Category))


def mean_vector(report: Report, encoder: SentenceEncoder) -> Vectors:
    """The unit vector (d,) of the report's meaning: the mean of its statements'.

    That of a report without any is zero, which makes no other report less new.
    """
    vectors = encoder.encode([statement.text.strip() for statement in report.statements()])
    mean: Vectors = vectors.sum(axis=0) / np.float32(max(len(vectors), 1))
    return mean / np.float32(max(float(np.linalg.norm(mean)), 1e-12))


def pick(
    uncertainties: Sequence[float],
    vectors: Vectors,
    count: int,
    diversity: float = 0.5,
    known: Vectors | None = None,
) -> list[Pick]:
    """The best `count` of n reports (or all of them), best first, by greedy choice.

    `vectors` (n, d) and `known` (k, d), those of reports that are annotated already, are of `mean_vector`. Each choice
    weighs the report's rank in uncertainty by 1 − `diversity`, and by `diversity` its distance to the nearest report
    known or picked, as a share of the greatest such distance.
    """
    values = np.asarray(uncertainties, dtype=np.float64)
    rank = np.searchsorted(np.sort(values), values) / max(1, len(values) - 1)
    distance = np.ones(len(values)) if known is None or not len(known) else _distances(vectors, known)
    left = np.ones(len(values), dtype=bool)
    picked: list[Pick] = []
    while len(picked) < min(count, len(values)):
        farthest = float(distance[left].max())
        gain = (1 - diversity) * rank + diversity * distance / (farthest or 1.0)
        best = int(np.where(left, gain, -1.0).argmax())
        picked.append(Pick(best, float(values[best]), float(distance[best])))
        left[best] = False
        distance = np.minimum(distance, _distances(vectors, vectors[best][None]))
    return picked


def _distances(vectors: Vectors, others: Vectors) -> Floats:
    """The cosine distance of each to the nearest of the others, 0 to 1 (what is opposite is no farther than unlike)."""
    found: Floats = 1.0 - (vectors @ others.T).max(axis=1).astype(np.float64)
    return found.clip(0.0, 1.0)

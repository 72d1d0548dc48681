"""Answers: which improvement of a report meets which of its problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.findings.claims import Claim, Matrix
from nlp.findings.points import owners, points
from nlp.findings.similarity import THEME, by_meaning, share_theme

MEETS = 0.2
"""How well, at least, an improvement fits a problem that it meets."""
NEARLY = 0.1
"""How much better it may fit another problem of the report: an improvement is for what it fits best."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An improvement that meets a problem; `score` is higher the more surely it does."""

    problem: Claim
    improvement: Claim
    score: float


def fit(problems: Sequence[Claim], improvements: Sequence[Claim]) -> Matrix:
    """How well improvements fit problems (problems, improvements): their cosine, and THEME where they share one.

    Where one of the two has no vector, a theme in common is just enough.
    """
    theme, meaning = share_theme(problems, improvements), by_meaning(problems, improvements)
    known = np.array(
        [[a.vector is not None and b.vector is not None for b in improvements] for a in problems]
    )
    fitting: Matrix = np.where(known, meaning + THEME * theme, MEETS * theme).astype(np.float32)
    return fitting


def answers(problems: Sequence[Claim], improvements: Sequence[Claim]) -> dict[int, Answer]:
    """The best answer to each problem of a report that has one, by the problem's statement id.

    What meets one sentence of a point meets all of it.
    """
    if not problems or not improvements:
        return {}
    fitting, point_of = fit(problems, improvements), np.array(points(problems))
    for point in set(point_of.tolist()):
        fitting[point_of == point] = fitting[point_of == point].max(axis=0)
    for j, point in owners(problems, improvements, point_of.tolist()).items():
        its = point_of == point
        fitting[its, j] = np.maximum(fitting[its, j], MEETS)
        fitting[~its, j] = 0
    meets = (fitting >= np.float32(MEETS)) & (fitting >= fitting.max(axis=0) - np.float32(NEARLY))
    scores = np.where(meets, fitting, 0)
    best = scores.argmax(axis=1)
    return {
        problem.statement_id: Answer(problem, improvements[j], float(scores[i, j]))
        for i, (problem, j) in enumerate(zip(problems, best, strict=True))
        if scores[i, j] > 0
    }

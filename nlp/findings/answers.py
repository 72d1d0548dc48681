"""Answers: which improvement of a report meets which of its problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.findings.claims import Claim, Matrix
from nlp.findings.similarity import by_meaning, share_theme

NEAR, NEAR_WITH_THEME = 0.4, 0.1
"""The cosine from which on an improvement meets a problem of another theme, and one of a theme that it shares."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An improvement that meets a problem; `score` is higher the more surely it does."""

    problem: Claim
    improvement: Claim
    score: float


def fit(problems: Sequence[Claim], improvements: Sequence[Claim]) -> Matrix:
    """How well improvements meet problems (problems, improvements), above 0 where they do.

    Where neither has a vector, a theme in common is enough.
    """
    theme, meaning = share_theme(problems, improvements), by_meaning(problems, improvements)
    known = np.array(
        [[a.vector is not None and b.vector is not None for b in improvements] for a in problems]
    )
    meets = np.where(known, meaning >= np.where(theme > 0, NEAR_WITH_THEME, NEAR), theme > 0)
    score: Matrix = np.where(meets, 0.5 * (1 + meaning) + theme, 0).astype(np.float32)
    return score


def answers(problems: Sequence[Claim], improvements: Sequence[Claim]) -> dict[int, Answer]:
    """The best answer to each problem that has one, by the problem's statement id."""
    if not problems or not improvements:
        return {}
    scores = fit(problems, improvements)
    best = scores.argmax(axis=1)
    return {
        problem.statement_id: Answer(problem, improvements[j], float(scores[i, j]))
        for i, (problem, j) in enumerate(zip(problems, best, strict=True))
        if scores[i, j] > 0
    }

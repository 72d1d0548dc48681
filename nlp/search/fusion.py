"""Fusion of rankings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

K = 60
"""The constant of the paper: how little the very first ranks count more than the next."""


def fuse(rankings: Sequence[Sequence[tuple[int, float]]]) -> list[tuple[int, float]]:
    """Reciprocal rank fusion of (id, score) rankings (Cormack, Clarke and Büttcher 2009): best first, ties by id."""
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, (id, _) in enumerate(ranking, 1):
            scores[id] += 1 / (K + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))

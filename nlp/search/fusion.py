"""Fusion: what statements say and what they mean, in one score.

Both parts are shares, of 1 at most: coverage of the query's words, and the cosine of the two meanings. Their plain sum
orders better than the ranks do (Bruch, Gai and Ingber 2023, arXiv:2210.11934), and is comparable from query to query,
so that one value, FAR, can end the list. `gongkai eval --retrieval` measures it.
"""

from __future__ import annotations

from collections.abc import Mapping

FAR = 0.15
"""Cosine, and score, below which a statement is no likelier than any other to be what was meant: it is not found."""


def fuse(coverage: Mapping[int, float], cosines: Mapping[int, float]) -> list[tuple[int, float]]:
    """(Id, score) of all that is not FAR, best first, ties by id; what one of the two does not know counts 0 there."""
    scores = {id: coverage.get(id, 0.0) + cosines.get(id, 0.0) for id in coverage.keys() | cosines.keys()}
    near = [(id, score) for id, score in scores.items() if score >= FAR]
    return sorted(near, key=lambda pair: (-pair[1], pair[0]))

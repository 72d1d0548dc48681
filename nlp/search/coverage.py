"""Coverage: how much of what a query says a statement holds, in whatever order.

Each pair of characters of the query weighs its inverse document frequency (Robertson and Spärck Jones 1976, smoothed so
that it stays above 0) among the statements that may be found; a statement's coverage is the share of that weight that
it holds. Of a question that no statement holds in a row, the telling pairs find what is near it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from nlp.search.query import Phrase

Ids = npt.NDArray[np.int64]
COMMON = 50_000
"""A pair that so many statements hold tells too little to be worth reading where."""


def coverage(
    among: Ids, pairs: Sequence[Phrase], holding: Callable[[Phrase, int], Iterable[int]]
) -> npt.NDArray[np.float64]:
    """Coverage (n,) of statements `among` (n,), ids in ascending order.

    `holding` gives ids of statements that hold a pair, at most so many; those that are not `among` do not count.
    """
    covered, whole = np.zeros(len(among)), 0.0
    if not len(among):
        return covered
    for pair in pairs:
        found = np.fromiter(holding(pair, COMMON), dtype=np.int64)
        if len(found) == COMMON:
            continue
        at = np.minimum(np.searchsorted(among, found), len(among) - 1)
        at = at[among[at] == found]
        weight = np.log1p((len(among) - len(at) + 0.5) / (len(at) + 0.5))
        covered[at] += weight
        whole += weight
    return covered / whole if whole else covered

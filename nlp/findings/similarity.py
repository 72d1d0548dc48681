"""Similarity of claims: by their characters and by their meaning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.extras import needs
from nlp.findings.claims import Claim, Matrix


def by_words(a: Sequence[Claim], b: Sequence[Claim]) -> Matrix:
    """Share of characters in common, in order (a, b): 1 is word for word (indel similarity, by rapidfuzz)."""
    with needs("search", "comparing statements"):
        from rapidfuzz import fuzz, process
    found: Matrix = process.cdist(
        [claim.words for claim in a], [claim.words for claim in b], scorer=fuzz.ratio, dtype=np.float32
    )
    return found / np.float32(100)


def by_meaning(a: Sequence[Claim], b: Sequence[Claim]) -> Matrix:
    """Cosines (a, b); 0 where one of the two has no vector."""

    def rows(claims: Sequence[Claim], size: int) -> Matrix:
        return np.stack([np.zeros(size, np.float32) if c.vector is None else c.vector for c in claims])

    size = next((len(c.vector) for c in (*a, *b) if c.vector is not None), 1)
    found: Matrix = rows(a, size) @ rows(b, size).T
    return found


def share_theme(a: Sequence[Claim], b: Sequence[Claim]) -> Matrix:
    """1 where two claims (a, b) have a theme in common, else 0."""
    return np.array([[bool(x.themes & y.themes) for y in b] for x in a], dtype=np.float32)


THEME = 0.2
"""What a theme in common adds to the likeness of two claims."""
SAME = 0.85
"""Likeness from which on two problems are one. Word for word is enough; so is half the words and half the meaning."""


def sameness(a: Sequence[Claim], b: Sequence[Claim]) -> Matrix:
    """How surely two problems (a, b) are the same, above 0 where they are taken to be.

    Their likeness is what they share of characters, and the cosine of their meanings, and THEME where they share one.
    """
    likeness = by_words(a, b) + by_meaning(a, b) + np.float32(THEME) * share_theme(a, b)
    return np.where(likeness >= SAME, likeness, 0).astype(np.float32)

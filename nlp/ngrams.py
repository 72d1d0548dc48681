"""N-grams: a linear reading of a statement's characters, beside the encoder's.

The encoder understands a sentence, and errs where it has not seen its like; a linear model over n-grams knows which
turns of phrase go with which category, and errs elsewhere. Their logits are added (log-linear pooling; Cheng
et al. 2016, arXiv:1606.07792, join a wide and a deep model so). The n-grams are hashed (Weinberger et al. 2009,
arXiv:0902.2206): a table of weights is all there is, and all statements of a section are read at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.errors import ModelError
from nlp.labels import Category, Theme

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ORDERS = 3
"""Characters of the longest n-gram."""
BITS = 17
"""The table has 2 ** BITS rows."""
WIDTH = len(Category) + len(Theme)
"""The table's columns."""
HEADING_SHARE = 0.5
"""What the n-grams of the heading weigh beside those of the statement."""

_TEXT, _HEADING = np.uint64(1), np.uint64(7)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class NgramModel:
    """Weights (2 ** BITS, 16) of hashed n-grams for the 5 categories and the 11 themes behind them; `bias` (16,)."""

    weights: Floats
    bias: Floats

    def logits(self, text: str, spans: Sequence[tuple[int, int]], heading: str) -> tuple[Floats, Floats]:
        """Logits of the statements at the character `spans` of a section: of categories (s, 5), of themes (s, 11)."""
        codes, starts, ends = _read(text, spans)
        total = np.zeros((len(starts), self.weights.shape[1]))
        for order, rows in enumerate(ngrams(codes, _TEXT), 1):
            sums = np.concatenate(
                [np.zeros((1, total.shape[1])), np.cumsum(self.weights[rows], axis=0, dtype=float)]
            )
            first = np.minimum(starts, len(rows))
            total += sums[np.clip(ends - order + 1, first, len(rows))] - sums[first]
        total /= np.sqrt(np.maximum(_sizes(starts, ends), 1))[:, None]
        head = _rows(heading)
        if len(head):
            total += HEADING_SHARE * self.weights[head].sum(axis=0, dtype=float) / np.sqrt(len(head))
        result: Floats = (total + self.bias).astype(np.float32)
        return result[:, : len(Category)], result[:, len(Category) :]

    def save(self, path: Path) -> None:
        """Write the weights, in half precision."""
        with path.open("wb") as file:
            np.savez(file, weights=self.weights.astype(np.float16), bias=self.bias.astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> NgramModel:
        """Back from `save`; of an earlier version's file, themes come out as 0. Raises ModelError for any other."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                weights, bias = arrays["weights"].astype(np.float32), arrays["bias"]
        except Exception as fault:  # numpy and zipfile raise their own unrelated classes
            raise ModelError(
                f"{path}: no n-gram weights: damaged, or not written by gongkai train"
            ) from fault
        if weights.shape == (1 << BITS, len(Category)) and bias.shape == (len(Category),):
            weights, bias = (
                np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, len(Theme))]) for array in (weights, bias)
            )
        if weights.shape != (1 << BITS, WIDTH) or bias.shape != (WIDTH,):
            raise ModelError(f"{path}: n-gram weights of another shape, {weights.shape}")
        return cls(weights, bias)


def features(text: str, span: tuple[int, int], heading: str) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Rows of the table that a statement reads, and what each of them counts: what `NgramModel.logits` sums."""
    codes, starts, ends = _read(text, [span])
    own = np.concatenate([np.zeros(0, np.int64), *ngrams(codes[starts[0] : ends[0]], _TEXT)])
    head = _rows(heading)
    counts = np.full(len(own), 1 / np.sqrt(max(len(own), 1)))
    return np.concatenate([own, head]), np.concatenate(
        [counts, np.full(len(head), HEADING_SHARE / np.sqrt(max(len(head), 1)))]
    )


def ngrams(codes: npt.NDArray[np.uint64], seed: np.uint64) -> list[Ints]:
    """Rows of the table of the n-grams of each order, from 1: one at every code at which one begins."""
    rows = []
    hashes = np.full(len(codes), seed, dtype=np.uint64)
    for order in range(1, min(ORDERS, len(codes)) + 1):
        count = len(codes) - order + 1
        hashes = (hashes[:count] + codes[order - 1 :] + np.uint64(1)) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
        rows.append(((hashes * _MULTIPLIER) >> np.uint64(64 - BITS)).astype(np.int64))
    return rows


def _rows(heading: str) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *ngrams(_codes(heading), _HEADING)])


def _read(text: str, spans: Sequence[tuple[int, int]]) -> tuple[npt.NDArray[np.uint64], Ints, Ints]:
    """Code points without blanks, and where each span begins and ends among them."""
    codes = _codes(text, keep_blanks=True)
    shown = codes > 32
    place = np.concatenate([[0], np.cumsum(shown)])
    bounds = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
    return codes[shown], place[bounds[:, 0]], place[bounds[:, 1]]


def _codes(text: str, keep_blanks: bool = False) -> npt.NDArray[np.uint64]:
    """Code points, full-width forms as their narrow ones and capitals as small letters."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    wide = (codes >= 0xFF01) & (codes <= 0xFF5E)
    codes[wide] -= np.uint64(0xFEE0)
    codes[(codes == 0x3000) | (codes == 0xA0)] = 32
    codes[(codes >= 65) & (codes <= 90)] += np.uint64(32)
    return codes if keep_blanks else codes[codes > 32]


def _sizes(starts: Ints, ends: Ints) -> Ints:
    """How many n-grams each span has."""
    lengths = ends - starts
    return np.asarray(sum(np.maximum(lengths - order, 0) for order in range(ORDERS)))

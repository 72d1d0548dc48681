"""Search by meaning: vectors of statements compared with the vector of the query.

Every vector is kept twice: the signs of its dimensions, one bit each, which are compared first, all of them (Hamming
distance); and 8 bits a dimension, for the exact order of the nearest. (Yamada et al. 2021, arXiv:2106.00882, rank
passages so.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from nlp.search.encoder import SentenceEncoder

FAR = 0.25
"""Cosine below which a statement has nothing to do with a query: such ones are not found."""
RESCORED = 4
"""How many times the candidates asked for are compared exactly."""
BATCH = 256

Bits = npt.NDArray[np.uint64]
Vectors = npt.NDArray[np.float32]


class Semantic:
    """Ranks the statements of an index that has vectors; all signs are read when the first query comes."""

    def __init__(self, connection: sqlite3.Connection, encoder: SentenceEncoder) -> None:
        self._db = connection
        self._encoder = encoder
        self._signs: tuple[npt.NDArray[np.int64], Bits] | None = None

    def rank(self, query: str, ids: Iterable[int], limit: int) -> list[tuple[int, float]]:
        """(Statement id, cosine) of at most `limit` statements of `ids`, nearest in meaning first; none is FAR."""
        (wanted,) = self._encoder.encode([query])
        known, signs = self._all_signs()
        at = np.flatnonzero(np.isin(known, np.fromiter(ids, dtype=np.int64)))
        if not len(at):
            return []
        distance = np.bitwise_count(signs[at] ^ pack(wanted[None])[0]).sum(axis=1, dtype=np.int64)
        nearest = at[np.argsort(distance, kind="stable")[: limit * RESCORED]]
        candidates = [int(id) for id in known[nearest]]
        cosines = self._vectors(candidates) @ wanted
        order = np.lexsort((candidates, -cosines))[:limit]
        return [(candidates[i], float(cosines[i])) for i in order if cosines[i] >= FAR]

    def _all_signs(self) -> tuple[npt.NDArray[np.int64], Bits]:
        if self._signs is None:
            rows = self._db.execute(
                "SELECT statement_id, signs FROM vectors ORDER BY statement_id"
            ).fetchall()
            ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
            signs = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.uint64)
            self._signs = ids, signs.reshape(len(rows), -1)
        return self._signs

    def _vectors(self, ids: Sequence[int]) -> Vectors:
        marks = ", ".join(map(str, ids))
        rows = dict(
            self._db.execute(
                f"SELECT statement_id, vector FROM vectors WHERE statement_id IN ({marks})"
            ).fetchall()
        )
        raw = np.stack([np.frombuffer(rows[id], dtype=np.int8) for id in ids]).astype(np.float32)
        unit: Vectors = raw / np.linalg.norm(raw, axis=1, keepdims=True)
        return unit


def add_vectors(
    connection: sqlite3.Connection, encoder: SentenceEncoder, categories: Sequence[str]
) -> Iterator[int]:
    """Make the vectors that are missing of statements of `categories`; yields how many were made, batch by batch."""
    marks = ", ".join("?" for _ in categories)
    missing = connection.execute(
        'SELECT s.id, substr(c.text, s.start + 1, s."end" - s.start) FROM statements s JOIN sections c '
        "ON c.id = s.section_id LEFT JOIN vectors v ON v.statement_id = s.id "
        f"WHERE v.statement_id IS NULL AND s.category IN ({marks}) ORDER BY s.id",
        list(categories),
    ).fetchall()
    rows = iter(missing)
    while batch := list(islice(rows, BATCH)):
        vectors = encoder.encode([text for _, text in batch])
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)",
            [
                (id, signs.tobytes(), small.tobytes())
                for (id, _), signs, small in zip(batch, pack(vectors), quantize(vectors), strict=True)
            ],
        )
        connection.execute("COMMIT")
        yield len(batch)


def missing_vectors(connection: sqlite3.Connection, categories: Sequence[str]) -> int:
    """How many statements of `categories` have no vector yet."""
    marks = ", ".join("?" for _ in categories)
    (number,) = connection.execute(
        "SELECT count(*) FROM statements s LEFT JOIN vectors v ON v.statement_id = s.id "
        f"WHERE v.statement_id IS NULL AND s.category IN ({marks})",
        list(categories),
    ).fetchone()
    return int(number)


def pack(vectors: Vectors) -> Bits:
    """The signs of vectors (n, d), d a multiple of 64, as words of 64 bits (n, d / 64)."""
    return np.packbits(vectors > 0, axis=1).view(np.uint64)


def quantize(vectors: Vectors) -> npt.NDArray[np.int8]:
    """Vectors (n, d) in 8 bits a dimension, each by its own largest."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    small: npt.NDArray[np.int8] = np.round(127 * vectors / np.maximum(largest, 1e-12)).astype(np.int8)
    return small

"""Search by meaning: vectors of statements compared with the vector of the query.

Every vector is kept twice: the signs of its dimensions, one bit each, which are compared first, all of them (Hamming
distance); and 8 bits a dimension, for the exact order of the nearest. (Yamada et al. 2021, arXiv:2106.00882, rank
passages so.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from nlp.search.encoder import SentenceEncoder

RESCORED = 4
"""How many times the candidates asked for are compared exactly."""
BATCH = 256

Bits = npt.NDArray[np.uint64]
Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]


class Semantic:
    """Ranks the statements of an index that has vectors; all signs are read when the first query comes."""

    def __init__(self, connection: sqlite3.Connection, encoder: SentenceEncoder) -> None:
        self._db = connection
        self._encoder = encoder
        self._signs: tuple[Ids, Bits] | None = None

    def cosines(self, query: str, ids: Ids, limit: int, also: Sequence[int] = ()) -> dict[int, float]:
        """Cosines by statement id: of the nearest in meaning among `ids`, at least `limit` of them, and of `also`.

        Statements without a vector are left out.
        """
        (wanted,) = self._encoder.encode([query])
        known, signs = self._all_signs()
        at = np.flatnonzero(np.isin(known, ids))
        distance = np.bitwise_count(signs[at] ^ pack(wanted[None])[0]).sum(axis=1, dtype=np.int64)
        nearest = at[np.argsort(distance, kind="stable")[: limit * RESCORED]]
        compared, vectors = self._vectors(np.union1d(known[nearest], known[np.isin(known, also)]).tolist())
        return dict(zip(compared, (vectors @ wanted).tolist(), strict=True)) if compared else {}

    def _all_signs(self) -> tuple[Ids, Bits]:
        if self._signs is None:
            rows = self._db.execute(
                "SELECT statement_id, signs FROM vectors ORDER BY statement_id"
            ).fetchall()
            ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
            signs = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.uint64)
            self._signs = ids, signs.reshape(len(rows), -1)
        return self._signs

    def _vectors(self, ids: Sequence[int]) -> tuple[list[int], Vectors]:
        """Those of the ids that still have a vector, and their vectors."""
        marks = ", ".join(map(str, ids))
        rows = dict(
            self._db.execute(
                f"SELECT statement_id, vector FROM vectors WHERE statement_id IN ({marks})"
            ).fetchall()
        )
        there = [id for id in ids if id in rows]
        raw = np.array([np.frombuffer(rows[id], dtype=np.int8) for id in there], dtype=np.float32)
        unit: Vectors = raw / np.linalg.norm(raw, axis=-1, keepdims=True)
        return there, unit


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

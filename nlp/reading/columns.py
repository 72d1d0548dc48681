"""Columns: the pieces of text on a page in the order in which they are read, left column first.

A page is read in rows from top to bottom. Where several rows leave the same gap open, with running text on both sides
of it, the gap is a gutter between two columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from nlp.document import Table

_MIDDLE = (0.3, 0.7)
"""The share of the width of a page's text within which a gutter lies."""
_ROWS = 4
"""Rows that each column has at least."""
_NARROWEST = 8
"""Characters that a full line of a column holds at least."""
_FULL = 0.8
"""The share of its column's width from which on a line is a full one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that stands together on a row of a page, or a table; lengths in points from the top left corner."""

    content: str | Table
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class Row:
    """The pieces of one row, from left to right, and all their text."""

    pieces: tuple[Piece, ...]
    text: str

    @property
    def top(self) -> float:
        """Its upper end."""
        return min(piece.top for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Placed:
    """A row, or a column's part of one, in its place: column 0 is the whole width, 1 the left, 2 the right."""

    row: Row
    column: int = 0


def in_reading_order(rows: Sequence[Row]) -> list[Placed]:
    """The rows of a page from top to bottom, each column of a stretch of columns on its own."""
    rows = sorted(rows, key=lambda row: row.top)
    gutter = _gutter(rows)
    if gutter is None:
        return [Placed(row) for row in rows]
    placed: list[Placed] = []
    for stretch in _stretches(rows, gutter):
        left, right = _sides(stretch, gutter)
        if _are_columns(left, right):
            placed += [Placed(row, 1) for row in left] + [Placed(row, 2) for row in right]
        else:
            placed += [Placed(row) for row in stretch]
    return placed


def _gutter(rows: Sequence[Row]) -> float | None:
    """The left end of the right column, if there is one: where most pieces begin that lie right of the middle."""
    pieces = [piece for row in rows for piece in row.pieces]
    if len(pieces) < 2 * _ROWS:
        return None
    first, last = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    low, high = (first + share * (last - first) for share in _MIDDLE)
    starts = [piece.x0 - 0.5 for piece in pieces if low < piece.x0 < high]
    best = max(starts, default=None, key=lambda start: sum(start <= other <= start + 3 for other in starts))
    if best is None:
        return None
    together = sum(best <= other <= best + 3 for other in starts)
    return best if together >= _ROWS / 2 else None


def _stretches(rows: Sequence[Row], gutter: float) -> Iterator[list[Row]]:
    """Rows that follow each other and leave the gutter open; rows that do not, each on its own."""
    open_rows: list[Row] = []
    for row in rows:
        if any(piece.x0 < gutter < piece.x1 for piece in row.pieces):
            if open_rows:
                yield open_rows
            open_rows = []
            yield [row]
        else:
            open_rows.append(row)
    if open_rows:
        yield open_rows


def _sides(rows: Sequence[Row], gutter: float) -> tuple[list[Row], list[Row]]:
    """What stands left and right of the gutter."""
    sides: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        for side, is_right in zip(sides, (False, True), strict=True):
            pieces = tuple(piece for piece in row.pieces if (piece.x0 >= gutter) is is_right)
            if pieces == row.pieces:
                side.append(row)
            elif pieces:
                side.append(Row(pieces, joined(pieces)))
    return sides


def joined(pieces: Sequence[Piece]) -> str:
    """The text of pieces side by side."""
    return "  ".join(piece.content for piece in pieces if isinstance(piece.content, str))


def _are_columns(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether what stands on both sides of a gutter is running text, side by side."""
    if min(len(left), len(right)) < _ROWS:
        return False
    overlap = min(left[-1].top, right[-1].top) - max(left[0].top, right[0].top)
    if overlap < 0.5 * min(side[-1].top - side[0].top for side in (left, right)):
        return False
    return all(_is_running(side) for side in (left, right))


def _is_running(side: Sequence[Row]) -> bool:
    widths = [max(p.x1 for p in row.pieces) - min(p.x0 for p in row.pieces) for row in side]
    size = median(piece.size for row in side for piece in row.pieces)
    full = sum(width > _FULL * max(widths) for width in widths)
    return max(widths) > _NARROWEST * size and full >= len(side) / 2

"""Lines: a document's blocks as lines of text, on their way to sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nlp.document import Block, Origin, Paragraph, Table
from nlp.structure.parting import at_headings
from nlp.structure.prose import POINTS, is_table_of_points, prose_of
from nlp.structure.tables import table_lines

_BARS = ("|", "｜")
_EDGES = "|｜ \t\u3000\xa0"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph on its way to a section: its text, where it stands, and what is already known of it."""

    text: str
    origin: Origin
    heading_level: int | None = None
    table: bool = False
    above_table: bool = False
    """Whether a table follows that was left out."""


def lines_of(blocks: Sequence[Block]) -> list[Line]:
    """The document's paragraphs, flattened tables marked; a table's prose as paragraphs, its data left out."""
    stretches: list[list[Paragraph]] = [[]]  # rows on either side of a real table are not neighbours
    for block in _with_tables_of_points(list(_parted(blocks))):
        for paragraph in [block] if isinstance(block, Paragraph) else [*prose_of(block), None]:
            if paragraph is None:
                stretches.append([])
            else:
                stretches[-1].append(paragraph)
    lines: list[Line] = []
    for i, stretch in enumerate(stretches):
        if i > 0 and lines:
            lines[-1] = replace(lines[-1], above_table=True)
        marks = table_lines([p.text for p in stretch])
        lines.extend(
            Line(p.text.strip(), p.origin, p.heading_level, mark)
            for p, mark in zip(stretch, marks, strict=True)
            if p.text.strip()
        )
    return lines


def _parted(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from _split(block)
        else:
            yield block


def _split(paragraph: Paragraph) -> Iterator[Paragraph]:
    for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", paragraph.text):
        for text in at_headings(_without_edges(line)):
            if text.strip():
                yield Paragraph(text, paragraph.origin, paragraph.heading_level)


def _without_edges(line: str) -> str:
    """A row of a table without the bars at its edges, which are copied with it: 一、总体情况 | ||; | 0 |."""
    bare = line.strip()
    return line.strip(_EDGES) if bare.startswith(_BARS) or bare.endswith(_BARS) else line


def _with_tables_of_points(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, a table of points that arrives as lines, its cells parted by tabs, made a table again."""
    start = 0
    while start < len(blocks):
        rows = list(_rows_from(blocks, start))
        if is_table_of_points(rows):
            yield Table(tuple(rows), blocks[start].origin)
        else:
            yield from blocks[start : start + max(len(rows), 1)]
        start += max(len(rows), 1)


def _rows_from(blocks: Sequence[Block], start: int) -> Iterator[tuple[str, ...]]:
    """The rows of a table from `start` on, if that may be a header of points: lines of several cells, not of more."""
    header = _cells(blocks[start])
    if len(header) > 1 and any(map(POINTS.search, header)):
        for i in range(start, len(blocks)):
            if not 1 < len(cells := _cells(blocks[i])) <= len(header):
                break
            yield cells


def _cells(block: Block) -> tuple[str, ...]:
    return tuple(block.text.strip(" \u3000").split("\t")) if isinstance(block, Paragraph) else ()

"""Lines: a document's blocks as lines of text, on their way to sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nlp.document import Block, Origin, Paragraph, Table
from nlp.structure.headings import CANONICAL
from nlp.structure.prose import is_table_of_points, prose_of
from nlp.structure.tables import POINTS, table_lines

_HEADING_WITHIN = re.compile(
    r"(?:(?<=[\s\d。；：！？）)无—-])|(?<=报告)|(?<=项目)|^)[一二三四五六七八九十]{1,2}、"
    rf"(?:{'|'.join(sorted(CANONICAL, key=len, reverse=True))})"
    r"(?![、，；;,.…和及与或]|[\s.…·]{0,80}\d{0,3}\s{0,4}(?:$|[一二三四五六七八九十]{1,2}、))[：:。]?"
)
"""A heading of the form in the middle of a line, with text behind it: neither a list of headings nor their contents."""
_SIGNED = re.compile(r"(?<=[。！\s])[\u4e00-\u9fff]{4,30}\s*(?P<date>20\d\d年\d{1,2}月\d{1,2}日)\s*$")
"""An agency and a date at the end of such a line."""


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


def _split(paragraph: Paragraph) -> Iterator[Paragraph]:
    for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", paragraph.text):
        for text in _at_headings(line):
            if text.strip():
                yield Paragraph(text, paragraph.origin, paragraph.heading_level)


def _at_headings(line: str) -> list[str]:
    """A line that lost its breaks, parted at the headings of the form in it; any other line as it is."""
    found = [match.span() for match in _HEADING_WITHIN.finditer(line)]
    if len(found) < 3:
        return [line]
    signed = _SIGNED.search(line, found[-1][1])
    signature = (signed.start(), signed.start("date")) if signed else ()
    cuts = [0, *(place for span in found for place in span), *signature, len(line)]
    return [line[start:stop] for start, stop in pairwise(cuts)]

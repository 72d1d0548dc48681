"""Lines: a document's blocks as lines of text, on their way to sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nlp.document import Block, Origin, Paragraph, Table
from nlp.labels import SectionKind
from nlp.structure.headings import CANONICAL, LONGEST, is_heading_like, kind_of
from nlp.structure.numbering import number_value, split_number
from nlp.structure.prose import is_table_of_points, prose_of
from nlp.structure.tables import POINTS, is_form_cell, table_lines

_OLD_FORM = (
    r"(?:政府信息)?主动公开(?:政府信息)?的?情况|(?:政府信息)?依申请公开(?:政府信息)?(?:和不予公开政府信息)?(?:工作|办理)?的?情况"
    r"|(?:政府信息公开)?的?收费[及和]减免的?情况|(?:因政府信息公开)?申请行政复议[、和]提起行政诉讼的?情况"
    r"|(?:政府信息公开)?工作中?存在的(?:主要)?问题[及和]改进(?:措施|情况)"
)
"""Headings as the forms before 2019 spell them, beside those that are of all."""
_SPELT = "|".join(sorted(CANONICAL, key=len, reverse=True))
_HEADING_WITHIN = re.compile(
    r"(?:(?<=[\s\d。；：！？）)无—-])|(?<=报告)|(?<=项目)|^)[一二三四五六七八九十]{1,2}、"
    rf"(?:{_SPELT}|{_OLD_FORM})"
    r"(?![、，；;,.…和及与或]|[\s.…·]{0,80}\d{0,3}\s{0,4}(?:$|[一二三四五六七八九十]{1,2}、))[：:。]?"
)
"""A heading of the form in the middle of a line, with text behind it: neither a list of headings nor their contents."""
_HEADING_AT_END = re.compile(
    rf"(?<=[。！？])[\s\u3000]*(?P<heading>[一二三四五六七八九十]{{1,2}}、(?:{_SPELT})[：:]?)\s*$"
)
"""A heading of the form behind a line's last sentence: that of a section whose table is on the lines below."""
_NUMBER_WITHIN = re.compile(
    r"(?:(?<=[\s。！？：:)）])|^)(?P<number>[一二三四五六七八九十]{1,2})\s?、\s?(?P<heading>[^\s。；，：:、一二三四五六七八九十]"
    rf"[^\s。；：:]{{1,{LONGEST}}})(?:[。：:]|(?=\s))"
)
"""A number in the middle of a line, and what stands behind it up to a blank or a mark."""
_TITLE_BEFORE = re.compile(r"[^。，；：:]{6,60}(?:年度报告|工作报告|年报)[\s\u3000]+(?=\S)")
"""A title at the beginning of such a line."""
_PRESENT_FORM = {
    1: SectionKind.OVERVIEW,
    2: SectionKind.PROACTIVE,
    3: SectionKind.REQUESTS,
    4: SectionKind.REVIEW,
    5: SectionKind.PROBLEMS,
    6: SectionKind.OTHER,
}
_BARS = ("|", "｜")
_EDGES = "|｜ \t\u3000\xa0"
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
        for text in _at_headings(_without_edges(line)):
            if text.strip():
                yield Paragraph(text, paragraph.origin, paragraph.heading_level)


def _without_edges(line: str) -> str:
    """A row of a table without the bars at its edges, which are copied with it: 一、总体情况 | ||; | 0 |."""
    return line.strip(_EDGES) if line.strip()[:1] in _BARS or line.rstrip()[-1:] in _BARS else line


def _at_headings(line: str) -> list[str]:
    """A line that lost its breaks, parted at the headings of the form in it; any other line as it is."""
    spelt = [match.span() for match in _HEADING_WITHIN.finditer(line)]
    counted = _counted_headings(line)
    found = counted if {start for start, _ in spelt} <= {start for start, _ in counted} else spelt
    found = found if len(found) >= 3 else _behind_a_stop(line, spelt)
    if not found:
        return [line]
    signed = _SIGNED.search(line, found[-1][1])
    signature = (signed.start(), signed.start("date")) if signed else ()
    title = _TITLE_BEFORE.match(line, 0, found[0][0])
    cuts = [title.end()] if title else []
    cuts = [0, *cuts, *(place for span in found for place in span), *signature, len(line)]
    return [line[start:stop] for start, stop in pairwise(cuts)]


def _behind_a_stop(line: str, spelt: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Which of a line's headings stand right behind a sentence, however few, by the present form's words and number.

    更新慢。 六、其他需要报告的事项 无。
    """
    at_end = _HEADING_AT_END.search(line)
    behind = [span for span in spelt if line[: span[0]].rstrip().endswith(("。", "！", "？"))]
    behind += [at_end.span("heading")] if at_end else []
    return [(start, stop) for start, stop in behind if _is_of_present_form(line[start:stop])]


def _is_of_present_form(heading: str) -> bool:
    numbered = split_number(heading)
    return numbered is not None and _PRESENT_FORM.get(numbered.value) is kind_of(numbered.rest)


def _counted_headings(line: str) -> list[tuple[int, int]]:
    """Where headings of any form stand in a line, counted from one on, each with a blank or a mark before its text.

    [] unless the kinds of three are known, and three have a sentence behind them, which contents have not.
    """
    found: list[tuple[int, int]] = []
    known = 0
    for match in _NUMBER_WITHIN.finditer(line):
        heading = match["heading"]
        if number_value(match["number"]) != len(found) + 1 or not is_heading_like(heading):
            continue
        is_known = kind_of(heading) is not SectionKind.LEGACY
        if is_known or not is_form_cell(heading):
            found.append(match.span())
            known += is_known
    stops = [*(start for start, _ in found[1:]), len(line)]
    with_text = sum("。" in line[end:stop] for (_, end), stop in zip(found, stops, strict=False))
    return found if known >= 3 and with_text >= 3 else []

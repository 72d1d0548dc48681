"""Candidates: the lines of a document that could be headings of its sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.labels import SectionKind
from nlp.structure.cells import is_form_cell
from nlp.structure.date import YEAR
from nlp.structure.headings import is_canonical, is_heading_like, kind_of, plain
from nlp.structure.lines import Line
from nlp.structure.numbering import Numbered, NumberStyle, split_number, split_unmarked

_RUN_IN = re.compile(
    r"(?P<heading>[^：:。\n]{2,36}?)(?:(?:[：:。]|(?<=[一-龥])\.)+[\s\u3000]*|[\s\u3000]{1,})(?P<text>\S.*)",
    re.DOTALL,
)
_NOTHING = re.compile(r"(?P<heading>.{4,30}?)(?P<text>[（(]?(?:暂?无|没有)[。.]?[）)]?[。.]?)")
_MOST_CANDIDATES = 5000
"""Candidates beyond which a document is no report, and has no outline."""
_SENTENCE_END = re.compile(r"(?:。|如下[：:。.]?)\s*$")
_SLOGAN = re.compile(r"[^。；;！!？?：:\n]{4,30}[：:。]?")
_SUB_HEADINGS = (NumberStyle.PARENTHESIZED_CHINESE, NumberStyle.ARABIC)
_OWN_TITLE = re.compile(rf"{YEAR}年?度?[^，。]{{0,24}}公开[^，。]{{0,12}}(?:总结|报告|年报)")
"""A report's title: 甲县2022年政务公开工作总结."""
_FRAMED = re.compile(r"[【〖［\[](?P<text>[^【】〖〗［］\[\]。]{2,40})[】〗］\]]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that could be a section's heading. `text` is what follows the heading on the same line.

    `words` are the heading's words, for finding the same heading again; `canonical` says that a form spells it so, and
    `by_number` that nothing but its number makes it a heading: a slogan, as in 二、完善制度，规范运行.
    """

    line: int
    kind: SectionKind
    heading: str
    numbered: Numbered | None
    text: str
    weight: float
    words: str
    canonical: bool
    by_number: bool = False


def candidates_of(lines: Sequence[Line]) -> list[Candidate]:
    """All of them, in order; none if there are more than a report has."""
    unmarked = sum(_unmarked(line.text, known=False) is not None for line in lines) > 1
    found = [
        candidate
        for i, line in enumerate(lines)
        if (candidate := _candidate(i, line, unmarked) or _by_number(i, lines)) is not None
    ]
    if len(found) > _MOST_CANDIDATES:
        return []
    canonical = {(c.kind, c.numbered is not None) for c in found if c.canonical}
    return [
        c
        for c in found
        # beside 主动公开政府信息情况, a bare 主动公开情况 without a number is a sub-heading
        if c.numbered or c.canonical or (c.kind, False) not in canonical
    ]


def _candidate(index: int, line: Line, unmarked: bool) -> Candidate | None:
    """The line as a candidate; `unmarked` says that the document's numbers are written without a mark: 一总体情况."""
    text = _unframed(line.text)
    if "\t" in text.strip():
        return None
    numbered = split_number(text.lstrip("#*· ")) or _unmarked(text, known=unmarked)
    body = numbered.rest if numbered else text
    heading, rest = _heading_and_text(body)
    if heading is None:
        return None
    kind, canonical = kind_of(heading), is_canonical(heading)
    if kind is SectionKind.LEGACY and (numbered is None or rest):
        return None
    free = numbered is None and not canonical
    if free and _OWN_TITLE.search(line.text):
        return None
    if free and (rest or _SENTENCE_END.search(body)):
        return None  # a sentence that opens with a heading's words, or ends in them
    weight = 1.0 if kind is SectionKind.LEGACY else 5.0
    weight += 2.0 * canonical + 1.0 * (numbered is not None) + 1.0 * (line.heading_level is not None)
    weight -= 1.0 * bool(rest) + 2.0 * line.table + 3.0 * free
    heading = heading.strip(" \u3000：:。")
    return Candidate(index, kind, heading, numbered, rest, weight, plain(heading), canonical)


def _unmarked(text: str, known: bool) -> Numbered | None:
    """A number without a mark before a heading that a form prescribes, or before one alone of any `known` kind.

    Beside headings that are numbered so, 六其他情况 is one; else 一年来工作情况 or 五公开落实情况 may stand there.
    """
    numbered = split_unmarked(text)
    heading, rest = _heading_and_text(numbered.rest) if numbered else (None, "")
    if heading is None:
        return None
    is_known = known and not rest and kind_of(heading) is not SectionKind.LEGACY
    return numbered if is_known or is_canonical(heading) else None


def _by_number(index: int, lines: Sequence[Line]) -> Candidate | None:
    """A short numbered line above a text: a heading, whatever it says, if its number is the next one."""
    line = lines[index]
    numbered = split_number(line.text)
    if (
        numbered is None
        or numbered.style not in (NumberStyle.PART, NumberStyle.CHINESE, NumberStyle.ROMAN)
        or line.table
        or not _opens_text(index, numbered, lines)
        or not _SLOGAN.fullmatch(numbered.rest)
        or is_form_cell(numbered.rest)
    ):
        return None
    heading = numbered.rest.strip(" \u3000：:。")
    return Candidate(
        index, SectionKind.LEGACY, heading, numbered, "", 0.0, plain(heading), canonical=False, by_number=True
    )


def _opens_text(index: int, numbered: Numbered, lines: Sequence[Line]) -> bool:
    """Whether a sentence stands beneath the line, maybe under a sub-heading; else it is a point, as in a list."""
    beneath = lines[index + 1 : index + 3]
    below = split_number(beneath[0].text) if beneath else None
    if numbered.rest.rstrip().endswith("。") and below and below.style is numbered.style:
        return False
    sub_heading = below is not None and below.style in _SUB_HEADINGS and not beneath[0].table
    return any(says_something(line) for line in beneath[: 1 + sub_heading])


def _unframed(text: str) -> str:
    """A heading without the brackets around it: 【总体情况】."""
    match = _FRAMED.fullmatch(text)
    return match["text"] if match else text


def _heading_and_text(body: str) -> tuple[str | None, str]:
    """A heading, and the text that follows it on the line."""
    if is_heading_like(body):
        return body, ""
    for pattern in (_RUN_IN, _NOTHING):
        match = pattern.fullmatch(body)
        if (
            match
            and is_heading_like(match["heading"])
            and kind_of(match["heading"]) is not SectionKind.LEGACY
        ):
            return match["heading"], match["text"].strip()
    return None, ""


def says_something(line: Line) -> bool:
    """Whether the line is a sentence."""
    return not line.table and "。" in line.text

"""Metadata: the report's title, agency and year, from its front matter and its signature."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from nlp.structure.agency import agency_aside, agency_below, agency_in_lead, agency_of
from nlp.structure.closing import signature_start
from nlp.structure.date import YEAR, date_in, year_in, year_of
from nlp.structure.divisions import places_of
from nlp.structure.furniture import is_furniture
from nlp.structure.signature import is_agency, signatures, signer_of
from nlp.structure.title import title_of

_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_MARKED_YEAR = re.compile(rf"(?P<year>{YEAR})\s*年")
_YEAR_OF_NO_DATE = re.compile(rf"{_MARKED_YEAR.pattern}(?!\s*[\d元一二三四五六七八九十]{{1,2}}\s*月)")
_PERIOD = re.compile(r"(?P<year>20\d\d)年1月1日")
_NEARLY_OVER = 11
"""The month from which on a report is of the year that it is signed in, not of the one before."""
_REPORTED_YEAR = re.compile(
    rf"(?P<year>{YEAR})年度?的?(?:政府信息|政务|信息)公开(?:年度)?(?:工作|情况|报告|年报)"
)
"""The year of what is reported on, within a sentence: 现汇报我镇2023年政府信息公开工作."""
_TOLD_YEAR = re.compile(rf"(?:^|[。；\n])\s*(?:截[至止])?({YEAR})年(?!\d)")
"""A year that opens a sentence, as in 2015年，我局公开信息30条."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the front of a report says of it; `spent` are the indices of its lines that are no narrative."""

    title: str | None
    agency: str | None
    year: int | None
    spent: frozenset[int]


@dataclass(frozen=True)
class _Signature:
    """Who signs a text, and when; looked for once, and not before it is asked for: mostly title and front tell."""

    lines: Sequence[str]

    @cached_property
    def agency(self) -> str | None:
        closing = (name for line in self._closing if is_agency(name := signer_of(line)))
        return next(chain(closing, (signer_of(self.lines[i]) for i in self._signed)), None)

    @property
    def dated(self) -> Iterator[str]:
        """The lines in which the date may be."""
        beside = (j for i in self._signed for j in (i - 1, i + 1) if 0 <= j < len(self.lines))
        return chain((self.lines[j] for j in beside), self._closing)

    @cached_property
    def _signed(self) -> list[int]:
        return list(signatures(self.lines))

    @cached_property
    def _closing(self) -> Sequence[str]:
        return self.lines[signature_start(self.lines) :]


def metadata_of(front: Sequence[str], everything: Sequence[str], file_title: str | None) -> Metadata:
    """Read title, agency and year.

    `front` are the lines before the first section, `everything` the whole text's lines, `file_title` the title that
    the file carries as its own. `spent` names the front lines that are title or furniture, not narrative.
    """
    front, everything = [
        [_closed_up(line.translate(_FULL_WIDTH)) for line in lines] for lines in (front, everything)
    ]
    title, spent = title_of(front, file_title)
    signature = _Signature(everything)
    agency = agency_of(title) if title else None
    if agency is None:
        agency = (
            agency_below(front, spent) or signature.agency or agency_in_lead(front) or agency_aside(front)
        )
    elif not places_of(agency):  # 县教育局: the signature may tell of which county
        signed = signature.agency
        agency = signed if signed and signed.endswith(agency) and places_of(signed) else agency
    year = _year(title, front, signature)
    spent |= {i for i, line in enumerate(front) if _is_front_matter(line)}
    spent |= {i for i, (above, line) in enumerate(pairwise(front), 1) if _is_value(above, line)}
    return Metadata(title, agency, year, frozenset(spent))


def _closed_up(line: str) -> str:
    """A line without the blanks that part its characters: 年 度 报 告; any other line as it is."""
    parts = line.split()
    single = sum(len(part) == 1 for part in parts)
    return "".join(parts) if len(parts) >= 4 and single >= 0.7 * len(parts) else line


def _is_front_matter(line: str) -> bool:
    """Whether a line before the first section is a label, a date, an addressee, an agency: anything but narrative."""
    if is_furniture(line):
        return True
    if len("".join(line.split())) <= 30 and not re.search(r"[。；，！？,;.]", line):
        return True
    return len(line) <= 25 and line.endswith(("：", ":")) and not line.rstrip("：:").endswith("如下")


def _is_value(above: str, line: str) -> bool:
    """Whether a line stands beneath the label of a page that it is the value of: 主题分类：, then 卫生，医疗."""
    return (
        above.rstrip().endswith(("：", ":")) and is_furniture(above) and len(line) <= 40 and "。" not in line
    )


def _year(title: str | None, front: Sequence[str], signature: _Signature) -> int | None:
    """The year that the title names, or the front; failing that, one that a signature closes, or the text tells."""
    named = year_in(title) if title else None
    if named:
        return named
    text = "\n".join(front)
    stated = _PERIOD.search(text) or _YEAR_OF_NO_DATE.search(text)
    if stated:
        return year_of(stated["year"])
    for line in (*signature.dated, *front):
        date = date_in(line)
        if date and (not (name := signer_of(line)) or is_agency(name)):
            return date.year - (date.month < _NEARLY_OVER)
    dated = _MARKED_YEAR.search(text)
    if dated:
        return year_of(dated["year"])
    everything = "\n".join(signature.lines)
    period = _PERIOD.search(everything)
    if period:
        return year_of(period["year"])
    told = Counter(match[1] for match in _TOLD_YEAR.finditer(everything))
    if told:
        return year_of(told.most_common(1)[0][0])
    reported = _REPORTED_YEAR.search(everything)
    return year_of(reported["year"]) if reported else None

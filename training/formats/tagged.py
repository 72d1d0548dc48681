"""The output of `gongkai tag` as annotated reports, to be corrected. It is read, never written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp.enumerator import ORDINAL
from nlp.errors import UsageError
from nlp.labels import SectionKind
from nlp.report import Report, Section
from nlp.schema import from_json
from training.annotation import AnnotatedReport
from training.formats.spans import Span, SpannedReport, SpannedSection

_FIXED = (SectionKind.LEAD, SectionKind.OVERVIEW, SectionKind.PROBLEMS, SectionKind.OTHER)
"""Sections that the current form prescribes: the line format names them without their headings."""


def read(text: str, source: str) -> Iterator[SpannedReport]:
    """Reports of the JSON lines of `gongkai tag`. Raises ValueError on lines of no JSON, SchemaError on other JSON."""
    taken: set[str] = set()
    for line in text.split("\n"):
        if line.strip():
            report = from_json(json.loads(line))
            yield from_report(report, unique(Path(report.source).stem or "report", taken))


def write(reports: Iterable[AnnotatedReport]) -> Iterator[str]:
    """Annotated reports have no confidences: raises UsageError."""
    raise UsageError("--to tagged: this is what gongkai tag writes; choose another format")


def from_report(report: Report, identity: str) -> SpannedReport:
    """A tagged report as spans, under the id `identity`."""
    return SpannedReport(
        identity,
        tuple(
            SpannedSection(
                _key(section),
                section.text,
                tuple(Span(s.start, s.end, s.category, tuple(s.themes)) for s in section.statements),
            )
            for section in report.sections
        ),
        report.agency or "",
        str(report.year or ""),
        str(report.level or ""),
    )


def unique(identity: str, taken: set[str]) -> str:
    """`identity`, with a number behind it where it is taken; it is, from now on."""
    found, number = identity, 1
    while found in taken:
        number += 1
        found = f"{identity}-{number}"
    taken.add(found)
    return found


def _key(section: Section) -> str:
    if section.heading is None or section.kind in _FIXED:
        return str(section.kind)
    chinese = section.number and not section.number.strip(ORDINAL)
    return "legacy:" + (f"{section.number}、" if chinese else "") + section.heading

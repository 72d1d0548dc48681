"""JSON lines: a report a line, its sections with their texts, and the character spans of their statements.

Everything that the line format holds is in it. Offsets count Unicode code points in the section's text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from nlp.labels import Category, Theme
from training.annotation import AnnotatedReport
from training.formats.spans import Span, SpannedReport, SpannedSection, spanned


def read(text: str, source: str) -> Iterator[SpannedReport]:
    """Reports of JSON lines. Raises ValueError, KeyError or TypeError on anything else."""
    for line in text.split("\n"):
        if line.strip():
            yield _report(json.loads(line))


def _report(data: dict[str, Any]) -> SpannedReport:
    return SpannedReport(
        id=str(data["id"]),
        sections=tuple(
            SpannedSection(section["section"], section["text"], tuple(map(_span, section["statements"])))
            for section in data["sections"]
        ),
        agency=str(data.get("agency") or ""),
        year=str(data.get("year") or ""),
        level=str(data.get("level") or ""),
        style=str(data.get("style") or ""),
    )


def _span(data: dict[str, Any]) -> Span:
    return Span(
        data["start"], data["end"], Category(data["category"]), tuple(map(Theme, data.get("themes", ())))
    )


def write(reports: Iterable[AnnotatedReport]) -> Iterator[str]:
    """A line for each report."""
    for annotated in reports:
        report = spanned(annotated)
        data = {
            **report.header(),
            "year": int(report.year) if report.year else None,
            "sections": [
                {
                    "section": section.key,
                    "text": section.text,
                    "statements": [
                        {
                            "start": span.start,
                            "end": span.end,
                            "category": str(span.category),
                            "themes": list(map(str, span.themes)),
                        }
                        for span in section.spans
                    ],
                }
                for section in report.sections
            ],
        }
        yield json.dumps(data, ensure_ascii=False) + "\n"

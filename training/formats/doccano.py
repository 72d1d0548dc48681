"""doccano, sequence labelling, JSONL: a report a line; categories and themes are both spans, one on another.

The project has to allow overlapping spans. What is beside text and labels, the header and where the sections
are, doccano keeps as metadata and gives back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from training.annotation import AnnotatedReport
from training.formats.flat import flat, gather, sections_of
from training.formats.spans import SpannedReport, spanned


def read(text: str, source: str) -> Iterator[SpannedReport]:
    """Reports of doccano's JSONL. Raises ValueError, KeyError or TypeError on anything else."""
    lines = (line for line in text.split("\n") if line.strip())
    for number, line in enumerate(lines, 1):
        data = json.loads(line)
        labels = [_label(label) for label in data.get("label", data.get("labels", data.get("entities", ())))]
        yield SpannedReport(
            id=str(data.get("report", f"report-{data.get('id', number)}")),
            sections=sections_of(data["text"], data.get("sections"), gather(labels)),
            agency=str(data.get("agency") or ""),
            year=str(data.get("year") or ""),
            level=str(data.get("level") or ""),
            style=str(data.get("style") or ""),
            labelled=bool(labels),
        )


def _label(label: Any) -> tuple[int, int, str]:
    if isinstance(label, dict):
        return label["start_offset"], label["end_offset"], label["label"]
    start, end, name = label
    return start, end, name


def write(reports: Iterable[AnnotatedReport]) -> Iterator[str]:
    """A line for each report."""
    for annotated in reports:
        report = spanned(annotated)
        whole = flat(report)
        header = report.header()
        data = {
            "text": whole.text,
            "label": [
                [span.start, span.end, str(name)]
                for span in whole.spans
                for name in (span.category, *span.themes)
            ],
            "report": header.pop("id"),
            **header,
            "sections": whole.sections,
        }
        yield json.dumps(data, ensure_ascii=False) + "\n"

"""CSV for spreadsheets: one row a statement, with a byte order mark, and no cell that a spreadsheet would compute."""

from __future__ import annotations

import csv
from typing import TextIO

from nlp.errors import printable
from nlp.report import Report

COLUMNS = (
    "source", "agency", "year", "level", "region", "section", "heading", "start", "end",
    "category", "类别", "confidence", "themes", "主题", "text",
)  # fmt: skip
_FORMULA_SIGNS = tuple("=+-@\t\r\n＝＋－＠")


class CsvWriter:
    """Writes a header and a row for each statement."""

    def __init__(self, stream: TextIO) -> None:
        stream.write("\ufeff")
        self._rows = csv.writer(stream)
        self._rows.writerow(COLUMNS)

    def write(self, report: Report) -> None:
        """Write the report's statements."""
        for section in report.sections:
            for s in section.statements:
                confidence = s.confidence.get(s.category)
                cells = (
                    printable(report.source), report.agency, report.year, report.level, report.region,
                    section.kind, section.heading, s.start, s.end, s.category, s.category.chinese,
                    None if confidence is None else f"{confidence:.4f}",
                    ", ".join(s.themes), "、".join(theme.chinese for theme in s.themes), s.text,
                )  # fmt: skip
                self._rows.writerow([neutral(cell) for cell in cells])

    def close(self) -> None:
        """Nothing stands after the last row."""


def neutral(cell: object) -> object:
    """`cell`, with an apostrophe before text that a spreadsheet would take for a formula."""
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA_SIGNS):
        return "'" + cell
    return "" if cell is None else str(cell)

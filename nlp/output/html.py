"""A web page: each report with its statements coloured by category, in one file that needs nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TextIO

from jinja2 import Environment, PackageLoader, Template

from nlp.errors import printable
from nlp.labels import Category
from nlp.notice import in_chinese
from nlp.report import Report, Section, Statement

UNSURE = 0.6
"""A confidence below this is marked: look twice."""


class HtmlWriter:
    """Writes the page's head, then each report as it comes, then its foot."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._count = 0
        self._stream.write(_template("head.html").render(categories=list(Category)))

    def write(self, report: Report) -> None:
        """Write one report as an article."""
        self._count += 1
        counts = {category: sum(s.category is category for s in report.statements()) for category in Category}
        self._stream.write(
            _template("report.html").render(
                report=replace(report, source=printable(report.source)),
                number=self._count,
                counts=counts,
                paragraphs=paragraphs,
                unsure=UNSURE,
                in_chinese=in_chinese,
            )
        )

    def close(self) -> None:
        """Write the page's foot."""
        self._stream.write(_template("foot.html").render())


def paragraphs(section: Section) -> list[list[tuple[str, Statement | None]]]:
    """The section's paragraphs as runs of text, each with its statement (None where none was selected)."""
    found = []
    statements = list(section.statements)
    for start, end in section.paragraph_spans():
        runs: list[tuple[str, Statement | None]] = []
        while statements and statements[0].start < end:
            statement = statements.pop(0)
            if statement.start > start:
                runs.append((section.text[start : statement.start], None))
            runs.append((statement.text, statement))
            start = statement.end
        if start < end:
            runs.append((section.text[start:end], None))
        found.append(runs)
    return found


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("nlp.output", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)

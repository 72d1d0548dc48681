"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest

import nlp
from nlp.document import Document, FileFormat, Origin, Paragraph
from nlp.labels import Category
from nlp.report import Report

SAMPLE = Path(nlp.__file__).parent / "samples" / "report-2021-beiguan.txt"


def document_of(text: str) -> Document:
    """A document of one paragraph a line, as the text reader makes it."""
    lines = enumerate(text.split("\n"), 1)
    return Document(
        "report.txt", FileFormat.TEXT, tuple(Paragraph(line, Origin(line=i)) for i, line in lines)
    )


@pytest.fixture
def sample_text() -> str:
    """A real report, as its agency published it."""
    return SAMPLE.read_text(encoding="utf-8")


def by_category(report: Report, category: Category) -> list[str]:
    """The texts of a report's statements of one category."""
    return [s.text for s in report.statements() if s.category is category]

"""The line format, as one of the formats. Everything that an annotated report holds is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from training.annotation import AnnotatedReport, parse, to_lines
from training.formats.spans import SpannedReport, spanned


def read(text: str, source: str) -> Iterator[SpannedReport]:
    """Reports of a text of the line format. Raises AnnotationError naming the line of the first fault."""
    return map(spanned, parse(text.splitlines(), source))


def write(reports: Iterable[AnnotatedReport]) -> Iterator[str]:
    """Reports as the line format."""
    for annotated in reports:
        yield "\n".join(to_lines(annotated)) + "\n"

r"""CoNLL: a character a line with its themes (`_` for none) and, last, its B-/I- tag; blank lines between paragraphs.

Comments carry the rest, as in CoNLL-U::

    # report = x-1 | 临江市人民政府 | 2021 | city | a style
    # section = problems
    人	staffing,content	B-problem
    手	staffing,content	I-problem

A blank character is written as its escape (\u3000), a backslash twice, so that every line has three columns. Without
the comments, as tools that keep none leave it, all of a file is one report of one section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nlp.labels import Category, Theme
from training.annotation import AnnotatedReport
from training.formats.spans import Span, SpannedReport, SpannedSection, spanned

_REPORT, _SECTION, _NONE, _OUTSIDE = "# report = ", "# section = ", "_", "O"
_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")


def read(text: str, source: str) -> Iterator[SpannedReport]:
    """Reports of CoNLL with two columns or more, character and tag first and last.

    Characters tagged O have no label. Raises ValueError naming the line that is none of the format's.
    """
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(_REPORT):
            yield from reader.close_report()
            reader.header = [field.strip() for field in line.removeprefix(_REPORT).split("|")]
        elif line.startswith(_SECTION):
            reader.close_section()
            reader.key = line.removeprefix(_SECTION).strip()
        elif not line.strip():
            reader.paragraph = False
        elif not line.startswith("# "):
            columns = line.split("\t") if "\t" in line else line.split()
            try:
                reader.add(_character(columns[0]), columns[1] if len(columns) > 2 else _NONE, columns[-1])
            except (ValueError, IndexError) as fault:
                raise ValueError(f"line {number}: {fault}") from None
    yield from reader.close_report()


class _Reader:
    """Collects characters, spans and sections of one report."""

    def __init__(self) -> None:
        self.number = 0
        self._clear()

    def _clear(self) -> None:
        self.header: list[str] | None = None
        self.key: str | None = None
        self.sections: list[SpannedSection] = []
        self._clear_section()

    def _clear_section(self) -> None:
        self.text = ""
        self.spans: list[Span] = []
        self.paragraph = False
        self.last = _OUTSIDE

    def add(self, character: str, themes: str, tag: str) -> None:
        if not self.paragraph and self.text:
            self.text += "\n"
        at = len(self.text)
        self.text += character
        opening, _, name = tag.partition("-")
        if tag != _OUTSIDE:
            if opening not in ("B", "I"):
                raise ValueError(f"no tag {tag!r}")
            if opening == "I" and self.paragraph and self.last == name:
                span = self.spans.pop()
                self.spans.append(Span(span.start, at + 1, span.category, span.themes))
            else:
                named = () if themes == _NONE else tuple(Theme(theme) for theme in themes.split(","))
                self.spans.append(Span(at, at + 1, Category(name), named))
        self.last = name or _OUTSIDE
        self.paragraph = True

    def close_section(self) -> None:
        if self.key is not None or self.text:
            self.sections.append(SpannedSection(self.key or "unnamed", self.text, tuple(self.spans)))
        self.key = None
        self._clear_section()

    def close_report(self) -> Iterator[SpannedReport]:
        self.close_section()
        if self.header is not None or self.sections:
            self.number += 1
            header = [*(self.header or [f"report-{self.number}"]), *[""] * 5]
            labelled = any(section.spans for section in self.sections) or not self.sections
            identity, agency, year, level, style = header[:5]
            yield SpannedReport(identity, tuple(self.sections), agency, year, level, style, labelled)
        self._clear()


def write(reports: Iterable[AnnotatedReport]) -> Iterator[str]:
    """Reports, each after a comment with its header."""
    for annotated in reports:
        report = spanned(annotated)
        yield _REPORT + " | ".join(report.header().values()) + "\n"
        for section in report.sections:
            yield _SECTION + section.key + "\n"
            for span in section.spans:
                if section.text[span.start - 1 : span.start] == "\n":
                    yield "\n"
                themes = ",".join(span.themes) or _NONE
                for at in range(span.start, span.end):
                    opening = "B" if at == span.start else "I"
                    yield f"{_column(section.text[at])}\t{themes}\t{opening}-{span.category}\n"
            yield "\n"


def _column(character: str) -> str:
    if character == "\\":
        return "\\\\"
    return f"\\u{ord(character):04x}" if character.isspace() or character == "\ufeff" else character


def _character(column: str) -> str:
    found = _ESCAPE.sub(lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), column)
    if len(found) != 1:
        raise ValueError(f"{column!r} is not one character")
    return found

"""Report: a document understood. Sections of narrative text, and the statements found in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nlp.document import Origin
from nlp.labels import Category, Level, SectionKind, Theme


@dataclass(frozen=True, slots=True)
class Statement:
    """A span of a section's text that does one thing.

    `section.text[start:end] == text`. `confidence` holds a probability for every category (they sum to 1);
    `themes` holds the themes assigned, strongest first, with their probabilities, and is empty unless the
    category is problem or improvement. `enumerator` is the mark that opens the statement (一是, （二）, 3.), if any.
    """

    text: str
    start: int
    end: int
    category: Category
    confidence: Mapping[Category, float] = field(default_factory=dict)
    themes: Mapping[Theme, float] = field(default_factory=dict)
    enumerator: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One narrative section.

    `text` is its narrative: paragraphs joined by a line break, tables left out. `number` is the number as
    written (一, 第一部分, 1) and `heading` the heading without it; both None where the section has none.
    Statements tile every paragraph of `text`; line breaks belong to no statement.
    """

    kind: SectionKind
    text: str
    number: str | None = None
    heading: str | None = None
    origin: Origin = Origin()
    statements: tuple[Statement, ...] = ()

    def paragraph_spans(self) -> Iterator[tuple[int, int]]:
        """Character offsets (start, end) of each non-empty paragraph of `text`."""
        start = 0
        for line in self.text.split("\n"):
            if line:
                yield start, start + len(line)
            start += len(line) + 1


@dataclass(frozen=True, slots=True)
class Report:
    """One annual report: who, when, and its narrative sections in order.

    `model` names the model that made the statements; None before tagging. `warnings` are sentences for the user.
    """

    source: str
    title: str | None
    agency: str | None
    year: int | None
    level: Level | None
    region: str | None
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    model: str | None = None

    def statements(self) -> Iterator[Statement]:
        """All statements, in the order of the text."""
        for section in self.sections:
            yield from section.statements

    def with_sections(self, sections: tuple[Section, ...], model: str | None = None) -> Report:
        """The same report with other sections, tagged by `model`."""
        return replace(self, sections=sections, model=model or self.model)


def statements_of(sections: Iterable[Section]) -> Iterator[tuple[Section, Statement]]:
    """The statements of sections, each with its section, in the order of the text."""
    return ((section, statement) for section in sections for statement in section.statements)

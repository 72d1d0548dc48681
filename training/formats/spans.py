"""Spans: a report as labelled stretches of its sections' texts, which is what other tools know of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nlp.errors import AnnotationError
from nlp.labels import Category, SectionKind, Theme
from training.annotation import CODE_OF, AnnotatedReport, key_of, parse

_SEPARATORS = re.compile(r"[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What ends a line for Python, but is no line break of a section's text: such a character becomes a blank."""
_SHOWN = 20  # characters of a text in a message


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a text, what they do, and what they are about."""

    start: int
    end: int
    category: Category
    themes: tuple[Theme, ...] = ()


@dataclass(frozen=True, slots=True)
class SpannedSection:
    """A section. `key` is what stands after `## ` in the line format; `text` as in nlp.report.Section."""

    key: str
    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class SpannedReport:
    """A report. The fields of its header are words; `labelled` is False where nobody has annotated it yet."""

    id: str
    sections: tuple[SpannedSection, ...]
    agency: str = ""
    year: str = ""
    level: str = ""
    style: str = ""
    labelled: bool = True

    def header(self) -> dict[str, str]:
        """The fields of the header, by name."""
        return {
            "id": self.id,
            "agency": self.agency,
            "year": self.year,
            "level": self.level,
            "style": self.style,
        }


def spanned(annotated: AnnotatedReport) -> SpannedReport:
    """An annotated report as spans."""
    report = annotated.report
    return SpannedReport(
        annotated.id,
        tuple(
            SpannedSection(
                key_of(section),
                section.text,
                tuple(Span(s.start, s.end, s.category, tuple(s.themes)) for s in section.statements),
            )
            for section in report.sections
        ),
        report.agency or "",
        str(report.year or ""),
        annotated.level,
        annotated.style,
    )


def to_annotated(report: SpannedReport, source: str, fill: bool = False) -> AnnotatedReport:
    """The report as the line format has it; `source` is named in errors.

    Blanks that no span covers go with the statement before them, and so do spans of blanks. Other text that no span
    covers becomes `other` where `fill` is set. Raises AnnotationError where it is not, where spans overlap or cross a
    line break, and where themes are missing or forbidden.
    """

    def wrong(what: str) -> AnnotationError:
        return AnnotationError(f"{source}: report {report.id}: {what}")

    def fault(line: int, what: str) -> None:
        raise wrong(f"{what}, at “{lines[line - 1][:_SHOWN]}”")

    lines = ["### " + " | ".join(_field(value) for value in report.header().values())]
    for section in report.sections:
        lines.append(f"## {' '.join(section.key.split())}")
        try:
            lines += _lines_of(section, fill)
        except ValueError as what:
            raise wrong(f"section {section.key}: {what}") from None
    return next(parse(lines, source, fault))


def _field(value: str) -> str:
    """A header's field on one line, with no mark that parts fields."""
    return " ".join(value.split()).replace("|", "｜")


def _lines_of(section: SpannedSection, fill: bool) -> Iterator[str]:
    text = _SEPARATORS.sub(" ", section.text)
    trimmed = (_trimmed(span, text) for span in section.spans)
    waiting = sorted(
        (span for span in trimmed if span.end > len(text) or text[span.start : span.end].strip()),
        key=lambda span: span.start,
    )
    start = 0
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        here = [span for span in waiting if start <= span.start < end]
        waiting = waiting[len(here) :]
        for span in _tiled(text, start, end, here, fill):
            themes = ",".join(span.themes)
            yield f"{CODE_OF[span.category]}{' ' + themes if themes else ''}|{text[span.start : span.end]}"
        yield ""
        start = end + 1
    if waiting:
        raise ValueError(f"a label on characters {waiting[0].start} to {waiting[0].end}, where no text is")


def _trimmed(span: Span, text: str) -> Span:
    """The span without line breaks on its edges, which selecting by hand takes along."""
    start, end = span.start, span.end
    while start < end and text[start : start + 1] == "\n":
        start += 1
    while start < end and text[end - 1 : end] == "\n":
        end -= 1
    return replace(span, start=start, end=end)


def _tiled(text: str, start: int, end: int, spans: Sequence[Span], fill: bool) -> list[Span]:
    """The spans of the paragraph [start, end), stretched and filled until they tile it."""
    tiles: list[Span] = []
    at = start
    for span in spans:
        if span.start < at:
            raise ValueError(f"two labels on “{text[span.start : at][:_SHOWN]}”")
        if span.end > end:
            raise ValueError(
                f"a label goes beyond its paragraph: “{text[span.start : span.end][:_SHOWN]}” (B1)"
            )
        at = _close_gap(tiles, text, at, span.start, fill)
        tiles.append(replace(span, start=at))
        at = span.end
    _close_gap(tiles, text, at, end, fill)
    return tiles


def _close_gap(tiles: list[Span], text: str, start: int, end: int, fill: bool) -> int:
    """Cover [start, end) after the last of `tiles`; where the next tile begins."""
    gap = text[start:end]
    if not gap:
        return end
    if gap.isspace():
        if not tiles:
            return start
        tiles[-1] = replace(tiles[-1], end=end)
    elif fill:
        tiles.append(Span(start, end, Category.OTHER))
    else:
        raise ValueError(f"no label on “{gap[:_SHOWN]}” (characters {start} to {end})")
    return end


def title_of(key: str) -> str:
    """What a person reads as the heading of the section of that key."""
    if key in set(map(str, SectionKind)):
        return SectionKind(key).chinese
    return key.removeprefix("legacy:")

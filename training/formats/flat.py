"""Flat: a report as one text under its headings, for tools that show an annotator one text at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from nlp.labels import Category, Theme
from training.formats.spans import Span, SpannedReport, SpannedSection, title_of


class Stretch(TypedDict):
    """Where a section's text, without its heading, stands in the flat text."""

    section: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Flat:
    """The text, the sections' places in it, and the spans, counted from its beginning."""

    text: str
    sections: tuple[Stretch, ...]
    spans: tuple[Span, ...]


def flat(report: SpannedReport) -> Flat:
    """The sections one after another, each under a line with its heading."""
    text, sections, spans = "", [], list[Span]()
    for section in report.sections:
        text += ("\n" if text else "") + title_of(section.key) + "\n"
        start = len(text)
        text += section.text
        sections.append(Stretch(section=section.key, start=start, end=len(text)))
        spans += (replace(span, start=span.start + start, end=span.end + start) for span in section.spans)
    return Flat(text, tuple(sections), tuple(spans))


def sections_of(
    text: str, sections: Sequence[Stretch] | None, spans: Sequence[Span]
) -> tuple[SpannedSection, ...]:
    """Back from `flat`; without `sections`, all of the text is one section, `unnamed`.

    Labels on headings are left out. Raises ValueError on a label that begins or ends in another section's text.
    """
    if sections is None:
        return (SpannedSection("unnamed", text, tuple(spans)),)
    found = []
    for stretch in sections:
        start, end = stretch["start"], stretch["end"]
        inside = [span for span in spans if span.start < end and span.end > start]
        for span in inside:
            if text[span.start : start].strip() or text[end : span.end].strip():
                raise ValueError(f"a label goes beyond its section: “{text[span.start : span.end][:20]}”")
        moved = (
            replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
            for span in inside
        )
        found.append(SpannedSection(stretch["section"], text[start:end], tuple(moved)))
    return tuple(found)


def gather(labels: Sequence[tuple[int, int, str]]) -> tuple[Span, ...]:
    """Spans of categories with their themes, where both are labels of stretches of text.

    A theme belongs to the category whose stretch holds it. Names are keys or Chinese names. Raises ValueError on
    a name that is no label, and on a theme without a category.
    """
    categories = {**{str(c): c for c in Category}, **{c.chinese: c for c in Category}}
    themes = {str(t): t for t in Theme}
    found = [Span(start, end, categories[name]) for start, end, name in labels if name in categories]
    for start, end, name in labels:
        if name in categories:
            continue
        if name not in themes:
            raise ValueError(f"no label {name!r}")
        at = next((i for i, span in enumerate(found) if span.start <= start and end <= span.end), None)
        if at is None:
            raise ValueError(f"the theme {name} on characters {start} to {end} is on no statement")
        found[at] = replace(found[at], themes=(*found[at].themes, themes[name]))
    return tuple(found)

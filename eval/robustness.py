"""Robustness: the same reports as they arrive when typists, converters and websites have been at them.

Every change keeps the statements and their labels; only the form of the text is another.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from nlp.enumerator import enumerator_at
from nlp.labels import SectionKind
from nlp.report import Section, Statement
from training.annotation import AnnotatedReport
from training.augmentation import category_without_enumerator

SPACES = 0.04
"""The chance of a blank after a character."""
_ENDS = tuple("。！？；：.!?;:，,”）)")
_MARKS = str.maketrans(
    {
        "。": ".",
        "，": ",",
        "；": ";",
        "：": ":",
        "（": "(",
        "）": ")",
        "“": '"',
        "”": '"',
        "！": "!",
        "？": "?",
    }
)


def half_width(section: Section, rng: random.Random) -> Section:
    """Punctuation in half width, the full stop too."""
    return _rewritten(section, lambda text: text.translate(_MARKS))


def random_spaces(section: Section, rng: random.Random) -> Section:
    """Blanks where there should be none."""

    def spaced(text: str) -> str:
        inner = "".join(ch + (" " if rng.random() < SPACES else "") for ch in text[:-1])
        return inner + text[-1]

    return _rewritten(section, spaced)


def without_headings(section: Section, rng: random.Random) -> Section:
    """The text alone: nothing says which section it is."""
    return replace(section, kind=SectionKind.UNNAMED, heading=None, number=None)


def joined_paragraphs(section: Section, rng: random.Random) -> Section:
    """All paragraphs of a section run together, but for lines without a mark at their end.

    Those are headings: run into the text, they would be part of the next statement (guideline, B5).
    """
    return _rewritten(section, lambda text: text, breaks_after=lambda text: text.rstrip()[-1:] not in _ENDS)


def without_enumerators(section: Section, rng: random.Random) -> Section:
    """No 一是, （二） or 3. before a point. Where nothing else parts it from its lead-in, both are one statement."""

    def bare(text: str) -> str:
        mark = enumerator_at(text)
        rest = text[text.index(mark) + len(mark) :].lstrip("、，,:： ") if mark else text
        return rest if re.search(r"\w", rest) else text

    plain = _rewritten(section, bare)
    statements: list[Statement] = []
    for before, statement in zip(section.statements, plain.statements, strict=True):
        last = statements[-1] if statements else None
        category = (
            category_without_enumerator(last.text, last.category, statement.category)
            if last and last.end == statement.start and before.text != statement.text
            else None
        )
        if last is None or category is None:
            statements.append(statement)
            continue
        themes = {**last.themes, **statement.themes} if category.has_themes else {}
        text = last.text + statement.text
        statements[-1] = Statement(text, last.start, statement.end, category, {category: 1.0}, themes)
    return replace(plain, statements=tuple(statements))


CHANGES: dict[str, Callable[[Section, random.Random], Section]] = {
    "half-width punctuation": half_width,
    "random spaces": random_spaces,
    "without headings": without_headings,
    "paragraphs joined": joined_paragraphs,
    "enumerators removed": without_enumerators,
}
"""Every change, by what the text has been through."""


def changed(
    reports: Sequence[AnnotatedReport], change: Callable[[Section, random.Random], Section], seed: int = 0
) -> list[AnnotatedReport]:
    """The reports with every section changed."""
    rng = random.Random(seed)
    return [
        replace(
            annotated,
            report=annotated.report.with_sections(
                tuple(change(section, rng) for section in annotated.report.sections)
            ),
        )
        for annotated in reports
    ]


def _rewritten(
    section: Section, change: Callable[[str], str], breaks_after: Callable[[str], bool] = lambda text: True
) -> Section:
    """The section with every statement's text changed; a paragraph ends where it did, if its last statement says so."""
    ends = {end for _, end in section.paragraph_spans()}
    text, statements = "", []
    for statement in section.statements:
        own = change(statement.text) or statement.text
        statements.append(replace(statement, text=own, start=len(text), end=len(text) + len(own)))
        text += own
        if statement.end in ends and breaks_after(own) and statement is not section.statements[-1]:
            text += "\n"
    return replace(section, text=text, statements=tuple(statements))

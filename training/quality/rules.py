"""Rules of the guideline that text and labels alone can break: themes, and where statements end (B2 to B5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.boundary import CLOSERS, COMMAS, HALF_WIDTH_STOPS, STOPS, Candidate, Evidence, candidates
from nlp.decoding import MOST_THEMES
from nlp.enumerator import ORDINAL
from nlp.labels import Category
from nlp.report import Section, Statement
from training.annotation import AnnotatedReport
from training.quality.corpus import Corpus, Place

COLONS = "：:"
_WEAK_BUT_FINAL = "!?;"
"""Half-width marks that end a statement (B2) and, unlike the full stop, stand in no number."""
_POINT = re.compile(rf"\s*(?:[{ORDINAL}]{{1,3}}[是要]|首先|其次|再次|再者|最后|\d{{1,2}}[，,](?!\d))")
"""Openings of a point that are too loose to be candidates of the tagger; an annotator may have used them."""
_SHOWN = 8  # characters before the place where a statement should end


@dataclass(frozen=True, slots=True)
class Violation:
    """A line that breaks `rule`: `format`, `themes`, `id`, or a rule of the guideline's section 1."""

    place: Place
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.message}"


def check(corpus: Corpus) -> list[Violation]:
    """Everything in the corpus that breaks a rule, in the order of splits, files and lines."""
    found = [
        Violation(place, "themes" if "theme" in message else "format", message)
        for place, message in corpus.faults
    ]
    first: dict[str, Place] = {}
    for split, annotated in corpus.reports():
        place = Place(split, annotated.path, annotated.lines[0] if annotated.lines else 1)
        if annotated.id in first:
            message = f"a second report {annotated.id}; the first is at {first[annotated.id]}"
            found.append(Violation(place, "id", message))
        first.setdefault(annotated.id, place)
        found += _in_report(split, annotated)
    order = {split: number for number, split in enumerate(corpus.splits)}
    return sorted(found, key=lambda v: (order[v.place.split], v.place.path, v.place.line))


def _in_report(split: str, annotated: AnnotatedReport) -> Iterator[Violation]:
    lines = iter(annotated.lines)
    for section in annotated.report.sections:
        possible = candidates(section.text)
        paragraph_ends = {end for _, end in section.paragraph_spans()}
        run_in = {candidate.end for candidate in possible if candidate.evidence is Evidence.RUN_IN}
        for statement, following in zip(section.statements, (*section.statements[1:], None), strict=True):
            place = Place(split, annotated.path, next(lines))
            faults = [*_themes(statement), *_inside(section, statement, possible)]
            # no mark parts a heading from the text that it runs into: that is a boundary, though no rule tells where
            if following is not None and statement.end not in paragraph_ends | run_in:
                faults += _end(statement, following)
            yield from (Violation(place, rule, message) for rule, message in faults)


def _themes(statement: Statement) -> Iterator[tuple[str, str]]:
    if len(statement.themes) > MOST_THEMES:
        yield "themes", f"{len(statement.themes)} themes; the guideline allows {MOST_THEMES}"


def _inside(
    section: Section, statement: Statement, possible: Sequence[Candidate]
) -> Iterator[tuple[str, str]]:
    """Places within a statement at which it should have ended."""
    for candidate in possible:
        at = candidate.end
        before, after = section.text[statement.start : at].rstrip(), section.text[at : statement.end].strip()
        if not (statement.start < at < statement.end and before.strip() and after):
            continue
        if candidate.evidence is Evidence.STOP or (
            candidate.evidence is Evidence.WEAK_STOP and before[-1] in _WEAK_BUT_FINAL
        ):
            yield "B2", f"a stop inside the statement, after “{before[-_SHOWN:]}”"
        elif candidate.evidence is Evidence.ENUMERATOR and before[-1] in COMMAS + COLONS:
            yield "B3", f"an enumerator inside the statement, after “{before[-_SHOWN:]}”"


def _end(statement: Statement, following: Statement) -> Iterator[tuple[str, str]]:
    """Whether a statement may end where it does, within a paragraph."""
    mark = statement.text.rstrip().rstrip(CLOSERS)[-1:]
    if mark in STOPS + HALF_WIDTH_STOPS or following.enumerator or _POINT.match(following.text):
        return
    before = statement.text.rstrip()[-_SHOWN:]
    if mark in COMMAS:
        if statement.category is following.category:
            yield "B4", f"cut at the comma after “{before}”, though both sides are {statement.category}"
        elif Category.OTHER in (statement.category, following.category):
            yield "B4", f"cut at the comma after “{before}”, next to a statement that is other"
    elif mark in COLONS:
        yield "B5", f"cut after “{before}”, where no enumerator follows (or is a blank line missing?)"
    else:
        yield "B5", f"no stop after “{before}”, inside a paragraph (or is a blank line missing?)"

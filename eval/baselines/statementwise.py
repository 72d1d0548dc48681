"""Statement by statement: what the baselines share that cut a text by rule, and then classify each statement alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nlp.boundary import Evidence, candidates
from nlp.decoding import MOST_THEMES
from nlp.enumerator import enumerator_at
from nlp.labels import Category, Theme
from nlp.report import Section, Statement
from nlp.window import heading_segment

CUTTING = "cut at stops and before enumerators, never after an enumerator"
"""The rule in words: part of the settings of all that cut by it."""
_RULES = (Evidence.LINE, Evidence.STOP, Evidence.WEAK_STOP, Evidence.ENUMERATOR)


class Statementwise(ABC):
    """A system whose statements end where a rule says so."""

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with statements cut by rule."""
        return self.classify([cut(section) for section in sections])

    @abstractmethod
    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified."""


def cut(section: Section) -> Section:
    """The section with a statement ending at every stop and before every enumerator, none of them classified."""
    ends = {c.end for c in candidates(section.text) if c.evidence in _RULES}
    statements = []
    for start, stop in section.paragraph_spans():
        for end in sorted({stop, *(e for e in ends if start < e < stop)}):
            if end < stop and section.text[start:end].strip() == enumerator_at(section.text, start):
                continue  # the stop of 2. is the enumerator's own
            statements.append(Statement(section.text[start:end], start, end, Category.OTHER))
            start = end
    return replace(section, statements=tuple(statements))


def features(section: Section, statement: Statement) -> str:
    """What is read of a statement: its section's heading, and its text."""
    return f"{heading_segment(section)}\n{statement.text.strip()}"


def labelled(
    statement: Statement, category: Mapping[Category, float], themes: Mapping[Theme, float]
) -> Statement:
    """The statement with its likeliest category, its likeliest theme, and two more that are likelier than not."""
    best = max(category, key=lambda c: category[c])
    ranked = sorted(themes.items(), key=lambda pair: -pair[1])[:MOST_THEMES]
    kept = {theme: p for i, (theme, p) in enumerate(ranked) if i == 0 or p >= 0.5}
    return replace(statement, category=best, confidence=category, themes=kept if best.has_themes else {})

"""Hits: statements that a search found, each with its report, and where the words that were asked for stand."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.index.tokens import fold, is_chinese
from nlp.labels import Category, Level, SectionKind, Theme
from nlp.schema import DECIMALS
from nlp.search.query import Phrase, Query


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement that was found.

    `score` is comparable within one search only, higher is better. `highlights` are character spans (start, end) of
    `text` that match the words asked for. `before` and `after` are the neighbours within the section, if they were
    asked for and are there.
    """

    statement_id: int
    report_id: int
    section_id: int
    text: str
    start: int
    end: int
    category: Category
    confidence: float | None
    themes: Mapping[Theme, float]
    section: SectionKind
    heading: str | None
    source: str
    title: str | None
    agency: str | None
    year: int | None
    level: Level | None
    region: str | None
    score: float
    highlights: tuple[tuple[int, int], ...] = ()
    before: str | None = None
    after: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The hit as a JSON object, keys as the attributes."""
        return {
            "score": round(self.score, 6), "text": self.text, "category": str(self.category),
            "confidence": self.confidence, "themes": {str(t): p for t, p in self.themes.items()},
            "agency": self.agency, "year": self.year, "level": self.level and str(self.level),
            "region": self.region, "title": self.title, "source": self.source, "section": str(self.section),
            "heading": self.heading, "start": self.start, "end": self.end,
            "highlights": [list(span) for span in self.highlights], "before": self.before, "after": self.after,
            "statement_id": self.statement_id, "report_id": self.report_id,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the hits of a search: `total` is how many there are, `offset` how many stand before these.

    `total` is a count where words or filters decide, and the number of ranked candidates where meaning does.
    """

    hits: tuple[Hit, ...]
    total: int
    offset: int = 0


_HIT = """
SELECT s.id, s.report_id, s.section_id, s.start, s."end", s.category, s.confidence, s.themes,
       substr(c.text, s.start + 1, s."end" - s.start) AS text, c.kind, c.heading,
       r.source, r.title, r.agency, r.year, r.level, r.region
FROM statements s JOIN sections c ON c.id = s.section_id JOIN reports r ON r.id = s.report_id WHERE s.id = ?
"""
_NEIGHBOUR = """
SELECT substr(c.text, s.start + 1, s."end" - s.start)
FROM statements s JOIN sections c ON c.id = s.section_id WHERE s.id = ? AND s.section_id = ?
"""


def fetch(
    connection: sqlite3.Connection, ranked: Sequence[tuple[int, float]], query: Query, context: bool = False
) -> tuple[Hit, ...]:
    """The hits of ranked (statement id, score) pairs, in their order."""
    patterns = [[_pattern(phrase) for phrase in phrases] for phrases in (query.wanted(), query.pairs())]
    return tuple(_hit(connection, id, score, patterns, context) for id, score in ranked)


def _hit(
    connection: sqlite3.Connection,
    id: int,
    score: float,
    patterns: Sequence[Sequence[re.Pattern[str]]],
    context: bool,
) -> Hit:
    """The hit. Marked is what the first of `patterns` to find anything finds: phrases, or else pairs of characters."""
    row = connection.execute(_HIT, (id,)).fetchone()

    def neighbour(other: int) -> str | None:
        found = connection.execute(_NEIGHBOUR, (other, row["section_id"])).fetchone()
        return found[0] if found else None

    return Hit(
        statement_id=id,
        report_id=row["report_id"],
        section_id=row["section_id"],
        text=row["text"],
        start=row["start"],
        end=row["end"],
        category=Category(row["category"]),
        confidence=None if row["confidence"] is None else round(row["confidence"], DECIMALS),
        themes={Theme(name): value for name, value in json.loads(row["themes"]).items()},
        section=SectionKind(row["kind"]),
        heading=row["heading"],
        source=row["source"],
        title=row["title"],
        agency=row["agency"],
        year=row["year"],
        level=Level(row["level"]) if row["level"] else None,
        region=row["region"],
        score=score,
        highlights=next(filter(None, (highlights(row["text"], some) for some in patterns)), ()),
        before=neighbour(id - 1) if context else None,
        after=neighbour(id + 1) if context else None,
    )


def highlights(text: str, patterns: Sequence[re.Pattern[str]]) -> tuple[tuple[int, int], ...]:
    """Spans of `text` that match any of the patterns, those that touch joined, in order."""
    folded, origin = [], []
    for position, character in enumerate(text):
        plain = fold(character)
        folded.append(plain)
        origin += [position] * len(plain)
    found = sorted(match.span() for pattern in patterns for match in pattern.finditer("".join(folded)))
    joined: list[tuple[int, int]] = []
    for first, last in ((origin[a], origin[b - 1] + 1) for a, b in found if a < b):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    """What a phrase matches in folded text: its runs, with anything that is no character of a run between them."""
    parts = [
        re.escape(run) if is_chinese(run) else rf"(?<![0-9a-z]){re.escape(run)}(?![0-9a-z])"
        for run in phrase.runs
    ]
    return re.compile(r"[\W_]*".join(parts))

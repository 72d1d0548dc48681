"""Filters: which statements are asked for, whatever they say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.index.agency import agency_key
from nlp.index.ingest import ANY, facet
from nlp.index.tokens import fold
from nlp.labels import Category, Level, Theme


@dataclass(frozen=True, slots=True)
class Filters:
    """All must hold; within one, any of its values will do. What is empty or None asks for nothing.

    `years` are the first and the last (inclusive; None is open), `region` and `agency` parts of a name, and
    `min_confidence` is of the statement's category.
    """

    categories: tuple[Category, ...] = (Category.PROBLEM,)
    themes: tuple[Theme, ...] = ()
    years: tuple[int | None, int | None] = (None, None)
    levels: tuple[Level, ...] = ()
    region: str | None = None
    agency: str | None = None
    min_confidence: float = 0.0

    def match(self, connection: sqlite3.Connection) -> str:
        """The expression of FTS5 over the column `facets` for all filters that facet tokens can tell."""
        groups: list[Sequence[str]] = []
        if self.categories and len(self.categories) < len(Category):
            groups.append([facet("category", value) for value in self.categories])
        if self.themes:
            groups.append([facet("theme", value) for value in self.themes])
        if self.levels:
            groups.append([facet("level", value) for value in self.levels])
        if self.years != (None, None):
            groups.append([facet("year", year) for year in self._years_there(connection)] or [NOTHING])
        if self.region:
            there = connection.execute("SELECT DISTINCT region FROM reports WHERE region IS NOT NULL")
            groups.append(
                [facet("region", name) for (name,) in there if fold(self.region) in fold(name)] or [NOTHING]
            )
        return " AND ".join(
            "(facets : (" + " OR ".join(f'"{token}"' for token in group) + "))" for group in groups
        )

    def _years_there(self, connection: sqlite3.Connection) -> Iterator[int]:
        first, last = self.years
        for (year,) in connection.execute("SELECT DISTINCT year FROM reports WHERE year IS NOT NULL"):
            if (first is None or year >= first) and (last is None or year <= last):
                yield year

    def reports(self, connection: sqlite3.Connection) -> set[int] | None:
        """Ids of the reports that the filters on reports let through; None if there is no such filter."""
        if not (self.levels or self.region or self.agency or self.years != (None, None)):
            return None
        years = set(self._years_there(connection)) if self.years != (None, None) else None
        rows = connection.execute("SELECT id, year, level, region FROM reports")
        agencies = set(self._agency_ids(connection)) if self.agency else None
        return {
            id
            for id, year, level, region in rows
            if (years is None or year in years)
            and (not self.levels or level in set(map(str, self.levels)))
            and (not self.region or fold(self.region) in fold(region or ""))
            and (agencies is None or id in agencies)
        }

    def _agency_ids(self, connection: sqlite3.Connection) -> Iterator[int]:
        asked, key = fold(self.agency or ""), agency_key(self.agency or "")
        for id, name, its_key in connection.execute(
            "SELECT id, agency, agency_key FROM reports WHERE agency IS NOT NULL"
        ):
            if asked in fold(name) or key == its_key:
                yield id

    def conditions(self, connection: sqlite3.Connection) -> tuple[str, list[object]]:
        """SQL conditions on `s` (statements), with their values, for what facet tokens cannot tell."""
        sql, values = [], list[object]()
        if self.min_confidence > 0:
            sql.append("s.confidence >= ?")
            values.append(self.min_confidence)
        if self.agency:
            # numbers of our own, not text of the user's; their count is not bounded as that of ? is
            sql.append(f"s.report_id IN ({', '.join(map(str, self._agency_ids(connection)))})")
        return "".join(f" AND {condition}" for condition in sql), values


EVERYTHING = f'(facets : "{ANY}")'
"""An expression that matches every statement."""
NOTHING = "nothing"
"""A facet token that no statement has."""

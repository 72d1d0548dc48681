"""Searcher: one search over an index, by words, by meaning, or by both."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

import numpy as np

from nlp.index.database import Database
from nlp.labels import Label
from nlp.search.coverage import Ids, coverage
from nlp.search.filters import EVERYTHING, Filters
from nlp.search.fusion import fuse
from nlp.search.hits import Page, fetch
from nlp.search.query import Phrase, Query
from nlp.search.semantic import Semantic

CANDIDATES = 1000
"""How many statements each way brings to the fusion, and how many a search by meaning ranks."""


class Method(Label):
    """How statements are found."""

    KEYWORD = "keyword", "按词语"
    SEMANTIC = "semantic", "按语义"
    HYBRID = "hybrid", "综合"


class Facet(Label):
    """What statements can be counted by."""

    YEAR = "year", "年份"
    REGION = "region", "地区"
    LEVEL = "level", "级别"
    AGENCY = "agency", "机关"
    CATEGORY = "category", "类别"
    THEME = "theme", "主题"


class Searcher:
    """Searches `database`; with `semantic`, by meaning too."""

    def __init__(self, database: Database, semantic: Semantic | None = None) -> None:
        self._db = database.connection
        self._semantic = semantic

    @property
    def default_method(self) -> Method:
        """Both ways where the index holds vectors, else by words."""
        return Method.HYBRID if self._semantic is not None else Method.KEYWORD

    def search(
        self,
        query: Query,
        filters: Filters = Filters(),
        *,
        method: Method | None = None,
        limit: int = 20,
        offset: int = 0,
        context: bool = False,
    ) -> Page:
        """The page of `limit` hits from `offset` on, best first; equal ones in the order of the index.

        A query without words gives all that the filters let through, newest reports first.
        """
        method = method or self.default_method
        if query.tree is None:
            ranked = self._listed(filters, limit, offset)
            return Page(fetch(self._db, ranked, query, context), self.count(query, filters), offset)
        if method is Method.KEYWORD:
            ranked = self.by_words(query, filters, limit, offset)
            return Page(fetch(self._db, ranked, query, context), self.count(query, filters), offset)
        everything = self._ranked(query, filters, method)
        ranked = everything[offset : offset + limit]
        return Page(fetch(self._db, ranked, query, context), len(everything), offset)

    def _ranked(self, query: Query, filters: Filters, method: Method) -> list[tuple[int, float]]:
        """All candidates of a search by meaning, or by both ways."""
        if self._semantic is None:
            raise ValueError("this index holds no vectors: search by words")
        wanted = " ".join(phrase.text for phrase in query.wanted())
        if not wanted:
            return self.by_words(query, filters, CANDIDATES, 0)
        among = self._passing(query, filters)
        if method is Method.SEMANTIC:
            cosines = self._semantic.cosines(wanted, among, CANDIDATES)
            return fuse({}, cosines)[:CANDIDATES]
        covered = self._covered(query, filters, among)
        return fuse(covered, self._semantic.cosines(wanted, among, CANDIDATES, list(covered)))

    def _covered(self, query: Query, filters: Filters, among: Ids) -> dict[int, float]:
        """Coverage of the CANDIDATES with most of it, by statement id; what holds the words as asked has all of it."""

        facets = filters.match(self._db)

        def holding(pair: Phrase, limit: int) -> Iterator[int]:
            match = _all_of(facets, Query(pair.text, pair).match(EVERYTHING))
            rows = self._db.execute("SELECT rowid FROM words WHERE words MATCH ? LIMIT ?", (match, limit))
            return (id for (id,) in rows)

        shares = coverage(among, query.pairs(), holding)
        best = np.argsort(-shares, kind="stable")[:CANDIDATES]
        found = {int(among[i]): float(shares[i]) for i in best if shares[i] > 0}
        return found | {id: 1.0 for id, _ in self.by_words(query, filters, CANDIDATES, 0)}

    def count(self, query: Query, filters: Filters = Filters()) -> int:
        """How many statements hold the words and pass the filters."""
        sql, values = self._matching(query, filters)
        (number,) = self._db.execute(f"SELECT count(*) {sql}", values).fetchone()
        return int(number)

    def count_by(
        self, facet: Facet, query: Query, filters: Filters = Filters(), *, method: Method = Method.KEYWORD
    ) -> list[tuple[str | int | None, int]]:
        """Values of `facet` with their numbers of statements, most first; a statement counts for each of its themes.

        By words all statements that match are counted; otherwise those that `search` ranks.
        """
        if method is Method.KEYWORD or query.tree is None:
            sql, values = self._matching(query, filters, with_statements=True)
        else:
            ids = [id for id, _ in self._ranked(query, filters, method)]
            sql, values = f"FROM statements s WHERE s.id IN ({', '.join(map(str, ids))})", []
        if facet is Facet.THEME:
            rows = self._db.execute(
                f"SELECT t.key, count(*) {sql.replace('WHERE', ', json_each(s.themes) t WHERE', 1)} GROUP BY 1",
                values,
            )
        elif facet is Facet.CATEGORY:
            rows = self._db.execute(f"SELECT s.category, count(*) {sql} GROUP BY 1", values)
        else:
            column = "agency_key" if facet is Facet.AGENCY else str(facet)
            shown = "max(r.agency)" if facet is Facet.AGENCY else f"r.{column}"
            joined = sql.replace("WHERE", "JOIN reports r ON r.id = s.report_id WHERE", 1)
            rows = self._db.execute(f"SELECT {shown}, count(*) {joined} GROUP BY r.{column}", values)
        counts: Counter[str | int | None] = Counter()
        for value, number in rows:
            counts[value] += number
        return sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))

    def _matching(
        self, query: Query, filters: Filters, with_statements: bool = False
    ) -> tuple[str, list[object]]:
        """FROM and WHERE of the statements that hold the words and pass the filters."""
        conditions, values = filters.conditions(self._db)
        join = "JOIN statements s ON s.id = words.rowid " if conditions or with_statements else ""
        return f"FROM words {join}WHERE words MATCH ?{conditions}", [
            self._expression(query, filters),
            *values,
        ]

    def _expression(self, query: Query, filters: Filters) -> str:
        return _all_of(filters.match(self._db), query.match(EVERYTHING))

    def by_words(self, query: Query, filters: Filters, limit: int, offset: int) -> list[tuple[int, float]]:
        """(Statement id, score) by BM25 (Robertson and Zaragoza 2009), of the statements that hold the words."""
        sql, values = self._matching(query, filters)
        rows = self._db.execute(
            f"SELECT words.rowid, -bm25(words, 1.0, 0.0) AS score {sql} "
            "ORDER BY score DESC, words.rowid LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return [(id, score) for id, score in rows]

    def _listed(self, filters: Filters, limit: int, offset: int) -> list[tuple[int, float]]:
        sql, values = self._matching(Query("", None), filters, with_statements=True)
        joined = sql.replace("WHERE", "JOIN reports r ON r.id = s.report_id WHERE", 1)
        rows = self._db.execute(
            f"SELECT s.id {joined} ORDER BY r.year DESC, s.id LIMIT ? OFFSET ?", [*values, limit, offset]
        )
        return [(id, 0.0) for (id,) in rows]

    def _passing(self, query: Query, filters: Filters) -> Ids:
        """Ids, ascending, of statements that the filters let through and that hold nothing that the query bars."""
        sql, values = self._matching(query.barred(), filters)
        rows = self._db.execute(f"SELECT words.rowid {sql} ORDER BY words.rowid", values)
        return np.fromiter((id for (id,) in rows), dtype=np.int64)


def _all_of(*expressions: str) -> str:
    """The expression of FTS5 that asks for all of those that are not empty."""
    return " AND ".join(f"({one})" for one in expressions if one)


def has_vectors(connection: sqlite3.Connection) -> bool:
    """Whether an index was made with a sentence encoder."""
    return connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is not None

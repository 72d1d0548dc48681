"""Ingest: tagged reports into the database, each once, whatever is done twice or killed half-way."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache

from nlp.errors import printable
from nlp.index.agency import agency_key
from nlp.index.database import Database
from nlp.index.tokens import tokens
from nlp.report import Report, Section, Statement
from nlp.schema import to_json

TRANSACTION_SECONDS = 2.0
"""How long reports are gathered before they are written for good: what a kill can cost."""
SAME_REPORT = 0.5
"""Share of statements that two reports of one agency and year must share to be versions of one report."""


class Added(str, Enum):
    """What adding a report did."""

    NEW = "new"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class Indexer:
    """Adds reports to a database. Reports come tagged, from `nlp.pipeline` or `nlp.schema.from_json`."""

    def __init__(self, database: Database) -> None:
        self._db = database.connection

    def add(self, reports: Iterable[Report]) -> Iterator[tuple[Report, Added]]:
        """Add each report, and say what that did, after it is safely written.

        A report that is there already is left alone. One with mostly the same statements and the same agency and year
        is replaced, and so is one from a file of the same name, unless it is another agency's or of another year: two
        directories may have files of one name.
        """
        stream = iter(reports)
        while done := self._transaction(stream):
            yield from done

    def _transaction(self, reports: Iterator[Report]) -> list[tuple[Report, Added]]:
        """Add reports for TRANSACTION_SECONDS, in one transaction."""
        done: list[tuple[Report, Added]] = []
        self._db.execute("BEGIN IMMEDIATE")
        try:
            end = time.monotonic() + TRANSACTION_SECONDS
            for report in reports:
                done.append((report, self._add(report)))
                if time.monotonic() > end:
                    break
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        return done

    def _add(self, report: Report) -> Added:
        report = replace(report, source=printable(report.source))  # not every file's name is Unicode
        digest = _digest(report)
        if self._db.execute("SELECT 1 FROM reports WHERE digest = ?", (digest,)).fetchone():
            return Added.UNCHANGED
        former = self._former(report)
        for id in former:
            self._remove(id)
        self._insert(report, digest)
        return Added.REPLACED if former else Added.NEW

    def _former(self, report: Report) -> list[int]:
        """Ids of the versions of `report` that it replaces."""
        own = {statement.text for statement in report.statements()}
        key = agency_key(report.agency) if report.agency else None
        rows = self._db.execute(
            "SELECT id, source, agency_key, year FROM reports WHERE source = ? OR (agency_key = ? AND year = ?)",
            (report.source, key, report.year),
        ).fetchall()
        former = []
        for id, source, other_key, year in rows:
            another = _differ(key, other_key) or _differ(report.year, year)
            if (source == report.source != "-" and not another) or self._shares_most(id, own):
                former.append(int(id))
        return sorted(former)

    def _shares_most(self, id: int, own: set[str]) -> bool:
        """Whether most statements of a report are among `own`, and the other way round."""
        theirs = {text for _, text, *_ in self._statements_of(id)}
        return len(own & theirs) >= SAME_REPORT * max(len(own), len(theirs), 1)

    def _statements_of(self, report: int) -> list[tuple[int, str, str]]:
        """Id, text and facet tokens of a report's statements, as they were indexed."""
        rows = self._db.execute(
            'SELECT s.id, substr(c.text, s.start + 1, s."end" - s.start), s.category, s.themes, r.year, r.level, '
            "r.region FROM statements s JOIN sections c ON c.id = s.section_id JOIN reports r ON r.id = s.report_id "
            "WHERE s.report_id = ?",
            (report,),
        )
        return [
            (id, text, facet_tokens(category, json.loads(themes), year, level, region))
            for id, text, category, themes, year, level, region in rows
        ]

    def _remove(self, report: int) -> None:
        # a table without content forgets a row when it is told what the row said
        self._db.executemany(
            "INSERT INTO words (words, rowid, text, facets) VALUES ('delete', ?, ?, ?)",
            [(id, " ".join(tokens(text)), facets) for id, text, facets in self._statements_of(report)],
        )
        self._db.execute("DELETE FROM reports WHERE id = ?", (report,))

    def _insert(self, report: Report, digest: str) -> None:
        id = self._db.execute(
            "INSERT INTO reports (source, digest, title, agency, agency_key, year, level, region, model) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                report.source, digest, report.title, report.agency,
                agency_key(report.agency) if report.agency else None, report.year,
                None if report.level is None else str(report.level), report.region, report.model,
            ),
        ).lastrowid  # fmt: skip
        (last,) = self._db.execute("SELECT max(id) FROM statements").fetchone()
        next_id = (last or 0) + 1
        rows, words = [], []
        for position, section in enumerate(report.sections):
            section_id = self._insert_section(id, position, section)
            for statement in section.statements:
                rows.append((next_id, section_id, id, *_columns(statement)))
                facets = facet_tokens(
                    statement.category, statement.themes, report.year, report.level, report.region
                )
                words.append((next_id, " ".join(tokens(statement.text)), facets))
                next_id += 1
        self._db.executemany("INSERT INTO statements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._db.executemany("INSERT INTO words (rowid, text, facets) VALUES (?, ?, ?)", words)

    def _insert_section(self, report: int | None, position: int, section: Section) -> int | None:
        return self._db.execute(
            "INSERT INTO sections (report_id, position, kind, number, heading, text) VALUES (?, ?, ?, ?, ?, ?)",
            (report, position, str(section.kind), section.number, section.heading, section.text),
        ).lastrowid


def _columns(statement: Statement) -> Sequence[object]:
    return (
        statement.start,
        statement.end,
        str(statement.category),
        statement.confidence.get(statement.category),
        json.dumps({str(theme): round(value, 4) for theme, value in statement.themes.items()}),
        statement.enumerator,
    )


ANY = "any"
"""The facet token that every statement has."""


def facet_tokens(
    category: str, themes: Iterable[str], year: int | None, level: str | None, region: str | None
) -> str:
    """The tokens, joined by blanks, that filters ask for."""
    made = [ANY, facet("category", category), *(facet("theme", theme) for theme in themes)]
    named = (("year", year), ("level", level), ("region", region))
    return " ".join([*made, *(facet(name, value) for name, value in named if value is not None)])


@lru_cache(maxsize=4096)
def facet(name: str, value: object) -> str:
    """One token for a value of a filter: the name, and the letters and digits of the value."""
    return name + re.sub(r"[\W_]+", "", str(value))


def _differ(one: object, other: object) -> bool:
    """Whether both are known, and not the same."""
    return None not in (one, other) and one != other


def _digest(report: Report) -> str:
    """A digest of all that a report says, whatever file it stood in."""
    data = to_json(replace(report, source=""))
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

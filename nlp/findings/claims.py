"""Claims: the problems and improvements of reports, with their vectors, as findings compare them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import numpy.typing as npt

from nlp.enumerator import enumerator_at
from nlp.findings.finding import Evidence, Role
from nlp.index.tokens import runs
from nlp.labels import Category, Theme

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Claim:
    """A problem or an improvement. `words` is its text without marks and enumerator; `vector` (d,) unit, or None."""

    statement_id: int
    text: str
    category: Category
    themes: frozenset[Theme]
    vector: Matrix | None = field(default=None, compare=False)

    @property
    def words(self) -> str:
        """What is compared: the text without the mark that opens it, and without punctuation."""
        opening = enumerator_at(self.text) or ""
        return "".join(runs(self.text.strip().removeprefix(opening)))


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one report."""

    report_id: int
    agency: str | None
    agency_key: str | None
    year: int | None
    source: str
    problems: tuple[Claim, ...]
    improvements: tuple[Claim, ...]

    def evidence(self, role: Role, claim: Claim) -> Evidence:
        """`claim` as evidence."""
        return Evidence(
            role, claim.text.strip(), self.report_id, self.agency, self.year, self.source, claim.statement_id
        )


def claims_by_report(connection: sqlite3.Connection, report: int | None = None) -> Iterator[Claims]:
    """The claims of every report, or of one; reports of one agency come together, by year.

    Reports without any are there too.
    """
    among = "" if report is None else "WHERE r.id = ?"
    rows = connection.execute(
        'SELECT r.id, r.agency, r.agency_key, r.year, r.source, s.id, substr(c.text, s.start + 1, s."end" - s.start), '
        "s.category, s.themes, v.vector FROM reports r "
        "LEFT JOIN statements s ON s.report_id = r.id AND s.category IN ('problem', 'improvement') "
        "LEFT JOIN sections c ON c.id = s.section_id LEFT JOIN vectors v ON v.statement_id = s.id "
        f"{among} ORDER BY r.agency_key, r.year, r.id, s.id",
        () if report is None else (report,),
    )
    for _, group in groupby(rows, key=lambda row: int(row[0])):
        of_report = list(group)
        claims = [_claim(*tuple(row)[5:]) for row in of_report if row[5] is not None]
        id, agency, key, year, source = tuple(of_report[0])[:5]
        yield Claims(
            id,
            agency,
            key,
            year,
            source,
            tuple(claim for claim in claims if claim.category is Category.PROBLEM),
            tuple(claim for claim in claims if claim.category is Category.IMPROVEMENT),
        )


def _claim(id: int, text: str, category: str, themes: str, vector: bytes | None) -> Claim:
    unit = None
    if vector is not None:
        raw = np.frombuffer(vector, dtype=np.int8).astype(np.float32)
        unit = raw / np.linalg.norm(raw)
    return Claim(id, text, Category(category), frozenset(map(Theme, json.loads(themes))), unit)

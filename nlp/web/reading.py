"""What the pages show of an index: one report whole, and the numbers of all of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from nlp.findings.answers import answers
from nlp.findings.claims import claims_by_report
from nlp.labels import Category, Level, SectionKind, Theme


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement within a report: `answer` is the id of the improvement that meets it, if it is a problem."""

    id: int
    text: str
    category: Category
    confidence: float | None
    themes: tuple[Theme, ...]
    answer: int | None


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section: its paragraphs, each a row of statements."""

    number: str | None
    title: str
    paragraphs: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report as it is read on the page; `others` are (id, year) of the same agency's other reports."""

    id: int
    title: str
    agency: str | None
    year: int | None
    level: Level | None
    region: str | None
    source: str
    sections: tuple[ShownSection, ...]
    others: tuple[tuple[int, int | None], ...]


def report(connection: sqlite3.Connection, id: int) -> ShownReport | None:
    """The report of that id, or None."""
    row = connection.execute("SELECT * FROM reports WHERE id = ?", (id,)).fetchone()
    if row is None:
        return None
    claims = next(claims_by_report(connection, id))
    met = {
        problem: answer.improvement.statement_id
        for problem, answer in answers(claims.problems, claims.improvements).items()
    }
    others = connection.execute(
        "SELECT id, year FROM reports WHERE agency_key = ? AND id != ? ORDER BY year", (row["agency_key"], id)
    ).fetchall()
    return ShownReport(
        id=id,
        title=row["title"] or row["source"],
        agency=row["agency"],
        year=row["year"],
        level=Level(row["level"]) if row["level"] else None,
        region=row["region"],
        source=row["source"],
        sections=tuple(_sections(connection, id, met)),
        others=tuple((other["id"], other["year"]) for other in others),
    )


def _sections(connection: sqlite3.Connection, report: int, met: dict[int, int]) -> list[ShownSection]:
    found = []
    for section in connection.execute(
        "SELECT * FROM sections WHERE report_id = ? ORDER BY position", (report,)
    ).fetchall():
        paragraphs: list[list[Shown]] = []
        end = -1
        for row in connection.execute(
            'SELECT id, start, "end", category, confidence, themes FROM statements WHERE section_id = ? ORDER BY start',
            (section["id"],),
        ):
            if row["start"] != end:
                paragraphs.append([])
            end = row["end"]
            paragraphs[-1].append(
                Shown(
                    row["id"],
                    section["text"][row["start"] : end],
                    Category(row["category"]),
                    row["confidence"],
                    tuple(map(Theme, json.loads(row["themes"]))),
                    met.get(row["id"]),
                )
            )
        title = section["heading"] or SectionKind(section["kind"]).chinese
        found.append(ShownSection(section["number"], title, tuple(map(tuple, paragraphs))))
    return found


@dataclass(frozen=True, slots=True)
class Totals:
    """How much an index holds."""

    reports: int
    agencies: int
    problems: int
    first_year: int | None
    last_year: int | None


def totals(connection: sqlite3.Connection) -> Totals:
    """The totals of all reports."""
    reports, agencies, first, last = connection.execute(
        "SELECT count(*), count(DISTINCT agency_key), min(year), max(year) FROM reports"
    ).fetchone()
    (problems,) = connection.execute("SELECT count(*) FROM statements WHERE category = 'problem'").fetchone()
    return Totals(reports, agencies, problems, first, last)


def themes_by_year(connection: sqlite3.Connection) -> dict[Theme, dict[int, int]]:
    """Numbers of problems of every theme, year by year."""
    found: dict[Theme, dict[int, int]] = {theme: {} for theme in Theme}
    for theme, year, number in connection.execute(
        "SELECT t.key, r.year, count(*) FROM statements s JOIN reports r ON r.id = s.report_id, json_each(s.themes) t "
        "WHERE s.category = 'problem' AND r.year IS NOT NULL GROUP BY 1, 2"
    ):
        found[Theme(theme)][year] = number
    return found


def problems_by_region(connection: sqlite3.Connection, most: int = 20) -> list[tuple[str, int, int]]:
    """Region, problems and reports of the regions with most problems; first where a report has most of them."""
    rows: list[tuple[str, int, int]] = [
        tuple(row)
        for row in connection.execute(
            "SELECT r.region, sum(s.category = 'problem'), count(DISTINCT r.id) FROM reports r "
            "JOIN statements s ON s.report_id = r.id WHERE r.region IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT ?",
            (most,),
        )
    ]
    return sorted(rows, key=lambda row: -row[1] / row[2])

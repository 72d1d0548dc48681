"""Findings within one report: problems that nothing meets, and reports that name none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from nlp.findings.answers import answers
from nlp.findings.claims import Claims
from nlp.findings.finding import Evidence, Finding, Kind, Role
from nlp.labels import SectionKind

LONGEST_SECTION = 300
"""Characters of a section that are shown as evidence."""


def unanswered(reports: Iterable[Claims]) -> Iterator[Finding]:
    """Problems with no improvement in their report that meets them, by theme and meaning."""
    for claims in reports:
        met = answers(claims.problems, claims.improvements)
        for problem in claims.problems:
            if problem.statement_id not in met:
                evidence = (claims.evidence(Role.PROBLEM, problem),)
                score = 1.0 if not claims.improvements else 0.5
                yield Finding(Kind.UNANSWERED, evidence, score, tuple(sorted(problem.themes)))


def silent(reports: Iterable[Claims], connection: sqlite3.Connection) -> Iterator[Finding]:
    """Reports that name no problem anywhere; what their section of problems says instead is the evidence."""
    for claims in reports:
        if claims.problems:
            continue
        section = connection.execute(
            "SELECT text FROM sections WHERE report_id = ? AND kind = ? ORDER BY position",
            (claims.report_id, str(SectionKind.PROBLEMS)),
        ).fetchone()
        text = section[0][:LONGEST_SECTION] if section else ""
        evidence = Evidence(Role.SECTION, text, claims.report_id, claims.agency, claims.year, claims.source)
        yield Finding(Kind.SILENT, (evidence,), 1.0 if not text else 1 / (1 + len(text)))

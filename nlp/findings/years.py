"""Findings over the years of one agency: problems that come back, and promises that did not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from nlp.findings.answers import answers
from nlp.findings.claims import Claims
from nlp.findings.finding import Finding, Kind, Role
from nlp.findings.similarity import sameness


def successive(reports: Iterable[Claims]) -> Iterator[tuple[Claims, Claims]]:
    """Each report of an agency with its next one; `reports` come by agency and year. One report a year counts."""
    known = (claims for claims in reports if claims.agency_key and claims.year)
    for _, group in groupby(known, key=lambda claims: claims.agency_key):
        yearly = [list(same)[-1] for _, same in groupby(group, key=lambda claims: claims.year)]
        yield from pairwise(yearly)


def repeated(reports: Iterable[Claims]) -> Iterator[Finding]:
    """Problems that an agency's next report that names any has again, word for word or in other words."""
    for earlier, later in successive(claims for claims in reports if claims.problems):
        for i, j, score in _pairs(earlier, later):
            first, again = earlier.problems[i], later.problems[j]
            evidence = (earlier.evidence(Role.PROBLEM, first), later.evidence(Role.AGAIN, again))
            yield Finding(Kind.REPEATED, evidence, score, tuple(sorted(first.themes)))


def unkept(reports: Iterable[Claims]) -> Iterator[Finding]:
    """Problems that an improvement of the same report met, and that the next year's report has again."""
    for earlier, later in successive(reports):
        if (later.year or 0) - (earlier.year or 0) != 1:
            continue
        met = answers(earlier.problems, earlier.improvements)
        for i, j, score in _pairs(earlier, later):
            first, again = earlier.problems[i], later.problems[j]
            if first.statement_id in met:
                promise = met[first.statement_id].improvement
                evidence = (
                    earlier.evidence(Role.PROBLEM, first),
                    earlier.evidence(Role.PROMISE, promise),
                    later.evidence(Role.AGAIN, again),
                )
                yield Finding(Kind.UNKEPT, evidence, score, tuple(sorted(first.themes)))


def _pairs(earlier: Claims, later: Claims) -> Iterator[tuple[int, int, float]]:
    """Problems of two reports that are the same, each later one with the earlier one that it is most like."""
    if not earlier.problems or not later.problems:
        return
    scores = sameness(earlier.problems, later.problems)
    for j, i in enumerate(scores.argmax(axis=0)):
        if scores[i, j] > 0:
            yield int(i), j, float(scores[i, j])

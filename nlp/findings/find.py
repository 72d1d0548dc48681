"""Find: all findings of one kind in an index."""

from __future__ import annotations

from collections.abc import Iterator

from nlp.findings.answers import NEAR, NEAR_WITH_THEME
from nlp.findings.boilerplate import AGENCIES, LIKE, SHORTEST, boilerplate
from nlp.findings.claims import claims_by_report
from nlp.findings.finding import Finding, Kind
from nlp.findings.similarity import SAME_MEANING, SAME_WORDS
from nlp.findings.single import silent, unanswered
from nlp.findings.years import repeated, unkept
from nlp.index.database import Database
from nlp.search.filters import Filters

METHOD = {
    Kind.REPEATED: (
        f"同一机关相邻两份年报中的两个问题，文字相似度不低于{SAME_WORDS}，"
        f"或主题相同且语义相似度不低于{SAME_MEANING}"
    ),
    Kind.UNANSWERED: (
        f"同一年报中没有任何改进措施与该问题主题相同且语义相似度不低于{NEAR_WITH_THEME}，"
        f"或语义相似度不低于{NEAR}"
    ),
    Kind.UNKEPT: "问题在当年年报中有对应的改进措施，次年年报中同一问题再次出现（同一问题、对应措施的判定同上）",
    Kind.BOILERPLATE: f"至少{AGENCIES}家机关的问题或改进措施，去标点后不少于{SHORTEST}字，文字相似度不低于{LIKE}",
    Kind.SILENT: "全文没有一条语句被识别为存在问题",
}
"""How each kind is decided, for the reader of a finding."""


_DETECTORS = {
    Kind.REPEATED: repeated,
    Kind.UNANSWERED: unanswered,
    Kind.UNKEPT: unkept,
    Kind.BOILERPLATE: boilerplate,
}


def find(database: Database, kind: Kind, filters: Filters = Filters()) -> Iterator[Finding]:
    """The findings of `kind` in all reports that end in a report that `filters` let through.

    Of the filters those on reports count, and those on themes. Findings come as they are found.
    """
    claims = claims_by_report(database.connection)
    found = silent(claims, database.connection) if kind is Kind.SILENT else _DETECTORS[kind](claims)
    among = filters.reports(database.connection)
    for finding in found:
        if among is not None and not any(evidence.report_id in among for evidence in finding.evidence[-1:]):
            continue
        if filters.themes and not set(filters.themes) & set(finding.themes):
            continue
        yield finding

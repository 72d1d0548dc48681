"""Find: all findings of one kind in an index."""

from __future__ import annotations

from collections.abc import Iterator

from nlp.findings.answers import MEETS, NEARLY
from nlp.findings.boilerplate import AGENCIES, LIKE, SHORTEST, boilerplate
from nlp.findings.claims import claims_by_report
from nlp.findings.finding import Finding, Kind
from nlp.findings.similarity import SAME, THEME
from nlp.findings.single import silent, unanswered
from nlp.findings.years import repeated, unkept
from nlp.index.database import Database
from nlp.search.filters import Filters

_LIKENESS = "语义相似度（余弦）"
_SAME = f"文字相似度与{_LIKENESS}之和（有相同主题的加{THEME}）不低于{SAME}"
_MEETS = (
    f"改进措施与问题的{_LIKENESS}（有相同主题的加{THEME}）不低于{MEETS}，且不比它与同一报告其他问题的低{NEARLY}以上，即为对应；"
    "问题与措施逐条相间的报告，紧跟一个问题的措施只对应该问题；编号问题的后续语句与该问题一并判定；没有语义向量时，有相同主题即为对应"
)
METHOD = {
    Kind.REPEATED: f"同一机关前后相接的两份年报（未列问题的不计）中，两个问题的{_SAME}",
    Kind.UNANSWERED: f"同一年报中没有对应的改进措施。{_MEETS}",
    Kind.UNKEPT: (
        f"问题在当年年报中有对应的改进措施，次年年报中同一问题再次出现。同一问题：{_SAME}。对应措施：{_MEETS}"
    ),
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
    """The findings of `kind` in all reports, of those that end in a report that `filters` let through.

    Words that many share are found where any of their reports is let through. Of the filters those on reports count,
    and those on themes. Findings come as they are found.
    """
    claims = claims_by_report(database.connection)
    found = silent(claims, database.connection) if kind is Kind.SILENT else _DETECTORS[kind](claims)
    among = filters.reports(database.connection)
    for finding in found:
        shown = finding.evidence if kind is Kind.BOILERPLATE else finding.evidence[-1:]
        if among is not None and not any(evidence.report_id in among for evidence in shown):
            continue
        if filters.themes and not set(filters.themes) & set(finding.themes):
            continue
        yield finding

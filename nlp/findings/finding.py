"""Finding: something an auditor would look into, with the texts that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlp.labels import Label, Theme


class Kind(Label):
    """What is found."""

    REPEATED = "repeated", "屡次出现的问题"
    UNANSWERED = "unanswered", "未见改进措施的问题"
    UNKEPT = "unkept", "承诺改进后再次出现的问题"
    BOILERPLATE = "boilerplate", "多家雷同的表述"
    SILENT = "silent", "未列问题的报告"


class Role(Label):
    """What a text shows within a finding."""

    PROBLEM = "problem", "问题"
    PROMISE = "promise", "改进承诺"
    AGAIN = "again", "再次出现"
    SHARED = "shared", "雷同表述"
    SECTION = "section", "问题章节"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text that shows a finding: a statement of a report, or a section (then without `statement_id`)."""

    role: Role
    text: str
    report_id: int
    agency: str | None
    year: int | None
    source: str
    statement_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, keys as the attributes."""
        return {
            "role": str(self.role), "text": self.text, "agency": self.agency, "year": self.year,
            "source": self.source, "report_id": self.report_id, "statement_id": self.statement_id,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `score` orders findings of one kind, the clearest highest; `themes` are those of its problem."""

    kind: Kind
    evidence: tuple[Evidence, ...]
    score: float
    themes: tuple[Theme, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "kind": str(self.kind),
            "score": round(self.score, 4),
            "themes": [str(theme) for theme in self.themes],
            "evidence": [evidence.to_json() for evidence in self.evidence],
        }

"""Findings: what a pile of reports shows that no single report says."""

from nlp.findings.find import find
from nlp.findings.finding import Evidence, Finding, Kind, Role

__all__ = ["Evidence", "Finding", "Kind", "Role", "find"]

"""Findings as a table, JSON lines, CSV or a spreadsheet: a row for each piece of evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nlp.output.hits import HitFormat, open_stream, write_csv, write_workbook

if TYPE_CHECKING:
    from nlp.findings import Finding

COLUMNS = ("类型", "序号", "得分", "主题", "作用", "年份", "机关", "语句", "文件")


def rows(findings: Iterable[Finding]) -> Iterator[Sequence[object]]:
    """A row of COLUMNS for every piece of evidence; those of one finding share its number."""
    for number, finding in enumerate(findings, 1):
        for one in finding.evidence:
            yield (
                finding.kind.chinese, number, round(finding.score, 3),
                "、".join(theme.chinese for theme in finding.themes), one.role.chinese, one.year,
                one.agency, one.text, one.source,
            )  # fmt: skip


def write_findings(findings: Iterable[Finding], format: HitFormat, output: Path | None) -> None:
    """Write findings. Raises UsageError as `nlp.output.hits.write_hits` does."""
    if format is HitFormat.XLSX:
        write_workbook([COLUMNS, *rows(findings)], output)
        return
    with open_stream(output) as stream:
        if format is HitFormat.JSONL:
            for finding in findings:
                stream.write(json.dumps(finding.to_json(), ensure_ascii=False) + "\n")
        elif format is HitFormat.CSV:
            write_csv(stream, [COLUMNS, *rows(findings)])
        else:
            _print(findings, stream)


def _print(findings: Iterable[Finding], stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    for number, finding in enumerate(findings, 1):
        themes = "、".join(theme.chinese for theme in finding.themes)
        console.print(
            Text(f"{number}. {finding.kind.chinese}", style="bold") + Text(f"  {themes}", style="dim")
        )
        for one in finding.evidence:
            place = " · ".join(str(part) for part in (one.year, one.agency or one.source) if part)
            console.print(
                Text(f"   {one.role.chinese} {place}: ", style="dim") + Text(one.text or "（没有问题章节）")
            )

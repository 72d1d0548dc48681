"""Tables for a terminal: the statements of each section, coloured by category."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nlp.errors import printable
from nlp.labels import Category
from nlp.report import Report, Section

STYLES = {
    Category.ORGANIZATION: "blue",
    Category.DISCLOSURE: "green",
    Category.PROBLEM: "bold red",
    Category.IMPROVEMENT: "magenta",
    Category.OTHER: "dim",
}


class TableWriter:
    """Writes a heading and a table for each report."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)

    def write(self, report: Report) -> None:
        """Write one report."""
        facts = [
            report.agency,
            report.year and f"{report.year}年",
            report.level and report.level.chinese,
            report.region,
        ]
        source = printable(report.source)
        self._console.print(Text(report.title or source, style="bold"))
        self._console.print(Text(" · ".join([source, *(str(fact) for fact in facts if fact)]), style="dim"))
        for section in report.sections:
            if section.statements:
                self._console.print(_table(section))
        counts = {c: sum(s.category is c for s in report.statements()) for c in Category}
        summary = Text("  ").join(Text(f"{c.chinese} {n}", style=STYLES[c]) for c, n in counts.items() if n)
        self._console.print(summary, end="\n\n")

    def close(self) -> None:
        """Nothing stands after the last table."""


def _table(section: Section) -> Table:
    name = f"{section.number}、" if section.number else ""
    table = Table(
        title=Text(name + (section.heading or section.kind.chinese), style="bold"),
        title_justify="left",
        expand=True,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("类别", no_wrap=True, min_width=8)
    table.add_column("置信", justify="right", no_wrap=True)
    table.add_column("主题", max_width=20)
    table.add_column("语句", ratio=1, overflow="fold")
    for s in section.statements:
        style = STYLES[s.category]
        confidence = s.confidence.get(s.category)
        table.add_row(
            Text(s.category.chinese, style=style),
            Text("" if confidence is None else f"{confidence:.2f}", style="dim"),
            Text("、".join(theme.chinese for theme in s.themes), style="dim"),
            Text(s.text.strip(), style=style if s.category is Category.OTHER else ""),
        )
    return table

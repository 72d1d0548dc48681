"""`gongkai findings`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nlp.cli.choices import format_of, members, years
from nlp.labels import Level, Theme


def findings(
    database: Annotated[Path, typer.Argument(help="A database of gongkai index.", show_default=False)],
    kind: Annotated[
        str | None,
        typer.Option(
            help="repeated, unanswered, unkept, boilerplate, silent, or several.", show_default="all"
        ),
    ] = None,
    theme: Annotated[
        str | None, typer.Option(help="Themes, e.g. staffing or 队伍能力.", show_default=False)
    ] = None,
    year: Annotated[
        str | None, typer.Option(help="A year, or years: 2021, 2019-2023, 2020-.", show_default=False)
    ] = None,
    region: Annotated[str | None, typer.Option(help="Part of a province's name.", show_default=False)] = None,
    agency: Annotated[str | None, typer.Option(help="Part of an agency's name.", show_default=False)] = None,
    level: Annotated[
        str | None,
        typer.Option(help="Levels: national, province, city, county, township.", show_default=False),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, jsonl, csv or xlsx. By default what --output's name says, else a table on a terminal and "
            "jsonl in a pipe.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file: it is complete, or absent.")
    ] = None,
    methods: Annotated[
        bool, typer.Option("--methods", help="How each kind is decided, with its thresholds.")
    ] = False,
) -> None:
    """What reports show together, each finding with the texts that show it.

    - **repeated** 屡次出现: a problem that an agency's next report that names any has again, in these or other words
    - **unanswered** 未见改进: a problem that no improvement of its report meets
    - **unkept** 承诺未兑现: a problem that was met by an improvement, and is back the year after
    - **boilerplate** 雷同: statements that several agencies share nearly word for word
    - **silent** 未列问题: reports that name no problem

    Examples:

        gongkai findings reports.db

        gongkai findings reports.db --kind unkept --region 河南 --year 2020-2023

        gongkai findings reports.db --kind repeated,unanswered -o findings.xlsx
    """
    from nlp.findings import Finding, Kind, find
    from nlp.findings.find import METHOD
    from nlp.index import Database
    from nlp.output.findings import write_findings
    from nlp.output.hits import HitFormat
    from nlp.search import Filters

    written_as = format_of(HitFormat, format, output)
    kinds = members(Kind, kind, "--kind") or tuple(Kind)
    filters = Filters(
        themes=members(Theme, theme, "--theme"),
        years=years(year),
        levels=members(Level, level, "--level"),
        region=region,
        agency=agency,
    )
    if methods:
        for one in kinds:
            print(f"{one.chinese} {one}: {METHOD[one]}", file=sys.stderr)
    with Database.open_readonly(database) as opened:
        found: list[Finding] = []
        for one in kinds:
            found += sorted(find(opened, one, filters), key=lambda finding: -finding.score)
    write_findings(found, written_as, output)

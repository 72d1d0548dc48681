"""`gongkai findings`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nlp.cli.choices import format_of, members
from nlp.cli.options import (
    AgencyOption,
    FormatOption,
    LevelOption,
    OutputOption,
    RegionOption,
    ThemeOption,
    YearOption,
    filters_of,
)
from nlp.errors import UsageError


def findings(
    database: Annotated[
        Path | None, typer.Argument(help="A database of gongkai index.", show_default=False)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="repeated, unanswered, unkept, boilerplate, silent, or several.", show_default="all"
        ),
    ] = None,
    theme: ThemeOption = None,
    year: YearOption = None,
    region: RegionOption = None,
    agency: AgencyOption = None,
    level: LevelOption = None,
    format: FormatOption = None,
    output: OutputOption = None,
    methods: Annotated[
        bool,
        typer.Option("--methods", help="How each kind is decided, with its thresholds; needs no database."),
    ] = False,
) -> None:
    """What reports show together, each finding with the texts that show it.

    - **repeated** 屡次出现的问题: a problem that an agency's next report that names any has again, in these or
      other words
    - **unanswered** 未见改进措施的问题: a problem that no improvement of its report meets
    - **unkept** 承诺改进后再次出现的问题: a problem that was met by an improvement, and is back the year
      after
    - **boilerplate** 多家雷同的表述: statements that several agencies share nearly word for word
    - **silent** 未列问题的报告: reports that name no problem

    Examples:

        gongkai findings reports.db

        gongkai findings reports.db --kind unkept --region 河南 --year 2020-2023

        gongkai findings reports.db --kind repeated,unanswered -o findings.xlsx

        gongkai findings --methods
    """
    from nlp.findings import Finding, Kind, find
    from nlp.findings.find import METHOD
    from nlp.index import Database
    from nlp.output.findings import write_findings
    from nlp.output.hits import HitFormat

    written_as = format_of(HitFormat, format, output)
    kinds = members(Kind, kind, "--kind") or tuple(Kind)
    filters = filters_of(theme=theme, year=year, region=region, agency=agency, level=level)
    if methods:
        for one in kinds:
            print(f"{one.chinese} {one}: {METHOD[one]}", file=sys.stderr if database else sys.stdout)
    if database is None:
        if methods:
            return
        raise UsageError("name a database of gongkai index, e.g. gongkai findings reports.db")
    with Database.open_readonly(database) as opened:
        found: list[Finding] = []
        for one in kinds:
            found += sorted(find(opened, one, filters), key=lambda finding: -finding.score)
    write_findings(found, written_as, output)

"""`gongkai findings`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nlp.cli.choices import format_of, members
from nlp.cli.options import (
    AgencyOption,
    DatabaseArgument,
    FormatOption,
    LevelOption,
    OutputOption,
    RegionOption,
    ThemeOption,
    YearOption,
    filters_of,
)


def findings(
    database: DatabaseArgument,
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

    written_as = format_of(HitFormat, format, output)
    kinds = members(Kind, kind, "--kind") or tuple(Kind)
    filters = filters_of(theme=theme, year=year, region=region, agency=agency, level=level)
    if methods:
        for one in kinds:
            print(f"{one.chinese} {one}: {METHOD[one]}", file=sys.stderr)
    with Database.open_readonly(database) as opened:
        found: list[Finding] = []
        for one in kinds:
            found += sorted(find(opened, one, filters), key=lambda finding: -finding.score)
    write_findings(found, written_as, output)

"""Options that several commands take, each with the one help text, and what is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp.cli.choices import members, years
from nlp.labels import Category, Level, Theme

if TYPE_CHECKING:
    from nlp.search import Filters

DatabaseArgument = Annotated[Path, typer.Argument(help="A database of gongkai index.", show_default=False)]
ThemeOption = Annotated[
    str | None, typer.Option(help="Themes, e.g. staffing or 队伍能力.", show_default=False)
]
YearOption = Annotated[
    str | None, typer.Option(help="A year, or years: 2021, 2019-2023, 2020-.", show_default=False)
]
RegionOption = Annotated[str | None, typer.Option(help="Part of a province's name.", show_default=False)]
AgencyOption = Annotated[str | None, typer.Option(help="Part of an agency's name.", show_default=False)]
LevelOption = Annotated[
    str | None,
    typer.Option(help="Levels: national, province, city, county, township.", show_default=False),
]
ConfidenceOption = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Only statements decided at least this confidently.")
]
ThreadsOption = Annotated[int | None, typer.Option(min=1, help="Processor cores to use.", show_default="all")]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        help="table, jsonl, csv or xlsx. By default what --output's name says, else a table on a terminal and "
        "jsonl in a pipe.",
        show_default=False,
    ),
]


def _unless_standard(output: Path | None) -> Path | None:
    """The file to write; None, which is standard output, for `-`, as for inputs."""
    return None if output == Path("-") else output


OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Write to this file: it is complete, or absent; - is standard output.",
        callback=_unless_standard,
    ),
]


def filters_of(
    *,
    theme: str | None,
    year: str | None,
    region: str | None,
    agency: str | None,
    level: str | None,
    categories: tuple[Category, ...] = (Category.PROBLEM,),
    min_confidence: float = 0.0,
) -> Filters:
    """The filters that the options ask for. Raises UsageError naming the option that is wrong, and its choices."""
    from nlp.search import Filters

    return Filters(
        categories=categories,
        themes=members(Theme, theme, "--theme"),
        years=years(year),
        levels=members(Level, level, "--level"),
        region=region,
        agency=agency,
        min_confidence=min_confidence,
    )

"""`gongkai search`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

import models
from nlp.cli.choices import format_of, members
from nlp.cli.options import (
    AgencyOption,
    ConfidenceOption,
    DatabaseArgument,
    FormatOption,
    LevelOption,
    OutputOption,
    RegionOption,
    ThemeOption,
    YearOption,
    filters_of,
)
from nlp.errors import UsageError
from nlp.labels import Category

if TYPE_CHECKING:
    from nlp.search import Page


def search(
    database: DatabaseArgument,
    query: Annotated[
        str,
        typer.Argument(
            help='Words (all of them), "phrases", AND, OR, NOT, -word, brackets. Empty: all. Put -- '
            "before a query that begins with -.",
            show_default=False,
        ),
    ] = "",
    category: Annotated[
        str, typer.Option(help="Categories, e.g. problem,improvement or 改进措施; all for all.")
    ] = str(Category.PROBLEM),
    theme: ThemeOption = None,
    year: YearOption = None,
    region: RegionOption = None,
    agency: AgencyOption = None,
    level: LevelOption = None,
    min_confidence: ConfidenceOption = 0.0,
    semantic: Annotated[bool, typer.Option("--semantic", help="By meaning only.")] = False,
    keyword: Annotated[
        bool, typer.Option("--keyword", help="By words only.", show_default="both, fused")
    ] = False,
    context: Annotated[bool, typer.Option("--context", help="The statements before and after, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Hits to show.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page of that many hits.")] = 1,
    count_by: Annotated[
        str | None,
        typer.Option(
            help="Count what would be found instead, by theme, year, region, level, category, agency. Words alone "
            "(--keyword) count all that hold them; by meaning, the nearest thousand or so are found.",
            show_default=False,
        ),
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Search the statements of a database: problems, unless another category is asked for.

    Chinese is searched by character, so one character is found as a sentence is. Where the database was made with
    vectors, statements that mean the same in other words are found too.

    Examples:

        gongkai search reports.db 人员不足

        gongkai search reports.db '"更新不及时" OR 滞后' --year 2019-2023 --region 河南

        gongkai search reports.db 培训 --category improvement --format csv -o training.csv

        gongkai search reports.db --count-by theme,year
    """
    from nlp.index import Database
    from nlp.output.hits import HitFormat, write_counts, write_hits
    from nlp.search import Method, Query, Searcher
    from nlp.search.searcher import Facet, has_vectors

    if semantic and keyword:
        raise UsageError("--semantic and --keyword: give one of them, or neither for both ways")
    written_as = format_of(HitFormat, format, output)
    filters = filters_of(
        theme=theme,
        year=year,
        region=region,
        agency=agency,
        level=level,
        categories=() if category in ("all", "全部") else members(Category, category, "--category"),
        min_confidence=min_confidence,
    )
    asked = Query.parse(query)
    with Database.open_readonly(database) as opened:
        facets = members(Facet, count_by, "--count-by") if count_by else []
        vectors = has_vectors(opened.connection)
        if semantic and not vectors:
            raise UsageError(f"{database}: holds no vectors: run gongkai index on it again, with --semantic")
        method = Method.SEMANTIC if semantic else Method.KEYWORD if keyword or not vectors else Method.HYBRID
        meaning = None
        if method is not Method.KEYWORD and asked.tree is not None:
            from nlp.search.encoder import OnnxEncoder
            from nlp.search.semantic import Semantic

            meaning = Semantic(opened.connection, OnnxEncoder(models.ENCODER))
        searcher = Searcher(opened, meaning)
        if count_by:
            counts = {facet: searcher.count_by(facet, asked, filters, method=method) for facet in facets}
            write_counts(counts, written_as, output)
            return
        found = searcher.search(
            asked, filters, method=method, limit=limit, offset=(page - 1) * limit, context=context
        )
    write_hits(found, written_as, output)
    if output or not sys.stdout.isatty():
        return
    _say(found)


def _say(found: Page) -> None:
    shown = f"{found.offset + 1}–{found.offset + len(found.hits)} of " if found.hits else ""
    print(f"{shown}{found.total} statements", file=sys.stderr)

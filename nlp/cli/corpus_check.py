"""`gongkai corpus check`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlp.cli.choices import members
from nlp.errors import UsageError
from nlp.labels import Category, Label, Theme

if TYPE_CHECKING:
    from training.quality import Corpus, Violation
    from training.quality.distribution import Distribution
    from training.quality.duplicates import DuplicateStatement, LikeReports
    from training.quality.suspects import Suspect


class Part(Label):
    """What of a corpus is checked."""

    RULES = "rules", "规则"
    DUPLICATES = "duplicates", "重复"
    DISTRIBUTION = "distribution", "分布"
    LABELS = "labels", "标签"


def check(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="CORPUS",
            help="A directory with train/, dev/, test/, or a directory or file of annotated text without splits.",
            show_default="the corpus that comes with gongkai",
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="Only these parts: rules, duplicates, distribution, labels.", show_default=False),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", help="table or json (which has everything).")
    ] = "table",
    limit: Annotated[int, typer.Option(min=0, help="Lines that a table shows of each kind; 0 for all.")] = 20,
    folds: Annotated[int, typer.Option(min=2, help="Folds of reports, to find likely label errors.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the folds.")] = 0,
) -> None:
    """Check a corpus: against the guideline, for duplicates, and for labels that are likely errors.

    - **rules**: lines that break the line format; themes missing, forbidden or more than three; a stop inside a
      statement (B2); an enumerator inside one, after a comma or a colon (B3); a cut at a comma between two statements
      of one category (B4); a statement that ends without a stop inside a paragraph, unless it is the heading that the
      paragraph opens with (B5); two reports of one id
    - **duplicates**: the same statement, or nearly the same report, within a split and across splits
    - **distribution**: how often each label stands in each split
    - **labels**: categories that a model of the other reports holds for errors, each with the one it suggests. Takes a
      minute or two on 14,000 statements, and is right about some of them only: read each with the guideline

    Examples:

        gongkai corpus check

        gongkai corpus check my-corpus/ --only rules

        gongkai corpus check my-corpus/ --only labels --limit 50

        gongkai corpus check my-corpus/ --format json > check.json

    Exit status: 0 no rule is broken; 1 some are.
    """
    from training.annotation import CORPUS
    from training.quality import check, read_corpus

    if format not in ("table", "json"):
        raise UsageError(f"--format: no format {format!r}; choose from table, json")
    parts = members(Part, only, "--only") or tuple(Part)
    read = read_corpus(path or CORPUS)
    result: dict[str, Any] = {}
    violations: list[Violation] = []
    as_table = format == "table"
    if Part.RULES in parts:
        violations = check(read)
        result["rules"] = [_rule(violation) for violation in violations]
        if as_table:
            _print_rules(violations, limit)
    if Part.DUPLICATES in parts:
        from training.quality.duplicates import duplicate_statements, like_reports, shared_by_splits

        repeated, alike = duplicate_statements(read), like_reports(read)
        shared = shared_by_splits(repeated, read.splits)
        result["duplicates"] = {
            "shared": [{"splits": list(pair), "statements": count} for pair, count in shared.items()],
            "statements": [_duplicate(one) for one in repeated],
            "reports": [_like(one) for one in alike],
        }
        if as_table:
            _print_duplicates(repeated, alike, shared, limit)
    if Part.DISTRIBUTION in parts:
        from training.quality.distribution import distribution

        found = {split: distribution(reports) for split, reports in read.splits.items()}
        result["distribution"] = {split: _distribution(one) for split, one in found.items()}
        if as_table:
            _print_distribution(found)
    if Part.LABELS in parts:
        from training.quality.suspects import suspects

        likely = suspects(read, folds, seed)
        result["labels"] = [_suspect(one) for one in likely]
        if as_table:
            _print_suspects(likely, read, limit)
    if not as_table:
        print(json.dumps(result, ensure_ascii=False, indent=2))
    if violations:
        raise typer.Exit(1)


def _rule(violation: Violation) -> dict[str, Any]:
    return {"where": str(violation.place), "rule": violation.rule, "message": violation.message}


def _duplicate(duplicate: DuplicateStatement) -> dict[str, Any]:
    return {
        "text": duplicate.text,
        "where": [str(place) for place in duplicate.places],
        "splits": list(duplicate.splits),
        "categories": [str(category) for category in duplicate.categories],
        "conflicting": duplicate.conflicting,
    }


def _like(like: LikeReports) -> dict[str, Any]:
    return {
        "reports": list(like.ids),
        "where": [str(place) for place in like.places],
        "splits": [place.split for place in like.places],
        "likeness": round(like.likeness, 3),
    }


def _distribution(found: Distribution) -> dict[str, Any]:
    return {
        "reports": found.reports,
        "statements": found.statements,
        "categories": {str(category): count for category, count in found.categories.items()},
        "themes": {str(theme): count for theme, count in found.themes.items()},
    }


def _suspect(suspect: Suspect) -> dict[str, Any]:
    return {
        "where": str(suspect.place),
        "text": suspect.text,
        "given": str(suspect.given),
        "suggested": str(suspect.suggested),
        "confidence_given": round(suspect.confidence[0], 4),
        "confidence_suggested": round(suspect.confidence[1], 4),
    }


def _print_some(lines: Sequence[str], limit: int) -> None:
    """`lines`, as they are (a terminal's width cuts none, so that file:line can be clicked), or the first `limit`."""
    shown = lines[:limit] if limit else lines
    for line in shown:
        print(line)
    if len(shown) < len(lines):
        print(f"… and {len(lines) - len(shown)} more (--limit 0 shows all)")


def _print_rules(violations: Sequence[Violation], limit: int) -> None:
    print(f"rules broken: {len(violations)}")
    _print_some([str(violation) for violation in violations], limit)


def _print_duplicates(
    repeated: Sequence[DuplicateStatement],
    alike: Sequence[LikeReports],
    shared: dict[tuple[str, str], int],
    limit: int,
) -> None:
    counts = ", ".join(f"{a if a == b else f'{a} and {b}'} {count}" for (a, b), count in shared.items())
    print(f"\nstatements that stand in several places: {len(repeated)} ({counts})")
    _print_some([_line_of(duplicate) for duplicate in repeated], limit)
    print(f"\nreports that are nearly the same: {len(alike)} pairs")
    lines = [f"{a.places[0]}: {a.likeness:.2f} like {a.places[1]} ({a.ids[0]}, {a.ids[1]})" for a in alike]
    _print_some(lines, limit)


def _line_of(duplicate: DuplicateStatement) -> str:
    first, *others = duplicate.places
    mark = (
        f"CONFLICT {', '.join(dict.fromkeys(map(str, duplicate.categories)))}: "
        if duplicate.conflicting
        else ""
    )
    return f"{first}: {mark}also at {', '.join(map(str, others))}: {duplicate.text}"


def _print_distribution(found: dict[str, Distribution]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "labels", *(f"{split} ({one.reports} reports)" for split, one in found.items()), title="distribution"
    )
    table.add_row("statements", *(str(one.statements) for one in found.values()), end_section=True)
    for category in Category:
        cells = (_share(one.categories[category], sum(one.categories.values())) for one in found.values())
        table.add_row(f"{category.chinese} {category}", *cells, end_section=category is Category.OTHER)
    for theme in Theme:
        cells = (_share(one.themes[theme], sum(one.themes.values())) for one in found.values())
        table.add_row(f"{theme.chinese} {theme}", *cells)
    Console().print(table)


def _share(count: int, total: int) -> str:
    return f"{count} ({count / total:.1%})" if total else "0"


def _print_suspects(likely: Sequence[Suspect], read: Corpus, limit: int) -> None:
    statements = sum(1 for _ in read.statements())
    print(f"\nlabels that are likely errors: {len(likely)} of {statements}")
    _print_some([str(suspect) for suspect in likely], limit)

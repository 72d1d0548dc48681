"""`gongkai benchmark`."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

import models
from nlp.errors import UsageError


def benchmark(
    model: Annotated[str, typer.Option(help="A model's name or directory.")] = models.DEFAULT,
    reports: Annotated[
        int,
        typer.Option(min=1, help="Reports to tag: the corpus' dev split, repeated where that is too few."),
    ] = 64,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds in which every system is timed once.")] = 5,
    linear: Annotated[
        bool,
        typer.Option(
            "--linear", help="Compare 100 with 10,000 reports, and tag one of 200 pages, too. Takes long."
        ),
    ] = False,
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
) -> None:
    """Measure how fast tagging is: beside other ways to do the same, and beside what this machine could do.

    Everything is measured in one run on the same reports, in turn, and told as ratios. Systems that need torch are left
    out, with a word, where the extra `train` is not installed. Half an hour on a small machine; let nothing else run.

    Examples:

        gongkai benchmark

        gongkai benchmark --reports 8 --repeats 3

        gongkai benchmark --format json > speed.json
    """
    from eval.speed.benchmark import LINEAR
    from eval.speed.benchmark import benchmark as measure

    if format not in ("table", "json"):
        raise UsageError(f"--format: no format {format!r}; choose from table, json")

    def say(what: str) -> None:
        print(what, file=sys.stderr, flush=True)

    result = measure(model, reports, repeats, say, linear=LINEAR if linear else None)
    if format == "json":
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _print(result)


def _print(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    about, texts = result["machine"], result["texts"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items() if version)
    console.print(
        f"{about['processor']}, {about['cores']} cores, load {about['load']} at the beginning; {versions}"
    )
    console.print(
        f"model {result['model']}; {texts['reports']} reports, {texts['characters']:,} characters, "
        f"{texts['tokens']:,} tokens in {texts['windows']} windows, "
        f"{texts['share_of_real_tokens']:.0%} of the batches; {result['repeats']} rounds, medians [lowest, highest]"
    )
    table = Table("", "characters/s", "reports/s", "× plain pipeline", "of the limit", title="systems")
    for system in result["systems"]:
        table.add_row(*_row(system["name"], system))
    limit = result["limit"]
    if "missing" in limit:
        table.add_row("the limit", limit["missing"])
    else:
        table.add_row(
            "the limit",
            f"{limit['characters_per_second']:,}",
            f"{limit['reports_per_second']:.2f}",
            "",
            "100 %",
        )
    console.print(table)
    for system in result["systems"]:
        console.print(f"{system['name']}: {system['what']}")
    if "missing" not in limit:
        rates = ", ".join(
            f"{name} {rate / 1e9:,.0f}" for name, rate in limit["operations_per_second"].items()
        )
        console.print(
            f"the limit: {limit['operations_per_character'] / 1e6:.1f} million operations a character "
            f"at the best rate of {rates} (thousand million a second)"
        )
    table = Table("threads", "characters/s", "reports/s", "× plain pipeline", "of the limit", title="threads")
    for row in result["threads"]:
        table.add_row(*_row(str(row["threads"]), row))
    console.print(table)
    _print_start(console, result["start"])
    for title, shares in result["time"].items():
        told = ", ".join(f"{name} {share:.1%}" for name, share in shares.items() if share >= 0.01)
        console.print(f"time by {title}: {told}")
    for row in result["linear"]:
        console.print(f"{row['reports']:,} reports: {row['characters_per_second']:,} characters/s")
    if long := result["long_report"]:
        memory = "" if long["peak_bytes"] is None else f", peak memory {long['peak_bytes'] / 1e6:.0f} MB"
        console.print(
            f"one report of {long['pages']} pages, {long['characters']:,} characters: "
            f"{long['seconds']:.1f} s{memory}"
        )


def _print_start(console: Any, start: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table("seconds", "median [lowest, highest]", title="a cold start")
    for name, triple in start["parts_seconds"].items():
        table.add_row(name, _cell(triple, ".3f"))
    table.add_row("to the first window", _cell(start["first_window_seconds"], ".3f"))
    table.add_row("gongkai tag, one report", _cell(start["tag_one_report_seconds"], ".3f"))
    table.add_row("gongkai --help", _cell(start["help_seconds"], ".3f"))
    console.print(table)
    if start["peak_bytes"] is not None:
        console.print(f"peak memory of tagging one report: {start['peak_bytes'] / 1e6:.0f} MB")


def _row(name: str, figures: dict[str, Any]) -> list[str]:
    if "missing" in figures:
        return [name, figures["missing"]]
    return [
        name,
        _cell(figures["characters_per_second"], ",.0f"),
        _cell(figures["reports_per_second"], ".2f"),
        _cell(figures["ratio_to_plain_pipeline"], ".2f"),
        _cell(figures["fraction_of_limit"], ".1%"),
    ]


def _cell(triple: list[float] | None, form: str) -> str:
    if triple is None:
        return "–"
    median, low, high = (format(figure, form) for figure in triple)
    return f"{median} [{low}, {high}]"

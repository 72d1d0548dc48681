"""What `gongkai eval --baselines` prints."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.cli.figures import SHOWN, cell, difference_cell, number, print_json, triples, with_p
from nlp.errors import UsageError

if TYPE_CHECKING:
    from eval.baselines.comparison import Measured


def print_baselines(
    data: list[str],
    model: str,
    only: list[str],
    kept: Path,
    format: str,
    resamples: int,
    seed: int,
    threads: int | None,
) -> None:
    """Train and measure the systems named in `only` (all, if none) and the product, and print a row for each.

    Raises UsageError for a name that no system has.
    """
    from eval.baselines.comparison import compare
    from eval.baselines.systems import BASELINES, product
    from training.annotation import read_split

    shipped = product(model)
    known = [baseline.name for baseline in (*BASELINES, shipped)]
    if unknown := set(only) - set(known):
        raise UsageError(f"--only: no system {', '.join(sorted(unknown))}; choose from {', '.join(known)}")
    chosen = [baseline for baseline in BASELINES if not only or baseline.name in only]
    train = tuple(read_split("train"))
    held_out = tuple(report for name in data for report in read_split(name))

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    with contextlib.redirect_stdout(sys.stderr):  # training libraries print their course
        measured = compare([*chosen, shipped], train, tuple(read_split("dev")), held_out, kept, threads, say)
    rows = [_row(one, measured[-1], resamples, seed) for one in measured]
    result = {
        "trained_on": {"reports": len(train), "statements": sum(len(one.lines) for one in train)},
        "data": data,
        "reports": len(held_out),
        "statements": sum(len(one.lines) for one in held_out),
        "systems": rows,
    }
    if format == "json":
        print_json(result)
    else:
        _print(result)


def _row(one: Measured, product: Measured, resamples: int, seed: int) -> dict[str, Any]:
    row: dict[str, Any] = {"name": one.baseline.name, "what": one.baseline.what}
    if one.missing:
        return row | {"missing": one.missing}
    spread = one.spread()
    return row | {
        "seeds": len(one.runs),
        "scores": triples(one.intervals(resamples, seed)),
        "spread": None if spread is None else {name: number(value) for name, value in spread.items()},
        "learning_seconds": None if one is product else number(one.learning),
        "tagging_seconds": number(one.tagging),
        "product_minus_it": None if one is product else with_p(one.differences(product, resamples, seed)),
    }


def _print(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    trained = result["trained_on"]
    console.print(
        f"trained on {trained['reports']} reports, {trained['statements']} statements; measured on "
        f"{', '.join(result['data'])}: {result['reports']} reports, {result['statements']} statements"
    )
    done = [row for row in result["systems"] if "missing" not in row]
    scores = Table("system", *(name.replace("_", " ") for name in SHOWN))
    costs = Table("system", "product − it: statement F1 [95 %]", "p", "seeds", "training, s", "tagging, s")
    for row in done:
        scores.add_row(row["name"], *(_score(row, name) for name in SHOWN))
        seconds = (_seconds(row[f"{part}_seconds"]) for part in ("learning", "tagging"))
        costs.add_row(row["name"], *_difference(row), str(row["seeds"]), *seconds)
    console.print(scores)
    console.print(costs)
    for row in result["systems"]:
        console.print(f"{row['name']}: {row.get('missing', row['what'])}")


def _score(row: dict[str, Any], name: str) -> str:
    """The score, with its interval where it is the one that decides, and its spread where there are seeds."""
    value, low, high = row["scores"][name]
    if value is None:
        return "–"
    deviation = row["spread"] and row["spread"][name]
    spread = "" if deviation is None else f" ± {deviation:.3f}"
    interval = f" [{low:.3f}, {high:.3f}]" if name == "statement_f1" else ""
    return f"{value:.3f}{spread}{interval}"


def _difference(row: dict[str, Any]) -> tuple[str, str]:
    if row["product_minus_it"] is None:
        return "", ""
    figure = row["product_minus_it"]["statement_f1"]
    return difference_cell(figure), cell([figure[3]] * 3, interval=False)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"

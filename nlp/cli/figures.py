"""Figures with intervals, as `gongkai eval` writes them: lists for programs, cells for tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.intervals import Difference, Interval

Triple = list[float | None]
"""A value with the low and the high end of its interval."""
SHOWN = ("boundary_f1", "statement_f1", "problem_f1", "theme_f1", "category_accuracy")
"""The metrics of a table with a row for each of several systems or folds; JSON has all."""


def number(value: float | None) -> float | None:
    """The value rounded, None if it is not a number."""
    return None if value is None or math.isnan(value) else round(value, 5)


def triple(interval: Interval) -> Triple:
    """Value, low and high."""
    return [number(interval.value), number(interval.low), number(interval.high)]


def triples(scores: Mapping[str, Interval]) -> dict[str, Triple]:
    """Every score as value, low and high."""
    return {name: triple(interval) for name, interval in scores.items()}


def with_p(differences: Mapping[str, Difference]) -> dict[str, Triple]:
    """Every difference as value, low, high and p."""
    return {name: [*triple(found.interval), number(found.p)] for name, found in differences.items()}


def cell(figure: Triple, interval: bool = True) -> str:
    """A score for a table."""
    value, low, high = figure
    if value is None or low is None or high is None:
        return "–"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]" if interval else f"{value:.3f}"


def interval_cell(interval: Interval) -> str:
    """An interval for a table."""
    return cell(triple(interval))


def difference_cell(figure: Triple) -> str:
    """A difference for a table, of value, low, high and, perhaps, p."""
    value, low, high = figure[:3]
    return "–" if value is None else f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"

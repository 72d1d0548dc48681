"""Figures with intervals, as `gongkai eval` writes them: lists for programs, cells for tables."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.intervals import Difference, Interval

Triple = list[float | None]
"""A value with the low and the high end of its interval."""
SHOWN = ("boundary_f1", "statement_f1", "problem_f1", "theme_f1", "category_accuracy")
"""The metrics of a table with a row for each of several systems or folds; JSON has all."""


DIGITS = 5
"""Decimals of a figure in JSON. Tables round for themselves: what is rounded twice may end in another digit."""


def number(value: float | None) -> float | None:
    """The value, None if it is not a number."""
    return None if value is None or math.isnan(value) else value


def mean(values: Sequence[float | None]) -> float | None:
    """The mean, None if one of the values is missing or there are none."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def print_json(result: Mapping[str, Any]) -> None:
    """Print a result for programs, its figures rounded."""
    print(json.dumps(_rounded(result), ensure_ascii=False, indent=2))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Mapping):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


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

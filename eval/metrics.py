"""Metrics: how predicted statements compare with gold ones, as counts that add up over reports.

Every metric is a ratio of sums of counts, so a Tally is one row of numbers a report, and a bootstrap over reports is
a sum over rows drawn with replacement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.labels import Category, Theme
from nlp.report import Report, Section, Statement

Counts = npt.NDArray[np.float64]


class Unit(IntEnum):
    """What is matched between gold and prediction; each takes three counts: gold, predicted, matched."""

    BOUNDARY = 0
    STATEMENT = 1
    THEME = 2
    THEME_ON_GOLD = 3
    ORGANIZATION = 4
    DISCLOSURE = 5
    PROBLEM = 6
    IMPROVEMENT = 7
    OTHER = 8


_OF_CATEGORY = {category: Unit[category.name] for category in Category}
_UNITS = 3 * len(Unit)
_SHARES = 4
"""Characters, of which right; statements on gold boundaries, of which right."""
_CONFUSION = len(Category) ** 2
SIZE = _UNITS + _SHARES + 2 * _CONFUSION


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one report or of many: `counts` (SIZE,)."""

    counts: Counts = field(default_factory=lambda: np.zeros(SIZE))

    def __add__(self, other: Tally) -> Tally:
        """The counts of both."""
        return Tally(self.counts + other.counts)

    def scores(self) -> dict[str, float]:
        """Every metric of `scores_of` for these counts."""
        return {name: float(value) for name, value in scores_of(self.counts).items()}

    def confusion(self) -> npt.NDArray[np.int64]:
        """Gold (rows) against predicted (columns) categories (5, 5) of statements, on gold boundaries."""
        at = _UNITS + _SHARES
        return self.counts[at : at + _CONFUSION].reshape(len(Category), -1).astype(np.int64)

    def character_confusion(self) -> npt.NDArray[np.int64]:
        """The same (5, 5) of characters, on the model's own boundaries."""
        return self.counts[-_CONFUSION:].reshape(len(Category), -1).astype(np.int64)


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies."""
    return sum(tallies, Tally())


def scores_of(counts: Counts) -> dict[str, Counts]:
    """Metrics of counts (..., SIZE), each (...).

    Precision, recall and F1 of boundaries, of statements (exact span and category), of each category and of themes
    (statement and theme; `theme` end to end, `theme_on_gold` on gold boundaries); `statement_macro_f1`;
    `category_accuracy` on gold boundaries; `character_accuracy`. A ratio of nothing to nothing is NaN.
    """
    found: dict[str, Counts] = {}
    for unit in Unit:
        gold, predicted, matched = (counts[..., 3 * unit + i] for i in range(3))
        name = unit.name.lower()
        found[f"{name}_precision"] = ratio(matched, predicted)
        found[f"{name}_recall"] = ratio(matched, gold)
        found[f"{name}_f1"] = ratio(2 * matched, gold + predicted)
    of_categories = np.stack([found[f"{c}_f1"] for c in Category])
    found["statement_macro_f1"] = ratio(
        np.nansum(of_categories, axis=0), (~np.isnan(of_categories)).sum(axis=0)
    )
    characters, right, statements, right_statements = (counts[..., _UNITS + i] for i in range(_SHARES))
    found["category_accuracy"] = ratio(right_statements, statements)
    found["character_accuracy"] = ratio(right, characters)
    return found


def ratio(part: Counts, whole: Counts) -> Counts:
    """`part / whole`, both (...); a ratio of nothing to nothing is NaN."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Counts = np.asarray(part / whole)
    return found


def tally(gold: Report, predicted: Report, on_gold: Report | None = None) -> Tally:
    """Counts of one report.

    `predicted` has the model's own statements; `on_gold` its categories and themes on the gold boundaries, without
    which the metrics that need it are NaN. Raises ValueError if the reports' texts differ.
    """
    counts = np.zeros(SIZE)
    for a, b in zip(gold.sections, predicted.sections, strict=True):
        if a.text != b.text:
            raise ValueError(f"{gold.source}: gold and predicted texts differ")
        _count_matches(counts, a, b)
        _count_characters(counts, a, b)
    for a, b in zip(gold.sections, on_gold.sections if on_gold else (), strict=False):
        _count_on_gold(counts, a.statements, b.statements)
    return Tally(counts)


def _count_matches(counts: Counts, gold: Section, predicted: Section) -> None:
    both = (gold.statements, predicted.statements)
    _add(counts, Unit.BOUNDARY, *({s.end for s in statements} for statements in both))
    _add(counts, Unit.STATEMENT, *({(s.start, s.end, s.category) for s in statements} for statements in both))
    for category, unit in _OF_CATEGORY.items():
        _add(counts, unit, *({(s.start, s.end) for s in found if s.category is category} for found in both))
    _add(counts, Unit.THEME, *(_theme_pairs(statements) for statements in both))


def _add(counts: Counts, unit: Unit, gold: Set[Any], predicted: Set[Any]) -> None:
    counts[3 * unit : 3 * unit + 3] += (len(gold), len(predicted), len(gold & predicted))


def _theme_pairs(statements: Sequence[Statement]) -> set[tuple[int, int, Theme]]:
    return {(s.start, s.end, theme) for s in statements for theme in s.themes}


def _count_on_gold(counts: Counts, gold: Sequence[Statement], predicted: Sequence[Statement]) -> None:
    order = list(Category)
    at = _UNITS + _SHARES
    for a, b in zip(gold, predicted, strict=True):
        counts[_UNITS + 2] += 1
        counts[_UNITS + 3] += a.category is b.category
        counts[at + order.index(a.category) * len(order) + order.index(b.category)] += 1
    _add(counts, Unit.THEME_ON_GOLD, _theme_pairs(gold), _theme_pairs(predicted))


def _count_characters(counts: Counts, gold: Section, predicted: Section) -> None:
    golds, predictions = (categories_of_characters(section) for section in (gold, predicted))
    known = (golds >= 0) & (predictions >= 0)
    pairs = golds[known] * len(Category) + predictions[known]
    counts[_UNITS] += known.sum()
    counts[_UNITS + 1] += (golds[known] == predictions[known]).sum()
    counts[-_CONFUSION:] += np.bincount(pairs, minlength=_CONFUSION)


def categories_of_characters(section: Section) -> npt.NDArray[np.int64]:
    """The category's index for every character (n,); -1 for line breaks, which belong to no statement."""
    order = list(Category)
    found = np.full(len(section.text), -1)
    for statement in section.statements:
        found[statement.start : statement.end] = order.index(statement.category)
    return found

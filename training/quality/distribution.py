"""Distribution: how often each label stands in each split. Splits that differ much measure something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.labels import Category, Theme
from training.annotation import AnnotatedReport


@dataclass(frozen=True, slots=True)
class Distribution:
    """Counts of one split."""

    reports: int
    statements: int
    categories: dict[Category, int]
    themes: dict[Theme, int]


def distribution(reports: Iterable[AnnotatedReport]) -> Distribution:
    """The counts of `reports`; labels that never occur are there with 0."""
    listed = list(reports)
    statements = [statement for annotated in listed for statement in annotated.report.statements()]
    categories = Counter(statement.category for statement in statements)
    themes = Counter(theme for statement in statements for theme in statement.themes)
    return Distribution(
        len(listed),
        len(statements),
        {category: categories[category] for category in Category},
        {theme: themes[theme] for theme in Theme},
    )

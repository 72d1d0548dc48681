"""Linear heads: logistic regressions from what is known of a statement to its category and its themes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from eval.baselines.statementwise import labelled
from nlp.labels import Category, Theme
from nlp.report import Section, Statement


class LinearHeads:
    """Two of scikit-learn's models, to be fitted: from inputs to a number for the category, and to a flag a theme."""

    def __init__(self, category: Any, themes: Any) -> None:
        self._category, self._themes = category, themes

    def fit(self, inputs: Any, statements: Sequence[Statement]) -> LinearHeads:
        """Learn from annotated statements and their `inputs`, one a statement: texts, or an array (n, d)."""
        self._category.fit(inputs, [list(Category).index(s.category) for s in statements])
        themed = [i for i, s in enumerate(statements) if s.themes]
        targets = np.asarray([[t in statements[i].themes for t in Theme] for i in themed], dtype=int)
        shown = inputs[themed] if isinstance(inputs, np.ndarray) else [inputs[i] for i in themed]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="sklearn")  # a few statements may lack a theme
            self._themes.fit(shown, targets)
        return self

    def label(self, sections: Sequence[Section], inputs: Any) -> list[Section]:
        """The sections with their statements classified; `inputs` are those of all statements, in their order."""
        if not len(inputs):
            return list(sections)
        categories = np.zeros((len(inputs), len(Category)))  # one that was never shown stays at nought
        categories[:, self._category.classes_] = self._category.predict_proba(inputs)
        rows = zip(categories, self._themes.predict_proba(inputs), strict=True)
        return [
            replace(section, statements=tuple(_labelled(s, *next(rows)) for s in section.statements))
            for section in sections
        ]


def _labelled(statement: Statement, category: Any, themes: Any) -> Statement:
    return labelled(
        statement,
        dict(zip(Category, map(float, category), strict=True)),
        dict(zip(Theme, map(float, themes), strict=True)),
    )

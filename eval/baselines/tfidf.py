"""Baselines: what a model has to beat. Rules for boundaries, TF-IDF and a linear model for categories and themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from eval.folds import Fold
from nlp.boundary import Evidence, candidates
from nlp.labels import Category, Theme
from nlp.report import Section, Statement
from nlp.window import heading_segment
from training.annotation import AnnotatedReport


@dataclass(frozen=True, slots=True)
class TfidfLearner:
    """Fits the TfidfBaseline of each fold."""

    name: str = "tfidf"
    settings: str = "character 1- to 4-grams, logistic regression, C = 10"

    def fit(self, fold: Fold, directory: Path) -> TfidfBaseline:
        """The baseline, fitted on the fold's training reports; nothing is kept."""
        return TfidfBaseline().fit(fold.train)


_RULES = (Evidence.LINE, Evidence.STOP, Evidence.WEAK_STOP, Evidence.ENUMERATOR)


class TfidfBaseline:
    """A statement ends at every stop and before every enumerator; character n-grams decide the rest."""

    def fit(self, reports: Sequence[AnnotatedReport]) -> TfidfBaseline:
        """Learn from annotated reports; needs scikit-learn."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.pipeline import make_pipeline

        pairs = [
            (features(section, s), s)
            for a in reports
            for section in a.report.sections
            for s in section.statements
        ]
        self._categories = category_model()
        self._categories.fit(
            [text for text, _ in pairs], [list(Category).index(s.category) for _, s in pairs]
        )
        themed = [(text, s) for text, s in pairs if s.themes]
        targets = np.asarray([[theme in s.themes for theme in Theme] for _, s in themed], dtype=int)
        self._themes = make_pipeline(
            _vectorizer(), OneVsRestClassifier(LogisticRegression(C=10, max_iter=300))
        )
        self._themes.fit([text for text, _ in themed], targets)
        return self

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with statements cut by rule."""
        return self.classify([_cut(section) for section in sections])

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified."""
        texts = [features(section, s) for section in sections for s in section.statements]
        if not texts:
            return list(sections)
        rows = iter(
            zip(self._categories.predict_proba(texts), self._themes.predict_proba(texts), strict=True)
        )
        return [
            replace(section, statements=tuple(_labelled(s, *next(rows)) for s in section.statements))
            for section in sections
        ]


def category_model() -> Any:
    """The pipeline, to be fitted, from `features` of statements to a number for their category; needs scikit-learn."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(_vectorizer(), LogisticRegression(C=10, max_iter=300))


def features(section: Section, statement: Statement) -> str:
    """What the baseline reads of a statement: its section's heading, and its text."""
    return f"{heading_segment(section)}\n{statement.text.strip()}"


def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)


def _cut(section: Section) -> Section:
    ends = {c.end for c in candidates(section.text) if c.evidence in _RULES}
    statements = []
    for start, stop in section.paragraph_spans():
        for end in sorted({stop, *(e for e in ends if start < e < stop)}):
            statements.append(Statement(section.text[start:end], start, end, Category.OTHER))
            start = end
    return replace(section, statements=tuple(statements))


def _labelled(statement: Statement, category: Any, themes: Any) -> Statement:
    confidence = dict(zip(Category, map(float, category), strict=True))
    best = max(confidence, key=lambda c: confidence[c])
    ranked = sorted(zip(Theme, map(float, themes), strict=True), key=lambda pair: -pair[1])[:3]
    kept = {theme: p for i, (theme, p) in enumerate(ranked) if i == 0 or p >= 0.5}
    return replace(statement, category=best, confidence=confidence, themes=kept if best.has_themes else {})

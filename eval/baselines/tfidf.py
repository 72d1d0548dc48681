"""TF-IDF: character n-grams and a linear model, on statements cut by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.baselines.linear import LinearHeads
from eval.baselines.statementwise import CUTTING, Statementwise, features
from eval.folds import Fold
from nlp.report import Section, statements_of
from training.annotation import AnnotatedReport, annotated_statements

__all__ = ["TfidfBaseline", "TfidfLearner", "category_model", "features"]


@dataclass(frozen=True, slots=True)
class TfidfLearner:
    """Fits the TfidfBaseline of each fold."""

    name: str = "tfidf"
    settings: str = f"character 1- to 4-grams, logistic regression, C = 10; {CUTTING}"

    def fit(self, fold: Fold, directory: Path) -> TfidfBaseline:
        """The baseline, fitted on the fold's training reports; nothing is kept."""
        return TfidfBaseline().fit(fold.train)


class TfidfBaseline(Statementwise):
    """A statement ends at every stop and before every enumerator; character n-grams decide the rest."""

    def fit(self, reports: Sequence[AnnotatedReport]) -> TfidfBaseline:
        """Learn from annotated reports; needs scikit-learn."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.pipeline import make_pipeline

        pairs = annotated_statements(reports)
        themes = make_pipeline(_vectorizer(), OneVsRestClassifier(LogisticRegression(C=10, max_iter=300)))
        self._heads = LinearHeads(category_model(), themes).fit(
            [features(section, s) for section, s in pairs], [s for _, s in pairs]
        )
        return self

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified."""
        return self._heads.label(sections, [features(section, s) for section, s in statements_of(sections)])


def category_model() -> Any:
    """The pipeline, to be fitted, from `features` of statements to a number for their category; needs scikit-learn."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(_vectorizer(), LogisticRegression(C=10, max_iter=300))


def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)

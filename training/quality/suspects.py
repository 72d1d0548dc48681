"""Suspects: statements whose category is likely an error, by confident learning (Northcutt, Jiang and Chuang 2021,
JAIR 70), with cleanlab.

Every statement is classified by a TF-IDF model that never saw its report. cleanlab estimates from those probabilities
how many labels of each category are wrong, and which.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from nlp.extras import needs
from nlp.labels import Category
from training.quality.corpus import Corpus, Place

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Suspect:
    """A statement whose category is likely an error.

    `confidence` holds the probabilities of the given category and of the suggested one.
    """

    place: Place
    text: str
    given: Category
    suggested: Category
    confidence: tuple[float, float]

    def __str__(self) -> str:
        given, suggested = self.confidence
        return f"{self.place}: {self.given} {given:.2f}, rather {self.suggested} {suggested:.2f}: {self.text.strip()}"


def suspects(corpus: Corpus, folds: int = FOLDS, seed: int = 0) -> list[Suspect]:
    """Likely label errors, likeliest first; folds are of whole reports.

    None where there are fewer than two reports or two categories. Raises UsageError without the extra `train`.
    """
    with needs("train", "looking for label errors"):
        from cleanlab.filter import find_label_issues
        from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from eval.baselines import category_model, features

    statements = list(corpus.statements())
    groups = np.repeat(
        np.arange(sum(1 for _ in corpus.reports())),
        [len(annotated.lines) for _, annotated in corpus.reports()],
    )
    known = [category for category in Category if any(s.category is category for _, _, s in statements)]
    labels = np.array([known.index(statement.category) for _, _, statement in statements])
    folds = min(folds, len(set(groups.tolist())))
    if folds < 2 or len(known) < 2:
        return []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="sklearn")  # small corpora lack a category in some fold
        probabilities = cross_val_predict(
            category_model(),
            [features(section, statement) for _, section, statement in statements],
            labels,
            groups=groups,
            cv=StratifiedGroupKFold(folds, shuffle=True, random_state=seed),
            method="predict_proba",
        )
    found = find_label_issues(labels, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [
        Suspect(
            place=statements[i][0],
            text=statements[i][2].text,
            given=known[labels[i]],
            suggested=known[int(probabilities[i].argmax())],
            confidence=(float(probabilities[i][labels[i]]), float(probabilities[i].max())),
        )
        for i in found
    ]

"""Logistic regression, by scikit-learn, as the rows of a linear layer: also of classes that no example has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

UNSEEN = -10.0
"""The bias of a class, or a label, that no example has."""
_ITERATIONS = 300


def fit_classes(
    features: Any, targets: npt.NDArray[np.int64], count: int, strength: float
) -> tuple[Floats, Floats]:
    """Weights (count, w) and bias (count,) of classes that exclude each other.

    `features` (n, w) may be sparse, `targets` are (n,), `strength` is the inverse one of the regularisation. All are 0
    where there is one class alone.
    """
    from sklearn.linear_model import LogisticRegression

    seen = np.unique(targets)
    weights, bias = np.zeros((count, features.shape[1])), np.full(count, UNSEEN)
    if len(seen) < 2:
        return weights, np.zeros(count)
    fitted = LogisticRegression(C=strength, max_iter=_ITERATIONS).fit(features, targets)
    rows, intercepts = fitted.coef_, fitted.intercept_
    if len(seen) == 2:  # scikit-learn gives one row for both
        rows, intercepts = (np.concatenate([-one, one]) / 2 for one in (rows, intercepts))
    weights[seen], bias[seen] = rows, intercepts
    return weights, bias


def fit_labels(features: Any, targets: npt.NDArray[np.bool_], strength: float) -> tuple[Floats, Floats]:
    """The same, (k, w) and (k,), of labels (n, k) that do not exclude each other: a regression for each."""
    from sklearn.linear_model import LogisticRegression

    weights, bias = np.zeros((targets.shape[1], features.shape[1])), np.full(targets.shape[1], UNSEEN)
    for i, label in enumerate(targets.T):
        if label.any() and not label.all():
            fitted = LogisticRegression(C=strength, max_iter=_ITERATIONS).fit(features, label)
            weights[i], bias[i] = fitted.coef_[0], fitted.intercept_[0]
        elif label.any():
            bias[i] = 0.0
    return weights, bias

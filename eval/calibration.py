"""Calibration: whether a confidence of 0.8 is right eight times in ten, and the temperature that makes it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.labels import Category
from nlp.report import Report

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BINS = 15


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram: mean confidence, share right and size of each bin (k,), and the expected error."""

    confidence: Floats
    accuracy: Floats
    size: Ints
    ece: float


def gather(gold: Sequence[Report], on_gold: Sequence[Report]) -> tuple[Floats, Ints]:
    """Probabilities (n, 5) of every statement on its gold boundaries, and gold categories (n,)."""
    order = list(Category)
    probabilities = [[s.confidence[c] for c in order] for report in on_gold for s in report.statements()]
    categories = [order.index(s.category) for report in gold for s in report.statements()]
    return np.asarray(probabilities).reshape(-1, len(order)), np.asarray(categories, dtype=np.int64)


def reliability(probabilities: Floats, gold: Ints, bins: int = BINS) -> Reliability:
    """Bins of equal mass over the winner's confidence (Nixon et al. 2019, arXiv:1904.01685) and their error."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == gold
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    means = np.asarray([confidence[part].mean() for part in parts])
    shares = np.asarray([right[part].mean() for part in parts])
    sizes = np.asarray([len(part) for part in parts])
    ece = float(np.abs(means - shares) @ sizes / max(sizes.sum(), 1)) if parts else float("nan")
    return Reliability(means, shares, sizes, ece)


def scale(probabilities: Floats, temperature: float) -> Floats:
    """The probabilities that logits divided by `temperature` would give."""
    logits = np.log(np.clip(probabilities, 1e-12, 1)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    scaled: Floats = powers / powers.sum(axis=1, keepdims=True)
    return scaled


def fit_temperature(probabilities: Floats, gold: Ints) -> float:
    """The temperature of least log loss (Guo et al. 2017, arXiv:1706.04599)."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(gold))

    def loss(log_temperature: float) -> float:
        return float(-np.log(scale(probabilities, np.exp(log_temperature))[rows, gold] + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))

"""Intervals: how far a score would move with other reports, by the bootstrap.

Reports are drawn, not statements: the statements of one report are alike (Efron and Tibshirani 1993, ch. 8; for
comparisons, the paired bootstrap of Koehn 2004, W04-3250).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import Counts, Tally, scores_of, total

RESAMPLES = 2000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A score with the interval that holds 95 % of its bootstrap replicates."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Difference:
    """A score's difference, B minus A, on the same reports; `p` is two-sided."""

    interval: Interval
    p: float


def _rows(tallies: Sequence[Tally]) -> Counts:
    return np.stack([tally.counts for tally in tallies])


def _weights(reports: int, resamples: int, seed: int) -> Counts:
    """How often each report is drawn in each resample: (resamples, reports)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(reports, np.full(reports, 1 / reports), size=resamples).astype(np.float64)


def intervals(tallies: Sequence[Tally], resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
    """Every metric over the reports of `tallies`, with its percentile interval."""
    return bootstrap(_rows(tallies), scores_of, resamples, seed)


def bootstrap(
    rows: Counts,
    scores: Callable[[Counts], Mapping[str, Counts]],
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Interval]:
    """Every score of counts that add up over reports, with its percentile interval.

    `rows` (reports, n) holds the counts of each report; `scores` makes of counts (..., n) scores of (...).
    """
    replicates = scores(_weights(len(rows), resamples, seed) @ rows)
    return {
        name: _interval(float(value), replicates[name]) for name, value in scores(rows.sum(axis=0)).items()
    }


def differences(
    a: Sequence[Tally], b: Sequence[Tally], resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Difference]:
    """Every metric's difference between two systems on the same reports, in the same order."""
    weights = _weights(len(a), resamples, seed)
    replicates_a, replicates_b = scores_of(weights @ _rows(a)), scores_of(weights @ _rows(b))
    scores_a, scores_b = total(a).scores(), total(b).scores()
    found = {}
    for name in scores_a:
        delta = replicates_b[name] - replicates_a[name]
        found[name] = Difference(_interval(scores_b[name] - scores_a[name], delta), _p(delta))
    return found


def _p(delta: Counts) -> float:
    """Twice the share of the replicates (n,) on the rarer side of zero; resamples without a value do not count."""
    finite = delta[np.isfinite(delta)]
    if not len(finite):
        return float("nan")
    return min(1.0, 2 * float(min(np.mean(finite <= 0), np.mean(finite >= 0))))


def _interval(value: float, replicates: Counts) -> Interval:
    finite = replicates[np.isfinite(replicates)]
    if not len(finite):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))


def by_group(groups: Sequence[str], tallies: Sequence[Tally]) -> Iterator[tuple[str, list[Tally]]]:
    """The tallies of each group, groups sorted by name."""
    for name in sorted(set(groups)):
        yield name, [tally for group, tally in zip(groups, tallies, strict=True) if group == name]

"""The comparison: every system learnt from the same reports, measured on the same others, beside the product.

What is measured is kept by `eval.crossvalidation`, a fold a seed, so that a stopped comparison goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from eval.baselines.systems import Baseline
from eval.crossvalidation import FoldResult, cross_validate
from eval.folds import Fold, Reports
from eval.intervals import RESAMPLES, Difference, Interval, differences, intervals
from eval.metrics import Tally, total


@dataclass(frozen=True, slots=True)
class Measured:
    """What a system scored with each of its seeds; `missing` says what it needs where it could not run."""

    baseline: Baseline
    runs: tuple[FoldResult, ...] = ()
    missing: str | None = None

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Counts of each report, means over the seeds."""
        return tuple(
            Tally(total(tallies).counts / len(self.runs))
            for tallies in zip(*(run.tallies for run in self.runs), strict=True)
        )

    def intervals(self, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
        """Every metric of the mean counts, with the interval over reports."""
        return intervals(self.tallies, resamples, seed)

    def spread(self) -> dict[str, float] | None:
        """The standard deviation of every metric over the seeds, NaN where one of them has no value; None with one."""
        if len(self.runs) < 2:
            return None
        scores = [total(run.tallies).scores() for run in self.runs]
        return {name: float(np.std([one[name] for one in scores], ddof=1)) for name in scores[0]}

    def differences(
        self, product: Measured, resamples: int = RESAMPLES, seed: int = 0
    ) -> dict[str, Difference]:
        """The product's metrics minus this system's, on the same reports."""
        return differences(self.tallies, product.tallies, resamples, seed)

    @property
    def learning(self) -> float | None:
        """Seconds of a training, the mean over those that were not interrupted."""
        return _mean([run.learning for run in self.runs])

    @property
    def tagging(self) -> float | None:
        """Seconds to find the statements of all reports that it is measured on, the mean over the seeds."""
        return _mean([run.tagging for run in self.runs])


def compare(
    baselines: Sequence[Baseline],
    train: Reports,
    watched: Reports,
    held_out: Reports,
    kept: Path,
    threads: int | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> list[Measured]:
    """Every system learnt from `train` and measured on `held_out`; results are kept in the directory `kept`.

    A system whose library is not installed is left out, and says so.
    """
    found = []
    for baseline in baselines:
        runs: list[FoldResult] = []
        missing = None
        for seed in baseline.seeds:
            say(f"{baseline.name}, seed {seed}: {baseline.what}")
            fold = Fold(f"seed {seed}", train, held_out, watched)
            try:
                runs += cross_validate([fold], baseline.make(seed, threads), kept)
            except ModuleNotFoundError as lacking:
                missing = f"{lacking.name} is not installed"
                say(f"{baseline.name}: left out: {missing}")
                break
            f1 = total(runs[-1].tallies).scores()["statement_f1"]
            say(f"{baseline.name}, seed {seed}: statement F1 {f1:.3f}")
        found.append(Measured(baseline, () if missing else tuple(runs), missing))
    return found


def _mean(seconds: Sequence[float | None]) -> float | None:
    known = [one for one in seconds if one is not None]
    return mean(known) if known else None

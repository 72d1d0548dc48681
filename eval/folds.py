"""Folds: ways to divide annotated reports into what a system learns from and what it is measured on.

Whole reports are divided, never their statements.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from training.annotation import AnnotatedReport

Reports = tuple[AnnotatedReport, ...]

FAMILIES: dict[str, tuple[str, ...]] = {
    "townships and county bureaus": ("townships", "county-bureaus"),
    "governments and ministries": ("governments", "ministries-and-institutions"),
    "old and messy forms": ("old-and-messy-forms",),
    "problems in focus": ("problems-in-focus",),
    "mirror": ("mirror-[!l]*",),
    "mirror, long": ("mirror-long-*",),
}
"""Families of corpus files, by patterns of their names: kinds of report that differ in who wrote them and how."""


@dataclass(frozen=True, slots=True)
class Fold:
    """What to learn from, and what to be measured on; `name` says which fold it is.

    `watched` are reports to see a long fit's course on: nothing is learnt from them, and they decide nothing.
    """

    name: str
    train: Reports
    held_out: Reports
    watched: Reports = ()


def leave_family_out(reports: Sequence[AnnotatedReport]) -> list[Fold]:
    """One fold a family: learn from all others, and from files of no family; be measured on all of the family's."""
    folds = []
    for name, patterns in FAMILIES.items():
        inside = [any(fnmatchcase(annotated.file, pattern) for pattern in patterns) for annotated in reports]
        folds.append(
            Fold(
                name,
                tuple(a for a, held in zip(reports, inside, strict=True) if not held),
                tuple(a for a, held in zip(reports, inside, strict=True) if held),
            )
        )
    return [fold for fold in folds if fold.held_out and fold.train]


def stratified(reports: Sequence[AnnotatedReport], k: int, seed: int = 0) -> list[Fold]:
    """`k` folds, each with its share of every level and form. Needs scikit-learn.

    Raises ValueError if there are fewer than `k` reports.
    """
    from sklearn.model_selection import StratifiedKFold

    strata = [f"{annotated.report.level} {annotated.old_form}" for annotated in reports]
    rare = {stratum for stratum in strata if strata.count(stratum) < k}
    strata = ["rare" if stratum in rare else stratum for stratum in strata]
    if len(reports) < k:
        raise ValueError(f"{len(reports)} reports make no {k} folds")
    splitter = StratifiedKFold(k, shuffle=True, random_state=seed)
    return [
        Fold(
            f"fold {number} of {k}",
            tuple(reports[i] for i in learn),
            tuple(reports[i] for i in held_out),
        )
        for number, (learn, held_out) in enumerate(splitter.split(strata, strata), 1)
    ]


def growing(
    train: Sequence[AnnotatedReport],
    held_out: Sequence[AnnotatedReport],
    shares: Sequence[float] = (0.125, 0.25, 0.5, 1.0),
    seed: int = 0,
) -> list[Fold]:
    """The folds of a learning curve: growing shares of `train`, each within the next, measured on `held_out`."""
    order = list(train)
    random.Random(seed).shuffle(order)
    sizes = [max(1, round(share * len(order))) for share in shares]
    return [Fold(f"{size} reports", tuple(order[:size]), tuple(held_out)) for size in sizes]

"""What `gongkai eval --leave-out`, `--cv` and `--curve` print."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import models
from nlp.cli.figures import SHOWN, cell, difference_cell, triples, with_p
from nlp.errors import UsageError
from nlp.extras import needs

if TYPE_CHECKING:
    from eval.crossvalidation import FoldResult, Learner
    from eval.folds import Fold

TFIDF = "tfidf"


def print_folds(
    folds: Sequence[Fold],
    model: str,
    compare: str | None,
    epochs: int | None,
    kept: Path,
    format: str,
    resamples: int,
    seed: int,
    jobs: int = 1,
) -> None:
    """Train and measure on every fold, `jobs` of them at a time, and print a row for each and one for all of them.

    With `compare`, a second model is trained and measured on the same folds, and its differences are printed.
    Raises UsageError for a model that cannot be trained anew.
    """
    from eval.intervals import differences, intervals

    learners = [learner_of(name, epochs) for name in (model, compare) if name]
    first, *second = (_measured(folds, learner, kept, resamples, seed, jobs) for learner in learners)
    rows: list[dict[str, Any]] = [
        {
            "fold": result.fold.name,
            "trained_on": len(result.fold.train),
            "tested_on": len(result.fold.held_out),
            "scores": triples(intervals(result.tallies, resamples, seed)),
        }
        for result in first
    ]
    for row, own, other in zip(rows, first, *second, strict=True) if second else ():
        row["differences"] = with_p(differences(own.tallies, other.tallies, resamples, seed))
    means = {name: round(sum(row["scores"][name][0] for row in rows) / len(rows), 5) for name in SHOWN}
    if format == "json":
        told: dict[str, Any] = {"model": model, "folds": rows, "mean": means}
        print(json.dumps(told | ({"compare": compare} if compare else {}), ensure_ascii=False, indent=2))
    else:
        _print(rows, means, model, compare)


def learner_of(model: str, epochs: int | None) -> Learner:
    """What is trained on each fold: the baseline, or the statement model by its recipe."""
    if model == TFIDF:
        from eval.baselines import TfidfLearner

        return TfidfLearner()
    if model != models.DEFAULT:
        raise UsageError(f"{model}: only {models.DEFAULT} (its recipe) and {TFIDF} are trained anew")
    with needs("train", "training"):
        from training.learner import RecipeLearner
        from training.recipe import Recipe
    recipe = Recipe()
    epochs = epochs or recipe.epochs
    return RecipeLearner(replace(recipe, epochs=epochs, patience=epochs))


def _measured(
    folds: Sequence[Fold], learner: Learner, kept: Path, resamples: int, seed: int, jobs: int
) -> list[FoldResult]:
    """The results of a learner on all folds, a line on standard error as each is done."""
    from eval.crossvalidation import COURSE, cross_validate
    from eval.intervals import intervals

    def show(result: FoldResult) -> None:
        scores = triples(intervals(result.tallies, resamples, seed))
        told = ", ".join(f"{name.replace('_', ' ')} {cell(scores[name])}" for name in SHOWN)
        print(f"{learner.name}, {result.fold.name}: {told}", file=sys.stderr, flush=True)

    if jobs > 1:
        told = f"{jobs} folds at a time; what each prints goes to its {COURSE} in {kept}"
        print(f"{learner.name}: {told}", file=sys.stderr, flush=True)
    with contextlib.redirect_stdout(sys.stderr):  # training libraries print their course
        return cross_validate(folds, learner, kept, show, jobs)


def _print(rows: list[dict[str, Any]], means: dict[str, float], model: str, compare: str | None) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("fold", "trained / tested on", *(name.replace("_", " ") for name in SHOWN))
    for row in rows:
        cells = (cell(row["scores"][name]) for name in SHOWN)
        table.add_row(row["fold"], f"{row['trained_on']} / {row['tested_on']}", *cells)
    table.add_row("mean", "", *(f"{means[name]:.3f}" for name in SHOWN))
    console = Console()
    console.print(table)
    if compare:
        names = SHOWN[:3]
        found = Table("fold", *(name.replace("_", " ") for name in names), title=f"{compare} − {model}")
        for row in rows:
            found.add_row(row["fold"], *(difference_cell(row["differences"][name]) for name in names))
        console.print(found)

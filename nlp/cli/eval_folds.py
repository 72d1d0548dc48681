"""What `gongkai eval --leave-out`, `--cv` and `--curve` print."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import models
from nlp.cli.figures import SHOWN, cell, difference_cell, mean, print_json, triples, with_p
from nlp.errors import UsageError
from nlp.extras import needs

if TYPE_CHECKING:
    from eval.crossvalidation import FoldResult, Learner
    from eval.folds import Fold
    from eval.metrics import Tally

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
    """Train and measure on every fold, `jobs` of them at a time, and print a row for each, and what they give together.

    That is the mean over the folds and, where no report is held out twice, the scores of all reports at once: their
    intervals tell what other reports would do, not what other trainings would.

    With `compare`, a second model is trained and measured on the same folds, and its differences are printed.
    Raises UsageError for a model that cannot be trained anew.
    """
    from eval.intervals import differences, intervals

    learners = [learner_of(name, epochs) for name in (model, compare) if name]
    first, *second = (_measured(folds, learner, kept, resamples, seed, jobs) for learner in learners)

    def figures(own: Sequence[Tally], *other: Sequence[Tally]) -> dict[str, Any]:
        found: dict[str, Any] = {"scores": triples(intervals(own, resamples, seed))}
        for one in other:
            found["differences"] = with_p(differences(own, one, resamples, seed))
        return found

    rows: list[dict[str, Any]] = [
        {
            "fold": own.fold.name,
            "trained_on": len(own.fold.train),
            "tested_on": len(own.fold.held_out),
            **figures(*(result.tallies for result in (own, *others))),
        }
        for own, *others in zip(first, *second, strict=True)
    ]
    told: dict[str, Any] = {"model": model, **({"compare": compare} if compare else {}), "folds": rows}
    told["mean"] = {name: mean([row["scores"][name][0] for row in rows]) for name in SHOWN}
    if _disjoint(folds):
        together = ([tally for result in results for tally in result.tallies] for results in (first, *second))
        told["all"] = {"tested_on": sum(row["tested_on"] for row in rows), **figures(*together)}
    if format == "json":
        print_json(told)
    else:
        _print(told)


def _disjoint(folds: Sequence[Fold]) -> bool:
    held_out = [annotated.id for fold in folds for annotated in fold.held_out]
    return len(set(held_out)) == len(held_out)


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


def _print(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    rows, means = told["folds"], told["mean"]
    together = [told["all"] | {"fold": "all reports"}] if "all" in told else []
    table = Table("fold", "trained / tested on", *(name.replace("_", " ") for name in SHOWN))
    for row in rows:
        cells = (cell(row["scores"][name]) for name in SHOWN)
        table.add_row(row["fold"], f"{row['trained_on']} / {row['tested_on']}", *cells)
    table.add_row("mean", "", *(cell([means[name]] * 3, interval=False) for name in SHOWN))
    for row in together:
        table.add_row(row["fold"], f"– / {row['tested_on']}", *(cell(row["scores"][name]) for name in SHOWN))
    console = Console()
    console.print(table)
    if "compare" in told:
        names = SHOWN[:3]
        title = f"{told['compare']} − {told['model']}"
        found = Table("fold", *(name.replace("_", " ") for name in names), title=title)
        for row in (*rows, *together):
            found.add_row(row["fold"], *(difference_cell(row["differences"][name]) for name in names))
        console.print(found)

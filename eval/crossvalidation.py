"""Cross-validation: a system learnt anew for every fold, and measured on what it did not see.

Learning takes minutes or hours, so what a fold gave is kept, and a stopped run goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from eval.evaluation import System, evaluate
from eval.folds import Fold
from eval.metrics import Tally
from eval.sidebyside import side_by_side
from nlp.report import Section
from training.annotation import AnnotatedReport, to_lines

COURSE = "course.txt"
"""What the process of a fold printed, where several are learnt at a time."""


class Learner(Protocol):
    """Makes a system of a fold's training reports."""

    @property
    def name(self) -> str:
        """Which learner it is, for people and for the names of files."""
        ...

    @property
    def settings(self) -> str:
        """All that decides what it learns from given reports: kept results hold for these settings alone."""
        ...

    def fit(self, fold: Fold, directory: Path) -> System:
        """The system that learnt from `fold.train`; `directory` is its own, for what it keeps on the way."""
        ...


@dataclass(frozen=True, slots=True)
class FoldResult:
    """The counts of a fold's held-out reports, in their order, and how long they took.

    `learning` and `tagging` are seconds: of the fit, and of finding the statements of all held-out reports. `learning`
    is None where a stopped fit went on, which has seen only the end of it; both are None where they were not kept.
    """

    fold: Fold
    tallies: tuple[Tally, ...]
    learning: float | None = None
    tagging: float | None = None


def cross_validate(
    folds: Sequence[Fold],
    learner: Learner,
    kept: Path,
    done: Callable[[FoldResult], None] = lambda result: None,
    jobs: int = 1,
) -> list[FoldResult]:
    """The results of `learner` on every fold, in order; those kept in the directory `kept` are not made again.

    `done` is called with each result as it comes, the kept ones first. With `jobs` above 1, so many folds are learnt at
    a time, in processes of their own: what these print goes to a file COURSE beside the fold's result.
    """
    paths = [_path(fold, learner, kept) for fold in folds]
    results = {
        n: _read(path, fold) for n, (path, fold) in enumerate(zip(paths, folds, strict=True)) if path.exists()
    }
    for result in results.values():
        done(result)
    missing = [n for n in range(len(folds)) if n not in results]
    make = partial(_make, learner)
    left = [(folds[n], paths[n]) for n in missing]
    made: Iterable[tuple[int, FoldResult]]
    if jobs > 1 and len(left) > 1:
        courses = [path.with_name(COURSE) for _, path in left]
        made = side_by_side(make, left, courses, min(jobs, len(left)))
    else:
        made = enumerate(map(make, left))
    for place, result in made:
        results[missing[place]] = result
        done(result)
    return [results[n] for n in range(len(folds))]


def _make(learner: Learner, of: tuple[Fold, Path]) -> FoldResult:
    """The result of `learner` on a fold, which is kept at the path."""
    fold, path = of
    path.parent.mkdir(parents=True, exist_ok=True)
    result = _measured(fold, learner, path.with_suffix(""))
    _write(path, result)
    return result


def kept_result(fold: Fold, learner: Learner, kept: Path) -> FoldResult | None:
    """What the directory `kept` holds of `learner`, as it is now, on `fold`; None if nothing."""
    path = _path(fold, learner, kept)
    return _read(path, fold) if path.exists() else None


def _path(fold: Fold, learner: Learner, kept: Path) -> Path:
    """Where the result is kept: other settings, or other reports under the same name, have a file of their own."""
    return kept / _slug(learner.name) / _slug(fold.name) / f"{_key(fold, learner)}.json"


def _measured(fold: Fold, learner: Learner, directory: Path) -> FoldResult:
    goes_on = directory.exists()
    begun = time.perf_counter()
    system = _Timed(learner.fit(fold, directory))
    learning = time.perf_counter() - begun
    tallies = evaluate(system, fold.held_out).tallies
    return FoldResult(fold, tallies, None if goes_on else learning, system.seconds)


@dataclass
class _Timed:
    """A system, and the seconds in which it found statements."""

    system: System
    seconds: float = 0.0

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        """The system's, timed."""
        begun = time.perf_counter()
        found = self.system.tag_sections(sections)
        self.seconds += time.perf_counter() - begun
        return found

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """The system's."""
        return self.system.classify(sections)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name)


def _key(fold: Fold, learner: Learner) -> str:
    """A digest of all that decides a fold's result: the texts, their labels, and the learner's settings."""
    digest = hashlib.sha256(learner.settings.encode())
    for part in (fold.train, fold.held_out):
        digest.update(b"\0")
        for annotated in part:
            digest.update(_text(annotated).encode())
    return digest.hexdigest()[:16]


def _text(annotated: AnnotatedReport) -> str:
    return "\n".join(to_lines(annotated))


def _read(path: Path, fold: Fold) -> FoldResult:
    data = json.loads(path.read_text(encoding="utf-8"))
    tallies = tuple(Tally(np.asarray(row)) for row in data["counts"])
    return FoldResult(fold, tallies, data.get("learning"), data.get("tagging"))


def _write(path: Path, result: FoldResult) -> None:
    counts = [tally.counts.tolist() for tally in result.tallies]
    data = {"counts": counts, "learning": result.learning, "tagging": result.tagging}
    scratch = path.with_suffix(".part")
    scratch.write_text(json.dumps(data), encoding="utf-8")
    scratch.replace(path)

"""A web page of an evaluation: its scores, and every error in its context, in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from jinja2 import Environment, PackageLoader, Template
from markupsafe import Markup

from eval.calibration import Reliability, gather, reliability, scale
from eval.evaluation import SLICES, ErrorKind, Evaluation, Mistake
from eval.intervals import RESAMPLES, Interval
from eval.metrics import Unit
from nlp.errors import UsageError
from nlp.extras import needs
from nlp.labels import Category
from nlp.output.writer import replaced
from nlp.report import Section, Statement

UNITS = (Unit.BOUNDARY, Unit.STATEMENT, Unit.THEME, Unit.THEME_ON_GOLD)
SINGLE = ("statement_macro_f1", "category_accuracy", "character_accuracy")
OF_SLICES = ("boundary_f1", "statement_f1", "problem_f1", "category_accuracy")


@dataclass(frozen=True, slots=True)
class About:
    """What was measured: the names of model and data, and how often the bootstrap drew.

    `temperature` is what the model divides its category logits by; None if it has no such thing.
    """

    model: str
    data: str
    temperature: float | None = None
    resamples: int = RESAMPLES
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Scores of one unit, and how many of them are gold, predicted and both."""

    precision: Interval
    recall: Interval
    f1: Interval
    gold: int
    predicted: int
    matched: int


@dataclass(frozen=True, slots=True)
class SliceRow:
    """Scores of a group of reports, in the order of OF_SLICES."""

    group: str
    reports: int
    statements: int
    scores: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a confusion matrix: its count, its share of the gold category, and its heat from 0 to 1."""

    count: int
    share: float

    @property
    def heat(self) -> float:
        """The cube root of the share, so that rare errors show too."""
        return float(np.cbrt(self.share))


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement as it is shown around an error.

    `concerned` if the error is about it and not beside it; `opens_paragraph` unless it goes on in the paragraph of
    the piece before; `cut_before` and `cut_after` if some of its text is not shown.
    """

    text: str
    statement: Statement
    concerned: bool
    opens_paragraph: bool
    cut_before: bool
    cut_after: bool

    @property
    def confidence(self) -> float:
        """The probability of its category."""
        return self.statement.confidence.get(self.statement.category, 1.0)


@dataclass(frozen=True, slots=True)
class ErrorInContext:
    """A mistake, and the same stretch of text as it was annotated and as it was tagged."""

    mistake: Mistake
    gold: tuple[Piece, ...]
    predicted: tuple[Piece, ...]


def check_writable(path: Path) -> None:
    """Raise UsageError if `write_page` would fail in the end: there is no such directory, or no pygal."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written: {'is a' if path.is_dir() else 'no such'} directory")
    with needs("eval", "--html"):
        import pygal  # noqa: F401


def write_page(path: Path, evaluation: Evaluation, about: About) -> None:
    """Write the page to `path`: it is complete, or as it was before. Raises UsageError if it cannot be written."""
    check_writable(path)
    page = render(evaluation, about)
    with replaced(path) as stream:
        stream.write(page)


def render(evaluation: Evaluation, about: About) -> str:
    """The page as text. Needs pygal."""
    from eval.charts import reliability_chart

    scores = evaluation.intervals(about.resamples, about.seed)
    counts = evaluation.total
    curves = calibration_curves(evaluation, about.temperature)
    errors = [in_context(mistake) for mistake in evaluation.errors(themes=True)]
    return _template("page.html").render(
        about=about,
        reports=len(evaluation.gold),
        statements=sum(1 for annotated in evaluation.gold for _ in annotated.report.statements()),
        units={unit.name.lower().replace("_", " "): _row(evaluation, unit, scores) for unit in UNITS},
        single={name.replace("_", " "): scores[name] for name in SINGLE},
        by_category={category: _row(evaluation, Unit[category.name], scores) for category in Category},
        of_slices=[name.replace("_f1", " F1").replace("_", " ") for name in OF_SLICES],
        slices={name: list(_slice_rows(evaluation, name, about)) for name in SLICES},
        curves=curves,
        chart=Markup(reliability_chart(curves)),  # pygal escapes what it is given
        confusions={
            "Statements, on the annotated boundaries": cells(counts.confusion()),
            "Characters, on the model's own boundaries": cells(counts.character_confusion()),
        },
        errors=errors,
        kinds={kind: sum(error.mistake.kind is kind for error in errors) for kind in ErrorKind},
        categories=list(Category),
    )


def calibration_curves(evaluation: Evaluation, temperature: float | None) -> dict[str, Reliability]:
    """The reliability of the categories on gold boundaries, by its name: without and with the temperature."""
    probabilities, gold = gather([annotated.report for annotated in evaluation.gold], evaluation.on_gold)
    if temperature is None:
        return {"as it is": reliability(probabilities, gold)}
    return {
        "before the temperature": reliability(scale(probabilities, 1 / temperature), gold),
        f"with the temperature {temperature:g}": reliability(probabilities, gold),
    }


def cells(confusion: npt.NDArray[np.int64]) -> list[list[Cell]]:
    """A confusion matrix (k, k) as rows of cells."""
    return [[Cell(int(n), float(n / max(row.sum(), 1))) for n in row] for row in confusion]


def in_context(mistake: Mistake) -> ErrorInContext:
    """The mistake with the gold statements before and after it, and all that was predicted over it."""
    statements = mistake.section.statements
    at = statements.index(mistake.gold)
    near = statements[max(0, at - 1) : at + 2]
    start = min(s.start for s in (*near, *mistake.predicted))
    end = max(s.end for s in (*near, *mistake.predicted))
    return ErrorInContext(
        mistake,
        tuple(_pieces(mistake.section, start, end, (mistake.gold,))),
        tuple(_pieces(mistake.found, start, end, mistake.predicted)),
    )


def _pieces(section: Section, start: int, end: int, concerned: Sequence[Statement]) -> Iterator[Piece]:
    """The section's statements between two characters, cut where they reach beyond."""
    for statement in section.statements:
        if statement.start < end and statement.end > start:
            first, last = max(start, statement.start), min(end, statement.end)
            yield Piece(
                section.text[first:last],
                statement,
                statement in concerned,
                section.text[first - 1 : first] in ("", "\n"),
                first > statement.start,
                last < statement.end,
            )


def _row(evaluation: Evaluation, unit: Unit, scores: dict[str, Interval]) -> Row:
    gold, predicted, matched = (int(n) for n in evaluation.total.counts[3 * unit : 3 * unit + 3])
    precision, recall, f1 = (scores[f"{unit.name.lower()}_{part}"] for part in ("precision", "recall", "f1"))
    return Row(precision, recall, f1, gold, predicted, matched)


def _slice_rows(evaluation: Evaluation, name: str, about: About) -> Iterator[SliceRow]:
    by = SLICES[name]
    for group, scores in evaluation.slices(by, about.resamples, about.seed).items():
        reports = [annotated.report for annotated in evaluation.gold if by(annotated) == group]
        statements = sum(1 for report in reports for _ in report.statements())
        yield SliceRow(group, len(reports), statements, tuple(scores[metric] for metric in OF_SLICES))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("eval", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)

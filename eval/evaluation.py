"""Evaluation: a system on annotated reports, report by report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.calibration import Reliability, gather, reliability
from eval.intervals import RESAMPLES, Interval, by_group, intervals
from eval.metrics import Tally, tally, total
from nlp.labels import Label
from nlp.report import Report, Section, Statement
from training.annotation import AnnotatedReport


class System(Protocol):
    """Anything that finds statements, and classifies given ones: the product's Tagger, or a baseline."""

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with statements found in them."""
        ...

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified."""
        ...


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a system made of annotated reports; all tuples are in the order of `gold`."""

    gold: tuple[AnnotatedReport, ...]
    predicted: tuple[Report, ...]
    on_gold: tuple[Report, ...]
    tallies: tuple[Tally, ...]

    @property
    def total(self) -> Tally:
        """The counts of all reports."""
        return total(self.tallies)

    def intervals(self, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
        """Every metric with its interval."""
        return intervals(self.tallies, resamples, seed)

    def reliability(self) -> Reliability:
        """Calibration of the categories on gold boundaries."""
        return reliability(*gather([annotated.report for annotated in self.gold], self.on_gold))

    def slices(
        self, by: Callable[[AnnotatedReport], str], resamples: int = RESAMPLES, seed: int = 0
    ) -> dict[str, dict[str, Interval]]:
        """The metrics of each group of reports that `by` names."""
        groups = [by(annotated) for annotated in self.gold]
        return {name: intervals(tallies, resamples, seed) for name, tallies in by_group(groups, self.tallies)}

    def errors(self, themes: bool = False) -> Iterator[Mistake]:
        """Every gold statement that was not found as it is; with `themes`, also if only its themes were not."""
        for annotated, predicted in zip(self.gold, self.predicted, strict=True):
            lines = iter(annotated.lines)
            for a, b in zip(annotated.report.sections, predicted.sections, strict=True):
                for statement in a.statements:
                    line = next(lines)
                    over = tuple(
                        s for s in b.statements if s.start < statement.end and s.end > statement.start
                    )
                    kind = _kind(statement, over)
                    if kind and (themes or kind is not ErrorKind.THEME):
                        yield Mistake(annotated, line, a, statement, over, kind, b)


class ErrorKind(Label):
    """What is wrong with a statement; each kind is looked for where the kinds before it are right."""

    BOUNDARY = "boundary", "边界"
    CATEGORY = "category", "类别"
    THEME = "theme", "主题"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A gold statement at a line of the corpus, and the predicted ones that lie over it.

    `section` has the gold statements around it, `found` is the same section with all predicted ones.
    """

    annotated: AnnotatedReport
    line: int
    section: Section
    gold: Statement
    predicted: tuple[Statement, ...]
    kind: ErrorKind
    found: Section


def _kind(gold: Statement, predicted: Sequence[Statement]) -> ErrorKind | None:
    if [(s.start, s.end) for s in predicted] != [(gold.start, gold.end)]:
        return ErrorKind.BOUNDARY
    (only,) = predicted
    if only.category is not gold.category:
        return ErrorKind.CATEGORY
    return ErrorKind.THEME if set(only.themes) != set(gold.themes) else None


SLICES: dict[str, Callable[[AnnotatedReport], str]] = {
    "level": lambda annotated: str(annotated.report.level or "unknown"),
    "year": lambda annotated: str(annotated.report.year or "unknown"),
    "form": lambda annotated: "old" if annotated.old_form else "current",
    "file": lambda annotated: annotated.file,
}
"""Ways to divide reports, by name."""


def evaluate(system: System, reports: Sequence[AnnotatedReport]) -> Evaluation:
    """Run `system` over annotated reports, on its own boundaries and on the gold ones."""
    sections = [section for annotated in reports for section in annotated.report.sections]
    predicted = _reports(reports, system.tag_sections(sections))
    on_gold = _reports(reports, system.classify(sections))
    tallies = tuple(
        tally(annotated.report, own, given)
        for annotated, own, given in zip(reports, predicted, on_gold, strict=True)
    )
    return Evaluation(tuple(reports), predicted, on_gold, tallies)


def _reports(gold: Sequence[AnnotatedReport], sections: Sequence[Section]) -> tuple[Report, ...]:
    rest = iter(sections)
    return tuple(
        annotated.report.with_sections(tuple(next(rest) for _ in annotated.report.sections))
        for annotated in gold
    )

"""A sentence alone: BERT reads one statement at a time, with its section's heading and nothing around it.

Encoder, heads, loss, augmentation and training loop are the product's, so the difference to it is what the context
gives and what learnt boundaries give. A statement is shown as a section that has only this statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.baselines.recipe import BASELINE
from eval.baselines.statementwise import CUTTING, Statementwise
from eval.folds import Fold
from nlp.report import Report, Section, Statement, statements_of
from nlp.tagger import Tagger
from training.annotation import AnnotatedReport
from training.recipe import Recipe

STATEMENTS = 32
"""Of a batch: about as many as the eight sections of one of the product's."""

ALONE = replace(BASELINE, batch=STATEMENTS, boundary_weight=0.0)


@dataclass(frozen=True, slots=True)
class SingleSentenceLearner:
    """Trains the statement model by `recipe` on statements that stand alone; `recipe.batch` counts statements."""

    recipe: Recipe = ALONE
    name: str = "single sentence"

    @property
    def settings(self) -> str:
        """How it is trained, and how statements are cut."""
        from training.learner import training_settings

        return json.dumps(training_settings(self.recipe) | {"cutting": CUTTING}, sort_keys=True)

    def fit(self, fold: Fold, directory: Path) -> SingleSentenceBaseline:
        """The trained model; a run that was stopped goes on from its last checkpoint."""
        from training.run import train_model
        from training.trainer import remove_checkpoints

        watched = [alone(annotated) for annotated in fold.watched or fold.train[:1]]
        tagger = train_model(
            [alone(annotated) for annotated in fold.train],
            watched,
            self.recipe,
            directory,
            resume=directory.exists(),
        )
        remove_checkpoints(directory)
        return SingleSentenceBaseline(tagger)


@dataclass(frozen=True, slots=True)
class SingleSentenceBaseline(Statementwise):
    """Statements cut by rule, each read by the tagger as if it were a section."""

    tagger: Tagger

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified."""
        singles = [one for section in sections for one in split(section)]
        found = iter(self.tagger.classify(singles))
        return [
            replace(section, statements=tuple(_back(s, next(found)) for s in section.statements))
            for section in sections
        ]


def alone(annotated: AnnotatedReport) -> AnnotatedReport:
    """The report with every statement in a section of its own."""
    report: Report = annotated.report
    sections = tuple(one for section in report.sections for one in split(section))
    return replace(annotated, report=report.with_sections(sections))


def split(section: Section) -> Iterator[Section]:
    """A section, under the same heading, for each statement."""
    for _, statement in statements_of([section]):
        own = replace(statement, start=0, end=len(statement.text))
        yield replace(section, text=statement.text, statements=(own,))


def _back(statement: Statement, single: Section) -> Statement:
    (found,) = single.statements
    return replace(found, start=statement.start, end=statement.end)

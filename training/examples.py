"""Examples: annotated sections as windows with targets, made anew with every reading."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from datasets import Dataset

from nlp.boundary import candidates
from nlp.decoding import CATEGORIES, THEMES
from nlp.labels import Category, Theme
from nlp.report import Section
from nlp.window import (
    EncodedSection,
    Ints,
    Window,
    encoded_section,
    heading_segment,
    lay_out,
    row_length,
    special_ids,
    windows,
)
from training.annotation import AnnotatedReport
from training.augmentation import WINDOW_LENGTHS, Augmentation, LabelledSection, LabelledText

if TYPE_CHECKING:
    from tokenizers import Tokenizer

IGNORED = -100
"""The target of what carries no label."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window with its targets.

    `boundary` (n,): 1 where a statement ends after the token, 0 at other candidates, IGNORED elsewhere; `statement`
    (n,): the statement of every token, from 0; `category` (s,) and `themes` (s, 11; NaN where there are none).
    """

    encoded: EncodedSection
    window: Window
    boundary: Ints
    statement: Ints
    category: Ints
    themes: np.ndarray[Any, np.dtype[np.float32]]


def to_rows(reports: Iterable[AnnotatedReport]) -> Dataset:
    """The sections of `reports` as a `datasets.Dataset`, one row a section."""
    return Dataset.from_list(
        [
            {
                "report": report.id,
                "file": report.file,
                "heading": heading_segment(section),
                **_columns(section),
            }
            for report in reports
            for section in report.report.sections
            if section.statements
        ]
    )


def _columns(section: Section) -> dict[str, Any]:
    paragraphs: list[list[dict[str, Any]]] = []
    previous = None
    for statement in section.statements:
        if previous is None or statement.start != previous:
            paragraphs.append([])
        previous = statement.end
        themes = [str(theme) for theme in statement.themes]
        paragraphs[-1].append({"text": statement.text, "category": str(statement.category), "themes": themes})
    return {"paragraphs": paragraphs, "length": len(section.text)}


def from_row(row: dict[str, Any]) -> LabelledSection:
    """A row of `to_rows` as statements without positions."""
    return LabelledSection(
        row["heading"],
        tuple(
            tuple(
                LabelledText(s["text"], Category(s["category"]), tuple(Theme(theme) for theme in s["themes"]))
                for s in paragraph
            )
            for paragraph in row["paragraphs"]
        ),
    )


@dataclass(frozen=True, slots=True)
class ExampleMaker:
    """Turns rows into examples: augments a section, draws a window length, cuts and labels the windows."""

    tokenizer: Tokenizer
    augmentation: Augmentation
    rng: random.Random
    window_lengths: tuple[int, ...] = WINDOW_LENGTHS

    def __call__(self, rows: dict[str, list[Any]]) -> dict[str, list[list[Example]]]:
        """The transform of a `datasets.Dataset`: a batch of rows in, a list of examples for each row out."""
        columns = rows.keys()
        return {
            "examples": [
                self.examples(from_row(dict(zip(columns, values, strict=True))))
                for values in zip(*rows.values(), strict=True)
            ]
        }

    def examples(self, section: LabelledSection) -> list[Example]:
        """The windows of one version of `section`."""
        section = self.augmentation(section, self.rng)
        statements = [statement for paragraph in section.paragraphs for statement in paragraph]
        text = "\n".join("".join(s.text for s in paragraph) for paragraph in section.paragraphs)
        reading, heading = self.tokenizer.encode_batch([text, section.heading], add_special_tokens=False)
        encoded = encoded_section(reading, heading, candidates(text))
        ends = _ends(section)
        owner = np.searchsorted(np.asarray(ends), encoded.offsets[:, 1], side="left")
        boundary = np.full(len(encoded.ids), IGNORED)
        gold = set(ends)
        for candidate, position in zip(encoded.candidates, encoded.positions, strict=True):
            boundary[position] = max(int(candidate.end in gold), boundary[position])
        length = self.rng.choice(self.window_lengths)
        return [_example(encoded, window, boundary, owner, statements) for window in windows(encoded, length)]


def _ends(section: LabelledSection) -> list[int]:
    ends, at = [], 0
    for paragraph in section.paragraphs:
        for statement in paragraph:
            at += len(statement.text)
            ends.append(at)
        at += 1
    return ends


def _example(
    encoded: EncodedSection, window: Window, boundary: Ints, owner: Ints, statements: Sequence[LabelledText]
) -> Example:
    span = slice(window.start, window.end)
    present, statement = np.unique(owner[span], return_inverse=True)
    labelled = [statements[i] for i in present]
    themes = np.full((len(labelled), len(THEMES)), np.nan, dtype=np.float32)
    for row, item in enumerate(labelled):
        if item.category.has_themes:
            themes[row] = [theme in item.themes for theme in THEMES]
    category = np.asarray([CATEGORIES.index(item.category) for item in labelled], dtype=np.int64)
    return Example(encoded, window, boundary[span], statement, category, themes)


class Collator:
    """Lays the examples of a few rows side by side as tensors for `StatementModel` and its loss.

    Windows of one batch differ in length, and padding costs as much as text, so they come as groups of windows of
    similar length, each a dictionary of model inputs and targets; the loss is taken over all groups together.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.special = special_ids(tokenizer)

    def __call__(self, rows: Sequence[dict[str, list[Example]]]) -> dict[str, list[dict[str, Any]]]:
        """The groups of a batch."""
        examples = [example for row in rows for example in row["examples"]]
        return {"groups": [self._tensors(group) for group in by_length(examples)]}

    def _tensors(self, examples: Sequence[Example]) -> dict[str, Any]:
        """Inputs (b, t), `boundary_targets` (b, t), the `segment` (b, t) of each token, targets by segment (s, …)."""
        laid = lay_out([(example.encoded, example.window) for example in examples], self.special)
        boundary = np.full(laid.input_ids.shape, IGNORED)
        segment = np.zeros(laid.input_ids.shape, dtype=np.int64)  # segment 0 collects what is no statement
        segments = 1
        for row, (example, text) in enumerate(zip(examples, laid.text, strict=True)):
            boundary[row, text] = example.boundary
            segment[row, text] = example.statement + segments
            segments += len(example.category)
        nothing = np.full((1, len(THEMES)), np.nan, dtype=np.float32)
        arrays = {
            "input_ids": laid.input_ids,
            "attention_mask": laid.attention_mask,
            "token_type_ids": laid.token_type_ids,
            "segment": segment,
            "boundary_targets": boundary.ravel(),
            "category_targets": np.concatenate([[IGNORED], *[example.category for example in examples]]),
            "theme_targets": np.concatenate([nothing, *[example.themes for example in examples]]),
        }
        return {"segments": segments, **{name: torch.from_numpy(array) for name, array in arrays.items()}}


def by_length(examples: Sequence[Example]) -> list[list[Example]]:
    """Examples, longest first, in groups none of which is padded by more than a quarter of its shortest row."""
    groups: list[list[Example]] = []
    longest = 0
    for example in sorted(examples, key=_width, reverse=True):
        if not groups or _width(example) * 5 < longest * 4:
            groups.append([])
            longest = _width(example)
        groups[-1].append(example)
    return groups


def _width(example: Example) -> int:
    return row_length(example.encoded, example.window)

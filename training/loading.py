"""Loading: an annotated corpus as a `datasets.DatasetDict`, for those who train with other tools than these."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

from nlp.labels import Category, Theme
from nlp.window import heading_segment
from training.annotation import CORPUS, AnnotatedReport, key_of, read_annotated, splits_in

_REPORT = {name: Value("string") for name in ("report", "agency", "level", "style", "file")} | {
    "year": Value("int32"),
    "section": Value("string"),
    "heading": Value("string"),
    "text": Value("string"),
}
_LABELS = {
    "category": ClassLabel(names=list(map(str, Category))),
    "themes": [ClassLabel(names=list(map(str, Theme)))],
}
FEATURES = {
    "statement": Features({**_REPORT, "line": Value("int32"), **_LABELS}),
    "section": Features(
        {**_REPORT, "statements": [{"start": Value("int32"), "end": Value("int32"), **_LABELS}]}
    ),
}
"""The columns of a row: a statement with its labels, or a section with the spans of its statements.

`section` is the section's key in the line format, `heading` what the tagger reads as its heading; `year` is null where
the header has none.
"""


def load_corpus(
    path: str | Path = CORPUS, unit: Literal["statement", "section"] = "statement"
) -> DatasetDict:
    """The splits of a corpus, a row a `unit`. A directory or file without splits is the split `train`.

    Raises AnnotationError naming file and line of the first fault.
    """
    rows = _statements if unit == "statement" else _sections
    return DatasetDict(
        {
            split: Dataset.from_list(
                [row for file in files for annotated in read_annotated(file) for row in rows(annotated)],
                features=FEATURES[unit],
            )
            for split, files in splits_in(Path(path)).items()
        }
    )


def _sections(annotated: AnnotatedReport) -> Iterator[dict[str, Any]]:
    report = annotated.report
    for section in report.sections:
        yield {
            "report": annotated.id,
            "agency": report.agency,
            "level": annotated.level,
            "style": annotated.style,
            "file": annotated.file,
            "year": report.year,
            "section": key_of(section),
            "heading": heading_segment(section),
            "text": section.text,
            "statements": [
                {
                    "start": statement.start,
                    "end": statement.end,
                    "category": str(statement.category),
                    "themes": list(map(str, statement.themes)),
                }
                for statement in section.statements
            ],
        }


def _statements(annotated: AnnotatedReport) -> Iterator[dict[str, Any]]:
    lines = iter(annotated.lines)
    for section in _sections(annotated):
        text, statements = section.pop("text"), section.pop("statements")
        for statement in statements:
            start, end = statement.pop("start"), statement.pop("end")
            yield {**section, **statement, "text": text[start:end], "line": next(lines)}

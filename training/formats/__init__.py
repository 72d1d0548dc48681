"""Formats: annotated reports as other tools read and write them.

Whatever the format, reports come in as spans (`training.formats.spans`), which are checked and become the statements
of an `AnnotatedReport`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from nlp.errors import AnnotationError, UsageError
from nlp.labels import Label
from training.annotation import AnnotatedReport
from training.formats.spans import to_annotated


class Format(Label):
    """What annotated reports can be read from and, but for TAGGED, written as."""

    LINES = "lines", "行格式"
    JSONL = "jsonl", "JSON 行"
    LABELSTUDIO = "labelstudio", "Label Studio"
    DOCCANO = "doccano", "doccano"
    CONLL = "conll", "CoNLL"
    TAGGED = "tagged", "标注结果"

    @property
    def writable(self) -> bool:
        """Whether reports can be written so."""
        return self is not Format.TAGGED


_SUFFIXES = {".txt": Format.LINES, ".json": Format.LABELSTUDIO, ".conll": Format.CONLL, ".bio": Format.CONLL}


def read_as(format: Format, path: Path, fill: bool = False) -> tuple[list[AnnotatedReport], int]:
    """The annotated reports of a file of that format, and how many were left out, since nobody has labelled them.

    `fill`: text without a label becomes statements that are `other`. Raises AnnotationError, naming the file and the
    report, at the first report that cannot be one of the line format; UsageError if the file cannot be read.
    """
    text = _text(path)
    try:
        found = list(_module(format).read(text, str(path)))
    except ValueError as fault:
        raise AnnotationError(f"{path}: {fault}") from None
    except (KeyError, TypeError, AttributeError, IndexError) as fault:
        raise AnnotationError(f"{path}: not the format {format}: {fault!r}") from fault
    labelled = [spanned for spanned in found if spanned.labelled]
    return [to_annotated(spanned, str(path), fill) for spanned in labelled], len(found) - len(labelled)


def write_as(format: Format, reports: Iterable[AnnotatedReport]) -> Iterator[str]:
    """The pieces of a file of that format."""
    pieces: Iterator[str] = _module(format).write(reports)
    return pieces


def guess(path: Path, to_write: bool = False) -> Format:
    """The format of a file by its name and its contents, or, of one to be written, by its name.

    Raises UsageError if neither tells.
    """
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix != ".jsonl":
        raise UsageError(f"{path}: its name does not tell the format; choose from {_choices(to_write)}")
    if to_write:
        return Format.JSONL
    first = next((line for line in _text(path).splitlines() if line.strip()), "{}")
    try:
        keys = set(json.loads(first))
    except (ValueError, TypeError):
        raise UsageError(f"{path}: no JSON lines") from None
    if "schema" in keys:
        return Format.TAGGED
    return Format.JSONL if "sections" in keys and "text" not in keys else Format.DOCCANO


def _choices(to_write: bool) -> str:
    return ", ".join(format for format in Format if format.writable or not to_write)


def _module(format: Format) -> ModuleType:
    from training.formats import conll, doccano, jsonl, labelstudio, lines, tagged

    modules: Sequence[ModuleType] = (lines, jsonl, labelstudio, doccano, conll, tagged)
    return dict(zip(Format, modules, strict=True))[format]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise UsageError(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8") from None

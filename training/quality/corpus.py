"""A corpus as it is checked: all that can be read of its splits, whatever is wrong with some lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp.report import Section, Statement
from training.annotation import AnnotatedReport, parse, splits_in


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the corpus."""

    split: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """The reports of every split, and the faults of lines that break the line format: where, and what."""

    splits: dict[str, tuple[AnnotatedReport, ...]]
    faults: tuple[tuple[Place, str], ...]

    def reports(self) -> Iterator[tuple[str, AnnotatedReport]]:
        """Every report with its split."""
        for split, reports in self.splits.items():
            for annotated in reports:
                yield split, annotated

    def statements(self) -> Iterator[tuple[Place, Section, Statement]]:
        """Every statement with its place and its section, report by report."""
        for split, annotated in self.reports():
            lines = iter(annotated.lines)
            for section in annotated.report.sections:
                for statement in section.statements:
                    yield Place(split, annotated.path, next(lines)), section, statement


def read_corpus(path: Path) -> Corpus:
    """All splits of a corpus, or all reports of a directory or file without splits.

    Faulty lines are collected. Raises AnnotationError if there is no annotated text.
    """
    splits: dict[str, tuple[AnnotatedReport, ...]] = {}
    faults: list[tuple[Place, str]] = []
    for split, files in splits_in(path).items():
        reports: list[AnnotatedReport] = []
        for file in files:
            reports += _read(split, file, faults)
        splits[split] = tuple(reports)
    return Corpus(splits, tuple(faults))


def _read(split: str, file: Path, faults: list[tuple[Place, str]]) -> list[AnnotatedReport]:
    name = _shown(file)
    data = file.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        faults.append((Place(split, name, data.count(b"\n", 0, wrong.start) + 1), "not UTF-8"))
        text = data.decode("utf-8", errors="replace")
    return list(
        parse(text.splitlines(), name, lambda line, what: faults.append((Place(split, name, line), what)))
    )


def _shown(file: Path) -> str:
    """The file as seen from the working directory, where it lies below it."""
    absolute, here = file.absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else file)

"""Inputs: the files that a command line names, by path, directory, pattern or `-`."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlp.errors import UsageError
from nlp.reading import STDIN, SUFFIXES


def expand(inputs: Sequence[str]) -> list[str]:
    """The files that `inputs` name, each once, in order.

    A directory stands for the report files below it (by suffix; hidden ones left out), a pattern for the files that it
    matches, sorted. A path that is neither is kept as it is, so that reading it says what is wrong. Raises UsageError
    where a directory or a pattern has no file to offer.
    """
    found: dict[str, None] = {}
    for name in inputs:
        found.update(dict.fromkeys(_files_of(name)))
    return list(found)


def _files_of(name: str) -> Iterator[str]:
    path = Path(name)
    if name == STDIN:
        yield name
    elif path.is_dir():
        files = sorted(str(file) for file in path.rglob("*") if _is_report_file(file, path))
        if not files:
            raise UsageError(f"{name}: no report files in this directory ({', '.join(SUFFIXES)})")
        yield from files
    elif not path.exists() and glob.has_magic(name):
        matches = sorted(match for match in glob.glob(name, recursive=True) if Path(match).is_file())  # noqa: PTH207
        if not matches:
            raise UsageError(f"{name}: no file matches")
        yield from matches
    else:
        yield name


def _is_report_file(file: Path, below: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in file.relative_to(below).parts)
    return not hidden and file.suffix.lower() in SUFFIXES and file.is_file()

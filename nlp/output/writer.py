"""Writers: reports go in one after another, and a file (complete, or absent) or a stream comes out."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TextIO, overload

from nlp.errors import UsageError
from nlp.labels import Category, Label
from nlp.report import Report

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""What writing can meet with on a disk that is full, or that fails."""


class OutputFormat(Label):
    """What tagged reports can be written as."""

    TABLE = "table", "表格"
    JSONL = "jsonl", "JSON 行"
    CSV = "csv", "CSV 表"
    HTML = "html", "网页"
    PARQUET = "parquet", "Parquet 列存表"


class Writer(Protocol):
    """Writes reports as they come."""

    def write(self, report: Report) -> None:
        """Write one report."""
        ...

    def close(self) -> None:
        """Write what stands after the last report."""
        ...


def _writer(format: OutputFormat, stream: Any) -> Writer:
    """A writer of that format, to a stream of bytes for parquet and of text for others; its module is imported now."""
    if format is OutputFormat.PARQUET:
        from nlp.output.parquet import ParquetWriter

        return ParquetWriter(stream)
    if format is OutputFormat.JSONL:
        from nlp.output.jsonl import JsonLinesWriter

        return JsonLinesWriter(stream)
    if format is OutputFormat.CSV:
        from nlp.output.csv import CsvWriter

        return CsvWriter(stream)
    if format is OutputFormat.HTML:
        from nlp.output.html import HtmlWriter

        return HtmlWriter(stream)
    from nlp.output.table import TableWriter

    return TableWriter(stream)


@contextmanager
def open_writer(format: OutputFormat, path: Path | None) -> Iterator[Writer]:
    """A writer to `path`, or to standard output.

    The file is written beside its place and moved there at the end: it is complete, or as it was before. Raises
    UsageError if it cannot be written, and for parquet to standard output.
    """
    if path is None:
        if format is OutputFormat.PARQUET:
            raise UsageError("parquet goes to a file or a directory: name one with --output")
        writer = _writer(format, standard_output())
        yield writer
        writer.close()
        sys.stdout.flush()
        return
    with replaced(path, "wb" if format is OutputFormat.PARQUET else "w") as stream:
        writer = _writer(format, stream)
        yield writer
        writer.close()


def standard_output() -> TextIO:
    """Standard output, set to write the same bytes in every locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    return sys.stdout


@overload
def replaced(path: Path, mode: Literal["w"] = "w") -> AbstractContextManager[TextIO]: ...
@overload
def replaced(path: Path, mode: Literal["wb"]) -> AbstractContextManager[BinaryIO]: ...
@contextmanager
def replaced(path: Path, mode: Literal["w", "wb"] = "w") -> Iterator[Any]:
    """A file that takes the place of `path` when it is complete, and never if an error comes first.

    Where `path` is a link, of the file that it leads to. A device or a pipe (/dev/null, /dev/stdout) is written to as
    it is: a file that takes its place would be the end of it. Raises UsageError if it cannot be written.
    """
    text = {"encoding": "utf-8", "newline": ""} if mode == "w" else {}
    there = _mode(path)
    if stat.S_ISDIR(there):
        raise UsageError(f"{path}: cannot be written: is a directory")
    if there and not stat.S_ISREG(there):
        with _told(path), path.open(mode, **text) as stream:  # type: ignore[call-overload]
            yield stream
        return
    place = Path(os.path.realpath(path))
    try:
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    except OSError as fault:
        raise UsageError(f"{path}: cannot be written: {fault.strerror}") from None
    scratch = Path(name)
    try:
        with _told(path):
            with os.fdopen(descriptor, mode, **text) as stream:  # type: ignore[call-overload]
                yield stream
            mask = os.umask(0)
            os.umask(mask)
            scratch.chmod(0o666 & ~mask)
            scratch.replace(place)
    except BaseException:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """What is there, links followed; 0 where nothing is, or nothing can be seen."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What writing meets with on a disk that is full, or that fails, as a UsageError that names the file."""
    try:
        yield
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise UsageError(f"{path}: cannot be written: {fault.strerror}") from None
        raise


def select(report: Report, only: Collection[Category] = (), min_confidence: float = 0.0) -> Report:
    """The report with only the statements of some categories (all if `only` is empty), decided confidently enough."""
    sections = tuple(
        replace(
            section,
            statements=tuple(
                s
                for s in section.statements
                if (not only or s.category in only) and s.confidence.get(s.category, 1.0) >= min_confidence
            ),
        )
        for section in report.sections
    )
    return report.with_sections(sections)

"""Workers: files are read and structured in processes of their own, under limits, while the model runs.

A worker that dies, hangs or takes too much memory costs its file and nothing else (pebble restarts it).
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import TimeoutError as TimedOut
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.errors import DamagedFile, ReadError, TooLarge
from nlp.report import Report

if TYPE_CHECKING:
    from pebble import ProcessFuture

AHEAD = 64
"""Files that may be read before they are asked for: as many as are tagged together, so that the model need not wait."""
AHEAD_BYTES = 128 * 2**20
"""Bytes of such files: of large ones, fewer are read ahead."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds, with OCR or without, and bytes of the file and of memory."""

    seconds: float = 120.0
    ocr_seconds: float = 3600.0
    file_bytes: int = 64 * 2**20
    memory_bytes: int = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as it was read: its report, or why there is none; `size` and `modified` (nanoseconds) as it was begun."""

    source: str
    digest: str | None
    report: Report | None
    error: str | None = None
    exit_status: int | None = None
    size: int | None = None
    modified: int | None = None


def parse_file(source: str, max_bytes: int, ocr: bool = False) -> Parsed:
    """Read and structure one file."""
    from nlp.reading import read
    from nlp.structure import parse

    parsed = begun(source, max_bytes)
    try:
        return replace(parsed, report=parse(read(source, max_bytes=max_bytes, ocr=ocr)))
    except ReadError as error:
        return _failed(parsed, error)
    except MemoryError:
        return _failed(parsed, TooLarge(source, "needs more memory than a file may take"))


def begun(source: str, max_bytes: int) -> Parsed:
    """A file that is yet to be read; without a digest if it is larger than that."""
    size, modified = stat_of(source)
    digest = digest_of(source) if size is None or size <= max_bytes else None
    return Parsed(source, digest, None, size=size, modified=modified)


def stat_of(source: str) -> tuple[int | None, int | None]:
    """Length and time of the last change of a file, or of the archive that it is in; None of what has no path."""
    from nlp.reading import archive

    archived = archive.split(source)
    try:
        found = Path(archived[0] if archived else source).stat()
    except (OSError, ValueError):
        return None, None
    return found.st_size, found.st_mtime_ns


def digest_of(source: str) -> str | None:
    """SHA-256 of a file's bytes, or the checksum of one in an archive or at a URL; None if it cannot be read."""
    from nlp.reading import archive, remote

    if remote.is_url(source):
        return remote.fingerprint(source)
    if (member := archive.split(source)) is not None:
        return archive.fingerprint(*member)
    try:
        with Path(source).open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(2**20):
                digest.update(block)
            return digest.hexdigest()
    except (OSError, ValueError):
        return None


class Readers:
    """So many processes that read files under limits; a context manager."""

    def __init__(self, workers: int, limits: Limits, ocr: bool = False) -> None:
        from pebble import ProcessPool

        # spawned: a fork would carry along the locks of the model's threads
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPool(
            workers, max_tasks=1000, initializer=_limit, initargs=[limits.memory_bytes], context=context
        )
        self._ahead = max(AHEAD, 2 * workers)
        self._arguments = [limits.file_bytes, ocr]
        self._seconds = limits.ocr_seconds if ocr else limits.seconds

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *fault: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def read(self, sources: Iterable[str]) -> Iterator[Parsed]:
        """The files in their order, read ahead."""
        ahead: deque[tuple[int, str, ProcessFuture[Parsed]]] = deque()
        size = 0

        def next_result() -> Parsed:
            nonlocal size
            own, source, future = ahead.popleft()
            size -= own
            return self._result(source, future)

        for source in sources:
            own = stat_of(source)[0] or 0
            size += own
            future = self._pool.schedule(parse_file, [source, *self._arguments], timeout=self._seconds)
            ahead.append((own, source, future))
            while len(ahead) >= self._ahead or (len(ahead) > 1 and size > AHEAD_BYTES):
                yield next_result()
        while ahead:
            yield next_result()

    def _result(self, source: str, future: ProcessFuture[Parsed]) -> Parsed:
        from pebble import ProcessExpired

        try:
            return future.result()
        except TimedOut:
            error: ReadError = TooLarge(source, f"took longer than {self._seconds:.0f} s to read")
        except ProcessExpired as death:
            error = DamagedFile(source, f"its reader died (exit code {death.exitcode})")
        except Exception as fault:  # a file's fault, whatever it is, stays with the file
            error = DamagedFile(source, f"could not be read: {fault!r}")
        return _failed(begun(source, self._arguments[0]), error)


def parse_files(sources: Iterable[str], workers: int, limits: Limits, ocr: bool = False) -> Generator[Parsed]:
    """The files in their order, read ahead by so many processes, which end when it is closed."""
    with Readers(workers, limits, ocr) as readers:
        yield from readers.read(sources)


def _failed(parsed: Parsed, error: ReadError) -> Parsed:
    return replace(parsed, error=str(error), exit_status=error.exit_status)


def _limit(memory_bytes: int) -> None:
    """Let this process take no more memory than that, where the system knows such limits."""
    try:
        import resource
        import signal
    except ImportError:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run stops its workers itself
    if os.name == "posix":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))

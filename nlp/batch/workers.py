"""Workers: files are read and structured in processes of their own, under limits, while the model runs.

A worker that dies, hangs or takes too much memory costs its file and nothing else (pebble restarts it).
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as TimedOut
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.errors import DamagedFile, ReadError, TooLarge
from nlp.report import Report

if TYPE_CHECKING:
    from pebble import ProcessFuture

AHEAD = 8
"""Files that each worker may have finished before they are asked for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds, with OCR or without, and bytes of the file and of memory."""

    seconds: float = 120.0
    ocr_seconds: float = 3600.0
    file_bytes: int = 64 * 2**20
    memory_bytes: int = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as it was read: its report, or why there is none."""

    source: str
    digest: str | None
    report: Report | None
    error: str | None = None
    exit_status: int | None = None


def parse_file(source: str, max_bytes: int, ocr: bool = False) -> Parsed:
    """Read and structure one file."""
    from nlp.reading import read
    from nlp.structure import parse

    digest = digest_of(source)
    try:
        return Parsed(source, digest, parse(read(source, max_bytes=max_bytes, ocr=ocr)))
    except ReadError as error:
        return _failed(source, digest, error)
    except MemoryError:
        return _failed(source, digest, TooLarge(source, "needs more memory than a file may take"))


def digest_of(source: str) -> str | None:
    """SHA-256 of a file's bytes, or the checksum of a file in an archive; None if it cannot be read."""
    from nlp.reading import archive

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


def parse_files(sources: Iterable[str], workers: int, limits: Limits, ocr: bool = False) -> Iterator[Parsed]:
    """The files in their order, read ahead by so many processes."""
    from pebble import ProcessPool

    # spawned: a fork would carry along the locks of the model's threads
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(
        workers, max_tasks=1000, initializer=_limit, initargs=[limits.memory_bytes], context=context
    )
    seconds = limits.ocr_seconds if ocr else limits.seconds
    ahead: deque[tuple[str, ProcessFuture[Parsed]]] = deque()
    try:
        for source in sources:
            future = pool.schedule(parse_file, [source, limits.file_bytes, ocr], timeout=seconds)
            ahead.append((source, future))
            if len(ahead) >= workers * AHEAD:
                yield _result(*ahead.popleft(), seconds)
        while ahead:
            yield _result(*ahead.popleft(), seconds)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _result(source: str, future: ProcessFuture[Parsed], seconds: float) -> Parsed:
    from pebble import ProcessExpired

    try:
        return future.result()
    except TimedOut:
        error: ReadError = TooLarge(source, f"took longer than {seconds:.0f} s to read")
    except ProcessExpired as death:
        error = DamagedFile(source, f"its reader died (exit code {death.exitcode})")
    except Exception as fault:  # a file's fault, whatever it is, stays with the file
        error = DamagedFile(source, f"could not be read: {fault!r}")
    return _failed(source, digest_of(source), error)


def _failed(source: str, digest: str | None, error: ReadError) -> Parsed:
    return Parsed(source, digest, None, str(error), error.exit_status)


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

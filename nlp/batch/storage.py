"""Storage: where the shards of a run go. A directory, or a URL that fsspec knows; either can be sent to a worker."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from nlp.errors import UsageError
from nlp.output.writer import replaced
from nlp.reading import remote


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory, which is there once something is written. Its files are complete or absent."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def names(self) -> list[str]:
        """The names of all files, in order."""
        return sorted(file.name for file in self.path.iterdir()) if self.path.is_dir() else []

    def open(self, name: str) -> BinaryIO:
        """A file to read. Raises FileNotFoundError."""
        return (self.path / name).open("rb")

    @contextmanager
    def replaced(self, name: str) -> Iterator[BinaryIO]:
        """A file that takes the place of `name` when it is complete, and on the disk. Raises UsageError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise UsageError(f"{self.path}: cannot be written: {fault.strerror}") from None
        with replaced(self.path / name, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())


@dataclass(frozen=True, slots=True)
class Remote:
    """What is below a URL. Files are complete or absent in object stores, which show a file when all of it is there."""

    url: str

    def __str__(self) -> str:
        return self.url.rstrip("/")

    def names(self) -> list[str]:
        """The names of all files, in order; [] if there is no such place."""
        system, path = remote.file_system(self.url)
        system.invalidate_cache(path)
        try:
            return sorted(Path(file).name for file in system.ls(path, detail=False))
        except FileNotFoundError:
            return []
        except Exception as fault:  # each file system has errors of its own
            raise UsageError(f"{self}: cannot be looked at: {fault}") from None

    def open(self, name: str) -> BinaryIO:
        """A file to read, fetched as far as it is asked for. Raises FileNotFoundError, UsageError."""
        system, path = self._at(name)
        try:
            return cast(BinaryIO, system.open(path, "rb"))
        except FileNotFoundError:
            raise
        except Exception as fault:  # as above
            raise UsageError(f"{self}/{name}: cannot be read: {fault}") from None

    @contextmanager
    def replaced(self, name: str) -> Iterator[BinaryIO]:
        """A file to write, gathered in memory and sent at the end. Raises UsageError."""
        stream = io.BytesIO()
        yield stream
        system, path = self._at(name)
        try:
            system.pipe_file(path, stream.getvalue())
        except Exception as fault:  # as above
            raise UsageError(f"{self}/{name}: cannot be written: {fault}") from None

    def fingerprint(self, name: str) -> str | None:
        """What changes with a file's content; None if there is no such file."""
        system, path = self._at(name)
        system.invalidate_cache(system._parent(path))
        return remote.fingerprint(f"{self}/{name}")

    def _at(self, name: str) -> tuple[Any, str]:
        return remote.file_system(f"{self}/{name}")


Storage = Directory | Remote


def storage_of(output: str) -> Storage:
    """The storage that a directory or a URL names. Raises UsageError for a URL of an unknown kind."""
    if not remote.is_url(output):
        return Directory(Path(output))
    system, path = remote.file_system(output)
    from fsspec.implementations.local import LocalFileSystem

    return Directory(Path(path)) if isinstance(system, LocalFileSystem) else Remote(output)

"""The manifest of a batch run: every file, what it held when it was tagged, and what became of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from nlp.errors import DatabaseError

NAME = "_manifest.db"
"""What begins so is left alone by those who read a directory of parquet."""
APPLICATION = 0x676B6D31
_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE files (
    source BLOB PRIMARY KEY,     -- the name's bytes: not every name is Unicode
    shard INTEGER NOT NULL,
    position INTEGER NOT NULL,   -- within the shard
    state TEXT NOT NULL,
    size INTEGER, modified INTEGER, digest TEXT,   -- of the file as it was tagged
    settings TEXT,               -- model and schema that tagged it
    error TEXT, exit_status INTEGER
);
CREATE UNIQUE INDEX files_by_shard ON files (shard, position);
PRAGMA application_id = {APPLICATION};
COMMIT;
"""


class State(str, Enum):
    """What became of a file."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the run.

    `size`, `modified` (nanoseconds), `digest` and `settings` (model and schema) are those that it was tagged with.
    """

    source: str
    shard: int
    position: int
    state: State = State.PENDING
    size: int | None = None
    modified: int | None = None
    digest: str | None = None
    settings: str | None = None
    error: str | None = None
    exit_status: int | None = None


class Manifest:
    """The manifest in a run's directory, held by one run at a time; a context manager.

    Raises DatabaseError if another run holds it, or the directory cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / NAME
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=0.5, isolation_level=None)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("BEGIN EXCLUSIVE")
            (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            self._db.execute("COMMIT")
        except (sqlite3.Error, OSError) as fault:
            raise DatabaseError(_reason(self.path, fault)) from fault
        if tables and application != APPLICATION:
            raise DatabaseError(f"{self.path}: not the manifest of a run: choose another --output")
        if not tables:
            with self._told():
                self._db.executescript(_TABLES)

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *fault: object) -> None:
        self._db.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Let no fault of the file or the disk out but as a DatabaseError."""
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as fault:
            raise DatabaseError(_reason(self.path, fault)) from fault

    def plan(self, sources: Sequence[str], shard_size: int) -> None:
        """Give every source that is new a place in a shard, after those that have one."""
        with self._told():
            known = {os.fsdecode(source) for (source,) in self._db.execute("SELECT source FROM files")}
            (last,) = self._db.execute("SELECT max(shard * 1000000 + position) FROM files").fetchone()
        shard, position = divmod(last, 1_000_000) if last is not None else (0, -1)
        rows = []
        for source in sources:
            if source in known:
                continue
            position += 1
            if position >= shard_size:
                shard, position = shard + 1, 0
            rows.append((os.fsencode(source), shard, position, State.PENDING.value))
        with self._told():
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO files (source, shard, position, state) VALUES (?, ?, ?, ?)", rows
            )
            self._db.execute("COMMIT")

    def shards(self) -> list[int]:
        """The numbers of all shards."""
        with self._told():
            return [shard for (shard,) in self._db.execute("SELECT DISTINCT shard FROM files ORDER BY shard")]

    def entries(self, shard: int) -> list[Entry]:
        """The files of a shard, in their order."""
        with self._told():
            rows = self._db.execute("SELECT * FROM files WHERE shard = ? ORDER BY position", (shard,))
            return [_entry(row) for row in rows]

    def record(self, entries: Iterable[Entry]) -> None:
        """Say what became of files, all at once."""
        with self._told():
            self._record(entries)

    def _record(self, entries: Iterable[Entry]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(
            "UPDATE files SET state = ?, size = ?, modified = ?, digest = ?, settings = ?, error = ?, exit_status = ? "
            "WHERE source = ?",
            [
                (
                    e.state.value, e.size, e.modified, e.digest, e.settings, e.error, e.exit_status,
                    os.fsencode(e.source),
                )
                for e in entries
            ],
        )  # fmt: skip
        self._db.execute("COMMIT")

    def failures(self) -> Iterator[Entry]:
        """The files that could not be tagged."""
        with self._told():
            for row in self._db.execute(
                "SELECT * FROM files WHERE state = 'failed' ORDER BY shard, position"
            ):
                yield _entry(row)

    def count(self, state: State) -> int:
        """How many files are in that state."""
        with self._told():
            (number,) = self._db.execute(
                "SELECT count(*) FROM files WHERE state = ?", (state.value,)
            ).fetchone()
            return int(number)


def _reason(path: Path, fault: Exception) -> str:
    """What is wrong with the manifest at `path`, and what to do about it."""
    said = str(fault)
    if "locked" in said:
        return f"{path.parent}: another run writes there: wait for it, or choose another --output"
    if "full" in said:
        return f"{path.parent}: the disk is full: free some space, and the same command goes on"
    if isinstance(fault, OSError | sqlite3.OperationalError) and "no such" not in said:
        return f"{path.parent}: cannot be written: {said}"
    return (
        f"{path}: a damaged manifest, or none of a run ({said}): choose another --output, or delete this file, "
        "and the same command tags all files again"
    )


def _entry(row: Sequence[Any]) -> Entry:
    source, shard, position, state, *rest = row
    return Entry(os.fsdecode(source), shard, position, State(state), *rest)

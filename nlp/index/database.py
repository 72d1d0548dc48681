"""Database: the one SQLite file that `gongkai index` makes, opened for writing or for reading only."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from nlp.errors import DatabaseError
from nlp.index.schema import VERSION, check, prepare

CACHE_KIB = 131072
WAIT_SECONDS = 10.0


class Database:
    """A connection to an index; a context manager that closes it.

    Make one with `open` (to add reports) or `open_readonly` (to search; nothing can change through it).
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    @classmethod
    def open(cls, path: str | Path) -> Database:
        """Open or make the database at `path`, brought up to the current schema.

        Raises DatabaseError if it cannot be made, is in use, or is not one of gongkai's.
        """
        path = Path(path)
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise DatabaseError(
                f"{path}: {'a directory' if path.is_dir() else 'no such directory'}: name a file"
            )
        try:
            connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            check(connection, str(path))
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            prepare(connection, str(path))
        except sqlite3.Error as fault:
            raise DatabaseError(f"{path}: cannot be written: {fault}") from fault
        return cls(connection, path)

    @classmethod
    def open_readonly(cls, path: str | Path, *, any_thread: bool = False) -> Database:
        """Open an existing database for reading; with `any_thread`, for use by several threads in turn.

        Raises DatabaseError if there is none, or it is not one of gongkai's, or of another version.
        """
        path = Path(path)
        if not path.is_file():
            raise DatabaseError(f"{path}: no such database: make it with gongkai index {path} REPORTS...")
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode=ro",
                uri=True,
                timeout=WAIT_SECONDS,
                isolation_level=None,
                check_same_thread=not any_thread,
            )
            version = check(connection, str(path))
        except sqlite3.Error as fault:
            raise DatabaseError(f"{path}: cannot be read: {fault}") from fault
        if version != VERSION:
            raise DatabaseError(
                f"{path}: of an older gongkai or empty: run gongkai index {path} REPORTS... again"
            )
        return cls(connection, path)

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def settle(self) -> None:
        """Leave one plain file behind, without a write-ahead log, unless somebody is reading."""
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            pass  # in use by a reader: the log stays beside the file, which is whole all the same

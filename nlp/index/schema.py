"""The database's tables, their version, and the way from an older one."""

from __future__ import annotations

import sqlite3

from nlp.errors import DatabaseError

VERSION = 1
APPLICATION = 0x676B3031
"""`PRAGMA application_id` of a database of gongkai: no other SQLite file is taken for one."""

TABLES = """
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    digest TEXT NOT NULL,          -- of everything that was tagged, the source's name left out
    title TEXT,
    agency TEXT,
    agency_key TEXT,               -- the same for all spellings of one agency
    year INTEGER,
    level TEXT,
    region TEXT,
    model TEXT
);
CREATE INDEX reports_by_source ON reports (source);
CREATE INDEX reports_by_digest ON reports (digest);
CREATE INDEX reports_by_agency ON reports (agency_key, year);

CREATE TABLE sections (
    id INTEGER PRIMARY KEY,
    report_id INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    number TEXT,
    heading TEXT,
    text TEXT NOT NULL
);
CREATE INDEX sections_by_report ON sections (report_id, position);

CREATE TABLE statements (          -- in the order of the text: a neighbour is the next id within the section
    id INTEGER PRIMARY KEY,
    section_id INTEGER NOT NULL REFERENCES sections (id) ON DELETE CASCADE,
    report_id INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,        -- offsets in the section's text, in characters
    "end" INTEGER NOT NULL,
    category TEXT NOT NULL,
    confidence REAL,
    themes TEXT NOT NULL,          -- JSON: theme to confidence, strongest first
    enumerator TEXT
);
CREATE INDEX statements_by_report ON statements (report_id);
CREATE INDEX statements_by_section ON statements (section_id);

-- Tokens come made (nlp.index.tokens), a blank between them. `facets` repeats what filters ask for, so that a
-- filter is an intersection of posting lists.
CREATE VIRTUAL TABLE words USING fts5 (text, facets, content = '', tokenize = "unicode61 remove_diacritics 0");
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);  -- bytes held before a segment is written

CREATE TABLE vectors (             -- of problems and improvements, where the index was made with a sentence encoder
    statement_id INTEGER PRIMARY KEY REFERENCES statements (id) ON DELETE CASCADE,
    signs BLOB NOT NULL,           -- the sign of every dimension, a bit each
    vector BLOB NOT NULL           -- every dimension in 8 bits, scaled by 127 / the largest
);
"""

MIGRATIONS: dict[int, str] = {}
"""Version that a database has → what brings it to the next one."""


def prepare(connection: sqlite3.Connection, name: str) -> None:
    """Make the tables of a new database, or bring an older one up to date, in one transaction.

    Raises DatabaseError if it is no database of gongkai, or a newer version's.
    """
    version = check(connection, name)
    if version == VERSION:
        return
    script = TABLES if version == 0 else "".join(MIGRATIONS[v] for v in range(version, VERSION))
    connection.executescript(
        f"BEGIN IMMEDIATE; {script} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def check(connection: sqlite3.Connection, name: str) -> int:
    """The version of a database, 0 for an empty one. Raises DatabaseError as `prepare` does."""
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as fault:
        raise DatabaseError(f"{name}: not a database of gongkai index ({fault})") from fault
    if tables and application != APPLICATION:
        raise DatabaseError(f"{name}: a database, but not one of gongkai index: choose another name")
    if version > VERSION:
        raise DatabaseError(
            f"{name}: made by a newer gongkai (schema {version}, this one knows {VERSION}): update gongkai"
        )
    return int(version)

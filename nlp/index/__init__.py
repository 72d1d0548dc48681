"""The index: tagged reports in one SQLite database, for searching and for findings."""

from nlp.index.database import Database
from nlp.index.ingest import Added, Indexer

__all__ = ["Added", "Database", "Indexer"]

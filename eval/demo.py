"""The demo corpus in an index: what search and findings are measured on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import models
import nlp
from nlp.errors import UsageError
from nlp.index import Database, Indexer
from nlp.labels import Category
from nlp.pipeline import Failure, tag_files
from nlp.search.encoder import OnnxEncoder
from nlp.search.semantic import add_vectors
from nlp.tagger import Tagger

CORPUS = Path(nlp.__file__).parent / "samples" / "demo"
"""Invented reports, a file each: `<agency>-<year>.txt`."""


def texts() -> dict[str, str]:
    """The reports as they are written, by the stems of their files. Raises UsageError if there are none."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.txt"))}
    if not found:
        raise UsageError(f"{CORPUS}: no demo corpus here; it comes with the source of gongkai")
    return found


@contextmanager
def indexed(model: str = models.DEFAULT, threads: int | None = None) -> Iterator[Database]:
    """A temporary index of the demo corpus, tagged by `model`, its problems and improvements with vectors."""
    files = [str(CORPUS / f"{stem}.txt") for stem in texts()]
    tagger = Tagger.load(model, threads=threads)
    with TemporaryDirectory() as scratch, Database.open(Path(scratch) / "demo.db") as database:
        reports = (r for r in tag_files(files, tagger) if not isinstance(r, Failure))
        for _ in Indexer(database).add(reports):
            pass
        claims = [str(Category.PROBLEM), str(Category.IMPROVEMENT)]
        for _ in add_vectors(database.connection, OnnxEncoder(models.ENCODER, threads), claims):
            pass
        yield database

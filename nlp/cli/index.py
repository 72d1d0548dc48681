"""`gongkai index`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import models
from nlp.cli.options import ThreadsOption
from nlp.cli.progress import progress
from nlp.engines.kind import HELP, MANY_FILES, EngineKind
from nlp.errors import GongkaiError, UsageError, printable
from nlp.labels import Category

if TYPE_CHECKING:
    from nlp.report import Report

VECTORS_OF = (str(Category.PROBLEM), str(Category.IMPROVEMENT))
"""Categories whose statements are searched by meaning."""
TAGGED = (".jsonl", ".ndjson")


def index(
    database: Annotated[Path, typer.Argument(help="The database: made, or added to.", show_default=False)],
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Report files, directories, .zip archives, quoted patterns, or .jsonl files of gongkai tag.",
            show_default=False,
        ),
    ],
    semantic: Annotated[
        bool,
        typer.Option(
            "--semantic/--no-semantic", help="Make problems and improvements searchable by meaning."
        ),
    ] = True,
    model: Annotated[str, typer.Option(help="The model that tags report files.")] = models.DEFAULT,
    threads: ThreadsOption = None,
    engine: Annotated[str, typer.Option(help=f"What runs the model. {HELP}.")] = str(EngineKind.AUTO),
    ocr: Annotated[
        bool, typer.Option("--ocr", help="Read scanned PDFs by OCR: seconds a page, and some errors.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    """Gather reports in one database, for gongkai search.

    Reports that are there already are left alone; a new version of a report takes the place of the old one. A run that
    was stopped, by whatever means, is finished by running it again.

    Examples:

        gongkai index reports.db 年报/

        gongkai index reports.db tagged.jsonl

        gongkai index reports.db '2023/**/*.pdf' --no-semantic

    Exit status: 0 all added; 1 some files or lines could not be read (the others are added); 2 wrong usage; 23 the
    database cannot be used.
    """
    from nlp.index import Database, Indexer
    from nlp.inputs import expand
    from nlp.reading import SUFFIXES, archive

    sources = expand(inputs)
    reports_first = database.is_dir() or database.suffix.lower() in (*TAGGED, *SUFFIXES, archive.SUFFIX)
    if reports_first or str(database) in sources:
        raise UsageError(f"{database}: the first argument is the database to make, e.g. reports.db")
    if ocr:
        from nlp.reading.ocr import engine as ocr_engine

        ocr_engine()  # says at once if it is not installed
    kind = EngineKind.of(engine)
    failures: list[str] = []
    done: Counter[str] = Counter()
    with Database.open(database) as opened, progress("indexing", len(sources), quiet) as advance:
        reports = _reports(sources, model, threads, kind, ocr, failures, advance)
        for _, added in Indexer(opened).add(reports):
            done[added.value] += 1
        if semantic and models.ENCODER.is_dir():
            _make_vectors(opened.connection, threads, quiet)
        opened.settle()
    if not quiet:
        counts = ", ".join(f"{done[kind]} {kind}" for kind in ("new", "replaced", "unchanged"))
        print(f"{database}: {sum(done.values())} reports: {counts}", file=sys.stderr)
    if failures:
        raise typer.Exit(1)


def _reports(
    sources: list[str],
    model: str,
    threads: int | None,
    engine: EngineKind,
    ocr: bool,
    failures: list[str],
    advance: object,
) -> Iterator[Report]:
    """Reports of all sources: from tagged lines as they are, from report files by tagging them."""
    from nlp.pipeline import Failure, tag_files
    from nlp.tagger import Tagger

    assert callable(advance)
    tagged = [source for source in sources if source.lower().endswith(TAGGED)]
    for source in tagged:
        yield from _tagged(source, failures)
        advance()
    files = [source for source in sources if source not in tagged]
    if not files:
        return
    tagger = Tagger.load(model, threads=threads, engine=engine, long_run=len(files) >= MANY_FILES)
    for result in tag_files(files, tagger, ocr=ocr):
        advance()
        if isinstance(result, Failure):
            _fail(str(result.error), failures)
        else:
            yield result


def _tagged(source: str, failures: list[str]) -> Iterator[Report]:
    """The reports of a file of JSON lines; a line that is none is said, and the others are read."""
    import json

    from nlp.schema import from_json

    try:
        with Path(source).open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    yield from_json(json.loads(line))
                except (ValueError, AttributeError, RecursionError, GongkaiError) as fault:
                    _fail(f"{source}:{number}: {fault}", failures)
    except UnicodeDecodeError:
        _fail(f"{source}: not in UTF-8, as the output of gongkai tag is", failures)
    except OSError as fault:
        _fail(f"{source}: {fault.strerror}", failures)


def _fail(message: str, failures: list[str]) -> None:
    failures.append(message)
    print(f"error: {printable(message)}", file=sys.stderr)


def _make_vectors(connection: object, threads: int | None, quiet: bool) -> None:
    import sqlite3

    from nlp.search.encoder import OnnxEncoder
    from nlp.search.semantic import add_vectors, missing_vectors

    assert isinstance(connection, sqlite3.Connection)
    missing = missing_vectors(connection, VECTORS_OF)
    if not missing:
        return
    with progress("reading for meaning", missing, quiet) as advance:
        for number in add_vectors(connection, OnnxEncoder(models.ENCODER, threads), VECTORS_OF):
            advance(number)

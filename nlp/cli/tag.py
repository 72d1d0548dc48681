"""`gongkai tag`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import models
from nlp.cli.batch import RAY, Batch, engine_kind, tag_into
from nlp.cli.choices import format_of, members
from nlp.cli.options import ConfidenceOption
from nlp.cli.progress import progress
from nlp.engines.kind import HELP, MANY_FILES, EngineKind
from nlp.errors import UsageError
from nlp.labels import Category
from nlp.output.writer import OutputFormat, open_writer, select


def tag(
    ctx: typer.Context,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, directories, .zip archives, quoted patterns, URLs (s3://...), or - for standard input.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, jsonl, csv, html or parquet; into a directory jsonl or parquet. By default what --output's "
            "name says, else a table on a terminal and jsonl elsewhere.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Write to this file: it is complete, or absent; - is standard output. A directory (run/, "
            "s3://bucket/run/) takes many files, and a run that was stopped goes on.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="Only these categories, e.g. problem,improvement or 存在问题.", show_default=False),
    ] = None,
    min_confidence: ConfidenceOption = 0.0,
    model: Annotated[
        str, typer.Option(help="A model's name (see gongkai models) or directory.")
    ] = models.DEFAULT,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Processor cores to use; with ray, of each worker.", show_default="all, 1"),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Into a directory: processes that read files; with ray, workers that tag.",
            show_default="all but one core; as many as the cluster has room for",
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(help=f"{HELP}. Into a directory, ray: the machines of a cluster."),
    ] = str(EngineKind.AUTO),
    address: Annotated[
        str | None,
        typer.Option(
            help="With ray: auto, ray://host:port, or what else Ray takes for a cluster's address.",
            show_default="this machine",
        ),
    ] = None,
    shard_size: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help="Files of a shard in a directory.", show_default="256"),
    ] = None,
    show_errors: Annotated[
        bool, typer.Option("--errors", help="List what failed in the run in the directory --output, and why.")
    ] = False,
    max_size: Annotated[int, typer.Option(min=1, help="Largest file to read, in MiB.")] = 64,
    ocr: Annotated[
        bool, typer.Option("--ocr", help="Read scanned PDFs by OCR: seconds a page, and some errors.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no warnings.")] = False,
) -> None:
    """Tag report files: find their narrative sections, cut them into statements, classify each.

    Examples:

        gongkai tag report.docx

        gongkai tag 2021年报/ --only problem,improvement -o problems.csv

        gongkai tag '年报/**/*.pdf' --format jsonl > statements.jsonl

        gongkai tag report.pdf -o report.html

        gongkai tag 年报.zip scanned.pdf --ocr

        cat report.txt | gongkai tag -

        gongkai tag 年报/ -o run/

        gongkai tag -o run/ --errors

        gongkai tag s3://bucket/2023/ -o s3://bucket/run/ --format parquet --engine ray --address auto

    Exit status: 0 all tagged; 1 some files could not be read (the others are tagged); 2 wrong usage. Where one file is
    named and cannot be read, the status says why: 11 missing, 12 empty, 13 too large, 14 unknown format, 15 old binary
    format, 16 damaged, 17 encrypted, 18 no text layer. Where there is no such model, it is 20.
    """
    from nlp.inputs import expand
    from nlp.pipeline import Failure, tag_files
    from nlp.reading.remote import is_url
    from nlp.tagger import Tagger

    if output == "":
        raise UsageError("--output: no name: an empty one would be the directory where you are")
    output = None if output == "-" else output
    target = Path(output) if output else None
    to_directory = output is not None and (output.endswith(("/", os.sep)) or Path(output).is_dir())
    if show_errors:
        _show_errors(output if to_directory else None)
        return
    if output is not None and is_url(output) and not to_directory:
        raise UsageError(f"{output}: a URL takes a run, as a directory does: end it with /")
    if not inputs:
        if sys.stdin.isatty():
            print(ctx.get_help(), file=sys.stderr)
            raise typer.Exit(2)
        inputs = ["-"]
    categories = members(Category, only, "--only")
    if ocr:
        from nlp.reading.ocr import engine as ocr_engine

        ocr_engine()  # says at once if it is not installed
    sources = expand(inputs)
    if to_directory and output is not None:
        if categories or min_confidence:
            raise UsageError(
                f"{output}: a directory takes all statements: leave --only and --min-confidence out"
            )
        batch = Batch(
            output, format, engine, address, model, threads, workers, shard_size, max_size * 2**20, ocr
        )
        tag_into(batch, sources, quiet)
        return
    if engine == RAY or address or shard_size or workers:
        raise UsageError(
            "--engine ray, --address, --shard-size and --workers are for a directory: end --output with /"
        )
    kind = engine_kind(engine)
    written_as = format_of(OutputFormat, format, target)
    tagger = Tagger.load(model, threads=threads, engine=kind, long_run=len(sources) >= MANY_FILES)
    failures = []
    with progress("tagging", len(sources), quiet) as advance, open_writer(written_as, target) as writer:
        for result in tag_files(sources, tagger, max_size * 2**20, ocr):
            advance()
            if isinstance(result, Failure):
                failures.append(result)
                print(f"error: {result.error}", file=sys.stderr)
                continue
            if not quiet:
                for warning in result.warnings:
                    print(f"warning: {result.source}: {warning}", file=sys.stderr)
            writer.write(select(result, categories, min_confidence))
        if failures and len(failures) == len(sources) and output is not None:
            raise typer.Exit(failures[0].error.exit_status if len(sources) == 1 else 1)
    if failures:
        if len(sources) > 1 and not quiet:
            print(f"{len(failures)} of {len(sources)} files could not be read", file=sys.stderr)
        raise typer.Exit(failures[0].error.exit_status if len(sources) == 1 else 1)


def _show_errors(output: str | None) -> None:
    from nlp.batch.manifest import NAME
    from nlp.batch.remote import manifest_of
    from nlp.batch.storage import storage_of

    storage = None if output is None else storage_of(output)
    if storage is None or NAME not in storage.names():
        raise UsageError("--errors: needs --output with the directory of a run")
    with manifest_of(storage) as manifest:
        for entry in manifest.failures():
            print(f"{entry.exit_status}\t{entry.error}")

"""`gongkai tag`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

import models
from nlp.errors import UsageError
from nlp.labels import Category
from nlp.output.writer import OutputFormat, open_writer, select


def tag(
    ctx: typer.Context,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, directories, quoted patterns, or - for standard input.", show_default=False
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, jsonl, csv or html. By default what --output's name says, else a table on a terminal and "
            "jsonl in a pipe.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file: it is complete, or absent.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="Only these categories, e.g. problem,improvement or 存在问题.", show_default=False),
    ] = None,
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Only statements decided at least this confidently.")
    ] = 0.0,
    model: Annotated[
        str, typer.Option(help="A model's name (see gongkai models) or directory.")
    ] = models.DEFAULT,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Processor cores to use.", show_default="all")
    ] = None,
    max_size: Annotated[int, typer.Option(min=1, help="Largest file to read, in MiB.")] = 64,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no warnings.")] = False,
) -> None:
    """Tag report files: find their narrative sections, cut them into statements, classify each.

    Examples:

        gongkai tag report.docx

        gongkai tag 2021年报/ --only problem,improvement -o problems.csv

        gongkai tag '年报/**/*.pdf' --format jsonl > statements.jsonl

        gongkai tag report.pdf -o report.html

        cat report.txt | gongkai tag -

    Exit status: 0 all tagged; 1 some files could not be read (the others are tagged); 2 wrong usage. Where one file is
    named and cannot be read, the status says why: 11 missing, 12 empty, 13 too large, 14 unknown format, 15 old binary
    format, 16 damaged, 17 encrypted, 18 no text layer.
    """
    from nlp.inputs import expand
    from nlp.pipeline import Failure, tag_files
    from nlp.tagger import Tagger

    if not inputs:
        if sys.stdin.isatty():
            print(ctx.get_help(), file=sys.stderr)
            raise typer.Exit(2)
        inputs = ["-"]
    categories = parse_categories(only) if only else frozenset()
    written_as = parse_format(format) if format else default_format(output)
    sources = expand(inputs)
    tagger = Tagger.load(model, threads=threads)
    failures = []
    with _progress(len(sources), quiet) as advance, open_writer(written_as, output) as writer:
        for result in tag_files(sources, tagger, max_size * 2**20):
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


def parse_categories(text: str) -> frozenset[Category]:
    """Categories from their keys or Chinese names, separated by commas. Raises UsageError naming the choices."""
    names = {**{str(c): c for c in Category}, **{c.chinese: c for c in Category}}
    wanted = [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]
    unknown = [name for name in wanted if name not in names]
    if unknown or not wanted:
        choices = ", ".join(f"{c} ({c.chinese})" for c in Category)
        raise UsageError(f"--only: no category {', '.join(unknown) or 'named'}; choose from {choices}")
    return frozenset(names[name] for name in wanted)


def parse_format(text: str) -> OutputFormat:
    """An output format by name. Raises UsageError naming the choices."""
    try:
        return OutputFormat(text.lower())
    except ValueError:
        raise UsageError(f"--format: no format {text!r}; choose from {', '.join(OutputFormat)}") from None


def default_format(output: Path | None) -> OutputFormat:
    """The format that a file's name says; a table for a terminal, else JSON lines."""
    if output is None:
        return OutputFormat.TABLE if sys.stdout.isatty() else OutputFormat.JSONL
    suffix = output.suffix.lower().lstrip(".")
    named = {"htm": OutputFormat.HTML, "txt": OutputFormat.TABLE, "json": OutputFormat.JSONL}
    named |= {str(format): format for format in OutputFormat}
    return named.get(suffix, OutputFormat.JSONL)


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A function that counts a file as done: a bar on standard error, where a terminal shows it."""
    if quiet or total < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("tagging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("tagging", total=total)
        yield lambda: progress.advance(task)

"""`gongkai tag` into a directory: a batch run, here or on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import typer

from nlp.cli.progress import progress
from nlp.errors import UsageError

if TYPE_CHECKING:
    from nlp.batch import Outcome

ENGINES = ("local", "ray")


@dataclass(frozen=True, slots=True)
class Batch:
    """What the command line says of a batch run; None where it says nothing."""

    output: str
    format: str | None
    engine: str
    address: str | None
    model: str
    threads: int | None
    workers: int | None
    shard_size: int | None
    max_bytes: int
    ocr: bool


def tag_into(batch: Batch, sources: Sequence[str], quiet: bool) -> None:
    """Run, say what was done, and exit with 1 if files failed. Raises UsageError, DatabaseError, ModelError."""
    if batch.engine not in ENGINES:
        raise UsageError(f"--engine: no engine {batch.engine!r}; choose from {', '.join(ENGINES)}")
    if batch.address and batch.engine != "ray":
        raise UsageError("--address: is for --engine ray")
    if "-" in sources:
        raise UsageError("-: standard input goes to a file or a pipe, not into a directory")
    with progress("tagging", len(sources), quiet) as advance:
        try:
            outcome = _run(batch, sources, advance)
        except KeyboardInterrupt:
            print(f"stopped: the same command goes on, {batch.output} is whole", file=sys.stderr)
            raise
    if not quiet:
        words = f"{outcome.tagged} files tagged, {outcome.kept} unchanged, {outcome.failed} failed"
        hint = f" (gongkai tag -o {batch.output} --errors)" if outcome.failed else ""
        print(f"{batch.output}: {words}{hint}", file=sys.stderr)
    if outcome.failed:
        raise typer.Exit(1)


def _run(batch: Batch, sources: Sequence[str], advance: Callable[[int], None]) -> Outcome:
    from nlp.batch import tag_directory
    from nlp.batch.run import SHARD_SIZE
    from nlp.batch.storage import storage_of
    from nlp.batch.workers import Limits
    from nlp.tagger import Tagger

    storage = storage_of(batch.output)
    limits = Limits(file_bytes=batch.max_bytes)
    size = batch.shard_size or SHARD_SIZE
    if batch.engine == "local":
        return tag_directory(
            sources,
            Tagger.load(batch.model, threads=batch.threads),
            storage,
            format=batch.format,
            workers=batch.workers or 0,
            limits=limits,
            shard_size=size,
            ocr=batch.ocr,
            advance=advance,
        )
    from nlp.batch.cluster import LOCAL, Cluster, tag_on_cluster

    threads = batch.threads or 1
    return tag_on_cluster(
        sources,
        partial(Tagger.load, batch.model, threads=threads),
        storage,
        Cluster(batch.address or LOCAL, batch.workers or 0, threads),
        format=batch.format,
        limits=limits,
        shard_size=size,
        ocr=batch.ocr,
        advance=advance,
    )

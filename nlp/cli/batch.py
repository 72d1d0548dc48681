"""`gongkai tag` into a directory: a batch run, here or on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import typer

from nlp.cli.progress import progress
from nlp.engines.kind import EngineKind
from nlp.errors import UsageError

if TYPE_CHECKING:
    from nlp.batch import Outcome

LOCAL, RAY = "local", "ray"
"""What --engine takes beside an EngineKind: the older name of auto, and a cluster."""


def engine_kind(name: str) -> EngineKind:
    """What runs the model by --engine. Raises UsageError naming the choices."""
    if name == LOCAL:
        return EngineKind.AUTO
    if name == RAY:  # machines of a cluster may differ, what they write may not
        return EngineKind.ONNXRUNTIME
    return EngineKind.of(name, (RAY,))


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
    engine_kind(batch.engine)
    if batch.address and batch.engine != RAY:
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
        words = f"{outcome.tagged} tagged, {outcome.kept} unchanged, {outcome.failed} failed"
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
    kind = engine_kind(batch.engine)
    if batch.engine != RAY:
        # a run into a directory is a long one even where little is left to do: it goes on with the engine it began with
        return tag_directory(
            sources,
            Tagger.load(batch.model, threads=batch.threads, engine=kind, long_run=True),
            storage,
            format=batch.format,
            workers=batch.workers or 0,
            limits=limits,
            shard_size=size,
            ocr=batch.ocr,
            advance=advance,
        )
    from nlp.batch.cluster import LOCAL as HERE
    from nlp.batch.cluster import Cluster, tag_on_cluster

    threads = batch.threads or 1
    return tag_on_cluster(
        sources,
        partial(Tagger.load, batch.model, threads=threads, engine=kind),
        storage,
        Cluster(batch.address or HERE, batch.workers or 0, threads),
        format=batch.format,
        limits=limits,
        shard_size=size,
        ocr=batch.ocr,
        advance=advance,
    )

"""A batch run on this machine: shard by shard, each written whole, then recorded."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from nlp.batch.manifest import State
from nlp.batch.plan import Job, jobs
from nlp.batch.remote import manifest_of
from nlp.batch.shards import Shards
from nlp.batch.storage import Directory, Storage
from nlp.batch.tagging import TagsMany, tag_shard
from nlp.batch.workers import Limits, parse_files

LIMITS = Limits()
SHARD_SIZE = 256
"""Files of a shard: what a kill can cost."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: files tagged now, files that were there already, and files that failed, of all that it holds."""

    tagged: int
    kept: int
    failed: int


def tag_directory(
    sources: Sequence[str],
    tagger: TagsMany,
    directory: Path | Storage,
    *,
    format: str | None = None,
    workers: int = 0,
    limits: Limits = LIMITS,
    shard_size: int = SHARD_SIZE,
    ocr: bool = False,
    advance: Callable[[int], None] = lambda number: None,
) -> Outcome:
    """Tag files into `directory`: `part-00000.jsonl` and so on, and a manifest.

    `format` is jsonl or parquet; by default what the directory holds, else jsonl. Files that are there already,
    unchanged and tagged by the same model, are not tagged again; those that failed are tried again, unless their
    content is at fault. The output of a run that was killed, at whatever moment, and run again is that of
    an undisturbed one, byte for byte. `advance` is told how many files are done. Raises DatabaseError if the directory
    cannot be used, UsageError if it cannot be written or holds the other format.
    """
    workers = workers or max(1, (os.cpu_count() or 2) - 1)
    storage = Directory(directory) if isinstance(directory, Path) else directory
    shards = Shards.open(storage, format)
    tagged = kept = 0
    with manifest_of(storage) as manifest:
        manifest.plan(sources, shard_size)
        begun: deque[Job] = deque()

        def to_read() -> Iterator[str]:
            """The files of all shards, one after the other: those of the next are read while this one is tagged."""
            nonlocal kept
            for job in jobs(manifest, shards, sources, tagger.identity, ocr):
                kept += job.kept
                advance(job.done)
                if job.now:
                    begun.append(job)
                    yield from (entry.source for entry in job.now)

        with closing(parse_files(to_read(), workers, limits, ocr)) as parsed:
            for first in parsed:
                job = begun.popleft()
                own = chain([first], islice(parsed, len(job.now) - 1))
                manifest.record(tag_shard(job, own, tagger, shards, advance))
                tagged += len(job.now)
        return Outcome(tagged, kept, manifest.count(State.FAILED))

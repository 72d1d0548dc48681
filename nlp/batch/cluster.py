"""A batch run on a cluster, by Ray Data: the same shards as on one machine, as many at a time as there are cores.

The unit of work is a shard. A task reads its files, in a process under the same limits as anywhere; an actor, which
holds one model, tags and writes it; the driver, which alone has the manifest, records it. A worker that dies takes
nothing along but its shard, which Ray gives to another, and which has the same bytes however often it is written.
"""

from __future__ import annotations

import logging
import os
import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from nlp.batch.manifest import Entry, Manifest, State
from nlp.batch.plan import Job, jobs
from nlp.batch.remote import manifest_of
from nlp.batch.run import LIMITS, SHARD_SIZE, Outcome
from nlp.batch.shards import Shards
from nlp.batch.storage import Storage
from nlp.batch.tagging import TagsMany, tag_shard
from nlp.batch.workers import Limits, Parsed, Readers
from nlp.errors import GongkaiError, UsageError
from nlp.extras import needs

if TYPE_CHECKING:
    import pyarrow as pa

LOCAL = "local"
"""The address of a cluster of this machine alone, which lasts as long as the run."""
READING_BYTES, TAGGING_BYTES = 512 * 2**20, 2**30
"""Memory that a task and an actor are taken to need, so that Ray puts no more on a machine than it has.

They differ for a reason, too: stages that ask for the same may be fused by Ray, and the actors would read.
"""
READING_CORES = 0.1
"""Of a core, what a task that reads is taken to need: reading takes less than a tenth of what tagging takes."""
OCR_TAGGING_SHARE = 0.75
"""Of the cores of a cluster, those that tag by default where pages are recognised, which takes a whole core each."""
_RAISED = re.compile(r"^[\w.]+(?:Error|Exception|Interrupt|Exit): .+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where to run: Ray's `address`, the actors that tag (0: by the cores there are), and the cores of each."""

    address: str = LOCAL
    workers: int = 0
    threads: int = 1


@dataclass(frozen=True, slots=True)
class _Read:
    """A job whose files were read."""

    job: Job
    parsed: list[Parsed]


def tag_on_cluster(
    sources: Sequence[str],
    load: Callable[[], TagsMany],
    storage: Storage,
    cluster: Cluster,
    *,
    format: str | None = None,
    limits: Limits = LIMITS,
    shard_size: int = SHARD_SIZE,
    ocr: bool = False,
    advance: Callable[[int], None] = lambda number: None,
) -> Outcome:
    """Tag files as `nlp.batch.tag_directory` does, and with the same results; either goes on where the other stopped.

    `load` makes the tagger, here for its name and in every actor; it is sent to them. Paths mean the same everywhere:
    what is no URL has to be on a file system that all machines share. Raises what `tag_directory` does, UsageError if
    Ray is not installed or the cluster has no room, and GongkaiError if the cluster gives up; the same call goes on.
    """
    model = load().identity
    shards = Shards.open(storage, format)
    tagged = kept = 0
    with manifest_of(storage) as manifest:
        manifest.plan(sources, shard_size)
        todo = []
        for job in jobs(manifest, shards, sources, model, ocr):
            kept += job.kept
            advance(job.done)
            if job.now:
                todo.append(job)
        for entries in _run(todo, load, model, shards, cluster, limits, ocr) if todo else ():
            manifest.record(entries)
            tagged += len(entries)
            advance(len(entries))
        return _outcome(manifest, tagged, kept)


def _outcome(manifest: Manifest, tagged: int, kept: int) -> Outcome:
    return Outcome(tagged, kept, manifest.count(State.FAILED))


def _run(
    todo: Sequence[Job],
    load: Callable[[], TagsMany],
    model: str,
    shards: Shards,
    cluster: Cluster,
    limits: Limits,
    ocr: bool,
) -> Iterator[list[Entry]]:
    """The entries of each job, as it is done, in any order."""
    with _connected(cluster) as ray:
        cores = Cores.of(cluster, ray.cluster_resources().get("CPU", 0), ocr)
        items = [{"payload": pickle.dumps(job)} for job in todo]
        # Ray Data begins tasks again whose worker died, and restarts actors, without being told
        stages = (
            ray.data.from_items(items, override_num_blocks=len(items))
            .map_batches(
                _read,
                batch_size=1,
                batch_format="pyarrow",
                fn_kwargs={"home": os.getcwd(), "limits": limits, "ocr": ocr},  # noqa: PTH109
                num_cpus=cores.reading,
                memory=READING_BYTES,
            )
            .map_batches(
                _Tagging,
                batch_size=1,
                batch_format="pyarrow",
                fn_constructor_args=(load, model, shards),
                compute=ray.data.ActorPoolStrategy(size=cores.workers, max_tasks_in_flight_per_actor=2),
                num_cpus=cores.tagging,
                memory=TAGGING_BYTES,
            )
        )
        try:
            for batch in stages.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                yield from _unpacked(batch)
        except ray.exceptions.RayError as fault:
            raise _explained(fault) from fault


def _read(batch: pa.Table, home: str, limits: Limits, ocr: bool) -> pa.Table:
    """Jobs in, read jobs out: what a task does."""
    try:
        os.chdir(home)  # relative paths mean what they mean to the driver
    except OSError as fault:
        raise UsageError(f"{home}: not on {os.uname().nodename}, which works for this run: {fault}") from None
    readers = _readers(home, limits, ocr)
    return _packed(
        [_Read(job, list(readers.read(entry.source for entry in job.now))) for job in _unpacked(batch)]
    )


@cache
def _readers(home: str, limits: Limits, ocr: bool) -> Readers:
    """One process that reads for this one, begun in `home`; it lives as long, for it sees the pipe close and ends."""
    return Readers(1, limits, ocr)


class _Tagging:
    """An actor: read jobs in, written jobs' entries out."""

    def __init__(self, load: Callable[[], TagsMany], model: str, shards: Shards) -> None:
        self._tagger = load()
        self._shards = shards
        if self._tagger.identity != model:
            raise UsageError(
                f"{os.uname().nodename} has the model {self._tagger.identity}, not {model}: install the same"
            )

    def __call__(self, batch: pa.Table) -> pa.Table:
        return _packed(
            [tag_shard(read.job, read.parsed, self._tagger, self._shards) for read in _unpacked(batch)]
        )


def _packed(things: Sequence[object]) -> pa.Table:
    """A table of a column of bytes, which Ray moves from machine to machine."""
    import pyarrow as pa

    return pa.table({"payload": pa.array([pickle.dumps(thing) for thing in things], pa.large_binary())})


def _unpacked(batch: pa.Table) -> list[Any]:
    return [pickle.loads(payload) for payload in batch.column("payload").to_pylist()]


@dataclass(frozen=True, slots=True)
class Cores:
    """How a cluster's cores are shared out: `workers` actors of `tagging` cores, tasks that read of `reading` each."""

    workers: int
    tagging: float
    reading: float

    @classmethod
    def of(cls, cluster: Cluster, cores: float, ocr: bool) -> Cores:
        """As many workers as were asked for, or as there is room for beside the reading.

        Each leaves a little of its cores to a task that reads, but where pages are recognised: that takes cores of its
        own. Raises UsageError if there is no room, or less than was asked for.
        """
        reading = 1.0 if ocr else READING_CORES
        tagging = cluster.threads - (0.0 if ocr else READING_CORES)
        most = min(int((cores - reading) / tagging), int(cores / cluster.threads))
        if cluster.workers:
            if cluster.address == LOCAL and cluster.workers > most:
                raise UsageError(
                    f"--workers: {cluster.workers} of {cluster.threads} cores each, and {reading:g} to read, are more "
                    f"than the {cores:.0f} cores here"
                )
            return cls(cluster.workers, tagging, reading)
        if most < 1:
            raise UsageError(
                f"a cluster of {cores:.0f} cores has no room: it takes {reading:g} to read and {cluster.threads} to tag"
            )
        wanted = int(cores * OCR_TAGGING_SHARE / cluster.threads) if ocr else most
        return cls(max(1, min(most, wanted)), tagging, reading)


@contextmanager
def _connected(cluster: Cluster) -> Iterator[Any]:
    """Ray, connected to the cluster, or as it was connected before. Raises UsageError if it cannot be."""
    with needs("cluster", "--engine ray"):
        import ray
        import ray.data
    if ray.is_initialized():
        yield ray
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would be reported over the network
    try:
        ray.init(
            address=cluster.address,
            include_dashboard=False if cluster.address == LOCAL else None,
            logging_level=logging.ERROR,
            log_to_driver=False,
        )
    except Exception as fault:  # ConnectionError, ValueError and others
        raise UsageError(f"--address {cluster.address}: no cluster there: {fault}") from None
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        yield ray
    finally:
        ray.shutdown()


def _explained(fault: Exception) -> GongkaiError:
    """A fault of the cluster in one line: what was raised first, which Ray hands on as the text of a traceback only."""
    text = str(fault)
    first = _RAISED.search(text)
    said = first[0].removeprefix("nlp.errors.") if first else text.strip().partition("\n")[0]
    return GongkaiError(f"the cluster gave up, the same command goes on: {said}")

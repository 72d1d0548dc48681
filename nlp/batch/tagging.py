"""The tagging of one shard, which is the same on one machine and on many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from nlp.batch.manifest import Entry, State
from nlp.batch.plan import Job
from nlp.batch.shards import Shards
from nlp.batch.workers import Parsed
from nlp.report import Report


class TagsMany(Protocol):
    """What tags a stream of reports: `nlp.tagger.Tagger`."""

    @property
    def name(self) -> str:
        """Name and version of the model."""
        ...

    @property
    def identity(self) -> str:
        """The same, and what tells it from another model of this name and version: who has both tags files anew."""
        ...

    def tag_many(self, reports: Iterator[Report]) -> Iterator[Report]:
        """The reports tagged, in their order."""
        ...


def tag_shard(
    job: Job,
    parsed: Iterable[Parsed],
    tagger: TagsMany,
    shards: Shards,
    advance: Callable[[int], None] = lambda number: None,
) -> list[Entry]:
    """Tag the files of a job, as they were `parsed` in their order, and write the shard with the reports that stay.

    The entries of these files for the manifest, which are true once they are returned. Done twice, it writes the same
    bytes twice: a batch is made of reports of one shard, for what shares a batch with a report can move its confidences
    in the fourth decimal. `advance` is told how many files are done. Raises UsageError if the shard cannot be written.
    """
    found: dict[str, Parsed] = {}

    def reports() -> Iterator[Report]:
        for one in parsed:
            found[one.source] = replace(one, report=None)
            if one.report is not None:
                yield one.report
            else:
                advance(1)

    key = shards.format.key
    rows = shards.rows(job.shard) if job.kept else {}
    for entry in job.now:
        rows.pop(key(entry.source), None)
    for report in tagger.tag_many(reports()):
        rows[key(report.source)] = shards.format.row(report)
        advance(1)
    shards.write(job.shard, (rows[key(source)] for source in job.sources if key(source) in rows))
    return [_recorded(entry, found[entry.source], job.settings) for entry in job.now]


def _recorded(entry: Entry, parsed: Parsed, settings: str) -> Entry:
    return replace(
        entry,
        state=State.FAILED if parsed.error else State.DONE,
        size=parsed.size,
        modified=parsed.modified,
        digest=parsed.digest,
        settings=settings,
        error=parsed.error,
        exit_status=parsed.exit_status,
    )

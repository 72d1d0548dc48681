"""The plan of a run: which files of which shards are still to be tagged."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from nlp.batch.manifest import Entry, Manifest, State
from nlp.batch.shards import Shards
from nlp.batch.workers import digest_of, stat_of
from nlp.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    LegacyFormat,
    MissingFile,
    NoTextLayer,
    UnknownFormat,
)
from nlp.reading import remote
from nlp.schema import VERSION


@dataclass(frozen=True, slots=True)
class Job:
    """A shard: all its `sources` in their order, and the files of them to tag now, by the model of `settings`.

    `done` files that were asked for need not be tagged again.
    """

    shard: int
    settings: str
    sources: tuple[str, ...] = field(repr=False)
    now: tuple[Entry, ...] = field(repr=False)
    done: int = 0

    @property
    def kept(self) -> int:
        """Files that stay as they are, asked for or not."""
        return len(self.sources) - len(self.now)


def jobs(
    manifest: Manifest, shards: Shards, sources: Collection[str], model: str, ocr: bool
) -> Iterator[Job]:
    """A job for every shard of the run, of those `sources` that are new or changed, or whose reports are missing.

    Those that failed are tried again, unless it is their content that is at fault: limits, rights and memory change.
    """
    settings = f"{model} {VERSION}"
    wanted = set(sources)
    final = _final(ocr)
    for number in manifest.shards():
        entries = manifest.entries(number)
        keys = shards.keys(number)
        asked = [entry for entry in entries if entry.source in wanted]
        now = tuple(
            entry
            for entry in asked
            if not _unchanged(entry, settings, shards.format.key(entry.source) in keys, final)
        )
        yield Job(number, settings, tuple(entry.source for entry in entries), now, len(asked) - len(now))


def _final(ocr: bool) -> set[int]:
    """The exit statuses of failures that a file will meet again while it is as it is, here and with or without OCR."""
    from nlp.reading.libreoffice import soffice

    final = {fault.exit_status for fault in (EmptyFile, UnknownFormat, DamagedFile, EncryptedFile)}
    if not ocr:
        final.add(NoTextLayer.exit_status)
    if soffice() is None:
        final.add(LegacyFormat.exit_status)
    return final


def _still_missing(entry: Entry) -> bool:
    """Whether a file that was not there is not there now; a URL may answer at any time."""
    missing = entry.exit_status == MissingFile.exit_status and not remote.is_url(entry.source)
    return missing and stat_of(entry.source) == (None, None)


def _unchanged(entry: Entry, settings: str, written: bool, final: set[int]) -> bool:
    """Whether a file need not be tagged again: same model, same content, and its report is there."""
    if entry.state is State.PENDING or entry.settings != settings:
        return False
    if entry.state is State.FAILED and entry.exit_status not in final:
        return _still_missing(entry)
    if entry.state is State.DONE and not written:
        return False
    if remote.is_url(entry.source):
        return digest_of(entry.source) == entry.digest
    if (entry.size, entry.modified) == stat_of(entry.source):
        return True
    return entry.digest is not None and digest_of(entry.source) == entry.digest

"""A batch run: shard by shard, each written whole, then recorded."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from nlp.batch.manifest import Entry, Manifest, State
from nlp.batch.workers import Limits, Parsed, digest_of, parse_files
from nlp.errors import LegacyFormat, NoTextLayer
from nlp.output.writer import replaced
from nlp.reading import archive
from nlp.report import Report
from nlp.schema import VERSION, to_json

LIMITS = Limits()
SHARD_SIZE = 256
"""Files of a shard: what a kill can cost."""


class TagsMany(Protocol):
    """What tags a stream of reports: `nlp.tagger.Tagger`."""

    @property
    def name(self) -> str:
        """Name and version of the model."""
        ...

    def tag_many(self, reports: Iterator[Report]) -> Iterator[Report]:
        """The reports tagged, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: files tagged now, files that were there already, and files that failed, of all that it holds."""

    tagged: int
    kept: int
    failed: int


def tag_directory(
    sources: Sequence[str],
    tagger: TagsMany,
    directory: Path,
    *,
    workers: int = 0,
    limits: Limits = LIMITS,
    shard_size: int = SHARD_SIZE,
    ocr: bool = False,
    advance: Callable[[int], None] = lambda number: None,
) -> Outcome:
    """Tag files into `directory`: `part-00000.jsonl` and so on, and a manifest.

    Files that are there already, unchanged and tagged by the same model, are not tagged again, but for those that
    failed for want of OCR or LibreOffice, once these are there. The output of a run that was killed, at whatever
    moment, and run again is that of an undisturbed one, byte for byte. `advance` is told how many files are done.
    Raises DatabaseError if the directory cannot be used, UsageError if it cannot be written.
    """
    workers = workers or max(1, (os.cpu_count() or 2) - 1)
    tagged = kept = 0
    with Manifest(directory) as manifest:
        manifest.plan(sources, shard_size)
        settings = f"{tagger.name} {VERSION}"
        wanted = set(sources)
        curable = _curable(ocr)
        for shard in manifest.shards():
            entries = manifest.entries(shard)
            path = directory / f"part-{shard:05}.jsonl"
            lines = _lines(path)
            now = [
                entry
                for entry in entries
                if entry.source in wanted and not _unchanged(entry, settings, lines, curable)
            ]
            kept += len(entries) - len(now)
            advance(sum(1 for entry in entries if entry.source in wanted) - len(now))
            if not now:
                continue
            _tag_shard(now, entries, lines, path, manifest, tagger, settings, workers, limits, ocr, advance)
            tagged += len(now)
        return Outcome(tagged, kept, manifest.count(State.FAILED))


def _tag_shard(
    now: Sequence[Entry],
    entries: Sequence[Entry],
    lines: dict[str, str],
    path: Path,
    manifest: Manifest,
    tagger: TagsMany,
    settings: str,
    workers: int,
    limits: Limits,
    ocr: bool,
    advance: Callable[[int], None],
) -> None:
    """Tag some files of a shard, and write it with the lines of the others."""
    parsed: dict[str, Parsed] = {}

    def reports() -> Iterator[Report]:
        for one in parse_files([entry.source for entry in now], workers, limits, ocr):
            if one.report is not None:
                parsed[one.source] = replace(one, report=None)
                yield one.report
            else:
                parsed[one.source] = one
                advance(1)

    for entry in now:
        lines.pop(entry.source, None)
    for report in tagger.tag_many(reports()):
        lines[report.source] = _line(report)
        advance(1)
    with replaced(path) as stream:
        stream.writelines(lines[entry.source] for entry in entries if entry.source in lines)
        stream.flush()
        os.fsync(stream.fileno())
    manifest.record(_recorded(entry, parsed[entry.source], settings) for entry in now)


def _recorded(entry: Entry, parsed: Parsed, settings: str) -> Entry:
    size, modified = _stat(entry.source)
    state = State.FAILED if parsed.error else State.DONE
    return replace(
        entry,
        state=state,
        size=size,
        modified=modified,
        digest=parsed.digest,
        settings=settings,
        error=parsed.error,
        exit_status=parsed.exit_status,
    )


def _curable(ocr: bool) -> set[int]:
    """The exit statuses of failures that need not be failures now: with OCR, or with LibreOffice."""
    from nlp.reading.doc import soffice

    cured = {NoTextLayer.exit_status: ocr, LegacyFormat.exit_status: soffice() is not None}
    return {status for status, here in cured.items() if here}


def _unchanged(entry: Entry, settings: str, lines: dict[str, str], curable: set[int]) -> bool:
    """Whether a file need not be tagged again: same model, same content, and its line is there."""
    if entry.state is State.PENDING or entry.settings != settings:
        return False
    if entry.state is State.FAILED and entry.exit_status in curable:
        return False
    if entry.state is State.DONE and entry.source not in lines:
        return False
    if (entry.size, entry.modified) == _stat(entry.source):
        return True
    return entry.digest is not None and digest_of(entry.source) == entry.digest


def _stat(source: str) -> tuple[int | None, int | None]:
    """Length and time of the last change of a file, or of the archive that it is in."""
    archived = archive.split(source)
    try:
        found = Path(archived[0] if archived else source).stat()
    except (OSError, ValueError):
        return None, None
    return found.st_size, found.st_mtime_ns


def _line(report: Report) -> str:
    data = to_json(report)
    line = json.dumps(data, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # a file's name that is no Unicode
        line = json.dumps(data)
    return line + "\n"


def _lines(path: Path) -> dict[str, str]:
    """The lines of a shard by the file that they came from."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {json.loads(line)["source"]: line for line in stream}

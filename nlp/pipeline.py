"""The pipeline: files in, tagged reports out, and a failure for every file that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlp.errors import ReadError
from nlp.reading import MAX_BYTES, read
from nlp.report import Report
from nlp.structure import parse
from nlp.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why."""

    source: str
    error: ReadError


def tag_files(
    sources: Iterable[str], tagger: Tagger, max_bytes: int = MAX_BYTES, ocr: bool = False
) -> Iterator[Report | Failure]:
    """Read, structure and tag each file; a Failure takes the place of the report of a file that cannot be read.

    Reports come in the order of the files; a failure may come before reports that were still being gathered.
    """
    failures: list[Failure] = []

    def reports() -> Iterator[Report]:
        for source in sources:
            try:
                yield parse(read(source, max_bytes=max_bytes, ocr=ocr))
            except ReadError as error:
                failures.append(Failure(source, error))

    for report in tagger.tag_many(reports()):
        while failures:
            yield failures.pop(0)
        yield report
    yield from failures

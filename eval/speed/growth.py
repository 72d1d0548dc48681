"""Growth: whether tagging costs the same a character whatever there is of it, many reports or one long one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from eval.speed.processes import gongkai
from eval.speed.repetition import Say, seconds
from eval.speed.workload import characters, reports
from nlp.labels import SectionKind
from nlp.report import Report
from nlp.tagger import Tagger

TURNS = 10
"""Parts of the long stream: before each, the short one is timed, since a machine's speed drifts while it runs."""
PAGES, PAGE = 200, 1000
"""Pages of the long report, and characters of a page."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of so many reports: how many characters of narrative they have, and how long they took."""

    reports: int
    characters: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "reports": self.reports,
            "seconds": round(self.seconds, 2),
            "characters_per_second": round(self.characters / self.seconds),
        }


def streams(tagger: Tagger, few: int, many: int, say: Say) -> tuple[Stream, Stream]:
    """A stream of `few` reports, timed again and again while one of `many` goes through."""
    size = {few: 0, many: 0}
    took = {few: 0.0, many: 0.0}

    def counted(number: int) -> Iterator[Report]:
        for report in reports(number):
            size[number] += characters([report])
            yield report

    whole = iter(tagger.tag_many(counted(many)))
    part = -(-many // TURNS)
    for turn in range(TURNS):
        took[few] += seconds(lambda: _exhaust(tagger.tag_many(counted(few))))
        took[many] += seconds(lambda: _exhaust(islice(whole, part)))
        say(f"{min((turn + 1) * part, many)} of {many} reports")
    return Stream(few, size[few], took[few]), Stream(many, size[many], took[many])


def _exhaust(stream: Iterable[Report]) -> None:
    for _ in stream:
        pass


def long_report(model: str, pages: int = PAGES) -> dict[str, Any]:
    """Seconds and peak memory (None where the system does not tell) of `gongkai tag` on one report of so many pages."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "report.txt"
        text = _text(pages * PAGE)
        file.write_text(text, encoding="utf-8")
        return {
            "pages": pages,
            "characters": len(text),
            **gongkai("tag", str(file), "--model", model, "--quiet"),
        }


def _text(length: int) -> str:
    """A report whose 总体情况 has so many characters, of the dev split's."""
    overviews = (
        section.text
        for report in reports(length)  # more than are taken
        for section in report.sections
        if section.kind is SectionKind.OVERVIEW
    )
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < length:
        paragraphs.append(next(overviews))
    return "\n\n".join(
        ["某市2024年政府信息公开工作年度报告", "一、总体情况", *paragraphs, "六、其他需要报告的事项", "无。"]
    )

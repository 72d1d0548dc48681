"""What an archive takes: machines, hours, storage and money, from rates that were measured.

`python -m eval.speed.archive --help` computes the tables of docs/cluster.md from rates of one's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

HOUR, GIB = 3600, 2**30


@dataclass(frozen=True, slots=True)
class Rates:
    """What was measured.

    `characters_per_second` that one core tags; `reading_seconds` of a core that a file takes to be read;
    `overhead`: core time of a run on a cluster, by that of reading and tagging alone.
    """

    characters_per_second: float
    reading_seconds: float
    overhead: float


@dataclass(frozen=True, slots=True)
class Archive:
    """What is to be tagged: so many reports of so many `characters` of narrative, and bytes a report, in and out."""

    reports: int
    characters: float
    file_bytes: float
    parquet_bytes: float


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a core for an hour, and for a GiB kept for a month."""

    core_hour: float
    gib_month: float


@dataclass(frozen=True, slots=True)
class Needs:
    """What an archive takes: hours of one core, GiB in and out, and money to tag it and to keep it for a month."""

    core_hours: float
    input_gib: float
    output_gib: float
    tagging: float
    keeping: float
    per_report: float

    def hours(self, cores: int) -> float:
        """Hours by the clock on so many cores."""
        return self.core_hours / cores

    def machines(self, cores: int, hours: float) -> int:
        """Machines of so many cores that are done within so many hours."""
        return max(1, math.ceil(self.core_hours / (cores * hours)))


def needs(rates: Rates, archive: Archive, prices: Prices) -> Needs:
    """What tagging and keeping an archive takes.

    A report takes `characters / characters_per_second + reading_seconds` of a core, times `overhead`.
    """
    seconds = (archive.characters / rates.characters_per_second + rates.reading_seconds) * rates.overhead
    core_hours = archive.reports * seconds / HOUR
    files = archive.reports * archive.file_bytes / GIB
    parquet = archive.reports * archive.parquet_bytes / GIB
    tagging = core_hours * prices.core_hour
    keeping = (files + parquet) * prices.gib_month
    return Needs(core_hours, files, parquet, tagging, keeping, tagging / archive.reports)


def table(found: Sequence[tuple[str, Needs]], cores: int, machines: Sequence[int]) -> str:
    """A table in Markdown: a column an archive, hours on so many machines of so many cores."""
    all_needs = [one for _, one in found]
    rows = {"hours of one core": [f"{one.core_hours:,.0f}" for one in all_needs]}
    for number in machines:
        name = f"hours on {number} machine{'s' * (number > 1)} of {cores} cores"
        rows[name] = [f"{one.hours(number * cores):,.1f}" for one in all_needs]
    rows |= {
        "files, GiB": [f"{one.input_gib:,.0f}" for one in all_needs],
        "parquet, GiB": [f"{one.output_gib:,.1f}" for one in all_needs],
        "tagging costs": [f"{one.tagging:,.2f}" for one in all_needs],
        "a thousand reports cost": [f"{1000 * one.per_report:,.4f}" for one in all_needs],
        "keeping both costs a month": [f"{one.keeping:,.2f}" for one in all_needs],
    }
    head = [f"| | {' | '.join(name for name, _ in found)} |", f"| --- |{' --- |' * len(found)}"]
    return "\n".join(head + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()])


def main(
    characters_per_second: Annotated[
        float, typer.Option(help="Tagged by one core: gongkai benchmark, 1 thread.")
    ],
    reading_seconds: Annotated[float, typer.Option(help="Of a core, to read one file.")],
    overhead: Annotated[
        float, typer.Option(min=1.0, help="Core time of a cluster by that of the work alone.")
    ] = 1.0,
    characters: Annotated[float, typer.Option(help="Of narrative, in a report.")] = 2500,
    file_bytes: Annotated[float, typer.Option(help="Of a report's file.")] = 200_000,
    parquet_bytes: Annotated[float, typer.Option(help="Of a report in the output.")] = 6000,
    reports: Annotated[int, typer.Option(min=1, help="Reports a year.")] = 600_000,
    years: Annotated[int, typer.Option(min=1, help="Years of the second column.")] = 15,
    cores: Annotated[int, typer.Option(min=2, help="Cores of a machine.")] = 16,
    core_hour: Annotated[float, typer.Option(help="Price of a core for an hour.")] = 0.04,
    gib_month: Annotated[float, typer.Option(help="Price of a GiB for a month.")] = 0.02,
) -> None:
    """Print what a year and all years of an archive take, as a table in Markdown."""
    rates = Rates(characters_per_second, reading_seconds, overhead)
    prices = Prices(core_hour, gib_month)
    found = [
        (name, needs(rates, Archive(reports * count, characters, file_bytes, parquet_bytes), prices))
        for name, count in (("a year", 1), (f"{years} years", years))
    ]
    print(table(found, cores, (1, 4, 16)))


if __name__ == "__main__":
    typer.run(main)

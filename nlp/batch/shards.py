"""Shards: the files of a run's output, each of the reports of so many files, as JSON lines or as parquet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO, Protocol, TypeVar

from nlp.batch.storage import Storage
from nlp.errors import GongkaiError, UsageError
from nlp.output import parquet
from nlp.output.jsonl import line_of
from nlp.report import Report

T = TypeVar("T")
Row = Any
"""What a shard holds of one report: a line, or the rows of a table."""


class ShardFormat(Protocol):
    """How a shard is written. The same rows make the same bytes."""

    suffix: str

    def key(self, source: str) -> str:
        """The name of a file as it stands in a shard."""
        ...

    def row(self, report: Report) -> Row:
        """What a shard holds of a report."""
        ...

    def rows(self, stream: BinaryIO) -> dict[str, Row]:
        """What a shard holds, by key."""
        ...

    def keys(self, stream: BinaryIO) -> set[str]:
        """The keys of what a shard holds."""
        ...

    def write(self, rows: Sequence[Row], stream: BinaryIO) -> None:
        """Write a shard."""
        ...


class JsonLines:
    """A line of JSON a report."""

    suffix = "jsonl"

    def key(self, source: str) -> str:
        """The name itself."""
        return source

    def row(self, report: Report) -> bytes:
        """A line."""
        return f"{line_of(report)}\n".encode()

    def rows(self, stream: BinaryIO) -> dict[str, Row]:
        """The lines."""
        return {json.loads(line)["source"]: line for line in stream}

    def keys(self, stream: BinaryIO) -> set[str]:
        """The names in all lines."""
        return set(self.rows(stream))

    def write(self, rows: Sequence[Row], stream: BinaryIO) -> None:
        """Write the lines."""
        stream.writelines(rows)


class Parquet:
    """Rows of a table, one a statement, see `nlp.output.parquet`. Raises UsageError if pyarrow is not installed."""

    suffix = "parquet"

    def __init__(self) -> None:
        parquet.schema()

    def key(self, source: str) -> str:
        """The name, in Unicode."""
        return parquet.key(source)

    def row(self, report: Report) -> Row:
        """The report's rows."""
        return parquet.table_of([report])

    def rows(self, stream: BinaryIO) -> dict[str, Row]:
        """The rows of each report."""
        import pyarrow.parquet as pq

        table = pq.read_table(stream, schema=parquet.schema())
        sources = table.column("source").to_pylist()
        starts = [i for i, source in enumerate(sources) if i == 0 or source != sources[i - 1]]
        return {sources[i]: table.slice(i, end - i) for i, end in pairwise([*starts, len(sources)])}

    def keys(self, stream: BinaryIO) -> set[str]:
        """The names; nothing else is read."""
        import pyarrow.parquet as pq

        return set(pq.read_table(stream, columns=["source"]).column("source").unique().to_pylist())

    def write(self, rows: Sequence[Row], stream: BinaryIO) -> None:
        """Write the rows as one table."""
        import pyarrow as pa

        parquet.write(pa.concat_tables(rows) if rows else parquet.table_of([]), stream)


FORMATS: Mapping[str, type[JsonLines] | type[Parquet]] = {"jsonl": JsonLines, "parquet": Parquet}


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of a run, by number: `part-00000.jsonl` and so on, each complete or absent."""

    storage: Storage
    format: ShardFormat

    @classmethod
    def open(cls, storage: Storage, format: str | None = None) -> Shards:
        """The shards of a run that may have begun, in the format that it has (jsonl, if it has none yet).

        Raises UsageError if that is not `format`, or `format` is none.
        """
        if format is not None and format not in FORMATS:
            raise UsageError(f"{storage}: a directory takes {' or '.join(FORMATS)}, not {format}")
        found = (re.fullmatch(r"part-\d+\.(\w+)", name) for name in storage.names())
        begun = sorted({match[1] for match in found if match and match[1] in FORMATS})
        if format is not None and begun not in ([], [format]):
            raise UsageError(
                f"{storage}: holds {', '.join(begun)}: leave --format out, or choose another --output"
            )
        return cls(storage, FORMATS[format or (begun[0] if begun else "jsonl")]())

    def keys(self, number: int) -> set[str]:
        """Keys of the reports in a shard; none if it is absent. Raises UsageError if it is damaged."""
        return self._read(number, self.format.keys, set())

    def rows(self, number: int) -> dict[str, Row]:
        """What a shard holds, by key; nothing if it is absent. Raises UsageError if it is damaged."""
        return self._read(number, self.format.rows, {})

    def write(self, number: int, rows: Iterable[Row]) -> None:
        """Write a shard, complete or not at all."""
        with self.storage.replaced(self._name(number)) as stream:
            self.format.write(list(rows), stream)

    def _name(self, number: int) -> str:
        return f"part-{number:05}.{self.format.suffix}"

    def _read(self, number: int, reader: Callable[[BinaryIO], T], absent: T) -> T:
        name = self._name(number)
        try:
            with self.storage.open(name) as stream:
                return reader(stream)
        except FileNotFoundError:
            return absent
        except GongkaiError:
            raise
        except Exception as fault:  # json's and pyarrow's
            raise UsageError(
                f"{self.storage}/{name}: damaged ({fault}): delete it, and it is made again"
            ) from fault

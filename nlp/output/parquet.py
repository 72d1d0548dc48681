"""Parquet for pandas, DuckDB and others: one row a statement, which repeats what there is to say of its report.

A section without statements, and a report without sections, is a row whose columns of the statement are null: no report
is lost.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from nlp.extras import needs
from nlp.labels import Category
from nlp.report import Report
from nlp.schema import VERSION, to_json

if TYPE_CHECKING:
    import pyarrow as pa
    from typing_extensions import Buffer

ROW_GROUP = 256
"""Reports of a row group."""
COMPRESSION = "zstd"
_REPORT = ("source", "title", "agency", "year", "level", "region", "warnings", "model")


def schema() -> pa.Schema:
    """The columns; `docs/schema.md` explains them. Raises UsageError if pyarrow is not installed."""
    with needs("parquet", "parquet"):
        import pyarrow as pa
    text, number, share = pa.string(), pa.int32(), pa.float64()
    columns = {
        **dict.fromkeys(_REPORT, text),
        "year": pa.int32(),
        "warnings": pa.list_(text),
        "section": number,
        **dict.fromkeys(("kind", "number", "heading"), text),
        **dict.fromkeys(("page", "line", "start", "end"), number),
        "category": text,
        "confidence": share,
        **{f"confidence_{category}": share for category in Category},
        "themes": pa.list_(text),
        "theme_confidences": pa.list_(share),
        **dict.fromkeys(("enumerator", "text"), text),
    }
    return pa.schema(list(columns.items()), metadata={"gongkai.schema": VERSION})


def key(source: str) -> str:
    """The name of a file as parquet can hold it: what is no Unicode becomes `\\udcff`."""
    return source.encode("utf-8", "backslashreplace").decode()


def table_of(reports: Iterable[Report]) -> pa.Table:
    """Reports as a table of `schema`."""
    import pyarrow as pa

    rows = [row for report in reports for row in rows_of(report)]
    try:
        return pa.Table.from_pylist(rows, schema())
    except UnicodeEncodeError:
        return pa.Table.from_pylist([_unicode(row) for row in rows], schema())


def rows_of(report: Report) -> Iterator[dict[str, Any]]:
    """The rows of one report, keyed by column; what a row does not have is null."""
    data = to_json(report)
    about = {name: data[name] for name in _REPORT}
    if not data["sections"]:
        yield about
    for number, section in enumerate(data["sections"]):
        within = {
            **about,
            "section": number,
            **{name: section[name] for name in ("kind", "number", "heading")},
            **section["origin"],
        }
        if not section["statements"]:
            yield within
        for statement in section["statements"]:
            confidence, themes = statement["confidence"], statement["themes"]
            yield {
                **within,
                **{name: statement[name] for name in ("start", "end", "category", "enumerator", "text")},
                "confidence": confidence.get(statement["category"]),
                **{f"confidence_{category}": value for category, value in confidence.items()},
                "themes": list(themes),
                "theme_confidences": list(themes.values()),
            }


def write(table: pa.Table, stream: BinaryIO) -> None:
    """A table of `schema` as a file: the same table, the same bytes."""
    import pyarrow.parquet as pq

    pq.write_table(table.combine_chunks(), stream, compression=COMPRESSION)


class ParquetWriter:
    """Writes a row group for every ROW_GROUP reports. Raises UsageError if pyarrow is not installed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._schema = schema()
        self._stream = stream
        self._reports: list[Report] = []
        self._file: Any = None

    def write(self, report: Report) -> None:
        """Write the report's statements, once enough have come together."""
        self._reports.append(report)
        if len(self._reports) == ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Write the rest, and what stands behind it."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow.parquet as pq

        if self._file is None:
            self._file = pq.ParquetWriter(_Sink(self._stream), self._schema, compression=COMPRESSION)
        self._file.write_table(table_of(self._reports))
        self._reports.clear()


class _Sink(io.RawIOBase):
    """A stream that may be closed before pyarrow, which closes its file at the very end, has had its say."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Buffer) -> int:
        """Write all, if anyone is there to read it."""
        return memoryview(data).nbytes if self._stream.closed else self._stream.write(data)


def _unicode(value: Any) -> Any:
    """`value` with `key` applied to all text in it."""
    if isinstance(value, str):
        return key(value)
    if isinstance(value, dict):
        return {name: _unicode(item) for name, item in value.items()}
    return [_unicode(item) for item in value] if isinstance(value, list) else value

"""Hits of a search, and counts, as a table, JSON lines, CSV or a spreadsheet."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from nlp.errors import UsageError
from nlp.extras import needs
from nlp.labels import Label
from nlp.output.csv import neutral
from nlp.output.writer import replaced, standard_output

if TYPE_CHECKING:
    from nlp.search import Hit, Page


class HitFormat(Label):
    """What hits can be written as."""

    TABLE = "table", "表格"
    JSONL = "jsonl", "JSON 行"
    CSV = "csv", "CSV 表"
    XLSX = "xlsx", "Excel 表"


COLUMNS = ("年份", "机关", "级别", "地区", "类别", "主题", "语句", "置信度", "上文", "下文", "章节", "文件")
Counts = Mapping[Any, Sequence[tuple[str | int | None, int]]]


def cells(hit: Hit) -> list[object]:
    """A hit as the cells of COLUMNS."""
    return [
        hit.year, hit.agency, hit.level.chinese if hit.level else None, hit.region, hit.category.chinese,
        "、".join(theme.chinese for theme in hit.themes), hit.text.strip(), hit.confidence, hit.before, hit.after,
        hit.heading or hit.section.chinese, hit.source,
    ]  # fmt: skip


def write_hits(page: Page, format: HitFormat, output: Path | None) -> None:
    """Write a page of hits. Raises UsageError if the file cannot be written, or a library for its format is missing."""
    if format is HitFormat.XLSX:
        write_workbook([COLUMNS, *map(cells, page.hits)], output)
        return
    with open_stream(output) as stream:
        if format is HitFormat.JSONL:
            for hit in page.hits:
                stream.write(json.dumps(hit.to_json(), ensure_ascii=False) + "\n")
        elif format is HitFormat.CSV:
            write_csv(stream, [COLUMNS, *map(cells, page.hits)])
        else:
            _print_hits(page, stream)


def write_counts(counts: Counts, format: HitFormat, output: Path | None) -> None:
    """Write counts by facet: name of the facet, value, number."""
    rows = [(str(facet), value, number) for facet, found in counts.items() for value, number in found]
    if format is HitFormat.XLSX:
        write_workbook([("facet", "value", "statements"), *rows], output)
        return
    with open_stream(output) as stream:
        if format is HitFormat.JSONL:
            for facet, value, number in rows:
                row = {"facet": facet, "value": value, "statements": number}
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        elif format is HitFormat.CSV:
            write_csv(stream, [("facet", "value", "statements"), *rows])
        else:
            _print_counts(counts, stream)


@contextmanager
def open_stream(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is complete or absent."""
    if output is None:
        yield standard_output()
        sys.stdout.flush()
    else:
        with replaced(output) as stream:
            yield stream


def write_csv(stream: TextIO, rows: Sequence[Sequence[object]]) -> None:
    """Write rows for spreadsheets: a byte order mark, and no cell that would be computed."""
    stream.write("\ufeff")
    csv.writer(stream).writerows([neutral(cell) for cell in row] for row in rows)


def write_workbook(rows: Sequence[Sequence[object]], output: Path | None) -> None:
    """Write a workbook to a file. Raises UsageError if there is none to write to."""
    if output is None:
        raise UsageError("--format xlsx: a workbook goes into a file: give --output hits.xlsx")
    with replaced(output, "wb") as stream:
        stream.write(workbook(rows))


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook of one sheet, its first row a header; text is text, whatever it begins with.

    Raises UsageError if xlsxwriter is not installed.
    """
    with needs("search", "a workbook"):
        import xlsxwriter
    import io

    scratch = io.BytesIO()
    book = xlsxwriter.Workbook(
        scratch, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    head, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if isinstance(cell, (int, float)):
                sheet.write_number(i, j, cell, wrapped)
            elif cell is not None:
                sheet.write_string(i, j, str(cell), wrapped if i else head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows) - 1, 0), max(len(rows[0]) - 1, 0))
    sheet.set_column(0, len(rows[0]) - 1, 14)
    if "语句" in rows[0]:
        at = rows[0].index("语句")
        sheet.set_column(at, at, 80)
    book.close()
    return scratch.getvalue()


def _print_hits(page: Page, stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    from nlp.output.table import STYLES

    console = Console(file=stream, highlight=False)
    for hit in page.hits:
        facts = [hit.year and f"{hit.year}年", hit.agency or hit.source, hit.level and hit.level.chinese]
        line = Text(" · ".join(str(fact) for fact in facts if fact), style="bold")
        line.append(f"  {hit.category.chinese}", style=STYLES[hit.category])
        line.append("  " + "、".join(theme.chinese for theme in hit.themes), style="dim")
        console.print(line)
        text = Text(hit.text)
        for first, last in hit.highlights:
            text.stylize("bold yellow", first, last)
        if hit.before:
            console.print(Text("  " + hit.before.strip(), style="dim"))
        console.print(Text("  ") + text)
        if hit.after:
            console.print(Text("  " + hit.after.strip(), style="dim"))


def _print_counts(counts: Counts, stream: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(file=stream, highlight=False)
    for facet, found in counts.items():
        table = Table(f"{facet.chinese} {facet}", "语句 statements")
        for value, number in found:
            table.add_row("–" if value is None else shown(facet, value), str(number))
        console.print(table)


def shown(facet: Label, value: str | int) -> str:
    """A value of a facet in both languages, where it is a key of a vocabulary."""
    from nlp.labels import Category, Level, Theme

    kinds: dict[str, type[Label]] = {"category": Category, "theme": Theme, "level": Level}
    kind = kinds.get(str(facet))
    return f"{kind(str(value)).chinese} {value}" if kind else str(value)

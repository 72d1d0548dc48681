"""Excel workbooks (.xlsx): forms whose cells hold the report's text, and tables."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from nlp.document import Block, Document, FileFormat, Origin, Paragraph, Table
from nlp.errors import DamagedFile, GongkaiError, TooLarge
from nlp.reading.characters import clean
from nlp.reading.zips import FAULTS, open_zip, read_entry
from nlp.structure.headings import is_heading_like, with_its_number
from nlp.structure.numbering import split_number

_MAX_ROWS = 200_000
"""Rows of all sheets, empty ones counted: a single cell at the foot of a sheet makes a million."""
_MAX_COLUMNS = 64
_MAX_XML = 64 * 2**20
"""Bytes of XML, unpacked: openpyxl takes its time over them."""
_ADVICE = "open it in Excel, save it again and retry"
_PERCENT = re.compile(r"0(?:\.(0+))?%")


def read_xlsx(data: bytes, source: str) -> Document:
    """The visible sheets of a workbook, row by row: text as paragraphs, rows of data as tables.

    Raises DamagedFile, EncryptedFile or TooLarge.
    """
    import openpyxl

    with open_zip(io.BytesIO(data), source, ".xlsx", _ADVICE) as archive:
        _check(archive, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that hold no text
            workbook = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            title = workbook.properties.title
            blocks = tuple(_blocks(workbook, source))
            workbook.close()
    except GongkaiError:
        raise
    except (*FAULTS, SyntaxError, KeyError, TypeError, AttributeError, IndexError) as fault:
        raise DamagedFile(source, f"a damaged .xlsx: {fault}", _ADVICE) from fault
    return Document(source, FileFormat.XLSX, blocks, clean(title).strip() if title else None)


def _check(archive: zipfile.ZipFile, source: str) -> None:
    """Look at every part that openpyxl will read: it sets no limits of its own."""
    parts = [info for info in archive.infolist() if info.filename.lower().endswith((".xml", ".rels"))]
    if sum(info.file_size for info in parts) > _MAX_XML:
        raise TooLarge(source, f"unpacks to more than {_MAX_XML // 2**20} MiB of cells")
    for info in parts:
        read_entry(archive, info, source, max_bytes=1)


def _blocks(workbook: Any, source: str) -> Iterator[Block]:
    seen = 0
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()  # as the file declares them they may be anything
        rows: list[tuple[int, list[str]]] = []
        for number, row in enumerate(sheet.iter_rows(max_col=_MAX_COLUMNS), 1):
            seen += 1
            if seen > _MAX_ROWS:
                raise TooLarge(source, f"more than {_MAX_ROWS} rows", "leave out what is no report")
            cells = ["" if cell.value is None else _text(cell) for cell in row]
            if any(cells):
                rows.append((number, with_its_number(cells)))
        yield from _sheet(rows)


def _sheet(rows: Sequence[tuple[int, list[str]]]) -> Iterator[Block]:
    """Blocks of the rows of a sheet, each with its number: rows of data that follow each other are a table."""
    table: list[tuple[str, ...]] = []
    began = 0
    width = max((_width(cells) for _, cells in rows), default=0)
    for number, cells in [*rows, (0, [])]:
        if cells and not _is_text(cells, bool(table)):
            began = began if table else number
            table.append(tuple(cell.replace("\n", "") for cell in cells[:width]))
            continue
        if table:
            yield Table(tuple(table), Origin(line=began))
            table = []
        for cell in cells:
            for piece in cell.split("\n"):
                if piece.strip():
                    yield Paragraph(piece.strip(" \t\u3000"), Origin(line=number))


def _width(cells: Sequence[str]) -> int:
    return max((column for column, cell in enumerate(cells, 1) if cell), default=0)


def _is_text(cells: Sequence[str], in_table: bool) -> bool:
    """Whether a row is text: a cell that stands alone, or one that holds sentences beside its label."""
    filled = [cell for cell in cells if cell]
    if any(cell.count("。") >= 2 or (len(cell) >= 40 and "。" in cell) for cell in filled):
        return True
    if len(filled) > 1:
        return False
    return not in_table or "。" in filled[0] or _is_heading(filled[0])


def _is_heading(text: str) -> bool:
    numbered = split_number(text)
    return is_heading_like(numbered.rest if numbered else text)


def _text(cell: Any) -> str:
    """What a cell shows."""
    value = cell.value
    if cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value)
    if isinstance(value, int | float):
        percent = _PERCENT.fullmatch(cell.number_format or "")
        if percent:
            return f"{value:.{len(percent[1] or '')}%}"
        return str(value) if isinstance(value, int) else f"{value:.15g}"
    return clean(str(value)).strip(" \t\n\u3000")

"""Rich text (.rtf, and the .doc that is one inside), by striprtf.

striprtf gives the text; rows and cells are marked before, and read from its text, since it tells them by characters
that a report's own text may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from nlp.document import Block, Document, FileFormat, Paragraph, Table
from nlp.reading.characters import clean
from nlp.structure.numbering import split_number

_IN_ROW, _CELL, _ROW = "\ue000", "\ue001", "\ue002"
"""Private characters, which no reader lets through: text of a row follows, a cell ends, a row ends."""
_MARKS = {"trowd": _IN_ROW, "intbl": _IN_ROW, "cell": _CELL, "row": _ROW}
_MARK_WORD = re.compile(rf"\\({'|'.join(_MARKS)})(?![a-z])")
_SIMPLIFIED = ("\\fcharset134", "\\ansicpg936")
_CODE_PAGE = re.compile(r"\\ansicpg\d+")
_HIGH = re.compile(rb"[\x80-\xff]")
_HALF_CHARACTER = re.compile(r"(\\'[0-9a-fA-F]{2})[\r\n]+(?=\\')")


def read_rtf(data: bytes, source: str) -> Document:
    """Body text and tables of a rich text document; headers, footers and footnotes are left out."""
    text = rtf_to_text(_prepared(data), encoding="cp936", errors="replace")  # type: ignore[no-untyped-call]
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Document(source, FileFormat.RTF, tuple(_blocks(whole)))


def _prepared(data: bytes) -> str:
    """The source, rows and cells marked, without what striprtf misreads or takes forever over."""
    if b"\\bin" not in data:  # counted bytes have to stay as they are
        data = _HIGH.sub(lambda byte: b"\\'%02x" % byte.group()[0], data)
    text = data.decode("latin-1")
    if any(sign in text for sign in _SIMPLIFIED):
        text = _CODE_PAGE.sub(r"\\ansicpg936", text)
    text = _HALF_CHARACTER.sub(r"\1", text)
    # fonts of other code pages are there for Latin letters; both are searched in square time
    text = text.replace("\\fonttbl", "\\colortbl").replace("{\\field{", "{\\field {")
    return _MARK_WORD.sub(lambda word: rf"{{\uc1\u{ord(_MARKS[word[1]]) - 0x10000}?}}", text)


def _blocks(text: str) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    for before, row in _rows(text):
        paragraphs = [Paragraph(line) for line in _lines(before)]
        if paragraphs and rows:
            yield Table(tuple(rows))
            rows = []
        yield from paragraphs
        if row:
            rows.append(row)
    if rows:
        yield Table(tuple(rows))


def _rows(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The text before each row, and the row's cells; at the end, the text behind the last one and no cells."""
    *pieces, rest = text.split(_ROW)
    for piece in pieces:
        before, _, row = piece.partition(_IN_ROW)
        cells = row.replace(_IN_ROW, "").split(_CELL)[:-1]
        yield before, tuple("\n".join(_lines(cell)) for cell in cells)
    yield re.sub(f"[{_IN_ROW}{_CELL}]", "\n", rest), ()


def _lines(text: str) -> list[str]:
    """The lines that say something, without the tab behind a list's number."""
    lines = (line.strip(" \t\u3000") for line in clean(text).split("\n"))
    return [
        line.replace("\t", "", 1) if "\t" in line[:8] and split_number(line) else line
        for line in lines
        if line
    ]

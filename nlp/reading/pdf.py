"""PDF with a text layer: lines joined into paragraphs, tables kept apart, page furniture dropped."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from nlp.document import Block, Document, FileFormat, Origin, Paragraph, Table
from nlp.errors import DamagedFile, EncryptedFile, NoTextLayer, TooLarge
from nlp.reading.characters import clean
from nlp.reading.paragraphs import line_is_open, starts_paragraph

MAX_PAGES = 2000
_EDGE = 0.09
"""The share of a page's height, above and below, in which page numbers and running heads stand."""
_PAGE_NUMBER = re.compile(r"[\-—–－·\s]*第?\s*\d{1,4}\s*页?[\-—–－·\s]*(?:[/共]\s*共?\s*\d{1,4}\s*页?)?")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text on a page; lengths in points, from the page's top left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    page: int
    edge: bool


_Item = _Line | Table


def read_pdf(data: bytes, source: str) -> Document:
    """Paragraphs and tables of a PDF, page by page.

    Raises EncryptedFile (a password is needed), NoTextLayer (scanned pages), DamagedFile, TooLarge.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    items: list[_Item] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MAX_PAGES:
                raise TooLarge(source, f"more than {MAX_PAGES} pages", "split it")
            title = document.metadata.get("Title")
            images = False
            for number, page in enumerate(document.pages, 1):
                images = images or bool(page.images)
                items.extend(_items_of(page, number))
                page.close()  # releases what the page has parsed: memory does not grow with the document
    except (PDFPasswordIncorrect, PdfminerException) as fault:
        cause = fault.args[0] if fault.args else fault
        if isinstance(fault, PDFPasswordIncorrect) or isinstance(cause, PDFPasswordIncorrect):
            raise EncryptedFile(source, "the PDF asks for a password") from fault
        raise DamagedFile(
            source, f"a damaged PDF: {cause or type(fault).__name__}", "get the file again"
        ) from fault
    if not items:
        raise NoTextLayer(source, "the PDF holds only images of pages" if images else "the PDF holds no text")
    blocks = tuple(_join(_without_furniture(items)))
    return Document(source, FileFormat.PDF, blocks, clean(title).strip() if isinstance(title, str) else None)


def _items_of(page: Any, number: int) -> Iterator[_Item]:
    """Lines and tables of a page from top to bottom."""
    tables = [table for table in page.find_tables() if len(table.cells) > 2]
    boxes = [table.bbox for table in tables]

    def outside(item: dict[str, Any]) -> bool:
        x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
        return not any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)

    upright = page.filter(
        lambda item: item["object_type"] != "char" or (item.get("upright", True) and outside(item))
    )
    found: list[tuple[float, _Item]] = []
    for line in upright.extract_text_lines(strip=True, return_chars=True, x_tolerance=1.5, y_tolerance=3):
        text = clean(_without_gaps(line["chars"], line["text"])).replace("\n", "")
        if text.strip():
            size = median(char["size"] for char in line["chars"])
            edge = line["bottom"] < _EDGE * page.height or line["top"] > (1 - _EDGE) * page.height
            found.append(
                (
                    line["top"],
                    _Line(text, line["x0"], line["x1"], line["top"], line["bottom"], size, number, edge),
                )
            )
    for table in tables:
        rows = tuple(
            tuple(clean(cell or "").replace("\n", "") for cell in row)
            for row in table.extract(x_tolerance=1.5)
            if any(row)
        )
        if rows:
            found.append((table.bbox[1], Table(rows, Origin(page=number))))
    yield from (item for _, item in sorted(found, key=lambda pair: pair[0]))


def _without_gaps(chars: Sequence[dict[str, Any]], text: str) -> str:
    """A line's text with spaces only where there is a wide gap: justified Chinese text is full of narrow ones."""
    if not any("\u4e00" <= char["text"] <= "\u9fff" for char in chars):
        return text
    parts: list[str] = []
    for before, char in zip([None, *chars[:-1]], chars, strict=True):
        if before is not None and char["x0"] - before["x1"] > 0.8 * char["size"]:
            parts.append("  ")
        parts.append(char["text"])
    return "".join(parts)


def _without_furniture(items: Sequence[_Item]) -> list[_Item]:
    """The items but for page numbers, and for the heads and feet that most pages repeat."""
    pages = {item.page for item in items if isinstance(item, _Line)}
    edges = Counter(
        _shape(text)
        for _, text in {(item.page, item.text) for item in items if isinstance(item, _Line) and item.edge}
    )

    def kept(item: _Item) -> bool:
        if isinstance(item, Table) or not item.edge:
            return True
        if _PAGE_NUMBER.fullmatch(item.text.strip()):
            return False
        return not (len(pages) > 2 and edges[_shape(item.text)] > len(pages) / 2)

    return [item for item in items if kept(item)]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text.strip())


def _join(items: Sequence[_Item]) -> Iterator[Block]:
    """Paragraphs from lines: a line goes on with the next unless it ends short or the next one is indented."""
    lines = [item for item in items if isinstance(item, _Line)]
    left = _margin([line.x0 for line in lines], lowest=True)
    right = _margin([line.x1 for line in lines], lowest=False)
    text, origin, last = "", Origin(), None
    for item in items:
        if isinstance(item, _Line) and last is not None and _goes_on(last, item, left, right):
            text += item.text if _is_cjk(text[-1:]) or _is_cjk(item.text[:1]) else " " + item.text
            last = item
            continue
        if (
            isinstance(item, Table)
            and last is not None
            and last.x1 > right - 2 * last.size
            and line_is_open(text)
        ):
            yield item  # a table in the middle of a sentence: the sentence goes on behind it
            continue
        if text:
            yield Paragraph(text, origin)
        text, last = "", None
        if isinstance(item, Table):
            yield item
        else:
            text, origin, last = item.text, Origin(page=item.page), item
    if text:
        yield Paragraph(text, origin)


def _is_cjk(character: str) -> bool:
    return bool(character) and ord(character) > 0x2E7F


def _margin(positions: Sequence[float], lowest: bool) -> float:
    """Where most lines begin or end: the outermost position that more than a tenth of the lines share."""
    if not positions:
        return 0.0
    counts = Counter(round(position / 4) for position in positions)
    common = [place for place, count in counts.items() if count >= max(2, len(positions) / 10)] or list(
        counts
    )
    return 4.0 * (min(common) if lowest else max(common))


def _goes_on(line: _Line, following: _Line, left: float, right: float) -> bool:
    """Whether two lines belong to one paragraph."""
    size = max(line.size, 1.0)
    if abs(line.size - following.size) > 0.2 * size:
        return False
    if following.x0 > left + 1.2 * size:  # an indented first line, or a centred one
        return False
    if line.x1 < right - 2.5 * size:  # a short line ends its paragraph
        return False
    if line.page == following.page and following.top - line.bottom > 2.2 * size:
        return False
    return line_is_open(line.text) or not starts_paragraph(following.text)

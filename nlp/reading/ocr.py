"""OCR: scanned pages of a PDF turned into text by RapidOCR, whose models come in its package.

It takes seconds a page, so it is done only where it is asked for, and needs the extra `ocr`.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from functools import lru_cache
from statistics import median
from typing import Any

from nlp.document import Document
from nlp.errors import EmptyFile, TooLarge
from nlp.extras import needs
from nlp.reading.characters import clean
from nlp.reading.columns import Piece, Row, joined
from nlp.reading.layout import place
from nlp.reading.lines import Item
from nlp.reading.pdf import read_pdf

MAX_PAGES = 300
_RESOLUTION = 200
"""Dots an inch at which pages are looked at."""
_LONGEST = 3500
"""Dots of the longer side of a page, whatever size it claims."""
_CONFIDENT = 0.5
"""The confidence from which on a piece of text is taken for one."""
_LETTER = 0.78
"""The height of a letter in the height of the box that is found around it."""


@lru_cache(maxsize=1)
def engine() -> Any:
    """RapidOCR, loaded once. Raises UsageError if it is not installed."""
    with needs("ocr", "--ocr"):
        from rapidocr import RapidOCR
    threads = (
        1 if multiprocessing.parent_process() else -1
    )  # workers are as many as the cores; -1 is all of them
    return RapidOCR(
        params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": threads}
    )


def read_scanned_pdf(data: bytes, source: str) -> Document:
    """Paragraphs and tables of a PDF, those of pages that are images by OCR.

    Raises what `read_pdf` does, EmptyFile (OCR finds nothing), TooLarge (too many such pages), UsageError.
    """
    looked_at = 0

    def look(page: Any, number: int) -> Iterator[Item]:
        nonlocal looked_at
        looked_at += 1
        if looked_at > MAX_PAGES:
            raise TooLarge(source, f"more than {MAX_PAGES} pages to read by OCR", "split it")
        return _items_of(page, number, engine())

    document = read_pdf(data, source, look)
    if not document.blocks:
        raise EmptyFile(source, "OCR found no text on the pages")
    return document


def _items_of(page: Any, number: int, recognize: Any) -> Iterator[Item]:
    import numpy as np

    width, height = float(page.width), float(page.height)
    if not min(width, height) > 0:
        return
    resolution = min(_RESOLUTION, 72 * _LONGEST / max(width, height))
    image = page.to_image(resolution=resolution).original.convert("RGB")
    found = recognize(np.asarray(image)[:, :, ::-1])
    if found.boxes is None:
        return
    scale = 72 / resolution
    pieces = [
        _piece(text, [(float(x) * scale, float(y) * scale) for x, y in box])
        for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True)
        if score >= _CONFIDENT and text.strip()
    ]
    yield from place(list(_rows(_evened(pieces))), width, height, number)


def _piece(text: str, corners: Sequence[tuple[float, float]]) -> Piece:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    size = _LETTER * (max(ys) - min(ys))
    return Piece(clean(text).replace("\n", ""), min(xs), max(xs), min(ys), max(ys), size)


def _evened(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, those of about the usual size of exactly that size: boxes of one font differ in height."""
    usual = median(piece.size for piece in pieces) if pieces else 0.0
    return [
        Piece(
            piece.content,
            piece.x0,
            piece.x1,
            piece.top,
            piece.bottom,
            usual if abs(piece.size - usual) < 0.35 * usual else piece.size,
        )
        for piece in pieces
    ]


def _rows(pieces: Sequence[Piece]) -> Iterator[Row]:
    """Pieces side by side in one row: the middle of each lies within the others."""
    row: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece.top + piece.bottom):
        middle = (piece.top + piece.bottom) / 2
        if row and not row[0].top < middle < row[0].bottom:
            yield _row(row)
            row = []
        row.append(piece)
    if row:
        yield _row(row)


def _row(pieces: list[Piece]) -> Row:
    ordered = tuple(sorted(pieces, key=lambda piece: piece.x0))
    return Row(ordered, joined(ordered))

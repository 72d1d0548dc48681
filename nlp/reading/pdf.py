"""PDF with a text layer: lines joined into paragraphs, tables kept apart, page furniture dropped."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nlp.document import Document, FileFormat
from nlp.errors import DamagedFile, EncryptedFile, NoTextLayer, TooLarge
from nlp.notice import Notice, pages_unread
from nlp.reading.characters import clean
from nlp.reading.layout import Canvas, items_of
from nlp.reading.lines import Item, join, without_furniture
from nlp.reading.pdflimits import Overrun, budget

MAX_PAGES = 2000


Look = Callable[[Any, int], Iterable[Item]]
"""What reads a page of pdfplumber's, of that number, as an image."""


def read_pdf(data: bytes, source: str, look: Look | None = None) -> Document:
    """Paragraphs and tables of a PDF, page by page; pages without a text layer are read by `look`, where it is given.

    Raises EncryptedFile (a password is needed), NoTextLayer (all pages are scanned), DamagedFile, TooLarge.
    """
    items: list[Item] = []
    images: list[int] = []
    looked = False
    with open_pdf(data, source) as document:
        title = document.metadata.get("Title")
        for number, page in enumerate(document.pages, 1):
            _, _, right, bottom = page.bbox
            own = items_of(Canvas(page.chars, page.edges, right, bottom), number)
            if not without_furniture(own):  # a scan may have its page number typed
                if look:
                    own, looked = list(look(page, number)), True
                elif page.images:
                    images.append(number)
            items.extend(own)
            page.close()  # releases what the page has parsed: memory does not grow with the document
    items = without_furniture(items)
    if not items and not looked:
        raise NoTextLayer(source, "the PDF holds only images of pages" if images else "the PDF holds no text")
    warnings = (Notice.READ_BY_OCR.value,) if looked else (pages_unread(images),) if images else ()
    named = clean(title).strip() if isinstance(title, str) else None
    return Document(source, FileFormat.PDF, tuple(join(items)), named, warnings)


@contextmanager
def open_pdf(data: bytes, source: str) -> Iterator[Any]:
    """A PDF as pdfplumber has it.

    Raises EncryptedFile, DamagedFile, TooLarge, also for what pdfplumber raises while it is open.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        with budget(), pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MAX_PAGES:
                raise TooLarge(source, f"more than {MAX_PAGES} pages", "split it")
            yield document
    except Overrun as fault:
        raise TooLarge(source, str(fault)) from fault
    except (PDFPasswordIncorrect, PdfminerException) as fault:
        cause = fault.args[0] if fault.args else fault
        if isinstance(cause, Overrun):
            raise TooLarge(source, str(cause)) from fault
        if isinstance(fault, PDFPasswordIncorrect) or isinstance(cause, PDFPasswordIncorrect):
            raise EncryptedFile(source, "the PDF asks for a password") from fault
        raise DamagedFile(
            source, f"a damaged PDF: {cause or type(fault).__name__}", "get the file again"
        ) from fault

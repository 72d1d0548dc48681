"""OpenDocument texts (.odt): converted to .docx by LibreOffice, where it is installed."""

from __future__ import annotations

from dataclasses import replace

from nlp.document import Document, FileFormat
from nlp.reading.docx import read_docx
from nlp.reading.libreoffice import SECONDS, converted

_KIND = "an OpenDocument text (.odt)"


def read_odt(data: bytes, source: str, *, seconds: float = SECONDS) -> Document:
    """Body text of an OpenDocument text. Raises as `converted` and `read_docx` do."""
    made = converted(data, source, ".odt", ".docx", _KIND, seconds)
    return replace(read_docx(made, source), format=FileFormat.ODT)

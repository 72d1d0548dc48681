"""Binary Word and WPS documents (.doc, .wps): converted to .docx by LibreOffice, where it is installed."""

from __future__ import annotations

from dataclasses import replace

from nlp.document import Document, FileFormat
from nlp.reading.docx import read_docx
from nlp.reading.libreoffice import SECONDS, converted

_KIND = "an old binary Word or WPS document (.doc, .wps)"


def read_doc(data: bytes, source: str, *, seconds: float = SECONDS) -> Document:
    """Body text of a binary Word document. Raises as `converted` and `read_docx` do."""
    made = converted(data, source, ".doc", ".docx", _KIND, seconds)
    return replace(read_docx(made, source), format=FileFormat.DOC)

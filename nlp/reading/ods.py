"""OpenDocument sheets (.ods): converted to .xlsx by LibreOffice, where it is installed."""

from __future__ import annotations

from dataclasses import replace

from nlp.document import Document, FileFormat
from nlp.reading.libreoffice import SECONDS, converted
from nlp.reading.xlsx import read_xlsx

_KIND = "an OpenDocument sheet (.ods)"


def read_ods(data: bytes, source: str, *, seconds: float = SECONDS) -> Document:
    """The visible sheets of an OpenDocument workbook. Raises as `converted` and `read_xlsx` do."""
    made = converted(data, source, ".ods", ".xlsx", _KIND, seconds)
    return replace(read_xlsx(made, source), format=FileFormat.ODS)

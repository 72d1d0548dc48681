"""Binary Excel and WPS workbooks (.xls, .et): converted to .xlsx by LibreOffice, where it is installed."""

from __future__ import annotations

from dataclasses import replace

from nlp.document import Document, FileFormat
from nlp.reading.libreoffice import SECONDS, converted
from nlp.reading.xlsx import read_xlsx

_KIND = "an old binary Excel or WPS workbook (.xls, .et)"


def read_xls(data: bytes, source: str, *, seconds: float = SECONDS) -> Document:
    """The visible sheets of a binary workbook. Raises as `converted` and `read_xlsx` do."""
    made = converted(data, source, ".xls", ".xlsx", _KIND, seconds)
    return replace(read_xlsx(made, source), format=FileFormat.XLS)

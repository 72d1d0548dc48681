"""Formats: what a file is, told by its first bytes rather than by its name, and which reader reads it.

To add a format: a member of FileFormat, the module `nlp.reading.<format>` with `read_<format>(data, source)`, a suffix
here, and the bytes that tell it in `sniff`.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import cast

from nlp.document import Document, FileFormat
from nlp.errors import DamagedFile, EncryptedFile, LegacyFormat, UnknownFormat

SUFFIXES = {
    ".txt": FileFormat.TEXT,
    ".md": FileFormat.TEXT,
    ".html": FileFormat.HTML,
    ".htm": FileFormat.HTML,
    ".docx": FileFormat.DOCX,
    ".pdf": FileFormat.PDF,
    ".ofd": FileFormat.OFD,
    ".doc": FileFormat.DOC,
    ".wps": FileFormat.DOC,
    ".mht": FileFormat.MHT,
    ".mhtml": FileFormat.MHT,
    ".xlsx": FileFormat.XLSX,
    ".rtf": FileFormat.RTF,
    ".xls": FileFormat.XLS,
    ".et": FileFormat.XLS,
    ".odt": FileFormat.ODT,
    ".ods": FileFormat.ODS,
}
"""The suffixes that a walk over a directory picks up."""

Reader = Callable[[bytes, str], Document]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORD_DOCUMENT = "WordDocument".encode("utf-16-le")
_WORKBOOKS = tuple(
    name.encode("utf-16-le").ljust(64, b"\0") + bytes((2 * len(name) + 2, 0, 2))
    for name in ("Workbook", "Book")
)
"""Whole entries of a directory (name, its length, "stream"): any text may have these words."""
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": FileFormat.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": FileFormat.ODS,
}
_OFFICE_XML = b"<?mso-application"
"""Of Word and Excel 2003, which may name such a file .doc or .xls."""
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<div", b"<table", b"<p>", b"<p ")
_BINARY_SUFFIXES = (".docx", ".pdf", ".ofd", ".xlsx", ".odt", ".ods")


def reader_of(format: FileFormat) -> Reader:
    """The function that reads a format; its module is imported only now."""
    return cast("Reader", getattr(import_module(f"nlp.reading.{format}"), f"read_{format}"))


def sniff(data: bytes, source: str) -> FileFormat:
    """The format of a file's bytes; `source` is its name, which decides only between kinds of text.

    Raises LegacyFormat (.ppt and others), EncryptedFile, DamagedFile or UnknownFormat for what cannot be read.
    """
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise EncryptedFile(source, "the document is encrypted")
        if _WORD_DOCUMENT in data:
            return FileFormat.DOC
        if any(entry in data for entry in _WORKBOOKS):
            return FileFormat.XLS
        raise LegacyFormat(source, "an old binary Office or WPS file", "save as .docx or .xlsx and try again")
    if head.startswith(b"{\\rtf"):
        return FileFormat.RTF
    if b"%PDF-" in data[:1024]:
        return FileFormat.PDF
    if data.startswith(_ZIP):
        return _sniff_zip(data, source)
    if data.startswith(_IMAGES):
        raise UnknownFormat(source, "an image", "run OCR first, and give the text")
    if _OFFICE_XML in head:
        raise LegacyFormat(source, "XML of Word or Excel 2003", "save as .docx or .xlsx and try again")
    if head[:5].lower() in (b"mime-", b"from:") or b"multipart/related" in head.lower():
        return FileFormat.MHT
    suffix = PurePath(source).suffix.lower()
    if suffix in _BINARY_SUFFIXES and not head.startswith(b"<"):
        raise DamagedFile(
            source, f"named {suffix}, but its content is not", "get the file again from where it came"
        )
    lowered = head.lower()
    if suffix in (".html", ".htm") or lowered.startswith(_HTML_SIGNS) or b"<html" in lowered:
        return FileFormat.HTML
    if not data.startswith(_WIDE_MARKS) and _is_binary(data):
        raise UnknownFormat(source, "binary data of no known format", f"give one of {', '.join(SUFFIXES)}")
    return FileFormat.TEXT


def _sniff_zip(data: bytes, source: str) -> FileFormat:
    from nlp.reading.zips import open_zip, read_entry

    suffix = PurePath(source).suffix.lower()
    kind = f"{suffix} (zip) file" if suffix in SUFFIXES else "zip file"
    with open_zip(io.BytesIO(data), source, kind, "get the file again") as archive:
        names = archive.namelist()
        mimetype = read_entry(archive, "mimetype", source, max_bytes=100) if "mimetype" in names else b""
        format = _OPEN_DOCUMENTS.get(mimetype.strip()) or format_of_zip(names)
    if format is None:
        raise UnknownFormat(source, "a zip archive that is no document", "unpack it and give the files in it")
    return format


def format_of_zip(names: list[str]) -> FileFormat | None:
    """The document that a zip file with entries of these names is; None if it is an archive of files."""
    if "[Content_Types].xml" in names:
        if any(name.startswith("word/") for name in names):
            return FileFormat.DOCX
        if any(name.startswith("xl/") for name in names):
            return FileFormat.XLSX
    return FileFormat.OFD if any(name.lstrip("/").lower() == "ofd.xml" for name in names) else None


def _is_binary(data: bytes) -> bool:
    """Whether the bytes are no text in any encoding: control characters that text does not have, and no UTF-16."""
    sample = data[:4096]
    controls = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    zeros = sample.count(0)
    if zeros > len(sample) / 5:  # UTF-16 of ASCII has them at every other place
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        return min(even, odd) > max(even, odd) / 4
    return controls - zeros > len(sample) / 20

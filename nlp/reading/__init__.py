"""Reading: from a file in any format to a Document."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

from nlp.document import Document, FileFormat, Paragraph
from nlp.errors import DamagedFile, EmptyFile, GongkaiError, MissingFile, TooLarge
from nlp.reading import archive, remote
from nlp.reading.formats import SUFFIXES, reader_of, sniff
from nlp.reading.paragraphs import join_blocks

__all__ = ["MAX_BYTES", "STDIN", "SUFFIXES", "read", "read_bytes"]

STDIN = "-"
MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read by default."""
MAX_CHARACTERS = 2_000_000
"""The longest text: a hundred times the longest report, and what a model reads in minutes."""
_FLOWING = (FileFormat.DOCX, FileFormat.DOC, FileFormat.ODT, FileFormat.RTF, FileFormat.HTML, FileFormat.MHT)
"""Formats whose paragraphs may be lines that someone copied from a page; where there are pages, their layout tells."""


def read(source: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES, ocr: bool = False) -> Document:
    """Read a file, a file in a zip archive (`archive.zip/file`), a URL, or standard input where `source` is `-`.

    With `ocr`, scanned pages of a PDF are read by OCR, which takes seconds a page and the extra `ocr`.

    Raises a subclass of ReadError, which says what is wrong, where, and what to do: MissingFile, TooLarge, EmptyFile,
    UnknownFormat, LegacyFormat, DamagedFile, EncryptedFile, NoTextLayer; and UsageError where `ocr` is not installed.
    """
    name = os.fspath(source)
    if name == STDIN:
        data = sys.stdin.buffer.read(max_bytes + 1)
    elif remote.is_url(name):
        data = remote.content(name, max_bytes + 1)
    elif (member := archive.split(name)) is not None:
        data = archive.read_member(*member, max_bytes + 1)
    else:
        data = _content(name, max_bytes)
    return read_bytes(data, name, max_bytes=max_bytes, ocr=ocr)


def _content(name: str, max_bytes: int) -> bytes:
    """The bytes of a file, or of a pipe one more than it may have."""
    if archive.is_archive(name):
        archive.refuse(name)
    try:
        with Path(name).open("rb") as file:
            found = os.fstat(file.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_size > max_bytes:
                raise _too_large(name, max_bytes)
            return file.read(max_bytes + 1)
    except IsADirectoryError:
        raise MissingFile(name, "a directory, not a file") from None
    except FileNotFoundError:
        raise MissingFile(name, "no such file") from None
    except PermissionError:
        raise MissingFile(name, "may not be read", "check its permissions") from None
    except (OSError, ValueError) as fault:
        raise MissingFile(name, f"could not be read: {fault}") from None


def read_bytes(data: bytes, source: str, *, max_bytes: int = MAX_BYTES, ocr: bool = False) -> Document:
    """Read a file's content; `source` names it in the document and in errors. Raises as `read` does."""
    if len(data) > max_bytes:
        raise _too_large(source, max_bytes)
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise EmptyFile(source, "the file is empty")
    format = sniff(data, source)
    try:
        document = _read_as(format, data, source, ocr)
    except GongkaiError:
        raise
    except RecursionError:
        raise DamagedFile(source, f"a {format} file nested too deeply to read") from None
    except MemoryError:
        raise TooLarge(source, "needs more memory than there is") from None
    except Exception as fault:  # whatever a parser makes of broken input, the run goes on
        raise DamagedFile(
            source, f"a damaged {format} file: {fault}", "get the file again from where it came"
        ) from fault
    if not any(not isinstance(block, Paragraph) or block.text.strip() for block in document.blocks):
        raise EmptyFile(source, "no text in the file")
    if _characters(document) > MAX_CHARACTERS:
        raise TooLarge(source, f"more than {MAX_CHARACTERS:,} characters of text", "no report is that long")
    return document


def _too_large(source: str, max_bytes: int) -> TooLarge:
    return TooLarge(source, f"larger than {max_bytes / 2**20:.0f} MiB", "split it, or raise the limit")


def _characters(document: Document) -> int:
    return sum(
        len(block.text)
        if isinstance(block, Paragraph)
        else sum(len(cell) for row in block.rows for cell in row)
        for block in document.blocks
    )


def _read_as(format: FileFormat, data: bytes, source: str, ocr: bool) -> Document:
    if not ocr or format is not FileFormat.PDF:
        document = reader_of(format)(data, source)
        return replace(document, blocks=join_blocks(document.blocks)) if format in _FLOWING else document
    from nlp.reading.ocr import read_scanned_pdf

    return read_scanned_pdf(data, source)

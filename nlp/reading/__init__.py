"""Reading: from a file in any format to a Document."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nlp.document import Document, FileFormat, Paragraph
from nlp.errors import DamagedFile, EmptyFile, MissingFile, ReadError, TooLarge
from nlp.reading.formats import SUFFIXES, sniff

__all__ = ["MAX_BYTES", "STDIN", "SUFFIXES", "read", "read_bytes"]

STDIN = "-"
MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read by default."""


def read(source: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a file, or standard input where `source` is `-`.

    Raises a subclass of ReadError, which says what is wrong, where, and what to do: MissingFile, TooLarge, EmptyFile,
    UnknownFormat, LegacyFormat, DamagedFile, EncryptedFile, NoTextLayer.
    """
    name = os.fspath(source)
    if name == STDIN:
        return read_bytes(sys.stdin.buffer.read(max_bytes + 1), name, max_bytes=max_bytes)
    try:
        with Path(name).open("rb") as file:
            data = file.read(max_bytes + 1)
    except IsADirectoryError:
        raise MissingFile(name, "a directory, not a file") from None
    except FileNotFoundError:
        raise MissingFile(name, "no such file") from None
    except PermissionError:
        raise MissingFile(name, "may not be read", "check its permissions") from None
    except (OSError, ValueError) as fault:
        raise MissingFile(name, f"could not be read: {fault}") from None
    return read_bytes(data, name, max_bytes=max_bytes)


def read_bytes(data: bytes, source: str, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a file's content; `source` names it in the document and in errors. Raises as `read` does."""
    if len(data) > max_bytes:
        raise TooLarge(source, f"larger than {max_bytes / 2**20:.0f} MiB", "split it, or raise the limit")
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise EmptyFile(source, "the file is empty")
    format = sniff(data, source)
    try:
        document = _read_as(format, data, source)
    except ReadError:
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
    return document


def _read_as(format: FileFormat, data: bytes, source: str) -> Document:
    if format is FileFormat.TEXT:
        from nlp.reading.text import read_text

        return read_text(data, source)
    if format is FileFormat.HTML:
        from nlp.reading.html import read_html

        return read_html(data, source)
    if format is FileFormat.DOCX:
        from nlp.reading.docx import read_docx

        return read_docx(data, source)
    from nlp.reading.pdf import read_pdf

    return read_pdf(data, source)

"""Zip files from strangers: opened and read within limits, whatever they claim of themselves."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from nlp.errors import DamagedFile, EncryptedFile, TooLarge

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The ways of packing that are read: others unpack block by block, and a block may hold anything."""
_ENTRY_BYTES = 512
"""What an entry of the directory may take on average, name and all."""
_RATIO_FROM = 4 * 2**20
"""Bytes from which on the ratio counts: small files may be all blanks."""
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    etree.XMLSyntaxError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
"""What zipfile and the XML parser raise on broken input."""


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What a zip file may hold: entries, bytes of all of them unpacked, and how many times a packed entry may grow."""

    entries: int = 10_000
    unpacked_bytes: int = 256 * 2**20
    ratio: int = 250


DOCUMENT = ZipLimits()
"""The limits of a document that is a zip file inside (.docx, .xlsx, .ofd)."""


@contextmanager
def open_zip(
    file: BinaryIO, source: str, kind: str, advice: str, limits: ZipLimits = DOCUMENT
) -> Iterator[zipfile.ZipFile]:
    """A zip file, checked against `limits` before anything is unpacked.

    `kind` (".docx") and `advice` go into errors: DamagedFile, also for what zipfile or the XML parser raise while the
    file is open, and TooLarge.
    """
    try:
        if _directory_bytes(file) > limits.entries * _ENTRY_BYTES:
            raise TooLarge(source, f"holds more than {limits.entries} files")
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries:
                raise TooLarge(source, f"holds more than {limits.entries} files")
            if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
                raise TooLarge(source, f"unpacks to more than {limits.unpacked_bytes // 2**20} MiB")
            yield archive
    except RecursionError:
        raise
    except FAULTS as fault:
        raise DamagedFile(source, f"a damaged {kind}: {fault}", advice) from fault


def read_entry(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo | str,
    source: str,
    limits: ZipLimits = DOCUMENT,
    max_bytes: int | None = None,
) -> bytes:
    """The content of an entry, no more than `max_bytes` of it.

    Raises EncryptedFile, TooLarge (over the ratio of `limits`), DamagedFile (packed in a way that is not read), and
    what zipfile raises.
    """
    info = archive.getinfo(entry) if isinstance(entry, str) else entry
    if info.flag_bits & 0x1:
        raise EncryptedFile(source, "the zip archive asks for a password")
    if info.compress_type not in _METHODS:
        raise DamagedFile(source, f"zipped by method {info.compress_type}", "zip it again, or unpack it")
    if info.file_size > _RATIO_FROM and info.file_size > limits.ratio * info.compress_size:
        raise TooLarge(source, f"unpacks to more than {limits.ratio} times its size")
    with archive.open(info) as stream:
        # zipfile never gives more than the declared size, which is within the limits
        return stream.read(info.file_size if max_bytes is None else min(max_bytes, info.file_size))


def _directory_bytes(file: BinaryIO) -> int:
    """The length of the directory, which zipfile reads whole before it can be asked how long it is."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_536 - 128))
    tail = file.read()
    file.seek(0)
    end = len(tail) - 22
    if not (tail[end : end + 4] == b"PK\5\6" and tail.endswith(b"\0\0")):
        end = tail.rfind(b"PK\5\6")
    long = tail.rfind(b"PK\6\6")
    length = _number(tail[end + 12 : end + 16]) if end >= 0 else 0
    if length == 0xFFFFFFFF:  # the zip64 record says it
        length = 0
    return max(length, _number(tail[long + 40 : long + 48]) if long >= 0 else 0)


def _number(field: bytes) -> int:
    return int.from_bytes(field, "little")

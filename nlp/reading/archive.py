"""Archives of reports (.zip): each file in one is an input of its own, named `archive.zip/file`.

Files are read from the archive as they are asked for. Nothing is ever unpacked to disk, so no name in an archive is a
path; an archive within an archive is not opened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from nlp.errors import MissingFile, ReadError, UnknownFormat
from nlp.reading.formats import SUFFIXES, format_of_zip
from nlp.reading.zips import ZipLimits, open_zip, read_entry

SUFFIX = ".zip"
LIMITS = ZipLimits(entries=20_000, unpacked_bytes=8 * 2**30)
_AT = re.compile(re.escape(SUFFIX) + r"(?=[/\\])", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HIDDEN = (".", "~$", "__MACOSX")


def is_archive(source: str) -> bool:
    """Whether a name is that of an archive file (which may be damaged)."""
    return source.lower().endswith(SUFFIX) and _is_file(source)


def split(source: str) -> tuple[str, str] | None:
    """The archive and the name within it of a `source` like `archive.zip/file`; None if it names no such thing."""
    for match in _AT.finditer(source):
        if _is_file(source[: match.end()]):
            return source[: match.end()], source[match.end() + 1 :]
    return None


def members(archive: str) -> list[str]:
    """The report files (by suffix; hidden ones left out) of an archive, as sources, in the order of their names.

    Archives in it are among them: reading them says that they are not opened. A file that is a document all the same
    (a misnamed .docx) has none. Raises MissingFile, DamagedFile, TooLarge.
    """
    with _opened(archive, archive) as (_, entries):
        if format_of_zip(list(entries)) is not None:
            return []
        return [f"{archive}/{name}" for name in sorted(entries) if _is_report_file(name)]


def read_member(archive: str, name: str, max_bytes: int) -> bytes:
    """The content of a file in an archive, no more than `max_bytes` of it.

    Raises MissingFile, DamagedFile, EncryptedFile, TooLarge.
    """
    source = f"{archive}/{name}"
    with _opened(archive, source) as (opened, entries):
        if name not in entries:
            raise MissingFile(source, "no such file in the archive")
        return read_entry(opened, entries[name], source, LIMITS, max_bytes)


def fingerprint(archive: str, name: str) -> str | None:
    """What tells whether a file in an archive changed, from the directory: length and checksum; None if it is gone."""
    try:
        with _opened(archive, archive) as (_, entries):
            info = entries.get(name)
    except ReadError:
        return None
    return None if info is None else f"{info.file_size}-{info.CRC:08x}"


def refuse(archive: str) -> None:
    """Raise the error that says why an archive cannot be read as one document.

    That is what is wrong with it, or else UnknownFormat. Returns where it is no archive but a misnamed document.
    """
    found = members(archive)
    if found:
        raise UnknownFormat(
            archive, f"a zip archive of {len(found)} report files", f"unpack it, or name one: {found[0]}"
        )
    with _opened(archive, archive) as (_, entries):
        if format_of_zip(list(entries)) is None:
            raise UnknownFormat(
                archive, "a zip archive without report files", f"they end in {', '.join(SUFFIXES)}"
            )


@contextmanager
def _opened(archive: str, source: str) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """An archive and the files in it by name: of two with one name, the later."""
    try:
        file = Path(archive).open("rb")  # noqa: SIM115
    except OSError as fault:
        raise MissingFile(source, f"could not be read: {fault.strerror}") from None
    with file, open_zip(file, source, "zip archive", "get the archive again", LIMITS) as opened:
        yield opened, {_name_of(info): info for info in opened.infolist() if not info.filename.endswith("/")}


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name of an entry: in UTF-8 where it says so or can only be that, else in GBK, as Windows writes it."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeEncodeError):  # zipfile knew better
            name = _decoded(name.encode("cp437"))  # what it decoded the name from
    return _CONTROLS.sub("\ufffd", name.replace("\\", "/"))


def _decoded(name: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("cp437")


def _is_report_file(name: str) -> bool:
    path = PurePosixPath(name)
    return not any(part.startswith(_HIDDEN) for part in path.parts if part != "..") and (
        path.suffix.lower() in (*SUFFIXES, SUFFIX)
    )


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False

"""Remote files: `s3://bucket/file` and whatever else fsspec knows, each named by its URL.

A file is fetched when it is read, whole, and kept nowhere. Archives on a remote system are not opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from nlp.errors import MissingFile, UsageError
from nlp.extras import needs

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_TAGS = (
    "ETag",
    "etag",
    "md5Hash",
    "content_md5",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "created",
)
"""What file systems call that which changes with a file's content, the surest first."""


def is_url(name: str) -> bool:
    """Whether a name is a URL rather than a path."""
    return _URL.match(name) is not None


def file_system(url: str) -> tuple[Any, str]:
    """The file system (fsspec) of a URL and the path in it.

    Raises UsageError if there is none of that kind, or what it takes is not installed.
    """
    with needs("cluster", f"{url}: a URL"):
        import fsspec
    try:
        system, path = fsspec.url_to_fs(url)
    except (ImportError, ValueError) as fault:
        raise UsageError(f"{url}: cannot be opened: {fault}") from None
    return system, path


def files(url: str, suffixes: Sequence[str]) -> list[str]:
    """The file of that URL, or the report files (by suffix; hidden ones left out) below it or matching it, sorted.

    Raises UsageError where there is none, or the place cannot be looked at.
    """
    system, path = file_system(url)
    with _told(url):
        there = True
        if any(mark in path for mark in "*?["):
            found, below = system.glob(path), ""
        elif system.isfile(path):
            return [url]
        else:
            found, below = system.find(path), path
            there = bool(found) or system.exists(path)
    if not there:
        raise UsageError(f"{url}: no such file or directory")
    wanted = [name for name in found if _is_report_file(name[len(below) :], suffixes)]
    if not wanted:
        raise UsageError(f"{url}: no report files there ({', '.join(suffixes)})")
    return sorted(str(system.unstrip_protocol(name)) for name in wanted)


def content(url: str, max_bytes: int) -> bytes:
    """The first so many bytes of a file. Raises MissingFile if it cannot be had."""
    system, path = file_system(url)
    try:
        with system.open(path, "rb") as file:
            return bytes(file.read(max_bytes))
    except FileNotFoundError:
        raise MissingFile(url, "no such file") from None
    except PermissionError:
        raise MissingFile(url, "may not be read", "check its permissions") from None
    except Exception as fault:  # each file system has errors of its own
        raise MissingFile(url, f"could not be read: {fault}") from None


def fingerprint(url: str) -> str | None:
    """What tells whether a file changed: length, and checksum or time as its system has it; None if it is gone."""
    system, path = file_system(url)
    try:
        about = system.info(path)
    except Exception:  # as above; reading it says what is wrong
        return None
    tags = (str(about[name]) for name in _TAGS if about.get(name))
    return f"{about.get('size')}-{next(tags, '')}"


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except Exception as fault:  # as above
        raise UsageError(f"{url}: cannot be looked at: {fault}") from None


def _is_report_file(name: str, suffixes: Sequence[str]) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in suffixes and not any(part.startswith((".", "~$")) for part in path.parts)

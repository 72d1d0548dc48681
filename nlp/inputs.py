"""Inputs: the files that a command line names, by path, directory, archive, pattern, URL or `-`."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlp.errors import ReadError, UsageError
from nlp.reading import STDIN, SUFFIXES, archive, remote

_WANTED = (*SUFFIXES, archive.SUFFIX)
_HIDDEN = (".", "~$")


def expand(inputs: Sequence[str]) -> list[str]:
    """The files that `inputs` name, each once, in order.

    A directory stands for the report files below it (by suffix; hidden ones left out), a pattern for the files that it
    matches, sorted; a zip archive, however it is named, for the report files in it; a URL for the file or, as a
    directory or a pattern does, for the report files there. A path that is none of these, or an
    archive that offers none, is kept as it is, so that reading it says what is wrong. Raises UsageError where a
    directory, a pattern or a URL has no file to offer.
    """
    found: dict[str, None] = {}
    for name in inputs:
        for file in _files_of(name):
            found.update(dict.fromkeys(_within(file)))
    return list(found)


def _within(file: str) -> list[str]:
    """The files of an archive that can be read and has some; else the file itself."""
    try:
        return (archive.members(file) if archive.is_archive(file) else []) or [file]
    except ReadError:
        return [file]


def _files_of(name: str) -> Iterator[str]:
    if name == STDIN:
        yield name
    elif remote.is_url(name):
        yield from remote.files(name, tuple(SUFFIXES))
    elif os.path.isdir(name):  # noqa: PTH112 - Path's fails where the system refuses a name; reading it says why
        files = sorted(_below(name))
        if not files:
            raise UsageError(f"{name}: no report files in this directory ({', '.join(_WANTED)})")
        yield from files
    elif not os.path.exists(name) and glob.has_magic(name):  # noqa: PTH110
        matches = sorted({match for match in _matches(name) if Path(match).is_file()})
        if not matches:
            raise UsageError(f"{name}: no file matches")
        yield from matches
    else:
        yield name


def _below(directory: str) -> Iterator[str]:
    """The report files below a directory, and the directories that may not be looked into; no link is followed."""
    closed: list[OSError] = []
    for place, directories, files in os.walk(directory, onerror=closed.append):
        directories[:] = [name for name in directories if not name.startswith(_HIDDEN)]
        for name in files:
            file = Path(place, name)
            if not name.startswith(_HIDDEN) and file.suffix.lower() in _WANTED and file.is_file():
                yield str(file)
    yield from (str(fault.filename) for fault in closed)


def _matches(pattern: str) -> Iterator[str]:
    """What a pattern matches. Unlike glob's, its ** follows no link: two that lead back make ways without number."""
    parts = pattern.replace(os.sep, "/").split("/")
    if "**" not in parts:
        yield from glob.glob(pattern)  # noqa: PTH207
        return
    at = parts.index("**")
    above, behind = "/".join(parts[:at]) or ("/" if at else "."), "/".join(parts[at + 1 :]) or "*"
    for top in glob.glob(above) if glob.has_magic(above) else [above]:  # noqa: PTH207
        for place, directories, _ in os.walk(top):
            directories[:] = [name for name in directories if not name.startswith(".")]
            yield from _matches(str(Path(glob.escape(place)) / behind))

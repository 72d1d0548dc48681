"""Choices: words of the command line that stand for members of a vocabulary, by their key or their Chinese name."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TypeVar

from nlp.errors import UsageError
from nlp.labels import Label

OTHER_FORMATS = frozenset({"csv", "html", "parquet", "xlsx", "xls", "ods", "docx", "doc", "pdf"})
"""Names' endings that promise a format, which some commands write and others do not."""

Member = TypeVar("Member", bound=Label)


def members(kind: type[Member], text: str | None, option: str) -> tuple[Member, ...]:
    """The members that `text` names, separated by commas; none for None. Raises UsageError naming the choices."""
    if text is None:
        return ()
    names = {**{str(member): member for member in kind}, **{member.chinese: member for member in kind}}
    wanted = [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]
    unknown = [name for name in wanted if name not in names]
    if unknown or not wanted:
        choices = ", ".join(f"{member} ({member.chinese})" for member in kind)
        raise UsageError(f"{option}: no {', '.join(unknown) or 'value'}; choose from {choices}")
    return tuple(dict.fromkeys(names[name] for name in wanted))


def format_of(kind: type[Member], text: str | None, output: Path | None) -> Member:
    """The format that is asked for, or that a file's name says; else a table for a terminal, JSON lines for a pipe.

    Raises UsageError naming the choices, or where the file's name says a format that is not one of them: JSON
    lines named .xlsx would open nowhere.
    """
    if text is not None:
        try:
            return kind(text.lower())
        except ValueError:
            raise UsageError(f"--format: no format {text!r}; choose from {', '.join(kind)}") from None
    if output is None:
        return kind("table" if sys.stdout.isatty() else "jsonl")
    suffix = output.suffix.lower().lstrip(".")
    suffix = {"htm": "html", "txt": "table", "json": "jsonl"}.get(suffix, suffix)
    if suffix in OTHER_FORMATS - set(map(str, kind)):
        raise UsageError(f"{output}: no format {suffix!r} here; choose from {', '.join(kind)} with --format")
    return kind(suffix) if suffix in set(map(str, kind)) else kind("jsonl")


def years(text: str | None) -> tuple[int | None, int | None]:
    """The first and the last year of `2021`, `2019-2023`, `2019-` or `-2023`. Raises UsageError on anything else."""
    if not text:
        return None, None
    match = re.fullmatch(r"\s*(\d{4})?\s*(-|–|—|至|到|~)?\s*(\d{4})?\s*", text)
    if match is None or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise UsageError(f"--year: {text!r} is no year and no years: write 2021, 2019-2023, 2020- or -2020")
    first, last = (int(part) if part else None for part in (match[1], match[3]))
    if first and last and first > last:
        raise UsageError(f"--year: {text!r} ends before it begins: write {last}-{first}")
    return (first, last) if match[2] else (first or last, first or last)

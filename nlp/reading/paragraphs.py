"""Paragraphs: text whose lines were cut at the width of a page, joined again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from nlp.enumerator import MARK
from nlp.structure.headings import is_heading_like
from nlp.structure.numbering import split_number

_ENDS = "。！？；：.!?;:”’）)》】"
_INDENT = re.compile(r"[ \t\u3000]{2,}|\u3000|\t")


def starts_paragraph(text: str) -> bool:
    """Whether the words of a line show that it opens a paragraph: an enumerator, or a heading."""
    text = text.strip()
    numbered = split_number(text)
    return MARK.match(text) is not None or numbered is not None or is_heading_like(text)


def join_wrapped(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Paragraphs of a text file, each with the number of its first line.

    A line is a paragraph, unless the file is cut at a fixed width: then lines that are full, do not end a sentence, and
    are followed by one that opens nothing are joined with it.
    """
    width = _wrap_width(lines)
    start, parts = 0, ""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            if parts:
                yield start, parts
            parts = ""
            continue
        if parts and width and _goes_on(lines[number - 2], line, width):
            parts = parts.rstrip() + line.strip()
            continue
        if parts:
            yield start, parts
        start, parts = number, line
    if parts:
        yield start, parts


def _wrap_width(lines: Sequence[str]) -> int:
    """The width that the lines are cut at, in characters, or 0: most long lines are then as long as each other."""
    lengths = [len(line.strip()) for line in lines if "\t" not in line and len(line.strip()) >= 15]
    if len(lengths) < 8:
        return 0
    width = int(median(sorted(lengths)[len(lengths) // 2 :]))
    if width > 90:
        return 0
    if sum(length > width + 3 for length in lengths) > 0.1 * len(lengths):  # nothing cut them
        return 0
    full = [i for i, line in enumerate(lines) if abs(len(line.strip()) - width) <= 3]
    open_ended = [i for i in full if line_is_open(lines[i])]
    broken = [i for i in open_ended if not starts_paragraph("".join(lines[i + 1 : i + 2]))]
    return (
        width
        if len(full) >= 0.5 * len(lengths)
        and len(open_ended) >= 0.5 * len(full)
        and len(broken) >= 0.5 * len(open_ended)  # else they are a list's entries, or labels of a page
        else 0
    )


def line_is_open(line: str) -> bool:
    """Whether a line ends where no sentence does."""
    return bool(line.strip()) and line.strip()[-1] not in _ENDS


def _goes_on(line: str, following: str, width: int) -> bool:
    if len(line.strip()) < width - 3 or "\t" in line.strip():
        return False
    return not _INDENT.match(following) and not (starts_paragraph(following) and not line_is_open(line))

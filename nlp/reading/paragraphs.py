"""Paragraphs: text whose lines were cut at the width of a page, joined again."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from nlp.document import Block, Paragraph
from nlp.enumerator import MARK
from nlp.structure.furniture import is_page_number, is_report_title
from nlp.structure.headings import is_canonical, is_heading_like
from nlp.structure.numbering import split_number

_ENDS = "。！？；：.!?;:”’）)》】"
_INDENT = re.compile(r"[ \t\u3000]{2,}|\u3000|\t")
_CELLS = re.compile(r"\S(?:\t|[ \u3000]{2,})\S")
_LONG, _WIDEST = 15, 90
"""Characters of the shortest line that tells a width, and of the widest page."""
_FEWEST_LINES, _FEWEST_BREAKS = 5, 3
"""Lines that tell a width, and breaks within a sentence among them, below which nothing is joined."""
_RUNNING = 3
"""How often a line comes on pages' heads or feet, at least."""


def starts_paragraph(text: str) -> bool:
    """Whether the words of a line show that it opens a paragraph: an enumerator, or a heading."""
    text = text.strip()
    numbered = split_number(text)
    return MARK.match(text) is not None or numbered is not None or is_heading_like(text)


def line_is_open(line: str) -> bool:
    """Whether a line ends where no sentence does."""
    return bool(line.strip()) and line.strip()[-1] not in _ENDS


def join_wrapped(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Paragraphs of a text file, each with the number of its first line.

    A line is a paragraph, unless the file is cut at a fixed width: then lines that are full, and followed by one that
    opens nothing, are joined with it; within a sentence, also over a page's number and running head.
    """
    for group in _groups(lines):
        yield group[0] + 1, _joined([lines[i] for i in group])


def join_blocks(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of a file whose paragraphs are lines cut at a fixed width, joined as `join_wrapped` does.

    Paragraphs that the file marks as headings stay as they are.
    """
    texts = [
        block.text if isinstance(block, Paragraph) and block.heading_level is None else "" for block in blocks
    ]
    starts = {group[0]: group for group in _groups(texts)}
    within = {i for group in starts.values() for i in range(group[0] + 1, group[-1] + 1)}
    joined: list[Block] = []
    for i, block in enumerate(blocks):
        if isinstance(block, Paragraph) and len(starts.get(i, ())) > 1:
            joined.append(replace(block, text=_joined([texts[k] for k in starts[i]])))
        elif i not in within:
            joined.append(block)
    return tuple(joined)


def _joined(lines: Sequence[str]) -> str:
    first, *others = lines
    return "".join([first.rstrip(), *(line.strip() for line in others)]) if others else first


@dataclass(frozen=True, slots=True)
class _Wrap:
    """The width that lines are cut at, by a measure of their length, and how far from it a full one may be."""

    measure: Callable[[str], int]
    slack: int
    width: int = 0

    def is_full(self, line: str) -> bool:
        return abs(self.measure(line.strip()) - self.width) <= self.slack

    def is_cut(self, line: str) -> bool:
        """Whether a line ends at the width, or beyond it."""
        return self.measure(line.strip()) >= self.width - self.slack and "\t" not in line.strip()


def columns(text: str) -> int:
    """How many columns of a page of fixed pitch the text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


_MEASURES = (_Wrap(len, 3), _Wrap(columns, 5))
"""Editors count characters, printers columns."""


def _groups(lines: Sequence[str]) -> Iterator[list[int]]:
    """The indices of the lines of each paragraph; what stands between them and was passed over is left out."""
    running = _running(lines)
    wrap = _wrap(lines, running)
    at = 0
    while at < len(lines):
        group = [at]
        while wrap and (following := _goes_on(lines, group[-1], wrap, running)) is not None:
            group.append(following)
        at = group[-1] + 1
        if lines[group[0]].strip():
            yield group


def _wrap(lines: Sequence[str], running: frozenset[str]) -> _Wrap | None:
    """The width at which lines are cut, by the measure that finds most of them full; None if nothing cut them."""
    long = [
        i
        for i, line in enumerate(lines)
        if len(line.strip()) >= _LONG
        and not _CELLS.search(line.strip())
        and line.strip() not in running
        and not is_report_title(line)
    ]
    if len(long) < _FEWEST_LINES:
        return None
    found = [wrap for measure in _MEASURES if (wrap := _measured(measure, lines, long)) is not None]
    return max(found, key=lambda wrap: sum(wrap.is_full(lines[i]) for i in long), default=None)


def _measured(wrap: _Wrap, lines: Sequence[str], long: Sequence[int]) -> _Wrap | None:
    """`wrap` with its width; None unless most long lines are as long as each other, and end within a sentence."""
    lengths = sorted(wrap.measure(lines[i].strip()) for i in long)
    wrap = replace(wrap, width=int(median(lengths[len(lengths) // 2 :])))
    beyond = sum(length > wrap.width + wrap.slack for length in lengths)
    full = [i for i in long if wrap.is_full(lines[i])]
    if beyond > 0.1 * len(long) or not full or max(len(lines[i].strip()) for i in full) > _WIDEST:
        return None
    open_ended = [i for i in full if line_is_open(lines[i])]
    broken = [i for i in open_ended if not starts_paragraph("".join(lines[i + 1 : i + 2]))]
    is_cut = (
        len(full) >= 0.5 * len(long)
        and len(open_ended) >= 0.5 * len(full)
        and len(broken)
        >= max(0.5 * len(open_ended), _FEWEST_BREAKS)  # else a list's entries, or a page's labels
    )
    return wrap if is_cut else None


def _running(lines: Sequence[str]) -> frozenset[str]:
    """Lines that come again and again, and end no sentence: the heads and feet of pages."""
    counts = Counter(line.strip() for line in lines)
    return frozenset(
        line for line, count in counts.items() if count >= _RUNNING and line_is_open(line) and len(line) >= 4
    )


def _goes_on(lines: Sequence[str], at: int, wrap: _Wrap, running: frozenset[str]) -> int | None:
    """The index of the line that goes on with the one at `at`; None if its paragraph ends there."""
    line = lines[at]
    if not wrap.is_cut(line) or is_report_title(line):
        return None
    following = at + 1
    if line_is_open(line):
        following = _behind_page_end(lines, following, running)
    if following >= len(lines) or not lines[following].strip() or _INDENT.match(lines[following]):
        return None
    if _is_section_heading(lines[following]) or (
        starts_paragraph(lines[following]) and not line_is_open(line)
    ):
        return None
    return following


def _behind_page_end(lines: Sequence[str], at: int, running: frozenset[str]) -> int:
    """The index behind a page's number, running head and the blank lines about them; `at` if there is no such thing."""
    end, passed = at, False
    while end < len(lines) and (not (text := lines[end].strip()) or text in running or is_page_number(text)):
        passed = passed or bool(text)
        end += 1
    return end if passed else at


def _is_section_heading(line: str) -> bool:
    numbered = split_number(line.strip())
    return is_heading_like(numbered.rest) if numbered else is_canonical(line)

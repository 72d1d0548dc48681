"""Cells: what is a cell of the prescribed tables, by its words alone.

The tables of the report's form are prescribed (国办公开办函〔2021〕30号, and the forms of 2008 to 2020 before it), so
their cells are a closed vocabulary, a file of this package. Offices misspell a cell, close its row up behind it, or
break it over lines; each of these is told here, whatever stands beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files

from nlp.labels import SectionKind
from nlp.structure.headings import is_heading_like, kind_of
from nlp.structure.numbering import split_number

_FORM = "form_cells.txt"
"""The cells of all forms, one a line, as `words_of` leaves them."""
_MARKS = re.compile(r"[^\u4e00-\u9fffA-Za-z]+")
_LEADING_NUMBER = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[）)]?[、．.\s]*|\d{1,2}[.、．]\s*|[（(]\d{1,2}[）)]\s*|其中[：:])"
)
_NUMBER = re.compile(r"[-－—–/\\*＊×√〇○零无\s\d.,，%％]+")
HAN = re.compile(r"[\u4e00-\u9fff]")
SENTENCE_END = re.compile(r"[。！？；]")
_AMONG = re.compile(r"^\s*其中[：:]")
_UNITS = "条件次个人元项篇万—"
_NUMBERS_BEHIND = re.compile(
    rf"[{_UNITS}-]*(?:\s+(?:[-\d.,]+(?:[{_UNITS}][{_UNITS}-]*)?|[{_UNITS}][{_UNITS}-]*))*\s+[-\d.,]+\s*$"
    r"|(?<=[\u4e00-\u9fff）)])[\d\s]{2,}$"
)
"""Numbers at the end, each maybe with its unit; no text can be taken for them in two ways."""
_ENUMERATORS = re.compile(
    r"(?<!第)[（(][一二三四五六七八九十]{1,3}[）)]|(?<![第（(一二三四五六七八九十])[一二三四五六七八九十]{1,3}、|\d{1,2}[.．](?=[\u4e00-\u9fff])"
)
"""Before a cell that follows another: 第（一）项 is none."""
_ROW_OF_NUMBERS = re.compile(r"\d\s*[,，]?\s*\d\s*$|[,，]\s*\d+\s*$")
_FUZZY = 0.86
FRAGMENT = 16  # characters of the longest cell that is known only by its neighbours
LONGEST_CELL, LONGEST_ROW = 200, 4000
"""Characters of the longest cell of a form, and of the longest row: other texts are not looked at."""


def words_of(text: str) -> str:
    """A cell's words alone, without its number, digits, marks and blanks: what the vocabulary is kept as."""
    return _MARKS.sub("", _LEADING_NUMBER.sub("", text.strip()))


CELLS_OF_FORM = frozenset((files("nlp.structure") / _FORM).read_text(encoding="utf-8").split())
_LONG_CELLS = {cell: Counter(cell) for cell in sorted(CELLS_OF_FORM) if len(cell) >= 6}
_FORM_TEXT = "/".join(sorted(CELLS_OF_FORM))
_LONGEST_IN_FORM = max(map(len, CELLS_OF_FORM))


def is_form_cell(text: str) -> bool:
    """Whether `text` is a cell of the prescribed tables, typing errors and all."""
    return len(text) <= LONGEST_CELL and _is_form_cell(text)


@lru_cache(maxsize=4096)
def _is_form_cell(text: str) -> bool:
    words = words_of(text)
    if not words:
        return False
    if words in CELLS_OF_FORM:
        return True
    if len(words) < 6 or SENTENCE_END.search(text):
        return False
    letters = Counter(words)
    return any(
        abs(len(cell) - len(words)) <= 3
        and 2 * (characters & letters).total() >= _FUZZY * (len(cell) + len(words))  # ratio() is no more
        and SequenceMatcher(None, cell, words, autojunk=False).ratio() >= _FUZZY
        for cell, characters in _LONG_CELLS.items()
    )


def is_number_cell(text: str) -> bool:
    """Whether `text` is numbers, dashes or an empty mark alone: what cells hold beside words."""
    return _NUMBER.fullmatch(text.strip()) is not None


def is_form_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table that the file marks as one is (part of) a prescribed table, or a table of numbers."""
    cells = [cell for row in rows for cell in row if cell.strip()]
    known = sum(is_form_cell(cell) or is_number_cell(cell) for cell in cells)
    return known >= len(cells) / 2


def is_cell_with_numbers(cell: str) -> bool:
    """A form's cell, or one with its row's numbers behind it: 行政许可 0, 总计 0 0 0."""
    if len(cell) > LONGEST_CELL:
        return False
    if is_form_cell(cell) and len(words_of(cell)) > 2:
        return True
    stripped = _NUMBERS_BEHIND.sub("", cell)
    parts = [part for part in stripped.split() if not is_number_cell(part)]
    if stripped == cell and len(parts) < 2:
        return False
    return bool(parts) and all(is_form_cell(part) for part in parts)


def is_run_of_cells(text: str) -> bool:
    """Whether a row's cells stand next to each other with nothing, or commas, between: 自然人法人或其他组织总计.

    Two cells or more, or one with a row of numbers behind it, and not a character that is not the form's. Text lists
    the same things otherwise: 行政许可、行政处罚.
    """
    if len(text) > LONGEST_ROW or SENTENCE_END.search(text):
        return False
    words = words_of(_ENUMERATORS.sub("", text))
    listed = text.split("、")
    if len(words) < 4 or not _are_cells(words) or (len(listed) > 1 and all(map(is_form_cell, listed))):
        return False
    return words not in CELLS_OF_FORM or _ROW_OF_NUMBERS.search(text) is not None


def _are_cells(words: str) -> bool:
    """Whether `words` are cells of the form, one behind the other."""
    ends = {0}
    last = 0
    for end in range(1, len(words) + 1):
        if end - last > _LONGEST_IN_FORM:
            return False
        starts = range(max(0, end - _LONGEST_IN_FORM), end)
        if any(start in ends and words[start:end] in CELLS_OF_FORM for start in starts):
            ends.add(end)
            last = end
    return last == len(words)


def is_part_of_form(line: str) -> bool:
    """Whether the line's words are a piece of a prescribed cell: cells wrap, and headers run down the page."""
    words = words_of(line)
    return not words or words in _FORM_TEXT


def is_fragment(line: str) -> bool:
    """Whether the line is short enough for a wrapped cell, and no sentence."""
    text = _AMONG.sub("", line).strip()
    return not text or (
        len(text) <= 2 * FRAGMENT and not re.search(r"[。；！？：:]", text) and text.count("，") <= 1
    )


def opens_narrative(line: str) -> bool:
    """Whether the line is the heading of a section that has no table: what follows it, be it 无 alone, is its text."""
    numbered = split_number(line.strip())
    return (
        numbered is not None
        and not is_form_cell(line)
        and is_heading_like(numbered.rest)
        and kind_of(numbered.rest) in (SectionKind.PROBLEMS, SectionKind.OTHER)
    )

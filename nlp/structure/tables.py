"""Flattened tables: rows and cells of the statutory tables that arrive as lines of text.

The tables of the report's form are prescribed (国办公开办函〔2021〕30号, and the forms of 2008 to 2020 before it), so
their cells are a closed vocabulary. A line is a row if it is made of that vocabulary, of numbers, or of several short
cells; a short fragment counts as a cell only among lines that are, so that no sentence is ever lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from nlp.labels import SectionKind
from nlp.structure.headings import is_heading_like, kind_of
from nlp.structure.numbering import split_number

_FORM = "form_cells.txt"
"""The cells of all forms, one a line, as `_words` leaves them."""
_MARKS = re.compile(r"[^\u4e00-\u9fffA-Za-z]+")
_LEADING_NUMBER = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[）)]?[、．.\s]*|\d{1,2}[.、．]\s*|[（(]\d{1,2}[）)]\s*|其中[：:])"
)
_NUMBER = re.compile(r"[-－—–/\\*＊×√〇○零无\s\d.,，%％]+")
_CELLS = re.compile(r"\t+|[ \u3000]{2,}|\s*\|\s*")
_BETWEEN = re.compile(r"\t+|\|")
"""Between cells, for certain: blanks may be a sentence's."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE_END = re.compile(r"[。！？；]")
_UNIT = re.compile(r"[条件次个人元项篇份]|人次|万元|件次")
_AMONG = re.compile(r"^\s*其中[：:]")
POINTS = re.compile(r"问题|不足|短板|困难|措施|整改|改进|举措|做法|开展情况")
"""What the columns of a table are called whose cells are a report's text."""
_FUZZY = 0.86
_FRAGMENT = 16  # characters of the longest cell that is known only by its neighbours
_LONGEST_CELL, _LONGEST_ROW = 200, 4000
"""Characters of the longest cell of a form, and of the longest row: other texts are not looked at."""


def _words(text: str) -> str:
    return _MARKS.sub("", _LEADING_NUMBER.sub("", text.strip()))


_CELLS_OF_FORM = frozenset((files("nlp.structure") / _FORM).read_text(encoding="utf-8").split())
_LONG_CELLS = {cell: Counter(cell) for cell in sorted(_CELLS_OF_FORM) if len(cell) >= 6}
_FORM_TEXT = "/".join(sorted(_CELLS_OF_FORM))


def is_form_cell(text: str) -> bool:
    """Whether `text` is a cell of the prescribed tables, typing errors and all."""
    return len(text) <= _LONGEST_CELL and _is_form_cell(text)


@lru_cache(maxsize=4096)
def _is_form_cell(text: str) -> bool:
    words = _words(text)
    if not words:
        return False
    if words in _CELLS_OF_FORM:
        return True
    if len(words) < 6 or _SENTENCE_END.search(text):
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


def table_lines(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it is part of a flattened table.

    Rows that speak for themselves are found first; then short lines between them, and bare numbers beside them.
    """
    listed = {*_list_rows(lines), *_list_cells(lines), *_measured(lines)}
    certain = [i in listed or _is_row(line) for i, line in enumerate(lines)]
    certain = [known or _heads_numbers(lines[i : i + 2]) for i, known in enumerate(certain)]
    numeric = [is_number_cell(line) and bool(line.strip()) for line in lines]
    marked = list(certain)
    for start, stop in _runs(
        [
            c or n or (_is_fragment(line) and not _opens_narrative(line))
            for c, n, line in zip(certain, numeric, lines, strict=True)
        ]
    ):
        run = range(start, stop)
        anchors = [i for i in run if certain[i]]
        numbers = sum(numeric[i] for i in run)
        if not anchors and numbers < 3:
            continue
        first, last = (anchors[0], anchors[-1]) if anchors else (start, stop - 1)
        for i in run:
            inside = first <= i <= last
            if numeric[i] or (
                inside
                and (
                    _is_part_of_form(lines[i])
                    or _between(certain, numeric, i, lines[i])
                    or _is_repeated(lines, i)
                    or _opens_series(numeric, i, lines)
                )
            ):
                marked[i] = True
        _spread(marked, run, lines)
    return marked


def _spread(marked: list[bool], run: range, lines: Sequence[str]) -> None:
    """Mark the cells of the form that stand right before or after marked lines of a run: 总计, 3.其他."""
    for order in (run, run[::-1]):
        for before, i in pairwise(order):
            marked[i] = marked[i] or (marked[before] and _words(lines[i]) in _CELLS_OF_FORM)


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Maximal runs [start, stop) of true flags."""
    runs: list[tuple[int, int]] = []
    for i, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == i:
            runs[-1] = (runs[-1][0], i + 1)
        elif flag:
            runs.append((i, i + 1))
    return runs


def _is_row(line: str) -> bool:
    """Whether the line alone shows that it is a row or a cell of a table."""
    if len(line) > _LONGEST_ROW:
        return False
    cells = [cell for cell in _CELLS.split(line.strip()) if cell]
    if not cells or _is_prose(line):
        return False
    if len(cells) == 1:
        cell = cells[0]
        return (_is_cell_with_numbers(cell) or _is_run_of_cells(cell)) and not _is_section_heading(cell)
    known = sum(is_form_cell(cell) or is_number_cell(cell) or _is_cell_with_numbers(cell) for cell in cells)
    return known >= len(cells) / 2 or (
        "\t" in line.strip() and len(cells) >= 3 and max(map(len, cells)) <= _FRAGMENT
    )


def _heads_numbers(pair: Sequence[str]) -> bool:
    """Whether the first of two lines has the names of columns, and the second a number under the last: 渠道 | 条数."""
    if len(pair) < 2 or max(map(len, pair)) > 2 * _LONGEST_CELL or not all(map(_BETWEEN.search, pair)):
        return False
    names, cells = ([cell.strip() for cell in _BETWEEN.split(line.strip("| \t"))] for line in pair)
    return (
        1 < len(names) == len(cells)
        and all(_HAN.search(name) and len(name) <= _FRAGMENT for name in names)
        and not any(_SENTENCE_END.search(cell) for cell in (*names, *cells))
        and cells[-1] != ""
        and is_number_cell(cells[-1])
    )


def _list_rows(lines: Sequence[str]) -> Iterator[int]:
    """The rows of lists that count themselves: 序号 类别 公开事项 网址, then 1 …, 2 …, of as many cells each."""
    for start, line in enumerate(lines):
        if not line.lstrip().startswith(("序号", "编号")) or POINTS.search(line) or not _is_fragment(line):
            continue
        width, stop = len(line.split()), start + 1
        while width >= 3 and stop < len(lines) and _is_list_row(lines[stop], str(stop - start), width):
            stop += 1
        if stop - start > 2:
            yield from range(start, stop)


def _list_cells(lines: Sequence[str]) -> Iterator[int]:
    """The cells of such lists, one a line: 序号, 制度名称, 颁布时间, then 1 and two cells, 2 and two cells."""
    for start, line in enumerate(lines):
        if line.strip() not in ("序号", "编号"):
            continue
        width = next(
            (n for n in range(2, 8) if [s.strip() for s in lines[start + n : start + n + 1]] == ["1"]), 0
        )
        rows, head = 1, lines[start : start + width]
        while width and _is_cells_of_row(
            lines[start + width * rows : start + width * (rows + 1)], rows, width
        ):
            rows += 1
        if rows > 2 and not POINTS.search("".join(head)):
            yield from range(start, start + width * rows)


def _is_cells_of_row(cells: Sequence[str], number: int, width: int) -> bool:
    return (
        len(cells) == width
        and cells[0].strip() == str(number)
        and not any(len(cell) > _LONGEST_CELL or _SENTENCE_END.search(cell) for cell in cells)
    )


def _measured(lines: Sequence[str]) -> Iterator[int]:
    """Cells with a unit and a number beneath, as the forms of 2008 to 2018 have them: 公开文件数, 条, 30."""
    for i, (unit, number) in enumerate(pairwise(lines[1:])):
        counted = _UNIT.fullmatch(unit.strip()) and number.strip() and is_number_cell(number)
        if counted and _HAN.search(lines[i]) and _is_fragment(lines[i]) and not _opens_narrative(lines[i]):
            yield from (i, i + 1)


def _is_list_row(line: str, number: str, width: int) -> bool:
    cells = line[:_LONGEST_ROW].split()
    return len(cells) == width and cells[0] == number and _SENTENCE_END.search(line) is None


def _is_section_heading(cell: str) -> bool:
    """Whether a cell's words are also what a section is called (依申请公开情况): then only its neighbours can tell."""
    numbered = split_number(cell)
    if numbered is None and not cell.rstrip().endswith("情况"):
        return False
    heading = numbered.rest if numbered else cell
    return is_heading_like(heading) and kind_of(heading) is not SectionKind.LEGACY


def _opens_narrative(line: str) -> bool:
    """Whether the line is the heading of a section that has no table: what follows it, be it 无 alone, is its text."""
    numbered = split_number(line.strip())
    return (
        numbered is not None
        and not is_form_cell(line)
        and is_heading_like(numbered.rest)
        and kind_of(numbered.rest) in (SectionKind.PROBLEMS, SectionKind.OTHER)
    )


_UNITS = "条件次个人元项篇万—"
_NUMBERS_BEHIND = re.compile(
    rf"[{_UNITS}-]*(?:\s+(?:[-\d.,]+(?:[{_UNITS}][{_UNITS}-]*)?|[{_UNITS}][{_UNITS}-]*))*\s+[-\d.,]+\s*$"
    r"|(?<=[\u4e00-\u9fff）)])[\d\s]{2,}$"
)
"""Numbers at the end, each maybe with its unit; no text can be taken for them in two ways."""


def _is_cell_with_numbers(cell: str) -> bool:
    """A form's cell, or one with its row's numbers behind it: 行政许可 0, 总计 0 0 0."""
    if len(cell) > _LONGEST_CELL:
        return False
    if is_form_cell(cell) and len(_words(cell)) > 2:
        return True
    stripped = _NUMBERS_BEHIND.sub("", cell)
    parts = [part for part in stripped.split() if not is_number_cell(part)]
    if stripped == cell and len(parts) < 2:
        return False
    return bool(parts) and all(is_form_cell(part) for part in parts)


_ENUMERATORS = re.compile(
    r"(?<!第)[（(][一二三四五六七八九十]{1,3}[）)]|(?<![第（(一二三四五六七八九十])[一二三四五六七八九十]{1,3}、|\d{1,2}[.．](?=[\u4e00-\u9fff])"
)
"""Before a cell that follows another: 第（一）项 is none."""
_ROW_OF_NUMBERS = re.compile(r"\d\s*[,，]?\s*\d\s*$|[,，]\s*\d+\s*$")
_LONGEST_IN_FORM = max(map(len, _CELLS_OF_FORM))


def _is_run_of_cells(text: str) -> bool:
    """Whether a row's cells stand next to each other with nothing, or commas, between: 自然人法人或其他组织总计.

    Two cells or more, or one with a row of numbers behind it, and not a character that is not the form's. Text lists
    the same things otherwise: 行政许可、行政处罚.
    """
    if len(text) > _LONGEST_ROW or _SENTENCE_END.search(text):
        return False
    words = _words(_ENUMERATORS.sub("", text))
    listed = text.split("、")
    if len(words) < 4 or not _are_cells(words) or (len(listed) > 1 and all(map(is_form_cell, listed))):
        return False
    return words not in _CELLS_OF_FORM or _ROW_OF_NUMBERS.search(text) is not None


def _are_cells(words: str) -> bool:
    """Whether `words` are cells of the form, one behind the other."""
    ends = {0}
    last = 0
    for end in range(1, len(words) + 1):
        if end - last > _LONGEST_IN_FORM:
            return False
        starts = range(max(0, end - _LONGEST_IN_FORM), end)
        if any(start in ends and words[start:end] in _CELLS_OF_FORM for start in starts):
            ends.add(end)
            last = end
    return last == len(words)


def _is_prose(line: str) -> bool:
    """Whether a sentence stands in the line; a row's cells hold none (but for the form's own, which have no stop)."""
    ends = ((cell, max(map(cell.rfind, "。；！？"))) for cell in line.split("\t"))
    if any(_HAN.search(cell, 0, end) for cell, end in ends if end > 0):
        return True
    return line.count("，") >= 2 and not any(is_form_cell(cell) for cell in _CELLS.split(line))


def _is_fragment(line: str) -> bool:
    """Whether the line is short enough for a wrapped cell, and no sentence."""
    text = _AMONG.sub("", line).strip()
    return not text or (
        len(text) <= 2 * _FRAGMENT and not re.search(r"[。；！？：:]", text) and text.count("，") <= 1
    )


def _is_part_of_form(line: str) -> bool:
    """Whether the line's words are a piece of a prescribed cell: cells wrap, and headers run down the page."""
    words = _words(line)
    return not words or words in _FORM_TEXT


def _between(certain: Sequence[bool], numeric: Sequence[bool], i: int, line: str) -> bool:
    """Whether `line`, the i-th, is a word or two with cells on both sides."""
    return (
        0 < i < len(certain) - 1
        and len(_words(line)) <= _FRAGMENT // 2
        and (certain[i - 1] or numeric[i - 1])
        and (certain[i + 1] or numeric[i + 1])
    )


def _is_repeated(lines: Sequence[str], i: int) -> bool:
    """Whether the i-th line is the same as one beside it, as in a row without numbers: 不涉及, 不涉及, 不涉及."""
    beside = (*lines[max(i - 1, 0) : i], *lines[i + 1 : i + 2])
    return lines[i].strip() in (line.strip() for line in beside)


def _opens_series(numeric: Sequence[bool], i: int, lines: Sequence[str]) -> bool:
    """Whether the i-th line is the first of a chart's labels, each with its number beneath: 网站, 43%, 公众号, 22%."""
    return list(numeric[i : i + 4]) == [False, True, False, True] and all(
        len(_words(line)) <= _FRAGMENT // 2 and split_number(line.strip()) is None
        for line in lines[i : i + 3 : 2]
    )

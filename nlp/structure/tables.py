"""Flattened tables: rows and cells of the statutory tables that arrive as lines of text.

A line is a row if it is made of the cells of the form, of numbers, or of several short cells; a short fragment counts
as a cell only among lines that are, so that no sentence is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from nlp.labels import SectionKind
from nlp.structure.cells import (
    CELLS_OF_FORM,
    FRAGMENT,
    HAN,
    LONGEST_CELL,
    LONGEST_ROW,
    SENTENCE_END,
    is_cell_with_numbers,
    is_form_cell,
    is_fragment,
    is_number_cell,
    is_part_of_form,
    is_run_of_cells,
    opens_narrative,
    words_of,
)
from nlp.structure.headings import is_heading_like, kind_of
from nlp.structure.lists import listed
from nlp.structure.numbering import split_number

_CELLS = re.compile(r"\t+|[ \u3000]{2,}|\s*\|\s*")
_BETWEEN = re.compile(r"\t+|\|")
"""Between cells, for certain: blanks may be a sentence's."""


def table_lines(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it is part of a flattened table.

    Rows that speak for themselves are found first; then short lines between them, and bare numbers beside them.
    """
    in_lists = listed(lines)
    certain = [
        i in in_lists or _is_row(line) or _heads_numbers(lines[i : i + 2]) for i, line in enumerate(lines)
    ]
    numeric = [is_number_cell(line) and bool(line.strip()) for line in lines]
    marked = list(certain)
    for start, stop in _runs(
        [
            c or n or (is_fragment(line) and not opens_narrative(line))
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
                    is_part_of_form(lines[i])
                    or _between(certain, numeric, i, lines[i])
                    or _is_repeated(lines, i)
                    or _opens_series(numeric, i, lines)
                )
            ):
                marked[i] = True
        _spread(marked, run, lines)
    return marked


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Maximal runs [start, stop) of true flags."""
    runs: list[tuple[int, int]] = []
    for i, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == i:
            runs[-1] = (runs[-1][0], i + 1)
        elif flag:
            runs.append((i, i + 1))
    return runs


def _spread(marked: list[bool], run: range, lines: Sequence[str]) -> None:
    """Mark the cells of the form that stand right before or after marked lines of a run: 总计, 3.其他."""
    for order in (run, run[::-1]):
        for before, i in pairwise(order):
            marked[i] = marked[i] or (marked[before] and words_of(lines[i]) in CELLS_OF_FORM)


def _is_row(line: str) -> bool:
    """Whether the line alone shows that it is a row or a cell of a table."""
    if len(line) > LONGEST_ROW:
        return False
    cells = [cell for cell in _CELLS.split(line.strip()) if cell]
    if not cells or _is_prose(line):
        return False
    if len(cells) == 1:
        cell = cells[0]
        return (is_cell_with_numbers(cell) or is_run_of_cells(cell)) and not _is_section_heading(cell)
    known = sum(is_form_cell(cell) or is_number_cell(cell) or is_cell_with_numbers(cell) for cell in cells)
    return known >= len(cells) / 2 or (
        "\t" in line.strip() and len(cells) >= 3 and max(map(len, cells)) <= FRAGMENT
    )


def _is_prose(line: str) -> bool:
    """Whether a sentence stands in the line; a row's cells hold none (but for the form's own, which have no stop)."""
    ends = ((cell, max(map(cell.rfind, "。；！？"))) for cell in line.split("\t"))
    if any(HAN.search(cell, 0, end) for cell, end in ends if end > 0):
        return True
    return line.count("，") >= 2 and not any(is_form_cell(cell) for cell in _CELLS.split(line))


def _is_section_heading(cell: str) -> bool:
    """Whether a cell's words are also what a section is called (依申请公开情况): then only its neighbours can tell."""
    numbered = split_number(cell)
    if numbered is None and not cell.rstrip().endswith("情况"):
        return False
    heading = numbered.rest if numbered else cell
    return is_heading_like(heading) and kind_of(heading) is not SectionKind.LEGACY


def _heads_numbers(pair: Sequence[str]) -> bool:
    """Whether the first of two lines has the names of columns, and the second a number under the last: 渠道 | 条数."""
    if len(pair) < 2 or max(map(len, pair)) > 2 * LONGEST_CELL or not all(map(_BETWEEN.search, pair)):
        return False
    names, cells = ([cell.strip() for cell in _BETWEEN.split(line.strip("| \t"))] for line in pair)
    return (
        1 < len(names) == len(cells)
        and all(HAN.search(name) and len(name) <= FRAGMENT for name in names)
        and not any(SENTENCE_END.search(cell) for cell in (*names, *cells))
        and cells[-1] != ""
        and is_number_cell(cells[-1])
    )


def _between(certain: Sequence[bool], numeric: Sequence[bool], i: int, line: str) -> bool:
    """Whether `line`, the i-th, is a word or two with cells on both sides."""
    return (
        0 < i < len(certain) - 1
        and len(words_of(line)) <= FRAGMENT // 2
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
        len(words_of(line)) <= FRAGMENT // 2 and split_number(line.strip()) is None
        for line in lines[i : i + 3 : 2]
    )

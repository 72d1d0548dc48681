"""Lists: rows and cells that their numbers tell, not the form's words.

Offices put lists of their own into a report, of regulations or of web addresses, which count themselves from 1 on;
the forms of 2008 to 2018 list what they count, each cell with its unit and its number beneath. No vocabulary has
these, so they are told by their number and shape, and only where several lines agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nlp.structure.cells import (
    HAN,
    LONGEST_CELL,
    LONGEST_ROW,
    SENTENCE_END,
    is_fragment,
    is_number_cell,
    opens_narrative,
)
from nlp.structure.prose import POINTS

_UNIT = re.compile(r"[条件次个人元项篇份]|人次|万元|件次")


def listed(lines: Sequence[str]) -> set[int]:
    """Which lines are rows or cells of such lists."""
    return {*_rows(lines), *_cells(lines), *_measured(lines)}


def _rows(lines: Sequence[str]) -> Iterator[int]:
    """The rows of lists that count themselves: 序号 类别 公开事项 网址, then 1 …, 2 …, of as many cells each."""
    for start, line in enumerate(lines):
        if not line.lstrip().startswith(("序号", "编号")) or POINTS.search(line) or not is_fragment(line):
            continue
        width, stop = len(line.split()), start + 1
        while width >= 3 and stop < len(lines) and _is_list_row(lines[stop], str(stop - start), width):
            stop += 1
        if stop - start > 2:
            yield from range(start, stop)


def _is_list_row(line: str, number: str, width: int) -> bool:
    cells = line[:LONGEST_ROW].split()
    return len(cells) == width and cells[0] == number and SENTENCE_END.search(line) is None


def _cells(lines: Sequence[str]) -> Iterator[int]:
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
        and not any(len(cell) > LONGEST_CELL or SENTENCE_END.search(cell) for cell in cells)
    )


def _measured(lines: Sequence[str]) -> Iterator[int]:
    """Cells with a unit and a number beneath, as the forms of 2008 to 2018 have them: 公开文件数, 条, 30."""
    for i, (unit, number) in enumerate(pairwise(lines[1:])):
        counted = _UNIT.fullmatch(unit.strip()) and number.strip() and is_number_cell(number)
        if counted and HAN.search(lines[i]) and is_fragment(lines[i]) and not opens_narrative(lines[i]):
            yield from (i, i + 1)

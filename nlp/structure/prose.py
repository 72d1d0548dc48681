"""Prose: the text that a marked table holds, where it holds any."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.document import Paragraph, Table
from nlp.labels import SectionKind
from nlp.structure.cells import is_form_cell, is_form_table, is_number_cell
from nlp.structure.headings import LONGEST, is_canonical, is_heading_like, kind_of, plain, with_its_number
from nlp.structure.numbering import split_number

POINTS = re.compile(r"问题|不足|短板|困难|措施|整改|改进|举措|做法|开展情况")
"""What the columns of a table are called whose cells are a report's text."""
_WHO = re.compile(r"序号|编号|责任|牵头|部门|单位|股室|科室|时限|时间|期限|类别|类型|备注|数量|件数|次数")
_SHORTEST_POINT, _LONGEST_LABEL, _LONGEST_NAME = 4, 8, 12
"""Characters of the shortest cell of a table of points that says something, of the longest label beside one, and of
the longest name above it."""


def prose_of(table: Table) -> list[Paragraph | None]:
    """The sentences of a layout table, the cells of a table of points; nothing of a table of data."""
    if _is_frame(table) or (len(table.rows) == 1 and _is_section_in_a_row(table.rows[0])):
        return list(_read_by_row(table))
    if asked := _narrative_columns(table):
        return list(_read_columns(table, asked))
    cells = [cell.strip() for row in table.rows for cell in row if cell.strip()]
    labelled = {cell.strip() for row in table.rows if _is_labelled_point(row) for cell in row}
    prose = [
        cell
        for cell in cells
        if cell in labelled or cell.count("。") >= 2 or (len(cell) >= 40 and "。" in cell)
    ]
    if not prose or (is_form_table(table.rows) and sum(map(len, prose)) < 0.5 * sum(map(len, cells))):
        return []
    kept = set(prose)
    seen = dict.fromkeys(cells)  # a cell that spans columns is repeated in each of them
    return [
        Paragraph(text, table.origin)
        for cell in seen
        for text in cell.split("\n")
        if text.strip() and (cell in kept or is_heading_like(_without_number(text)))
    ]


def _narrative_columns(table: Table) -> list[int]:
    """The columns of a table of points (存在问题 | 改进措施 | 责任股室) that hold text; none of any other table.

    Such a table has a row of several names above. One cell there is a section's heading in a frame, and names down the
    first column are those of a form: 存在问题 | 更新慢, then 改进措施 | 按月公开.
    """
    header = ["".join(cell.split()) for cell in table.rows[0]] if table.rows else []
    named = {i: name for i, name in enumerate(header) if 0 < len(name) <= LONGEST}
    if len(set(named.values())) < 2 or not any(map(POINTS.search, named.values())):
        return []
    if any("。" in name for name in header) or any(row and _is_label(row[0]) for row in table.rows[1:]):
        return []
    return [] if is_form_table(table.rows) else [i for i, name in named.items() if not _WHO.search(name)]


def is_table_of_points(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows whose cells were parted at tabs are a table of points: its header holds nothing but such names."""
    header = [name.strip() for name in rows[0] if name.strip()] if len(rows) > 1 else []
    return (
        len(header) > 1
        and all(len(name) <= _LONGEST_NAME and (POINTS.search(name) or _WHO.search(name)) for name in header)
        and not any(split_number(name) or "，" in name for name in header)
        and bool(_narrative_columns(Table(tuple(map(tuple, rows)))))
    )


def _is_labelled_point(row: Sequence[str]) -> bool:
    """Whether a row of a form is text though it has no stop: 存在的主要问题 | 更新慢，解读形式单一."""
    cells = list(dict.fromkeys(cell.strip() for cell in row if cell.strip()))
    return len(cells) == 2 and _is_label(cells[0]) and _says_something(cells[1])


def _says_something(cell: str) -> bool:
    """Whether a cell is more than the name of a column beside the first: 存在的问题 | 原因分析."""
    if is_number_cell(cell) or is_form_cell(cell):
        return False
    return re.search(r"[，；。]", cell) is not None or (
        len(cell) > _LONGEST_LABEL and not is_heading_like(_without_number(cell))
    )


def _is_label(cell: str) -> bool:
    words = plain(_without_number(cell))
    return len(words) <= _LONGEST_LABEL and kind_of(words) in (SectionKind.PROBLEMS, SectionKind.PLANS)


def _read_columns(table: Table, columns: Sequence[int]) -> Iterator[Paragraph]:
    """The cells of these columns, row by row, without the header; one that spans rows is read once."""
    above: dict[int, str] = {}
    for row in table.rows[1:]:
        for i in columns:
            cell = row[i].strip() if i < len(row) else ""
            if above.get(i) == cell:
                continue
            above[i] = cell
            if len("".join(cell.split())) >= _SHORTEST_POINT and not is_number_cell(cell):
                yield from (Paragraph(text, table.origin) for text in cell.split("\n") if text.strip())


def _is_frame(table: Table) -> bool:
    """Whether a table holds the report itself: a sentence, which most tables lack, and headings of two sections."""
    cells = {cell.strip() for row in table.rows for cell in row}
    says_something = any("。" in cell for cell in cells) or any(map(_is_labelled_point, table.rows))
    return says_something and (sum(is_canonical(_without_number(cell)) for cell in cells) >= 2)


def _read_by_row(table: Table) -> Iterator[Paragraph | None]:
    """The text of a table that holds the report, and a gap for each row of data in it.

    A row is text where it is one cell (also those of a flattened table within, which are told later), where a cell
    holds a sentence, and where it opens with a heading: 六、其他需要报告的事项 | 无.
    """
    for row in table.rows:
        cells = [cell.strip() for cell in with_its_number(row) if cell.strip()]
        if len(cells) > 1 and not any("。" in cell for cell in cells) and not _opens_section(cells[0]):
            yield None
            continue
        for text in "\n".join(dict.fromkeys(cells)).split("\n"):
            if text.strip():
                yield Paragraph(text, table.origin)


def _is_section_in_a_row(row: Sequence[str]) -> bool:
    """Whether a row is a section of its own, as a sheet has it: 六、其他需要报告的事项 | 无."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) == 2 and split_number(cells[0]) is not None and _opens_section(cells[0])


def _opens_section(cell: str) -> bool:
    words = _without_number(cell)
    return is_heading_like(words) and kind_of(words) is not SectionKind.LEGACY and not is_form_cell(cell)


def _without_number(text: str) -> str:
    numbered = split_number(text)
    return numbered.rest if numbered else text

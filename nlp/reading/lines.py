"""Lines: text placed on pages, freed of page furniture and joined into paragraphs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from nlp.document import Block, Origin, Paragraph, Table
from nlp.reading.paragraphs import line_is_open, starts_paragraph
from nlp.structure.furniture import is_page_number

_EDGE = 0.09
"""The share of a page's height, above and below, in which page numbers and running heads stand."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a page; lengths in points, from the page's top left corner.

    `edge` says that it stands where page numbers do. Lines of one `frame` (a column of pages of one width) have their
    margins in common. `pieces` counts the stretches of text between wide gaps.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    page: int
    edge: bool
    frame: Hashable = None
    pieces: int = 1


Item = Line | Table


def is_edge(top: float, bottom: float, height: float) -> bool:
    """Whether a line stands at the upper or lower edge of a page of that height."""
    return bottom < _EDGE * height or top > (1 - _EDGE) * height


def without_furniture(items: Sequence[Item]) -> list[Item]:
    """The items but for page numbers, and for the heads and feet that most pages repeat."""
    pages = {item.page for item in items if isinstance(item, Line)}
    edges = Counter(
        _shape(text)
        for _, text in {(item.page, item.text) for item in items if isinstance(item, Line) and item.edge}
    )

    def kept(item: Item) -> bool:
        if isinstance(item, Table) or not item.edge:
            return True
        if is_page_number(item.text, at_edge=True):
            return False
        return not (len(pages) > 2 and edges[_shape(item.text)] > len(pages) / 2)

    return [item for item in items if kept(item)]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text.strip())


def join(items: Sequence[Item]) -> Iterator[Block]:
    """Paragraphs from lines: a line goes on with the next unless it ends short or the next one is indented."""
    margins = _margins([item for item in items if isinstance(item, Line)])
    text, origin, last = "", Origin(), None
    for item in items:
        if isinstance(item, Line) and last is not None and _goes_on(last, item, margins):
            text += item.text if _is_cjk(text[-1:]) or _is_cjk(item.text[:1]) else " " + item.text
            last = item
            continue
        if (
            isinstance(item, Table)
            and last is not None
            and last.x1 > margins[last.frame][1] - 2 * last.size
            and line_is_open(text)
        ):
            yield item  # a table in the middle of a sentence: the sentence goes on behind it
            continue
        if text:
            yield Paragraph(text, origin)
        text, last = "", None
        if isinstance(item, Table):
            yield item
        else:
            text, origin, last = item.text, Origin(page=item.page), item
    if text:
        yield Paragraph(text, origin)


def _is_cjk(character: str) -> bool:
    return bool(character) and ord(character) > 0x2E7F


_Margins = dict[Hashable, tuple[float, float]]


def _margins(lines: Sequence[Line]) -> _Margins:
    """The left and the right margin of each frame."""
    frames: dict[Hashable, list[Line]] = defaultdict(list)
    for line in lines:
        frames[line.frame].append(line)
    return {
        frame: (
            _margin([line.x0 for line in within], lowest=True),
            _margin([line.x1 for line in within], lowest=False),
        )
        for frame, within in frames.items()
    }


def _margin(positions: Sequence[float], lowest: bool) -> float:
    """Where most lines begin or end: the outermost position that more than a tenth of the lines share."""
    counts = Counter(round(position / 4) for position in positions)
    common = [place for place, count in counts.items() if count >= max(2, len(positions) / 10)] or list(
        counts
    )
    return 4.0 * (min(common) if lowest else max(common))


def _goes_on(line: Line, following: Line, margins: _Margins) -> bool:
    """Whether two lines belong to one paragraph."""
    size = max(line.size, 1.0)
    if abs(line.size - following.size) > 0.2 * size:
        return False
    if following.x0 > margins[following.frame][0] + 1.2 * size:  # an indented first line, or a centred one
        return False
    if line.x1 < margins[line.frame][1] - 2.5 * size:  # a short line ends its paragraph
        return False
    if min(line.pieces, following.pieces) > 1:  # rows of a table
        return False
    if line.page == following.page and following.top - line.bottom > 2.2 * size:
        return False
    return line_is_open(line.text) or not starts_paragraph(following.text)

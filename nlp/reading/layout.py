"""Layout: characters and rules placed on a page, into lines and tables in reading order.

Pages whose text runs sideways are turned; characters behind the text (watermarks) and across it are dropped.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from nlp.document import Origin, Table
from nlp.reading.characters import clean
from nlp.reading.columns import Piece, Row, in_reading_order
from nlp.reading.lines import Item, Line, is_edge

_TILT = 4.0
"""Degrees off the upright from which on text lies across the page; scanned pages lean less."""
_LARGE = 1.6
"""How many times larger than the page's text a watermark is."""
_PALE = (0.6, 0.97)
"""The lightness (0 black, 1 white) of large grey text that is a watermark; white text stands on something dark."""
MAX_EDGES, _MAX_CROSSINGS = 4000, 5000
"""Edges of rules on a page, and places where they may cross, beyond which it is a drawing rather than tables."""
_MOST_SIZES = 50
"""Sizes and colours of large characters beyond which none is taken for a watermark."""
_GAP = 1.2
"""How many characters wide a gap is that parts the pieces of a line."""

Char = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Canvas:
    """What stands on a page: characters and the edges of rules and boxes, as pdfplumber describes them.

    Lengths are in points, from the page's top left corner. Of a character, `text`, `x0`, `x1`, `top`, `bottom`, `size`,
    `matrix` and `non_stroking_color` count; of an edge, `x0`, `x1`, `top`, `bottom`, `width`, `height`, `orientation`.
    """

    chars: list[Char]
    edges: list[dict[str, Any]]
    width: float
    height: float

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """The page's own box."""
        return (0, 0, self.width, self.height)


def items_of(canvas: Canvas, number: int) -> list[Item]:
    """Lines and tables of the page of that number, in reading order."""
    from pdfplumber.table import TableFinder

    canvas = _upright(canvas)
    canvas = _with(canvas, _without_watermarks(canvas.chars))
    page: Any = canvas  # all of a page that the finder looks at
    tables = (
        [table for table in TableFinder(page).tables if len(table.cells) > 2] if _has_tables(canvas) else []
    )
    boxes = [table.bbox for table in tables]

    def outside(char: Char) -> bool:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        return not any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)

    rows = list(_rows([char for char in canvas.chars if outside(char)]))
    for table in tables:
        cells = tuple(
            tuple(clean(cell or "").replace("\n", "") for cell in row)
            for row in table.extract(x_tolerance=1.5)
            if any(row)
        )
        if cells:
            x0, top, x1, bottom = table.bbox
            rows.append(Row((Piece(Table(cells, Origin(page=number)), x0, x1, top, bottom, 10.0),), ""))
    return list(place(rows, canvas.width, canvas.height, number))


def _has_tables(canvas: Canvas) -> bool:
    """Whether the page's rules are few enough to be those of tables: a drawing has any number."""
    across = {round(edge["top"] / 3) for edge in canvas.edges if edge["orientation"] == "h"}
    upright = {round(edge["x0"] / 3) for edge in canvas.edges if edge["orientation"] == "v"}
    return len(canvas.edges) <= MAX_EDGES and len(across) * len(upright) <= _MAX_CROSSINGS


def place(rows: Sequence[Row], width: float, height: float, number: int) -> Iterator[Item]:
    """Rows of the page of that size and number, as lines and tables in reading order."""
    for placed in in_reading_order(rows):
        pieces = placed.row.pieces
        for piece in pieces:
            if isinstance(piece.content, Table):
                yield piece.content
        texts = [piece for piece in pieces if isinstance(piece.content, str)]
        if placed.row.text.strip() and texts:
            top, bottom = min(piece.top for piece in texts), max(piece.bottom for piece in texts)
            yield Line(
                placed.row.text,
                min(piece.x0 for piece in texts),
                max(piece.x1 for piece in texts),
                top,
                bottom,
                median(piece.size for piece in texts),
                number,
                is_edge(top, bottom, height),
                (round(width), placed.column),
                len(texts),
            )


def _with(canvas: Canvas, chars: list[Char]) -> Canvas:
    return Canvas(chars, canvas.edges, canvas.width, canvas.height)


def _quarter(char: Char) -> int | None:
    """How many quarters of a turn, against the clock, a character is turned by; None if it lies across."""
    a, b = char["matrix"][:2]
    degrees = math.degrees(math.atan2(b, a))
    quarter = round(degrees / 90)
    return quarter % 4 if abs(degrees - 90 * quarter) <= _TILT else None


def _upright(canvas: Canvas) -> Canvas:
    """The page turned so that most of its text is upright, without the text that then is not."""
    quarters = [_quarter(char) for char in canvas.chars]
    counts = Counter(
        quarter
        for quarter, char in zip(quarters, canvas.chars, strict=True)
        if quarter is not None and char["text"].strip()
    )
    turn = max(counts, key=lambda quarter: (counts[quarter], -quarter), default=0)
    chars = [char for quarter, char in zip(quarters, canvas.chars, strict=True) if quarter == turn]
    if not turn:
        return _with(canvas, chars)
    size = (canvas.height, canvas.width) if turn % 2 else (canvas.width, canvas.height)
    return Canvas(
        [_turned_char(char, turn, canvas) for char in chars],
        [_turned_edge(edge, turn, canvas) for edge in canvas.edges],
        *size,
    )


def _turned(box: dict[str, Any], turn: int, canvas: Canvas) -> dict[str, Any]:
    """A box on the page turned with the clock by so many quarters."""
    x0, x1, top, bottom = box["x0"], box["x1"], box["top"], box["bottom"]
    if turn == 1:
        x0, x1, top, bottom = canvas.height - bottom, canvas.height - top, x0, x1
    elif turn == 2:
        x0, x1, top, bottom = (
            canvas.width - x1,
            canvas.width - x0,
            canvas.height - bottom,
            canvas.height - top,
        )
    else:
        x0, x1, top, bottom = top, bottom, canvas.width - x1, canvas.width - x0
    sides = {"x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": x1 - x0, "height": bottom - top}
    return {**box, **sides, "doctop": top}


def _turned_char(char: Char, turn: int, canvas: Canvas) -> Char:
    turned = _turned(char, turn, canvas)
    return {**turned, "size": turned["height"], "upright": True}


def _turned_edge(edge: dict[str, Any], turn: int, canvas: Canvas) -> dict[str, Any]:
    turned = _turned(edge, turn, canvas)
    swapped = {"h": "v", "v": "h"}.get(edge.get("orientation", ""), edge.get("orientation"))
    return {**turned, "orientation": swapped if turn % 2 else edge.get("orientation")}


def _without_watermarks(chars: list[Char]) -> list[Char]:
    """The characters but for large ones that are pale grey, or that lie under the text."""
    printed = [char for char in chars if char["text"].strip()]
    if not printed:
        return chars
    usual = median(char["size"] for char in printed)
    large: dict[tuple[int, str], list[Char]] = defaultdict(list)
    for char in printed:
        if char["size"] > _LARGE * usual:
            large[round(char["size"]), str(char.get("non_stroking_color"))].append(char)
    if not 0 < len(large) <= _MOST_SIZES:
        return chars
    body = [char for char in printed if char["size"] <= _LARGE * usual]
    dropped = {id(char) for group in large.values() if _is_watermark(group, body) for char in group}
    return [char for char in chars if id(char) not in dropped]


def _is_watermark(group: Sequence[Char], body: Sequence[Char]) -> bool:
    """Whether large characters of one size and colour are a watermark among the characters of the body."""
    return _is_pale(group[0].get("non_stroking_color")) or (
        sum(_covers(char, body) for char in group[:200]) >= len(group[:200]) / 3
    )


def _covers(char: Char, body: Sequence[Char]) -> bool:
    """Whether text stands on a character: genuine text never does."""
    inset = 0.1 * char["size"]
    x0, x1, top, bottom = char["x0"] + inset, char["x1"] - inset, char["top"] + inset, char["bottom"] - inset
    return any(
        x0 < (other["x0"] + other["x1"]) / 2 < x1 and top < (other["top"] + other["bottom"]) / 2 < bottom
        for other in body
    )


def _is_pale(colour: object) -> bool:
    """Whether a colour (grey, RGB or CMYK, each part from 0 to 1) is a light grey."""
    parts = colour if isinstance(colour, tuple | list) else (colour,)
    if not all(isinstance(part, int | float) for part in parts):
        return False
    if len(parts) == 4:
        cyan, magenta, yellow, black = parts
        parts = tuple((1 - part) * (1 - black) for part in (cyan, magenta, yellow))
    if len(parts) not in (1, 3):
        return False
    lowest, highest = float(min(parts)), float(max(parts))
    return _PALE[0] <= lowest <= _PALE[1] and highest - lowest <= 0.15


def _rows(chars: list[Char]) -> Iterator[Row]:
    """The rows of text that characters make, cut into pieces at wide gaps."""
    from pdfplumber.utils.text import chars_to_textmap

    if not chars:
        return
    lines = chars_to_textmap(chars, x_tolerance=1.5, y_tolerance=3).extract_text_lines(
        strip=True, return_chars=True
    )
    for line in lines:
        text = _printed(_without_gaps(line["chars"], line["text"]))
        if text.strip():
            yield Row(tuple(_piece(part) for part in _parted(line["chars"])), text)


def _parted(chars: Sequence[Char]) -> Iterator[list[Char]]:
    part: list[Char] = []
    for char in chars:
        if part and char["x0"] - part[-1]["x1"] > _GAP * char["size"]:
            yield part
            part = []
        part.append(char)
    if part:
        yield part


def _piece(chars: list[Char]) -> Piece:
    return Piece(
        _printed(_without_gaps(chars, None)),
        min(char["x0"] for char in chars),
        max(char["x1"] for char in chars),
        min(char["top"] for char in chars),
        max(char["bottom"] for char in chars),
        median(char["size"] for char in chars),
    )


def _printed(text: str) -> str:
    return clean(text).replace("\n", "")


def _without_gaps(chars: Sequence[Char], text: str | None) -> str:
    """A line's text with spaces only where there is a wide gap: justified Chinese text is full of narrow ones.

    `text` is what a line without Chinese says, if it is known.
    """
    chinese = any("\u4e00" <= char["text"] <= "\u9fff" for char in chars)
    if not chinese and text is not None:
        return text
    widest, blank = (0.8, "  ") if chinese else (0.2, " ")
    parts: list[str] = []
    for before, char in zip([None, *chars[:-1]], chars, strict=True):
        if before is not None and char["x0"] - before["x1"] > widest * char["size"]:
            parts.append(blank)
        parts.append(char["text"])
    return "".join(parts)

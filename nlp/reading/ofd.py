"""OFD (GB/T 33190), the Chinese fixed-layout format: text objects placed on pages, read as those of a PDF are.

An OFD is a zip file of XML: OFD.xml names the documents, each Document.xml its pages in order, and a page's Content.xml
holds the text objects. Lengths in it are in millimetres, from the page's top left corner.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import Any

from nlp.document import Document, FileFormat
from nlp.errors import DamagedFile, NoTextLayer, TooLarge
from nlp.notice import page_missing, pages_unread
from nlp.reading.characters import clean
from nlp.reading.layout import MAX_EDGES, Canvas, Char, items_of
from nlp.reading.lines import Item, join, without_furniture
from nlp.reading.xml import Element, parse_xml
from nlp.reading.zips import DOCUMENT, open_zip, read_entry

MAX_PAGES = 2000
_MAX_CHARS = 100_000
"""Characters of a page."""
_POINT = 72 / 25.4
"""Points of a millimetre."""
_ASCENT = 0.88
"""The share of a character's size that stands above its base line."""
_A4 = (0.0, 0.0, 210.0, 297.0)
_ADVICE = "get the file again from where it came"
_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{4})")
_PATH = re.compile(r"[A-Za-z]|[-+.\d]+(?:[eE][-+]?\d+)?")
_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""The commands of a path, with how many numbers each takes; the last two are where it ends."""

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]


def read_ofd(data: bytes, source: str) -> Document:
    """Paragraphs and tables of an OFD, page by page.

    Raises NoTextLayer (scanned pages), DamagedFile, EncryptedFile, TooLarge.
    """
    items: list[Item] = []
    warnings: list[str] = []
    images: list[int] = []
    with open_zip(io.BytesIO(data), source, ".ofd", _ADVICE) as archive:
        package = _Package.of(archive, source)
        root = package.part("OFD.xml")
        if root is None:
            raise DamagedFile(source, "an .ofd without an OFD.xml", _ADVICE)
        for number, page in enumerate(_pages(root, package), 1):
            if number > MAX_PAGES:
                raise TooLarge(source, f"more than {MAX_PAGES} pages", "split it")
            if page.content is None:
                warnings.append(page_missing(number))
                continue
            own = items_of(_canvas(page.content, page.box, source), number)
            if not without_furniture(own) and page.content.find(".//{*}ImageObject") is not None:
                images.append(number)
            items.extend(own)
    items = without_furniture(items)
    if not items and warnings:
        raise DamagedFile(source, "an .ofd without its pages", _ADVICE)
    if not items:
        raise NoTextLayer(source, "the OFD holds only images of pages" if images else "the OFD holds no text")
    title = root.findtext("{*}DocBody/{*}DocInfo/{*}Title")
    if images:
        warnings.append(pages_unread(images))
    blocks = tuple(join(items))
    return Document(source, FileFormat.OFD, blocks, clean(title).strip() if title else None, tuple(warnings))


@dataclass(slots=True)
class _Package:
    """The parts of an OFD by name, whatever the case; none is a file anywhere."""

    archive: zipfile.ZipFile
    source: str
    names: dict[str, zipfile.ZipInfo]
    parsed: int = 0

    @classmethod
    def of(cls, archive: zipfile.ZipFile, source: str) -> _Package:
        names = {
            _normal(info.filename): info for info in archive.infolist() if not info.filename.endswith("/")
        }
        return cls(archive, source, names)

    def find(self, location: str, base: str = "") -> str | None:
        """The name of the part that a location stands for, in a part named `base` or from the root; None if none."""
        places = (posixpath.join(posixpath.dirname(base), location), location)
        return next((name for place in places if (name := _normal(place)) in self.names), None)

    def part(self, name: str | None) -> Element | None:
        """A part's root element; None if there is no such part. Raises TooLarge where parts are read over and over."""
        info = self.names.get(_normal(name)) if name is not None else None
        if info is None:
            return None
        self.parsed += info.file_size
        if self.parsed > DOCUMENT.unpacked_bytes:
            raise TooLarge(self.source, f"its pages hold more than {DOCUMENT.unpacked_bytes // 2**20} MiB")
        return parse_xml(read_entry(self.archive, info, self.source))


def _normal(name: str) -> str:
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()


@dataclass(frozen=True, slots=True)
class _Page:
    """A page: its content, None if the file lacks it, and its box."""

    content: Element | None
    box: Box


def _pages(root: Element, package: _Package) -> Iterator[_Page]:
    """The pages of all documents, in order."""
    for location in root.iterfind("{*}DocBody/{*}DocRoot"):
        name = package.find((location.text or "").strip())
        document = package.part(name)
        if document is None:
            raise DamagedFile(package.source, "an .ofd without its document", _ADVICE)
        usual = _box(document.findtext("{*}CommonData/{*}PageArea/{*}PhysicalBox"), _A4)
        for page in document.iterfind("{*}Pages/{*}Page"):
            content = package.part(package.find(page.get("BaseLoc", ""), name or ""))
            own = content.findtext("{*}Area/{*}PhysicalBox") if content is not None else None
            yield _Page(content, _box(own, usual))


def _numbers(text: str | None) -> list[float]:
    """The numbers in an attribute; what is none, or none that a page has room for, is 0."""
    return [_number(word) for word in (text or "").split()]


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        return 0.0
    return number if abs(number) < 1e6 else 0.0  # not for inf and nan either


def _box(text: str | None, default: Box) -> Box:
    numbers = _numbers(text)
    if len(numbers) != 4 or min(numbers[2:]) <= 0:
        return default
    left, top, width, height = numbers
    return left, top, width, height


def _canvas(content: Element, box: Box, source: str) -> Canvas:
    """A page's characters and rules, in points."""
    chars: list[Char] = []
    edges: list[dict[str, Any]] = []
    for element in content.iterfind("{*}Content/{*}Layer//*"):
        if not isinstance(element.tag, str) or element.get("Visible") == "false":
            continue
        kind = element.tag.rpartition("}")[2]
        if kind == "TextObject":
            chars.extend(islice(_chars(element), _MAX_CHARS + 1 - len(chars)))
        elif kind == "PathObject" and len(edges) <= MAX_EDGES:
            edges.extend(islice(_edges(element), MAX_EDGES + 1 - len(edges)))
        if len(chars) > _MAX_CHARS:
            raise TooLarge(source, f"a page of more than {_MAX_CHARS} characters")
    return Canvas(chars, edges, _POINT * box[2], _POINT * box[3])


def _matrix(element: Element) -> Matrix:
    """From an object's own coordinates to the page's, in points: CTM, then the boundary's corner."""
    numbers = _numbers(element.get("CTM"))
    a, b, c, d, e, f = numbers if len(numbers) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    left, top = [*_numbers(element.get("Boundary")), 0.0, 0.0][:2]
    return _POINT * a, _POINT * b, _POINT * c, _POINT * d, _POINT * (e + left), _POINT * (f + top)


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _chars(element: Element) -> Iterator[Char]:
    """The characters of a text object, each in its place."""
    matrix = _matrix(element)
    size = _number(element.get("Size", "")) or 3.0
    stretch = _number(element.get("HScale", "")) or 1.0
    height = size * math.hypot(matrix[2], matrix[3])
    if not height > 0:
        return
    colour = _colour(element)
    x = y = 0.0
    for code in element.iterfind("{*}TextCode"):
        x = _number(code.get("X", "")) if code.get("X") else x
        y = _number(code.get("Y", "")) if code.get("Y") else y
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), (code.text or "").strip("\r\n"))
        right, down = x, y
        steps = zip(_deltas(code.get("DeltaX")), _deltas(code.get("DeltaY")), strict=False)
        for char, (across, along) in zip(text, steps, strict=False):
            natural = size * stretch * _width(char)
            advance = (across or 0.0) if across or along else natural
            wide = advance if 0 < advance <= 1.5 * size else natural
            yield _char(char, matrix, right, down, wide, height, colour)
            right, down = right + advance, down + (along or 0.0)


def _deltas(text: str | None) -> Iterator[float | None]:
    """The steps between characters, `g 3 2.5` standing for 2.5 2.5 2.5; None for ever after the last."""

    def steps() -> Iterator[float | None]:
        words = iter((text or "").split())
        for word in words:
            if word == "g":
                times, step = next(words, "0"), _number(next(words, "0"))
                yield from repeat(step, max(0, int(_number(times))))
            else:
                yield _number(word)

    return chain(steps(), repeat(None))


def _width(char: str) -> float:
    """The width of a character in ems, where the file does not say."""
    return 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5


def _char(
    text: str,
    matrix: Matrix,
    x: float,
    y: float,
    wide: float,
    height: float,
    colour: tuple[float, ...] | None,
) -> Char:
    """A character as pdfplumber describes one; its matrix counts upwards, as a PDF's does."""
    left, base = _at(matrix, x, y)
    right, end = _at(matrix, x + wide, y)
    a, b, c, d = matrix[:4]
    up = (
        height * c / math.hypot(c, d),
        height * d / math.hypot(c, d),
    )  # along the character's height, downwards
    xs = [x + share * up[0] for x in (left, right) for share in (-_ASCENT, 1 - _ASCENT)]
    ys = [y + share * up[1] for y in (base, end) for share in (-_ASCENT, 1 - _ASCENT)]
    return {
        "object_type": "char",
        "text": text,
        "x0": min(xs),
        "x1": max(xs),
        "top": min(ys),
        "bottom": max(ys),
        "doctop": min(ys),
        "width": max(xs) - min(xs),
        "height": max(ys) - min(ys),
        "size": height,
        "upright": True,
        "matrix": (a, -b, -c, d, left, -base),
        "non_stroking_color": colour,
    }


def _colour(element: Element) -> tuple[float, ...] | None:
    """The colour of an object's text as it looks on white paper, each part from 0 to 1; None for black."""
    fill = element.find("{*}FillColor")
    parts = [
        min(max(part / 255, 0.0), 1.0) for part in _numbers(fill.get("Value") if fill is not None else None)
    ]
    opacity = 1.0
    for alpha in (element.get("Alpha"), fill.get("Alpha") if fill is not None else None):
        opacity *= min(max(_number(alpha) / 255, 0.0), 1.0) if alpha else 1.0
    if len(parts) not in (1, 3):
        parts = [0.0]
    return tuple(1 - opacity * (1 - part) for part in parts)


def _edges(element: Element) -> Iterator[dict[str, Any]]:
    """The upright and level strokes of a path, as pdfplumber describes edges."""
    matrix = _matrix(element)
    here = start = (0.0, 0.0)
    words = _PATH.finditer(element.findtext("{*}AbbreviatedData") or "")
    for word in words:
        command = word.group().upper()
        count = _ARGUMENTS.get(command)
        if count is None:
            continue
        numbers = [_number(argument.group()) for argument in islice(words, count)]
        there = start if not numbers else (numbers[-2], numbers[-1]) if len(numbers) == count else here
        if command in "SM":
            start = there
        elif command in "LC":
            yield from _edge(_at(matrix, *here), _at(matrix, *there))
        here = there


def _edge(start: tuple[float, float], end: tuple[float, float]) -> Iterator[dict[str, Any]]:
    (x0, x1), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    width, height = x1 - x0, bottom - top
    if min(width, height) > 0.5 or max(width, height) <= 0.5:
        return
    yield {
        "object_type": "line", "x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": width, "height": height,
        "orientation": "h" if width > height else "v",
    }  # fmt: skip

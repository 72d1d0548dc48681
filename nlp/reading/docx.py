"""Word documents (.docx): paragraphs and tables in order, as Word would show them with all changes accepted."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from nlp.document import Block, Document, FileFormat, Origin, Paragraph, Table
from nlp.errors import DamagedFile
from nlp.reading.characters import clean
from nlp.reading.xml import Element, parse_xml
from nlp.reading.zips import open_zip, read_entry

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_SKIPPED = {
    f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sectPr", "tblPr")
} | {f"{_MC}Fallback"}
_CONTAINERS = {
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink")
}


def read_docx(data: bytes, source: str) -> Document:
    """Body text of a Word document. Raises DamagedFile, EncryptedFile or TooLarge."""
    advice = "open it in Word, save it again and retry"
    with open_zip(io.BytesIO(data), source, ".docx", advice) as archive:
        names = set(archive.namelist())

        def part(name: str) -> Element | None:
            return parse_xml(read_entry(archive, name, source)) if name in names else None

        main = part("word/document.xml")
        if main is None:
            raise DamagedFile(source, "a .docx without a document in it", "get the file again")
        body = main.find(f"{_W}body")
        numbering = part("word/numbering.xml")
        styles = part("word/styles.xml")
        core = part("docProps/core.xml")
    if body is None:
        raise DamagedFile(source, "a .docx without a body", advice)
    title = core.findtext(_DC_TITLE) if core is not None else None
    walker = _Walker(_Numbering.of(numbering), _Styles.of(styles))
    return Document(source, FileFormat.DOCX, tuple(walker.blocks(body)), clean(title) if title else None)


def _value(element: Element | None, name: str = "val") -> str | None:
    return None if element is None else element.get(f"{_W}{name}")


def _integer(text: str | None, default: int) -> int:
    """A number as an attribute gives it; `default` for what is none, or none that a document has use for."""
    return int(text) if text and len(text) <= 6 and text.isdecimal() else default


def _is_on(element: Element | None) -> bool:
    return element is not None and _value(element) not in ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class _Styles:
    """Outline levels and numbering that paragraphs inherit from their styles, by style id."""

    levels: dict[str, int]
    numbering: dict[str, Element]

    @classmethod
    def of(cls, root: Element | None) -> _Styles:
        levels: dict[str, int] = {}
        numbering: dict[str, Element] = {}
        for style in root.iter(f"{_W}style") if root is not None else ():
            identity = style.get(f"{_W}styleId", "")
            name = (_value(style.find(f"{_W}name")) or "").lower()
            outline = _value(style.find(f"{_W}pPr/{_W}outlineLvl"))
            heading = re.fullmatch(r"heading (\d)", name)
            if heading:
                levels[identity] = int(heading.group(1))
            elif _integer(outline, 9) < 9:
                levels[identity] = _integer(outline, 9) + 1
            numbered = style.find(f"{_W}pPr/{_W}numPr")
            if numbered is not None:
                numbering[identity] = numbered
        return cls(levels, numbering)


@dataclass(slots=True)
class _Numbering:
    """Automatic numbers: the pattern of each level of each list, and where its count stands.

    `restarts` are the numbers from which a list's level counts anew when its numbering is first used.
    """

    levels: dict[tuple[str, int], tuple[str, str, int]]
    abstract: dict[str, str]
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    counts: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(lambda: [None] * 9))

    @classmethod
    def of(cls, root: Element | None) -> _Numbering:
        levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        abstract: dict[str, str] = {}
        restarts: dict[tuple[str, int], int] = {}
        for definition in root.iter(f"{_W}abstractNum") if root is not None else ():
            identity = definition.get(f"{_W}abstractNumId", "")
            for level in definition.iter(f"{_W}lvl"):
                levels[identity, _integer(level.get(f"{_W}ilvl"), 0)] = (
                    _value(level.find(f"{_W}numFmt")) or "decimal",
                    _value(level.find(f"{_W}lvlText")) or "",
                    _integer(_value(level.find(f"{_W}start")), 1),
                )
        for number in root.iter(f"{_W}num") if root is not None else ():
            own = number.get(f"{_W}numId", "")
            abstract[own] = _value(number.find(f"{_W}abstractNumId")) or ""
            for override in number.iter(f"{_W}lvlOverride"):
                start = _value(override.find(f"{_W}startOverride"))
                if start is not None:
                    restarts[own, _integer(override.get(f"{_W}ilvl"), 0)] = _integer(start, 1)
        return cls(levels, abstract, restarts)

    def next(self, properties: Element) -> str:
        """The number of the next paragraph with these properties (numPr), as text."""
        own = _value(properties.find(f"{_W}numId")) or ""
        identity = self.abstract.get(own, "")
        at = min(_integer(_value(properties.find(f"{_W}ilvl")), 0), 8)
        if (identity, at) not in self.levels:
            return ""
        counts = self.counts[identity]
        current = counts[at]
        restart = self.restarts.pop((own, at), None)
        if restart is not None:
            counts[at] = restart
        else:
            counts[at] = self.levels[identity, at][2] if current is None else current + 1
        counts[at + 1 :] = [None] * (8 - at)
        style, pattern, _ = self.levels[identity, at]
        if style in ("bullet", "none"):
            return ""

        def number(match: re.Match[str]) -> str:
            which = int(match.group(1)) - 1
            form, _, start = self.levels.get((identity, which), ("decimal", "", 1))
            count = counts[which] if which < 9 else None
            return format_number(start if count is None else count, form)

        return re.sub(r"%(\d)", number, pattern)


_CHINESE_FORMS = frozenset(
    {"chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "japaneseCounting",
     "taiwaneseCounting", "taiwaneseCountingThousand"}
)  # fmt: skip


def format_number(value: int, form: str) -> str:
    """`value` in one of Word's number formats (ECMA-376, 17.18.59)."""
    if form in _CHINESE_FORMS:
        return _chinese(value)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
        return chr(ord("a" if form == "lowerLetter" else "A") + value - 1)
    if form in ("lowerRoman", "upperRoman") and 1 <= value <= 12:
        roman = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")[value - 1]
        return roman if form == "lowerRoman" else roman.upper()
    return str(value)


def _chinese(value: int) -> str:
    digits = "〇一二三四五六七八九"
    if not 0 < value < 100:
        return str(value)
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")


@dataclass(slots=True)
class _Walker:
    """Walks the body in order."""

    numbering: _Numbering
    styles: _Styles
    boxes: list[Element] = field(default_factory=list)

    def blocks(self, container: Element) -> Iterator[Block]:
        """Blocks of a body, a text box or a content control."""
        for child in container:
            if child.tag == f"{_W}p":
                yield from self.paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from self.table(child)
            elif child.tag in _CONTAINERS:
                yield from self.blocks(child)

    def paragraph(self, element: Element) -> Iterator[Block]:
        """One paragraph, at its line breaks several; the text boxes anchored in it come after it."""
        properties = element.find(f"{_W}pPr")
        style = _value(properties.find(f"{_W}pStyle")) if properties is not None else None
        numbered = properties.find(f"{_W}numPr") if properties is not None else None
        if numbered is None and style:
            numbered = self.styles.numbering.get(style)
        outline = _value(properties.find(f"{_W}outlineLvl")) if properties is not None else None
        level = self.styles.levels.get(style or "")
        if _integer(outline, 9) < 9:
            level = _integer(outline, 9) + 1
        text = "".join(self.runs(element))
        boxes, self.boxes = self.boxes, []
        number = self.numbering.next(numbered) if numbered is not None and text.strip() else ""
        for piece in clean(number + text).split("\n"):
            if piece.strip():
                yield Paragraph(piece.strip(" \t\u3000"), Origin(), level)
        for box in boxes:
            yield from self.blocks(box)

    def runs(self, element: Element) -> Iterator[str]:
        """The text of a paragraph's runs; text boxes met on the way are put by."""
        for child in element:
            if child.tag in _SKIPPED:
                continue
            if child.tag == f"{_W}txbxContent":
                self.boxes.append(child)
            elif child.tag == f"{_W}t":
                yield child.text or ""
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                yield "\n"
            elif child.tag == f"{_W}tab":
                yield "\t"
            elif child.tag == f"{_W}noBreakHyphen":
                yield "-"
            elif child.tag == f"{_W}r" and _is_on(child.find(f"{_W}rPr/{_W}vanish")):
                continue
            else:
                yield from self.runs(child)

    def table(self, element: Element) -> Iterator[Block]:
        """A table; one of a single cell is a frame around text."""
        rows: list[tuple[str, ...]] = []
        cells = list(element.iterchildren(f"{_W}tr"))
        single = len(cells) == 1 and len(list(cells[0].iterchildren(f"{_W}tc"))) == 1
        for row in cells:
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            texts: list[str] = []
            for cell in row.iterchildren(f"{_W}tc", f"{_W}sdt"):
                if single:
                    yield from self.blocks(cell)
                    return
                span = _integer(_value(cell.find(f"{_W}tcPr/{_W}gridSpan")), 1)
                merged = cell.find(f"{_W}tcPr/{_W}vMerge")
                inner = [] if merged is not None and _value(merged) != "restart" else list(self.blocks(cell))
                texts.append("\n".join(b.text for b in inner if isinstance(b, Paragraph)))
                texts += [""] * (min(span, 50) - 1)
                rows_inside = [r for b in inner if isinstance(b, Table) for r in b.rows]
                rows += rows_inside
            if any(texts):
                rows.append(tuple(texts))
        if rows:
            yield Table(tuple(rows))

"""HTML as agencies' sites publish it: the report's own text, without the page around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from nlp.document import Block, Document, FileFormat, Origin, Paragraph, Table
from nlp.notice import Notice
from nlp.reading.boilerplate import main_element, prune
from nlp.reading.characters import clean
from nlp.reading.elements import BLOCKS, HEADINGS, body_of, text_of, unbroken
from nlp.reading.pagetitle import head_title, with_report_title
from nlp.reading.text import decode

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"white-space\s*:\s*(?:(?P<kept>pre|break-spaces)|normal|nowrap)", re.IGNORECASE)
_BREAK = re.compile(r"(?<![，、\r])\r?\n|\n(?=\s)")
"""A line break that ends a paragraph where line breaks are kept: behind a comma only an indent tells one."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that lxml will not put into a tree when it takes another one out."""
_WIDGETS = re.compile(r"(?:点?(?:分享|收藏|在看|赞|打印|关闭)[\s|]*)+")
"""What a reader may click, where it is typed as text: 点分享 点收藏 点在看."""


def read_html(data: bytes, source: str, charset: str | None = None) -> Document:
    """The main text of a web page as paragraphs and tables. `charset` came with the page, which may say better."""
    declared = _DECLARED.search(data[:4096])
    text, warnings = decode(data, declared.group(1).decode("ascii") if declared else charset)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", _CONTROLS.sub("", text))
    # deeper than 256 elements, a parser that is not told of huge trees stops without a word
    parser = HTMLParser(no_network=True, huge_tree=True)
    try:
        root = document_fromstring(text, parser=parser)
        if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
            warnings = (*warnings, Notice.NOT_ALL.value)
        title = head_title(root)
        prune(root)
        if not text_of(body_of(root)):
            root = document_fromstring(text, parser=parser)
            prune(root, wrapped=True)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Document(source, FileFormat.HTML, (), warnings=warnings)
    main = main_element(root)
    blocks = with_report_title(list(_blocks(main)), root, main)
    return Document(source, FileFormat.HTML, tuple(blocks), title, warnings)


class _Collector:
    """Collects inline text until a block ends it."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def flush(self, line: int | None, level: int | None = None) -> Iterator[Paragraph]:
        text = "".join(self.parts)
        self.parts.clear()
        for piece in text.split("\v"):
            piece = unbroken(clean(piece)).strip(" ")
            if piece and not _WIDGETS.fullmatch(piece):
                yield Paragraph(piece, Origin(line=line), level)


def _blocks(element: HtmlElement) -> Iterator[Block]:
    collector = _Collector()
    yield from _walk(element, collector, None, False)
    yield from collector.flush(element.sourceline)


def _walk(element: HtmlElement, collector: _Collector, level: int | None, kept: bool) -> Iterator[Block]:
    """Blocks of an element in document order; inline text goes to `collector`.

    `kept` says that the line breaks around the element are those of its text.
    """
    if element.tag == "table" and not _is_layout(element):
        rows = tuple(_rows(element))
        if rows:
            yield Table(rows, Origin(line=element.sourceline))
        return
    if element.tag == "br":
        collector.parts.append("\v")
        return
    white_space = _WHITE_SPACE.search(element.get("style", ""))
    kept = white_space["kept"] is not None if white_space else kept or element.tag == "pre"
    collector.parts.append(_inline(element.text, kept))
    for number, child in enumerate((c for c in element if isinstance(c.tag, str)), 1):
        block = child.tag in BLOCKS
        if block:
            yield from collector.flush(child.sourceline, level)
            if child.tag == "li" and element.tag == "ol" and any(map(str.strip, child.itertext())):
                first = _first_number(element)
                collector.parts.append("" if first is None else f"{first + number - 1}.")
        yield from _walk(child, collector, HEADINGS.get(child.tag, level), kept)
        if block:
            yield from collector.flush(child.sourceline, HEADINGS.get(child.tag, level))
        collector.parts.append(_inline(child.tail, kept))


def _inline(text: str | None, kept: bool) -> str:
    return _BREAK.sub("\v", text or "") if kept else text or ""


def _first_number(element: HtmlElement) -> int | None:
    """The number of the first item of a list, None if its items have none."""
    start = re.fullmatch(r"\s*(-?[0-9]{1,6})\s*", element.get("start") or "1")
    return int(start[1]) if start and "none" not in element.get("style", "") else None


def _is_layout(table: HtmlElement) -> bool:
    """Whether a table only lays out the page: it holds tables, or most of its text is running text in few cells."""
    cells = list(table.iter("td", "th"))
    if not cells or next(table.iterdescendants("table"), None) is not None:
        return True
    texts = [text_of(cell) for cell in cells]
    total = sum(map(len, texts))
    prose = sum(len(text) for text in texts if text.count("。") >= 2 or (len(text) > 120 and "。" in text))
    return prose > 0.6 * total


def _rows(table: HtmlElement) -> Iterator[tuple[str, ...]]:
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            span = cell.get("colspan", "1")
            width = min(int(span), 50) if len(span) <= 6 and span.isdecimal() else 1
            cells += [text_of(cell)] + [""] * (max(width, 1) - 1)
        if any(cells):
            yield tuple(cells)

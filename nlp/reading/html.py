"""HTML as agencies' sites publish it: the report's own text, without the page around it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from nlp.document import Block, Document, FileFormat, Origin, Paragraph, Table
from nlp.notice import Notice
from nlp.reading.characters import clean
from nlp.reading.text import decode

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DROPPED = frozenset(
    (
        "script", "style", "noscript", "iframe", "object", "embed", "svg", "canvas", "button", "input", "select",
        "textarea", "nav", "footer", "header", "aside", "template", "head",
    )
)  # fmt: skip
_BLOCKS = frozenset(
    (
        "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
        "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main", "ol", "p", "pre", "section",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "ucapcontent",
    )
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHROME = re.compile(
    r"(?:^|[-_\s])(?:nav|menu|header|footer|foot|sidebar|breadcrumb|crumbs?|share|print|toolbar|related|recommend|copyright|"
    r"location|position|pagination|search|qrcode|bdshare\w*|relevant|attachment|fujian)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that lxml will not put into a tree when it takes another one out."""
_BLANK = re.compile(r"[ \t\n\u3000\xa0]+")
_PUNCTUATION = re.compile(r"[，。；]")
"""Marks of sentences; a page's foot has colons, its head 欢迎访问!"""
_CONTENT = re.compile(r"article|content|detail|print", re.IGNORECASE)


_TITLED = ("h1", "h2", "h3", "div", "p", "span", "td", "li", "dd", "strong", "b")
_REPORT_TITLE = re.compile(r"[^，。；]{0,40}20\d\d年[^，。；]{0,10}公开[^，。；]{0,10}(?:报告|年报)")
_HEAD = 8
"""Paragraphs of the main text among which its title is, if it has one."""
_LONGEST_NAME = 500
"""Characters of an element's class and id that are looked at."""


def read_html(data: bytes, source: str, charset: str | None = None) -> Document:
    """The main text of a web page as paragraphs and tables. `charset` came with the page, which may say better."""
    declared = _DECLARED.search(data[:4096])
    text, warnings = decode(data, declared.group(1).decode("ascii") if declared else charset)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", _CONTROLS.sub("", text))
    # deeper than 256 elements, a parser that is not told of huge trees stops without a word
    parser = HTMLParser(no_network=True, huge_tree=True)
    try:
        root = document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Document(source, FileFormat.HTML, (), warnings=warnings)
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        warnings = (*warnings, Notice.NOT_ALL.value)
    title = _title(root)
    _prune(root)
    main = _main(root)
    blocks = _with_report_title(list(_blocks(main)), root, main)
    return Document(source, FileFormat.HTML, tuple(blocks), title, warnings)


def _title(root: HtmlElement) -> str | None:
    for path in ("//meta[@name='ArticleTitle']/@content", "//title/text()"):
        for found in root.xpath(path):
            text = _BLANK.sub(" ", clean(str(found))).strip()
            if text:
                return text
    return None


def _prune(root: HtmlElement) -> None:
    """Take out what is never text: scripts, navigation, forms, comments, hidden elements."""
    elements = list(root.iter())
    prose = _prose(elements)
    for element in elements:
        if element.getparent() is None:
            continue
        if not isinstance(element.tag, str):
            element.drop_tree() if hasattr(element, "drop_tree") else element.getparent().remove(element)
            continue
        names = f"{element.get('class', '')} {element.get('id', '')}"[:_LONGEST_NAME]
        hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style", ""))
        form = element.tag == "form"
        chrome = prose[element] < 200 and (
            form or (element.tag in ("div", "ul", "td", "span", "section", "p") and _CHROME.search(names))
        )
        if chrome and (form or _CONTENT.search(names)):
            chrome = 2 * prose[element] <= prose[root]  # some sites put the whole page into one of these
        if (element.tag in _DROPPED and element.tag != "head") or hidden or chrome:
            element.drop_tree()


def _prose(elements: Sequence[HtmlElement]) -> dict[HtmlElement, int]:
    """Characters of running text in each element: what stands outside links, in stretches that have punctuation.

    `elements` are all of a tree, in its order.
    """
    totals: dict[HtmlElement, int] = defaultdict(int)
    for element in reversed(elements):
        if not isinstance(element.tag, str):
            continue
        if element.tag != "a":
            totals[element] += _running(element.text)
        parent = element.getparent()
        if parent is not None:
            totals[parent] += totals[element] + _running(element.tail)
    return totals


def _running(text: str | None) -> int:
    return len(text.strip()) if text and _PUNCTUATION.search(text) else 0


def _main(root: HtmlElement) -> HtmlElement:
    """The smallest element that holds nearly all of the page's running text."""
    body = root.find("body") if root.find("body") is not None else root
    prose = _prose(list(body.iter()))
    whole = prose[body]
    current = body
    while whole:
        children = (child for child in current if isinstance(child.tag, str))
        best = max(children, key=lambda child: prose[child], default=None)
        if best is None or prose[best] < 0.9 * whole or best.tag in ("p", "span", "font", "tr", "tbody"):
            if best is not None and best.tag in ("tr", "tbody") and prose[best] >= 0.9 * whole:
                current = best
                continue
            break
        current = best
    return current


def _with_report_title(blocks: list[Block], root: HtmlElement, main: HtmlElement) -> list[Block]:
    """The page's h1, or what else is a report's title there, in front of a main text that lacks it."""
    inside = set(main.iter(*_TITLED))
    texts = [b.text for b in blocks if isinstance(b, Paragraph)]
    for heading in root.iter("h1", "h2"):
        text = _text(heading) if heading not in inside else ""
        if re.search(r"报告|年报|公开", text) and text != next(iter(texts), ""):
            return [Paragraph(text, Origin(line=heading.sourceline), _HEADINGS[heading.tag]), *blocks]
    if any(_REPORT_TITLE.search(text) for text in texts[:_HEAD]):
        return blocks
    for element in root.iter(*_TITLED):  # the links of a page have other reports' titles
        text = _text(element) if element not in inside and len(element) == 0 else ""
        if _REPORT_TITLE.fullmatch(text):
            return [Paragraph(text, Origin(line=element.sourceline)), *blocks]
    return blocks


def _text(element: HtmlElement) -> str:
    return _BLANK.sub(" ", clean("".join(element.itertext()))).strip()


class _Collector:
    """Collects inline text until a block ends it."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def flush(self, line: int | None, level: int | None = None) -> Iterator[Paragraph]:
        text = "".join(self.parts)
        self.parts.clear()
        for piece in text.split("\v"):
            piece = _BLANK.sub(lambda m: " " if "\n" not in m.group() else "", clean(piece)).strip(" ")
            if piece:
                yield Paragraph(piece, Origin(line=line), level)


def _blocks(element: HtmlElement) -> Iterator[Block]:
    collector = _Collector()
    yield from _walk(element, collector, None)
    yield from collector.flush(element.sourceline)


def _walk(element: HtmlElement, collector: _Collector, level: int | None) -> Iterator[Block]:
    """Blocks of an element in document order; inline text goes to `collector`."""
    if element.tag == "table" and not _is_layout(element):
        rows = tuple(_rows(element))
        if rows:
            yield Table(rows, Origin(line=element.sourceline))
        return
    if element.tag == "br":
        collector.parts.append("\v")
        return
    collector.parts.append(element.text or "")
    for number, child in enumerate((c for c in element if isinstance(c.tag, str)), 1):
        block = child.tag in _BLOCKS
        if block:
            yield from collector.flush(child.sourceline, level)
            if child.tag == "li" and element.tag == "ol" and any(map(str.strip, child.itertext())):
                first = _first_number(element)
                collector.parts.append("" if first is None else f"{first + number - 1}.")
        yield from _walk(child, collector, _HEADINGS.get(child.tag, level))
        if block:
            yield from collector.flush(child.sourceline, _HEADINGS.get(child.tag, level))
        collector.parts.append(child.tail or "")


def _first_number(element: HtmlElement) -> int | None:
    """The number of the first item of a list, None if its items have none."""
    start = re.fullmatch(r"\s*(-?[0-9]{1,6})\s*", element.get("start") or "1")
    return int(start[1]) if start and "none" not in element.get("style", "") else None


def _is_layout(table: HtmlElement) -> bool:
    """Whether a table only lays out the page: it holds tables, or most of its text is running text in few cells."""
    cells = list(table.iter("td", "th"))
    if not cells or next(table.iterdescendants("table"), None) is not None:
        return True
    texts = [_text(cell) for cell in cells]
    total = sum(map(len, texts))
    prose = sum(len(text) for text in texts if text.count("。") >= 2 or (len(text) > 120 and "。" in text))
    return prose > 0.6 * total


def _rows(table: HtmlElement) -> Iterator[tuple[str, ...]]:
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            span = cell.get("colspan", "1")
            width = min(int(span), 50) if len(span) <= 6 and span.isdecimal() else 1
            cells += [_text(cell)] + [""] * (max(width, 1) - 1)
        if any(cells):
            yield tuple(cells)

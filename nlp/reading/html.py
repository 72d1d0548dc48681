"""HTML as agencies' sites publish it: the report's own text, without the page around it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

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
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"white-space\s*:\s*(?:(?P<kept>pre|break-spaces)|normal|nowrap)", re.IGNORECASE)
_BREAK = re.compile(r"(?<![，、\r])\r?\n|\n(?=\s)")
"""A line break that ends a paragraph where line breaks are kept: behind a comma only an indent tells one."""
_CHROME = re.compile(
    r"(?:^|[-_\s])(?:(?P<foot>footer|foot|copyright)|nav|menu|header|sidebar|breadcrumb|crumbs?|share|print|toolbar|related|recommend|"
    r"location|position|pagination|search|qrcode|bdshare\w*|relevant|attachment|fujian)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that lxml will not put into a tree when it takes another one out."""
_BLANK = re.compile(r"[ \t\n\u3000\xa0]+")
_PUNCTUATION = re.compile(r"[，。；]")
"""Marks of sentences; a page's foot has colons, its head 欢迎访问!"""
_CONTENT = re.compile(r"article|content|detail|print", re.IGNORECASE)
_WIDGETS = re.compile(r"(?:点?(?:分享|收藏|在看|赞|打印|关闭)[\s|]*)+")
"""What a reader may click, where it is typed as text: 点分享 点收藏 点在看."""

_YEAR = r"(?:[2２][0０]\d\d|二[〇○零ＯOo0]..)"
_SAID = r"[^，,。；;：:！？>＞»→|/\v]"
_REPORT_TITLE = re.compile(
    rf"(?=.*{_YEAR}){_SAID}{{0,40}}公开{_SAID}{{0,16}}(?:报告|年报)(?:\s*[（(]{_SAID}{{0,30}}[）)])?(?:的(?:公告|公示|通知|函))?"
)
"""A whole title, with its year before or behind; a path to the page has marks between its parts."""
_LONGEST_TITLE = 120
_MOST_PARTS = 40
"""Elements within a heading that is a title, at most."""
_NAMELESS = re.compile(
    rf"(?:关于)?.{{0,4}}?(?:{_YEAR}[\s年度的]*.{{0,4}}?)?(?:政府|政务|部门)?(?:信息|政务)?公开"
)
"""How a title begins that names no agency in full before its subject: 本级2021年政府信息公开…"""
_PARTED = re.compile(r"(?<![省市州县区盟旗乡镇]) | ?[_|/>＞»→]+ ?|(?<!\d)[-—－–]+|[-—－–]+(?!\d)")
"""Between the names of a site, a column and a report, but not in 甲县 水利局2021年…, which is one."""
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
        if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
            warnings = (*warnings, Notice.NOT_ALL.value)
        title = _title(root)
        _prune(root)
        if not _text(_body(root)):
            root = document_fromstring(text, parser=parser)
            _prune(root, wrapped=True)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Document(source, FileFormat.HTML, (), warnings=warnings)
    main = _main(root)
    blocks = _with_report_title(list(_blocks(main)), root, main)
    return Document(source, FileFormat.HTML, tuple(blocks), title, warnings)


def _title(root: HtmlElement) -> str | None:
    """The title in the page's head."""
    for path in ("//meta[@name='ArticleTitle']/@content", "//title/text()"):
        for found in root.xpath(path):
            text = _BLANK.sub(" ", clean(str(found))).strip()
            if text:
                return _without_site(text)
    return None


def _without_site(text: str) -> str:
    """Of 甲县人民政府 年报 甲县水利局2021年政府信息公开年报, the report's title; any other text as it is."""
    if len(text) > 2 * _LONGEST_TITLE:
        return text
    titles = (part for part in _PARTED.split(text) if _is_title(part) and not _NAMELESS.match(part))
    return next(titles, text)


def _is_title(text: str) -> bool:
    return len(text) <= _LONGEST_TITLE and _REPORT_TITLE.fullmatch(text) is not None


def _body(root: HtmlElement) -> HtmlElement:
    body = root.find("body")
    return root if body is None else body


def _prune(root: HtmlElement, wrapped: bool = False) -> None:
    """Take out what is never text: scripts, navigation, forms, comments, hidden elements.

    `wrapped` says that the page is all in an element whose name is one of page furniture: what has most of the running
    text is kept then.
    """
    elements = list(root.iter())
    prose = _prose(elements)
    titled = _around_title(root)
    for element in elements:
        if element.getparent() is None:
            continue
        if not isinstance(element.tag, str):
            element.drop_tree() if hasattr(element, "drop_tree") else element.getparent().remove(element)
            continue
        names = f"{element.get('class', '')} {element.get('id', '')}"[:_LONGEST_NAME]
        style = element.get("style", "")
        most = 2 * prose[element] > prose[root]
        invisible = _INVISIBLE.search(style) and not most  # WeChat's pages show their text when it has loaded
        hidden = element.get("hidden") is not None or _HIDDEN.search(style) or invisible
        form = element.tag == "form"
        named = element.tag in ("div", "ul", "td", "span", "section", "p") and _CHROME.search(names)
        chrome = prose[element] < 200 and (form or named)
        if chrome and (form or _CONTENT.search(names) or (wrapped and named and not named["foot"])):
            chrome = not most  # some sites put the whole page into one of these
        dropped = element.tag in _DROPPED and element.tag != "head"
        if element in titled:  # an article's head, not the site's
            chrome, dropped = chrome and form, dropped and element.tag != "header"
        if dropped or hidden or chrome:
            element.drop_tree()


def _around_title(root: HtmlElement) -> set[HtmlElement]:
    """The elements in which a heading is that is a report's title."""
    around: set[HtmlElement] = set()
    for heading in root.iter("h1", "h2"):
        parent = heading.getparent()
        whole = next(islice(heading.iterdescendants(), _MOST_PARTS, None), None) is None
        if parent in around or not whole or not _is_title(_text(heading)):
            continue
        while parent is not None and parent not in around:
            around.add(parent)
            parent = parent.getparent()
    return around


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
    body = _body(root)
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
    inside = set(main.iter("h1", "h2"))
    texts = [b.text for b in blocks if isinstance(b, Paragraph)]
    title, found, level = "", main, None
    for heading in root.iter("h1", "h2"):
        text = _text(heading) if heading not in inside else ""
        if re.search(r"报告|年报|公开", text) and text != next(iter(texts), ""):
            title, found, level = text, heading, _HEADINGS[heading.tag]
            break
    if not any(_is_title(text) for text in (title, *texts[:_HEAD])):
        told, element = max(_titles(root, main), key=lambda pair: len(pair[0]), default=("", main))
        if told:
            title, found, level = told, element, None
    return [Paragraph(title, Origin(line=found.sourceline), level), *blocks] if title else blocks


def _titles(root: HtmlElement, main: HtmlElement) -> list[tuple[str, HtmlElement]]:
    """Reports' titles before the main text, each with its element, the outer ones first.

    The links of a page have other reports' titles.
    """
    before: list[HtmlElement] = []
    linked: set[HtmlElement] = set()
    for element in _body(root).iter():
        if element is main:
            break
        before.append(element)
        if element.tag == "a" or element.getparent() in linked:
            linked.add(element)
    titles: list[tuple[str, HtmlElement]] = []
    within: dict[HtmlElement, str] = defaultdict(str)  # no more of a text than tells that it is too long
    for element in reversed(before):
        text = _unbroken(element.text or "") + within.pop(element, "")
        told = _without_site(clean(text).strip())
        if element in linked:
            text = "\v" if told else ""
        elif _is_title(told):
            titles.append((told, element))
        if element.tag in _BLOCKS:
            text = f"\v{text}\v"
        parent = element.getparent()
        behind = _unbroken(element.tail or "") + within[parent]
        within[parent] = (text + behind)[: 2 * _LONGEST_TITLE + 1]
    return titles[::-1]


def _text(element: HtmlElement) -> str:
    return _BLANK.sub(" ", clean("".join(element.itertext()))).strip()


def _unbroken(text: str) -> str:
    """The text with one blank for several, and none where its lines were broken in the file."""
    return _BLANK.sub(lambda blanks: "" if "\n" in blanks.group() else " ", text)


class _Collector:
    """Collects inline text until a block ends it."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def flush(self, line: int | None, level: int | None = None) -> Iterator[Paragraph]:
        text = "".join(self.parts)
        self.parts.clear()
        for piece in text.split("\v"):
            piece = _unbroken(clean(piece)).strip(" ")
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
        block = child.tag in _BLOCKS
        if block:
            yield from collector.flush(child.sourceline, level)
            if child.tag == "li" and element.tag == "ol" and any(map(str.strip, child.itertext())):
                first = _first_number(element)
                collector.parts.append("" if first is None else f"{first + number - 1}.")
        yield from _walk(child, collector, _HEADINGS.get(child.tag, level), kept)
        if block:
            yield from collector.flush(child.sourceline, _HEADINGS.get(child.tag, level))
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

"""HTML elements: which ones end a paragraph, which are headings, and the text of one."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from nlp.reading.characters import clean

BLOCKS = frozenset(
    (
        "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
        "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main", "ol", "p", "pre", "section",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "ucapcontent",
    )
)  # fmt: skip
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLANKS = re.compile(r"[ \t\n\u3000\xa0]+")


def body_of(root: HtmlElement) -> HtmlElement:
    """The body of a page, the page itself if it has none."""
    body = root.find("body")
    return root if body is None else body


def text_of(element: HtmlElement) -> str:
    """All the text in an element, on one line."""
    return BLANKS.sub(" ", clean("".join(element.itertext()))).strip()


def unbroken(text: str) -> str:
    """The text with one blank for several, and none where its lines were broken in the file."""
    return BLANKS.sub(lambda blanks: "" if "\n" in blanks.group() else " ", text)

"""Boilerplate removal: of a web page, the element that holds its main text, without navigation, scripts and forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from lxml.html import HtmlElement

from nlp.reading.elements import body_of
from nlp.reading.pagetitle import around_title

_DROPPED = frozenset(
    (
        "script", "style", "noscript", "iframe", "object", "embed", "svg", "canvas", "button", "input", "select",
        "textarea", "nav", "footer", "header", "aside", "template", "head",
    )
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden", re.IGNORECASE)
_CHROME = re.compile(
    r"(?:^|[-_\s])(?:(?P<foot>footer|foot|copyright)|nav|menu|header|sidebar|breadcrumb|crumbs?|share|print|toolbar|related|recommend|"
    r"location|position|pagination|search|qrcode|bdshare\w*|relevant|attachment|fujian)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[，。；]")
"""Marks of sentences; a page's foot has colons, its head 欢迎访问!"""
_CONTENT = re.compile(r"article|content|detail|print", re.IGNORECASE)
_LONGEST_NAME = 500
"""Characters of an element's class and id that are looked at."""


def prune(root: HtmlElement, wrapped: bool = False) -> None:
    """Take out what is never text: scripts, navigation, forms, comments, hidden elements.

    `wrapped` says that the page is all in an element whose name is one of page furniture: what has most of the running
    text is kept then.
    """
    elements = list(root.iter())
    prose = _prose(elements)
    titled = around_title(root)
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


def main_element(root: HtmlElement) -> HtmlElement:
    """The smallest element that holds nearly all of the page's running text."""
    body = body_of(root)
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

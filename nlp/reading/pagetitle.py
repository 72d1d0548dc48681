"""The title of a report on the page that shows it: in the page's head, in a heading, or before the main text."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice

from lxml.html import HtmlElement

from nlp.document import Block, Origin, Paragraph
from nlp.reading.characters import clean
from nlp.reading.elements import BLANKS, BLOCKS, HEADINGS, body_of, text_of, unbroken

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


def head_title(root: HtmlElement) -> str | None:
    """The title in the page's head."""
    for path in ("//meta[@name='ArticleTitle']/@content", "//title/text()"):
        for found in root.xpath(path):
            text = BLANKS.sub(" ", clean(str(found))).strip()
            if text:
                return _without_site(text)
    return None


def with_report_title(blocks: list[Block], root: HtmlElement, main: HtmlElement) -> list[Block]:
    """The page's h1, or what else is a report's title there, in front of a main text that lacks it."""
    inside = set(main.iter("h1", "h2"))
    texts = [b.text for b in blocks if isinstance(b, Paragraph)]
    title, found, level = "", main, None
    for heading in root.iter("h1", "h2"):
        text = text_of(heading) if heading not in inside else ""
        if re.search(r"报告|年报|公开", text) and text != next(iter(texts), ""):
            title, found, level = text, heading, HEADINGS[heading.tag]
            break
    if not any(_is_title(text) for text in (title, *texts[:_HEAD])):
        told, element = max(_titles(root, main), key=lambda pair: len(pair[0]), default=("", main))
        if told:
            title, found, level = told, element, None
    return [Paragraph(title, Origin(line=found.sourceline), level), *blocks] if title else blocks


def around_title(root: HtmlElement) -> set[HtmlElement]:
    """The elements in which a heading is that is a report's title."""
    around: set[HtmlElement] = set()
    for heading in root.iter("h1", "h2"):
        parent = heading.getparent()
        whole = next(islice(heading.iterdescendants(), _MOST_PARTS, None), None) is None
        if parent in around or not whole or not _is_title(text_of(heading)):
            continue
        while parent is not None and parent not in around:
            around.add(parent)
            parent = parent.getparent()
    return around


def _titles(root: HtmlElement, main: HtmlElement) -> list[tuple[str, HtmlElement]]:
    """Reports' titles before the main text, each with its element, the outer ones first.

    The links of a page have other reports' titles.
    """
    before: list[HtmlElement] = []
    linked: set[HtmlElement] = set()
    for element in body_of(root).iter():
        if element is main:
            break
        before.append(element)
        if element.tag == "a" or element.getparent() in linked:
            linked.add(element)
    titles: list[tuple[str, HtmlElement]] = []
    within: dict[HtmlElement, str] = defaultdict(str)  # no more of a text than tells that it is too long
    for element in reversed(before):
        text = unbroken(element.text or "") + within.pop(element, "")
        told = _without_site(clean(text).strip())
        if element in linked:
            text = "\v" if told else ""
        elif _is_title(told):
            titles.append((told, element))
        if element.tag in BLOCKS:
            text = f"\v{text}\v"
        parent = element.getparent()
        behind = unbroken(element.tail or "") + within[parent]
        within[parent] = (text + behind)[: 2 * _LONGEST_TITLE + 1]
    return titles[::-1]


def _without_site(text: str) -> str:
    """Of 甲县人民政府 年报 甲县水利局2021年政府信息公开年报, the report's title; any other text as it is."""
    if len(text) > 2 * _LONGEST_TITLE:
        return text
    titles = (part for part in _PARTED.split(text) if _is_title(part) and not _NAMELESS.match(part))
    return next(titles, text)


def _is_title(text: str) -> bool:
    return len(text) <= _LONGEST_TITLE and _REPORT_TITLE.fullmatch(text) is not None

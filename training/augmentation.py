"""Augmentation: the same report as another office would have typed it. Every change keeps the labels true.

Reports of hundreds of thousands of offices differ in form far more than the corpus does: in punctuation, in
paragraphs, in enumerators, in names and numbers. Each section is changed anew every time that it is read.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from nlp.enumerator import enumerator_at
from nlp.labels import Category, Theme

WINDOW_LENGTHS = (96, 160, 256, 380)
"""Window sizes in tokens; short ones teach the model to do with little context."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A statement's text with its labels, free of any position."""

    text: str
    category: Category
    themes: tuple[Theme, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledSection:
    """A section as paragraphs of labelled statements, under the heading that the model reads."""

    heading: str
    paragraphs: tuple[tuple[LabelledText, ...], ...]

    def map_texts(self, change: Callable[[str], str]) -> LabelledSection:
        """The same section with every statement's text changed."""
        return replace(
            self,
            paragraphs=tuple(
                tuple(
                    replace(statement, text=change(statement.text) or statement.text)
                    for statement in paragraph
                )
                for paragraph in self.paragraphs
            ),
        )


@dataclass(frozen=True, slots=True)
class Augmentation:
    """The probability of each change to a section."""

    heading: float = 0.15
    half_width: float = 0.20
    entities: float = 0.30
    enumerators: float = 0.20
    paragraphs: float = 0.20
    stops: float = 0.05

    def __call__(self, section: LabelledSection, rng: random.Random) -> LabelledSection:
        """One version of `section`."""
        if rng.random() < self.heading:
            section = replace(section, heading=rng.choice(("", "正文")))
        if rng.random() < self.half_width:
            section = section.map_texts(half_width)
        if rng.random() < self.entities:
            section = rename_entities(section, rng)
        if rng.random() < self.enumerators:
            section = change_enumerators(section, rng)
        if rng.random() < self.paragraphs:
            section = rng.choice((split_paragraphs, join_paragraphs))(section, rng)
        if rng.random() < self.stops:
            section = drop_last_stops(section)
        return section


NO_AUGMENTATION = Augmentation(*[0.0] * 6)

_HALF_WIDTH = str.maketrans({"。": ".", "“": '"', "”": '"', "、": ","})


def half_width(text: str) -> str:
    """Half-width stops, enumeration commas and quotation marks; the tokenizer folds the other marks anyway."""
    return text.translate(_HALF_WIDTH)


_NUMBER = re.compile(r"(?<![\dA-Za-z])(?!(?:19|20)\d\d(?!\d))\d+(?!\d)(?!\s*(?:[月日、．）)]|\.(?!\d)))")
_PLACE = re.compile(
    r"(?<![\u4e00-\u9fff])(?:由|在|经|以|对|向|与|和|及)?"
    r"((?:(?![各全本我该上下级每地市县区镇乡村省由在经以对向与和及所属])[\u4e00-\u9fff]){2,3})(?=[市县州盟旗镇乡]|街道)"
)
_NAME_CHARACTERS = (
    "安北昌池川德东峰福高谷广桂海河恒湖华江金景康兰乐林龙明南宁平清庆泉仁山石水松泰天文西溪新阳银永源云兆中"
)


def rename_entities(section: LabelledSection, rng: random.Random) -> LabelledSection:
    """Other numbers and other place names, each name the same one throughout the section."""
    names: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        old = match.group()
        if old == "0" or rng.random() < 0.2:
            return old
        return str(rng.randint(1, 9)) + "".join(rng.choice("0123456789") for _ in old[1:])

    def place(match: re.Match[str]) -> str:
        old = match.group(1)
        new = names.setdefault(old, "".join(rng.choice(_NAME_CHARACTERS) for _ in old))
        return match.group().replace(old, new)

    return section.map_texts(lambda text: _PLACE.sub(place, _NUMBER.sub(number, text)))


_STYLES: tuple[Callable[[int], str], ...] = (
    lambda i: f"（{'一二三四五六七八九'[i]}）",
    lambda i: f"({i + 1})",
    lambda i: f"{i + 1}.",
    lambda i: f"{i + 1}、",
    lambda i: f"{'一二三四五六七八九'[i]}是",
    lambda i: f"第{'一二三四五六七八九'[i]}，",
    lambda i: "①②③④⑤⑥⑦⑧⑨"[i],
    lambda i: "",
    lambda i: "",
)


def category_without_enumerator(text: str, category: Category, following: Category) -> Category | None:
    """The category of a statement and the next one as one, where only an enumerator between them parted them.

    None where something else parts them, too: a stop at the end of `text` (guideline, rule B2), or a comma between two
    categories (B4). A lead-in or a colon ends nothing (B5): the content decides.
    """
    mark = text.rstrip(_BLANKS_AND_CLOSERS)[-1:]
    if mark not in ("，", ",", "：", ":", "、"):
        return None
    if mark in "，," and Category.OTHER not in (category, following) and category != following:
        return None
    return category if following is Category.OTHER else following


_BLANKS_AND_CLOSERS = " \u3000”’\"'"


def change_enumerators(section: LabelledSection, rng: random.Random) -> LabelledSection:
    """Another style of enumerator, or none, for all points of the section; counted anew in every list."""
    style = rng.choice(_STYLES)
    changed = []
    count = 0
    for paragraph in section.paragraphs:
        texts: list[LabelledText] = []
        for statement in paragraph:
            mark = enumerator_at(statement.text)
            body = _without(statement.text, mark) if mark else ""
            if mark is None or len(body) < 4:
                texts.append(statement)
                continue
            first = mark.strip("（）() ")[:1] in "一1第首①" and not mark.startswith(("一十", "1" * 2))
            count = 0 if first else min(count + 1, 8)
            bare = replace(statement, text=style(count) + body)
            if not style(count) and texts:
                bare = _joined(texts, bare)
            texts.append(bare)
        changed.append(tuple(texts))
    return replace(section, paragraphs=tuple(changed))


def _joined(texts: list[LabelledText], bare: LabelledText) -> LabelledText:
    """`bare`, with the last of `texts` taken into it where they are now one statement."""
    last = texts[-1]
    category = category_without_enumerator(last.text, last.category, bare.category)
    if category is None:
        return bare
    del texts[-1]
    themes = tuple(dict.fromkeys(last.themes + bare.themes)) if category.has_themes else ()
    return LabelledText(last.text + bare.text, category, themes[:3])


def _without(text: str, mark: str) -> str:
    return text.lstrip()[len(mark) :].lstrip("，,、：: ")


def split_paragraphs(section: LabelledSection, rng: random.Random) -> LabelledSection:
    """Line breaks between statements, as in files whose every sentence is a paragraph."""
    share = rng.choice((0.3, 1.0))
    paragraphs: list[tuple[LabelledText, ...]] = []
    for paragraph in section.paragraphs:
        current = [paragraph[0]]
        for statement in paragraph[1:]:
            if current[-1].text.rstrip().endswith(("。", "；", ".", ";")) and rng.random() < share:
                paragraphs.append(tuple(current))
                current = []
            current.append(statement)
        paragraphs.append(tuple(current))
    return replace(section, paragraphs=tuple(paragraphs))


def join_paragraphs(section: LabelledSection, rng: random.Random) -> LabelledSection:
    """Paragraphs run together, as in text copied out of a file; only after a full stop, where rule B2 still cuts."""
    share = rng.choice((0.3, 1.0))
    joined: list[tuple[LabelledText, ...]] = []
    for paragraph in section.paragraphs:
        if joined and joined[-1][-1].text.rstrip().endswith(("。", "；", "！")) and rng.random() < share:
            joined[-1] += paragraph
        else:
            joined.append(paragraph)
    return replace(section, paragraphs=tuple(joined))


def drop_last_stops(section: LabelledSection) -> LabelledSection:
    """No full stop at the end of a paragraph."""
    return replace(
        section,
        paragraphs=tuple(
            (*paragraph[:-1], replace(paragraph[-1], text=paragraph[-1].text.rstrip("。.") or "。"))
            for paragraph in section.paragraphs
        ),
    )

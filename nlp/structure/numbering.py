"""Numbering: the number that opens a heading, in any of the styles that offices use."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

DIGITS = "〇一二三四五六七八九"
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
_CHINESE = r"[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3}"
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
"""The Roman numbers that have a character of their own as well: Ⅰ to Ⅻ."""
_BLANK = r"[\s\u3000]*"


class NumberStyle(Enum):
    """How a number is written; headings of one rank share a style."""

    PART = "part"
    CHINESE = "chinese"
    ROMAN = "roman"
    PARENTHESIZED_CHINESE = "parenthesized chinese"
    ARABIC = "arabic"
    PARENTHESIZED_ARABIC = "parenthesized arabic"


_PATTERNS = {
    NumberStyle.PART: rf"第{_BLANK}({_CHINESE}){_BLANK}(?:部分|章|节)[、，：:.]?",
    NumberStyle.CHINESE: rf"({_CHINESE}){_BLANK}(?:[、．.,，:：]|(?=[\s\u3000]))",
    NumberStyle.ROMAN: rf"([Ⅰ-Ⅻ]|{'|'.join(reversed(_ROMAN))}){_BLANK}(?:[、．.,，:：](?![\dA-Za-z])|(?=[\s\u3000]))",
    NumberStyle.PARENTHESIZED_CHINESE: rf"[（(]{_BLANK}({_CHINESE}){_BLANK}[）)][、．.]?",
    NumberStyle.ARABIC: r"(\d{1,2})[\s\u3000]*(?:[、．,，](?!\d)|\.(?!\d)|(?=[\s\u3000]))",
    NumberStyle.PARENTHESIZED_ARABIC: rf"[（(]{_BLANK}(\d{{1,2}}){_BLANK}[）)][、．.]?",
}
_COMPILED = {
    style: re.compile(_BLANK + pattern + _BLANK + r"(.*)", re.DOTALL) for style, pattern in _PATTERNS.items()
}
_WITHOUT_MARK = re.compile(rf"{_BLANK}({_CHINESE})([\u4e00-\u9fff].*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line that opens with a number: `number` as written without its marks, `value` as an integer."""

    style: NumberStyle
    number: str
    value: int
    rest: str


def split_number(line: str) -> Numbered | None:
    """The number that opens `line`, or None. `rest` is what follows it."""
    for style, pattern in _COMPILED.items():
        match = pattern.fullmatch(line)
        if match:
            number, rest = match.groups()
            return Numbered(style, number, number_value(number), rest)
    return None


def split_unmarked(line: str) -> Numbered | None:
    """The Chinese number that opens `line` with no mark behind it; if it is one, for 一方面 opens so, too."""
    match = _WITHOUT_MARK.fullmatch(line)
    return Numbered(NumberStyle.CHINESE, match[1], number_value(match[1]), match[2]) if match else None


def number_value(number: str) -> int:
    """The integer that 十二, 二十, 贰, Ⅳ or 12 stand for."""
    number = number.translate(_FORMAL)
    if number.isdecimal():
        return int(number)
    letters = unicodedata.normalize("NFKC", number)
    if letters in _ROMAN:
        return _ROMAN.index(letters) + 1
    tens, ten, ones = number.rpartition("十")
    if not ten:
        return int("".join(str(DIGITS.index(ch)) for ch in ones))
    return 10 * (DIGITS.index(tens) if tens in DIGITS and tens else 1) + (
        DIGITS.index(ones) if len(ones) == 1 else 0
    )

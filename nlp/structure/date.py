"""Dates: how reports write years, months and days, in digits of either width or in numerals, and which they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPELLINGS = ("〇○零ＯOo", "一—－-", "二ニ", *"三四五六七八九")
"""How a year's digits are written, and what is typed for them."""
_NUMERALS = {written: str(value) for value, spellings in enumerate(_SPELLINGS) for written in spellings}
_NUMERAL = rf"[{re.escape(''.join(_NUMERALS))}\d]"
_MONTHS = {month: value for value, month in enumerate("一二三四五六七八九十", 1)} | {
    "元": 1,
    "十一": 11,
    "十二": 12,
}

YEAR = rf"(?:[2２][0０]\d\d|二[〇○零ＯOo0０]{_NUMERAL}{{2}})"
"""A year without its 年: 2022, ２０２２, 二〇二二, 二ＯＯ八."""
_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2}|元)"
_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = re.compile(YEAR)
DATE = rf"{YEAR}\s*[年\-/.]\s*{_MONTH}\s*[月\-/.]\s*{_DAY}\s*日?"
"""A day: 2022年1月20日, 二〇二二年元月二十日, 2022-01-20, 2022.1.20."""
DATE_OR_MONTH = rf"{YEAR}\s*[年\-/.]\s*{_MONTH}\s*(?:[月\-/.]\s*{_DAY}\s*日?|月)"
"""A day, or a month: 2022年1月."""
DATES_BEGIN = ("2", "２", "二")
"""The characters that a year begins with: nearly no line does, and no other need be taken apart."""
_DATED = re.compile(
    rf"[（(]?(?P<year>{YEAR})\s*[年\-/.]\s*(?P<month>{_MONTH})(?!\d)\s*(?:[月\-/.]\s*(?:{_DAY}\s*日?)?)?"
    r"\s*(?:\d\d?:\d\d(?::\d\d)?)?\s*[）)]?"
)
"""A day or a month within a line, with its brackets and its time."""


@dataclass(frozen=True, slots=True)
class Date:
    """A month of a year: of the day, nothing is asked."""

    year: int
    month: int


def date_in(text: str) -> Date | None:
    """The first date in a line."""
    return next((date for match in _DATED.finditer(text) if (date := _date_of(match))), None)


def without_dates(text: str) -> str:
    """A line without the dates in it."""
    return _DATED.sub(lambda match: "" if _date_of(match) else match[0], text)


def _date_of(match: re.Match[str]) -> Date | None:
    month = match["month"]
    number = int(month) if month.isdecimal() else _MONTHS.get(month, 0)
    return Date(year_of(match["year"]), number) if 1 <= number <= 12 else None


def year_in(text: str) -> int | None:
    """The first year in a line, with its 年 or without."""
    match = _YEAR.search(text)
    return year_of(match[0]) if match else None


def year_of(year: str) -> int:
    """The number of what `YEAR` matches."""
    return int("".join(_NUMERALS.get(character, character) for character in year))

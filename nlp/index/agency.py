"""One agency, many spellings: the key under which its years line up."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from nlp.structure.divisions import bearers, places_of, provinces

_BRACKETS = re.compile(r"[（(〔\[【].*?[）)〕\]】]")
_NO_CHARACTER = re.compile(r"[\W_]+")
_ENDINGS = (
    (re.compile(r"(乡|镇|苏木)(?:人民)?政府(?:办公室)?$"), r"\1"),
    (re.compile(r"(乡|镇|苏木)党政(?:综合)?办公室$"), r"\1"),
    (re.compile(r"街道(?:办事处|办)$"), "街道"),
    (re.compile(r"(?<=[省市县区旗州盟])(?:人民)?政府$"), "人民政府"),
    (re.compile(r"委$"), "委员会"),
)
_GOVERNMENT_WITHIN = re.compile(r"(?<=[省市县区旗州盟])人民政府(?=.)")


@lru_cache(maxsize=65536)
def agency_key(name: str) -> str:
    """A key that the spellings of one agency's name share, and that other agencies do not have.

    What is dropped: blanks and marks, remarks in brackets, provinces and cities before a division whose name no other
    has, `人民政府` between a place and its office, and the difference between a township and its
    government.
    """
    key = _NO_CHARACTER.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", name)))
    key = _GOVERNMENT_WITHIN.sub("", key)
    for pattern, plain in _ENDINGS:
        key = pattern.sub(plain, key)
    return _without_wider_places(key)


def _without_wider_places(key: str) -> str:
    places = list(places_of(key))
    for i in range(len(places) - 1, 0, -1):
        if bearers(places[i]) == 1 and key.startswith("".join(places[:i])):
            return key.removeprefix("".join(places[:i]))
    if len(places) > 1 and places[0] in provinces() and bearers(places[1]) < 2:
        return key.removeprefix(places[0])
    return key

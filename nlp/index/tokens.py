"""Tokens of the full-text index: overlapping pairs of Chinese characters, and words of letters and digits.

A run of Chinese characters gives its pairs and then its last character alone, so that every character begins exactly
one token: any text of two characters or more is a phrase of pairs, and a single character is the beginning of tokens.
Neither needs a dictionary, and neither can miss a word that a segmenter would have cut elsewhere.
"""

from __future__ import annotations

import re
import unicodedata

_CHINESE = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_CHINESE}]+|[0-9a-z]+")


def fold(text: str) -> str:
    """`text` as it is compared: compatibility characters plain (full-width letters, too), letters in lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> list[str]:
    """The runs of Chinese characters, and of letters and digits, of a folded text; all else separates."""
    return _RUN.findall(fold(text))


def is_chinese(run: str) -> bool:
    """Whether a run is of Chinese characters."""
    return not run[0].isascii()


def tokens(text: str) -> list[str]:
    """The tokens that a text is indexed by, in order."""
    made: list[str] = []
    for run in runs(text):
        if is_chinese(run):
            made += [run[i : i + 2] for i in range(len(run))]
        else:
            made.append(run)
    return made

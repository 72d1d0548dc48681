"""Characters: the published text with its typesetting taken out, and nothing else changed.

Full-width punctuation stays as published; only characters that stand for plain ones by accident of a font or a file
format (Kangxi radicals in PDFs, compatibility ideographs, invisible marks) are folded.
"""

from __future__ import annotations

import re
import unicodedata

# CJK Radicals Supplement characters that PDF fonts use for ideographs, and that NFKC leaves alone
_PAIRS = (
    "⺁厂⺇几⺌小⺎尢⺐尢⺒巳⺓幺⺖忄⺗心⺘扌⺙攵⺛旡⺝月⺞歹⺟母⺠民⺡氵⺢氺⺣灬⺤爪⺥爪⺦丬⺩王⺪疋⺫目⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳网⺶羊⺷羊⺸羊⺹耂⺺聿⺼月"
    "⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑长⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻳龟"
)
_RADICALS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))


def _folded(first: int, last: int) -> dict[int, str]:
    return {
        code: folded
        for code in range(first, last + 1)
        if (folded := unicodedata.normalize("NFKC", chr(code))) != chr(code)
    }


_TABLE: dict[int, str | None] = {
    **_folded(0x2F00, 0x2FD5),
    **_folded(0xF900, 0xFAFF),
    **_folded(0x2F800, 0x2FA1F),
    **{ord(radical): plain for radical, plain in _RADICALS.items()},
    **dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0)]),
    **dict.fromkeys([0xAD, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]),
    **dict.fromkeys([0xFEFF, 0xFFFE, 0xFFFF, *range(0xFFF9, 0xFFFD), *range(0xFE00, 0xFE10)]),
    **dict.fromkeys(range(0xE000, 0xF900)),  # private use: bullets of symbol fonts
    0xA0: " ",
}
_LINE_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` with font accidents folded, invisible characters gone, and \\n for every line break."""
    return _SURROGATES.sub("\ufffd", _LINE_BREAKS.sub("\n", text)).translate(_TABLE)

"""Enumerators: the marks that open a new point (guideline, rule B3)."""

from __future__ import annotations

import re

ORDINAL = "一二三四五六七八九十"
MARK = re.compile(
    r"(?:"
    rf"[（(]\s*(?:[{ORDINAL}]{{1,3}}|\d{{1,2}})\s*[）)]"  # （一） (3)
    rf"|[{ORDINAL}]{{1,3}}\s*(?:是(?!否|一)|要(?!求|点|件|素|闻))"  # 一是 二要, but not 一是一 十要素
    rf"|[{ORDINAL}]{{1,3}}\s*[、．.](?!\d)"  # 三、
    rf"|第[{ORDINAL}]{{1,3}}\s*[，,、：:]"  # 第一，
    rf"|其[{ORDINAL}]\s*[，,、：:是]"  # 其一，
    r"|(?:首先|其次|再次|再者|最后)\s*[，,：:]"
    r"|\d{1,2}\s*[、．](?!\d)|\d{1,2}\.(?![\d%])"  # 1、 2． 3.
    r"|\d{1,2}[）)]"  # 1)
    r"|[\u2460-\u2473\u2474-\u2487\u2488-\u249b\u3220-\u3229\u2776-\u277f]"  # ① ⑴ ⒈ ㈠ ❶
    r")"
)


def enumerator_at(text: str, start: int = 0) -> str | None:
    """The enumerator that begins at `text[start:]` (after white space), or None. Its comma is not part of it."""
    while start < len(text) and text[start].isspace():
        start += 1
    match = MARK.match(text, start)
    return match.group().rstrip("，,：: ") if match else None

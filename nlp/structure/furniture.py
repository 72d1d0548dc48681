"""Furniture: lines that belong to the page or the web site, not to the report's text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DAY = r"[\d一二三四五六七八九十]{1,3}"
_DATE = rf"(?:20\d\d|二[〇○零Oo0]..)\s*[年\-/.]\s*{_DAY}\s*[月\-/.]\s*{_DAY}\s*日?"
_FURNITURE = re.compile(
    r"[\-—–－\s·]*第?\s*\d{1,3}\s*页?[\-—–－\s·]*(?:[/共]\s*共?\s*\d{1,3}\s*页?)?"  # － 3 －, 第3页 共9页
    r"|(?:索引号|发布机构|发文机关|发文字号|文号|字号|发布日期|发布时间|成文日期|生成日期|公开日期|有效性|主题分类|信息来源|来源|作者|责任编辑|编辑|"
    r"审核|浏览次数|浏览量|点击数|点击量|访问量|阅读次数|阅读|字体|字体大小|信息名称|名称|时间|日期)\s*[:：].{0,60}"
    r"|(?:[【\[（(]?\s*字体\s*[:：]?\s*(?:大|中|小|\s)+[】\]）)]?)"
    r"|(?:打印|关闭|分享|收藏|返回顶部|返回|上一篇|下一篇|扫一扫.{0,20}|当前位置.{0,60}|您现在的位置.{0,60}|首页\s*[>»›].{0,80}|【?打印】?\s*【?关闭】?.{0,10})"
    rf"|(?:发布时间|发布日期|时间|日期)?\s*{_DATE}(?:\s*\d\d?:\d\d(?::\d\d)?)?"
    r"|附件\s*\d{0,2}\s*[:：].{0,80}|附件\s*\d{0,2}"
    r"|目[\s\u3000]*录"
    r"|[\u4e00-\u9fff]{2,20}〔\d{4}〕\d+号"
)
_LONGEST = 160
"""Characters of the longest line that is looked at: a pattern that ends in blanks takes its time over many."""
_SIGNED_DATE = re.compile(rf"[（(]?\s*{_DATE}\s*[）)]?")
_AGENCY = re.compile(r"[\u4e00-\u9fff（）()·\s\u3000]{3,40}")
_AGENCY_END = re.compile(
    r"(?:政府|办公室|办公厅|办事处|委员会|管委会|局|厅|部|署|院|校|学|中心|公司|集团|所|站|队|会|馆|办|社|行|处|科|大学|学校|医院|街道|镇|乡)$"
)


def is_furniture(text: str) -> bool:
    """Whether the line is a page number, a date of publication, a label of the web page or an attachment's name."""
    text = text.strip()
    return len(text) <= _LONGEST and _FURNITURE.fullmatch(text) is not None


def is_agency(text: str) -> bool:
    """Whether the line is nothing but an agency's name."""
    text = text.strip()
    return len(text) <= _LONGEST and bool(_AGENCY.fullmatch(text) and _AGENCY_END.search(text.rstrip("）) ")))


def _is_signed_date(text: str) -> bool:
    return len(text) <= _LONGEST and _SIGNED_DATE.fullmatch(text) is not None


def signature_start(lines: Sequence[str]) -> int:
    """The index from which on only the signature (agency, date) and furniture follow; len(lines) if there is none."""
    start = len(lines)
    while start > 0 and (
        is_furniture(lines[start - 1]) or _is_signed_date(lines[start - 1]) or is_agency(lines[start - 1])
    ):
        start -= 1
    return start

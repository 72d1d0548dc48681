"""Furniture: lines that belong to the page or the web site, not to the report's text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from nlp.labels import SectionKind
from nlp.structure.headings import LONGEST, kind_of
from nlp.structure.numbering import split_number

_DAY = r"[\d一二三四五六七八九十]{1,3}"
_DATE = rf"(?:20\d\d|二[〇○零Oo0]..)\s*[年\-/.]\s*{_DAY}\s*[月\-/.]\s*{_DAY}\s*日?"
_LABELS = (
    r"(?:索引号|发布机构|发文机关|发文机构|公开机构|所属机构|发文字号|文号|字号|发布日期|发布时间|发文日期|成文日期|生成日期|公开日期|废止日期|有效性|效力状态|"
    r"主题分类|信息分类|信息类别|组配分类|体裁分类|主题词|关键词|内容概述|信息来源|稿件来源|来源|作者|责任编辑|编辑|审核|"
    r"浏览次数|浏览量|点击数|点击量|点击率|点击|访问量|阅读次数|阅读量|阅读|字体|字体大小|信息名称|名称|时间|日期)"
)
_FURNITURE = re.compile(
    r"[\-—–－\s·]*第?\s*\d{1,3}\s*页?[\-—–－\s·]*(?:[/共]\s*共?\s*\d{1,3}\s*页?)?"  # － 3 －, 第3页 共9页
    rf"|{_LABELS}\s*[:：][^。；]{{0,100}}"
    r"|(?:[【\[（(]?\s*字[体号]\s*[:：]?\s*(?:大|中|小|\s)+[】\]）)]?.{0,10})"
    r"|(?:打印|关闭|分享|收藏|返回顶部|返回|上一篇|下一篇|扫一扫.{0,20}|当前位置.{0,60}|您(?:现在|当前)?(?:所在)?的?位置.{0,60}"
    r"|首页\s*[>»›].{0,80}|【?打印】?\s*【?关闭】?.{0,10})"
    rf"|(?:发布时间|发布日期|时间|日期)?\s*{_DATE}(?:\s*\d\d?:\d\d(?::\d\d)?)?"
    r"|附件\s*\d{0,2}\s*[:：].{0,80}|附件\s*\d{0,2}"
    r"|附?表\s*[\d一二三四五六]{1,2}\s*[、：:．.\s]\s*[^，。；]{2,40}(?:表|情况)"  # 表1：主动公开政府信息情况统计表
    r"|[（(]?\s*(?:计量)?单位\s*[:：]\s*(?:[件条个次项篇人元、,，/\s]|万元){1,12}[）)]?"
    r"|目[\s\u3000]*录"
    r"|(?:主送|抄送|抄报|分送)\s*[:：][^。；]{0,140}。?|[^《》于，、]{0,40}20\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*印发?|[（(]?\s*共印\s*\d{1,5}\s*份\s*[）)]?"
    r"|[（(]\s*此页无正文.{0,10}[）)]|[（(]\s*(?:联系人|联系电话)[^（）()]{0,60}[）)]"
    r"|[\u4e00-\u9fff]{2,20}〔\d{4}〕\d+号"
)
_FOOT = re.compile(
    r"扫一扫|扫描二维码|[【\[]?\s*(?:打印|关闭)(?:本页|窗口|页面|正文|本文)|[【\[]\s*(?:打印|关闭|返回|顶部)|上一[篇条]|下一[篇条]"
    r"|(?:主办|承办|主管|协办|技术支持|版权所有)(?:单位)?\s*[:：]|版权所有|网站标识码|网站地图|关于我们|联系我们|.{0,20}ICP备|.{0,10}公网安备"
    r"|Copyright|©|(?:相关|附件)(?:链接|文章|附件|信息|阅读|文档|稿件|新闻|推荐|报道|下载)\s*[:：]?$|责任编辑|分享到|我要纠错|您是第|返回顶部",
    re.IGNORECASE,
)
"""What opens the foot of a web page."""
_REPORT_TITLE = re.compile(
    r"《?[\u4e00-\u9fff（）()·]{0,30}?(?:20\d\d|二[〇○零Oo0]..)年?度?的?(?:政府信息|政务信息|信息|政务)公开(?:工作)?(?:情况)?的?"
    r"(?:年度)?(?:工作)?(?:报告|年报|总结)》?(?:\.\w{3,4})?"
)
_RUNNING_HEAD = re.compile(r"(?P<agency>.{0,30}?)政府信息公开(?:工作)?(?:年度(?:工作)?报告|年报)")
"""A title without its year, as the heads of pages have it."""
_BLANKS_WITHIN = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u3000]+(?=[\u4e00-\u9fff])")
_LONGEST = 160
"""Characters of the longest line that is looked at: a pattern that ends in blanks takes its time over many."""
_SIGNED_DATE = re.compile(rf"[（(]?\s*{_DATE}\s*[）)]?")
_SENTENCE = re.compile(r"[\u4e00-\u9fff][^。！？]{4,}[。！？]|^[\u4e00-\u9fff].*，.*[；：]$")
_AGENCY = re.compile(r"[\u4e00-\u9fff（）()·\s\u3000]{3,40}")
_AGENCY_END = re.compile(
    r"(?:政府|办公室|办公厅|办事处|委员会|管委会|局|厅|部|署|院|校|学|中心|公司|集团|所|站|队|会|馆|办|社|行|处|科|大学|学校|医院|街道|镇|乡)$"
)


def is_furniture(text: str) -> bool:
    """Whether the line is a page number, a date of publication, a label of the web page or an attachment's name."""
    text = text.strip()
    if len(text) > _LONGEST:
        return False
    spellings = {text, _BLANKS_WITHIN.sub("", text)}  # 索 引 号：
    return any(_FURNITURE.fullmatch(spelling) for spelling in spellings)


def is_report_title(text: str) -> bool:
    """Whether the line is nothing but a report's title: a running head, a link, or where another report begins."""
    if len(text) > _LONGEST:
        return False
    text = re.sub(r"[\s\u3000]+", "", text)
    head = _RUNNING_HEAD.fullmatch(text)
    return _REPORT_TITLE.fullmatch(text) is not None or (
        head is not None and (not head["agency"] or is_agency(head["agency"]))
    )


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


def signatures(lines: Sequence[str]) -> Iterator[int]:
    """The indices of agencies' names that stand above or below a date."""
    for i, (line, following) in enumerate(pairwise(lines)):
        if _is_signed_date(following.strip()) and is_agency(line):
            yield i
        elif _is_signed_date(line.strip()) and is_agency(following):
            yield i + 1


def closing_start(lines: Sequence[str], signed: Collection[int]) -> int:
    """The index from which on a text is at its end: a signature, a page's foot, an annex, and no sentence behind them.

    `lines` are a section's lines without tables, `signed` their `signatures`; len(lines) if nothing closes it.
    """
    start = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        foot = len(lines[i]) <= _LONGEST and _FOOT.match(lines[i].strip()) is not None
        if foot or i in signed or _opens_annex(lines[i]):
            start = i
        elif _is_sentence(lines[i]):
            break
    return start


def _is_sentence(text: str) -> bool:
    """Whether the line says something; of a long one, any mark is enough: looking for more takes its length squared."""
    if len(text) > _LONGEST:
        return re.search(r"[，。！？；]", text) is not None
    return _SENTENCE.search(text) is not None


def _opens_annex(text: str) -> bool:
    """Whether the line is the title of a table behind the text; a numbered one is a section's heading."""
    return (
        len(text) <= LONGEST
        and split_number(text) is None
        and not re.search(r"[，。；：]", text)
        and kind_of(text) is SectionKind.APPENDIX
    )

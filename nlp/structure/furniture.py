"""Furniture: lines that belong to the page or the web site, not to the report's text."""

from __future__ import annotations

import re

from nlp.structure.date import DATE, YEAR
from nlp.structure.signature import LONGEST_LINE, SEAL, is_agency, is_signature

_PAGE_NUMBER = r"[\-—–－\s·]*第?\s*\d{1,3}\s*页?[\-—–－\s·]*(?:[/共]\s*共?\s*\d{1,3}\s*页?)?"
"""The number of a page, marked or not: 3, － 3 －, 第3页 共9页, 3/9."""
_NUMBER_WITHIN = re.compile(_PAGE_NUMBER)
_NUMBER_AT_EDGE = re.compile(_PAGE_NUMBER.replace("{1,3}", "{1,4}"))
_LONGEST_NUMBER = 80
"""Characters of the longest line that can be a page's number, blanks among them."""
_LABELS = (
    r"(?:索引号|发布机构|发文机关|发文机构|公开机构|所属机构|发文字号|文号|字号|发布日期|发布时间|发文日期|成文日期|生成日期|公开日期|废止日期|有效性|效力状态|"
    r"主题分类|信息分类|信息类别|组配分类|体裁分类|主题词|关键词|内容概述|(?:信息|稿件|文章|内容)?来源|作者|责任编辑|责编|编辑|审核|"
    r"浏览次数|浏览量|点击数|点击量|点击率|点击|访问量|阅读次数|阅读量|阅读|字体|字体大小|信息名称|名称|时间|日期|"
    r"标题|发布(?:单位|部门|人|者)|发文单位|来自|稿源|供稿|撰稿|录入|更新(?:时间|日期)|(?:生效|失效|印发|签发|制发)日期|公开属性|文件编号|"
    r"(?:浏览|阅读)人数|人工智能朗读|语音播报|(?:报告|填报)(?:单位|时间|日期))"
)
_LABEL_CELL = re.compile(
    rf"(?:{_LABELS}|分类|时效|公开(?:方式|形式|类别|范围)|(?:所属)?主题|生命周期|服务对象(?:分类)?)[:：]?"
)
"""A label in a cell of its own, blanks and brackets left out: [ 索 引 号 ]."""
_BESIDE = re.compile(r"\t+|\s*[|｜]\s*")
"""Between the cells of a row, as a table on a page is copied."""
_PATH = re.compile(
    r"(?:您?(?:现在|当前)?(?:所在)?的?位置\s*[:：])?\s*(?:网站)?首页\s*(?:[>＞»›→/｜|—]|-{1,2}>?)[^。，；]{0,80}"
    r"|[^。，；>＞»›]{0,20}(?:[>＞»›]{1,2}[^。，；>＞»›]{1,40}){2,8}|[>＞»›]"
)
"""The path to a page: 首页 / 年报 / 正文, 政务公开 > 年报 > 乡镇, or its rest on another line: > 年报 > 乡镇."""
_OF_AGENCY = re.compile(
    rf"(?:填报|编制|报送)?单位(?:名称)?\s*[:：]\s*(?P<agency>\S{{4,40}})(?:\s+{YEAR}年?度?)?"
)
"""Whose numbers a table has, above it: 单位：甲县财政局 2022年度."""
_FURNITURE = re.compile(
    rf"{_PAGE_NUMBER}"
    rf"|[（(]?\s*{_LABELS}{{1,3}}\s*[:：][^。；]{{0,100}}"
    r"|(?:[【\[（(]?\s*字[体号]\s*[:：]?\s*(?:大|中|小|\s)+[】\]）)]?.{0,10})"
    r"|(?:打印|关闭|分享|收藏|返回顶部|返回|上一篇|下一篇|扫一扫.{0,20}|当前位置.{0,60}|您(?:现在|当前)?(?:所在)?的?位置.{0,60}"
    r"|首页\s*[>»›].{0,80}|【?打印】?\s*【?关闭】?.{0,10})"
    rf"|(?:发布时间|发布日期|时间|日期)?\s*{DATE}(?:\s*\d\d?:\d\d(?::\d\d)?)?"
    r"|附件\s*\d{0,2}\s*[:：].{0,80}|附件\s*\d{0,2}|附表?\s*\d{0,2}\s*[:：][^，。；]{0,80}"
    r"|附?表\s*(?:\d{1,2}|[一二三四五六]{1,2}\s*[、：:．.\s])[、：:．.\s]*[^，。；]{2,40}(?:表|情况)"  # 表1：公开情况
    r"|附?图表?\s*[\d一二三四五六七八九十]{1,2}\s*[、：:．.\s]\s*[^，。；]{2,60}"  # 图1：近三年申请数量（单位：件）
    r"|[^，。；：]{2,40}(?:对比|统计|分布|占比|比例|构成|趋势|走势|柱状|折线|饼状|饼)示?意?图"
    r"|[（(]?\s*(?:计量)?单位\s*[:：]\s*(?:[件条个次项篇人元、,，/\s]|万元){1,12}[）)]?"
    r"|目[\s\u3000]*录|[|｜\s]+"
    r"|(?:主送|抄送|抄报|分送)\s*[:：][^。；]{0,140}。?"
    rf"|(?=.*印)[^《》于，、]{{0,40}}{DATE}\s*印发?"  # 甲县办公室 2022年1月20日印发
    r"|[（(]?\s*共印\s*\d{1,5}\s*份\s*[）)]?|(?:您好[\s，,！!]*)?欢迎(?:您|访问|来到|光临|登录|使用|进入)[^。；]{0,40}"
    rf"|{SEAL}"
    r"|[（(]\s*此页无正文.{0,10}[）)]|[（(]\s*(?:联系人|联系电话)[^（）()]{0,60}[）)]"
    r"|[\u4e00-\u9fff]{2,20}〔\d{4}〕\d+号"
)
_FOOT = re.compile(
    r"扫一扫|扫描二维码|[【\[]?\s*(?:打印|关闭)(?:本页|窗口|页面|正文|本文)|[【\[]\s*(?:打印|关闭|返回|顶部)|上一[篇条]|下一[篇条]"
    r"|(?:主办|承办|主管|协办|技术支持|版权所有)(?:单位)?\s*[:：]|版权所有|网站标识码|网站地图|关于我们|联系我们|.{0,20}ICP备|.{0,10}公网安备"
    r"|Copyright|©|(?:相关|附件)(?:链接|文章|附件|信息|阅读|文档|稿件|新闻|推荐|报道|下载)\s*[:：]?$|责任编辑|分享(?:到|\s*[:：]\s*$)|扫码[^。，；]{2,16}$|我要纠错|您是第|返回顶部",
    re.IGNORECASE,
)
"""What opens the foot of a web page."""
_REPORT_TITLE = re.compile(
    rf"《?[\u4e00-\u9fff（）()·]{{0,30}}?{YEAR}年?度?的?(?:政府信息|政务信息|信息|政务)公开(?:工作)?(?:情况)?的?"
    r"(?:年度)?(?:工作)?(?:报告|年报|总结)》?(?:\.\w{3,4})?"
)
"""A title as most are worded, without blanks: 〔甲局〕2021年政府信息公开工作年度报告〔.docx〕."""
_RUNNING_HEAD = re.compile(r"(?P<agency>.{0,30}?)政府信息公开(?:工作)?(?:年度(?:工作)?报告|年报)")
"""A title without its year, as the heads of pages have it."""
_BLANKS_WITHIN = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u3000]+(?=[\u4e00-\u9fff])")


def is_furniture(text: str) -> bool:
    """Whether the line is a page number, a date, a label, an attachment's name, a caption or a signature."""
    text = text.strip()
    if len(text) > LONGEST_LINE:
        return False
    spellings = {text, _BLANKS_WITHIN.sub("", text)}  # 索 引 号：
    if any(pattern.fullmatch(spelling) for spelling in spellings for pattern in (_FURNITURE, _PATH)):
        return True
    of_agency = _OF_AGENCY.fullmatch(text)
    return (
        (of_agency is not None and is_agency(of_agency["agency"])) or _is_labels(text) or is_signature(text)
    )


def _is_labels(text: str) -> bool:
    """Whether the line is a row of a page's labels with their values: 索引号 | 0012 | 分类 | 年报."""
    first, *others = _BESIDE.split(text.strip("|｜ \t"))
    label = re.sub(r"[\s\u3000【】\[\]（）()]+", "", first)
    return bool(others) and _LABEL_CELL.fullmatch(label) is not None


def is_page_number(text: str, at_edge: bool = False) -> bool:
    """Whether the line is nothing but a page's number.

    One of four digits is so only at the edge of a page (`at_edge`): elsewhere it may be a year.
    """
    pattern = _NUMBER_AT_EDGE if at_edge else _NUMBER_WITHIN
    return len(text) <= _LONGEST_NUMBER and pattern.fullmatch(text.strip()) is not None


def is_report_title(text: str) -> bool:
    """Whether the line is nothing but a report's title: a running head, a link, or where another report begins.

    Sure rather than complete, since such lines are left out of the text: a title that puts its year last, or is a
    notice's, is none here. Blanks in it and marks of a book (《》) about it do not matter.
    """
    if len(text) > LONGEST_LINE:
        return False
    text = re.sub(r"[\s\u3000]+", "", text)
    head = _RUNNING_HEAD.fullmatch(text)
    return _REPORT_TITLE.fullmatch(text) is not None or (
        head is not None and (not head["agency"] or is_agency(head["agency"]))
    )


def is_foot(text: str) -> bool:
    """Whether the line opens the foot of a web page."""
    return len(text) <= LONGEST_LINE and _FOOT.match(text.strip()) is not None

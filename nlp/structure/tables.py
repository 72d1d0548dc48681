"""Flattened tables: rows and cells of the statutory tables that arrive as lines of text.

The tables of the report's form are prescribed (国办公开办函〔2021〕30号, and the forms of 2008 to 2020 before it), so
their cells are a closed vocabulary. A line is a row if it is made of that vocabulary, of numbers, or of several short
cells; a short fragment counts as a cell only among lines that are, so that no sentence is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from nlp.labels import SectionKind
from nlp.structure.headings import is_heading_like, kind_of
from nlp.structure.numbering import split_number

_VOCABULARY = """
第二十条第一项 第二十条第五项 第二十条第六项 第二十条第八项 第二十条第九项 信息内容 本年制发件数 本年废止件数 现行有效件数 本年新制作数量
本年新公开数量 对外公开总数量 规章 规范性文件 行政规范性文件 本年处理决定数量 行政许可 其他对外管理服务事项 行政处罚 行政强制
上一年项目数量 本年增减 本年收费金额 本年收费金额单位万元 单位万元保留四位小数 单位万元 行政事业性收费 政府集中采购 采购项目数量 采购总金额
本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和 申请人情况 自然人 法人或其他组织 商业企业 科研机构 社会公益组织 法律服务机构
其他 总计 合计 本年新收政府信息公开申请数量 上年结转政府信息公开申请数量 本年度办理结果 予以公开 部分公开
区分处理的只计这一情形不计其他情形 部分公开区分处理的只计这一情形不计其他情形 不予公开 属于国家秘密 其他法律行政法规禁止公开
危及三安全一稳定 保护第三方合法权益 属于三类内部事务信息 属于四类过程性信息 属于行政执法案卷 属于行政查询事项 无法提供
本机关不掌握相关政府信息 没有现成信息需要另行制作 补正后申请内容仍不明确 不予处理 信访举报投诉类申请 重复申请 要求提供公开出版物
无正当理由大量反复申请 要求行政机关确认或重新出具已获取信息 其他处理
申请人无正当理由逾期不补正行政机关不再处理其政府信息公开申请 申请人逾期未按收费通知要求缴纳费用行政机关不再处理其政府信息公开申请
结转下年度继续办理 行政复议 行政诉讼 结果维持 结果纠正 其他结果 尚未审结 未经复议直接起诉 复议后起诉
统计指标 指标 单位 统计数 数值 计量单位 主动公开情况 主动公开政府信息数 主动公开规范性文件数 制发规范性文件总数 主动公开政府信息总数
通过不同渠道和方式公开政府信息的情况 政府公报公开政府信息数 政府网站公开政府信息数 政务微博公开政府信息数 政务微信公开政府信息数
其他方式公开政府信息数 回应解读情况 回应公众关注热点或重大舆情数 通过不同渠道和方式回应解读的情况 参加或举办新闻发布会总次数
其中主要负责同志参加新闻发布会次数 政府网站在线访谈次数 其中主要负责同志参加政府网站在线访谈次数 政策解读稿件发布数
微博微信回应事件数 其他方式回应事件数 依申请公开情况 收到申请数 当面申请数 传真申请数 网络申请数 信函申请数 其他形式申请数 申请办结数
按时办结数 延期办结数 申请答复数 属于已主动公开范围数 同意公开答复数 同意部分公开答复数 不同意公开答复数 其中涉及国家秘密 涉及商业秘密
涉及个人隐私 危及国家安全公共安全经济安全和社会稳定 不是条例所指政府信息 法律法规规定的其他情形 不属于本行政机关公开数 申请信息不存在数
告知作出更改补充数 告知通过其他途径办理数 行政复议数量 维持具体行政行为数 被依法纠错数 其他情形数 行政诉讼数量
维持具体行政行为或者驳回原告诉讼请求数 举报投诉数量 依申请公开信息收取的费用 机构建设和保障经费情况 政府信息公开工作专门机构数
设置政府信息公开查阅点数 从事政府信息公开工作人员数 专职人员数 兼职人员数 政府信息公开专项经费 不包括用于政府公报编辑管理及政府网站建设维护等方面的经费
政府信息公开会议和培训情况 召开政府信息公开工作会议或专题会议数 举办各类培训班数 接受培训人员数 填报单位 填报日期 审核人 填报人 单位负责人 联系电话
条 件 次 个 人 人次 万元 项 篇
"""
_MARKS = re.compile(r"[^\u4e00-\u9fffA-Za-z]+")
_LEADING_NUMBER = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[）)]?[、．.\s]*|\d{1,2}[.、．]\s*|[（(]\d{1,2}[）)]\s*|其中[：:])"
)
_NUMBER = re.compile(r"[-－—–/\\*＊×√〇○零无\s\d.,，%％]+")
_CELLS = re.compile(r"\t+|[ \u3000]{2,}|\s*\|\s*")
_SENTENCE_END = re.compile(r"[。！？；]")
_FUZZY = 0.86
_FRAGMENT = 16  # characters of the longest cell that is known only by its neighbours


def _words(text: str) -> str:
    return _MARKS.sub("", _LEADING_NUMBER.sub("", text.strip()))


_CELLS_OF_FORM = frozenset(filter(None, (_words(cell) for cell in _VOCABULARY.split())))
_FORM_TEXT = "/".join(sorted(_CELLS_OF_FORM))


@lru_cache(maxsize=4096)
def is_form_cell(text: str) -> bool:
    """Whether `text` is a cell of the prescribed tables, typing errors and all."""
    words = _words(text)
    if not words:
        return False
    if words in _CELLS_OF_FORM:
        return True
    if len(words) < 6 or _SENTENCE_END.search(text):
        return False
    return any(
        abs(len(cell) - len(words)) <= 3
        and SequenceMatcher(None, cell, words, autojunk=False).ratio() >= _FUZZY
        for cell in _CELLS_OF_FORM
        if len(cell) >= 6
    )


def is_number_cell(text: str) -> bool:
    """Whether `text` is numbers, dashes or an empty mark alone: what cells hold beside words."""
    return _NUMBER.fullmatch(text.strip()) is not None


def is_form_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table that the file marks as one is (part of) a prescribed table, or a table of numbers."""
    cells = [cell for row in rows for cell in row if cell.strip()]
    known = sum(is_form_cell(cell) or is_number_cell(cell) for cell in cells)
    return known >= len(cells) / 2


def table_lines(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it is part of a flattened table.

    Rows that speak for themselves are found first; then short lines between them, and bare numbers beside them.
    """
    certain = [_is_row(line) for line in lines]
    numeric = [is_number_cell(line) and bool(line.strip()) for line in lines]
    marked = list(certain)
    for start, stop in _runs([c or n or _is_fragment(line) for c, n, line in zip(certain, numeric, lines, strict=True)]):
        run = range(start, stop)
        anchors = [i for i in run if certain[i]]
        numbers = sum(numeric[i] for i in run)
        if not anchors and numbers < 3:
            continue
        first, last = (anchors[0], anchors[-1]) if anchors else (start, stop - 1)
        for i in run:
            inside = first <= i <= last
            if numeric[i] or (inside and (_is_part_of_form(lines[i]) or _between(certain, numeric, i, lines[i]))):
                marked[i] = True
    return marked


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Maximal runs [start, stop) of true flags."""
    runs: list[tuple[int, int]] = []
    for i, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == i:
            runs[-1] = (runs[-1][0], i + 1)
        elif flag:
            runs.append((i, i + 1))
    return runs


def _is_row(line: str) -> bool:
    """Whether the line alone shows that it is a row or a cell of a table."""
    cells = [cell for cell in _CELLS.split(line.strip()) if cell]
    if not cells or _is_prose(line):
        return False
    if len(cells) == 1:
        return _is_cell_with_numbers(cells[0]) and not _is_section_heading(cells[0])
    known = sum(is_form_cell(cell) or is_number_cell(cell) or _is_cell_with_numbers(cell) for cell in cells)
    return known >= len(cells) / 2 or ("\t" in line.strip() and len(cells) >= 3 and max(map(len, cells)) <= _FRAGMENT)


def _is_section_heading(cell: str) -> bool:
    """Whether a cell's words are also what a section is called (依申请公开情况): then only its neighbours can tell."""
    numbered = split_number(cell)
    heading = numbered.rest if numbered else cell
    return is_heading_like(heading) and kind_of(heading) is not SectionKind.LEGACY


_NUMBERS_BEHIND = re.compile(r"(?:[\s条件次个人元项篇万—-]*\s+[-\d.,]+)+\s*$|(?<=[\u4e00-\u9fff）)])[\d\s]{2,}$")


def _is_cell_with_numbers(cell: str) -> bool:
    """A form's cell, or one with its row's numbers behind it: 行政许可 0, 总计 0 0 0."""
    if is_form_cell(cell) and len(_words(cell)) > 2:
        return True
    stripped = _NUMBERS_BEHIND.sub("", cell)
    parts = [part for part in stripped.split() if not is_number_cell(part)]
    if stripped == cell and len(parts) < 2:
        return False
    return bool(parts) and all(is_form_cell(part) for part in parts)


def _is_prose(line: str) -> bool:
    """Whether a sentence stands in the line; a row's cells hold none (but for the form's own, which have no stop)."""
    return bool(re.search(r"[\u4e00-\u9fff][^\t]*[。；！？]", line)) or (
        line.count("，") >= 2 and not any(is_form_cell(cell) for cell in _CELLS.split(line))
    )


def _is_fragment(line: str) -> bool:
    """Whether the line is short enough for a wrapped cell, and no sentence."""
    text = line.strip()
    return not text or (len(text) <= 2 * _FRAGMENT and not re.search(r"[。；！？：:]", text) and text.count("，") <= 1)


def _is_part_of_form(line: str) -> bool:
    """Whether the line's words are a piece of a prescribed cell: cells wrap, and headers run down the page."""
    words = _words(line)
    return not words or words in _FORM_TEXT


def _between(certain: Sequence[bool], numeric: Sequence[bool], i: int, line: str) -> bool:
    """Whether `line`, the i-th, is a word or two with cells on both sides."""
    return (
        0 < i < len(certain) - 1
        and len(_words(line)) <= _FRAGMENT // 2
        and (certain[i - 1] or numeric[i - 1])
        and (certain[i + 1] or numeric[i + 1])
    )

"""Notices: what reading a file, or finding its sections, could not do, and says with the report."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.labels import Label


class Notice(Label):
    """A sentence for the user. A report's `warnings` hold it in English, pages in Chinese show it so."""

    NO_HEADING = (
        "no section heading found: the whole text was read as one section",
        "没有找到各部分的标题，全文按一个部分处理",
    )
    EMPTY_PROBLEMS = (
        "the section on problems (存在的主要问题及改进情况) has a heading but no text",
        "“存在的主要问题及改进情况”只有标题，没有正文",
    )
    SEVERAL = (
        "more than one report seems to be in this file: all of its sections are told as those of the first",
        "文件中可能不止一份报告，各份报告的内容都记在第一份名下",
    )
    NO_YEAR = "the year of the report could not be told", "无法判断报告的年度"
    READ_BY_OCR = (
        "pages that are images were read by OCR: some characters will be wrong",
        "图片页面的文字由光学识别得到，会有个别错字",
    )
    UNDECODABLE = (
        "some bytes could not be decoded and were replaced by \ufffd",
        "个别字节无法解码，已用“\ufffd”代替",
    )
    NUL_BYTES = "NUL bytes were dropped", "已去掉文中的空字节"
    MIXED = (
        "some lines are in UTF-8 and some in GB18030: each was read as what it is",
        "文件中混用 UTF-8 和 GB18030 两种编码，已逐行分别解码",
    )
    NOT_ALL = (
        "elements lie within each other too deeply: what follows the deepest was not read",
        "网页元素嵌套过深，最深处以后的内容没有读取",
    )


_MISSING = re.compile(r"page (\d+) is missing from the file")
_UNREAD = re.compile(r"pages that are images were not read \(OCR would\): (\d+(?:, \d+)*)")


def page_missing(number: int) -> str:
    """That a page, counted from 1, is missing."""
    return f"page {number} is missing from the file"


def pages_unread(numbers: Iterable[int]) -> str:
    """That pages, counted from 1, are images, and what stands on them was not read."""
    return f"pages that are images were not read (OCR would): {', '.join(map(str, numbers))}"


def in_chinese(warning: str) -> str:
    """A report's warning in Chinese; what is no notice of ours stays as it is."""
    if missing := _MISSING.fullmatch(warning):
        return f"文件缺少第 {missing[1]} 页"
    if unread := _UNREAD.fullmatch(warning):
        return f"第 {unread[1].replace(', ', '、')} 页是图片，文字没有读取（需要光学识别）"
    try:
        return Notice(warning).chinese
    except ValueError:
        return warning

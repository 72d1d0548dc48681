"""Closing: where a report's text is at its end, and signature, contacts, annexes or a page's foot follow."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from nlp.labels import SectionKind
from nlp.structure.furniture import is_foot, is_furniture, is_report_title
from nlp.structure.headings import LONGEST, is_canonical, kind_of
from nlp.structure.numbering import split_number
from nlp.structure.signature import (
    LONGEST_LINE,
    is_agency,
    is_dated_signature,
    is_signature,
    is_signed_date,
    signatures,
)

_SENTENCE = re.compile(r"[\u4e00-\u9fff][^。！？]{4,}[。！？]|^[\u4e00-\u9fff].*，.*[；：]$")
_CONTACT = re.compile(
    r"[（(]?(?:(?:(?:联系|咨询|监督|举报|投诉|办公|传真)?(?:电话|方式)|联系人|传真|(?:联系|办公|通[讯信]|单位)?地址|邮编|邮政编码"
    r"|(?:电子)?(?:邮箱|邮件|信箱)|网址|E-?mail)\s*[:：](?:[^。；：:]|:(?=//)|(?<=\d)[:：](?=\d)){1,60}"
    r"|(?:(?:单位|分管)?(?:负责人|领导)|(?:审核|填报|填表|制表|经办|统计|签发|校对|撰稿|供稿|拟稿)人?|[初复终]审)"
    r"\s*[:：]\s*[\u4e00-\u9fff·×*\s]{0,8}){1,6}[）)]?",
    re.IGNORECASE,
)
"""Labels with who answers for a report, and where: 联系人：张三 电话：0555-1234567."""
_ANNOUNCEMENT = re.compile(r"[：:]$|联系|咨询|查询|受理")
_ATTACHED = re.compile(r"附件?\s*\d{0,2}\s*[:：]")
_NUMBERED_NAME = re.compile(r"\d{1,2}\s*[.．、][^，。；]{2,60}")
_ANNEX = re.compile(r"附[件表录]\s*[\d一二三四五六]{0,2}\s*[:：]?\s*(?P<title>.*)")


def signature_start(lines: Sequence[str]) -> int:
    """The index from which on only the signature (agency, date), furniture and an annex follow; len(lines) if none."""
    signed = set(signatures(lines))
    start = _annexed_at(lines, signed)
    while start > 0:
        line = lines[start - 1].strip()
        if (
            is_furniture(line)
            or is_agency(line)
            or start - 1 in signed
            or is_signed_date(line)
            or is_dated_signature(line)
        ):
            start -= 1
        elif (before := min(_contacts_start(lines, start), _attachments_start(lines, start))) < start:
            start = before
        else:
            break
    return start


def _annexed_at(lines: Sequence[str], signed: Collection[int]) -> int:
    """Where the signature stands behind which there is an annex with a title of its own; len(lines) if nowhere.

    `signed` are the lines' `signatures`. A report may itself be the annex of a letter: then its title or headings of
    the forms are behind.
    """
    found: list[int] = []
    for i, line in enumerate(lines):
        annex = _ANNEX.fullmatch(line.strip()) if len(line) <= LONGEST_LINE else None
        if annex is None or not _is_title(annex["title"] or next(iter(lines[i + 1 : i + 2]), "").strip()):
            continue
        for above in range(i - 1, max(i - 5, -1), -1):
            if above in signed or is_signature(lines[above]):
                found.append(above)
            if above in signed or not (is_furniture(lines[above]) or is_signed_date(lines[above])):
                break
    last = max((i for i, line in enumerate(lines) if _is_of_report(line)), default=-1) if found else -1
    return next((above for above in found if above > last), len(lines))


def _is_of_report(line: str) -> bool:
    """Whether a line is a report's title or a heading that the forms prescribe."""
    numbered = split_number(line.strip())
    return is_report_title(line) or is_canonical(numbered.rest if numbered else line)


def _is_title(line: str) -> bool:
    return (
        2 <= len(line) <= LONGEST
        and not re.search(r"[，。；：:！？]", line)
        and split_number(line) is None
        and not (is_furniture(line) or is_agency(line))
    )


def _contacts_start(lines: Sequence[str], stop: int) -> int:
    """Where the labels begin that end at `stop` and say whom to ask; `stop` if the line above announces them."""
    start = stop
    while (
        start > 0 and len(lines[start - 1]) <= LONGEST_LINE and _CONTACT.fullmatch(lines[start - 1].strip())
    ):
        start -= 1
    announced = start == 0 or _ANNOUNCEMENT.search(lines[start - 1].strip())
    return stop if announced else start


def _attachments_start(lines: Sequence[str], stop: int) -> int:
    """Where a list of the attachments' names begins that ends at `stop`: 附件：1.…, then 2.… on a line of its own."""
    for i in range(stop - 1, -1, -1):
        if len(lines[i]) > LONGEST_LINE:
            break
        if _ATTACHED.match(lines[i].strip()):
            return i
        if not _NUMBERED_NAME.fullmatch(lines[i].strip()):
            break
    return stop


def closing_start(lines: Sequence[str], signed: Collection[int]) -> int:
    """The index from which on a text is at its end: a signature, a page's foot, an annex, and no sentence behind them.

    `lines` are a section's lines without tables, `signed` their `signatures`; len(lines) if nothing closes it.
    """
    start = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        if is_foot(lines[i]) or i in signed or _opens_annex(lines[i]) or is_signature(lines[i]):
            start = i
        elif _is_sentence(lines[i]):
            break
    return start


def _is_sentence(text: str) -> bool:
    """Whether the line says something; of a long one, any mark is enough: looking for more takes its length squared."""
    if len(text) > LONGEST_LINE:
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

"""Title: what a report is called, on one line of its front or over several.

Pages put the titles of sites, notices and menus around a report's, and covers part it into many lines. Of all that
could be the title, the one counts that says most: whose report it is, and of which year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.structure.agency import SUBJECT, agency_of
from nlp.structure.date import year_in
from nlp.structure.furniture import is_furniture
from nlp.structure.signature import is_agency

_TITLE = re.compile(
    r"(?:公开|政务).{0,16}(?:年度?)?(?:工作)?(?:年度)?(?:报告|年报|总结)|年度报告|公开年报|工作年报"
)
_SUBJECT_PART = re.compile(r"(?:信息|政务|院务|校务)公?开?")
_LABELS_BEHIND = re.compile(
    r"[\s\u3000【\[（(]*(?:(?:公开|发布|发文|成文|更新|生成)(?:时间|日期)|(?:信息|稿件)?来源|作者|(?:浏览|阅读|点击)(?:次数|量)|字体|字号)[:：].*"
)
"""Labels of a page on the title's line."""
_TITLE_LABEL = re.compile(
    r"[\[【]?\s*(?:标\s*题|(?:信息|文件)?名\s*称|内容概述)\s*[\]】]?\s*[:：|｜\t]\s*([^|｜\t]{8,80})"
)
_SITE = re.compile(r"(?:网|网站|门户|平台)$")
_NOTICE = re.compile(r"(?:通知|公告|函)$")
_PLACE = re.compile(r"[省市州县区盟旗乡镇]\s*$")
_SENTENCE = re.compile(r"[。；！？]|，.*，|现将|如下[：:]?$")
_MOST_JOINED = 5
"""Lines of a cover that a title takes from above its last."""
_LONGEST_TITLE = 200
"""Characters of the longest title that a file carries as its own: others are texts."""


def title_of(front: Sequence[str], file_title: str | None) -> tuple[str | None, set[int]]:
    """The report's title, by the lines before its first section or by the file, and which of these lines it is."""
    title, spent = _title(front)
    if title is None:
        title = _labelled_title(front) or _quoted_title(front)
    if file_title and len(file_title) <= _LONGEST_TITLE and _TITLE.search(file_title):
        own = re.split(r"\s*[_|]\s*|\s+-\s+|--", " ".join(file_title.split()))[0]
        if title is None or (_told(title) <= 0 < _told(own)):
            title = own
    return title, spent


def _title(front: Sequence[str]) -> tuple[str | None, set[int]]:
    """The report's title, over a few lines: of those that could be it, the one that says most, then the first."""
    best: tuple[str | None, set[int]] = None, set()
    for i, line in enumerate(front):
        first, last = i, i
        if not _is_title(line):
            if i + 1 == len(front) or not _is_title_part(line) or len(front[i + 1]) > 40:
                continue
            if is_furniture(front[i + 1]) or _is_title(front[i + 1]) or not _is_title(line + front[i + 1]):
                continue
            last = i + 1
        while first > 0 and _continues(front[first - 1], front[first : last + 1], i - first):
            first -= 1
        title = _joined(front[first : last + 1])
        labelled = best[0] is not None and best[0] != title and best[0].endswith(title)  # 名称某局2023年…
        if best[0] is None or labelled or _told(title) > _told(best[0]):
            best = title, set(range(first, last + 1))
    return best


def _continues(above: str, below: Sequence[str], joined: int) -> bool:
    """Whether a title of the lines `below` begins in the line above them, which may as well be the page's.

    `joined` counts the lines that it has taken from above; a cover may part it into many.
    """
    if not _is_title_part(above) or _SITE.search(above) or joined == _MOST_JOINED:
        return False
    title = _joined(below)
    if agency_of(title):
        if title.startswith(_joined([above])):
            return False
        if _PLACE.search(above):
            return True
        return joined < 2 and is_agency(above) and is_agency(below[0])
    if is_agency(above) or _PLACE.search(above) or year_in(above) or above.startswith("关于"):
        return True
    return SUBJECT.search(title) is None and _SUBJECT_PART.search(above) is not None


def _labelled_title(front: Sequence[str]) -> str | None:
    """The title that a page's labels tell: 标题：甲县水利局2021年政府信息公开工作年度报告."""
    values = (match[1] for line in front if (match := _TITLE_LABEL.match(line)))
    return next((title for value in values if _is_title(title := _joined([value]))), None)


def _quoted_title(front: Sequence[str]) -> str | None:
    """The title that the introduction of a text without one names: 现发布《甲县水利局2021年政府信息公开年度报告》."""
    quoted = (match[1] for line in front for match in re.finditer(r"《([^《》]{8,60})》", line))
    dated = (name for name in quoted if year_in(name) and name.endswith(("报告", "年报")))
    return next((name for name in dated if is_agency(agency_of(name) or "")), None)


def _told(title: str) -> int:
    """How much a title says of its report; that of a notice which sends the report, less than any other's."""
    told = 2 * (year_in(title) is not None) + (agency_of(title) is not None)
    return told - 4 * (_NOTICE.search(title) is not None)


def _is_title(line: str) -> bool:
    return (
        len(line) <= 80
        and _TITLE.search(line) is not None
        and not _SENTENCE.search(line)
        and not is_furniture(line)
    )


def _is_title_part(line: str) -> bool:
    return len(line) <= 40 and not is_furniture(line) and not re.search(r"[，。；：:;]", line)


def _joined(lines: Sequence[str]) -> str:
    text = "".join(
        re.sub(r"(?<=[^\x00-\x7f])[\s\u3000]+|[\s\u3000]+(?=[^\x00-\x7f])", "", line) for line in lines
    )
    return _LABELS_BEHIND.sub("", text).strip("#*| 《》")

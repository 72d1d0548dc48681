"""Metadata: the report's title, agency and year, from its front matter and its signature."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from nlp.structure.closing import signature_start
from nlp.structure.date import YEAR, date_in, year_of
from nlp.structure.divisions import places_of
from nlp.structure.furniture import is_furniture
from nlp.structure.signature import is_agency, signatures, signer_of

_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_YEAR = re.compile(YEAR)
_MARKED_YEAR = re.compile(rf"(?P<year>{YEAR})\s*年")
_YEAR_OF_NO_DATE = re.compile(rf"{_MARKED_YEAR.pattern}(?!\s*[\d元一二三四五六七八九十]{{1,2}}\s*月)")
_PERIOD = re.compile(r"(?P<year>20\d\d)年1月1日")
_NEARLY_OVER = 11
"""The month from which on a report is of the year that it is signed in, not of the one before."""
_SPAN_OF_YEARS = re.compile(
    rf"[（(]?(?:{YEAR}\s*年?\s*[-—－–~～至]+\s*{YEAR}\s*学?(?:年度?)?|{YEAR}\s*学?年度?(?:\d{{1,2}}月份?)?)[）)]?"
    rf"|^[\[〔【]{YEAR}年?度?[\]〕】]|^20\d\d(?=[\u4e00-\u9fff])"
)
"""2022年, 2022年度, （2022年度）, 2021—2022学年, 2022年12月, [2022], 2022 before an agency."""
_TITLE = re.compile(
    r"(?:公开|政务).{0,16}(?:年度?)?(?:工作)?(?:年度)?(?:报告|年报|总结)|年度报告|公开年报|工作年报"
)
_SUBJECT = re.compile(
    rf"(?:关于|发布|印发|公布|编制)?{YEAR}?\s*[年—\-]*度?\s*(?:的)?\s*(?:(?:公共)?企?事业单位|企业|(?<=[年度的])(?:学校|高校|医院))?"
    r"(?:政府信息|政务信息|信息|政务|部门信息|政府网站|院务|校务)\s*(?:与政务)?公开"
)
_SENDING = re.compile(r"(?:年度|关于|的|发布|印发|公布|报送|上报|呈报|门户网站|网站)+$")
_SUBJECT_PART = re.compile(r"(?:信息|政务|院务|校务)公?开?")
_OTHER_SUBJECT = re.compile(
    r"(?:法治政府建设|依法行政|政务服务|电子政务|政府网站|网站建设)?(?:工作)?(?:情况)?(?:年度)?(?:报告|总结)?(?:暨|及|和|与)$"
)
"""What one report is about as well: 某局法治政府建设情况报告暨2022年政府信息公开报告."""
_LABELS_BEHIND = re.compile(
    r"[\s\u3000【\[（(]*(?:(?:公开|发布|发文|成文|更新|生成)(?:时间|日期)|(?:信息|稿件)?来源|作者|(?:浏览|阅读|点击)(?:次数|量)|字体|字号)[:：].*"
)
"""Labels of a page on the title's line."""
_TITLE_LABEL = re.compile(
    r"[\[【]?\s*(?:标\s*题|(?:信息|文件)?名\s*称|内容概述)\s*[\]】]?\s*[:：|｜\t]\s*([^|｜\t]{8,80})"
)
_SITE = re.compile(r"(?:网|网站|门户|平台)$")
_LABEL = re.compile(r"^【[^】]*】")
_NOTICE = re.compile(r"(?:通知|公告|函)$")
_PLACE = re.compile(r"[省市州县区盟旗乡镇]\s*$")
_NO_AGENCY = re.compile(
    r"^(?:本(?!溪)|我|该|现|在|各|全[国省市州县区镇乡]|所属|有关|相关|按照|根据|依据|为)|[，。：；]"
)
_SENTENCE = re.compile(r"[。；！？]|，.*，|现将|如下[：:]?$")
_LEAD_AGENCY = re.compile(
    r"(?<![\u4e00-\u9fff\d》）)])(?:[\u4e00-\u9fff]{0,12}?(?:现将|公布|发布|编制|汇总|由(?!贸)))?"
    r"((?:(?!公布|现将|汇总|涵盖|包括|编制(?!委)|[本我][局委厅办院部处省市州县区镇乡街])[\u4e00-\u9fff]){3,30}?"
    r"(?:政府|局|委员会|办公室|办事处|厅|委|中心|院|学校?|公司|联合会|合作社|队|海关|部))(?=20\d\d年|编制(?!委)|特)"
)
"""At the head of a clause, maybe behind what is done: 现向社会公布〔甲局〕2021年度报告, 本报告由〔甲局〕编制."""
_NAMED_ASIDE = (
    re.compile(
        r"报告是?由([\u4e00-\u9fff]{4,36}?)(?:的?(?:政府信息|政务|信息)公开[\u4e00-\u9fff]{1,12}?)?(?:根据|按照|依据|负责|组织编|汇总|综合)"
    ),
    re.compile(rf"(?:公布|发布){YEAR}年度?([\u4e00-\u9fff]{{3,30}}?)(?:政府)?信息公开"),
    re.compile(
        r"疑问[^。]{0,16}?(?:与|联系|致电)[：:]?\s*([\u4e00-\u9fff]{4,36}?)"
        r"(?:的?(?:政府信息|政务|信息)公开[\u4e00-\u9fff]{1,24}?)?(?:联系|[，,（(；;。：:])"
    ),
)
"""Where a report without a title tells of its agency as well: who put it together, whose it is, whom to ask."""
_ITS_OFFICE = re.compile(r"(?<=[局委院会厅处所司校])办公室$|(?:党政|行政|综合)办公室$")
_TOLD_YEAR = re.compile(rf"(?:^|[。；])\s*(?:截[至止])?({YEAR})年(?!\d)")
"""A year that opens a sentence, as in 2015年，我局公开信息30条."""
_BRACKETED = re.compile(r"[（(](.+)[）)]")


_MOST_JOINED = 5
"""Lines of a cover that a title takes from above its last."""
_LONGEST_TITLE = 200
"""Characters of the longest title that a file carries as its own: others are texts."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the front of a report says of it; `spent` are the indices of its lines that are no narrative."""

    title: str | None
    agency: str | None
    year: int | None
    spent: frozenset[int]


@dataclass(frozen=True)
class _Signature:
    """Who signs a text, and when; looked for once, and not before it is asked for: mostly title and front tell."""

    lines: Sequence[str]

    @cached_property
    def agency(self) -> str | None:
        closing = (name for line in self._closing if is_agency(name := signer_of(line)))
        return next(chain(closing, (signer_of(self.lines[i]) for i in self._signed)), None)

    @property
    def dated(self) -> Iterator[str]:
        """The lines in which the date may be."""
        beside = (j for i in self._signed for j in (i - 1, i + 1) if 0 <= j < len(self.lines))
        return chain((self.lines[j] for j in beside), self._closing)

    @cached_property
    def _signed(self) -> list[int]:
        return list(signatures(self.lines))

    @cached_property
    def _closing(self) -> Sequence[str]:
        return self.lines[signature_start(self.lines) :]


def metadata_of(front: Sequence[str], everything: Sequence[str], file_title: str | None) -> Metadata:
    """Read title, agency and year.

    `front` are the lines before the first section, `everything` the whole text's lines, `file_title` the title that
    the file carries as its own. `spent` names the front lines that are title or furniture, not narrative.
    """
    front, everything = [
        [_closed_up(line.translate(_FULL_WIDTH)) for line in lines] for lines in (front, everything)
    ]
    title, spent = _title(front)
    if title is None:
        title = _labelled_title(front) or _quoted_title(front)
    if file_title and len(file_title) <= _LONGEST_TITLE and _TITLE.search(file_title):
        own = re.split(r"\s*[_|]\s*|\s+-\s+|--", file_title.strip())[0]
        if title is None or (_told(title) <= 0 < _told(own)):
            title = own
    signature = _Signature(everything)
    agency = _agency_of(title) if title else None
    if agency is None:
        agency = _agency_below(front, spent) or signature.agency or _agency_in_lead(front)
        agency = agency or _agency_aside(front)
    elif not places_of(agency):  # 县教育局: the signature may tell of which county
        signed = signature.agency
        agency = signed if signed and signed.endswith(agency) and places_of(signed) else agency
    year = _year(title, front, signature)
    spent |= {i for i, line in enumerate(front) if _is_front_matter(line)}
    spent |= {i for i, (above, line) in enumerate(pairwise(front), 1) if _is_value(above, line)}
    return Metadata(title, agency, year, frozenset(spent))


def _closed_up(line: str) -> str:
    """A line without the blanks that part its characters: 年 度 报 告; any other line as it is."""
    parts = line.split()
    single = sum(len(part) == 1 for part in parts)
    return "".join(parts) if len(parts) >= 4 and single >= 0.7 * len(parts) else line


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


def _labelled_title(front: Sequence[str]) -> str | None:
    """The title that a page's labels tell: 标题：甲县水利局2021年政府信息公开工作年度报告."""
    values = (match[1] for line in front if (match := _TITLE_LABEL.match(line)))
    return next((title for value in values if _is_title(title := _joined([value]))), None)


def _quoted_title(front: Sequence[str]) -> str | None:
    """The title that the introduction of a text without one names: 现发布《甲县水利局2021年政府信息公开年度报告》."""
    quoted = (match[1] for line in front for match in re.finditer(r"《([^《》]{8,60})》", line))
    dated = (name for name in quoted if _YEAR.search(name) and name.endswith(("报告", "年报")))
    return next((name for name in dated if is_agency(_agency_of(name) or "")), None)


def _continues(above: str, below: Sequence[str], joined: int) -> bool:
    """Whether a title of the lines `below` begins in the line above them, which may as well be the page's.

    `joined` counts the lines that it has taken from above; a cover may part it into many.
    """
    if not _is_title_part(above) or _SITE.search(above) or joined == _MOST_JOINED:
        return False
    title = _joined(below)
    if _agency_of(title):
        if title.startswith(_joined([above])):
            return False
        if _PLACE.search(above):
            return True
        return joined < 2 and is_agency(above) and is_agency(below[0])
    if is_agency(above) or _PLACE.search(above) or _YEAR.search(above) or above.startswith("关于"):
        return True
    return _SUBJECT.search(title) is None and _SUBJECT_PART.search(above) is not None


def _told(title: str) -> int:
    """How much a title says of its report; that of a notice which sends the report, less than any other's."""
    told = 2 * (_YEAR.search(title) is not None) + (_agency_of(title) is not None)
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


def _is_front_matter(line: str) -> bool:
    """Whether a line before the first section is a label, a date, an addressee, an agency: anything but narrative."""
    if is_furniture(line):
        return True
    if len("".join(line.split())) <= 30 and not re.search(r"[。；，！？,;.]", line):
        return True
    return len(line) <= 25 and line.endswith(("：", ":")) and not line.rstrip("：:").endswith("如下")


def _is_value(above: str, line: str) -> bool:
    """Whether a line stands beneath the label of a page that it is the value of: 主题分类：, then 卫生，医疗."""
    return (
        above.rstrip().endswith(("：", ":")) and is_furniture(above) and len(line) <= 40 and "。" not in line
    )


def _agency_of(title: str) -> str | None:
    """The agency that a title names before its subject: 〔甲局〕2021年政府信息公开工作年度报告."""
    match = _SUBJECT.search(title)
    head = title[: match.start()] if match and match.start() else ""
    if match and not head:
        behind = re.search(r"(?:[（(—\-]+|(?<=报告)|(?<=年报))([\u4e00-\u9fff]{4,30})[）)]?$", title)
        head = behind.group(1) if behind and is_agency(behind.group(1)) else ""
    head = _SPAN_OF_YEARS.sub("", _LABEL.sub("", head))
    head = _SENDING.sub("", head.strip("《》“”（）()〔〕-—\"' "))
    head = _OTHER_SUBJECT.sub("", re.sub(r"^(?:关于|发布|印发|公布)", "", head))
    head += "政府" if head.endswith("人民") else ""  # 某县人民政府信息公开年报
    head += "）" if head.count("（") > head.count("）") else ""  # 某局（某办）: the mark was its own
    return head if 2 <= len(head) <= 40 and not _NO_AGENCY.search(head) else None


def _agency_below(front: Sequence[str], title: set[int]) -> str | None:
    """An agency that stands right under the title, maybe under its year."""
    below = max(title, default=len(front)) + 1
    return next((_unbracketed(line) for line in front[below : below + 2] if is_agency(line)), None)


def _unbracketed(line: str) -> str:
    match = _BRACKETED.fullmatch(line.strip())
    return match[1].strip() if match else line.strip()


def _agency_in_lead(front: Sequence[str]) -> str | None:
    named = (match[1] for line in front for match in _LEAD_AGENCY.finditer(line))
    return next((name for name in named if not _NO_AGENCY.search(name)), None)


def _agency_aside(front: Sequence[str]) -> str | None:
    """The agency that the introduction names in passing, with its place: 请与〔甲县水利局〕办公室联系."""
    found = (match[1] for pattern in _NAMED_ASIDE for line in front for match in pattern.finditer(line))
    names = (_ITS_OFFICE.sub("", re.sub(r"人民$", "人民政府", name)) for name in found)
    return next((name for name in names if _is_agency_with_place(name)), None)


def _is_agency_with_place(name: str) -> bool:
    places = places_of(name)
    return bool(places) and (is_agency(name) or "".join(places) == name) and not _NO_AGENCY.search(name)


def _year(title: str | None, front: Sequence[str], signature: _Signature) -> int | None:
    """The year that the title names, or the front; failing that, one that a signature closes, or sentences tell."""
    named = _YEAR.search(title) if title else None
    if named:
        return year_of(named[0])
    text = "\n".join(front)
    stated = _PERIOD.search(text) or _YEAR_OF_NO_DATE.search(text)
    if stated:
        return year_of(stated["year"])
    for line in (*signature.dated, *front):
        date = date_in(line)
        if date and (not (name := signer_of(line)) or is_agency(name)):
            return date.year - (date.month < _NEARLY_OVER)
    dated = _MARKED_YEAR.search(text)
    if dated:
        return year_of(dated["year"])
    told = Counter(match[1] for line in signature.lines for match in _TOLD_YEAR.finditer(line))
    return year_of(told.most_common(1)[0][0]) if told else None

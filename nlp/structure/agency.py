"""Agency: whose report it is, as its front tells.

A title names the agency before its subject. Where it does not, the agency may stand on a line beneath, or the
introduction tells of it in passing; its signature is read elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.structure.date import YEAR
from nlp.structure.divisions import places_of
from nlp.structure.signature import is_agency

SUBJECT = re.compile(
    rf"(?:关于|发布|印发|公布|编制)?{YEAR}?\s*[年—\-]*度?\s*(?:的)?\s*(?:(?:公共)?企?事业单位|企业|(?<=[年度的])(?:学校|高校|医院))?"
    r"(?:政府信息|政务信息|信息|政务|部门信息|政府网站|院务|校务)\s*(?:与政务)?公开"
)
_SPAN_OF_YEARS = re.compile(
    rf"[（(]?(?:{YEAR}\s*年?\s*[-—－–~～至]+\s*{YEAR}\s*学?(?:年度?)?|{YEAR}\s*学?年度?(?:\d{{1,2}}月份?)?)[）)]?"
    rf"|^[\[〔【]{YEAR}年?度?[\]〕】]|^20\d\d(?=[\u4e00-\u9fff])"
)
"""2022年, 2022年度, （2022年度）, 2021—2022学年, 2022年12月, [2022], 2022 before an agency."""
_SENDING = re.compile(r"(?:年度|关于|的|发布|印发|公布|报送|上报|呈报|门户网站|网站)+$")
_OTHER_SUBJECT = re.compile(
    r"(?:法治政府建设|依法行政|政务服务|电子政务|政府网站|网站建设)?(?:工作)?(?:情况)?(?:年度)?(?:报告|总结)?(?:暨|及|和|与)$"
)
"""What one report is about as well: 某局法治政府建设情况报告暨2022年政府信息公开报告."""
_LABEL = re.compile(r"^【[^】]*】")
_NO_AGENCY = re.compile(
    r"^(?:本(?!溪)|我|该|现|在|各|全[国省市州县区镇乡]|所属|有关|相关|按照|根据|依据|为)|[，。：；]"
)
_BRACKETED = re.compile(r"[（(](.+)[）)]")
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


def agency_of(title: str) -> str | None:
    """The agency that a title names before its subject: 〔甲局〕2021年政府信息公开工作年度报告."""
    match = SUBJECT.search(title)
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


def agency_below(front: Sequence[str], title: set[int]) -> str | None:
    """An agency that stands right under the title, maybe under its year."""
    below = max(title, default=len(front)) + 1
    return next((_unbracketed(line) for line in front[below : below + 2] if is_agency(line)), None)


def _unbracketed(line: str) -> str:
    match = _BRACKETED.fullmatch(line.strip())
    return match[1].strip() if match else line.strip()


def agency_in_lead(front: Sequence[str]) -> str | None:
    """The agency that the introduction says publishes or compiles the report: 现公布〔甲局〕2021年年度报告."""
    named = (match[1] for line in front for match in _LEAD_AGENCY.finditer(line))
    return next((name for name in named if not _NO_AGENCY.search(name)), None)


def agency_aside(front: Sequence[str]) -> str | None:
    """The agency that the introduction names in passing, with its place: 请与〔甲县水利局〕办公室联系."""
    found = (match[1] for pattern in _NAMED_ASIDE for line in front for match in pattern.finditer(line))
    names = (_ITS_OFFICE.sub("", re.sub(r"人民$", "人民政府", name)) for name in found)
    return next((name for name in names if _is_agency_with_place(name)), None)


def _is_agency_with_place(name: str) -> bool:
    places = places_of(name)
    return bool(places) and (is_agency(name) or "".join(places) == name) and not _NO_AGENCY.search(name)

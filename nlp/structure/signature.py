"""Signatures: the agency and the date that close a report, on two lines or one, with a seal or without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nlp.structure.date import DATE_OR_MONTH, DATES_BEGIN, without_dates

SEAL = r"[（(]\s{0,4}(?:加盖|单位|机关|行政|电子)?\s{0,4}[公盖印签]?\s{0,4}章\s{0,4}[）)]"
LONGEST_LINE = 160
"""Characters of the longest line that is looked at: a pattern that ends in blanks takes its time over many."""
_SIGNED_DATE = rf"[（(]?{DATE_OR_MONTH}[）)]?"
"""The date of a signature: the day may be left out."""
_DATE_LINE = re.compile(_SIGNED_DATE)
_DATES_BEGIN = (*DATES_BEGIN, "（", "(")
_SEAL = re.compile(SEAL)
_SEAL_LINE = re.compile(rf"\s*{SEAL}\s*")
_AGENCY = re.compile(r"[\u4e00-\u9fff（）()·\s\u3000]{3,40}")
_AGENCY_ENDS = (
    r"政府|办公室|办公厅|办事处|委员会|管委会|局|厅|部|署|院|校|学|中心|公司|集团|所|站|队|会|馆|办|社|行|处|科"
    r"|大学|学校|医院|海关|街道|镇|乡"
)
_AGENCY_END = re.compile(rf"(?:{_AGENCY_ENDS})$")
_NO_AGENCY = re.compile(
    r"召开|举[办行]|参加|组织(?![部办处科人委])|开展|成立|设立|建成|升级|印发|报送"
    r"|事项|没有|^暂无|(?:培训|座谈|推进|动员|听证|交流|现场|联席|部署|调度|研讨|宣讲|工作|专题|常务|例|恳谈|评议)会$"
)
_SIGNER_END = re.compile(rf"(?:{_AGENCY_ENDS}|联|协|委|台|[农林渔牧广]场|园|区|厂|库|宫|室|团|段)$")
"""Beside a date, more endings are an agency's: 县残联, 某高新区; but a deed, a meeting or 无其他事项 is none."""
_NOTHING = re.compile(r"(?:暂?无|没有)[\s\u3000]+[^\s\u3000]{2}")
"""A section's text before a signature on the same line: 无 某局 2022年1月20日."""
_SIGNATURE = re.compile(
    rf"(?P<signer>[\u4e00-\u9fff（）()·]{{3,40}}?)(?:{SEAL}|(?:{SEAL})?{_SIGNED_DATE}(?:{SEAL})?)"
)
"""A signature on one line, without blanks: 某局2022年1月20日, 某局（盖章）."""
_DATED_SIGNATURE = re.compile(
    rf"{_SIGNED_DATE}[\s\u3000]+(?P<signer>[\u4e00-\u9fff（）()·]{{3,40}}?)(?:{SEAL})?"
)


def is_agency(text: str) -> bool:
    """Whether the line is nothing but an agency's name."""
    text = text.strip()
    return len(text) <= LONGEST_LINE and bool(
        _AGENCY.fullmatch(text) and _AGENCY_END.search(text.rstrip("）) "))
    )


def is_signed_date(text: str) -> bool:
    """Whether the line is nothing but the date of a signature."""
    if len(text) > LONGEST_LINE or not text.lstrip().startswith(_DATES_BEGIN):
        return False  # nearly all lines: they need not be taken apart
    return _DATE_LINE.fullmatch("".join(text.split())) is not None


def signer_of(text: str) -> str:
    """A line of a signature without its date and its seal."""
    return _SEAL.sub("", without_dates(text)).strip()


def _is_signer(text: str) -> bool:
    """Whether a line that stands beside a date is the agency that signs."""
    name = "".join(text.split()) if len(text) <= LONGEST_LINE else ""
    ends = _SIGNER_END.search(name.rstrip("）)"))
    return _AGENCY.fullmatch(name) is not None and ends is not None and _NO_AGENCY.search(name) is None


def is_signature(text: str) -> bool:
    """Whether the line is an agency with a date or a seal behind it."""
    if len(text) > LONGEST_LINE or _NOTHING.match(text):
        return False
    signature = _SIGNATURE.fullmatch("".join(text.split()))
    return signature is not None and _is_signer(signature["signer"])


def is_dated_signature(text: str) -> bool:
    """Whether the line is a date with an agency behind it: at a text's end, for else it may tell of a day's event."""
    signature = _DATED_SIGNATURE.fullmatch(text) if len(text) <= LONGEST_LINE else None
    return signature is not None and _is_signer(signature["signer"])


def signatures(lines: Sequence[str]) -> Iterator[int]:
    """The indices of agencies' names that stand above or below a date, with a seal between or not."""
    unsealed = [
        (i, line, is_signed_date(line)) for i, line in enumerate(lines) if not _SEAL_LINE.fullmatch(line)
    ]
    for (i, line, dated), (j, following, dated_next) in pairwise(unsealed):
        if dated_next and _is_signer(line):
            yield i
        elif dated and _is_signer(following):
            yield j

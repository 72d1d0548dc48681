"""Parting: a line that lost its breaks, cut at the headings in it.

Some reports arrive on one line, or a section with the heading of the next at its end. A heading within a line counts
only where it is spelt as a form has it or where three count on from one, for texts name sections, too, and contents
list them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from nlp.labels import SectionKind
from nlp.structure.cells import is_form_cell
from nlp.structure.headings import CANONICAL, LONGEST, is_heading_like, kind_of
from nlp.structure.numbering import number_value, split_number

_OLD_FORM = (
    r"(?:政府信息)?主动公开(?:政府信息)?的?情况|(?:政府信息)?依申请公开(?:政府信息)?(?:和不予公开政府信息)?(?:工作|办理)?的?情况"
    r"|(?:政府信息公开)?的?收费[及和]减免的?情况|(?:因政府信息公开)?申请行政复议[、和]提起行政诉讼的?情况"
    r"|(?:政府信息公开)?工作中?存在的(?:主要)?问题[及和]改进(?:措施|情况)"
)
"""Headings as the forms before 2019 spell them, beside those that are of all."""
_SPELT = "|".join(sorted(CANONICAL, key=len, reverse=True))
_HEADING_WITHIN = re.compile(
    r"(?:(?<=[\s\d。；：！？）)无—-])|(?<=报告)|(?<=项目)|^)[一二三四五六七八九十]{1,2}、"
    rf"(?:{_SPELT}|{_OLD_FORM})"
    r"(?![、，；;,.…和及与或]|[\s.…·]{0,80}\d{0,3}\s{0,4}(?:$|[一二三四五六七八九十]{1,2}、))[：:。]?"
)
"""A heading of the form in the middle of a line, with text behind it: neither a list of headings nor their contents."""
_HEADING_AT_END = re.compile(
    rf"(?<=[。！？])[\s\u3000]*(?P<heading>[一二三四五六七八九十]{{1,2}}、(?:{_SPELT})[：:]?)\s*$"
)
"""A heading of the form behind a line's last sentence: that of a section whose table is on the lines below."""
_NUMBER_WITHIN = re.compile(
    r"(?:(?<=[\s。！？：:)）])|^)(?P<number>[一二三四五六七八九十]{1,2})\s?、\s?(?P<heading>[^\s。；，：:、一二三四五六七八九十]"
    rf"[^\s。；：:]{{1,{LONGEST}}})(?:[。：:]|(?=\s))"
)
"""A number in the middle of a line, and what stands behind it up to a blank or a mark."""
_TITLE_BEFORE = re.compile(r"[^。，；：:]{6,60}(?:年度报告|工作报告|年报)[\s\u3000]+(?=\S)")
"""A title at the beginning of such a line."""
_PRESENT_FORM = {
    1: SectionKind.OVERVIEW,
    2: SectionKind.PROACTIVE,
    3: SectionKind.REQUESTS,
    4: SectionKind.REVIEW,
    5: SectionKind.PROBLEMS,
    6: SectionKind.OTHER,
}
_SIGNED = re.compile(r"(?<=[。！\s])[\u4e00-\u9fff]{4,30}\s*(?P<date>20\d\d年\d{1,2}月\d{1,2}日)\s*$")
"""An agency and a date at the end of such a line."""


def at_headings(line: str) -> list[str]:
    """A line that lost its breaks, parted at the headings of the form in it; any other line as it is."""
    if "、" not in line:  # nor a heading with its number: most lines, and all cells of tables
        return [line]
    spelt = [match.span() for match in _HEADING_WITHIN.finditer(line)]
    counted = _counted_headings(line)
    found = counted if {start for start, _ in spelt} <= {start for start, _ in counted} else spelt
    found = found if len(found) >= 3 else _behind_a_stop(line, spelt)
    if not found:
        return [line]
    signed = _SIGNED.search(line, found[-1][1])
    signature = (signed.start(), signed.start("date")) if signed else ()
    title = _TITLE_BEFORE.match(line, 0, found[0][0])
    cuts = [title.end()] if title else []
    cuts = [0, *cuts, *(place for span in found for place in span), *signature, len(line)]
    return [line[start:stop] for start, stop in pairwise(cuts)]


def _counted_headings(line: str) -> list[tuple[int, int]]:
    """Where headings of any form stand in a line, counted from one on, each with a blank or a mark before its text.

    [] unless the kinds of three are known, and three have a sentence behind them, which contents have not.
    """
    found: list[tuple[int, int]] = []
    known = 0
    for match in _NUMBER_WITHIN.finditer(line):
        heading = match["heading"]
        if number_value(match["number"]) != len(found) + 1 or not is_heading_like(heading):
            continue
        is_known = kind_of(heading) is not SectionKind.LEGACY
        if is_known or not is_form_cell(heading):
            found.append(match.span())
            known += is_known
    stops = [*(start for start, _ in found[1:]), len(line)]
    with_text = sum("。" in line[end:stop] for (_, end), stop in zip(found, stops, strict=False))
    return found if known >= 3 and with_text >= 3 else []


def _behind_a_stop(line: str, spelt: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Which of a line's headings stand right behind a sentence, however few, by the present form's words and number.

    更新慢。 六、其他需要报告的事项 无。
    """
    at_end = _HEADING_AT_END.search(line)
    behind = [span for span in spelt if line[: span[0]].rstrip().endswith(("。", "！", "？"))]
    behind += [at_end.span("heading")] if at_end else []
    return [(start, stop) for start, stop in behind if _is_of_present_form(line[start:stop])]


def _is_of_present_form(heading: str) -> bool:
    numbered = split_number(heading)
    return numbered is not None and _PRESENT_FORM.get(numbered.value) is kind_of(numbered.rest)

"""Headings: what a section heading says its section is for.

The current form (2019 on) prescribes six headings, the forms before it a dozen; offices spell all of them in
hundreds of ways. A heading is a noun phrase made of a kind's own words between a free beginning and an end that
only headings have, which is how a heading differs from a sentence or a slogan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.labels import SectionKind
from nlp.structure.numbering import NumberStyle, split_number

LONGEST = 34
"""Characters of the longest heading, spaces left out."""
_LONGEST_LINE = 200
"""Characters of the longest line that can be a heading, spaces and the dots before a page number among them."""

_SPACE = re.compile(r"[\s\u3000]+")
_ORNAMENT = re.compile(r"^[#*·•▪◆■★\-—_]+|[*_]+$")
_TRAILING = re.compile(r"[：:。．.;；，,、]+$")
_PAGE = re.compile(r"[.．…·\-—_\s]{2,}\d{1,3}$")
_ASIDE = re.compile(r"(?<=[\u4e00-\u9fff])[（(](?!暂?无|没有)[^（）()。；]{1,12}[）)]$")
"""（见附件） behind a heading; （无） is the section's text."""
_AS_FOLLOWS = re.compile(r"(?<=情况|措施|问题|计划|打算|安排)(?:具体)?如下$")
_YEAR = re.compile(r"^(?:20\d\d|二[〇○零]..)年度?(?=.)(?![^一-龥])")
_VERBS = re.compile(
    r"^(?:进一步|持续|不断|全面|切实|着力|积极|认真|严格|大力|深入|扎实|稳步|有序|主动(?!公开)|及时|加大|加快|加强|强化|推进|推动|"
    r"深化|规范(?!性)|健全|落实|做好|做实|做优|完善|提高|提升|拓展|拓宽|拓深|聚焦|围绕|坚持|突出|优化|创新|夯实|丰富|压实|明确|细化|抓好|抓实|"
    r"抓牢|抓紧|把好|建立|构建|打造|畅通|注重|狠抓|严把|增强|统一|精心|充分|高度|依法|严肃|开展|组织(?!领导|机构|保障|建设|实施|情况|推动|管理)|"
    r"成立|召开|举办|印发|制定|发挥|扩大|统筹|紧扣|紧盯|立足|对照|针对|关于.+的通知|现[将就对把]|根据|按照)"
)
_REPORTED_DEED = re.compile(r"(?:推进|推动|落实|开展|做好|组织|加强)(?:.{0,4}(?:信息|政务)公开).{0,12}情况")
"""A verb as in a slogan, but a report on it: 推进政府信息公开工作情况."""

# Kinds in the order in which they are tried: the first whose words fit decides.
_KINDS: tuple[tuple[SectionKind, str], ...] = (
    (SectionKind.APPENDIX, r"附[表件录图]\d*.*|.*(?:统计|指标)表(?:格)?|.*情况统计表.*"),
    (
        SectionKind.PROBLEMS,
        r".*(?:存在|主要|面临|突出).{0,8}(?:问题|不足|困难|短板|差距|薄弱环节).{0,24}"
        r"|(?:工作|有关)?(?:问题|不足|困难|难点|短板|差距|薄弱环节).{0,20}"
        r"(?:改进|整改|提升|措施|打算|对策|建议|计划|安排|情况|方向|思路|努力|展望|下一?步).{0,12}"
        r"|(?:工作)?(?:的)?(?:问题|不足|困难|短板|差距|薄弱环节)(?:之处|方面)?"
        r"|.{0,6}(?:问题|不足|困难|短板|差距)(?:与|和|及|以及|、)(?:问题|不足|困难|挑战|短板|差距|薄弱环节).{0,12}|.*(?:不足之处|薄弱环节)(?:及|和|与|、).{0,16}"
        r"|.*工作(?:中)?的(?:问题|不足|困难).{0,16}|(?:需要?|有待|亟待)(?:进一步)?(?:改进|完善|加强)的(?:地方|方面|问题|工作)",
    ),
    (
        SectionKind.OTHER,
        r".{0,12}其[他它].{0,10}(?:事项|事宜|情况|说明|内容|问题|工作)?|.*(?:需要?|应当?|须|有待)(?:报告|说明)(?:的|说明的|和说明的)?.{0,6}(?:事项|事宜|情况|内容|问题)?"
        r"|附注|备注|说明事项|有关说明|其[他它]",
    ),
    (
        SectionKind.PLANS,
        r".{0,8}(?:下一?步|今后|下一?年度?|明年|来年|未来|新一年|20\d\d年).{0,12}"
        r"(?:打算|计划|安排|思路|措施|重点|举措|工作|方向|目标|设想|努力方向)"
        r"|.{0,8}(?:改进|整改|解决)(?:的)?(?:工作)?(?:措施|情况|方向|意见|打算|举措|办法|对策|建议).{0,8}|.{0,6}(?:工作)?(?:打算|计划|设想|安排|思路|展望)|工作要点",
    ),
    (SectionKind.REVIEW, r".*(?:复议|诉讼|申诉|投诉|举报).{0,16}"),
    (SectionKind.FEES, r".*(?:收费|减免|费用|支出).{0,12}|[^未没无]*处理费.{0,12}"),
    (
        SectionKind.REQUESTS,
        r".{0,16}(?:依申请|收到和处理|受理|申请).{0,6}(?:公开|政府信息|申请|办理|处理|情况|信息).{0,16}|.{0,8}依申请",
    ),
    (
        SectionKind.PROACTIVE,
        r".{0,16}主动公开.{0,14}|.{0,8}重点领域.{0,8}(?:信息)?公开.{0,6}|.{0,10}(?:政府)?信息公开(?:的)?(?:内容|范围|数量|目录|渠道|形式|方式).{0,8}",
    ),
    (SectionKind.INTERACTION, r".{0,12}(?:咨询|解读|回应|互动|热点|舆情|公众参与|社会评议).{0,14}"),
    (
        SectionKind.OVERVIEW,
        r".{0,20}(?:总体|基本|总的|整体|工作|开展|推进|实施|落实|执行|信息公开|政务公开)(?:的)?(?:情况|现状|概况|概述|综述|回顾|成效)|.{0,16}(?:概述|概况|综述|总述|概要|概览|简况)|.{0,10}工作(?:总结|回顾|综述|开展)"
        r"|总体|基本情况.{0,8}|.{0,8}主要(?:工作|做法|措施|成效|举措|工作措施|经验).{0,8}|(?:.{0,6}工作)?(?:的)?(?:特色|成效|创新)?[及和与、]?(?:亮点|经验)(?:[及和与、].{2,4})?",
    ),
    (
        SectionKind.GOVERNANCE,
        r".{0,14}(?:组织|机构|制度|机制|队伍|人员|培训|监督|保障|考核|宣传|平台|载体|规范性文件|保密).{0,18}",
    ),
    (SectionKind.LEAD, r"[引前导]言|引语|编制说明|概[要说]"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)

_ENDS = re.compile(
    r"(?:情况|概述|概况|概要|概览|简况|综述|总述|回顾|总结|现状|问题|不足|困难|挑战|短板|弱项|差距|环节|原因|分析|之处|措施|举措|打算|对策|建议|计划|安排|思路|设想|方向|办法|意见|努力|"
    r"事项|事宜|内容|说明|附注|备注|公开|申请|处理|办理|诉讼|复议|申诉|投诉|举报|减免|收费|费用|支出|解读|回应|关切|参与|咨询|建设|保障|管理|培训|考核|"
    r"机构|领导|制度|机制|工作|信息|数量|成效|做法|[引前导]言|附[表件录]\d*|统计表|其[他它]|总体|方面|目标|重点|要点|依据|监督|宣传|"
    r"经验|亮点|成绩|展望|职能|评议|运维|工作开展|的地方|(?:[及和与、]|下一?步)(?:的)?(?:改进|整改))$"
)
_QUOTED = re.compile(r"“[^”]{1,12}”")
"""A name in quotation marks: “五公开”落实情况."""
_SENTENCE = re.compile(r"[。；;！!？?“”]|(?<=[一-龥])\.(?=[一-龥])|[：:]详?见")
"""What no heading holds: a sentence's marks, half-width ones too, and the beginning of the text behind it."""
CANONICAL = frozenset(kind.chinese for kind in SectionKind) | {
    "存在的主要问题及改进措施",
    "存在的主要问题和改进措施",
    "存在的主要问题和改进情况",
    "政府信息公开行政复议、行政诉讼情况",
    "政府信息公开行政复议和行政诉讼情况",
    "因政府信息公开工作被申请行政复议、提起行政诉讼情况",
    "概述",
}
"""The headings that the forms prescribe, letter by letter."""


def plain(heading: str) -> str:
    """The heading's words alone: no spaces, ornaments or closing marks, no year in front; no aside, page, 如下 behind.

    Of a line that is far too long for a heading, none: looking for its end takes its length squared.
    """
    if len(heading) > _LONGEST_LINE:
        return ""
    heading = _PAGE.sub("", heading.strip())
    heading = _SPACE.sub("", heading)
    heading = _ASIDE.sub("", heading)
    heading = _AS_FOLLOWS.sub("", _TRAILING.sub("", _ORNAMENT.sub("", heading)))
    return _YEAR.sub("", heading)


def kind_of(heading: str) -> SectionKind:
    """The kind that a heading (without its number) stands for; LEGACY if it is none."""
    words = plain(heading)
    for kind, pattern in _COMPILED:
        if pattern.fullmatch(words):
            return kind
    return SectionKind.LEGACY


def is_heading_like(heading: str) -> bool:
    """Whether the words could be a section's heading: a short noun phrase, no sentence, no slogan."""
    words = plain(heading)
    return (
        2 <= len(words) <= LONGEST
        and not _SENTENCE.search(_QUOTED.sub("", words))
        and words.count("，") + words.count(",") <= 1
        and (not _VERBS.match(words) or _REPORTED_DEED.fullmatch(words) is not None)
        and _ENDS.search(words) is not None
    )


def is_canonical(heading: str) -> bool:
    """Whether the heading is spelt as a form prescribes."""
    return plain(heading) in CANONICAL


def with_its_number(cells: Sequence[str]) -> list[str]:
    """The cells of a row, a number in a cell of its own put before what it counts: 一 | 总体情况, 1 | 更新不及时。"""
    filled = [i for i, cell in enumerate(cells) if cell.strip()]
    joined = list(cells)
    if len(filled) > 1:
        own, counted = filled[:2]
        number, text = cells[own].strip(), cells[counted].strip()
        marked = number if number[-1] in "、.．)）" else f"{number}、"
        numbered = split_number(marked)
        if numbered and not numbered.rest and _is_counted(text, numbered.style, len(filled) == 2):
            joined[own], joined[counted] = "", marked + text
    return joined


def _is_counted(text: str, style: NumberStyle, alone: bool) -> bool:
    if is_canonical(text):
        return style in (NumberStyle.CHINESE, NumberStyle.PART)
    return alone and text.endswith(("。", "；"))

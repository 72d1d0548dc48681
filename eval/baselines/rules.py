"""Keyword rules: what the guideline says, as lists of words, and nothing learnt.

Written from the guideline and looked at on the training split alone. Problems come first, then improvements, then work
inside or towards the public, as the guideline orders them; the section's heading decides what words leave open.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.baselines.statementwise import CUTTING, Statementwise, labelled
from eval.folds import Fold
from nlp.enumerator import enumerator_at
from nlp.labels import Category, SectionKind, Theme
from nlp.report import Section, Statement

PROBLEM = (
    r"不足|不够|不高|不强|不全|不深|不细|不及时|不到位|不规范|不完善|不平衡|不均|不畅|不明显|不熟|不广|不多|不准|欠缺|缺乏|缺少|"
    r"有待|有差距|差距|仍需|还需|尚需|滞后|薄弱|单一|偏少|偏低|偏弱|较少|较低|较弱|较慢|较窄|较差|短板|困难|弱项|参差不齐|"
    r"重形式|流于形式|未能|兼职|停留在|不便|迟缓|断档|脱节"
)
"""A shortcoming, a difficulty or a gap."""
PLAN = (
    r"下一步|下步|下阶段|今后|明年|来年|新的一年|将(?!.{0,4}(?:情况|报告))|拟(?!发布|定)|计划|针对.{2,30}(?:问题|不足)|"
    r"力争|争取"
)
"""What will be done, or puts something right."""
MEASURE = (
    r"^(?:进一步|持续|不断|继续|全面|切实|着力|积极|认真|严格|加大|加快|加强|强化|推进|推动|深化|规范|健全|落实|做好|完善|提高|提升|"
    r"拓展|拓宽|聚焦|优化|丰富|压实|明确|细化|建立|增强|充实|组织|开展|制定|畅通|改进|创新|严把|定期|把|对|由|每)"
)
"""A measure without a subject, the way that plans are listed."""
NOTHING = (
    r"无(?:其[他它])?.{0,8}(?:需要?|应当?)?.{0,4}(?:报告|说明|补充).{0,8}$|^(?:[（(].{1,3}[)）])?无$|没有其[他它]|"
    r"信息处理费"
)
"""Nothing to tell, nothing charged."""
FRAME = (
    r"根据.{0,40}(?:编制|要求)|现将|特此|统计期限|数据.{0,6}(?:截止|截至|统计)|自20\d\d年1月1日|起止|电子版|下载|联系|电话|地址|邮编|"
    r"本报告|习近平|(?:如下|以下|下列).{0,14}[：:。]?$|主要(?:存在|表现|问题).{0,10}[：:]$|一些(?:问题|不足|差距).{0,4}$|以下几.?方面|"
    r"还?(?:存在|有).{0,6}(?:一些|不少|一定)?.{0,8}(?:问题|不足|差距|短板|环节)[：:。，,]*(?:主要(?:是|有)[：:]?)?$"
)
"""Legal basis, reporting period, contact details, guiding thought, lead-ins."""
TO_PLANS = (
    r"下一步|下步|今后|明年|来年|改进|整改|措施|打算|我们(?:将|要|这样)|以下.{0,4}工作|针对(?:上述|以上|这些)"
)
"""What turns a section on problems from the problems to what is done about them."""
INWARD = (
    r"领导小组|分管|专人|专班|责任|制度|机制|审查|审核|三审|保密|培训|考核|监督|督查|检查|会议|评议|评估|人员|队伍|经费|印发|方案|规范化|流程|台账|"
    r"学习|部署|研究|法制|法律顾问|通报|测评|追究|问责|办法|分工|配备|专职|兼职|泄密|泄露|扣分|约谈|核查|抽查|整改|把关|校对|负责|牵头|调度|巡查|监测"
)
"""How work is governed inside."""
OUTWARD = (
    r"公开.{0,12}[\d一二三四五六七八九十百千万 ]+(?:条|件|篇|项|次)|"
    r"发布|公布|公示|网站|公众号|微博|微信|新媒体|栏目|专栏|解读|答复|申请|受理|复议|诉讼|"
    r"咨询|热线|留言|回应|查阅|公开栏|公告|开放日|新闻发布|征求意见|主动公开|依申请|提案|建议案|宣传|信箱|窗口"
)
"""What the public got."""
THEMES = {
    Theme.AWARENESS: r"意识|认识|重视|思想|主动性|积极性|责任感|责任心|自觉",
    Theme.STAFFING: r"人员|队伍|培训|业务(?:能力|水平|素质|知识)|专职|兼职|人手|力量|素质",
    Theme.MECHANISM: r"制度|机制|流程|考核|审查|审核|责任|协调|督查|监督|检查|规程|台账|管理",
    Theme.CONTENT: r"内容|质量|深度|全面|完整|针对性|规范|范围|重点领域|标准化|目录|数据|广度",
    Theme.TIMELINESS: r"及时|更新|滞后|时效|迟|按时|时限|超期|延误",
    Theme.CHANNELS: r"网站|平台|渠道|栏目|新媒体|公众号|微信|形式|载体|方式|公开栏|查阅点|手机|网页",
    Theme.INTERPRETATION: r"解读|图解|政策.{0,6}(?:解释|读懂|看懂)",
    Theme.INTERACTION: r"互动|回应|参与|宣传|知晓|群众.{0,6}(?:了解|意见|需求)|公众|留言|开放日|征集|咨询",
    Theme.REQUESTS: r"依申请|申请|答复",
    Theme.SECURITY: r"保密|涉密|隐私|个人信息|泄密|脱敏|安全",
}
"""Words of each theme but `general`, which is what is left."""
_BARE_HEADING = 16
"""Characters of the longest heading that a statement may be, enumerator and marks left out."""
_CONFIDENT = 0.8


@dataclass(frozen=True, slots=True)
class RulesLearner:
    """Learns nothing."""

    name: str = "rules"

    @property
    def settings(self) -> str:
        """A digest of this module's text: the rules are all that decides."""
        return f"{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}; {CUTTING}"

    def fit(self, fold: Fold, directory: Path) -> RulesBaseline:
        """The rules, whatever the fold."""
        return RulesBaseline()


class RulesBaseline(Statementwise):
    """Statements cut by rule; their category from the kind of their section and from words, their themes from words."""

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified."""
        return [
            replace(section, statements=tuple(map(_labelled, section.statements, categories_of(section))))
            for section in sections
        ]


def categories_of(section: Section) -> list[Category]:
    """The category of every statement of a section."""
    categories = []
    planning = section.kind is SectionKind.PLANS
    for statement in section.statements:
        planning = planning or bool(re.search(TO_PLANS, statement.text))
        categories.append(category_of(section, statement, planning))
    return categories


def category_of(section: Section, statement: Statement, planning: bool = False) -> Category:
    """The category of a statement of a section; `planning` if the section has come to what will be done."""
    if section.kind is SectionKind.LEAD:
        return Category.OTHER
    text = statement.text.strip()
    text = text.removeprefix(enumerator_at(text) or "").strip("，,、：:。；;. ")
    if re.search(NOTHING, text) or re.search(FRAME, statement.text.strip()) or _is_heading(text):
        return Category.OTHER
    if section.kind in (SectionKind.PROBLEMS, SectionKind.PLANS):
        if re.search(PLAN, text) or planning:
            return Category.IMPROVEMENT
        if re.search(PROBLEM, text) or not re.search(MEASURE, text):
            return Category.PROBLEM
        return Category.IMPROVEMENT
    if re.search(r"今后|明年|下一步|来年|下阶段", text):
        return Category.IMPROVEMENT
    inward, outward = (len(re.findall(words, text)) for words in (INWARD, OUTWARD))
    inward += section.kind is SectionKind.GOVERNANCE
    if inward == outward == 0:
        return (
            Category.OTHER if section.kind in (SectionKind.OTHER, SectionKind.FEES) else Category.DISCLOSURE
        )
    return Category.ORGANIZATION if inward >= outward else Category.DISCLOSURE


def themes_of(statement: Statement) -> dict[Theme, float]:
    """For every theme, how likely the words of a statement make it."""
    counts = {theme: len(re.findall(words, statement.text)) for theme, words in THEMES.items()}
    most = max(counts.values())
    return {theme: count / (most + 1) for theme, count in counts.items()} | {Theme.GENERAL: 0.1}


def _is_heading(text: str) -> bool:
    """Whether it is a noun phrase that names what follows: 主动公开情况, 存在的问题."""
    return len(text) <= _BARE_HEADING and bool(
        re.search(r"(?:情况|方面|问题|措施|保障|公开|工作|建设|不足|管理|打算|事项|改进|计划|方向)$", text)
        and not re.search(r"^(?:加强|强化|做好|完善|推进|规范|落实|健全|提升|深化|优化|进一步)", text)
    )


def _labelled(statement: Statement, chosen: Category) -> Statement:
    rest = (1 - _CONFIDENT) / (len(Category) - 1)
    confidence = {category: _CONFIDENT if category is chosen else rest for category in Category}
    return labelled(statement, confidence, themes_of(statement))

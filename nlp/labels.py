"""The closed vocabularies of the product: every string that means something is a member here.

Members are strings (`Category.PROBLEM == "problem"`), so they serialise as their English key;
`.chinese` is the name shown to readers.
"""

from __future__ import annotations

from enum import Enum


class Label(str, Enum):
    """A string enum whose members carry a Chinese name."""

    chinese: str

    def __new__(cls, key: str, chinese: str = "") -> Label:
        """Make a member from its English key and its Chinese name (looking a member up takes the key alone)."""
        member = str.__new__(cls, key)
        member._value_ = key
        member.chinese = chinese
        return member

    def __str__(self) -> str:
        return str(self.value)


class Category(Label):
    """What a statement does (annotation guideline, section 2). Order is the order of the model's outputs."""

    ORGANIZATION = "organization", "组织保障"
    DISCLOSURE = "disclosure", "公开措施"
    PROBLEM = "problem", "存在问题"
    IMPROVEMENT = "improvement", "改进措施"
    OTHER = "other", "其他"

    @property
    def has_themes(self) -> bool:
        """Only problems and improvements carry themes."""
        return self in (Category.PROBLEM, Category.IMPROVEMENT)


class Theme(Label):
    """What a problem or an improvement is about (guideline, section 3). Order is the order of the model's outputs."""

    AWARENESS = "awareness", "思想认识"
    STAFFING = "staffing", "队伍能力"
    MECHANISM = "mechanism", "制度机制"
    CONTENT = "content", "公开内容"
    TIMELINESS = "timeliness", "公开时效"
    CHANNELS = "channels", "平台渠道"
    INTERPRETATION = "interpretation", "政策解读"
    INTERACTION = "interaction", "互动回应"
    REQUESTS = "requests", "依申请公开"
    SECURITY = "security", "保密安全"
    GENERAL = "general", "其他"


class SectionKind(Label):
    """What a section of a report is for, in the current form (2019 on) and in the older ones."""

    LEAD = "lead", "导语"
    OVERVIEW = "overview", "总体情况"
    PROACTIVE = "proactive", "主动公开政府信息情况"
    REQUESTS = "requests", "收到和处理政府信息公开申请情况"
    REVIEW = "review", "政府信息公开行政复议、行政诉讼情况"
    PROBLEMS = "problems", "存在的主要问题及改进情况"
    OTHER = "other", "其他需要报告的事项"
    GOVERNANCE = "governance", "组织领导和制度建设情况"
    INTERACTION = "interaction", "回应解读和咨询处理情况"
    FEES = "fees", "收费及减免情况"
    PLANS = "plans", "下一步工作打算"
    APPENDIX = "appendix", "附表"
    LEGACY = "legacy", "其他章节"
    UNNAMED = "unnamed", "未分节正文"


class Level(Label):
    """The administrative level of the agency that reports; a department has the level of its government."""

    NATIONAL = "national", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"

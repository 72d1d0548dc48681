"""Structure: sections found however they are spelt, tables told from prose, and who reports when."""

from __future__ import annotations

import random

import pytest
from conftest import SAMPLE, document_of
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.document import Block, Document, FileFormat, Paragraph, Table
from nlp.labels import Level, SectionKind
from nlp.notice import Notice
from nlp.report import Report
from nlp.structure import parse
from nlp.structure.date import Date, date_in, without_dates
from nlp.structure.divisions import level_of, region_of
from nlp.structure.furniture import is_furniture, is_page_number
from nlp.structure.headings import is_heading_like, kind_of
from nlp.structure.numbering import NumberStyle, number_value, split_number
from nlp.structure.tables import table_lines
from training.annotation import AnnotatedReport, read_split

CURRENT = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
TABLES = SAMPLE.read_text(encoding="utf-8").split("主动公开政府信息情况\n")[1].split("五、存在的")[0]
PROACTIVE_TABLE, REST = TABLES.split("三、收到和处理政府信息公开申请情况\n")
REQUESTS_TABLE, REVIEW_TABLE = REST.split("四、政府信息公开行政复议、行政诉讼情况\n")


def found(report: Report) -> list[tuple[SectionKind, str]]:
    return [(section.kind, section.text) for section in report.sections]


# -- the real report ----------------------------------------------------------------------------------


def test_the_real_report(sample_text: str) -> None:
    report = parse(document_of(sample_text))
    assert (report.agency, report.year, report.level) == ("北关区红旗路街道办事处", 2021, Level.TOWNSHIP)
    assert report.title == "北关区红旗路街道办事处2021年政府信息公开工作年度报告"
    assert [(s.kind, s.number, s.heading) for s in report.sections] == [
        (SectionKind.OVERVIEW, "一", "总体情况"),
        (SectionKind.PROBLEMS, "五", "存在的主要问题及改进情况"),
        (SectionKind.OTHER, "六", "其他需要报告的事项"),
    ]
    assert not report.warnings
    lines = [line.strip() for line in sample_text.split("\n")]
    prose = [
        line for line in lines if ("。" in line or line.endswith("：") or line == "无") and "\t" not in line
    ]
    assert "\n".join(s.text for s in report.sections).split("\n") == prose
    assert lines[report.sections[1].origin.line or 0 - 1 : report.sections[1].origin.line] is not None


# -- headings -----------------------------------------------------------------------------------------


def numbered(style: str) -> list[str]:
    chinese, heads = "一二三四五六", CURRENT
    spell = {
        "一、": lambda i: f"{chinese[i]}、{heads[i]}",
        "一.": lambda i: f"{chinese[i]}.{heads[i]}",
        "一 ": lambda i: f"{chinese[i]}  {heads[i]}",
        "一": lambda i: f"{chinese[i]}{heads[i]}",
        "Ⅰ、": lambda i: f"{'ⅠⅡⅢⅣⅤⅥ'[i]}、{heads[i]}",
        "I.": lambda i: f"{('I', 'II', 'III', 'IV', 'V', 'VI')[i]}. {heads[i]}",
        "(一)": lambda i: f"({chinese[i]}){heads[i]}",
        "1.": lambda i: f"{i + 1}.{heads[i]}",
        "1、": lambda i: f"{i + 1}、{heads[i]}",
        "第一部分": lambda i: f"第{chinese[i]}部分 {heads[i]}",
        "none": lambda i: heads[i],
        "spaced": lambda i: f"{chinese[i]}、{' '.join(heads[i])}",
        "colon": lambda i: f"{chinese[i]}、{heads[i]}：",
        "markdown": lambda i: f"## {chinese[i]}、{heads[i]}",
        "all 一": lambda i: f"一、{heads[i]}",
        "skipped": lambda i: f"{chinese[i] if i < 3 else '二三七八九'[i - 2]}、{heads[i]}",
    }[style]
    return [spell(i) for i in range(6)]


@pytest.mark.parametrize(
    "style",
    [
        "一、",
        "一.",
        "一 ",
        "一",
        "Ⅰ、",
        "I.",
        "(一)",
        "1.",
        "1、",
        "第一部分",
        "none",
        "spaced",
        "colon",
        "markdown",
        "all 一",
        "skipped",
    ],
)
def test_the_six_headings_in_their_spellings(style: str) -> None:
    a, b, c, d, e, f = numbered(style)
    text = f"甲县财政局2022年政府信息公开工作年度报告\n{a}\n（一）主动公开情况\n全年公开信息30条。\n（二）依申请公开情况\n收到申请2件。\n"
    text += f"{b}\n{PROACTIVE_TABLE}{c}\n{REQUESTS_TABLE}{d}\n{REVIEW_TABLE}{e}\n一是更新慢。\n下一步将提速。\n{f}\n无"
    assert found(parse(document_of(text))) == [
        (SectionKind.OVERVIEW, "（一）主动公开情况\n全年公开信息30条。\n（二）依申请公开情况\n收到申请2件。"),
        (SectionKind.PROBLEMS, "一是更新慢。\n下一步将提速。"),
        (SectionKind.OTHER, "无"),
    ]


@pytest.mark.parametrize("numbers", ["ⅠⅡⅢ", ("I", "II", "III")])
def test_a_roman_number_is_no_part_of_its_heading(numbers: str | tuple[str, ...]) -> None:
    heads = ("工作概述", "热线电话接听", "存在问题及下一步打算")
    text = "\n".join(f"{n}、{heading}\n已有3条。" for n, heading in zip(numbers, heads, strict=True))
    assert [(s.kind, s.number, s.heading) for s in parse(document_of(text)).sections] == [
        (SectionKind.OVERVIEW, numbers[0], heads[0]),
        (SectionKind.LEGACY, numbers[1], heads[1]),
        (SectionKind.PROBLEMS, numbers[2], heads[2]),
    ]


def test_a_number_needs_no_mark_before_the_headings_of_a_form_and_those_beside_them() -> None:
    text = "一总体情况\n公开3条。\n二问题与改进\n更新慢。\n三其他需要报告的事项：无"
    assert [(s.kind, s.number, s.heading) for s in parse(document_of(text)).sections] == [
        (SectionKind.OVERVIEW, "一", "总体情况"),
        (SectionKind.PROBLEMS, "二", "问题与改进"),
        (SectionKind.OTHER, "三", "其他需要报告的事项"),
    ]


@pytest.mark.parametrize("heading", ["一年来主要工作情况", "三公经费支出情况"])
def test_a_number_within_the_words_of_a_heading_stays_there(heading: str) -> None:
    report = parse(document_of(f"{heading}\n公开3条。\n存在的主要问题及改进情况\n更新慢。"))
    assert (report.sections[0].number, report.sections[0].heading) == (None, heading)


def test_heading_and_text_on_one_line() -> None:
    text = "一、总体情况：2021年，公开信息3条。\n五、存在的主要问题及改进情况。更新慢。\n六、其他需要报告的事项 无"
    report = parse(document_of(text))
    assert [s.text for s in report.sections] == ["2021年，公开信息3条。", "更新慢。", "无"]
    assert report.sections[0].heading == "总体情况"


@pytest.mark.parametrize("between", [" ", ""])
def test_a_report_that_lost_its_line_breaks_is_parted_at_the_forms_headings(between: str) -> None:
    parts = [
        "甲局2021年政府信息公开工作年度报告",
        "一、总体情况",
        "2021年公开3条。",
        "二、主动公开政府信息情况",
        "见附表。",
    ]
    parts += ["五、存在的主要问题及改进情况", "（一）问题。更新慢。", "六、其他需要报告的事项", "无。"]
    report = parse(document_of(between.join(parts)))
    assert [s.text for s in report.sections] == [
        "2021年公开3条。",
        "见附表。",
        "（一）问题。更新慢。",
        "无。",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "本报告由一、总体情况；二、主动公开政府信息情况；三、收到和处理政府信息公开申请情况；四、其他需要报告的事项组成。",
        "一、总体情况 1 二、主动公开政府信息情况 2 三、其他需要报告的事项 3",
    ],
)
def test_a_sentence_that_lists_the_headings_stays_whole(line: str) -> None:
    text = f"甲局2021年政府信息公开工作年度报告\n{line}\n一、总体情况\n公开3条。\n五、存在的主要问题及改进情况\n更新慢。"
    assert found(parse(document_of(text)))[0] == (SectionKind.LEAD, line)


def test_a_table_of_contents_is_no_outline() -> None:
    contents = "\n".join(
        f"{n}、{h}……{i}" for i, (n, h) in enumerate(zip("一二三四五六", CURRENT, strict=True), 1)
    )
    body = "一、总体情况\n公开3条。\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n"
    body += "四、政府信息公开行政复议、行政诉讼情况\n五、存在的主要问题及改进情况\n更新慢。\n六、其他需要报告的事项\n无。"
    report = parse(document_of(f"甲局2021年政府信息公开工作年度报告\n目  录\n{contents}\n{body}"))
    assert [s.text for s in report.sections] == ["公开3条。", "更新慢。", "无。"]


def test_points_numbered_like_the_sections_stay_in_their_section() -> None:
    text = (
        "一、总体情况\n一、加强组织领导\n成立领导小组。\n二、推进主动公开\n公开3条。\n三、规范依申请公开\n收到2件。\n"
        "二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n四、政府信息公开行政复议、行政诉讼情况\n"
        "五、存在的主要问题及改进情况\n一、存在的问题\n更新慢。\n二、改进措施\n提速。\n六、其他需要报告的事项\n无。"
    )
    assert found(parse(document_of(text))) == [
        (
            SectionKind.OVERVIEW,
            "一、加强组织领导\n成立领导小组。\n二、推进主动公开\n公开3条。\n三、规范依申请公开\n收到2件。",
        ),
        (SectionKind.PROBLEMS, "一、存在的问题\n更新慢。\n二、改进措施\n提速。"),
        (SectionKind.OTHER, "无。"),
    ]


def test_a_point_called_like_a_section_leaves_the_sections_their_style() -> None:
    points = "（一）收取信息处理费情况\n本年度未收取。\n（二）落实工作要点情况\n已落实。\n（三）提案办理结果公开情况\n公开3件。\n（四）其他需要报告的事项\n无"
    text = "\n".join(f"{n}、{heading}\n已有3条。" for n, heading in zip("一二三四五", CURRENT, strict=False))
    report = parse(document_of(f"{text}\n六、其他需要报告的事项\n{points}"))
    assert report.sections[-1].kind is SectionKind.OTHER
    assert report.sections[-1].text == points


def test_a_number_given_twice_before_the_last_sections() -> None:
    text = (
        "一、总体情况\n公开3条。\n二、主动公开政府信息情况\n见表。\n三、收到和处理政府信息公开申请情况\n见表。\n"
        "五、政府信息公开行政复议、行政诉讼情况\n见表。\n五、存在问题和改进措施\n更新慢。\n六、其他需要报告的事宜（没有）"
    )
    assert found(parse(document_of(text)))[-3:] == [
        (SectionKind.REVIEW, "见表。"),
        (SectionKind.PROBLEMS, "更新慢。"),
        (SectionKind.OTHER, "（没有）"),
    ]


def test_an_old_form_keeps_all_its_sections() -> None:
    text = (
        "甲市环境保护局2012年政府信息公开年度报告\n根据《条例》，编制本报告。\n一、概述\n公开有序。\n二、主动公开政府信息的情况\n公开30条。\n"
        "三、依申请公开办理情况\n收到3件。\n四、咨询处理情况\n接待9人。\n五、复议、诉讼和申诉的情况\n未发生。\n六、收费及减免情况\n未收费。\n"
        "七、存在的主要问题和改进措施\n更新慢。\n八、附表\n指标\t单位\t数量\n主动公开政府信息数\t条\t30"
    )
    report = parse(document_of(text))
    assert [s.kind for s in report.sections] == [
        SectionKind.LEAD, SectionKind.OVERVIEW, SectionKind.PROACTIVE, SectionKind.REQUESTS,
        SectionKind.INTERACTION, SectionKind.REVIEW, SectionKind.FEES, SectionKind.PROBLEMS,
    ]  # fmt: skip
    assert report.year == 2012


def test_unknown_headings_in_order_are_sections_of_their_own() -> None:
    text = "一、重点工作完成情况\n公开3条。\n二、公文属性源头管理情况\n均已标注。\n三、存在的主要问题及改进情况\n更新慢。"
    assert [s.kind for s in parse(document_of(text)).sections][-1] is SectionKind.PROBLEMS
    assert len(parse(document_of(text)).sections) == 3


def test_slogans_whose_numbers_go_on_to_a_heading_are_headings() -> None:
    slogans = "一、压实责任，理顺机制\n专班每季度碰头。\n二、突出实效，方便查阅\n公开栏换新9处。\n"
    with_problems = parse(document_of(f"{slogans}三、存在的问题\n更新慢。"))
    assert [(s.kind, s.number, s.heading) for s in with_problems.sections] == [
        (SectionKind.LEGACY, "一", "压实责任，理顺机制"),
        (SectionKind.LEGACY, "二", "突出实效，方便查阅"),
        (SectionKind.PROBLEMS, "三", "存在的问题"),
    ]
    assert [kind for kind, _ in found(parse(document_of(slogans)))] == [SectionKind.UNNAMED]
    beneath = parse(document_of(f"总体情况\n{slogans}存在的主要问题及改进情况\n更新慢。"))
    assert [kind for kind, _ in found(beneath)] == [SectionKind.OVERVIEW, SectionKind.PROBLEMS]


def test_a_slogan_may_end_in_a_stop_or_stand_above_a_sub_heading() -> None:
    text = (
        "一、加强领导\n镇长每月听取汇报。\n二、完善制度，把住审核关口。\n文稿由两人核对。\n"
        "三、突出重点，拓宽渠道\n（一）用好公开栏\n每季度更换12处。\n四、存在的问题\n更新慢。"
    )
    assert [(s.kind, s.number, s.text) for s in parse(document_of(text)).sections] == [
        (SectionKind.LEGACY, "一", "镇长每月听取汇报。"),
        (SectionKind.LEGACY, "二", "文稿由两人核对。"),
        (SectionKind.LEGACY, "三", "（一）用好公开栏\n每季度更换12处。"),
        (SectionKind.PROBLEMS, "四", "更新慢。"),
    ]


def test_points_that_end_in_stops_stay_points() -> None:
    points = "一、加强培训，提高能力。\n二、完善制度，明确职责。\n三、加强考核，严格奖惩。"
    text = f"一、总体情况\n公开3条。\n二、存在的问题及改进措施\n更新慢。\n{points}"
    assert parse(document_of(text)).sections[-1].text == f"更新慢。\n{points}"


def test_a_slogan_that_owns_up_to_problems_opens_their_section() -> None:
    text = "一、基本情况\n公开3条。\n二、正视存在的问题，补齐短板\n更新慢。\n三、下一步打算\n按月检查。"
    assert [kind for kind, _ in found(parse(document_of(text)))] == [
        SectionKind.OVERVIEW,
        SectionKind.PROBLEMS,
        SectionKind.PLANS,
    ]


def test_a_sub_heading_spelt_as_a_section_leaves_an_old_reports_sections_their_rank() -> None:
    text = (
        "一、信息公开工作总体情况\n（一）主动公开政府信息情况\n公开30条。\n（二）依申请公开情况\n收到2件。\n"
        "二、制度建设情况\n（一）审核制度建设情况\n先审后发。\n三、存在的问题及下步打算\n（一）存在的问题\n更新慢。\n（二）下步打算\n按月检查。"
    )
    assert [(s.kind, s.number) for s in parse(document_of(text)).sections] == [
        (SectionKind.OVERVIEW, "一"),
        (SectionKind.GOVERNANCE, "二"),
        (SectionKind.PROBLEMS, "三"),
    ]


def test_a_numbered_line_without_text_beneath_is_no_heading_by_its_number() -> None:
    text = "一、总体情况\n公开3条。\n二、存在的问题\n更新慢。\n三、窗口人手紧张"
    assert parse(document_of(text)).sections[-1].text == "更新慢。\n三、窗口人手紧张"


@pytest.mark.parametrize("signature", ["", "\n甲县财政局\n2022年1月20日"])
def test_points_at_the_end_that_sound_like_headings_are_text(signature: str) -> None:
    text = "一、总体情况\n公开3条。\n二、存在的问题\n更新慢。\n三、窗口人手不足\n四、查阅设备短缺问题"
    assert [s.text for s in parse(document_of(text + signature)).sections] == [
        "公开3条。",
        "更新慢。\n三、窗口人手不足\n四、查阅设备短缺问题",
    ]


@pytest.mark.parametrize("heading", ["三、说明与附表（见附件）", "三、重要事项", "三、收费及减免情况"])
def test_a_last_heading_that_names_a_subject_is_no_text(heading: str) -> None:
    text = f"一、总体情况\n公开3条。\n二、存在的问题\n更新慢。\n{heading}"
    assert [s.text for s in parse(document_of(text)).sections] == ["公开3条。", "更新慢。"]


def test_a_last_heading_above_a_table_is_no_text() -> None:
    texts = ("一、总体情况", "公开3条。", "二、存在的问题", "更新慢。", "三、公文往来问题")
    table = Table((("类别", "件数"), ("来文", "12")))
    blocks = (*map(Paragraph, texts), table)
    assert [s.text for s in parse(Document("a", FileFormat.DOCX, blocks)).sections] == [
        "公开3条。",
        "更新慢。",
    ]


def test_a_heading_of_any_words_fills_the_gap_between_two_numbers() -> None:
    text = (
        "一、总体情况\n公开3条。\n二、热线电话接听\n接听7次。\n三、存在的主要问题及改进情况如下：\n更新慢。"
    )
    assert [(s.kind, s.text) for s in parse(document_of(text)).sections] == [
        (SectionKind.OVERVIEW, "公开3条。"),
        (SectionKind.LEGACY, "接听7次。"),
        (SectionKind.PROBLEMS, "更新慢。"),
    ]


def test_half_width_stops_end_a_heading_that_runs_into_its_text() -> None:
    text = "一.总体情况.2019年,我局公开3条.\n二.主动公开政府信息情况:见附件1.\n三.其他需要报告的事项.无."
    assert [(s.heading, s.text) for s in parse(document_of(text)).sections] == [
        ("总体情况", "2019年,我局公开3条."),
        ("主动公开政府信息情况", "见附件1."),
        ("其他需要报告的事项", "无."),
    ]


def test_without_headings_the_text_is_one_section_with_a_warning() -> None:
    report = parse(document_of("今天天气很好，适合出行。\n大家都去公园了。"))
    assert found(report) == [(SectionKind.UNNAMED, "今天天气很好，适合出行。\n大家都去公园了。")]
    assert "no section heading found" in report.warnings[0]


def test_one_heading_of_a_section_is_enough() -> None:
    text = "五、存在的问题和改进措施\n目前更新较慢。\n（一）加强培训。\n（二）专人更新。"
    assert found(parse(document_of(text))) == [
        (SectionKind.PROBLEMS, "目前更新较慢。\n（一）加强培训。\n（二）专人更新。")
    ]


def test_one_heading_within_a_section_is_no_outline() -> None:
    text = "本镇重视公开工作。\n（一）主动公开情况\n公开3条。\n存在更新较慢的问题。"
    (section,) = parse(document_of(text)).sections
    assert section.kind is SectionKind.UNNAMED


@pytest.mark.parametrize(
    "sentence",
    [
        "本报告所列数据的统计期限自2022年1月1日起至2022年12月31日止。",
        "现从六个方面汇报我镇2022年政府信息公开工作。",
    ],
)
def test_the_year_is_told_within_a_section_where_nothing_else_tells_it(sentence: str) -> None:
    text = f"一、总体情况\n{sentence}\n二、主动公开政府信息情况\n见附表。\n五、存在的主要问题及改进情况\n更新较慢。"
    assert parse(document_of(text)).year == 2022


def test_the_year_of_a_plan_is_not_the_report_s() -> None:
    text = "五、存在的主要问题及改进情况\n2019年，公开不够及时。\n在2020年的政府信息公开工作中，我街道将专人更新。"
    assert parse(document_of(text)).year == 2019


@pytest.mark.parametrize("heading", ["存在问题分析", "存在的主要问题及原因", "存在的短板弱项"])
def test_headings_of_problems_may_end_in_their_analysis(heading: str) -> None:
    text = f"一、工作现状\n公开3条。\n二、{heading}\n主要有以下不足：\n1.更新较慢。\n三、整改措施\n专人更新。"
    assert found(parse(document_of(text))) == [
        (SectionKind.OVERVIEW, "公开3条。"),
        (SectionKind.PROBLEMS, "主要有以下不足：\n1.更新较慢。"),
        (SectionKind.PLANS, "专人更新。"),
    ]


def test_an_empty_section_of_problems_is_kept_and_said() -> None:
    report = parse(
        document_of("一、总体情况\n公开3条。\n五、存在的主要问题及改进情况\n六、其他需要报告的事项\n无。")
    )
    assert (SectionKind.PROBLEMS, "") in found(report)
    assert any("存在的主要问题" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    "line",
    [
        "加强组织领导",
        "主动公开工作有序推进。",
        "持续提升公开质量",
        "2021年，全县公开3条。",
        "本站未收取信息处理费情况",
        "现将本站公开情况汇报如下：",
    ],
)
def test_slogans_and_sentences_are_no_headings(line: str) -> None:
    assert not is_heading_like(line) or kind_of(line) is SectionKind.LEGACY


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("总 体 情 况", SectionKind.OVERVIEW),
        ("2021年政府信息公开工作总体情况", SectionKind.OVERVIEW),
        ("概述", SectionKind.OVERVIEW),
        ("政府信息公开工作存在的主要问题和改进措施", SectionKind.PROBLEMS),
        ("存在不足及下一步打算", SectionKind.PROBLEMS),
        ("存在的困难", SectionKind.PROBLEMS),
        ("下一步工作打算", SectionKind.PLANS),
        ("改进措施", SectionKind.PLANS),
        ("问题与不足", SectionKind.PROBLEMS),
        ("推进政府信息公开工作情况", SectionKind.OVERVIEW),
        ("其他需要报告的事宜", SectionKind.OTHER),
        ("主动公开情况（见附件）", SectionKind.PROACTIVE),
        ("其它需要说明的事项", SectionKind.OTHER),
        ("需要说明的其他事项", SectionKind.OTHER),
        ("因政府信息公开申请行政复议、提起行政诉讼的情况", SectionKind.REVIEW),
        ("政府信息公开的收费及减免情况", SectionKind.FEES),
        ("依申请公开政府信息办理情况", SectionKind.REQUESTS),
        ("附表", SectionKind.APPENDIX),
        ("工作不足及今后方向", SectionKind.PROBLEMS),
        ("问题及下一步安排", SectionKind.PROBLEMS),
        ("难点和对策", SectionKind.PROBLEMS),
        ("困难与挑战", SectionKind.PROBLEMS),
        ("2022年工作要点", SectionKind.PLANS),
        ("信息处理费收取情况", SectionKind.FEES),
        ("重点任务", SectionKind.LEGACY),
    ],
)
def test_kinds_of_headings(heading: str, kind: SectionKind) -> None:
    assert kind_of(heading) is kind
    assert is_heading_like(heading) or kind is SectionKind.LEGACY


@pytest.mark.parametrize(
    ("line", "style", "value", "rest"),
    [
        ("十二、总体", NumberStyle.CHINESE, 12, "总体"),
        ("（三）公开", NumberStyle.PARENTHESIZED_CHINESE, 3, "公开"),
        ("第 二 部分：公开", NumberStyle.PART, 2, "公开"),
        ("3．公开", NumberStyle.ARABIC, 3, "公开"),
        ("(4) 公开", NumberStyle.PARENTHESIZED_ARABIC, 4, "公开"),
        ("Ⅳ、公开", NumberStyle.ROMAN, 4, "公开"),
        ("Ⅻ 公开", NumberStyle.ROMAN, 12, "公开"),
        ("VIII．公开", NumberStyle.ROMAN, 8, "公开"),
    ],
)
def test_numbers_of_headings(line: str, style: NumberStyle, value: int, rest: str) -> None:
    number = split_number(line)
    assert number is not None
    assert (number.style, number.value, number.rest) == (style, value, rest)


@pytest.mark.parametrize(
    "line", ["3.5万条", "2021年公开", "一方面", "公开", "IP、域名", "V.I.P.窗口", "X光机"]
)
def test_what_is_no_number_of_a_heading(line: str) -> None:
    assert split_number(line) is None


@given(st.integers(1, 99))
def test_chinese_numbers_are_read(value: int) -> None:
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(value, 10)
    written = ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (
        digits[ones] if ones else ""
    )
    assert number_value(written) == value


# -- tables ---------------------------------------------------------------------------------------------


def flattened(how: str) -> list[str]:
    rows = [line.rstrip("\t").split("\t") for line in TABLES.split("\n") if "\t" in line]
    if how == "tabs":
        return ["\t".join(row) for row in rows]
    if how == "spaces":
        return ["   ".join(cell for cell in row if cell) for row in rows]
    return [cell for row in rows for cell in row if cell]


PROSE = [
    "本年度未收到政府信息公开申请。",
    "全年主动公开政府信息153条，其中网站80条。",
    "无其他需要报告的事项",
    "收费0元，减免0元。",
]


@pytest.mark.parametrize("how", ["tabs", "spaces", "cells"])
@pytest.mark.parametrize("seed", range(10))
def test_no_cell_becomes_narrative_and_no_sentence_is_lost(how: str, seed: int) -> None:
    rows, rng = flattened(how), random.Random(seed)
    cut = rng.randrange(8, len(rows) - 8)
    lines = [PROSE[0], *rows[:cut], PROSE[1], *rows[cut:], PROSE[3]]
    kept = [line for line, is_table in zip(lines, table_lines(lines), strict=True) if not is_table]
    assert kept == [PROSE[0], PROSE[1], PROSE[3]]


def test_no_paragraph_of_the_corpus_is_taken_for_a_table() -> None:
    for annotated in read_split("train"):
        for section in annotated.report.sections:
            paragraphs = section.text.split("\n")
            assert not any(table_lines(paragraphs)), annotated.id


def test_marked_tables_are_left_out_and_layout_tables_read() -> None:
    data = Table((("规章", "0", "0"), ("行政规范性文件", "1", "2")))
    layout = Table((("五、存在的主要问题及改进情况\n更新不及时。专职人员不足。下一步将加强培训。",),))
    blocks = (Paragraph("一、总体情况"), Paragraph("公开3条。"), data, layout)
    report = parse(Document("a", FileFormat.DOCX, blocks))
    assert found(report) == [
        (SectionKind.OVERVIEW, "公开3条。"),
        (SectionKind.PROBLEMS, "更新不及时。专职人员不足。下一步将加强培训。"),
    ]


@pytest.mark.parametrize("between", ["", ","])
def test_rows_run_together_are_rows(between: str) -> None:
    cells = [line.rstrip("\t").split("\t") for line in TABLES.split("\n") if "\t" in line]
    rows = [between.join(cell for cell in row if cell) for row in cells]
    lines = [PROSE[0], *rows, "行政许可、行政处罚、行政强制", PROSE[1]]
    kept = [line for line, is_table in zip(lines, table_lines(lines), strict=True) if not is_table]
    assert kept == [PROSE[0], "行政许可、行政处罚、行政强制", PROSE[1]]


def test_a_table_that_holds_the_report_is_read_row_by_row() -> None:
    rows = (
        ("甲县财政局2021年政府信息公开工作年度报告",),
        ("一、总体情况",),
        ("公开3条，更新栏目2个。\n未收到申请",),
        ("二、主动公开政府信息情况", ""),
        ("信息内容", "本年制发件数", "本年废止件数"),
        ("规章", "0", "0"),
        ("第二十条第（六）项",),
        ("五、存在的主要问题及改进情况", "更新慢。"),
        ("六、其他需要报告的事项", "无"),
    )
    report = parse(Document("a", FileFormat.DOCX, (Table(rows),)))
    assert found(report) == [
        (SectionKind.OVERVIEW, "公开3条，更新栏目2个。\n未收到申请"),
        (SectionKind.PROBLEMS, "更新慢。"),
        (SectionKind.OTHER, "无"),
    ]
    assert report.agency == "甲县财政局"


# -- who and when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("front", "agency", "year"),
    [
        ("甲市乙区教育局2020年政府信息公开工作年度报告", "甲市乙区教育局", 2020),
        ("甲市乙区教育局\n2020年度政府信息公开工作年度报告", "甲市乙区教育局", 2020),
        ("甲县人民政府关于2019年政府信息公开工作情况的报告", "甲县人民政府", 2019),
        ("2018年甲县水利局信息公开工作年度报告", "甲县水利局", 2018),
        ("甲镇人民政府二〇二一年政府信息公开工作年度报告", "甲镇人民政府", 2021),
        ("甲镇人民政府二0二一年政府信息公开工作年度报告", "甲镇人民政府", 2021),
        ("甲镇人民政府二oo九年政府信息公开工作年度报告", "甲镇人民政府", 2009),
        ("2022年度政府信息公开工作年度报告 甲县教育局", "甲县教育局", 2022),
        ("甲县教育局法治政府建设暨2022年政府信息公开报告", "甲县教育局", 2022),
        ("甲县自来水公司2022年企业信息公开年度报告", "甲县自来水公司", 2022),
        (
            "2022年政府信息公开工作年度报告\n发布时间：2023-01-20\n现将甲县财政局2022年工作报告如下。",
            "甲县财政局",
            2022,
        ),
    ],
)
def test_agency_and_year(front: str, agency: str, year: int) -> None:
    report = parse(document_of(f"{front}\n一、总体情况\n公开3条。\n五、存在的主要问题及改进情况\n更新慢。"))
    assert (report.agency, report.year) == (agency, year)


@pytest.mark.parametrize(
    ("front", "agency", "title"),
    [
        (
            "首页\n长者模式\n无障碍阅读\n您现在所在的位置：首页 > 政府信息公开年报 > 2022年\n",
            "甲县水利局",
            "甲县水利局2022年政府信息公开工作年度报告",
        ),
        ("当前位置：首页>信息公开年报\n", "甲县水利局", "甲县水利局2022年政府信息公开工作年度报告"),
        (
            "甲县人民政府办公室\n关于印发2022年政府信息公开工作年度报告的通知\n各乡镇：\n",
            "甲县水利局",
            "甲县水利局2022年政府信息公开工作年度报告",
        ),
        ("乙 市 丙 区\n", "乙市丙区甲县水利局", "乙市丙区甲县水利局2022年政府信息公开工作年度报告"),
    ],
)
@pytest.mark.parametrize("year", ["2022", "２０２２"])
def test_what_stands_above_the_title(front: str, agency: str, title: str, year: str) -> None:
    text = f"{front}甲县水利局\n{year}年政府信息公开工作年度报告\n按照要求，现报告如下：\n一、总体情况\n公开3条。\n二、存在的主要问题及改进情况\n更新慢。"
    report = parse(document_of(text))
    assert (report.title, report.agency, report.year) == (title, agency, 2022)
    assert found(report)[0] == (SectionKind.LEAD, "按照要求，现报告如下：")


def test_labels_behind_the_title_are_no_part_of_it() -> None:
    front = "甲县财政局2022年政府信息公开工作年度报告 发布时间：2023-01-12 来源：甲县财政局 浏览次数：12"
    assert (
        parse(document_of(f"{front}\n一、总体情况\n公开3条。")).title
        == "甲县财政局2022年政府信息公开工作年度报告"
    )


@pytest.mark.parametrize(
    "above",
    [
        "公示公告",
        "首页",
        "政府信息公开年报",
        "明河县人民政府门户网站",
        "明河县农业农村局",
        "索引号\n主题分类\n政府信息公开年报",
    ],
)
def test_a_complete_title_takes_nothing_from_the_line_above(above: str) -> None:
    title = "明河县农业农村局2022年政府信息公开工作年度报告"
    report = parse(document_of(f"{above}\n{title}\n一、总体情况\n公开信息9条。"))
    assert (report.title, report.agency, report.year) == (title, "明河县农业农村局", 2022)


@pytest.mark.parametrize(
    ("front", "agency"),
    [
        ("2022年度明河县农业农村局政府信息公开工作年度报告", "明河县农业农村局"),
        ("（2022年度）明河县农业农村局政府信息公开工作年度报告", "明河县农业农村局"),
        ("明河师范学院2022—2023学年信息公开工作报告", "明河师范学院"),
        ("明河县中医医院2022年度院务公开工作年报", "明河县中医医院"),
        ("明河县林业局（县绿化办）2022年政府信息公开工作年度报告", "明河县林业局（县绿化办）"),
        ("政府信息公开工作年度报告\n（2022年）\n明河县林业局", "明河县林业局"),
    ],
)
def test_the_year_and_the_subject_are_no_part_of_the_agency(front: str, agency: str) -> None:
    report = parse(document_of(f"{front}\n一、总体情况\n公开信息9条。"))
    assert (report.agency, report.year) == (agency, 2022)


# -- who and when, where the title says less, or more --------------------------------------------------


@pytest.mark.parametrize(
    ("front", "title", "agency"),
    [
        (
            "明 河 县 水 利 局\n2 0 2 2 年 政 府 信 息 公 开 工 作 年 度 报 告",
            "明河县水利局2022年政府信息公开工作年度报告",
            "明河县水利局",
        ),
        (
            "政 府 信 息 公 开 工 作 年 度 报 告\n（2022 年 度）\n明 河 县 水 利 局",
            "政府信息公开工作年度报告",
            "明河县水利局",
        ),
        (
            "云岭市\n明河县\n行政审批服务局\n2022年度\n政府信息公开\n工作年度报告",
            "云岭市明河县行政审批服务局2022年度政府信息公开工作年度报告",
            "云岭市明河县行政审批服务局",
        ),
        (
            "明河县公安局\n政府信息公开\n2022年\n年度报告",
            "明河县公安局政府信息公开2022年年度报告",
            "明河县公安局",
        ),
    ],
)
def test_a_title_may_be_spaced_out_or_parted_over_a_cover(front: str, title: str, agency: str) -> None:
    report = parse(document_of(f"{front}\n一、总体情况\n公开信息9条。"))
    assert (report.title, report.agency, report.year) == (title, agency, 2022)
    assert found(report) == [(SectionKind.OVERVIEW, "公开信息9条。")]


@pytest.mark.parametrize(
    ("front", "agency"),
    [
        ("2022年政府信息公开工作年度报告\n（明河县林业局）", "明河县林业局"),
        ("2022年政府信息公开工作年度报告\n现向社会公布明河县林业局2022年度报告。", "明河县林业局"),
        ("2022年政府信息公开工作年度报告\n根据《条例》，由明河县中医医院编制本报告。", "明河县中医医院"),
        ("2022年政府信息公开工作年度报告\n特向社会公布本委2022年度报告。", None),
        ("2022年政府信息公开工作年度报告\n根据《条例》和明河县人民政府2022年的要求，编制本报告。", None),
        ("2022明河县林业局政府信息公开工作年度报告", "明河县林业局"),
        ("2022年明河县林业局政府信息公开年度报告 | ||", "明河县林业局"),
        ("[2022]明河县林业局政府信息公开年度报告", "明河县林业局"),
        ("2022年12月明河县林业局政府信息公开年度报告", "明河县林业局"),
        ("明河县林业局2022年度法治政府建设情况报告暨政府信息公开工作年度报告", "明河县林业局"),
        ("明河县第二中学2022年学校信息公开工作年度报告", "明河县第二中学"),
        ("明河县实验学校信息公开2022年度报告", "明河县实验学校"),
        ("2022年明河县人民政府信息公开年报", "明河县人民政府"),
    ],
)
def test_an_agency_in_brackets_in_the_lead_or_beside_another_subject(front: str, agency: str | None) -> None:
    report = parse(document_of(f"{front}\n一、总体情况\n公开信息9条。"))
    assert (report.agency, report.year) == (agency, 2022)


@pytest.mark.parametrize(
    ("lead", "agency"),
    [
        ("现公布2009年明河镇政府信息公开工作年度报告，内容涵盖明河镇政府2009年的工作情况。", "明河镇"),
        ("本报告由明河县人民政府信息公开工作领导小组办公室根据《条例》编成，涉及2009年。", "明河县人民政府"),
        ("2009年的数据如有疑问，请与明河县水利局办公室联系（电话：0555-1234567）。", "明河县水利局"),
        ("2009年的数据如有疑问，请联系：明河县明河乡人民政府，电话：0555-1234567。", "明河县明河乡人民政府"),
        ("2009年的数据如有疑问，请与明河市政府信息公开日常受理机构明河市电子政务办公室联系。", "明河市政府"),
        ("2009年的数据如有疑问，请与本局办公室联系。", None),
        ("2009年的数据如有疑问，请与县水利局联系。", None),
    ],
)
def test_a_report_without_a_title_tells_its_agency_in_passing(lead: str, agency: str | None) -> None:
    report = parse(document_of(f"{lead}\n一、概述\n公开信息9条。"))
    assert (report.agency, report.year) == (agency, 2009)


def test_a_report_without_a_title_and_a_date_is_of_the_year_that_opens_its_sentences() -> None:
    text = "一、概述\n2014年，我街道依法公开信息。\n二、依申请公开情况\n2014年度未收到申请。\n三、改进措施\n2015年将按月更新。"
    assert parse(document_of(text)).year == 2014


@pytest.mark.parametrize(
    ("signed", "agency"), [("明河县教育局", "明河县教育局"), ("明河县财政局", "县教育局")]
)
def test_the_signature_tells_of_which_county_an_office_is(signed: str, agency: str) -> None:
    text = f"县教育局2021年政府信息公开工作年度报告\n一、总体情况\n公开信息9条。\n{signed}\n2022年1月20日"
    assert parse(document_of(text)).agency == agency


def test_a_letter_that_sends_the_report_is_no_title_of_it() -> None:
    said = "按照要求，现将我局2021年度政府信息公开工作年度报告报送如下："
    text = f"关于报送2021年度政府信息公开工作年度报告的函\n{said}\n一、总体情况\n公开信息9条。\n明河县林业局\n2022年1月20日"
    report = parse(document_of(text))
    assert report.title == "关于报送2021年度政府信息公开工作年度报告的函"
    assert (report.agency, report.year) == ("明河县林业局", 2021)
    assert found(report)[0] == (SectionKind.LEAD, said)


@pytest.mark.parametrize(
    ("front", "date", "year"),
    [
        ("", "2022年1月20日", 2021),
        ("", "二〇二二年三月二日", 2021),
        ("", "二０二二年元月二日", 2021),
        ("", "２０２２年１月２０日", 2021),
        ("", "二〇二—年十二月二日", 2021),
        ("", "2021年12月29日", 2021),
        ("2022年1月", "", 2021),
        ("根据2019年5月15日起施行的《条例》，编制本报告。", "2022年1月20日", 2021),
        ("根据2019年5月15日起施行的《条例》，现报告2020年度情况。", "2022年1月20日", 2020),
        ("", "", None),
    ],
)
def test_a_year_that_nothing_names_is_the_one_that_the_signature_closes(
    front: str, date: str, year: int | None
) -> None:
    text = f"明河县林业局政府信息公开工作年度报告\n{front}\n一、总体情况\n公开信息9条。\n明河县林业局\n{date}"
    assert parse(document_of(text)).year == year


def test_a_table_of_problems_and_measures_is_read_row_by_row() -> None:
    rows = (
        ("序号", "存在问题", "改进措施", "责任股室"),
        ("1", "公示更新慢", "逐项明确更新时限", "信息股办公室"),
        ("2", "解读形式单一", "制作图解", "信息股办公室"),
    )
    blocks = (Paragraph("一、总体情况"), Paragraph("公开9条。"), Paragraph("二、存在问题及整改"), Table(rows))
    report = parse(Document("t.docx", FileFormat.DOCX, blocks))
    assert found(report)[-1] == (SectionKind.PROBLEMS, "公示更新慢\n逐项明确更新时限\n解读形式单一\n制作图解")


@pytest.mark.parametrize(
    "rows",
    [
        "存在问题\t改进措施\n公示更新慢\t按月检查\n解读形式单一，群众看不懂。\t制作图解",
        "序号\t存在问题\t改进措施\t责任股室\n1\t公示更新慢\t按月检查\t信息股\n2\t解读形式单一，群众看不懂。\t制作图解\t信息股",
    ],
)
def test_such_a_table_may_arrive_as_lines_parted_at_tabs(rows: str) -> None:
    assert parse(document_of(THREE.replace("更新慢。", rows))).sections[1].text == (
        "公示更新慢\n按月检查\n解读形式单一，群众看不懂。\n制作图解"
    )


@pytest.mark.parametrize(
    "lines",
    [
        "存在问题\t公示更新慢\n改进措施\t按月检查",
        "（一）存在问题\t公示更新慢\n（二）人手紧张\t解读少",
        "存在问题，改进措施\t见下\n公示更新慢\t按月检查",
        "存在问题\t改进措施",
    ],
)
def test_lines_with_tabs_under_no_header_lose_none(lines: str) -> None:
    assert parse(document_of(THREE.replace("更新慢。", lines))).sections[1].text == lines


def test_a_frame_around_a_section_is_no_table_of_points() -> None:
    said = "公示更新慢，解读少。将逐项核对。"
    framed = Table((("五、存在的主要问题及改进情况",) * 2, (said,) * 2))
    blocks = (Paragraph("一、总体情况"), Paragraph("公开9条。"), framed)
    assert found(parse(Document("t.docx", FileFormat.DOCX, blocks)))[-1] == (SectionKind.PROBLEMS, said)


def test_a_form_with_labels_at_the_left_is_no_table_of_points() -> None:
    form = Table((("存在问题", "更新慢。解读形式单一。"), ("改进措施", "逐项核对。制作图解。")))
    report = parse(Document("t.docx", FileFormat.DOCX, (Paragraph("公开9条。"), form)))
    assert found(report)[-2:] == [
        (SectionKind.PROBLEMS, "更新慢。解读形式单一。"),
        (SectionKind.PLANS, "逐项核对。制作图解。"),
    ]


def test_a_label_with_its_text_beside_it_is_text_without_a_stop() -> None:
    rows = (("存在的主要问题", "公示更新慢，解读形式单一"), ("改进措施", "按月检查公示栏和意见箱"))
    texts = ("一、总体情况", "公开9条。", "二、存在的主要问题及改进情况")
    report = parse(Document("t.xlsx", FileFormat.XLSX, (*map(Paragraph, texts), Table(rows))))
    assert found(report)[-1] == (
        SectionKind.PROBLEMS,
        "存在的主要问题\n公示更新慢，解读形式单一\n改进措施\n按月检查公示栏和意见箱",
    )


def test_a_sheet_whose_rows_are_the_sections_is_read_without_a_stop() -> None:
    rows = (("总体情况", "公开9条"), ("存在的主要问题", "公示更新慢，解读少"), ("其他需要报告的事项", "无"))
    report = parse(Document("t.xlsx", FileFormat.XLSX, (Table(rows),)))
    assert found(report) == [
        (SectionKind.OVERVIEW, "公开9条"),
        (SectionKind.PROBLEMS, "公示更新慢，解读少"),
        (SectionKind.OTHER, "无"),
    ]


@pytest.mark.parametrize("beside", ["12", "1,240", "原因分析", "整改完成情况", "拟采取的具体改进措施"])
def test_a_label_beside_a_number_or_another_name_is_no_text(beside: str) -> None:
    blocks = (Paragraph("一、总体情况"), Paragraph("公开9条。"), Table((("存在问题", beside),)))
    assert found(parse(Document("t.xlsx", FileFormat.XLSX, blocks))) == [(SectionKind.OVERVIEW, "公开9条。")]


def test_a_sentence_without_a_number_is_no_heading() -> None:
    text = "概述\n我局制定了信息公开制度。\n主动公开情况\n公开9条。\n今后要进一步加强信息公开工作。"
    assert [kind for kind, _ in found(parse(document_of(text)))] == [
        SectionKind.OVERVIEW,
        SectionKind.PROACTIVE,
    ]


def test_a_signature_above_the_foot_of_a_page_names_the_agency() -> None:
    text = THREE.replace("甲县财政局", "") + "甲县财政局\n2022年1月20日\n上一篇：没有了"
    assert parse(document_of(text)).agency == "甲县财政局"


def test_a_value_beneath_its_label_is_no_introduction() -> None:
    page = "索引号：\n0000/2016-12\n主题分类：\n医药卫生，医疗保健，计划生育\n2016年度明河县卫生局信息公开工作年度报告"
    report = parse(document_of(f"{page}\n根据《条例》，编制本报告。\n一、概述\n公开3条。"))
    assert report.agency == "明河县卫生局"
    assert found(report)[0] == (SectionKind.LEAD, "根据《条例》，编制本报告。")


def test_labels_of_the_page_and_the_signature_are_no_narrative() -> None:
    text = (
        "甲县财政局2021年政府信息公开工作年度报告\n索引号：X-1\n发布日期：2022-01-20\n来源：县财政局\n根据《条例》，现公布本报告。\n"
        "一、总体情况\n公开3条。\n五、存在的主要问题及改进情况\n更新慢。\n- 2 -\n下一步提速。\n附件：统计表.xlsx\n甲县财政局\n2022年1月20日"
    )
    assert found(parse(document_of(text))) == [
        (SectionKind.LEAD, "根据《条例》，现公布本报告。"),
        (SectionKind.OVERVIEW, "公开3条。"),
        (SectionKind.PROBLEMS, "更新慢。\n下一步提速。"),
    ]


THREE = "甲县财政局2021年政府信息公开工作年度报告\n一、总体情况\n公开3条。\n五、存在的主要问题及改进情况\n更新慢。\n六、其他需要报告的事项\n未收取费用。\n"


@pytest.mark.parametrize(
    "behind",
    [
        "扫一扫在手机打开当前页\n【打印本页】 【关闭窗口】\n上一篇：甲县财政局2020年政府信息公开工作年度报告\n下一篇：没有了",
        "甲县财政局\n2022年1月20日\n（联系人：张三，联系电话：0555-1234567）",
        "甲县财政局\n2022年1月20日\n主办单位：甲县人民政府办公室\n网站标识码：3400000012  皖ICP备05000001号-1\n网站地图 | 关于我们",
        "附件下载：\n1.甲县财政局2021年政府信息公开工作年度报告.docx\n2.统计表.xls\n相关链接\n甲县财政局2020年政府信息公开工作年度报告",
        "Copyright © 2022 甲县人民政府版权所有\n您是第12345位访客",
        f"甲县财政局\n2022年1月20日\n附件1\n主动公开政府信息情况\n{PROACTIVE_TABLE}",
        "政府信息公开情况统计表\n（2021年度）\n填报单位（盖章）：甲县财政局\n统计指标\t单位\t统计数\n（不同渠道和方式公开相同信息计1条）\n主动公开政府信息数\t条\t3",
        "甲县财政局\n2022年1月20日\n抄送：县人大办，县政协办，县纪委监委。",
        "甲县财政局\n2022年1月20日\n甲县财政局办公室　　　2022年1月20日印发",
        "甲县财政局\n2022年1月20日\n（此页无正文）",
        "甲县财政局\n2022年1月20日\n共印20份",
    ],
)
def test_what_stands_behind_the_text_is_no_narrative(behind: str) -> None:
    report = parse(document_of(THREE + behind))
    assert [s.text for s in report.sections] == ["公开3条。", "更新慢。", "未收取费用。"]


ANNEX_OF_2014 = """\
一、主动公开情况||
（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）|条|326
其中：主动公开规范性文件数|条|4
二、回应解读情况||
（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）|次|3
其中：主要负责同志参加政府网站在线访谈次数|次|1
三、依申请公开情况||
（一）收到申请数|件|6
其中：涉及国家秘密|件|0
四、行政复议数量|件|0
（一）维持具体行政行为数|件|0
五、行政诉讼数量|件|0
六、举报投诉数量|件|0
七、依申请公开信息收取的费用|万元|0
八、机构建设和保障经费情况||
1.专职人员数（不包括政府公报及政府网站工作人员数）|人|1
九、政府信息公开会议和培训情况||
（三）接受培训人员数|人次|45"""
"""Some rows of the table that the forms of 2014 to 2018 annex, cells parted by a bar."""


@pytest.mark.parametrize("between", ["\n", " ", "", "　　"])
@pytest.mark.parametrize(
    "title", ["附件\n政府信息公开情况统计表\n（2016年度）\n统计指标\n单位\n统计数\n", ""]
)
def test_an_annexed_table_without_cells_makes_no_sections(between: str, title: str) -> None:
    rows = ANNEX_OF_2014.replace("||", "").replace("|", between)
    report = parse(document_of(f"{THREE}{title}{rows}\n单位负责人：张三　　审核人：李四"))
    assert [s.text for s in report.sections] == ["公开3条。", "更新慢。", "未收取费用。"]


@pytest.mark.parametrize(
    "line",
    [
        "（三）编制政府信息公开工作年度报告",
        "编制政府信息公开年报",
        "《甲县政务公开工作要点》于2022年3月1日印发",
        "发送：短信3条",
    ],
)
def test_deeds_that_sound_like_the_notes_of_a_letter_are_narrative(line: str) -> None:
    text = THREE.replace("公开3条。", f"公开3条。\n{line}\n公开4条。")
    assert parse(document_of(text)).sections[0].text == f"公开3条。\n{line}\n公开4条。"


@pytest.mark.parametrize("blank", ["", " "])
def test_a_report_that_lost_all_of_its_breaks_is_parted_at_the_forms_headings(blank: str) -> None:
    parts = [
        "甲县财政局2021年政府信息公开工作年度报告",
        "一、总体情况",
        "公开3条。",
        "二、主动公开政府信息情况",
        "第二十条第（一）项信息内容本年制发件数规章000行政规范性文件202第二十条第（五）项信息内容本年处理决定数量行政许可35",
        "五、存在的主要问题及改进情况",
        "更新慢。",
        "六、其他需要报告的事项",
        "无。",
        "甲县财政局2022年1月20日",
    ]
    assert [s.text for s in parse(document_of(blank.join(parts))).sections] == [
        "公开3条。",
        "更新慢。",
        "无。",
    ]


def test_an_old_report_on_one_line_is_parted_at_headings_that_count_from_one() -> None:
    line = (
        "明河镇2009年度政府信息公开年度报告 按照《条例》规定，现将我镇2009年工作情况报告如下： 一、政府信息主动公开情况 公开46条。 "
        "二、依申请公开情况 未收到申请。 三、对信息公开的评议情况 村民满意。 四、收费和减免情况 未收费。 "
        "五、存在的主要问题和改进措施 主要问题：1.更新慢；2.渠道单一。 下一步将加强培训。"
    )
    report = parse(document_of(line))
    assert (report.title, report.agency, report.year) == (
        "明河镇2009年度政府信息公开年度报告",
        "明河镇",
        2009,
    )
    assert found(report) == [
        (SectionKind.LEAD, "按照《条例》规定，现将我镇2009年工作情况报告如下："),
        (SectionKind.PROACTIVE, "公开46条。"),
        (SectionKind.REQUESTS, "未收到申请。"),
        (SectionKind.LEGACY, "村民满意。"),
        (SectionKind.FEES, "未收费。"),
        (SectionKind.PROBLEMS, "主要问题：1.更新慢；2.渠道单一。 下一步将加强培训。"),
    ]


def test_an_old_report_on_one_line_without_blanks_is_parted_at_its_forms_headings() -> None:
    line = (
        "一、概述我局依法公开信息。二、主动公开政府信息情况公开30条。三、依申请公开工作情况收到2件。"
        "四、政府信息公开收费及减免情况未收费。五、工作中存在的主要问题和改进措施更新慢。"
    )
    assert [text for _, text in found(parse(document_of(line)))] == [
        "我局依法公开信息。",
        "公开30条。",
        "收到2件。",
        "未收费。",
        "更新慢。",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "本报告分为：一、概述 二、主动公开情况 三、依申请公开情况 四、存在的主要问题",
        "我局：一、健全制度。二、加强培训。三、公开信息。四、规范管理。",
    ],
)
def test_counted_words_without_sentences_or_without_kinds_part_no_line(line: str) -> None:
    text = THREE.replace("公开3条。", f"公开3条。\n{line}")
    assert parse(document_of(text)).sections[0].text == f"公开3条。\n{line}"


def test_headings_may_stand_in_brackets() -> None:
    report = parse(
        document_of(
            "【总体情况】\n公开3条。\n【存在的主要问题及改进情况】\n更新慢。\n【其他需要报告的事项】\n无。"
        )
    )
    assert [s.kind for s in report.sections] == [
        SectionKind.OVERVIEW,
        SectionKind.PROBLEMS,
        SectionKind.OTHER,
    ]


@pytest.mark.parametrize("page", ["", " 3", "........3"])
def test_contents_that_spell_headings_in_short_are_no_sections(page: str) -> None:
    contents = ["目录", "一、总体情况", "五、问题与改进", "六、其他事项"]
    title, *body = THREE.split("\n")
    text = "\n".join([title, contents[0], *(line + page for line in contents[1:]), *body])
    report = parse(document_of(text))
    assert [s.text for s in report.sections] == ["公开3条。", "更新慢。", "未收取费用。"]
    assert not report.warnings


def test_a_section_in_a_row_of_a_sheet_is_read() -> None:
    blocks = (
        Paragraph("五、存在的主要问题及改进情况"),
        Paragraph("更新慢。"),
        Table((("六、其他需要报告的事项", "无"),)),
    )
    assert found(parse(Document("a", FileFormat.XLSX, blocks))) == [
        (SectionKind.PROBLEMS, "更新慢。"),
        (SectionKind.OTHER, "无"),
    ]


def test_a_number_in_a_cell_of_its_own_opens_a_heading_or_a_point() -> None:
    rows = (
        ("一", "总体情况"),
        ("", "公开3条。"),
        ("五、", "存在的主要问题及改进情况"),
        ("1", "更新慢。"),
        ("（2）", "解读少。"),
        ("六", "其他需要报告的事项"),
        ("", "无"),
    )
    assert found(parse(Document("a", FileFormat.DOCX, (Table(rows),)))) == [
        (SectionKind.OVERVIEW, "公开3条。"),
        (SectionKind.PROBLEMS, "1、更新慢。\n（2）解读少。"),
        (SectionKind.OTHER, "无"),
    ]


def test_several_reports_in_one_file_are_said() -> None:
    assert Notice.SEVERAL.value in parse(document_of(THREE + THREE.replace("2021", "2022"))).warnings
    assert Notice.SEVERAL.value not in parse(document_of(THREE)).warnings


def test_a_foot_with_sentences_behind_it_closes_nothing() -> None:
    text = THREE.replace("更新慢。", "更新慢。\n相关附件\n下一步将按月检查，及时更新。")
    assert parse(document_of(text)).sections[1].text == "更新慢。\n相关附件\n下一步将按月检查，及时更新。"


def test_reports_of_two_agencies_in_one_file_leave_titles_and_signatures_out() -> None:
    text = THREE + "甲县财政局\n2022年1月20日\n" + THREE.replace("甲县财政局", "甲县水利局")
    assert [s.text for s in parse(document_of(text)).sections] == [
        "公开3条。",
        "更新慢。",
        "未收取费用。",
    ] * 2


@pytest.mark.parametrize(
    "line",
    [
        "索 引 号：000014349/2022-00012　　信息分类：年报",
        "【字体：大 中 小】  打印",
        "表1：2021年主动公开政府信息情况统计表",
        "表1网站制度建设情况",
        "| | |",
        "单位：件",
    ],
)
def test_labels_of_pages_and_of_tables_are_no_narrative(line: str) -> None:
    text = THREE.replace("更新慢。", f"更新慢。\n{line}\n时间：全年均未按时更新。")
    assert parse(document_of(text)).sections[1].text == "更新慢。\n时间：全年均未按时更新。"


@pytest.mark.parametrize(
    ("agency", "region", "level"),
    [
        ("安阳市北关区人民政府", "河南省", Level.COUNTY),
        ("河南省财政厅", "河南省", Level.PROVINCE),
        ("北京市朝阳区教育局", "北京市", Level.COUNTY),
        ("上海市水务局", "上海市", Level.PROVINCE),
        ("国家税务总局安阳市税务局", "河南省", Level.CITY),
        ("教育部", None, Level.NATIONAL),
        ("昆山市住房和城乡建设局", "江苏省", Level.COUNTY),
        ("凉山彝族自治州人民政府", "四川省", Level.CITY),
        ("科尔沁右翼前旗人民政府", "内蒙古自治区", Level.COUNTY),
        ("杭州市西湖区转塘街道办事处", "浙江省", Level.TOWNSHIP),
        ("鼓楼区人民政府", "鼓楼区", Level.COUNTY),
        ("国家统计局安徽调查总队", "安徽省", Level.PROVINCE),
        ("国家统计局安庆调查队", "安徽省", Level.CITY),
        ("国家统计局桐城市调查队", "安徽省", Level.COUNTY),
        ("国家金融监督管理总局安庆监管分局", "安徽省", Level.CITY),
        ("中国证券监督管理委员会安徽监管局", "安徽省", Level.PROVINCE),
        ("国家矿山安全监察局安徽局", "安徽省", Level.PROVINCE),
        ("国家能源局华东监管局", None, Level.NATIONAL),
        ("民航华北地区管理局", None, Level.NATIONAL),
        ("民航贵州安全监督管理局", "贵州省", Level.PROVINCE),
        ("国网明河县供电公司", "明河县", Level.COUNTY),
        ("杭州海关", "浙江省", Level.CITY),
        ("南昌海关", "江西省", Level.CITY),
        ("青州海关", "山东省", Level.COUNTY),
        ("国家统计局呼和浩特调查队", "内蒙古自治区", Level.CITY),
        ("国家税务总局苏州工业园区税务局", "江苏省", Level.COUNTY),
        ("徐州经济开发区管委会", "江苏省", Level.COUNTY),
        ("昆明云顶高新技术产业开发区管理委员会", "云南省", Level.COUNTY),
        ("明河湾国家级经济技术开发区管理委员会", "明河湾国家级经济技术开发区", Level.COUNTY),
        ("大连东海岸新区财政局", "辽宁省", Level.COUNTY),
        ("朝阳区水务局", "朝阳区", Level.COUNTY),
        ("南京路街道办事处", "南京路街道", Level.TOWNSHIP),
        ("常州路街道办事处", "常州路街道", Level.TOWNSHIP),
        ("海州街道办事处", "海州街道", Level.TOWNSHIP),
        ("凉山州水利局", "四川省", Level.CITY),
        ("海南州水利局", "青海省", Level.CITY),
        ("新疆生产建设兵团水利局", "新疆维吾尔自治区", Level.PROVINCE),
        ("新疆生产建设兵团第七师胡杨河市水利局", "新疆维吾尔自治区", Level.CITY),
        ("第十二师水利局", "新疆维吾尔自治区", Level.CITY),
        ("第七师胡杨河市明河镇人民政府", "新疆维吾尔自治区", Level.TOWNSHIP),
        ("第七师一三一团", "新疆维吾尔自治区", Level.TOWNSHIP),
        ("新疆生产建设兵团第七师胡杨河市131团", "新疆维吾尔自治区", Level.TOWNSHIP),
        ("第十二师一〇四团市场监督管理所", "新疆维吾尔自治区", Level.TOWNSHIP),
        ("第七师团委", "新疆维吾尔自治区", Level.CITY),
        ("第七师市场监督管理局", "新疆维吾尔自治区", Level.CITY),
        ("第一师范附属小学", None, None),
        ("明河县市场监督管理局", "明河县", Level.COUNTY),
        ("明河镇市场监督管理所", "明河镇", Level.TOWNSHIP),
        ("县市场监督管理局", None, None),
        ("县乡村振兴局", None, None),
        ("国家市场监督管理总局", None, Level.NATIONAL),
        ("中国民用航空华东地区管理局", None, Level.NATIONAL),
        ("广德县审计局", "安徽省", Level.COUNTY),
        ("章丘市林业局", "山东省", Level.COUNTY),
        ("毕节地区行政公署", "贵州省", Level.CITY),
        ("财政局", None, None),
    ],
)
def test_region_and_level(agency: str, region: str | None, level: Level | None) -> None:
    assert (region_of(agency), level_of(agency)) == (region, level)


# -- the corpus, printed as reports and read back -------------------------------------------------------

HEADINGS = {SectionKind.OVERVIEW: 0, SectionKind.PROBLEMS: 4, SectionKind.OTHER: 5}


def printed(annotated: AnnotatedReport, form: str) -> str:
    """A report as a text file: its sections under headings, the statutory tables flattened between them."""
    parts = [annotated.report.title or ""]
    tables = {1: PROACTIVE_TABLE, 2: REQUESTS_TABLE, 3: REVIEW_TABLE}
    by_rank = {HEADINGS[s.kind]: s for s in annotated.report.sections if s.kind in HEADINGS}
    lead = [s.text for s in annotated.report.sections if s.kind is SectionKind.LEAD]
    for rank, heading in enumerate(CURRENT):
        body = by_rank[rank].text if rank in by_rank else tables.get(rank, "").strip("\n")
        if form == "cells" and rank in tables:
            body = "\n".join(cell for cell in body.replace("\t", "\n").split("\n") if cell)
        if body:
            parts += [f"{'一二三四五六'[rank]}、{heading}", body]
    return "\n".join([parts[0], *lead, *parts[1:]])


@pytest.mark.parametrize("form", ["tabs", "cells"])
def test_the_corpus_printed_with_tables_is_read_back_exactly(form: str) -> None:
    wrong = []
    reports = [a for a in read_split("train") if not a.old_form]
    assert len(reports) > 200
    for annotated in reports:
        expected = {s.kind: s.text for s in annotated.report.sections if s.text.strip()}
        got = {s.kind: s.text for s in parse(document_of(printed(annotated, form))).sections}
        stripped = {k: "\n".join(line.strip() for line in v.split("\n")) for k, v in expected.items()}
        if got != stripped:
            wrong.append(annotated.id)
    assert len(wrong) <= 0.02 * len(reports), wrong


def test_old_forms_printed_are_read_back() -> None:
    wrong = []
    reports = [a for a in read_split("train") if a.old_form]
    for annotated in reports:
        parts = [annotated.report.title or ""]
        for rank, s in enumerate(s for s in annotated.report.sections if s.kind is not SectionKind.LEAD):
            parts += [f"{'一二三四五六七八九十'[rank]}、{s.heading or s.kind.chinese}", s.text]
        got = [s.text for s in parse(document_of("\n".join(parts))).sections]
        expected = [
            "\n".join(line.strip() for line in s.text.split("\n"))
            for s in annotated.report.sections
            if s.kind is not SectionKind.LEAD
        ]
        if got != expected:
            wrong.append(annotated.id)
    assert len(wrong) <= 0.1 * len(reports), (len(wrong), len(reports), wrong)


lines = st.sampled_from(
    [
        *PROSE,
        "一、总体情况",
        "（一）主动公开情况",
        "0\t0\t0",
        "规章\t0",
        "五、存在的主要问题及改进情况",
        "",
        "　　",
        "附件",
        "2021年1月1日",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(lines, st.text(max_size=30)), max_size=25))
def test_any_document_is_parsed_and_narrative_comes_from_its_lines(content: list[str]) -> None:
    document = Document("a", FileFormat.TEXT, tuple(Paragraph(line) for line in content))
    for section in parse(document).sections:
        for paragraph in section.text.split("\n"):
            assert any(paragraph in line for line in content)
            assert paragraph.strip() == paragraph


@pytest.mark.parametrize("said", ["无", "无。"])
def test_a_word_under_a_heading_after_the_tables_is_the_sections_text(said: str) -> None:
    text = "\n".join(
        (
            "一、总体情况",
            "公开信息2件。",
            "四、政府信息公开行政复议、行政诉讼情况",
            "行政复议\t行政诉讼",
            "0\t0\t0\t0\t0",
            "0",
            "0",
            "五、存在的主要问题及改进情况",
            said,
            "六、其他需要报告的事项",
            said,
        )
    )
    sections = {section.kind: section.text for section in parse(document_of(text)).sections}
    assert sections[SectionKind.PROBLEMS] == sections[SectionKind.OTHER] == said
    assert sections[SectionKind.OVERVIEW] == "公开信息2件。"


# -- what closes a report, and what stands around its text ----------------------------------------------


@pytest.mark.parametrize(
    "signature",
    [
        "明河县水利局 2022年1月20日",
        "明河县水利局2022年1月20日",
        "明河县水利局        二○二二年一月二十日",
        "2022年1月20日　　明河县水利局",
        "明河县水利局（盖章）\n2022年1月20日",
        "明河县水利局\n(印章)\n2022年1月20日",
        "明河县水利局（公章） 2022年1月",
        "明河县水利局\n2022年元月20日",
        "明河县水利局\n2022年1月",
        "明河县水利局\n二〇二二年一月",
        "明 河 县 水 利 局\n2 0 2 2 年 1 月 2 0 日",
        "明河海关\n2022年1月20日",
        "县残联\n2022年1月20日",
        "明河县气象台\n2022年1月20日",
        "国营明河林场\n2022年1月20日",
        "明河县水利局\n２０２２年１月２０日",
        "明河县水利局２０２２年元月",
        "明河县水利局\n2022.1.20",
        "明河县水利局（电子印章）",
        "明河县水利局\n（ 公 章 ）\n2022年1月20日",
        "2022年1月20日\n明河高新区",
        "报告单位：明河县水利局\n报告时间：2022年1月20日",
        "附件：1.信息公开统计表\n2.申请办理登记表\n明河县水利局（盖章）\n2022年元月12日",
    ],
)
def test_a_signature_is_no_narrative_however_it_is_spelt(signature: str) -> None:
    assert [s.text for s in parse(document_of(THREE + signature)).sections] == [
        "公开3条。",
        "更新慢。",
        "未收取费用。",
    ]


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("2022年1月20日", Date(2022, 1)),
        ("（2022年12月）", Date(2022, 12)),
        ("明河县水利局 2022-03-20 10:30", Date(2022, 3)),
        ("发布时间：２０２２年１月２０日", Date(2022, 1)),
        ("二○二二 年 十一 月 三 日", Date(2022, 11)),
        ("二零二二年元月", Date(2022, 1)),
        ("二ＯＯ八年十月", Date(2008, 10)),
        ("2022年13月5日", None),
        ("2022年度", None),
        ("二楼一月办件3条", None),
    ],
)
def test_dates_in_their_spellings(line: str, date: Date | None) -> None:
    assert date_in(line) == date


def test_a_line_without_its_dates() -> None:
    assert without_dates("明河县水利局（2022年1月20日）") == "明河县水利局"
    assert without_dates("2022年13月的清单") == "2022年13月的清单"


@pytest.mark.parametrize("line", ["3", "－ 3 －", "第3页 共9页", "3/9", "— 128 —"])
def test_the_number_of_a_page(line: str) -> None:
    assert is_page_number(line) and is_furniture(line)


def test_four_digits_are_a_page_s_number_only_at_its_edge() -> None:
    assert is_page_number("2022", at_edge=True)
    assert not is_page_number("2022")
    assert not is_page_number("3条", at_edge=True)


@pytest.mark.parametrize(
    "line",
    [
        "召开全县信息公开培训会 2021年3月8日",
        "2021年3月8日 全县政务公开推进会",
        "2021年6月 县政务服务中心设查阅点",
        "无其他需要报告的事项 明河县水利局 2022年1月20日",
        "无 明河县水利局 2022年1月20日",
        "无其他需要报告的事项2022年1月20日",
    ],
)
def test_what_stands_beside_a_date_may_be_a_text(line: str) -> None:
    assert parse(document_of(THREE + line)).sections[-1].text == f"未收取费用。\n{line}"


@pytest.mark.parametrize(
    "line",
    [
        "联系人：钱某　电话：0555-12345",
        "联系电话：0555-1234567\n电子邮箱：gk@example.gov.cn",
        "地址：明河县文化路1号　邮编：123456",
        "办公地址：明河县文化路1号\n网址：http://www.example.gov.cn\n咨询电话：0555-12345",
        "（来源：县水利局）",
        "文章来源：县水利局办公室",
        "责编：张三",
        "单位负责人：张三　　审核人：李四　　填报人：王五",
        "初审：张三　复审：李四　终审：王五",
        "附：明河县水利局政府信息公开情况统计表",
        "附表：",
    ],
)
def test_labels_that_close_a_report_are_no_narrative(line: str) -> None:
    assert parse(document_of(THREE + line)).sections[-1].text == "未收取费用。"


@pytest.mark.parametrize(
    "contact",
    [
        "如对本报告有疑问，请与县财政局联系（地址：文化路1号，邮编：123456）。",
        "联系地址：文化路1号，电话：0555-12345。",
        "公众可到下列地点查阅：\n地址：文化路1号\n邮编：123456",
        "（一）咨询受理机构\n地址：文化路1号\n邮编：123456",
    ],
)
def test_a_text_that_says_how_to_reach_the_office_is_narrative(contact: str) -> None:
    assert parse(document_of(THREE + contact)).sections[-1].text == f"未收取费用。\n{contact}"


def test_contacts_in_the_introduction_are_narrative() -> None:
    contact = "本报告在县政府网站公布。\n地址：文化路1号，邮编：123456"
    report = parse(document_of(THREE.replace("一、总体", f"{contact}\n一、总体")))
    assert found(report)[0] == (SectionKind.LEAD, contact)


ANNEX = "附件1\n名词解释\n1.主动公开：指机关自行公布信息的行为。\n2.依申请公开：指申请获取信息的行为。"


@pytest.mark.parametrize(
    "signature",
    ["甲县财政局\n2022年1月20日", "甲县财政局（盖章）\n2022年1月", "甲县财政局 2022年1月\n（此页无正文）"],
)
def test_an_annex_behind_the_signature_is_no_narrative(signature: str) -> None:
    report = parse(document_of(f"{THREE}{signature}\n{ANNEX}"))
    assert [s.text for s in report.sections] == ["公开3条。", "更新慢。", "未收取费用。"]


def test_a_report_that_is_the_annex_of_a_letter_is_read() -> None:
    letter = "各股室：\n现印发年度报告，请遵照执行。\n甲县财政局\n2022年1月20日\n附件\n"
    assert [s.text for s in parse(document_of(letter + THREE)).sections][-3:] == [
        "公开3条。",
        "更新慢。",
        "未收取费用。",
    ]
    unnamed = parse(document_of(letter + "2021年，本局认真公开信息。\n下一步将按月更新。"))
    assert unnamed.sections[-1].text.endswith("2021年，本局认真公开信息。\n下一步将按月更新。")


def test_captions_of_charts_and_their_labels_are_no_narrative() -> None:
    chart = "征地拆迁\n43%\n房屋管理\n22%\n教育\n35%\n图1：2019—2021年申请的领域（单位：件）"
    text = THREE.replace("公开3条。", f"公开3条。\n{chart}\n图2　各渠道发布量\n图解3篇，均已发布。")
    assert parse(document_of(text)).sections[0].text == "公开3条。\n图解3篇，均已发布。"


def test_a_list_that_counts_its_rows_is_no_narrative() -> None:
    rows = "1 基本信息 学校章程 http://www.example.edu.cn/1.htm\n2 招生考试 招生计划 http://www.example.edu.cn/2.htm"
    text = THREE.replace("公开3条。", f"清单如下。\n序号 类别 事项 网址\n{rows}\n公开3条。")
    assert parse(document_of(text)).sections[0].text == "清单如下。\n公开3条。"


def test_such_a_list_may_arrive_as_a_line_for_each_cell() -> None:
    cells = "序号\n制度名称\n颁布时间\n1\n网站管理办法\n2014年3月\n2\n信息发布审核制度\n2015年5月"
    text = THREE.replace("公开3条。", f"制度如下。\n{cells}\n公开3条。")
    assert parse(document_of(text)).sections[0].text == "制度如下。\n公开3条。"


def test_a_list_of_problems_and_measures_is_narrative() -> None:
    points = "序号 存在问题 改进措施\n1 公示栏更新慢 按月检查\n2 解读形式单一 制作图解"
    assert parse(document_of(THREE.replace("更新慢。", points))).sections[1].text == points


@pytest.mark.parametrize(
    "rows",
    [
        "信息内容 上一年项目数量 本年增/减 处理决定数量\n行政许可 12 -2 340",
        "信息内容\n上一年项目数量\n本年增/减\n处理决定数量\n行政许可\n12\n-2\n340",
        "结果维持 结果纠正 其它结果 尚未审结 总计\n0 0 0 0 0",
        "主动公开政府信息数（不同渠道和方式公开相同信息计1条） 条 9",
        "指标名称\n计量单位\n2012年度\n历年累计\n主动公开文件数\n条\n89\n301\n其中：1.镇务公开栏公开文件数\n条\n9\n31",
        "（不同方式回应同一热点或舆情计1次）",
    ],
)
def test_cells_of_the_forms_of_2019_and_before_are_no_narrative(rows: str) -> None:
    text = THREE.replace("五、", f"二、主动公开政府信息情况\n{rows}\n五、")
    assert [s.text for s in parse(document_of(text)).sections] == ["公开3条。", "更新慢。", "未收取费用。"]


# -- reports as they are copied from pages: bars of tables, labels, paths -------------------------------


@pytest.mark.parametrize("cells", [["规章", "0", "3"], ["行政许可", "12"], ["第二十条第（一）项", ""]])
def test_cells_that_keep_a_bar_each_are_no_narrative(cells: list[str]) -> None:
    rows = "\n".join(
        f"{cell} |" for cell in ["信息内容", "本年制发件数", *cells, "行政处罚", "0", "|", "|||"]
    )
    text = THREE.replace("五、", f"二、主动公开政府信息情况 |\n{rows}\n五、")
    assert [s.text for s in parse(document_of(text)).sections] == ["公开3条。", "更新慢。", "未收取费用。"]


def test_the_bars_at_the_edges_of_a_row_are_no_text() -> None:
    report = parse(document_of("\n".join(f"| {line} | ||" for line in THREE.strip().split("\n"))))
    assert (report.agency, report.year) == ("甲县财政局", 2021)
    assert [s.text for s in report.sections] == ["公开3条。", "更新慢。", "未收取费用。"]


@pytest.mark.parametrize(
    "rows", ["渠道\t条数\n网站\t120\n公众号\t300", "| 渠道 | 条数（条） |\n| 网站 | 120 |"]
)
def test_the_names_of_columns_above_numbers_are_no_narrative(rows: str) -> None:
    text = THREE.replace("公开3条。", f"公开3条。\n{rows}\n同比增长5%。")
    assert parse(document_of(text)).sections[0].text == "公开3条。\n同比增长5%。"


def test_the_names_of_columns_above_words_are_narrative() -> None:
    points = "问题\t措施\n更新慢\t按月检查"
    assert "按月检查" in parse(document_of(THREE.replace("更新慢。", points))).sections[1].text


def test_words_repeated_along_a_row_are_no_narrative() -> None:
    rows = "信息内容\n本年制发件数\n规章\n本单位不制发规章\n本单位不制发规章\n本单位不制发规章\n行政规范性文件\n0\n0\n0"
    text = THREE.replace("五、", f"二、主动公开政府信息情况\n{rows}\n五、")
    assert [s.text for s in parse(document_of(text)).sections] == ["公开3条。", "更新慢。", "未收取费用。"]


@pytest.mark.parametrize(
    "line",
    [
        "首页/ 政府信息公开 / 政府信息公开年报 / 乡镇 / 2021年 / 正文",
        "首页 → 政务公开 → 政府信息公开年报",
        "> 政府信息公开 > 政府信息公开年报 > 2021",
        "| >> 政务公开 | >> 信息公开目录 | >> 水利局 |",
        "索 引 号 | 0012345/2022-00012 | 分 类 | 综合政务/报告 |",
        "[ 成文日期 ]\t2022-01-25\t[ 有 效 性 ]\t有效",
        "文    号成文日期：2022-01-22发布日期：2022-01-22",
        "发布单位：甲县水利局 发布人：张三 点击量：12 字体：",
        "语音播报     |     简明问答     |    图文解读",
        "您好，欢迎登录甲县政务公开平台",
    ],
)
def test_what_pages_have_above_a_report_is_no_narrative(line: str) -> None:
    text = THREE.replace("一、总体", "根据条例编制本报告。\n一、总体")
    report = parse(document_of(f"{line}\n{text}"))
    assert (report.agency, report.sections[0].text) == ("甲县财政局", "根据条例编制本报告。")


@pytest.mark.parametrize(
    "line",
    [
        "公开率>95%，办结率>98%，均高于上年。",
        "欢迎访问县政府门户网站查阅本报告。",
        "分类施策，逐项整改。",
        "单位：多数股室报送不及时，少数股室不报送。",
    ],
)
def test_sentences_that_look_a_little_like_it_are_narrative(line: str) -> None:
    text = THREE.replace("更新慢。", f"更新慢。\n{line}")
    assert parse(document_of(text)).sections[1].text == f"更新慢。\n{line}"


@pytest.mark.parametrize(
    "label",
    [
        "标题：甲县水利局2022年政府信息公开工作年度报告",
        "标 题 | 甲县水利局2022年政府信息公开工作年度报告 | ||",
        "名　称\t甲县水利局2022年政府信息公开工作年度报告",
    ],
)
def test_the_title_may_stand_beside_a_label(label: str) -> None:
    report = parse(document_of(f"{label}\n{THREE.split(chr(10), 1)[1]}"))
    assert report.title == "甲县水利局2022年政府信息公开工作年度报告"
    assert (report.agency, report.year) == ("甲县水利局", 2022)
    assert report.sections[0].kind is SectionKind.OVERVIEW


@pytest.mark.parametrize(
    ("quoted", "agency"),
    [
        ("《甲县水利局2022年政府信息公开工作年度报告》", "甲县水利局"),
        ("《2022年度甲县水利局信息公开工作年度报告》", "甲县水利局"),
        ("《关于做好2022年政府信息公开工作年度报告编制工作的通知》", None),
        ("《中华人民共和国政府信息公开工作年度报告格式》", None),
    ],
)
def test_the_introduction_may_quote_the_title(quoted: str, agency: str | None) -> None:
    text = f"根据条例，现公布{quoted}的内容。\n{THREE.split(chr(10), 1)[1]}"
    assert parse(document_of(text)).agency == agency


def test_a_summary_of_the_work_has_a_title_not_a_heading() -> None:
    report = parse(
        document_of("2022年甲县教育局政务公开工作总结\n2022年，本局公开信息30条。\n今后将按月更新。")
    )
    assert (report.title, report.agency) == ("2022年甲县教育局政务公开工作总结", "甲县教育局")
    assert [s.kind for s in report.sections] == [SectionKind.UNNAMED]


def test_above_headings_without_numbers_such_a_title_is_one_too() -> None:
    text = (
        "2022年甲县教育局政务公开工作总结\n本局公开信息30条。\n存在的问题\n更新慢。\n下一步打算\n按月更新。"
    )
    report = parse(document_of(text))
    assert (report.title, report.agency) == ("2022年甲县教育局政务公开工作总结", "甲县教育局")
    assert [s.kind for s in report.sections] == [SectionKind.LEAD, SectionKind.PROBLEMS, SectionKind.PLANS]


@pytest.mark.parametrize("label", ["单位： 甲县财政局 2021年度", "填报单位：甲县财政局"])
def test_whose_numbers_a_table_has_is_no_narrative(label: str) -> None:
    text = THREE.replace("五、", f"二、主动公开政府信息情况\n{label}\n规章\t0\n五、")
    assert [s.text for s in parse(document_of(text)).sections] == ["公开3条。", "更新慢。", "未收取费用。"]


def test_a_note_beneath_a_table_is_no_narrative() -> None:
    text = THREE.replace("五、", "二、主动公开政府信息情况\n规章\t0\t0\t0\n注：不含已废止的文件。\n五、")
    text = text.replace("更新慢。", "更新慢。\n注：以上均为自查所见。")
    assert [s.text for s in parse(document_of(text)).sections][:2] == [
        "公开3条。",
        "更新慢。\n注：以上均为自查所见。",
    ]


def test_a_note_beneath_a_table_of_the_file_is_no_narrative() -> None:
    blocks: list[Block] = [Paragraph(line) for line in THREE.strip().split("\n")]
    table = Table((("信息内容", "本年制发件数"), ("规章", "0")))
    blocks[3:3] = [Paragraph("二、主动公开政府信息情况"), table, Paragraph("注：不含已废止的文件。")]
    report = parse(Document("a.docx", FileFormat.DOCX, tuple(blocks)))
    assert [s.text for s in report.sections] == ["公开3条。", "更新慢。", "未收取费用。"]


def test_the_title_of_a_chart_is_no_narrative_without_a_number_too() -> None:
    text = THREE.replace("公开3条。", "公开3条。\n2019—2021年公开数量对比图\n制作政策图解2篇。")
    assert parse(document_of(text)).sections[0].text == "公开3条。\n制作政策图解2篇。"


def test_a_page_that_asks_to_be_shared_is_at_its_end() -> None:
    assert parse(document_of(f"{THREE}分享：\n扫码使用手机浏览本页内容")).sections[-1].text == "未收取费用。"


def test_a_heading_right_behind_a_sentence_opens_its_section() -> None:
    text = (
        "甲县财政局2021年政府信息公开工作年度报告\n根据条例编制。 一、总体情况 公开3条。 二、主动公开政府信息情况\n规章\t0\t0\n"
        "五、存在的主要问题及改进情况 更新慢。 六、其他需要报告的事项 未收取费用。"
    )
    report = parse(document_of(text))
    assert [s.text for s in report.sections] == ["根据条例编制。", "公开3条。", "更新慢。", "未收取费用。"]


@pytest.mark.parametrize(
    "line",
    [
        "本报告分为两部分。一、总体情况、二、主动公开政府信息情况。",
        "做到三点。三、其他需要报告的事项及时报告。",
    ],
)
def test_headings_that_a_sentence_lists_open_nothing(line: str) -> None:
    text = THREE.replace("公开3条。", f"公开3条。\n{line}")
    assert parse(document_of(text)).sections[0].text == f"公开3条。\n{line}"


def test_a_report_of_all_customs_of_a_region() -> None:
    assert level_of("合肥海关关区") is level_of("合肥海关") is Level.CITY
    assert region_of("合肥海关关区") == "安徽省"


def test_a_report_that_gathers_others_is_of_who_gathers() -> None:
    text = f"本报告根据条例，汇总丙省财政厅2021年政府信息公开情况编制形成。\n{THREE.split(chr(10), 1)[1]}"
    assert parse(document_of(text)).agency == "丙省财政厅"


def test_the_stop_of_a_heading_in_a_line_is_none_of_its_text() -> None:
    line = (
        "一、概述。公开3条。二、主动公开情况。公开2条。三、依申请公开情况。收到1件。四、存在的问题。更新慢。"
    )
    report = parse(document_of(f"甲县财政局2015年政府信息公开年度报告\n{line}"))
    assert [s.text for s in report.sections] == ["公开3条。", "公开2条。", "收到1件。", "更新慢。"]

"""Annotated reports: checked against the guideline, converted to other formats and back, loaded as a dataset."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from nlp.cli import app
from nlp.errors import AnnotationError, GongkaiError, UsageError
from nlp.labels import Category, SectionKind, Theme
from training.annotation import CODE_OF, AnnotatedReport, parse, read_annotated, to_lines
from training.formats import Format, guess, read_as, write_as
from training.formats.labelstudio import CONFIG
from training.formats.spans import Span, SpannedReport, SpannedSection, to_annotated

REPORT = """\
### x-1 | 临江市人民政府 | 2021 | city | a style
## lead
O|根据条例编制。
## legacy:三、依申请公开办理情况
D|收到申请3件，
G|由专人办理。

D|均已答复。
## problems
P staffing,content|一是人手不足；
I staffing|拟增配2人。

"""

BROKEN = """\
### x-2 | 临江市民政局 | 2021 | city | a style
## overview
D|公开信息3条。其中通知2条。
D|（一）渠道：1．网站公开；
D|编发简报2期，
D|发布通知5条。
O|（二）情况：
G|成立领导小组！
G|三是一年两训。
D|答复申请“不。予公开”2件；
## problems
P|更新慢。
I staffing,content,channels,security|加强培训。
P weather|天气不好。
D staffing|公开信息。
乱写一行
### x-1 | 临江市教育局 | 2021 | city | a style
## other
O|无。
"""


def run(*arguments: object) -> Any:
    result = CliRunner().invoke(app, ["corpus", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A corpus of two splits: one good report, and, in dev, two that break every rule."""
    for split, text in (("train", REPORT), ("dev", BROKEN)):
        (tmp_path / split).mkdir()
        (tmp_path / split / "a.txt").write_text(text, encoding="utf-8")
    return tmp_path


# -- check --------------------------------------------------------------------------------------------


def test_every_broken_rule_is_said_with_its_line(small: Path) -> None:
    result = run("check", small, "--only", "rules", "--format", "json")
    assert result.exit_code == 1
    found = [(one["where"].rpartition("/")[2], one["rule"]) for one in json.loads(result.stdout)["rules"]]
    assert found == [
        ("a.txt:3", "B2"),
        ("a.txt:4", "B3"),
        ("a.txt:5", "B4"),
        ("a.txt:7", "B5"),
        ("a.txt:12", "themes"),
        ("a.txt:13", "themes"),
        ("a.txt:14", "themes"),
        ("a.txt:15", "themes"),
        ("a.txt:16", "format"),
        ("a.txt:19", "id"),
    ]


def rules_of(tmp_path: Path, statements: str) -> list[tuple[int, str]]:
    """Line and rule of every violation of a report whose section consists of `statements`; they begin at line 3."""
    path = tmp_path / "a.txt"
    path.write_text(f"### x | 甲县 | 2021 | county | s\n## overview\n{statements}", encoding="utf-8")
    found = json.loads(run("check", path, "--only", "rules", "--format", "json").stdout)["rules"]
    return [(int(one["where"].rpartition(":")[2]), one["rule"]) for one in found]


def test_a_heading_that_runs_into_its_paragraph_without_a_mark_may_end_there(tmp_path: Path) -> None:
    assert rules_of(tmp_path, "O|（一）主动公开情况\nD|全年公开信息3条。\n") == []
    assert rules_of(tmp_path, "G|1. 加强领导，健全机制\nG|成立领导小组。\n") == []


@pytest.mark.parametrize(
    "statements",
    [
        "O|（一）主动公开情况：\nD|全年公开信息3条。\n",  # a colon ends nothing
        "O|（一）主动公开情况 \nD|全年公开信息3条。\n",  # nor do blanks
        "O|主动公开情况\nD|全年公开信息3条。\n",  # no enumerator: nothing shows a heading
        "D|全年公开信息3条\nD|接待来访2次。\n",
        "O|主要是：\nP content|内容不全。\n",
    ],
)
def test_other_places_without_a_stop_end_nothing(tmp_path: Path, statements: str) -> None:
    assert rules_of(tmp_path, statements) == [(3, "B5")]


def test_a_heading_in_the_midst_of_a_paragraph_lacks_its_blank_line(tmp_path: Path) -> None:
    assert rules_of(tmp_path, "O|概述。\nO|（一）主动公开情况\nD|公开信息3条。\n") == [(4, "B5")]


def test_a_number_with_a_comma_opens_a_point_but_not_an_amount(tmp_path: Path) -> None:
    assert rules_of(tmp_path, "D|1，公开信息，\nD|2，接待来访。\n") == []
    assert rules_of(tmp_path, "D|公开信息，\nD|2,000条。\n") == [(3, "B4")]


def test_a_table_leads_to_file_and_line(small: Path) -> None:
    lines = run("check", small, "--only", "规则", "--limit", 2).stdout.splitlines()
    assert lines[0] == "rules broken: 10"
    assert lines[1].endswith("a.txt:3: B2: a stop inside the statement, after “公开信息3条。”")
    assert lines[-1].startswith("… and 8 more")


def test_what_breaks_no_rule_exits_0(small: Path) -> None:
    result = run("check", small / "train", "--only", "rules")
    assert (result.exit_code, result.stdout) == (0, "rules broken: 0\n")


def test_bytes_that_are_no_utf8_are_a_fault_of_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(REPORT.encode() + "O|编码\n".encode("gb18030"))
    result = run("check", tmp_path, "--only", "rules", "--format", "json")
    assert "not UTF-8" in [one["message"] for one in json.loads(result.stdout)["rules"]]


def test_a_corpus_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no annotated text"):
        run("check", tmp_path)
    with pytest.raises(UsageError, match="choose from"):
        run("check", tmp_path, "--only", "spelling")


def test_duplicates_within_and_across_splits(tmp_path: Path) -> None:
    long = "本机关通过政府网站主动公开各类政府信息共计一百二十条，"
    words = "。".join(f"第{i}项工作由第{i * 7 % 100}科室办理并于{i % 12 + 1}月办结" for i in range(60))
    text = "### {} | 甲县 | 2021 | county | s\n## overview\n{}|{}\nD|{}。\n"
    for split, reports in {
        "train": [("a", "D", "全年" + long, words), ("b", "D", long + "等。", "另作安排")],
        "test": [("c", "G", "1．全年" + long, words + "加一句")],
    }.items():
        (tmp_path / split).mkdir()
        lines = "".join(text.format(*report) for report in reports)
        (tmp_path / split / "a.txt").write_text(lines, encoding="utf-8")
    found = json.loads(run("check", tmp_path, "--only", "duplicates", "--format", "json").stdout)[
        "duplicates"
    ]
    (statement,) = found["statements"]
    assert statement["conflicting"]
    assert statement["categories"] == ["disclosure", "organization"]
    assert {"splits": ["train", "test"], "statements": 1} in found["shared"]
    (like,) = found["reports"]
    assert like["reports"] == ["a", "c"]
    assert like["splits"] == ["train", "test"]
    table = run("check", tmp_path, "--only", "duplicates").stdout
    assert "CONFLICT disclosure, organization: also at" in table


def test_the_distribution_counts_labels_by_split(small: Path) -> None:
    found = json.loads(run("check", small, "--only", "distribution", "--format", "json").stdout)[
        "distribution"
    ]
    assert found["train"]["categories"] == {
        "organization": 1, "disclosure": 2, "problem": 1, "improvement": 1, "other": 1,
    }  # fmt: skip
    assert found["train"]["themes"]["staffing"] == 2
    assert "train (1 reports)" in run("check", small, "--only", "distribution").stdout


def test_a_label_that_the_other_reports_speak_against_is_found(tmp_path: Path) -> None:
    pytest.importorskip("cleanlab")
    lines = []
    for i in range(12):
        wrong = "D" if i == 7 else "P content"
        lines += [
            f"### r-{i} | 甲县 | 2021 | county | s",
            "## overview",
            f"D|全年公开信息{i + 20}条，发布通知{i}条。",
            f"G|成立领导小组，召开会议{i}次。",
            "## problems",
            f"{wrong}|公开内容不够全面，质量有待提高{i}。",
            f"I staffing|下一步将加强业务培训{i}。",
        ]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    result = run("check", tmp_path, "--only", "labels", "--format", "json")
    (found,) = json.loads(result.stdout)["labels"]
    assert found["where"].endswith("a.txt:55")
    assert (found["given"], found["suggested"]) == ("disclosure", "problem")
    assert "disclosure" in run("check", tmp_path, "--only", "labels").stdout


def test_one_report_has_no_suspects(small: Path) -> None:
    pytest.importorskip("cleanlab")
    assert "likely errors: 0 of 6" in run("check", small / "train", "--only", "labels").stdout


# -- convert ------------------------------------------------------------------------------------------

WRITTEN = [format for format in Format if format.writable]
SUFFIX = {Format.LINES: ".txt", Format.LABELSTUDIO: ".json", Format.CONLL: ".conll"}

_word = st.text(
    st.sampled_from("公开信息不足，。：“”（） \t　|\\#𠮷é_" + string.ascii_letters), min_size=1, max_size=12
)
_text = _word.filter(str.strip)
_field = st.text(st.sampled_from("临江市人民政府 -_#1"), max_size=8).map(
    lambda field: " ".join(field.split())
)


@st.composite
def _statement_lines(draw: st.DrawFn) -> str:
    category = draw(st.sampled_from(Category))
    themes = draw(st.lists(st.sampled_from(Theme), min_size=1, max_size=3, unique=True))
    named = f" {','.join(themes)}" if category.has_themes else ""
    return f"{CODE_OF[category]}{named}|{draw(_text)}"


@st.composite
def _reports(draw: st.DrawFn) -> AnnotatedReport:
    """Whatever the line format can hold."""
    year = draw(st.sampled_from(["", "2021"]))
    header = " | ".join(("### " + draw(_field), draw(_field), year, draw(_field), draw(_field)))
    lines = [header]
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from(["lead", "problems", "legacy:三、工作打算", "legacy:工作回顾", "unnamed"]))
        lines.append(f"## {key}")
        for paragraph in draw(st.lists(st.lists(_statement_lines(), min_size=1, max_size=3), max_size=3)):
            lines += [*paragraph, ""]
    return next(parse(lines))


@settings(max_examples=60, deadline=None)
@given(st.lists(_reports(), min_size=1, max_size=3), st.sampled_from(WRITTEN))
def test_there_and_back_again_gives_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, reports: list[AnnotatedReport], format: Format
) -> None:
    file = tmp_path_factory.getbasetemp() / "round-trip"
    file.write_text("".join(write_as(format, reports)), encoding="utf-8", newline="")
    again, left_out = read_as(format, file)
    if left_out:  # of reports without statements, some formats keep those that have no sections either
        reports, again = ([one for one in some if list(one.report.statements())] for some in (reports, again))
    assert [list(to_lines(one)) for one in again] == [list(to_lines(one)) for one in reports]


@pytest.mark.parametrize("format", WRITTEN)
def test_the_command_converts_there_and_back(small: Path, format: Format) -> None:
    there, back = small / f"there{SUFFIX.get(format, '.jsonl')}", small / "back.txt"
    result = run("convert", small / "train", there, "--to", format)
    assert (result.exit_code, result.stdout) == (0, "")
    assert guess(there) is format
    run("convert", there, back)
    assert back.read_text(encoding="utf-8") == REPORT


def test_a_file_that_is_not_there_is_not_called_one_without_a_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        run("convert", tmp_path / "missing", tmp_path / "a.json")


def test_only_formats_that_are_written_are_offered_to_write(small: Path) -> None:
    with pytest.raises(UsageError, match=r"choose from lines, jsonl, labelstudio, doccano, conll$"):
        run("convert", small / "train", small / "a.docx")


def test_labelstudio_regions_carry_category_and_themes(small: Path) -> None:
    run("convert", small / "train" / "a.txt", small / "tasks.json")
    (task,) = json.loads((small / "tasks.json").read_text(encoding="utf-8"))
    text, result = task["data"]["text"], task["annotations"][0]["result"]
    assert text.splitlines()[:4] == [
        "导语",
        "根据条例编制。",
        "三、依申请公开办理情况",
        "收到申请3件，由专人办理。",
    ]
    assert all(text[r["value"]["start"] : r["value"]["end"]] == r["value"]["text"] for r in result)
    of_problem = [r for r in result if r["value"]["text"] == "一是人手不足；"]
    assert [r["value"].get(r["type"]) for r in of_problem] == [["problem"], ["staffing", "content"]]
    assert len({r["id"] for r in of_problem}) == 1
    for name in (*Category, *Theme):
        assert f'value="{name}"' in CONFIG


def _export(small: Path, change: Any) -> Path:
    """Label Studio's export of the good report, changed."""
    path = small / "export.json"
    run("convert", small / "train", path)
    tasks = json.loads(path.read_text(encoding="utf-8"))
    change(tasks)
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_of_several_annotations_the_last_that_was_not_cancelled_counts(small: Path) -> None:
    def change(tasks: Any) -> None:
        good = tasks[0]["annotations"][0]
        tasks[0]["annotations"] = [{"result": []}, good, {"result": [], "was_cancelled": True}]
        tasks.append({"id": 9, "data": {"text": "无人标注"}, "annotations": [], "predictions": [good]})

    result = run("convert", _export(small, change), small / "back.txt")
    assert "1 reports that nobody has labelled are left out" in result.stderr
    assert (small / "back.txt").read_text(encoding="utf-8") == REPORT


def test_text_without_a_label_is_an_error_or_other(small: Path) -> None:
    def change(tasks: Any) -> None:
        result = tasks[0]["annotations"][0]["result"]
        tasks[0]["annotations"][0]["result"] = [r for r in result if r["value"]["text"] != "由专人办理。"]

    export = _export(small, change)
    with pytest.raises(
        AnnotationError, match=r"x-1: section legacy:三、依申请公开办理情况: no label on “由专人办理。”"
    ):
        run("convert", export, small / "back.txt")
    assert not (small / "back.txt").exists()
    run("convert", export, small / "back.txt", "--fill")
    assert "O|由专人办理。" in (small / "back.txt").read_text(encoding="utf-8").splitlines()


def test_offsets_that_miss_the_text_are_an_error(small: Path) -> None:
    def change(tasks: Any) -> None:
        for region in tasks[0]["annotations"][0]["result"]:
            region["value"]["start"] += 1

    with pytest.raises(AnnotationError, match="are not “根据条例编制。”"):
        run("convert", _export(small, change), small / "back.txt")


@pytest.mark.parametrize(
    ("spans", "fault"),
    [
        ([(0, 2, Category.OTHER), (1, 3, Category.OTHER)], "two labels on"),
        ([(0, 7, Category.OTHER)], "beyond its paragraph"),
        ([(0, 3, Category.PROBLEM), (4, 7, Category.OTHER)], "themes missing"),
        ([(0, 3, Category.OTHER), (4, 7, Category.OTHER), (9, 12, Category.OTHER)], "where no text is"),
    ],
)
def test_spans_that_make_no_statements_are_errors(spans: list[tuple[int, int, Category]], fault: str) -> None:
    section = SpannedSection("overview", "公开。\n条例。", tuple(Span(*span) for span in spans))
    with pytest.raises(AnnotationError, match=fault):
        to_annotated(SpannedReport("x", (section,)), "export.json")


def test_blanks_and_line_breaks_on_the_edges_of_a_selection_do_no_harm() -> None:
    text = "  公开。 办理。\n\r\u2028\n条例。"
    spans = (
        Span(2, 5, Category.DISCLOSURE),
        Span(6, 10, Category.ORGANIZATION),
        Span(12, 16, Category.OTHER),
    )
    report = to_annotated(SpannedReport("a|b\nc", (SpannedSection("overview", text, spans),)), "x")
    assert list(to_lines(report))[1:] == ["## overview", "D|  公开。 ", "G|办理。", "", "O|条例。", ""]
    assert report.id == "a｜b c"


def test_doccano_without_metadata_and_with_entities(tmp_path: Path) -> None:
    entities = [
        {"id": 1, "label": "存在问题", "start_offset": 0, "end_offset": 5},
        {"id": 2, "label": "staffing", "start_offset": 0, "end_offset": 4},
    ]
    lines = [
        {"id": 7, "text": "人手不足。", "entities": entities},
        {"id": 8, "text": "没有人看。", "label": []},
    ]
    source, target = tmp_path / "admin.jsonl", tmp_path / "out.txt"
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    run("convert", source, target)
    assert target.read_text(encoding="utf-8").splitlines() == [
        "### report-7 |  |  |  | ", "## unnamed", "P staffing|人手不足。", "",
    ]  # fmt: skip


def test_conll_of_other_tools_is_read(tmp_path: Path) -> None:
    source, target = tmp_path / "a.bio", tmp_path / "out.txt"
    source.write_text(
        "公 B-disclosure\n开 I-disclosure\n了 B-disclosure\n\n无 B-other\n。 I-other\n", encoding="utf-8"
    )
    run("convert", source, target)
    assert target.read_text(encoding="utf-8").splitlines()[2:] == ["D|公开", "D|了", "", "O|无。", ""]
    source.write_text("公开 B-disclosure\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match="line 1: '公开' is not one character"):
        run("convert", source, target)


def test_tagged_reports_become_reports_to_correct(tmp_path: Path) -> None:
    from nlp.report import Report, Section, Statement
    from nlp.schema import to_json

    sections = (
        Section(SectionKind.OVERVIEW, "公开3条。", "一", "总体情况", statements=(Statement("公开3条。", 0, 5, Category.DISCLOSURE),)),
        Section(SectionKind.PLANS, "再接再厉。", "第六部分", "下一步打算", statements=(Statement("再接再厉。", 0, 5, Category.OTHER),)),
    )  # fmt: skip
    report = Report("年报/a.docx", None, "甲县", 2021, None, None, sections)
    source, target = tmp_path / "tagged.jsonl", tmp_path / "out.txt"
    source.write_text((json.dumps(to_json(report)) + "\n") * 2, encoding="utf-8")
    run("convert", source, target)
    assert target.read_text(encoding="utf-8").splitlines()[:6] == [
        "### a | 甲县 | 2021 |  | ", "## overview", "D|公开3条。", "## legacy:下一步打算", "O|再接再厉。", "",
    ]  # fmt: skip
    assert [one.id for one in read_annotated(target)] == ["a", "a-2"]


@pytest.mark.parametrize(
    ("name", "content", "options", "fault"),
    [
        ("a.docx", "x", (), "does not tell the format"),
        ("a.json", "x", (), "a.json: Expecting value"),
        ("a.json", "[1]", (), "not the format labelstudio"),
        ("a.jsonl", '{"schema": "other"}', (), "schema 'other'"),
        ("a.jsonl", "x", (), "no JSON lines"),
        ("a.txt", REPORT, ("--to", "tagged"), "choose another format"),
        ("a.txt", REPORT, ("--to", "lines,conll"), "one format"),
        ("a.txt", "", (), "no annotated report"),
        ("b/c.txt", None, (), "cannot be read"),
    ],
)
def test_what_cannot_be_converted_says_why(
    tmp_path: Path, name: str, content: str | None, options: tuple[str, ...], fault: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(GongkaiError, match=fault):
        run("convert", tmp_path / name, tmp_path / "out.txt", *options)


def test_the_group_has_commands_of_its_own() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "check" in result.stdout
    assert "convert" in result.stdout


def test_the_documentation_has_the_labelling_interface() -> None:
    page = Path(__file__).parent.parent / "docs" / "corpus.md"
    assert CONFIG in page.read_text(encoding="utf-8")

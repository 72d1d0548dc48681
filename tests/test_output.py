"""Output: the schema and its round trip; JSON lines, CSV, tables and pages that are safe whatever a report says."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.document import Origin
from nlp.errors import SchemaError, UsageError
from nlp.labels import Category, Level, SectionKind, Theme
from nlp.output import OutputFormat, open_writer, select
from nlp.output.csv import COLUMNS, neutral
from nlp.output.html import HtmlWriter
from nlp.output.table import TableWriter
from nlp.output.writer import replaced
from nlp.report import Report, Section, Statement
from nlp.schema import VERSION, from_json, json_schema, to_json

optional_text = st.none() | st.text(max_size=12)
probability = st.integers(0, 10_000).map(lambda n: n / 10_000)


@st.composite
def sections(draw: st.DrawFn) -> Section:
    pieces = draw(st.lists(st.text(min_size=1, max_size=9).filter(lambda t: "\n" not in t), max_size=4))
    text = "\n".join(pieces)
    statements, start = [], 0
    for piece in pieces:
        category = draw(st.sampled_from(Category))
        themes = draw(st.lists(st.sampled_from(Theme), min_size=1, max_size=3, unique=True))
        statements.append(
            Statement(
                piece, start, start + len(piece), category,
                {c: draw(probability) for c in Category},
                {theme: draw(probability) for theme in themes} if category.has_themes else {},
                draw(optional_text),
            )
        )  # fmt: skip
        start += len(piece) + 1
    origin = Origin(draw(st.none() | st.integers(1, 99)), draw(st.none() | st.integers(1, 99)))
    kind = draw(st.sampled_from(SectionKind))
    return Section(kind, text, draw(optional_text), draw(optional_text), origin, tuple(statements))


reports = st.builds(
    Report,
    source=st.text(max_size=9),
    title=optional_text,
    agency=optional_text,
    year=st.none() | st.integers(1990, 2100),
    level=st.none() | st.sampled_from(Level),
    region=optional_text,
    sections=st.lists(sections(), max_size=3).map(tuple),
    warnings=st.lists(st.text(max_size=9), max_size=2).map(tuple),
    model=optional_text,
)

HOSTILE = '=1+1<script>alert("公开")</script>&amp;'


def one(text: str = HOSTILE) -> Report:
    statements = (
        Statement(text, 0, len(text), Category.PROBLEM, {c: 0.9 if c is Category.PROBLEM else 0.025 for c in Category}, {Theme.CONTENT: 0.8}),
        Statement("均已办结。", len(text) + 1, len(text) + 6, Category.DISCLOSURE, {c: 0.5 if c is Category.DISCLOSURE else 0.125 for c in Category}),
    )  # fmt: skip
    section = Section(SectionKind.OVERVIEW, f"{text}\n均已办结。", "一", "总体情况", Origin(), statements)
    return Report(text, text, text, 2021, Level.COUNTY, "河南省", (section,), (text,), "m 1")


@settings(max_examples=80, deadline=None)
@given(reports)
def test_json_meets_its_schema_and_comes_back_as_it_was(report: Report) -> None:
    data = json.loads(json.dumps(to_json(report)))
    jsonschema.validate(data, json_schema())
    assert from_json(data) == report


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "gongkai/99"},
        {"schema": None},
        {"level": "village"},
        {"sections": [{}]},
        {"sections": None},
    ],
)
def test_json_of_another_schema_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(SchemaError, match="gongkai/1"):
        from_json({**to_json(one()), **change})


def test_offsets_that_do_not_fit_the_text_are_refused() -> None:
    data = to_json(one())
    data["sections"][0]["statements"][0]["start"] = 1
    with pytest.raises(SchemaError, match="not the statement's text"):
        from_json(data)


def test_the_schema_is_documented_key_by_key() -> None:
    text = Path("docs/schema.md").read_text(encoding="utf-8")
    json_keys, _ = text.split("## Parquet")
    documented = set(re.findall(r"^\| `(\w+)`", json_keys, re.MULTILINE))
    schema = json_schema()
    section = schema["properties"]["sections"]["items"]
    keys = {
        *schema["properties"],
        *section["properties"],
        *section["properties"]["statements"]["items"]["properties"],
    }
    assert documented == keys
    assert VERSION in text


def test_csv_opens_in_a_spreadsheet_and_computes_nothing(tmp_path: Path) -> None:
    with open_writer(OutputFormat.CSV, tmp_path / "a.csv") as writer:
        writer.write(one())
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["text"] == "'" + HOSTILE
    assert rows[0]["agency"] == "'" + HOSTILE
    assert (rows[0]["类别"], rows[0]["主题"]) == ("存在问题", "公开内容")


@given(st.text(max_size=8))
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not str(neutral(text)).lstrip(" \u3000").startswith(tuple("=+-@\t\r\n＝＋－＠"))


def test_a_page_escapes_everything_and_needs_nothing_else() -> None:
    stream = io.StringIO()
    writer = HtmlWriter(stream)
    writer.write(one())
    writer.close()
    page = stream.getvalue()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(?:src|href)=|url\(|@import", page)
    assert '<mark tabindex="0" class="disclosure unsure"' in page
    assert page.rstrip().endswith("</html>")


def test_a_page_shows_all_of_the_text_though_only_some_statements_are_selected() -> None:
    stream = io.StringIO()
    writer = HtmlWriter(stream)
    writer.write(select(one("更新慢。"), {Category.DISCLOSURE}))
    assert "更新慢。" in stream.getvalue()
    assert '<mark tabindex="0" class="problem' not in stream.getvalue()


def test_a_table_names_category_theme_and_confidence() -> None:
    stream = io.StringIO()
    TableWriter(stream).write(one("更新慢。"))
    text = stream.getvalue()
    assert all(
        part in text for part in ("存在问题", "公开内容", "0.90", "更新慢。", "一、总体情况", "河南省")
    )
    assert "\x1b[" not in text, "no colour where it is no terminal"


def test_an_error_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a.jsonl"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), open_writer(OutputFormat.JSONL, target) as writer:
        writer.write(one())
        raise RuntimeError
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="cannot be written"),
        open_writer(OutputFormat.JSONL, tmp_path / "no" / "a"),
    ):
        pass


def test_a_directory_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a directory"), replaced(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replaced(pipe) as stream:
        stream.write("年报")
    assert os.read(reader, 100).decode() == "年报"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_link_stays_a_link_and_leads_to_the_new_file(tmp_path: Path) -> None:
    link = tmp_path / "latest.csv"
    (tmp_path / "2021.csv").write_text("old", encoding="utf-8")
    link.symlink_to("2021.csv")
    with replaced(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert (tmp_path / "2021.csv").read_text(encoding="utf-8") == "new"


def test_select_by_category_and_confidence() -> None:
    assert [s.category for s in select(one(), {Category.PROBLEM}).statements()] == [Category.PROBLEM]
    assert [s.category for s in select(one(), min_confidence=0.6).statements()] == [Category.PROBLEM]
    assert select(one()) == one()

"""The command line, as a user runs it: real processes, the model that is shipped."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from conftest import SAMPLE

import models
from nlp.cli.choices import format_of, members
from nlp.errors import UsageError
from nlp.labels import Category
from nlp.output import OutputFormat
from nlp.schema import from_json, json_schema

needs_model = pytest.mark.skipif(models.DEFAULT not in models.available(), reason="no default model is there")


def gongkai(*arguments: object, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "nlp", *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(
        command, input=stdin, capture_output=True, env=environment, timeout=120, check=False
    )


def reports(run: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    assert run.returncode == 0, run.stderr.decode()
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Reports in a directory of their own: two good files, one broken, one of another kind."""
    inside = tmp_path / "年报" / "2021"
    inside.mkdir(parents=True)
    (inside / "a.txt").write_text(
        "一、总体情况\n公开信息3条。\n五、存在的主要问题及改进情况\n更新不及时。", encoding="gb18030"
    )
    (inside / "b.docx").write_bytes(b"PK\x03\x04 broken")
    (inside / "c.md").write_text("# 五、存在问题\n\n专职人员不足。", encoding="utf-8")
    (inside / "d.jpg").write_bytes(b"\xff\xd8\xff")
    return tmp_path


# -- tag ----------------------------------------------------------------------------------------------


@needs_model
def test_the_real_report_is_tagged() -> None:
    (report,) = reports(gongkai("tag", SAMPLE))
    jsonschema.validate(report, json_schema())
    parsed = from_json(report)
    overview, problems, _other = parsed.sections
    assert len(overview.statements) >= 10
    found = {c: [s.text for s in problems.statements if s.category is c] for c in Category}
    assert [text[:2] for text in found[Category.PROBLEM]] == ["一是", "二是", "三是"]
    assert [text[:4] for text in found[Category.IMPROVEMENT]] == ["在思想认", "在公开力", "在公开流"]
    assert not any("\t" in s.text or "0 0" in s.text for s in parsed.statements())


@needs_model
def test_standard_input_with_and_without_a_dash() -> None:
    text = SAMPLE.read_bytes()
    dashed, bare = gongkai("tag", "-", stdin=text), gongkai("tag", stdin=text)
    assert dashed.stdout == bare.stdout
    assert reports(dashed)[0]["source"] == "-"


@needs_model
def test_one_bad_file_is_said_and_the_others_are_tagged(folder: Path) -> None:
    run = gongkai("tag", folder)
    assert run.returncode == 1
    assert [Path(json.loads(line)["source"]).name for line in run.stdout.splitlines()] == ["a.txt", "c.md"]
    assert "b.docx: a damaged .docx" in run.stderr.decode()
    assert "1 of 3 files" in run.stderr.decode()


@needs_model
def test_patterns_and_repeated_files(folder: Path) -> None:
    found = reports(gongkai("tag", f"{folder}/**/*.txt", f"{folder}/年报/2021/a.txt"))
    assert [Path(str(report["source"])).name for report in found] == ["a.txt"]


@needs_model
@pytest.mark.parametrize(
    ("name", "data", "status"),
    [("none.txt", None, 11), ("a.txt", b"", 12), ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, 15),
     ("a.pdf", b"%PDF-1.4 broken", 16)],
)  # fmt: skip
def test_a_single_unreadable_file_has_its_own_exit_status(
    name: str, data: bytes | None, status: int, tmp_path: Path
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    run = gongkai("tag", tmp_path / name, "-o", tmp_path / "out.jsonl")
    assert run.returncode == status
    assert run.stderr.decode().startswith("error: ")
    assert "Traceback" not in run.stderr.decode()
    assert not (tmp_path / "out.jsonl").exists()


@needs_model
def test_a_file_that_is_no_report_is_tagged_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("今天天气很好，适合出行。大家都去公园了。", encoding="utf-8")
    run = gongkai("tag", tmp_path / "a.txt")
    (report,) = reports(run)
    assert report["sections"][0]["kind"] == "unnamed"  # type: ignore[index]
    assert "no section heading found" in run.stderr.decode()
    assert b"warning" not in gongkai("tag", tmp_path / "a.txt", "--quiet").stderr


@needs_model
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "html", "txt"])
def test_the_output_file_says_the_format(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"out.{suffix}"
    run = gongkai("tag", SAMPLE, "-o", target)
    assert run.returncode == 0, run.stderr.decode()
    assert not run.stdout
    content = target.read_bytes()
    signs = {
        "jsonl": b'{"schema"',
        "csv": b"\xef\xbb\xbfsource",
        "html": b"<!DOCTYPE html>",
        "txt": "北关区".encode(),
    }
    assert content.startswith(signs[suffix])


@needs_model
def test_a_dash_is_standard_output_and_an_empty_name_is_nothing(folder: Path) -> None:
    report = folder / "年报" / "2021" / "a.txt"
    assert len(reports(gongkai("tag", report, "-o", "-"))) == 1
    run = gongkai("tag", report, "-o", "")
    assert run.returncode == 2
    assert "--output: no name" in run.stderr.decode()


@needs_model
def test_only_some_categories_and_only_confident_ones(tmp_path: Path) -> None:
    gongkai("tag", SAMPLE, "--only", "problem,改进措施", "--min-confidence", "0.5", "-o", tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["category"] for row in rows} == {"problem", "improvement"}
    assert all(float(row["confidence"]) >= 0.5 for row in rows)


@needs_model
def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m nlp tag {SAMPLE} {SAMPLE} | head -c 10"
    run = subprocess.run(["bash", "-c", command], capture_output=True, timeout=120, check=False)
    assert run.stdout == b'{"schema":'
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("tag", "x.txt", "--only", "weather"), "choose from organization (组织保障)"),
        (("eval", "dev", "--engine", "steam"), "choose from auto, onnxruntime, openvino, cuda"),
        (("eval", "--retrieval", "--engine", "onnxruntime"), "--engine: goes with a model that is measured"),
        (("eval", "--model", "tfidf", "--engine", "onnxruntime"), "--engine: tfidf runs on none"),
        (("tag", "x.txt", "--format", "pdf"), "choose from table, jsonl, csv, html"),
        (("tag", "no-such-*.txt"), "no file matches"),
        (("tag", "x.txt", "--min-confidence", "2"), "--min-confidence"),
        (("weather",), "weather"),
        (("eval", "--format", "pdf"), "choose from table, json"),
        (("tag", SAMPLE, "--workers", "2"), "--workers are for a directory"),
        (("eval", "dev", "--retrieval"), "--retrieval: measures on reports of its own"),
        (("eval", "--cv", "5", "--leave-out"), "--leave-out, --cv: one at a time"),
        (("eval", "--cv", "600"), "reports make no 600 folds"),
        (("eval", "--findings", "--compare", "fast"), "--compare: goes with a model that is measured"),
        (("eval", "--cv", "5", "--slices"), "not --cv"),
        (("eval", "dev", "--jobs", "2"), "--jobs: goes with --leave-out, --cv or --curve"),
        (("search", "x.db", "--year", "2023-2020"), "write 2020-2023"),
    ],
)
def test_wrong_usage_is_said_and_has_status_2(arguments: tuple[object, ...], says: str) -> None:
    run = gongkai(*arguments, COLUMNS="200")
    assert run.returncode == 2
    assert says in run.stderr.decode()
    assert "Traceback" not in run.stderr.decode()


def test_a_directory_without_reports_is_said(tmp_path: Path) -> None:
    run = gongkai("tag", tmp_path)
    assert run.returncode == 2
    assert "no report files" in run.stderr.decode()


@needs_model
def test_a_name_that_the_system_refuses_is_a_file_that_cannot_be_read() -> None:
    run = gongkai("tag", "长" * 200, SAMPLE, "--format", "jsonl")
    assert run.returncode == 1
    assert len(run.stdout.splitlines()) == 1, "the other file is tagged"
    assert "Traceback" not in run.stderr.decode()


@pytest.mark.parametrize("arguments", [("tag", "-", "-o"), ("search",), ("eval",), ("corpus", "check")])
def test_a_name_that_the_system_refuses_is_one_line(arguments: tuple[str, ...]) -> None:
    run = gongkai(*arguments, "长" * 200)
    assert run.returncode != 0
    (line,) = run.stderr.decode().splitlines()
    assert line.startswith("error: ")


def test_a_model_that_is_not_there_is_said() -> None:
    run = gongkai("tag", SAMPLE, "--model", "no-such-model")
    assert run.returncode == 20
    assert "no model of that name" in run.stderr.decode()


# -- the rest -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", "tag", "train", "eval", "models", "schema"])
def test_every_command_has_help(command: str) -> None:
    run = gongkai(*command.split(), "--help", COLUMNS="100")
    assert run.returncode == 0
    assert "Usage" in run.stdout.decode()


@pytest.mark.parametrize("command", ["", "tag", "corpus check"])
def test_help_is_had_by_its_short_name(command: str) -> None:
    short, long = (gongkai(*command.split(), option).stdout for option in ("-h", "--help"))
    assert b"Usage" in short
    assert short == long


def test_help_and_the_command_line_import_nothing_heavy() -> None:
    code = (
        "import sys, nlp.cli, nlp.cli.tag; heavy = {'onnxruntime', 'torch', 'transformers', 'lxml', 'pdfplumber', 'numpy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stdout.strip() == "[]", run.stderr


def test_version_and_schema() -> None:
    assert gongkai("--version").stdout.startswith(b"gongkai ")
    assert json.loads(gongkai("schema").stdout) == json_schema()


@needs_model
def test_models_are_listed() -> None:
    assert "default" in gongkai("models", COLUMNS="200").stdout.decode()
    assert "…" not in gongkai("models", COLUMNS="80").stdout.decode(), "a directory that is cut names nothing"


@needs_model
def test_eval_prints_scores_with_intervals(tmp_path: Path) -> None:
    lines = "### t-1 | 甲县财政局 | 2021 | county | x\n## problems\nP timeliness|更新不及时。\nI mechanism|下一步将建立巡查制度。\n"
    (tmp_path / "t.txt").write_text(lines * 1, encoding="utf-8")
    run = gongkai(
        "eval", tmp_path / "t.txt", "--format", "json", "--resamples", "100", "--errors", "--slices"
    )
    assert run.returncode == 0, run.stderr.decode()
    result = json.loads(run.stdout)
    assert (result["reports"], result["statements"]) == (1, 2)
    value, low, high = result["scores"]["statement_f1"]
    assert low <= value <= high
    assert set(result["slices"]) == {"level", "year", "form", "file"}


def test_categories_by_key_or_name() -> None:
    assert members(Category, "problem，改进措施", "--only") == (Category.PROBLEM, Category.IMPROVEMENT)
    with pytest.raises(UsageError, match="weather"):
        members(Category, "weather", "--only")


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.csv", OutputFormat.CSV), ("a.htm", OutputFormat.HTML), ("a.x", OutputFormat.JSONL)],
)
def test_the_format_that_a_name_says(name: str, format: OutputFormat) -> None:
    assert format_of(OutputFormat, None, Path(name)) is format


@pytest.mark.parametrize("name", ["a.xlsx", "a.XLSX", "年报.docx", "a.pdf"])
def test_a_name_that_says_a_format_which_is_not_written_is_an_error(name: str) -> None:
    with pytest.raises(UsageError, match="choose from table, jsonl, csv, html, parquet"):
        format_of(OutputFormat, None, Path(name))
    assert format_of(OutputFormat, "csv", Path(name)) is OutputFormat.CSV, "what --format says holds"


@pytest.mark.parametrize("asked", [["test", "--model", "tfidf"], ["--cv", "5", "--compare", "tfidf"]])
def test_eval_without_scikit_learn_names_the_extra(asked: list[str]) -> None:
    code = "import sys; sys.modules['sklearn'] = None; from nlp.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "eval", *asked], capture_output=True, text=True, check=False
    )
    assert done.returncode == UsageError.exit_status
    assert done.stderr.startswith("error: ") and "pip install 'gongkai[eval]'" in done.stderr

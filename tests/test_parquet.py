"""Parquet: a row a statement, alone in a file or in the shards of a batch run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from test_batch import REPORT, Stub

from nlp.batch import Outcome, tag_directory
from nlp.batch.shards import Shards
from nlp.batch.storage import Directory
from nlp.cli import main
from nlp.document import Origin
from nlp.errors import UsageError
from nlp.labels import Category, Level, SectionKind, Theme
from nlp.output import OutputFormat, open_writer
from nlp.report import Report, Section, Statement
from nlp.schema import VERSION

pq = pytest.importorskip("pyarrow.parquet", reason="needs pip install 'gongkai[parquet]'")

PROBLEM = Statement(
    "更新不及时。",
    0,
    6,
    Category.PROBLEM,
    {Category.PROBLEM: 0.9, Category.OTHER: 0.1},
    {Theme.TIMELINESS: 0.8},
)
FULL = Report(
    "a.txt", "甲县2021年报告", "甲县", 2021, Level.COUNTY, "河南省",
    (
        Section(SectionKind.PROBLEMS, "更新不及时。", "五", "存在的问题", Origin(2, None), (PROBLEM,)),
        Section(SectionKind.OTHER, "", "六", "其他"),
    ),
    ("没有表格",), "stub 1",
)  # fmt: skip
EMPTY = Report("b.txt", None, None, None, None, None, (), (), "stub 1")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "in").mkdir()
    for number in range(10):
        (tmp_path / "in" / f"{number}.txt").write_text(REPORT.format(number=number), encoding="utf-8")
    return sorted(str(file) for file in (tmp_path / "in").iterdir())


def run(
    files: list[str], output: Path, tagger: Stub | None = None, format: str | None = "parquet"
) -> Outcome:
    return tag_directory(files, tagger or Stub(), output, format=format, workers=1, shard_size=4)


def sources(output: Path) -> list[str]:
    parts = sorted(output.glob("part-*.parquet"))
    names = [name for part in parts for name in pq.read_table(part).column("source").to_pylist()]
    return list(dict.fromkeys(names))


def test_a_row_a_statement_and_one_for_what_has_none(tmp_path: Path) -> None:
    with open_writer(OutputFormat.PARQUET, tmp_path / "a.parquet") as writer:
        writer.write(FULL)
        writer.write(EMPTY)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.metadata[b"gongkai.schema"].decode() == VERSION
    first, second, third = table.to_pylist()
    assert {name: first[name] for name in ("agency", "year", "level", "warnings", "section", "page", "line")} == {
        "agency": "甲县", "year": 2021, "level": "county", "warnings": ["没有表格"], "section": 0, "page": 2, "line": None,
    }  # fmt: skip
    assert (first["start"], first["end"], first["text"], first["category"]) == (
        0,
        6,
        "更新不及时。",
        "problem",
    )
    assert (first["confidence"], first["confidence_other"], first["confidence_improvement"]) == (
        0.9,
        0.1,
        None,
    )
    assert (first["themes"], first["theme_confidences"]) == (["timeliness"], [0.8])
    assert (second["section"], second["kind"], second["text"], second["year"]) == (1, "other", None, 2021)
    assert (third["source"], third["section"], third["model"]) == ("b.txt", None, "stub 1")


def test_many_reports_are_many_row_groups(tmp_path: Path) -> None:
    with open_writer(OutputFormat.PARQUET, tmp_path / "a.parquet") as writer:
        for _ in range(300):
            writer.write(FULL)
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (2, 600)


def test_a_file_is_complete_or_absent(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), open_writer(OutputFormat.PARQUET, tmp_path / "a.parquet") as writer:
        for _ in range(300):
            writer.write(FULL)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_it_does_not_go_to_standard_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["gongkai", "tag", "none.txt", "--format", "parquet"])
    with pytest.raises(SystemExit) as exit:
        main()
    assert exit.value.code == 2
    assert "--output" in capsys.readouterr().err


def test_without_pyarrow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"gongkai\[parquet\]"):
        run([], tmp_path / "run")


def test_a_run_in_shards_of_parquet_goes_on(files: list[str], tmp_path: Path) -> None:
    assert run(files[3:], tmp_path / "run") == Outcome(7, 0, 0)
    stub = Stub()
    assert run(files, tmp_path / "run", stub, format=None) == Outcome(3, 7, 0)
    assert stub.seen == files[:3]
    assert sources(tmp_path / "run") == [*files[3:], *files[:3]]
    Path(files[4]).write_text(REPORT.format(number=99), encoding="utf-8")
    assert run(files, tmp_path / "run") == Outcome(1, 9, 0)
    rows = pq.read_table(tmp_path / "run").to_pylist()
    assert any("99条" in (row["text"] or "") for row in rows)


def test_a_run_that_was_made_in_pieces_has_the_bytes_of_one_that_was_not(
    files: list[str], tmp_path: Path
) -> None:
    run(files, tmp_path / "whole")
    for last in (2, 5, 10):
        run(files[:last], tmp_path / "pieces")
    parts = sorted((tmp_path / "whole").glob("part-*.parquet"))
    assert len(parts) == 3
    for part in parts:
        assert (tmp_path / "pieces" / part.name).read_bytes() == part.read_bytes()


def test_a_lost_shard_is_made_again_and_a_damaged_one_is_said(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "run")
    (tmp_path / "run" / "part-00001.parquet").unlink()
    assert run(files, tmp_path / "run") == Outcome(4, 6, 0)
    (tmp_path / "run" / "part-00000.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match=r"part-00000.parquet: damaged .* delete it"):
        run(files, tmp_path / "run")


def test_a_shard_of_nothing_but_failures_is_an_empty_table(tmp_path: Path) -> None:
    assert run([str(tmp_path / "none.txt")], tmp_path / "run") == Outcome(1, 0, 1)
    assert pq.read_table(tmp_path / "run" / "part-00000.parquet").num_rows == 0
    assert run([str(tmp_path / "none.txt")], tmp_path / "run") == Outcome(0, 1, 1)


def test_a_run_keeps_to_its_format(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "run")
    with pytest.raises(UsageError, match="holds parquet"):
        run(files, tmp_path / "run", format="jsonl")
    with pytest.raises(UsageError, match="takes jsonl or parquet, not csv"):
        run(files, tmp_path / "other", format="csv")
    assert Shards.open(Directory(tmp_path / "new")).format.suffix == "jsonl"


def test_a_run_is_a_table_for_pandas(files: list[str], tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    run(files, tmp_path / "run")
    columns = ["source", "kind", "text"]
    found = pandas.read_parquet(tmp_path / "run", columns=columns, filters=[("kind", "==", "problems")])
    assert list(found["source"]) == files


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="names are Unicode there")
def test_a_name_that_is_no_unicode_is_written_so_that_it_can_be_told(tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")
    Path(odd).write_text(REPORT.format(number=1), encoding="utf-8")
    run([odd], tmp_path / "run")
    assert sources(tmp_path / "run") == [f"{tmp_path}/\\udcff.txt"]
    assert run([odd], tmp_path / "run") == Outcome(0, 1, 0)


def test_parquet_and_json_lines_say_the_same(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "table")
    run(files, tmp_path / "lines", format="jsonl")
    said = [
        (report["source"], section["kind"], statement["text"])
        for part in sorted((tmp_path / "lines").glob("part-*"))
        for report in map(json.loads, part.read_text(encoding="utf-8").splitlines())
        for section in report["sections"]
        for statement in section["statements"]
    ]
    rows = [
        row for part in sorted((tmp_path / "table").glob("part-*")) for row in pq.read_table(part).to_pylist()
    ]
    assert [(row["source"], row["kind"], row["text"]) for row in rows if row["text"]] == said

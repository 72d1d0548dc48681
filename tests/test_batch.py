"""Batch runs: everything once, whatever happens on the way."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nlp.batch import Manifest, Outcome, State, tag_directory
from nlp.batch import workers as workers_module
from nlp.batch.workers import Limits, parse_files
from nlp.errors import DatabaseError
from nlp.labels import Category
from nlp.report import Report, Statement
from nlp.schema import from_json

REPORT = """甲县第{number}局2021年政府信息公开工作年度报告
一、总体情况
全年公开信息{number}条。
五、存在的主要问题及改进情况
更新不及时。
"""


class Stub:
    """A tagger that takes each section for one statement, and remembers what it saw."""

    def __init__(self, name: str = "stub 1") -> None:
        self.name = self.identity = name
        self.seen: list[str] = []

    def tag_many(self, reports: Iterable[Report]) -> Iterator[Report]:
        for report in reports:
            self.seen.append(report.source)
            yield report.with_sections(
                tuple(
                    replace(s, statements=(Statement(s.text, 0, len(s.text), Category.OTHER),))
                    for s in report.sections
                ),
                self.name,
            )


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    directory = tmp_path / "reports"
    directory.mkdir()
    for number in range(10):
        (directory / f"{number}.txt").write_text(REPORT.format(number=number), encoding="utf-8")
    return sorted(str(file) for file in directory.iterdir())


def run(files: list[str], output: Path, tagger: Stub | None = None) -> tuple[Outcome, Stub]:
    tagger = tagger or Stub()
    return tag_directory(files, tagger, output, workers=1, shard_size=4), tagger


def lines(output: Path) -> list[str]:
    return [
        line
        for part in sorted(output.glob("part-*.jsonl"))
        for line in part.read_text(encoding="utf-8").splitlines()
    ]


def sources(output: Path) -> list[str]:
    return [from_json(json.loads(line)).source for line in lines(output)]


def test_every_file_is_tagged_once_in_order_in_shards(files: list[str], tmp_path: Path) -> None:
    outcome, _ = run(files, tmp_path / "run")
    assert outcome == Outcome(10, 0, 0)
    assert sources(tmp_path / "run") == files
    assert len(list((tmp_path / "run").glob("part-*.jsonl"))) == 3


def test_a_second_run_does_nothing(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "run")
    before = {part: part.stat().st_mtime_ns for part in (tmp_path / "run").glob("part-*")}
    outcome, tagger = run(files, tmp_path / "run")
    assert (outcome, tagger.seen) == (Outcome(0, 10, 0), [])
    assert before == {part: part.stat().st_mtime_ns for part in (tmp_path / "run").glob("part-*")}


def test_only_what_changed_is_done_again(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "run")
    Path(files[2]).write_text(REPORT.format(number=99), encoding="utf-8")
    Path(files[5]).touch()  # another time, the same content
    outcome, tagger = run(files, tmp_path / "run")
    assert tagger.seen == [files[2]]
    assert outcome == Outcome(1, 9, 0)
    assert sources(tmp_path / "run") == files
    assert any("99条" in line for line in lines(tmp_path / "run"))


def test_another_model_does_all_again(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "run")
    outcome, _ = run(files, tmp_path / "run", Stub("stub 2"))
    assert outcome.tagged == 10
    assert all(json.loads(line)["model"] == "stub 2" for line in lines(tmp_path / "run"))


def test_another_model_of_the_same_name_does_all_again(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "run")
    retrained = Stub()
    retrained.identity = "stub 1 5f2c"
    assert run(files, tmp_path / "run", retrained)[0].tagged == 10


def test_what_failed_for_a_limit_is_tried_again_and_what_is_damaged_is_not(
    files: list[str], tmp_path: Path
) -> None:
    bad = tmp_path / "reports" / "bad.docx"
    bad.write_bytes(b"PK\x03\x04 nothing")
    small = Limits(file_bytes=Path(files[0]).stat().st_size // 2)
    some = [*files[:3], str(bad)]
    assert tag_directory(some, Stub(), tmp_path / "run", workers=1, limits=small) == Outcome(4, 0, 4)
    assert tag_directory(some, Stub(), tmp_path / "run", workers=1) == Outcome(3, 1, 1)
    assert sources(tmp_path / "run") == files[:3]


def test_new_files_come_behind_those_that_are_there(files: list[str], tmp_path: Path) -> None:
    run(files[3:], tmp_path / "run")
    run(files, tmp_path / "run")
    assert sources(tmp_path / "run") == [*files[3:], *files[:3]]


def test_a_lost_shard_is_made_again(files: list[str], tmp_path: Path) -> None:
    run(files, tmp_path / "run")
    (tmp_path / "run" / "part-00001.jsonl").unlink()
    outcome, _ = run(files, tmp_path / "run")
    assert outcome.tagged == 4
    assert sources(tmp_path / "run") == files


def test_a_bad_file_is_recorded_and_the_others_are_tagged(files: list[str], tmp_path: Path) -> None:
    bad = tmp_path / "reports" / "bad.docx"
    bad.write_bytes(b"PK\x03\x04 nothing")
    outcome, _ = run([str(bad), *files, str(tmp_path / "none.txt")], tmp_path / "run")
    assert outcome == Outcome(12, 0, 2)
    assert sources(tmp_path / "run") == files
    with Manifest(tmp_path / "run") as manifest:
        assert [(e.source, e.exit_status) for e in manifest.failures()] == [
            (str(bad), 16),
            (str(tmp_path / "none.txt"), 11),
        ]
        assert manifest.count(State.DONE) == 10


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="names are Unicode there")
def test_names_that_are_no_unicode_or_hold_a_line_break(files: list[str], tmp_path: Path) -> None:
    odd = [os.fsdecode(os.fsencode(tmp_path) + name) for name in (b"/\xff\xfe.txt", "/甲\n乙.txt".encode())]
    for name in odd:
        Path(name).write_text(REPORT.format(number=1), encoding="utf-8")
    run(odd, tmp_path / "run")
    assert sources(tmp_path / "run") == odd
    assert run(odd, tmp_path / "run")[0].kept == 2


def dies(source: str, max_bytes: int, ocr: bool) -> object:
    if source == "dies":
        os._exit(9)
    if source == "hangs":
        time.sleep(60)
    if source == "eats":
        return bytearray(8 * 2**30)
    return workers_module.Parsed(source, None, None, "as it should be", 1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory limits are Linux's")
def test_a_reader_that_dies_hangs_or_eats_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "parse_file", dies)
    names = ["a", "dies", "b", "hangs", "c", "eats", "d"]
    said = {one.source: one.error for one in parse_files(names, 2, Limits(seconds=3.0, memory_bytes=2**30))}
    assert list(said) == names
    assert {said[name] for name in "abcd"} == {"as it should be"}
    assert "died" in str(said["dies"])
    assert "longer than 3 s" in str(said["hangs"])
    assert "MemoryError" in str(said["eats"])


def test_two_runs_at_once_are_one_too_many(files: list[str], tmp_path: Path) -> None:
    with Manifest(tmp_path / "run") as first:
        first.plan(files, 4)
        with pytest.raises(DatabaseError, match="another run"):
            run(files, tmp_path / "run")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_is_said(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(DatabaseError, match="cannot be written"):
        run(files, tmp_path / "locked" / "run")


def test_a_manifest_that_is_none_is_left_alone(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "_manifest.db").write_text("这不是清单" * 500, encoding="utf-8")
    with pytest.raises(DatabaseError):
        run(files, tmp_path / "run")


SCRIPT = """
import sys
from pathlib import Path
from test_batch import run
if __name__ == "__main__":
    run(sys.argv[2:], Path(sys.argv[1]))
"""


def test_killed_at_twenty_moments_and_run_again_it_is_as_if_nothing_had_been(
    files: list[str], tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    }
    run(files, tmp_path / "undisturbed")
    command = [sys.executable, str(script), str(tmp_path / "killed"), *files]
    draw = random.Random(3)
    for _ in range(20):
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        time.sleep(draw.uniform(0.1, 1.6))
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    assert subprocess.run(command, env=environment).returncode == 0
    for part in (tmp_path / "undisturbed").glob("part-*.jsonl"):
        assert (tmp_path / "killed" / part.name).read_bytes() == part.read_bytes()


def test_the_command_tags_into_a_directory_and_lists_what_failed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(REPORT.format(number=5), encoding="utf-8")
    (tmp_path / "in" / "b.pdf").write_bytes(b"%PDF-1.4 nothing")
    command = [sys.executable, "-m", "nlp", "tag", str(tmp_path / "in"), "-o", str(tmp_path / "run") + "/"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, len(lines(tmp_path / "run"))) == (1, 1)
    assert "--errors" in done.stderr
    listed = subprocess.run(
        [*command[:4], "-o", str(tmp_path / "run"), "--errors"], capture_output=True, text=True
    )
    assert listed.stdout.startswith("16\t")
    assert "b.pdf" in listed.stdout


def test_of_large_files_fewer_are_read_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(8)]
    for number, file in enumerate(files):
        file.write_text(REPORT.format(number=number), encoding="utf-8")
    asked: list[str] = []

    def counted() -> Iterator[str]:
        for file in files:
            asked.append(str(file))
            yield str(file)

    monkeypatch.setattr(workers_module, "AHEAD_BYTES", 2 * files[0].stat().st_size)
    with closing(parse_files(counted(), 1, Limits())) as parsed:
        assert next(parsed).source == str(files[0])
        assert len(asked) == 3
        assert [one.source for one in parsed] == [str(file) for file in files[1:]]

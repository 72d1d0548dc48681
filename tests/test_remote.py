"""URLs: files read from, and runs written to, any file system that fsspec knows; here its own in memory."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_batch import REPORT, Stub

from nlp.batch import Outcome, tag_directory
from nlp.batch import run as run_module
from nlp.batch.remote import RemoteManifest, manifest_of
from nlp.batch.storage import Directory, Remote, storage_of
from nlp.batch.workers import parse_file
from nlp.cli import main
from nlp.errors import DatabaseError, MissingFile, UsageError
from nlp.inputs import expand
from nlp.reading import read
from nlp.reading.remote import content, fingerprint

fsspec = pytest.importorskip("fsspec", reason="needs pip install 'gongkai[cluster]'")


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    for number in range(6):
        system.pipe_file(f"/in/{number % 2}/{number}.txt", REPORT.format(number=number).encode())
    for name in ("/in/.hidden/a.txt", "/in/~$b.docx", "/in/photo.jpg"):
        system.pipe_file(name, b"x")
    yield system
    system.rm("/", recursive=True)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """This memory is this process's: files are read here, without the limits of other processes."""

    def parse_files(sources: list[str], workers: int, limits: Any, ocr: bool) -> Iterator[Any]:
        return (parse_file(source, limits.file_bytes, ocr) for source in sources)

    monkeypatch.setattr(run_module, "parse_files", parse_files)


def run(files: list[str], output: str = "memory://out/run/", **options: Any) -> tuple[Outcome, Stub]:
    stub = Stub()
    return tag_directory(files, stub, storage_of(output), shard_size=4, **options), stub


def test_a_url_stands_for_the_report_files_below_it(memory: Any) -> None:
    files = expand(["memory://in/"])
    assert files == [f"memory:///in/{n}/{m}.txt" for n, ms in ((0, (0, 2, 4)), (1, (1, 3, 5))) for m in ms]
    assert expand(["memory://in/1/*.txt"]) == files[3:]
    assert expand(["memory://in/1/3.txt"]) == ["memory://in/1/3.txt"]
    with pytest.raises(UsageError, match="no report files there"):
        expand(["memory://in/*.none"])
    with pytest.raises(UsageError, match="no such file or directory"):
        expand(["memory://nothing/"])


def test_a_url_is_read_like_a_file(memory: Any) -> None:
    assert read("memory://in/0/0.txt").source == "memory://in/0/0.txt"
    with pytest.raises(MissingFile, match="no such file"):
        content("memory://in/none.txt", 10)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("a.txt", "年报")
    memory.pipe_file("/in/archive.zip", archive.getvalue())
    parsed = parse_file("memory://in/archive.zip", 2**20)
    assert parsed.exit_status == 14
    assert parse_file("memory://in/0/0.txt", 10).exit_status == 13


def test_what_changed_is_seen_without_reading(memory: Any) -> None:
    before = fingerprint("memory://in/0/0.txt")
    assert before == fingerprint("memory://in/0/0.txt")
    memory.pipe_file("/in/0/0.txt", REPORT.format(number=7).encode())
    assert before != fingerprint("memory://in/0/0.txt")
    assert fingerprint("memory://in/none.txt") is None


def test_unknown_and_uninstalled_file_systems_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="Protocol not known"):
        expand(["nothing://a/b"])
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(UsageError, match=r"gongkai\[cluster\]"):
        expand(["s3://a/b"])


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_a_run_at_a_url_goes_on(memory: Any, format: str) -> None:
    files = expand(["memory://in/"])
    assert run(files[1:], format=format)[0] == Outcome(5, 0, 0)
    outcome, stub = run(files)
    assert (outcome, stub.seen) == (Outcome(1, 5, 0), files[:1])
    memory.pipe_file("/in/1/3.txt", REPORT.format(number=33).encode())
    outcome, stub = run(files)
    assert (outcome, stub.seen) == (Outcome(1, 5, 0), ["memory:///in/1/3.txt"])
    assert sorted(file.rpartition("/")[2] for file in memory.ls("/out/run", detail=False)) == [
        "_manifest.db", f"part-00000.{format}", f"part-00001.{format}",
    ]  # fmt: skip


def test_it_has_the_bytes_of_a_run_into_a_directory(memory: Any, tmp_path: Any) -> None:
    files = expand(["memory://in/"])
    run(files)
    tag_directory(files, Stub(), tmp_path / "run", shard_size=4)
    for part in (tmp_path / "run").glob("part-*"):
        assert memory.cat_file(f"/out/run/{part.name}") == part.read_bytes()


def test_failures_are_listed(memory: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe_file("/in/bad.pdf", b"%PDF-1.4 nothing")
    assert run([*expand(["memory://in/"]), "memory://in/none.txt"])[0] == Outcome(8, 0, 2)
    monkeypatch.setattr(sys, "argv", ["gongkai", "tag", "-o", "memory://out/run/", "--errors"])
    with pytest.raises(SystemExit) as exit:
        main()
    assert exit.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["16", "11"]
    assert "memory:///in/bad.pdf" in lines[0]


def test_a_run_does_not_take_another_run_s_manifest_away(memory: Any) -> None:
    storage = Remote("memory://out/run/")
    with manifest_of(storage) as first:
        first.plan(["memory://in/0/0.txt"], 4)
    with pytest.raises(DatabaseError, match="another run writes there"), RemoteManifest(storage):
        memory.pipe_file("/out/run/_manifest.db", b"another's")


def test_file_urls_are_directories(tmp_path: Any) -> None:
    assert storage_of(f"file://{tmp_path}/run/") == Directory(tmp_path / "run")
    assert storage_of("run/") == Directory(Path("run"))


def test_a_single_file_at_a_url_is_refused(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gongkai", "tag", "a.txt", "-o", "memory://out/a.csv"])
    with pytest.raises(SystemExit) as exit:
        main()
    assert exit.value.code == 2
    assert "end it with /" in capsys.readouterr().err

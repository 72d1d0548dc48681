"""Batch runs on a cluster: a real one, of this machine's two cores, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from test_batch import REPORT, Stub

from nlp.batch import Manifest, Outcome, tag_directory
from nlp.batch.cluster import LOCAL, Cluster, Cores, tag_on_cluster
from nlp.batch.storage import Directory
from nlp.errors import GongkaiError, UsageError
from nlp.report import Report

needs_ray = pytest.mark.skipif(
    find_spec("ray") is None or find_spec("pyarrow") is None,
    reason="needs Ray, which takes minutes to install: make test-cluster",
)
SECONDS = 240


class Mortal(Stub):
    """A stub that is killed, once, when it has tagged half of a shard."""

    def __init__(self, marker: Path) -> None:
        super().__init__()
        self._marker = marker

    def tag_many(self, reports: Iterable[Report]) -> Iterator[Report]:
        for report in super().tag_many(reports):
            if report.source.endswith("05.txt") and not self._marker.exists():
                self._marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield report


class Broken(Stub):
    """A stub that raises an error."""

    def tag_many(self, reports: Iterable[Report]) -> Iterator[Report]:
        raise RuntimeError("no such tokens")


def kill_a_reader(killed: list[int]) -> None:
    """Kill the first process that reads a shard, as soon as there is one."""
    for _ in range(2000):
        for process in Path("/proc").glob("[0-9]*"):
            try:
                title = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if title.startswith(b"ray::MapBatches(_read)"):
                os.kill(int(process.name), signal.SIGKILL)
                killed.append(int(process.name))
                return
        time.sleep(0.01)


def scenes(directory: Path) -> dict[str, Any]:
    """All that is done on the cluster, by one process: what each run said it did."""
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    files = sorted(str(file) for file in (directory / "in").iterdir())
    files.append(str(directory / "none.txt"))

    def run(name: str, load: Any, sources: list[str], format: str | None = None) -> list[int]:
        outcome = tag_on_cluster(
            sources, load, Directory(directory / name), Cluster(workers=2), format=format, shard_size=4
        )
        return [outcome.tagged, outcome.kept, outcome.failed]

    said: dict[str, Any] = {}
    killed: list[int] = []
    killer = threading.Thread(target=kill_a_reader, args=[killed])
    killer.start()
    said["first"] = run("lines", Stub, files)
    killer.join()
    said["readers killed"] = len(killed)
    said["again"] = run("lines", Stub, files)
    Path(files[2]).write_text(REPORT.format(number=99), encoding="utf-8")
    said["changed"] = run("lines", Stub, files)
    said["mortal"] = run("table", partial(Mortal, directory / "marker"), files, "parquet")
    try:
        run("broken", Broken, files[:1])
    except GongkaiError as error:
        said["broken"] = str(error)
    try:
        run("other", Renamed, files[:1])
    except GongkaiError as error:
        said["renamed"] = str(error)
    os.chdir(directory)
    said["relative"] = run("relative", Stub, ["in/01.txt"])
    return said


class Renamed(Stub):
    """A stub that has another name in every process."""

    def __init__(self) -> None:
        super().__init__(f"stub {os.getpid()}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("cluster")
    (directory / "in").mkdir()
    for number in range(12):
        (directory / "in" / f"{number:02}.txt").write_text(REPORT.format(number=number), encoding="utf-8")
    (directory / "in" / "bad.docx").write_bytes(b"PK\x03\x04 nothing")
    return directory


@pytest.fixture(scope="module")
def said(home: Path) -> dict[str, Any]:
    script = f"import json, pathlib, test_cluster\nsaid = test_cluster.scenes(pathlib.Path({str(home)!r}))\nprint(json.dumps(said))"
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(folders), "RAY_USAGE_STATS_ENABLED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def here(home: Path, tmp_path: Path, format: str) -> Path:
    """The same files, tagged by the engine of one machine."""
    files = [*sorted(str(file) for file in (home / "in").iterdir()), str(home / "none.txt")]
    outcome = tag_directory(files, Stub(), tmp_path / "run", format=format, workers=1, shard_size=4)
    assert outcome == Outcome(14, 0, 2)
    return tmp_path / "run"


def entries(run: Path) -> list[Any]:
    with Manifest(run) as manifest:
        return [entry for shard in manifest.shards() for entry in manifest.entries(shard)]


@needs_ray
def test_it_does_all_and_then_only_what_changed(said: dict[str, Any]) -> None:
    assert said["first"] == [14, 0, 2]
    assert said["again"] == [0, 14, 2]
    assert said["changed"] == [1, 13, 2]
    assert said["relative"] == [1, 0, 0]


@needs_ray
def test_shards_and_manifest_are_those_of_one_machine(
    said: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    local = here(home, tmp_path, "jsonl")
    parts = sorted(local.glob("part-*.jsonl"))
    assert [part.name for part in parts] == sorted(part.name for part in (home / "lines").glob("part-*"))
    for part in parts:
        assert (home / "lines" / part.name).read_bytes() == part.read_bytes()
    assert entries(home / "lines") == entries(local)
    assert [entry.exit_status for entry in entries(local) if entry.error] == [16, 11]


@needs_ray
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the process in /proc")
def test_a_reader_was_killed_and_nothing_was_lost(said: dict[str, Any]) -> None:
    assert said["readers killed"] == 1  # what was lost or doubled, the tests above would have seen


@needs_ray
def test_a_tagger_that_is_killed_loses_and_doubles_nothing(
    said: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    assert (home / "marker").exists()
    assert said["mortal"] == [14, 0, 2]
    local = here(home, tmp_path, "parquet")
    assert len(list(local.glob("part-*.parquet"))) == 4
    for part in local.glob("part-*.parquet"):
        assert (home / "table" / part.name).read_bytes() == part.read_bytes()


@needs_ray
def test_what_stops_a_cluster_is_said_in_a_line(said: dict[str, Any]) -> None:
    assert "no such tokens" in said["broken"]
    assert "the same command goes on" in said["broken"]
    assert "install the same" in said["renamed"]
    assert "\n" not in said["broken"] + said["renamed"]


@needs_ray
def test_one_machine_goes_on_where_a_cluster_stopped(said: dict[str, Any], home: Path) -> None:
    files = sorted(str(file) for file in (home / "in").iterdir())
    new = home / "new.txt"
    new.write_text(REPORT.format(number=77), encoding="utf-8")
    outcome = tag_directory([*files, str(new)], Stub(), home / "table", workers=1, shard_size=4)
    assert outcome == Outcome(1, 14, 2)


@needs_ray
@pytest.mark.slow
def test_the_command_with_the_model_itself(home: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "nlp",
        "tag",
        str(home / "in"),
        "--shard-size",
        "7",
        "--format",
        "parquet",
    ]
    here = ["--engine", "onnxruntime", "--threads", "1"]
    for name, options in (("ray", ["--engine", "ray", "--workers", "1"]), ("local", here)):
        done = subprocess.run(
            [*command, *options, "-o", f"{tmp_path / name}/"], capture_output=True, text=True, timeout=SECONDS
        )
        assert done.returncode == 1, done.stderr
        assert ": 13 tagged, 0 unchanged, 1 failed" in done.stderr
    parts = sorted((tmp_path / "local").glob("part-*.parquet"))
    assert len(parts) == 2
    for part in parts:
        assert (tmp_path / "ray" / part.name).read_bytes() == part.read_bytes()


def test_every_core_tags_and_leaves_a_little_of_itself_to_read() -> None:
    assert Cores.of(Cluster(), 1, ocr=False) == Cores(workers=1, tagging=0.9, reading=0.1)
    assert Cores.of(Cluster(), 2, ocr=False).workers == 2
    assert Cores.of(Cluster(), 16, ocr=False).workers == 16
    assert Cores.of(Cluster(threads=4), 64, ocr=False) == Cores(workers=16, tagging=3.9, reading=0.1)
    assert Cores.of(Cluster("auto", workers=100), 2, ocr=False).workers == 100  # a cluster that grows
    with pytest.raises(UsageError, match="no room"):
        Cores.of(Cluster(threads=4), 2, ocr=False)
    with pytest.raises(UsageError, match="more than the 2 cores here"):
        Cores.of(Cluster(LOCAL, workers=3), 2, ocr=False)


def test_recognising_pages_takes_cores_of_its_own() -> None:
    assert Cores.of(Cluster(), 16, ocr=True) == Cores(workers=12, tagging=1, reading=1.0)
    with pytest.raises(UsageError, match="no room"):
        Cores.of(Cluster(), 1, ocr=True)


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "a.txt").write_text(REPORT.format(number=1), encoding="utf-8")
    with pytest.raises(UsageError, match=r"gongkai\[cluster\]"):
        tag_on_cluster([str(tmp_path / "a.txt")], Stub, Directory(tmp_path / "run"), Cluster())


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--engine", "spark", "-o", "run/"], "no engine 'spark'"),
        (["--address", "auto", "-o", "run/"], "is for --engine ray"),
        (["--engine", "ray"], "are for a directory"),
        (["--only", "problem", "-o", "run/"], "takes all statements"),
    ],
)
def test_options_that_do_not_go_together(
    options: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from nlp.cli import main

    (tmp_path / "a.txt").write_text(REPORT.format(number=1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["gongkai", "tag", "a.txt", *options])
    with pytest.raises(SystemExit) as exit:
        main()
    assert exit.value.code == 2
    assert complaint in capsys.readouterr().err

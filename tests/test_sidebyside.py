"""Work done by several processes: each is told of as it is done, and what goes wrong with one stops the rest."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from eval.sidebyside import side_by_side
from nlp.errors import GongkaiError, ModelError


def squared(number: int) -> tuple[int, int, str]:
    print(f"squaring {number}")
    return number * number, os.getpid(), os.environ["OMP_NUM_THREADS"]


def refused(number: int) -> int:
    if number:
        time.sleep(600)
    raise ModelError(f"no {number}")


def killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_results_come_with_their_numbers_from_processes_of_their_own(tmp_path: Path) -> None:
    courses = [tmp_path / name / "course.txt" for name in "abc"]
    results = dict(side_by_side(squared, [2, 3, 4], courses, 2))
    assert {number: square for number, (square, _, _) in results.items()} == {0: 4, 1: 9, 2: 16}
    assert os.getpid() not in {process for _, process, _ in results.values()}
    assert {threads for _, _, threads in results.values()} == {str(max(1, (os.cpu_count() or 1) // 2))}


def test_what_a_process_prints_is_in_the_file_of_its_item(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    courses = [tmp_path / "a.txt", tmp_path / "b.txt"]
    list(side_by_side(squared, [2, 3], courses, 2))
    assert [course.read_text(encoding="utf-8") for course in courses] == ["squaring 2\n", "squaring 3\n"]
    assert "squaring" not in capfd.readouterr().out


def test_an_error_is_raised_as_it_is_and_the_others_are_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(ModelError, match="no 0"):
        list(side_by_side(refused, [0, 1], [tmp_path / "a", tmp_path / "b"], 2))
    assert time.monotonic() - begun < 300


def test_a_process_that_is_killed_is_told_of_with_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match=r"a\.txt: .* killed .* fewer jobs"):
        list(side_by_side(killed, [0], [tmp_path / "a.txt"], 1))

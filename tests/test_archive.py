"""What an archive takes, computed from rates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eval.speed.archive import Archive, Prices, Rates, needs

DOCUMENT = Path(__file__).parents[1] / "docs" / "cluster.md"


def test_needs_are_the_formula() -> None:
    found = needs(Rates(1000, 0.5, 2.0), Archive(3600, 1500, 2**20, 2**10), Prices(0.1, 0.5))
    assert found.core_hours == pytest.approx(4.0)
    assert found.hours(8) == pytest.approx(0.5)
    assert (found.machines(2, 1), found.machines(3, 1), found.machines(100, 10)) == (2, 2, 1)
    assert (found.input_gib, found.output_gib) == pytest.approx((3600 / 2**10, 3600 / 2**20))
    assert found.tagging == pytest.approx(0.4)
    assert found.per_report == pytest.approx(0.4 / 3600)


def test_the_table_of_the_document_is_what_its_command_prints() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    command = next(line for line in text.splitlines() if line.startswith("python -m eval.speed.archive --"))
    printed = subprocess.run(
        [sys.executable, *command.split()[1:]],
        capture_output=True,
        text=True,
        check=True,
        cwd=DOCUMENT.parents[1],
    ).stdout
    assert printed.strip() in text

"""Processes: what a user waits for who runs one command, and what memory it takes. Files are warm, the rest is cold."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.speed.repetition import Say, Spread
from eval.speed.sample import SAMPLE
from nlp.errors import GongkaiError

STARTS = 5
"""Processes of each kind; medians of them are told."""
_PYTHON = (sys.executable, "-m")


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds of `gongkai --help`, of `gongkai tag` on one report, and of the `parts` of a first window's way.

    `peak_bytes` is the most resident memory that tagging one report took; None where the system does not tell.
    """

    help: Spread
    tag: Spread
    parts: dict[str, Spread]
    first_window: Spread
    peak_bytes: int | None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object: seconds are medians with the lowest and the highest."""
        return {
            "help_seconds": self.help.to_json(),
            "tag_one_report_seconds": self.tag.to_json(),
            "first_window_seconds": self.first_window.to_json(),
            "parts_seconds": {name: spread.to_json() for name, spread in self.parts.items()},
            "peak_bytes": self.peak_bytes,
        }


def start(model: str, say: Say, starts: int = STARTS) -> Start:
    """Measure. Raises GongkaiError if a process fails."""
    helps, tags, probes = [], [], []
    for number in range(starts):
        helps.append(gongkai("--help"))
        tags.append(gongkai("tag", str(SAMPLE), "--model", model, "--quiet"))
        probes.append(_output([*_PYTHON, "eval.speed.probe", model, repr(time.time())]))
        say(f"start {number + 1} of {starts}: {sum(probes[-1].values()):.2f} s to the first window")
    peaks = [one["peak_bytes"] for one in tags if one["peak_bytes"] is not None]
    return Start(
        help=Spread.of([one["seconds"] for one in helps]),
        tag=Spread.of([one["seconds"] for one in tags]),
        parts={name: Spread.of([one[name] for one in probes]) for name in probes[0]},
        first_window=Spread.of([sum(one.values()) for one in probes]),
        peak_bytes=max(peaks) if peaks else None,
    )


def gongkai(*arguments: str) -> dict[str, Any]:
    """Seconds and peak memory of a command of gongkai."""
    return _output([*_PYTHON, "eval.speed.launcher", *_PYTHON, "nlp", *arguments])


def _output(command: Sequence[str]) -> dict[str, Any]:
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        reason = (process.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise GongkaiError(f"a process to be measured failed ({' '.join(command[2:])}): {reason}")
    found: dict[str, Any] = json.loads(process.stdout)
    return found

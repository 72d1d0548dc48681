"""Scaling: how much faster a cluster of two workers is than one of one worker, on the same files.

`python -m eval.speed.scaling` makes reports, starts a Ray cluster of this machine for each number of workers in turn,
and tags them with the command that a user gives. It needs as many free cores as workers, and the extra `cluster`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import models
from eval.soak import write_all
from nlp.errors import GongkaiError

SHARD = 32
"""Files of a shard: several for each worker, however few the reports are."""


@dataclass(frozen=True, slots=True)
class Timing:
    """A run of a cluster of `workers`: `seconds` from its start to its end, and `tagging` from the first shard on.

    The difference, Ray's start and the loading of the models, is the same for any number of reports.
    """

    workers: int
    seconds: float
    tagging: float


def scaling(reports: int, workers: Sequence[int], model: str = models.DEFAULT) -> Iterator[Timing]:
    """Tag so many invented reports with each number of workers. Raises GongkaiError if a run fails."""
    with tempfile.TemporaryDirectory(prefix="gongkai-scaling-") as name:
        home = Path(name)
        (home / "reports").mkdir()
        write_all(home / "reports", reports)
        for number in workers:
            with _cluster(number) as address:
                yield _timed(home, number, model, address, reports)


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """A Ray cluster of this machine with a core for each worker, for as long as the context lasts."""
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    context = ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    try:
        yield str(context.address_info["address"])
    finally:
        ray.shutdown()


def _timed(home: Path, workers: int, model: str, address: str, reports: int) -> Timing:
    output = home / f"run-{workers}"
    command = [
        sys.executable, "-m", "nlp", "tag", str(home / "reports"), "-o", f"{output}{os.sep}", "--engine", "ray",
        "--address", address, "--workers", str(workers), "--shard-size", str(SHARD), "--model", model, "--quiet",
    ]  # fmt: skip
    begun = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    first = None
    while process.poll() is None:
        if first is None and any(output.glob("part-*")):
            first = time.perf_counter()
        time.sleep(0.02)
    ended = time.perf_counter()
    done = sum(part.read_bytes().count(b"\n") for part in output.glob("part-*.jsonl"))
    if process.returncode or done != reports or first is None:
        said = process.stderr.read() if process.stderr else ""
        raise GongkaiError(f"{workers} workers: {done} of {reports} reports were tagged: {said[-500:]}")
    return Timing(workers, ended - begun, ended - first)


def main() -> None:
    """Measure, and print a line a cluster."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reports", type=int, default=640)
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments.add_argument("--model", default=models.DEFAULT)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    found: list[Timing] = []
    for timing in scaling(given.reports, given.workers, given.model):
        found.append(timing)
        if not given.json:
            print(
                f"{timing.workers} workers: {timing.seconds:.1f} s, {found[0].seconds / timing.seconds:.2f} times "
                f"the speed of {found[0].workers}; from the first shard on {timing.tagging:.1f} s",
                flush=True,
            )
    if given.json:
        print(json.dumps([asdict(one) for one in found]))


if __name__ == "__main__":
    main()

"""The benchmark: one run, from nothing to all figures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import models
from eval.speed.comparison import BOTH, Comparison, compare
from eval.speed.machine import cores, machine
from eval.speed.parts import operators, steps
from eval.speed.processes import STARTS, start
from eval.speed.repetition import Say, seconds
from eval.speed.systems import PRODUCT, SYSTEMS, Bench, System
from eval.speed.workload import Rows, batches, characters, reports, rows, statements
from nlp.report import Report
from nlp.tagger import Tagger

THREADS = (1, 2)
"""Thread counts to be measured beside all cores."""
LINEAR = (100, 10_000)
"""Numbers of reports between which speed should stay the same."""


def benchmark(
    model: str,
    number: int,
    repeats: int,
    say: Say,
    *,
    linear: Sequence[int] = (),
    starts: int = STARTS,
    systems: Sequence[System] = SYSTEMS,
) -> dict[str, Any]:
    """All figures of a model (its name or directory) on `number` reports, as a JSON object.

    Figures with a spread are [median, lowest, highest] of `repeats` rounds, of the processes of `starts`. With
    `linear`, speed at so many reports, too. Raises ModelError if there is no such model, GongkaiError if a process
    fails.
    """
    about = machine()
    begun = start(model, say, starts)  # first: this process is still small and does nothing else
    work = list(reports(number))
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(model, Path(scratch))
        given = batches(bench.tagger, work)
        compared = compare(bench, work, repeats, say, systems)
        counts = [count for count in THREADS if count < cores()]
        by_threads = [_with_threads(bench, count, work, repeats, say) for count in counts]
        spent = {
            "steps": steps(bench.tagger, work),
            "operators": operators(models.find(model) / models.GRAPH, given, bench.threads),
        }
        growth = [_stream(bench.tagger, count, say) for count in linear]
    product = compared.row(PRODUCT)
    return {
        "model": bench.tagger.name,
        "machine": about,
        "texts": _texts(work, rows(given)),
        "repeats": repeats,
        **{key: (product[key] or [None])[0] for key in ("ratio_to_plain_pipeline", "fraction_of_limit")},
        "systems": [{"name": one.name, "what": one.what, **compared.row(one.name)} for one in systems],
        "limit": compared.limit_row(),
        "threads": [*by_threads, _threads_row(cores(), compared)],
        "start": begun.to_json(),
        "time": spent,
        "linear": growth,
    }


def _texts(work: Sequence[Report], read: Rows) -> dict[str, Any]:
    return {
        "reports": len(work),
        "characters": characters(work),
        "statements": statements(work),
        "windows": len(read.lengths),
        "tokens": int(read.lengths.sum()),
        "share_of_real_tokens": round(read.share, 4),
    }


def _with_threads(bench: Bench, count: int, work: Sequence[Report], repeats: int, say: Say) -> dict[str, Any]:
    """The product and the plain pipeline with so many threads."""
    say(f"with {count} thread{'s' * (count > 1)}")
    with _torch_threads(count):
        limited = Bench(bench.model, bench.scratch, count, bench.training)
        return _threads_row(count, compare(limited, work, repeats, say, BOTH))


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    """Torch with so many threads, if there is torch."""
    try:
        import torch
    except ImportError:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _threads_row(count: int, compared: Comparison) -> dict[str, Any]:
    return {"threads": count, **compared.row(PRODUCT)}


def _stream(tagger: Tagger, count: int, say: Say) -> dict[str, Any]:
    """The product's speed on a stream of so many reports."""
    size = 0

    def counted() -> Iterator[Report]:
        nonlocal size
        for number, report in enumerate(reports(count), 1):
            size += characters([report])
            if number % 1000 == 0:
                say(f"{number} of {count} reports")
            yield report

    def run() -> None:
        for _ in tagger.tag_many(counted()):
            pass

    took = seconds(run)
    return {"reports": count, "seconds": round(took, 2), "characters_per_second": round(size / took)}

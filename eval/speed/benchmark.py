"""The benchmark: one run, from nothing to all figures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import models
from eval.speed.comparison import BOTH, Comparison, compare
from eval.speed.growth import PAGES, long_report, streams
from eval.speed.machine import cores, machine
from eval.speed.parts import operators, steps
from eval.speed.processes import STARTS, start
from eval.speed.repetition import Say
from eval.speed.systems import PRODUCT, SYSTEMS, Bench, System
from eval.speed.workload import Rows, batches, characters, reports, rows, statements
from nlp.report import Report

THREADS = (1, 2)
"""Thread counts to be measured beside all cores."""
LINEAR = (100, 10_000)
"""Numbers of reports, few and many, between which speed should stay the same."""


def benchmark(
    model: str,
    number: int,
    repeats: int,
    say: Say,
    *,
    linear: tuple[int, int] | None = None,
    pages: int = PAGES,
    starts: int = STARTS,
    systems: Sequence[System] = SYSTEMS,
) -> dict[str, Any]:
    """All figures of a model (its name or directory) on `number` reports, as a JSON object.

    Figures with a spread are [median, lowest, highest] of `repeats` rounds, of the processes of `starts`. With
    `linear`, the speed at few and at many reports, too, and what one report of `pages` takes. Raises ModelError if
    there is no such model, GongkaiError if a process fails.
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
        growth, long = [], None
        if linear:
            growth = [one.to_json() for one in streams(bench.tagger, *linear, say)]
            say(f"one report of {pages} pages")
            long = long_report(model, pages)
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
        "long_report": long,
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

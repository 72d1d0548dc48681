"""Measured: how long onnxruntime and OpenVINO take on this machine for this model, and the memory of it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from nlp.engine import Engine, OnnxEngine
from nlp.engines.processor import processor
from nlp.errors import ModelError
from nlp.window import Batch

SHAPES = ((40, 101), (24, 168), (12, 333))
"""Windows and tokens of the batches that are timed: as large as they are in a run, and all different, as they are
there, for some engines prepare something for each shape that they have not seen."""
WARM_UP = (8, 112)
REVISION = 2
"""Raised where an engine computes in another way than before: what was measured then says nothing."""
WORTH_IT = 0.9
"""The share of onnxruntime's time from which on OpenVINO is taken: it has seconds of compiling to make up for."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds that each engine took for the same batches."""

    onnxruntime: float
    openvino: float

    @property
    def openvino_is_worth_it(self) -> bool:
        """Whether OpenVINO is faster by enough."""
        return self.openvino < WORTH_IT * self.onnxruntime

    def __str__(self) -> str:
        return f"measured here: onnxruntime {self.onnxruntime:.2f} s, openvino {self.openvino:.2f} s"


def remembered(graph: Path, threads: int | None = None) -> Measured | None:
    """What was measured with this processor, these versions, this graph and so many threads; None if nothing was."""
    try:
        return _measured_from(_memory()[_key(graph, threads)])
    except KeyError:
        return None


def measured(graph: Path, threads: int | None = None) -> Measured:
    """Time both engines, some seconds, and remember it.

    Raises UsageError if openvino does not start, ModelError if one of them cannot run the graph.
    """
    from nlp.engines.openvino import OpenVinoEngine

    engines: dict[str, Engine] = {
        "onnxruntime": OnnxEngine(graph, threads),
        "openvino": OpenVinoEngine(graph, threads),
    }
    try:
        found = timed(engines)
    except Exception as fault:  # each library raises its own: a model of short windows, say
        raise ModelError(f"{graph}: could not be measured: {fault}") from fault
    _remember(_key(graph, threads), found)
    return found


def timed(engines: Mapping[str, Engine], clock: Callable[[], float] = time.perf_counter) -> Measured:
    """Time engines on a few batches, in turn, so that what else runs on the machine slows all of them."""
    seconds = dict.fromkeys(engines, 0.0)
    for engine in engines.values():
        engine.run(batch_of(*WARM_UP))
    for number, shape in enumerate(SHAPES):
        batch = batch_of(*shape)
        for name in sorted(engines, reverse=bool(number % 2)):
            start = clock()
            engines[name].run(batch)
            seconds[name] += clock() - start
    return Measured(**seconds)


def batch_of(windows: int, tokens: int) -> Batch:
    """A batch (windows, tokens) of one token over and over: what it says has no influence on how long it takes."""
    ones = np.ones((windows, tokens), dtype=np.int64)
    return Batch(ones, ones, np.zeros_like(ones), np.full(ones.shape, 0.5, dtype=np.float32))


def memory_file() -> Path:
    """Where it is remembered, in the user's cache directory."""
    return user_cache_path("gongkai") / "engines.json"


def _key(graph: Path, threads: int | None) -> str:
    with graph.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(2**20):
            digest.update(block)
    parts = (
        processor(),
        f"engines {REVISION}",
        f"{threads or os.cpu_count()} threads",
        *(f"{name} {_version(name)}" for name in ("onnxruntime", "openvino")),
        digest.hexdigest()[:16],
    )
    return " | ".join(parts)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _memory() -> dict[str, Any]:
    """All that is remembered; nothing where the file is missing, unreadable or damaged."""
    try:
        memory = json.loads(memory_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def _measured_from(row: Any) -> Measured:
    """A row of the memory. Raises KeyError if it is none."""
    try:
        return Measured(float(row["onnxruntime"]), float(row["openvino"]))
    except (TypeError, ValueError):
        raise KeyError("no measurement") from None


def _remember(key: str, found: Measured) -> None:
    """Write it down, whole or not at all; a directory that cannot be written costs a measurement each time."""
    file = memory_file()
    scratch = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(json.dumps({**_memory(), key: asdict(found)}, indent=2), encoding="utf-8")
        scratch.replace(file)
    except OSError:
        with suppress(OSError):
            scratch.unlink()

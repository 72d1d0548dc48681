"""Parts: where the product's time goes, by its own steps and by the graph's operations."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from nlp.decoding import decode
from nlp.engine import INPUTS, OUTPUTS, Engine, Scores
from nlp.report import Report
from nlp.tagger import Tagger
from nlp.window import Batch, encode


class _Timed:
    """`engine`, with the seconds that it took."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.seconds = 0.0

    def run(self, batch: Batch) -> Scores:
        """One forward pass."""
        begun = time.perf_counter()
        scores = self._engine.run(batch)
        self.seconds += time.perf_counter() - begun
        return scores


def steps(tagger: Tagger, work: Sequence[Report]) -> dict[str, float]:
    """The share of each step in the time that tagging takes."""
    sections = [section for report in work for section in report.sections]
    engine = _Timed(tagger.engine)
    marks = [time.perf_counter()]
    encoded = encode(sections, tagger.tokenizer)
    marks.append(time.perf_counter())
    scores = replace(tagger, engine=engine).score(encoded)
    marks.append(time.perf_counter())
    for section, one, found in zip(sections, encoded, scores, strict=True):
        decode(section, one, found, tagger.settings, tagger.ngrams)
    marks.append(time.perf_counter())
    tokens, scored, decoded = (b - a for a, b in pairwise(marks))
    took = {
        "tokens and candidates": tokens,
        "windows and batches": scored - engine.seconds,
        "the graph": engine.seconds,
        "statements from scores": decoded,
    }
    return _shares(took)


def operators(graph: Path, batches: Sequence[Batch], threads: int | None = None) -> dict[str, float]:
    """The share of each kind of operation in the graph's time, the largest first, as onnxruntime's profile has it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.log_severity_level = 3
    options.enable_profiling = True
    with tempfile.TemporaryDirectory() as scratch:
        options.profile_file_prefix = str(Path(scratch) / "profile")
        session = onnxruntime.InferenceSession(str(graph), options, ["CPUExecutionProvider"])
        for batch in batches:
            session.run(OUTPUTS, {name: getattr(batch, name) for name in INPUTS})
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    took: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            took[event["args"]["op_name"]] += event["dur"]
    return _shares(dict(took.most_common()))


def _shares(took: dict[str, float]) -> dict[str, float]:
    total = sum(took.values()) or 1.0
    return {name: round(seconds / total, 4) for name, seconds in took.items()}

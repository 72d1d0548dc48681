"""Soak: many invented reports, tagged in one run by the command that a user gives (`make soak`).

Tells reports a second, whether memory grows with their number, and how near the run comes to the model alone on the
same windows. The reports are made for this measurement and thrown away: sections of the demo corpus, put together anew.
"""

from __future__ import annotations

import argparse
import html
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import models
from eval.demo import CORPUS
from nlp.errors import GongkaiError
from nlp.inputs import expand
from nlp.reading import read
from nlp.structure import parse
from nlp.tagger import Tagger

REPORTS, EARLY, SAMPLED = 20_000, 1000, 200
"""Reports of a soak; how many of them are done when memory is first looked at; and how many the model alone reads."""
TURN = 120.0
"""Seconds of the run between two times that the model alone is timed."""
_FORMS = ("txt", "html", "docx")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SECONDS = 0.5
"""How often memory is looked at. Adding up a process's pages takes milliseconds, which the run would lack."""


def invented(number: int, seed: int = 0) -> Iterator[str]:
    """So many reports: the sections of each are those of the demo corpus, each drawn from a report of its own."""
    texts = [file.read_text(encoding="utf-8").strip() for file in sorted(CORPUS.glob("*.txt"))]
    draw = random.Random(seed)
    cut = [_sections(text) for text in texts]
    for count in range(number):
        front, *sections = draw.choice(cut)
        made = [front.replace("政府信息公开", f"第{count + 1}号政府信息公开", 1)]
        for place in range(len(sections)):
            donors = [other for other in cut if len(other) > place + 1]
            made.append(draw.choice(donors)[place + 1])
        yield "\n".join(made)


def _sections(text: str) -> list[str]:
    """A report cut before each heading of the first rank: 一、 to 十、."""
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line[:1] in "一二三四五六七八九十" and line[1:2] == "、":
            parts.append([])
        parts[-1].append(line)
    return ["\n".join(part) for part in parts]


def write_all(directory: Path, number: int) -> None:
    """Write so many reports, in three formats by turns, a thousand to a directory."""
    for count, text in enumerate(invented(number)):
        form = _FORMS[count % len(_FORMS)]
        place = directory / f"{count // 1000:03}"
        place.mkdir(exist_ok=True)
        (place / f"{count:06}.{form}").write_bytes(_file_of(text, form))


def _file_of(text: str, form: str) -> bytes:
    lines = [line for line in text.split("\n") if line.strip()]
    if form == "txt":
        return text.encode()
    if form == "html":
        body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        return f"<html><head><title>年报</title></head><body>{body}</body></html>".encode("gb18030")
    body = "".join(f"<w:p><w:r><w:t>{html.escape(line)}</w:t></w:r></w:p>" for line in lines)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
        )
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Soak:
    """What a soak showed.

    `early_bytes` and `peak_bytes` are the most memory that the run and its readers took together until the first EARLY
    reports were done, and to the end; None where the system does not tell. `seconds` are those of the run, `model_rate`
    is the reports a second of the model alone, on the windows of a sample of the reports: timed before and after the
    run, and every TURN seconds in between, while the run stands still.
    """

    reports: int
    seconds: float
    early_bytes: int | None
    peak_bytes: int | None
    model_rate: float

    @property
    def rate(self) -> float:
        """Reports a second, from the command's start to its end."""
        return self.reports / self.seconds

    def __str__(self) -> str:
        lines = [f"{self.reports} reports in {self.seconds:.1f} s: {self.rate:.2f} reports/s"]
        if self.early_bytes and self.peak_bytes:
            lines.append(
                f"peak resident memory: {self.early_bytes / 2**20:.0f} MiB at {min(EARLY, self.reports)} reports, "
                f"{self.peak_bytes / 2**20:.0f} MiB at {self.reports}: {self.peak_bytes / self.early_bytes:.2f} times"
            )
        lines.append(
            f"the model alone, on the windows of a sample of them: {self.model_rate:.2f} reports/s; "
            f"the whole run reaches {self.rate / self.model_rate:.0%} of that"
        )
        return "\n".join(lines)


def soak(number: int = REPORTS, model: str = models.DEFAULT, sampled: int = SAMPLED) -> Soak:
    """Make so many reports, tag them with `gongkai tag`, and tell. Raises GongkaiError if the run fails."""
    with tempfile.TemporaryDirectory(prefix="gongkai-soak-") as name:
        reports, output = Path(name) / "reports", Path(name) / "run"
        reports.mkdir()
        write_all(reports, number)
        alone = _ModelAlone(expand([str(reports)]), model, sampled)
        alone.run()
        begun = time.perf_counter()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "nlp",
                "tag",
                str(reports),
                "-o",
                f"{output}{os.sep}",
                "--model",
                model,
                "--quiet",
            ],
            start_new_session=True,
        )
        memory = _Memory(process.pid, output)
        memory.start()
        status, paused = _wait(process, alone)
        seconds = time.perf_counter() - begun - paused
        memory.join()
        done = _done(output)
        if status or done != number:
            raise GongkaiError(
                f"the run failed (exit status {status}): {done} of {number} reports were tagged"
            )
        alone.run()
    return Soak(number, seconds, memory.early, memory.peak, alone.rate)


def _wait(process: subprocess.Popen[bytes], alone: _ModelAlone) -> tuple[int, float]:
    """The exit status of the run, and the seconds that it stood still for the model alone to be timed.

    A machine is not as fast in one quarter of an hour as in the next, so the two take turns.
    """
    paused = 0.0
    try:
        while True:
            try:
                return process.wait(timeout=TURN), paused
            except subprocess.TimeoutExpired:
                begun = time.perf_counter()
                os.killpg(process.pid, signal.SIGSTOP)
                alone.run()
                os.killpg(process.pid, signal.SIGCONT)
                paused += time.perf_counter() - begun
    except BaseException:  # an interrupt is sent to this process alone: the run has a session of its own
        os.killpg(process.pid, signal.SIGKILL)
        raise


class _ModelAlone:
    """The model without reading and writing, on the windows of every so many-th report."""

    def __init__(self, sources: Sequence[str], model: str, sampled: int) -> None:
        from eval.speed.workload import batches

        chosen = list(islice(sources, 0, None, max(1, len(sources) // sampled)))[:sampled]
        tagger = Tagger.load(model)
        self._engine = tagger.engine
        self._work = batches(tagger, [parse(read(source)) for source in chosen])
        self._engine.run(self._work[0])
        self._sampled, self._reports, self._seconds = len(chosen), 0, 0.0

    def run(self) -> None:
        """Tag the sample once, and remember how long it took."""
        begun = time.perf_counter()
        for batch in self._work:
            self._engine.run(batch)
        self._seconds += time.perf_counter() - begun
        self._reports += self._sampled

    @property
    def rate(self) -> float:
        """Reports a second, over all times that it ran."""
        return self._reports / self._seconds


def _done(output: Path) -> int:
    return sum(part.read_bytes().count(b"\n") for part in output.glob("part-*.jsonl"))


class _Memory(threading.Thread):
    """Watches the resident memory of a process and its children, until it ends."""

    def __init__(self, process: int, output: Path) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._output = output
        self.early: int | None = None
        self.peak: int | None = None

    def run(self) -> None:
        """Look, again and again."""
        looked, settled = 0.0, False
        while (bytes_now := _resident(self._process)) is not None:
            self.peak = max(self.peak or 0, bytes_now)
            if not settled:
                self.early = self.peak
                if time.monotonic() - looked > 1:
                    looked, settled = time.monotonic(), _done(self._output) >= EARLY
            time.sleep(_SECONDS)


def _resident(process: int) -> int | None:
    """Bytes of memory of a process and of those that it started; None if it is gone, or the system does not tell."""
    own = _share(process)
    return own + sum(_share(child) for child in _children(process)) if own else None


def _share(process: int) -> int:
    """Resident bytes of a process, of pages that several share its part alone: a child that is just being made has all
    of its parent's, and would be counted as a second one."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def _children(process: int) -> Iterator[int]:
    for threads in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found = threads.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in map(int, found):
            yield child
            yield from _children(child)


def main() -> None:
    """Soak, and print what it showed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reports", type=int, default=REPORTS)
    arguments.add_argument("--model", default=models.DEFAULT)
    given = arguments.parse_args()
    try:
        print(soak(given.reports, given.model))
    except GongkaiError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()

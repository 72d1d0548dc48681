"""Fuzz targets: what is done with made-up bytes, and what must hold whatever they are.

A target makes a file of the bytes, reads it, finds its sections and tags them with a model that answers at random. For
formats that are zip files of XML, the bytes are a part, and the file around it is whole: bytes changed in a zip file
only break the zip file.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType

import numpy as np

import models
import nlp
from nlp.document import Block, Document, FileFormat, Origin, Paragraph, Table
from nlp.engine import Scores
from nlp.errors import DamagedFile, GongkaiError, printable
from nlp.inputs import expand
from nlp.labels import Category, Theme
from nlp.reading import read, read_bytes
from nlp.report import Report
from nlp.schema import from_json, to_json
from nlp.structure import parse
from nlp.tagger import Tagger
from nlp.window import Batch

SECONDS = 20.0
"""Seconds of the processor that one input may take, on a machine that is slowed down by being watched."""
_PACKAGE = str(Path(nlp.__file__).parent)
_INVISIBLE = frozenset("\0\u200b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
Target = Callable[[bytes], None]


class Finding(AssertionError):
    """Something that must hold does not."""


# -- what must hold --------------------------------------------------------------------------------------


def check(make: Callable[[], Document]) -> None:
    """Read a document: nothing but a Document or a GongkaiError, in time, and its statements tile."""
    began = time.process_time()
    try:
        document = make()
    except GongkaiError as error:
        _check_error(error)
    else:
        _check_document(document)
        _check_report(parse(document))
    took = time.process_time() - began
    if took > SECONDS:
        raise Finding(f"took {took:.1f} s")


def _check_error(error: GongkaiError) -> None:
    """One line that can be printed; and where it hides a fault (a damaged file), the fault is not our own code's."""
    text = str(error)
    if printable(text) != text:
        raise Finding(f"an error that is no line to print: {text!r}") from error
    cause = error.__cause__
    if isinstance(error, DamagedFile) and cause is not None and _is_ours(cause.__traceback__):
        raise Finding(f"our own fault, said to be the file's: {cause!r}") from cause


def _is_ours(trace: TracebackType | None) -> bool:
    """Whether a fault arose in this package's own code rather than in a parser that it called."""
    innermost = None
    while trace is not None:
        innermost, trace = trace, trace.tb_next
    return innermost is not None and innermost.tb_frame.f_code.co_filename.startswith(_PACKAGE)


def _check_document(document: Document) -> None:
    for text in _texts(document):
        if _INVISIBLE & set(text) or any("\ud800" <= char <= "\udfff" for char in text):
            raise Finding(f"invisible characters or halves of some: {text!r}")
    for block in document.blocks:
        if isinstance(block, Paragraph) and ("\n" in block.text or not block.text):
            raise Finding(f"a paragraph with a line break, or with nothing: {block.text!r}")


def _texts(document: Document) -> Iterator[str]:
    yield document.title or ""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from (cell for row in block.rows for cell in row)


def _check_report(report: Report) -> None:
    tagged = _tagger().tag(report)
    for section in tagged.sections:
        at = iter(section.statements)
        for start, end in section.paragraph_spans():
            while start < end:
                statement = next(at, None)
                if statement is None or statement.start != start or not start < statement.end <= end:
                    raise Finding(f"statements do not tile: {statement} at {start} of {section.text!r}")
                if statement.text != section.text[start : statement.end]:
                    raise Finding(f"a statement is not its text: {statement}")
                start = statement.end
        if next(at, None) is not None:
            raise Finding(f"statements behind the text: {section.text!r}")
    if to_json(from_json(to_json(tagged))) != to_json(tagged):
        raise Finding("a report that is another when it is read back")


class RandomEngine:
    """An engine that answers at random, the same for the same batch."""

    def run(self, batch: Batch) -> Scores:
        """Scores of the shape that the graph gives."""
        draw = np.random.default_rng(int(batch.input_ids.sum()) & 0xFFFFFFFF)
        boundary = draw.normal(0, 4, batch.input_ids.shape).astype(np.float32)
        ends = batch.attention_mask * (1 / (1 + np.exp(-boundary)) >= batch.thresholds)
        segment = np.concatenate([[0], ends.reshape(-1).cumsum()[:-1]]).reshape(ends.shape)
        number = int(segment.max()) + 1
        return Scores(
            boundary,
            segment,
            draw.normal(0, 2, (number, len(Category))).astype(np.float32),
            draw.normal(0, 2, (number, len(Theme))).astype(np.float32),
        )


@lru_cache(maxsize=1)
def _tagger() -> Tagger:
    from tokenizers import Tokenizer

    path = models.find(models.DEFAULT) / models.TOKENIZER
    return Tagger("random 1", RandomEngine(), Tokenizer.from_file(str(path)))


# -- files of bytes --------------------------------------------------------------------------------------


def zip_of(parts: dict[str, bytes]) -> bytes:
    """A zip file of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@lru_cache(maxsize=8)
def _whole(kind: str) -> dict[str, bytes]:
    """The parts of a file of that kind that can be read."""
    import seeds

    with zipfile.ZipFile(io.BytesIO(seeds.DOCUMENTS[kind]())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


PARTS = {
    "docx": ("word/document.xml", "word/numbering.xml", "word/styles.xml", "docProps/core.xml"),
    "ofd": ("OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"),
    "xlsx": ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"),
}
"""The parts that are made up, by kind: the first byte of an input says which one, or that it is the whole file."""


def packed(kind: str, data: bytes) -> bytes:
    """The file of a kind of PARTS that an input stands for."""
    which, content = data[:1] or b"\0", data[1:]
    parts = PARTS[kind]
    if which[0] % (len(parts) + 1) == len(parts):
        return content
    return zip_of(_whole(kind) | {parts[which[0] % (len(parts) + 1)]: content})


# -- the targets -----------------------------------------------------------------------------------------


def _of_bytes(name: str) -> Target:
    return lambda data: check(lambda: read_bytes(data, name))


def _of_parts(kind: str) -> Target:
    return lambda data: check(lambda: read_bytes(packed(kind, data), f"a.{kind}"))


def archive(data: bytes) -> None:
    """The bytes as an archive on disk, and each file that it offers."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as scratch:  # noqa: PTH112
        path = Path(scratch) / "a.zip"
        path.write_bytes(data)
        for source in expand([str(path)])[:20]:
            check(lambda source=source: read(source))  # type: ignore[misc]
        if {p.name for p in Path(scratch).rglob("*")} != {"a.zip"}:
            raise Finding("something was unpacked")


def structure(data: bytes) -> None:
    """The lines of the bytes as a document, without a reader: `#` marks a heading, `|` the rows of a table."""
    blocks: list[Block] = []
    rows: list[tuple[str, ...]] = []
    for number, line in enumerate([*data.decode("utf-8", "replace").split("\n"), ""], 1):
        if line.startswith("|"):
            rows.append(tuple(line[1:].split("|")))
            continue
        if rows:
            blocks.append(Table(tuple(rows), Origin(line=number)))
            rows = []
        text = line.lstrip("#")
        if text.strip():
            blocks.append(Paragraph(text, Origin(line=number), 1 if text != line else None))
    document = Document("a.txt", FileFormat.TEXT, tuple(blocks), title=data[:60].decode("utf-8", "replace"))
    began = time.process_time()
    for title in (document.title, None):
        _check_report(parse(replace(document, title=title)))
    if time.process_time() - began > SECONDS:
        raise Finding("took too long")


TARGETS: dict[str, Target] = {
    "text": _of_bytes("a.txt"),
    "html": _of_bytes("a.html"),
    "mht": _of_bytes("a.mht"),
    "rtf": _of_bytes("a.rtf"),
    "pdf": _of_bytes("a.pdf"),
    **{kind: _of_parts(kind) for kind in PARTS},
    "zip": archive,
    "structure": structure,
}

if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))

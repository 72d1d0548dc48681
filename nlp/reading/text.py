"""Plain text and Markdown, in whatever encoding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import PurePath

from nlp.document import Block, Document, FileFormat, Origin, Paragraph, Table
from nlp.notice import Notice
from nlp.reading.characters import clean
from nlp.reading.paragraphs import join_wrapped

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENOUGH = 8
"""Chinese characters in UTF-8 that are no accident in a file of another encoding."""


def decode(data: bytes, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text of `data`, and warnings. Tried: byte order mark, UTF-8, UTF-16, the declared one, GB18030, a guess."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    mixed = None if _is_utf8(data) or _utf16(data) else _by_line(data)
    if mixed is not None:
        text, warnings = _checked(mixed)
        return text, (*warnings, Notice.MIXED.value)
    encodings = ["utf-8", *_utf16(data), *([_widened(declared)] if declared else []), "gb18030"]
    for encoding in encodings:
        try:
            return _checked(data.decode(encoding))
        # a declared name may be unknown, or hold what no name does (NUL)
        except (ValueError, LookupError):
            continue
    from charset_normalizer import from_bytes

    guess = from_bytes(data, cp_isolation=["big5", "utf_16_le", "utf_16_be"]).best()
    if guess is not None and str(guess).strip():
        return _checked(str(guess))
    return _lenient(data, min(("utf-8", "gb18030"), key=lambda e: data.decode(e, "replace").count("\ufffd")))


def _utf16(data: bytes) -> list[str]:
    """UTF-16 without a mark, if the line breaks, blanks and digits of the text give it away."""
    sample = data[:8192]
    if len(data) % 2 or not sample:
        return []
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) <= len(sample) / 200 or min(even, odd) > max(even, odd) / 10:
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _by_line(data: bytes) -> str | None:
    """The text of a file glued together of lines in UTF-8 and lines in GB18030; None if it is no such file."""
    lines, chinese = [], 0
    for line in data.split(b"\n"):
        for encoding in ("utf-8", "gb18030"):
            try:
                lines.append(line.decode(encoding))
            except UnicodeDecodeError:
                continue
            if encoding == "utf-8" and not line.isascii():
                chinese += sum("\u2e80" <= character <= "\uffef" for character in lines[-1])
            break
        else:
            return None
    return "\n".join(lines) if chinese >= _ENOUGH else None


def _widened(encoding: str) -> str:
    """GB18030 for the older Chinese encodings, which it contains: pages that declare them use more."""
    return (
        "gb18030"
        if encoding.lower().replace("-", "").replace("_", "") in ("gb2312", "gbk", "cp936")
        else encoding
    )


def _lenient(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    text, warnings = _checked(data.decode(encoding, "replace"))
    return text, (*warnings, Notice.UNDECODABLE.value) if "\ufffd" in text else warnings


def _checked(text: str) -> tuple[str, tuple[str, ...]]:
    return text, (Notice.NUL_BYTES.value,) if "\0" in text else ()


def read_text(data: bytes, source: str) -> Document:
    """A text or Markdown file as paragraphs; a Markdown table as a Table."""
    text, warnings = decode(data)
    lines = clean(text).split("\n")
    markdown = PurePath(source).suffix.lower() == ".md" or any(map(_is_fence, lines[:400]))
    blocks = _markdown_blocks(lines) if markdown else _plain_blocks(lines)
    return Document(source, FileFormat.TEXT, tuple(blocks), warnings=warnings)


def _plain_blocks(lines: list[str]) -> Iterator[Block]:
    for number, line in join_wrapped(lines):
        yield Paragraph(line, Origin(line=number))


_FENCE_CELL = re.compile(r"\s*:?-{3,}:?\s*")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.{1,400}?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]]{0,400})\]\([^)]{0,2000}\)")
_BULLET = re.compile(r"^\s*(?:[-*+>]\s+)+")
_RULE = re.compile(r"\s{0,3}([-*_=])\s*(?:\1\s*){2,}")
_TITLE = re.compile(r"title\s*:\s*([\"']?)(.+?)\1\s*")
_LONGEST_MATTER = 100
"""Lines that a file's front matter may have."""


def _markdown_blocks(lines: list[str]) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    began = 0
    matter = _front_matter(lines)
    for number, line in enumerate(lines[:matter], 1):
        if titled := _TITLE.fullmatch(line):
            yield Paragraph(titled.group(2), Origin(line=number), 1)
    for number, line in enumerate([*lines[matter:], ""], matter + 1):
        if line.strip().startswith("|"):
            began = began if rows else number
            if not _is_fence(line):
                rows.append(tuple(_plain(cell) for cell in line.strip().strip("|").split("|")))
            continue
        if rows:
            yield Table(tuple(rows), Origin(line=began))
            rows = []
        heading = _HEADING.match(line)
        text = _plain(heading.group(2).rstrip().rstrip("#") if heading else _BULLET.sub("", line))
        if text and not _RULE.fullmatch(line):
            yield Paragraph(text, Origin(line=number), len(heading.group(1)) if heading else None)


def _front_matter(lines: list[str]) -> int:
    """How many lines at the top are settings of the site that the file was written for, between two rules."""
    if lines[:1] != ["---"] or "---" not in lines[1:_LONGEST_MATTER]:
        return 0
    return lines.index("---", 1) + 1


def _is_fence(line: str) -> bool:
    """Whether a line parts the head of a Markdown table from its rows: |---|:---:|."""
    cells = line.strip().removeprefix("|")
    return "|" in cells and all(map(_FENCE_CELL.fullmatch, cells.removesuffix("|").split("|")))


def _plain(text: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text)).strip()

"""Document: what a file holds, before anything is known of its meaning.

A reader (`nlp.reading`) turns a file into a Document; `nlp.structure` turns a Document into a Report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nlp.labels import Label


class FileFormat(Label):
    """A file format that can be read."""

    TEXT = "text", "纯文本"
    HTML = "html", "网页"
    DOCX = "docx", "Word 文档"
    PDF = "pdf", "PDF 文档"
    OFD = "ofd", "OFD 版式文档"
    DOC = "doc", "旧版 Word、WPS 文档"
    MHT = "mht", "网页存档"
    XLSX = "xlsx", "Excel 工作簿"
    RTF = "rtf", "RTF 文档"
    XLS = "xls", "旧版 Excel、WPS 表格"
    ODT = "odt", "OpenDocument 文本"
    ODS = "ods", "OpenDocument 表格"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a block stands in its file. Both numbers count from 1; None where the format has no such thing."""

    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text: no line break inside.

    `heading_level` is 1, 2, … where the file itself marks the paragraph as a heading (an HTML h1, a Word
    heading style); None says nothing: most agencies type headings as plain text.
    """

    text: str
    origin: Origin = Origin()
    heading_level: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table that the file marks as one: rows of cell texts (rows may differ in length)."""

    rows: tuple[tuple[str, ...], ...]
    origin: Origin = Origin()


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Document:
    """The paragraphs and tables of one file, in reading order.

    `source` names the file as the user gave it (`-` for standard input); `title` is the file's own
    metadata title, if it has one (HTML <title>, Word or PDF properties), which may not be the report's.
    `warnings` are sentences for the user about what reading could not do.
    """

    source: str
    format: FileFormat
    blocks: tuple[Block, ...]
    title: str | None = None
    warnings: tuple[str, ...] = field(default=())

    def paragraphs(self) -> Iterator[Paragraph]:
        """The paragraphs alone, in order."""
        return (block for block in self.blocks if isinstance(block, Paragraph))

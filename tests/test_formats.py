"""The other formats: .rtf, .ofd, .doc, .xls, .odt, .ods, .zip, .mht, .xlsx, and PDFs in columns, sideways, watermarked or scanned."""

from __future__ import annotations

import base64
import html
import importlib.util
import io
import os
import quopri
import re
import stat
import struct
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import cast

import openpyxl
import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from test_batch import Stub, run
from test_reading import OLE, as_docx, as_html, as_pdf, narrative, pdf_of, saved, texts, zip_of

from nlp.batch import tag_directory
from nlp.document import Document, FileFormat, Paragraph, Table
from nlp.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    GongkaiError,
    LegacyFormat,
    MissingFile,
    NoTextLayer,
    ReadError,
    TooLarge,
    UnknownFormat,
    UsageError,
)
from nlp.inputs import expand
from nlp.notice import Notice, pages_unread
from nlp.reading import archive, libreoffice, ocr, ofd, read, read_bytes, xlsx
from nlp.reading.columns import Piece, Row, in_reading_order
from nlp.reading.formats import SUFFIXES, reader_of
from nlp.reading.zips import ZipLimits, open_zip

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

REPORT = (
    "某区人民政府2021年政府信息公开工作年度报告\n一、总体情况\n全年主动公开政府信息三条，均已办结。\n"
    "二、存在的主要问题及改进情况\n公开不够及时，人手不足。下一步将加强培训。"
)
PARAGRAPH = (
    "全年主动公开政府信息一百五十三条，其中政府网站八十条，微信公众号七十三条，没有收到公开申请，没有逾期，没有遗漏，"
    "群众比较满意，社会各界给予了积极评价，有关部门按照要求做了大量的工作，取得了一定的成效。"
)


def tables(document: Document) -> list[tuple[tuple[str, ...], ...]]:
    return [block.rows for block in document.blocks if isinstance(block, Table)]


def cut(data: bytes) -> Iterator[bytes]:
    """A file broken off at many places."""
    for tenth in range(1, 20):
        yield data[: len(data) * tenth // 20]
    yield data[:-1]


# -- rtf -------------------------------------------------------------------------------------------------


def rtf_text(text: str, hexadecimal: bool = False) -> str:
    """Characters as rich text writes them: by their code point, or by their bytes in code page 936."""
    if hexadecimal:
        return "".join(f"\\'{byte:02x}" if byte > 127 else chr(byte) for byte in text.encode("gbk"))
    signed = (int.from_bytes(ch.encode("utf-16-le"), "little", signed=True) for ch in text)
    return "".join(f"\\u{code}?" if not 0 <= code < 128 else chr(code) for code in signed)


def rtf_of(body: str, head: str = "\\ansicpg936\\deff0{\\fonttbl{\\f0\\fcharset134 SimSun;}}") -> bytes:
    return f"{{\\rtf1\\ansi{head}\\viewkind4\\uc1\\pard\\f0\\fs32 {body}}}".encode("latin-1")


def as_rtf(text: str, hexadecimal: bool = False) -> bytes:
    """A report as rich text: lines with tabs are rows of a table."""
    lines = []
    for line in text.split("\n"):
        if "\t" in line:
            cells = "".join(rf"\intbl {rtf_text(cell, hexadecimal)}\cell " for cell in line.split("\t"))
            lines.append(rf"{{\trowd\cellx999\cellx1999 \pard{cells}\row}}\pard ")
        else:
            lines.append(rf"{rtf_text(line, hexadecimal)}\par ")
    return rtf_of("\n".join(lines))


@pytest.mark.parametrize("name", ["a.rtf", "a.doc"])
@pytest.mark.parametrize("hexadecimal", [True, False])
def test_rich_text_has_the_narrative_and_the_tables_of_the_report(
    sample_text: str, hexadecimal: bool, name: str
) -> None:
    document = read_bytes(as_rtf(sample_text, hexadecimal), name)
    assert document.format is FileFormat.RTF
    assert narrative(document) == narrative(read_bytes(sample_text.encode(), "a.txt"))
    assert len(tables(document)) >= 3


def test_the_form_of_rich_text() -> None:
    """Numbers of lists, cells of several paragraphs, bars in the text, and what stands behind the page's text."""
    parts = (
        r"{\header ", rtf_text("页眉"), r"\par}", rtf_text("一、总体情况|全文"), r"\par ",
        r"{\listtext 1.\tab}", rtf_text("公开三条。"), r"{\footnote ", rtf_text("注"), r"}\par ",
        r"\trowd\cellx9\pard\intbl ", rtf_text("甲"), r"\par ", rtf_text("乙"), r"\cell 1\cell\row\pard ",
        rtf_text("完。"),
    )  # fmt: skip
    document = read_bytes(rtf_of("".join(parts)), "a.rtf")
    assert document.blocks == (
        Paragraph("一、总体情况|全文"), Paragraph("1.公开三条。"), Table((("甲\n乙", "1"),)), Paragraph("完。"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        rtf_of("\\'b9\r\n\\'ab\\'bf\\'aa"),
        rtf_of("公开".encode("gbk").decode("latin-1")),
        rtf_of(rtf_text("公开", hexadecimal=True), "\\ansicpg1252{\\fonttbl{\\f0\\fcharset134 SimSun;}}"),
        rtf_of(rtf_text("公开", hexadecimal=True), "\\ansicpg936{\\fonttbl{\\f0\\fcharset0 Times;}}"),
        rtf_of(rtf_text("公开", hexadecimal=True), ""),
    ],
    ids=["cut by a line", "raw bytes", "code page of the font", "Latin font", "no code page"],
)
def test_chinese_in_rich_text_however_it_is_written(data: bytes) -> None:
    assert texts(read_bytes(data, "a.rtf")) == ["公开"]


def test_characters_beyond_the_first_plane_in_rich_text() -> None:
    assert texts(read_bytes(rtf_of(r"\u-10176?\u-8384?"), "a.rtf")) == ["𠍀"]


# -- ofd -------------------------------------------------------------------------------------------------

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd_of(*pages: str, **parts: str) -> bytes:
    """An OFD with pages of these objects; `parts` replace or add parts by name."""
    listed = "".join(
        f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i, _ in enumerate(pages)
    )
    files = {
        "OFD.xml": f"<ofd:OFD {NS}><ofd:DocBody><ofd:DocInfo><ofd:Title>年报</ofd:Title></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        f"</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for i, page in enumerate(pages):
        files[f"Doc_0/Pages/Page_{i}/Content.xml"] = (
            f'<ofd:Page {NS}><ofd:Content><ofd:Layer ID="1">{page}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    return zip_of(**files | parts)


def words(
    text: str,
    x: float = 30,
    y: float = 40,
    size: float = 4.0,
    delta: str | None = None,
    inside: str = "",
    **more: str,
) -> str:
    """A text object on the page, its base line at y."""
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    delta = f"g {len(text) - 1} {size}" if delta is None else delta
    return (
        f'<ofd:TextObject ID="2" Font="1" Size="{size}" Boundary="{x} {y - size} {len(text) * size} {size * 1.2}"{attributes}>'
        f'{inside}<ofd:TextCode X="0" Y="{size}" DeltaX="{delta}">{html.escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def as_ofd(text: str) -> bytes:
    """The report set as a PDF, with its characters and rules taken over one by one."""
    pages = []
    millimetre = 25.4 / 72
    with pdfplumber.open(io.BytesIO(as_pdf(text))) as made:
        for page in made.pages:
            objects = []
            for line in page.extract_text_lines(return_chars=True, x_tolerance=100):
                chars = line["chars"]
                starts = [char["x0"] * millimetre for char in chars]
                deltas = " ".join(f"{b - a:.4f}" for a, b in pairwise(starts))
                size = chars[0]["size"] * millimetre
                base = chars[0]["top"] * millimetre + 0.88 * size
                content = "".join(char["text"] for char in chars)
                objects.append(words(content, starts[0], base, size, deltas))
            for edge in page.edges:
                x0, top, width, height = (edge[k] * millimetre for k in ("x0", "top", "width", "height"))
                objects.append(
                    f'<ofd:PathObject ID="3" Boundary="{x0} {top} {width} {height}">'
                    f"<ofd:AbbreviatedData>M 0 0 L {width} {height}</ofd:AbbreviatedData></ofd:PathObject>"
                )
            pages.append("".join(objects))
    return ofd_of(*pages)


def small_ofd() -> bytes:
    lines = [line for paragraph in REPORT.split("\n") for line in (paragraph, "")]
    return ofd_of("".join(words(line, 30, 30 + 8 * i) for i, line in enumerate(lines) if line))


def test_an_ofd_has_the_narrative_and_the_tables_of_the_report(sample_text: str) -> None:
    document = read_bytes(as_ofd(sample_text), "a.ofd")
    assert document.format is FileFormat.OFD
    assert document.title == "年报"
    assert narrative(document) == narrative(read_bytes(sample_text.encode(), "a.txt"))
    assert len(tables(document)) >= 3
    pages = [block.origin.page for block in document.blocks]
    assert pages == sorted(pages, key=int)
    assert pages[0] == 1 < pages[-1]


def test_lines_of_an_ofd_are_joined_into_paragraphs_across_pages() -> None:
    text = "　　" + PARAGRAPH * 5
    lines = [text[i : i + 37] for i in range(0, len(text), 37)]
    first = "".join(words(line, 30, 40 + 8 * i) for i, line in enumerate(lines[:6]))
    foot = words("－ 1 －", 100, 287)
    second = "".join(words(line, 30, 40 + 8 * i) for i, line in enumerate(lines[6:]))
    second += words("二、存在问题", 38, 200)
    document = read_bytes(ofd_of(first + foot, second), "a.ofd")
    assert [text.strip("　") for text in texts(document)] == [PARAGRAPH * 5, "二、存在问题"]


def test_how_an_ofd_places_its_characters() -> None:
    """Objects out of order, a matrix, steps spelt out and shortened, escapes, gaps, a column that is none."""
    scaled = words("总体情况", 0, 0, 14, "g 3 14", CTM="0.2857 0 0 0.2857 38 30").replace(
        'Boundary="0 -14 56 16.8"', 'Boundary="0 6 60 5"'
    )
    page = words("行政许可", 30, 60, 4, "4 4 4") + words("3", 120, 60) + words("一、", 30, 40) + scaled
    page += words(r"无\0020\002e", 30, 80, 4, "g 2 2")
    assert [re.sub(r"\s+", " ", text) for text in texts(read_bytes(ofd_of(page), "a.ofd"))] == [
        "一、总体情况",
        "行政许可 3",
        "无.",
    ]


def test_watermarks_and_hidden_text_of_an_ofd_are_dropped() -> None:
    body = "".join(words(PARAGRAPH[:30], 30, 40 + 8 * i) for i in range(8))
    tilted = words("内部资料", 60, 60, 4, CTM="0.7 0.7 -0.7 0.7 0 0")
    pale = words("某区人民政府", 50, 80, 20, Alpha="60")
    grey = words("仅供参考", 50, 200, 20, inside='<ofd:FillColor Value="200 200 200"/>')
    hidden = words("隐藏", 30, 120, Visible="false")
    text = "".join(texts(read_bytes(ofd_of(tilted + pale + body + grey + hidden), "a.ofd")))
    assert text == PARAGRAPH[:30] * 8


def test_a_page_of_an_ofd_that_is_missing_is_said() -> None:
    whole = zipfile.ZipFile(io.BytesIO(ofd_of(words("第一页。"), words("第二页。"))))
    left = {
        name: whole.read(name).decode()
        for name in whole.namelist()
        if name != "Doc_0/Pages/Page_0/Content.xml"
    }
    document = read_bytes(zip_of(**left), "a.ofd")
    assert texts(document) == ["第二页。"]
    assert document.warnings == ("page 1 is missing from the file",)


def test_locations_in_an_ofd_are_absolute_or_relative_and_never_leave_it() -> None:
    absolute = f'<ofd:Document {NS}><ofd:Pages><ofd:Page BaseLoc="{{}}"/></ofd:Pages></ofd:Document>'
    for location in (
        "/Doc_0/Pages/Page_0/Content.xml",
        r"Pages\page_0\content.xml",
        "../Doc_0/Pages/Page_0/Content.xml",
    ):
        made = ofd_of(words("正文。"), **{"Doc_0/Document.xml": absolute.format(location)})
        assert texts(read_bytes(made, "a.ofd")) == ["正文。"]
    made = ofd_of(words("正文。"), **{"Doc_0/Document.xml": absolute.format("../../../../../etc/passwd")})
    with pytest.raises(DamagedFile, match="without its pages"):
        read_bytes(made, "a.ofd")


def bomb(root: str) -> str:
    """XML with an entity that stands for 10^9 times as much."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "公开" * 5}">' for i in range(10))
    head, tail = root.split("HERE")
    return f"<!DOCTYPE a [{entities}]>{head}&e9;{tail}"


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (ofd_of(), NoTextLayer, "no text"),
        (ofd_of('<ofd:ImageObject ID="1"/>'), NoTextLayer, "only images"),
        (zip_of(**{"OFD.xml": f"<ofd:OFD {NS}/>"}), NoTextLayer, "no text"),
        (zip_of(**{"OFD.xml": "<ofd:OFD"}), DamagedFile, "damaged .ofd"),
        (ofd_of(words("正文。"), **{"Doc_0/Document.xml": ""}), DamagedFile, "damaged .ofd"),
        (ofd_of(words("正文。"), **{"OFD.xml": f"<o:OFD {NS} {NS.replace(':ofd', ':o')}><o:DocBody><o:DocRoot>x</o:DocRoot></o:DocBody></o:OFD>"}), DamagedFile, "without its document"),
        (ofd_of(*["<a>" * 5000] * 2), DamagedFile, "damaged .ofd"),
        (b"PK\x03\x04 broken", DamagedFile, "damaged .ofd"),
        (b"plain words", DamagedFile, "its content is not"),
    ],
)  # fmt: skip
def test_what_an_ofd_can_lack(data: bytes, error: type[ReadError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        read_bytes(data, "a.ofd")
    assert type(caught.value) is error


def test_an_ofd_that_is_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entities, deltas without end, the same page over and over, numbers that are none."""
    expanded = ofd_of(words("正文。"), **{"Doc_0/Pages/Page_0/Content.xml": bomb(
        f'<ofd:Page {NS}><ofd:Content><ofd:Layer><ofd:TextObject Size="4"><ofd:TextCode X="30" Y="40">正文HERE</ofd:TextCode>'
        "</ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"
    )})  # fmt: skip
    with suppress(DamagedFile):  # the parser may refuse it
        assert sum(map(len, texts(read_bytes(expanded, "a.ofd")))) < 100
    endless = ofd_of(
        words("正文。", 30, 40, 4, "g 999999999 4") + words("第二", 30, 60, 4, "g nan inf 1e999 x")
    )
    assert texts(read_bytes(endless, "a.ofd"))[0] == "正文。"
    again = "".join('<ofd:Page BaseLoc="Pages/Page_0/Content.xml"/>' for _ in range(50))
    repeated = ofd_of(
        f"<!--{' ' * 1_000_000}-->" + words("正文。"),
        **{"Doc_0/Document.xml": f"<ofd:Document {NS}><ofd:Pages>{again}</ofd:Pages></ofd:Document>"},
    )
    monkeypatch.setattr(ofd, "DOCUMENT", ZipLimits(unpacked_bytes=4_000_000))
    with pytest.raises(TooLarge, match="MiB"):
        read_bytes(repeated, "a.ofd")
    monkeypatch.setattr(ofd, "_MAX_CHARS", 100)
    with pytest.raises(TooLarge, match="100 characters"):
        read_bytes(ofd_of(words("公开" * 60)), "a.ofd")
    many = f"<ofd:Document {NS}><ofd:Pages>{again * 50}</ofd:Pages></ofd:Document>"
    with pytest.raises(TooLarge, match="pages"):
        read_bytes(ofd_of("", **{"Doc_0/Document.xml": many}), "a.ofd")


# -- doc, xls, odt, ods ----------------------------------------------------------------------------------

WORD = OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le") + b"\0" * 600
needs_soffice = pytest.mark.skipif(libreoffice.soffice() is None, reason="LibreOffice is not installed")


def ole_of(stream: str) -> bytes:
    """An OLE file with a stream of this name: the name's 64 bytes in the directory, its length, and its kind."""
    name = stream.encode("utf-16-le").ljust(64, b"\0")
    return OLE + b"\0" * 600 + name + struct.pack("<HB", 2 * len(stream) + 2, 2) + b"\0" * 600


def open_document(kind: str, **entries: str) -> bytes:
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return zip_of(**{"mimetype": mimetype, "content.xml": "<a/>"}, **entries)


EXCEL, ODT, ODS = ole_of("Workbook"), open_document("text"), open_document("spreadsheet")


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (WORD, "a.doc", r"Word or WPS document \(\.doc, \.wps\) \(save as \.docx"),
        (WORD, "a.wps", r"Word or WPS document \(\.doc, \.wps\) \(save as \.docx"),
        (WORD, "misnamed.docx", r"Word or WPS document \(\.doc, \.wps\) \(save as \.docx"),
        (EXCEL, "a.xls", r"Excel or WPS workbook \(\.xls, \.et\) \(save as \.xlsx"),
        (EXCEL, "a.et", r"Excel or WPS workbook \(\.xls, \.et\) \(save as \.xlsx"),
        (ole_of("Book"), "misnamed.xlsx", r"Excel or WPS workbook \(\.xls, \.et\) \(save as \.xlsx"),
        (ODT, "a.odt", r"OpenDocument text \(\.odt\) \(save as \.docx"),
        (ODT, "misnamed.docx", r"OpenDocument text \(\.odt\) \(save as \.docx"),
        (ODS, "a.ods", r"OpenDocument sheet \(\.ods\) \(save as \.xlsx"),
    ],
)
def test_without_libreoffice_the_kind_of_file_is_said_and_what_to_do(
    data: bytes, name: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libreoffice, "soffice", lambda: None)
    with pytest.raises(LegacyFormat, match=says + ", or install LibreOffice"):
        read_bytes(data, name)


OFFICE_XML = b'<?xml version="1.0"?>\r\n<?mso-application progid="Word.Document"?>\r\n<w:wordDocument/>'


@pytest.mark.parametrize(
    ("data", "name", "error", "says"),
    [
        (ole_of("PowerPoint Document"), "a.ppt", LegacyFormat, "old binary"),
        (ole_of("__properties_version1.0") + "Book1, Workbook".encode("utf-16-le"), "a.msg", LegacyFormat, "old binary"),
        (OFFICE_XML, "a.doc", LegacyFormat, "2003"),
        (b"\xef\xbb\xbf" + OFFICE_XML, "a.xls", LegacyFormat, "2003"),
        (open_document("presentation"), "a.odp", UnknownFormat, "no document"),
        (zip_of(**{"mimetype": "application/epub+zip", "a.txt": REPORT}), "a.epub", UnknownFormat, "no document"),
        (b"plain words", "a.odt", DamagedFile, "its content is not"),
        (b"plain words", "a.ods", DamagedFile, "its content is not"),
    ],
)  # fmt: skip
def test_other_files_of_these_kinds_are_not_given_to_libreoffice(
    data: bytes, name: str, error: type[ReadError], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libreoffice, "soffice", lambda: pytest.fail("asked for"))
    with pytest.raises(error, match=says):
        read_bytes(data, name)


@pytest.mark.parametrize("name", ["a.xls", "a.et"])
def test_what_is_named_as_an_old_workbook_and_is_none_is_read_as_what_it_is(name: str) -> None:
    assert read_bytes(as_xlsx(REPORT), name).format is FileFormat.XLSX
    assert read_bytes(as_html(REPORT), name).format is FileFormat.HTML
    assert read_bytes(REPORT.encode(), name).format is FileFormat.TEXT


def made_of(target: str) -> bytes:
    """The report as LibreOffice would make it."""
    return (as_docx if target == "docx" else as_xlsx)(REPORT)


def fake_soffice(directory: Path, script: str) -> str:
    """A program in LibreOffice's place; $out is where the converted file is expected, $to its suffix."""
    program = directory / "soffice"
    program.write_text(
        "#!/bin/sh\nfor last; do\n"
        '[ "$before" = --convert-to ] && to=$last\nbefore=$last\ndone\n'
        f'out="${{last%.*}}.$to"\n{script}\n',
        encoding="utf-8",
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for LibreOffice")
@pytest.mark.parametrize(
    ("data", "format", "target"),
    [
        (WORD, FileFormat.DOC, "docx"),
        (EXCEL, FileFormat.XLS, "xlsx"),
        (ODT, FileFormat.ODT, "docx"),
        (ODS, FileFormat.ODS, "xlsx"),
    ],
)
@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        ("exit 0", DamagedFile, "cannot open this .{format} .*save as .{target}"),
        ("exit 77", DamagedFile, "cannot open"),
        ("kill -9 $$", DamagedFile, "cannot open"),
        ('echo nothing > "$out"', DamagedFile, "damaged .{target}"),
        ('(sleep 2; touch "$out.late") & sleep 60', TooLarge, "took longer .*save as .{target}"),
    ],
)
def test_a_libreoffice_that_fails(
    script: str, error: type[ReadError], says: str, data: bytes, format: FileFormat, target: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(libreoffice.tempfile, "tempdir", str(tmp_path))
    program = fake_soffice(tmp_path, script.replace("$out.late", f"{tmp_path}/late"))
    monkeypatch.setattr(libreoffice, "soffice", lambda: program)
    reader = cast("Callable[..., Document]", reader_of(format))
    began = time.monotonic()
    with pytest.raises(error, match=says.format(format=format, target=target)):
        reader(data, "a", seconds=0.5 if error is TooLarge else 20.0)
    assert time.monotonic() - began < 20
    time.sleep(2.5 if error is TooLarge else 0)
    assert [path.name for path in tmp_path.iterdir()] == [
        "soffice"
    ]  # nothing is left behind, and nothing running


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for LibreOffice")
@pytest.mark.parametrize(
    ("data", "name", "format", "target"),
    [
        (WORD, "a.wps", FileFormat.DOC, "docx"),
        (EXCEL, "a.et", FileFormat.XLS, "xlsx"),
        (ODT, "a.odt", FileFormat.ODT, "docx"),
        (ODS, "a.ods", FileFormat.ODS, "xlsx"),
    ],
)
def test_a_libreoffice_that_works_and_one_that_does_not_start(
    data: bytes, name: str, format: FileFormat, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its profile runs no macros and updates no links, of texts and of sheets."""
    (tmp_path / "made").write_bytes(made_of(target))
    script = f'cp {tmp_path}/made "$out"; cp "${{last%/*}}/profile/user/registrymodifications.xcu" {tmp_path}'
    monkeypatch.setattr(libreoffice, "soffice", lambda: fake_soffice(tmp_path, script))
    document = read_bytes(data, name)
    assert (document.source, document.format, texts(document)) == (name, format, REPORT.split("\n"))
    profile = (tmp_path / "registrymodifications.xcu").read_text(encoding="utf-8")
    assert re.findall(r'name="(\w+)" oor:op="fuse"><value>(\w+)<', profile) == [
        ("MacroSecurityLevel", "3"), ("DisableMacrosExecution", "true"), ("BlockUntrustedRefererLinks", "true"),
        ("Link", "0"), ("Link", "1"),
    ]  # fmt: skip
    monkeypatch.setattr(libreoffice, "soffice", lambda: str(tmp_path / "none"))
    with pytest.raises(LegacyFormat, match="could not be started"):
        read_bytes(data, name)


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for LibreOffice")
@pytest.mark.parametrize(
    ("data", "target", "part"), [(ODS, "xlsx", "xl/styles.xml"), (ODT, "docx", "word/styles.xml")]
)
def test_the_limits_hold_for_what_libreoffice_makes(
    data: bytes, target: str, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made").write_bytes(parts_changed(made_of(target), **{part: b" " * 40_000_000}))
    monkeypatch.setattr(libreoffice, "soffice", lambda: fake_soffice(tmp_path, f'cp {tmp_path}/made "$out"'))
    with pytest.raises(TooLarge, match="times its size"):
        read_bytes(data, "a")


def test_old_workbooks_and_open_documents_are_inputs_in_a_directory_and_in_an_archive(tmp_path: Path) -> None:
    names = ["a.xls", "b.et", "c.odt", "d.ods"]
    path = zip_at(tmp_path / "e.zip", dict.fromkeys(["f.odp", *names], b"x"))
    for name in [*names, "f.odp", ".~lock.c.odt#"]:
        (tmp_path / name).write_bytes(b"x")
    assert expand([str(tmp_path)]) == [
        *(f"{tmp_path}/{name}" for name in names),
        *(f"{path}/{name}" for name in names),
    ]


@needs_soffice
@pytest.mark.parametrize("kind", ["xls", "ods", "odt"])
def test_old_workbooks_and_open_documents_by_libreoffice(kind: str, sample_text: str) -> None:
    suffix, made = (".docx", as_docx) if kind == "odt" else (".xlsx", as_xlsx)
    data = libreoffice.converted(made(sample_text), f"a{suffix}", suffix, f".{kind}", "a report", 120)
    document = read_bytes(data, f"a.{kind}")
    assert document.format == kind
    assert narrative(document) == narrative(read_bytes(sample_text.encode(), "a.txt"))
    assert len(tables(document)) >= 3


@needs_soffice
def test_a_doc_by_libreoffice(sample_text: str, tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "a.docx").write_bytes(as_docx(sample_text))
    subprocess.run(
        [
            str(libreoffice.soffice()), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--convert-to", "doc:MS Word 97", "--outdir", str(tmp_path), str(tmp_path / "a.docx"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    data = (tmp_path / "a.doc").read_bytes()
    assert narrative(read_bytes(data, "a.doc")) == narrative(read_bytes(sample_text.encode(), "a.txt"))
    with pytest.raises(DamagedFile, match="cannot open"):
        read_bytes(data[: len(data) // 2] + WORD, "a.doc")

    @settings(max_examples=4, deadline=None)
    @given(data=st.data())
    def read_mangled(data: st.DataObject) -> None:
        read_or_refuse(data.draw(mangled("doc")), "a.doc")

    SMALL["doc"] = data
    try:
        read_mangled()
    finally:
        del SMALL["doc"]


# -- zip -------------------------------------------------------------------------------------------------


def zip_at(path: Path, files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> str:
    with zipfile.ZipFile(path, "w", method) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return str(path)


def gbk_zip(path: Path, name: str, content: bytes) -> str:
    """A zip file as Windows makes it: the name in GBK, and no flag."""
    raw = name.encode("gb18030")
    zip_at(path, {"?" * len(raw): content})
    path.write_bytes(path.read_bytes().replace(b"?" * len(raw), raw))
    return str(path)


def test_files_in_an_archive_are_inputs_of_their_own(tmp_path: Path) -> None:
    path = zip_at(
        tmp_path / "年报.zip",
        {
            "甲/2021年报.txt": REPORT, "乙.docx": as_docx(REPORT), "图.png": b"\x89PNG", "空/": b"", ".hidden.txt": "x",
            "__MACOSX/._乙.docx": "x", "甲/~$乙.docx": "x", "page.htm": as_html(REPORT),
        },
    )  # fmt: skip
    wanted = [f"{path}/{name}" for name in ("page.htm", "乙.docx", "甲/2021年报.txt")]
    assert expand([path]) == wanted
    assert expand([str(tmp_path)]) == wanted
    assert expand([f"{tmp_path}/*.zip", wanted[1]]) == wanted
    for source in wanted:
        document = read(source)
        assert document.source == source
        assert [text for _, text in narrative(document)] == [
            "全年主动公开政府信息三条，均已办结。", "公开不够及时，人手不足。下一步将加强培训。"
        ]  # fmt: skip
    with pytest.raises(MissingFile, match="no such file in the archive"):
        read(f"{path}/丙.txt")
    with pytest.raises(UnknownFormat, match="archive of 3 report files"):
        read(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["年报.zip"]


def test_names_in_an_archive_are_gbk_where_nothing_says_otherwise(tmp_path: Path) -> None:
    path = gbk_zip(tmp_path / "a.zip", "2021年/某区年报.txt", REPORT.encode())
    assert expand([path]) == [f"{path}/2021年/某区年报.txt"]
    assert read(f"{path}/2021年/某区年报.txt").source == f"{path}/2021年/某区年报.txt"
    unflagged = tmp_path / "mac.zip"  # UTF-8, but nothing says so
    zip_at(unflagged, {"?" * len("年报.txt".encode()): REPORT})
    unflagged.write_bytes(
        unflagged.read_bytes().replace(b"?" * len("年报.txt".encode()), "年报.txt".encode())
    )
    assert expand([str(unflagged)]) == [f"{unflagged}/年报.txt"]


def test_no_name_in_an_archive_is_a_path(tmp_path: Path) -> None:
    inside = tmp_path / "deep" / "er"
    inside.mkdir(parents=True)
    names = ["../../out.txt", "/tmp/absolute.txt", "..\\up.txt", "C:\\a.txt", "a\x1b[31m.txt", "con/../b.txt"]
    path = zip_at(inside / "a.zip", dict.fromkeys(names, REPORT))
    sources = expand([path])
    assert len(sources) == len(names)
    assert all(source.startswith(f"{path}/") and "\x1b" not in source for source in sources)
    for source in sources:
        assert read(source).blocks
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [Path(path)]


def test_an_archive_in_an_archive_is_said_and_not_opened(tmp_path: Path) -> None:
    inner = zip_at(tmp_path / "inner", {"b.txt": REPORT})
    path = zip_at(tmp_path / "a.zip", {"inner.zip": Path(inner).read_bytes(), "c.txt": REPORT})
    assert expand([path]) == [f"{path}/c.txt", f"{path}/inner.zip"]
    with pytest.raises(UnknownFormat, match="unpack it"):
        read(f"{path}/inner.zip")
    with pytest.raises(MissingFile):
        read(f"{path}/inner.zip/b.txt")


def flagged(path: str, flag: int = 0x1) -> str:
    """The archive with a flag set in each header: by default, that the file is encrypted."""
    data = Path(path).read_bytes()
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        for match in list(re.finditer(re.escape(sign), data)):
            place = match.start() + at
            data = data[:place] + bytes([data[place] | flag]) + data[place + 1 :]
    Path(path).write_bytes(data)
    return path


def test_what_an_archive_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However bad, an archive is one input that says what is wrong with it, or its bad file is."""

    def fault(path: str) -> type[Exception]:
        (source,) = expand([path])
        with pytest.raises(ReadError) as caught:
            read(source)
        assert (
            type(caught.value) is not DamagedFile
            or "damaged" in str(caught.value)
            or "zipped by" in str(caught.value)
        )
        return type(caught.value)

    assert fault(zip_at(tmp_path / "empty.zip", {})) is UnknownFormat
    assert fault(zip_at(tmp_path / "images.zip", {"a.png": b"x"})) is UnknownFormat
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4 broken")
    assert fault(str(tmp_path / "broken.zip")) is DamagedFile
    (tmp_path / "words.zip").write_bytes(b"not a zip file")
    assert fault(str(tmp_path / "words.zip")) is DamagedFile
    assert fault(flagged(zip_at(tmp_path / "secret.zip", {"a.txt": REPORT}))) is EncryptedFile
    assert fault(zip_at(tmp_path / "bz2.zip", {"a.txt": REPORT}, zipfile.ZIP_BZIP2)) is DamagedFile
    assert fault(zip_at(tmp_path / "bomb.zip", {"a.txt": b"0" * 30_000_000})) is TooLarge
    damaged = Path(zip_at(tmp_path / "crc.zip", {"a.txt": REPORT}, zipfile.ZIP_STORED))
    damaged.write_bytes(damaged.read_bytes().replace("均已办结".encode(), "均未办结".encode()))
    assert fault(str(damaged)) is DamagedFile
    misnamed = tmp_path / "docx.zip"
    misnamed.write_bytes(as_docx(REPORT))
    assert texts(read(*expand([str(misnamed)]))) == REPORT.split("\n")
    many = zip_at(tmp_path / "many.zip", {f"{i}.txt": "x" for i in range(30)})
    monkeypatch.setattr(archive, "LIMITS", ZipLimits(entries=20))
    assert fault(many) is TooLarge
    monkeypatch.setattr(archive, "LIMITS", ZipLimits(unpacked_bytes=20))
    assert fault(many) is TooLarge


def test_a_directory_without_end_is_not_read() -> None:
    """zipfile reads the directory whole before it can be asked how long it is."""
    file = io.BytesIO(zip_of(**{f"{i:0300}": "" for i in range(40)}))
    with pytest.raises(TooLarge), open_zip(file, "a.zip", "zip", "", ZipLimits(entries=20)):
        pass
    claimed = bytearray(file.getvalue())
    claimed[-10:-6] = struct.pack("<I", 2**31)
    with pytest.raises(TooLarge), open_zip(io.BytesIO(claimed), "a.zip", "zip", ""):
        pass


def test_a_file_of_an_archive_is_known_again_in_a_batch_run(tmp_path: Path) -> None:
    path = zip_at(tmp_path / "a.zip", {"a.txt": REPORT, "b.txt": REPORT, "c.pdf": "x"})
    sources = expand([path])
    outcome, _ = run(sources, tmp_path / "run")
    assert (outcome.tagged, outcome.kept, outcome.failed) == (3, 0, 1)
    outcome, _ = run(sources, tmp_path / "run")
    assert (outcome.tagged, outcome.kept) == (0, 3)
    zip_at(tmp_path / "a.zip", {"a.txt": REPORT, "b.txt": REPORT + "变。", "c.pdf": "x"})
    _, tagger = run(sources, tmp_path / "run")
    assert tagger.seen == [f"{path}/b.txt"]


@pytest.mark.parametrize(("ocr", "again"), [(False, 0), (True, 1)])
def test_what_ocr_can_read_is_tried_again_in_a_batch_run(ocr: bool, again: int, tmp_path: Path) -> None:
    """Not what it cannot: only the scanned file is done once more."""
    scanned = pdf_of(lambda canvas: canvas.rect(0, 0, 9, 9))
    sources = expand([zip_at(tmp_path / "a.zip", {"a.pdf": scanned, "b.txt": REPORT, "c.docx": "x"})])
    assert tag_directory(sources, Stub(), tmp_path / "run", workers=1).failed == 2
    assert tag_directory(sources, Stub(), tmp_path / "run", workers=1, ocr=ocr).tagged == again


# -- mht -------------------------------------------------------------------------------------------------


def mht_of(*parts: tuple[str, str, bytes], head: str = "From: <Saved by Blink>\r\n") -> bytes:
    """A saved page of parts: content type, transfer encoding, content."""
    made = (
        f'{head}Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n'
        '\tboundary="----Part----"\r\n\r\n'
    ).encode()
    for kind, encoding, content in parts:
        coded = {
            "base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "8bit": bytes,
        }[encoding](content)  # fmt: skip
        made += f"------Part----\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        made += coded + b"\r\n"
    return made + b"------Part------\r\n"


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "misnamed.doc", "misnamed.html"])
def test_a_saved_page_has_the_narrative_of_the_page(encoding: str, name: str, sample_text: str) -> None:
    image = ("image/png", "base64", b"\x89PNG" * 50)
    document = read_bytes(mht_of(("text/html", encoding, as_html(sample_text)), image), name)
    assert document.format is FileFormat.MHT
    assert narrative(document) == narrative(read_bytes(sample_text.encode(), "a.txt"))


def test_the_encoding_of_a_saved_page_may_stand_in_its_header_alone() -> None:
    page = "<html><body><p>一、总体情况</p><p>公开信息三条，均已办结。鎴戜滑</p></body></html>".encode(
        "big5", "ignore"
    )
    document = read_bytes(
        mht_of(('text/html; charset="big5"', "base64", page), head="MIME-Version: 1.0\r\n"), "a.mht"
    )
    assert texts(document)[0].startswith("一、")


def test_of_the_frames_of_a_saved_page_the_one_with_the_report_is_read() -> None:
    frames = ("text/html", "8bit", b"<html><frameset><frame src=a><frame src=b></frameset></html>")
    menu = ("text/html", "8bit", "<html><body><p>首页</p></body></html>".encode())
    document = read_bytes(mht_of(frames, menu, ("text/html", "base64", as_html(REPORT))), "a.mht")
    assert "公开不够及时，人手不足。下一步将加强培训。" in texts(document)
    alone = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + REPORT.encode()
    assert texts(read_bytes(alone, "a.mht")) == REPORT.split("\n")


@pytest.mark.parametrize(
    "data",
    [
        b"MIME-Version: 1.0\r\n\r\n",
        mht_of(("image/png", "base64", b"x")),
        mht_of(("text/html", "8bit", b"")),
        mht_of(("text/html", "base64", b"<script>")),
        mht_of(*[("multipart/related; boundary=x", "8bit", b"--x\r\n")] * 200),
        b"MIME-Version: 1.0\r\n" + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(5000)
        ),
    ],
)  # fmt: skip
def test_a_saved_page_without_a_page(data: bytes) -> None:
    with pytest.raises(DamagedFile, match=r"save the page as \.html"):
        read_bytes(data, "a.mht")


def test_control_characters_in_a_page_do_no_harm() -> None:
    page = (
        "<html><body><p>公开\x01三条。</p><script>x</script>\x02<p>均已\x1f办结。</p></body></html>".encode()
    )
    assert texts(read_bytes(page, "a.html")) == ["公开三条。", "均已办结。"]


# -- xlsx ------------------------------------------------------------------------------------------------


def xlsx_of(*rows: list[object], change: Callable[[openpyxl.Workbook], object] = lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    return saved(book)


def as_xlsx(text: str) -> bytes:
    """The report as a form: a paragraph in the first cell of a row, a table in rows."""
    return xlsx_of(*[line.split("\t") for line in text.split("\n") if line.strip()])


def test_a_workbook_has_the_narrative_and_the_tables_of_the_report(sample_text: str) -> None:
    document = read_bytes(as_xlsx(sample_text), "a.xlsx")
    assert document.format is FileFormat.XLSX
    assert narrative(document) == narrative(read_bytes(sample_text.encode(), "a.txt"))
    assert len(tables(document)) >= 3


def test_the_form_of_a_workbook() -> None:
    """Sentences beside their label, several in a cell, numbers as they look, single cells within a table."""

    def shape(book: openpyxl.Workbook) -> None:
        book.active.merge_cells("A1:C1")
        book.active["C7"].number_format = "0.0%"
        hidden = book.create_sheet("隐藏")
        hidden.append(["不是正文。"])
        hidden.sheet_state = "hidden"
        book.create_sheet("续").append(["第二张表。"])

    data = xlsx_of(
        ["某区2021年年报"],
        ["一、总体情况"],
        ["全年公开三条。\n均已办结。"],
        ["信息内容", "制发件数", "比例"],
        ["规章", 0, 1.5],
        ["第二十条第（五）项"],
        ["行政许可", 3.0, 0.256],
        ["错误", "=1/0", True],
        ["三、存在问题"],
        ["问题", "一是公开不及时。二是人手不足。"],
        change=shape,
    )
    document = read_bytes(data, "a.xlsx")
    assert texts(document) == [
        "某区2021年年报", "一、总体情况", "全年公开三条。", "均已办结。", "三、存在问题", "问题",
        "一是公开不及时。二是人手不足。", "第二张表。",
    ]  # fmt: skip
    assert tables(document) == [
        (("信息内容", "制发件数", "比例"), ("规章", "0", "1.5"), ("第二十条第（五）项", "", ""), ("行政许可", "3", "25.6%"),
         ("错误", "", "是"))
    ]  # fmt: skip


def resheeted(sheet: str) -> bytes:
    """A workbook with this XML for its sheet."""
    return parts_changed(xlsx_of(["正文。"]), **{"xl/worksheets/sheet1.xml": sheet})


def parts_changed(data: bytes, **parts: str | bytes) -> bytes:
    whole, file = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            made.writestr(name, parts.get(name, whole.read(name)))
    return file.getvalue()


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>HERE</sheetData></worksheet>'


def test_a_workbook_with_numbers_in_a_column_of_their_own() -> None:
    data = xlsx_of(
        ["某区2021年年报"],
        ["一", "总体情况"],
        [None, "全年公开三条。"],
        ["序号", "名称", "件数"],
        [1, "规章", 2],
        ["五", "存在的主要问题及改进情况"],
        [1, "更新慢。"],
        ["2.", "解读少。"],
    )
    document = read_bytes(data, "a.xlsx")
    assert texts(document) == [
        "某区2021年年报", "一、总体情况", "全年公开三条。", "五、存在的主要问题及改进情况", "1、更新慢。", "2.解读少。",
    ]  # fmt: skip
    assert tables(document) == [(("序号", "名称", "件数"), ("1", "规章", "2"))]


def test_a_workbook_that_is_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entities, a cell at the far corner, a sheet that claims any size, text without end, a part that is all blanks."""
    with pytest.raises(DamagedFile):
        read_bytes(
            resheeted(bomb(SHEET.replace("HERE", '<row><c t="inlineStr"><is><t>HERE</t></is></c></row>'))),
            "a.xlsx",
        )
    far = '<dimension ref="A1:XFD1048576"/><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    with pytest.raises(TooLarge, match="rows"):
        read_bytes(resheeted(SHEET.replace("HERE", far)), "a.xlsx")
    wide = '<row r="1"><c r="A1" t="inlineStr"><is><t>正文。</t></is></c><c r="XFD1"><v>2</v></c></row>'
    assert texts(read_bytes(resheeted(SHEET.replace("HERE", wide * 3000)), "a.xlsx"))[0] == "正文。"
    with pytest.raises(TooLarge, match="times its size"):
        read_bytes(resheeted(SHEET.replace("HERE", " " * 30_000_000)), "a.xlsx")
    monkeypatch.setattr(xlsx, "_MAX_XML", 1000)
    with pytest.raises(TooLarge, match="cells"):
        read_bytes(xlsx_of(["正文。"]), "a.xlsx")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (xlsx_of(), EmptyFile),
        (resheeted("<worksheet"), DamagedFile),
        (resheeted(SHEET.replace("HERE", '<row r="x"><c r="A1"><v>1</v></c></row>')), DamagedFile),
        (resheeted(SHEET.replace("HERE", '<row r="1"><c r="A1" t="s"><v>99</v></c></row>')), DamagedFile),
        (parts_changed(xlsx_of(["正文。"]), **{"xl/workbook.xml": "<a/>"}), EmptyFile),
        (zip_of(**{"[Content_Types].xml": "<a/>", "xl/a": "x"}), DamagedFile),
        (b"plain words", DamagedFile),
    ],
)
def test_what_a_workbook_can_lack(data: bytes, error: type[ReadError]) -> None:
    with pytest.raises(error) as caught:
        read_bytes(data, "a.xlsx")
    assert type(caught.value) is error


# -- pdf: columns, sideways, watermarks ------------------------------------------------------------------


def lines_at(
    canvas: Canvas, lines: list[str], x: float, y: float, size: float = 12, leading: float = 20
) -> None:
    canvas.setFont("STSong-Light", size)
    for line in lines:
        canvas.drawString(x, y, line)
        y -= leading


def broken(text: str, width: int) -> list[str]:
    text = "　　" + text
    return [text[i : i + width] for i in range(0, len(text), width)]


def printed(document: Document) -> list[str]:
    return [text.strip("　 ") for text in texts(document)]


@pytest.mark.parametrize("shift", [0.0, 7.0])
def test_two_columns_are_read_one_after_the_other(shift: float) -> None:
    """Whether their lines are level or not; headings across both part what is above from what is below."""
    first, second, third = PARAGRAPH + "甲。", PARAGRAPH + "乙。", PARAGRAPH + "丙。"

    def draw(canvas: Canvas) -> None:
        lines_at(canvas, ["某区人民政府2021年政府信息公开工作年度报告"], 150, 790, 16)
        column = [*broken(first, 18), *broken(second, 18), *broken(third, 18)]
        half = len(column) // 2
        lines_at(canvas, column[:half], 60, 750)
        lines_at(canvas, column[half:], 310, 750 - shift)
        lines_at(canvas, broken("二、下面的文字又占满一整行，" + PARAGRAPH, 38), 60, 300)

    assert printed(read_bytes(pdf_of(draw), "a.pdf")) == [
        "某区人民政府2021年政府信息公开工作年度报告", first, second, third, "二、下面的文字又占满一整行，" + PARAGRAPH
    ]  # fmt: skip


def test_a_table_without_rules_is_not_two_columns() -> None:
    rows = [
        ("规章", "0"),
        ("行政规范性文件", "12"),
        ("行政许可", "308"),
        ("行政处罚", "15"),
        ("行政强制", "0"),
        ("收费", "0"),
    ]

    def draw(canvas: Canvas) -> None:
        for i, row in enumerate(rows):
            for x, cell in zip((60, 320), row, strict=True):
                lines_at(canvas, [cell], x, 700 - 20 * i)

    assert texts(read_bytes(pdf_of(draw), "a.pdf")) == [f"{name}  {number}" for name, number in rows]


def test_rows_that_leave_no_gutter_stay_as_they_are() -> None:
    def row(top: float, *spans: tuple[float, float]) -> Row:
        return Row(tuple(Piece(str(x0), x0, x1, top, top + 10, 10.0) for x0, x1 in spans), "row")

    rows = [row(20.0 * i, (50, 500)) for i in range(9)] + [row(300.0, (50, 100), (300, 350))]
    assert [placed.row for placed in in_reading_order(rows[::-1])] == rows
    assert in_reading_order([]) == []


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("declared", [True, False])
def test_pages_that_lie_on_their_side_are_turned(angle: int, declared: bool) -> None:
    """Whether the page says so (Rotate), or only its text is drawn that way; tables turn with it."""

    def draw(canvas: Canvas) -> None:
        size = {0: (595, 842), 90: (842, 595), 180: (595, 842), 270: (842, 595)}[angle]
        canvas.setPageSize((595, 842))
        if declared:
            canvas.setPageRotation(angle)
        # what turns an upright page of that size onto the sheet: counter-clockwise
        if angle == 90:
            canvas.transform(0, 1, -1, 0, 595, 0)
        elif angle == 180:
            canvas.transform(-1, 0, 0, -1, 595, 842)
        elif angle == 270:
            canvas.transform(0, -1, 1, 0, 0, 842)
        top = size[1] - 80
        lines_at(canvas, ["一、总体情况", *broken(PARAGRAPH, 30)], 60, top)
        for i in range(3):
            canvas.line(60, top - 200 - 30 * i, 360, top - 200 - 30 * i)
            canvas.line(60 + 150 * i, top - 200, 60 + 150 * i, top - 260)
        lines_at(canvas, ["规章", "许可"], 70, top - 220, leading=30)
        lines_at(canvas, ["0", "3"], 220, top - 220, leading=30)

    document = read_bytes(pdf_of(draw), "a.pdf")
    assert printed(document) == ["一、总体情况", PARAGRAPH]
    assert tables(document) == [(("规章", "0"), ("许可", "3"))]


@pytest.mark.parametrize("kind", ["pale", "behind", "tilted", "sideways", "tiled", "cmyk"])
def test_watermarks_are_dropped(kind: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        if kind == "pale":
            canvas.setFillGray(0.8)
            lines_at(canvas, ["某区人民政府"], 80, 100, 60)
        elif kind == "cmyk":
            canvas.setFillColorCMYK(0, 0, 0, 0.25)
            lines_at(canvas, ["某区人民政府"], 80, 100, 60)
        elif kind == "behind":
            lines_at(canvas, ["内部资料"], 80, 620, 60)
        elif kind == "sideways":
            canvas.rotate(90)
            lines_at(canvas, ["内部资料"], 300, -580, 12)
        else:
            for x in range(0, 500, 80 if kind == "tiled" else 500):
                canvas.saveState()
                canvas.translate(100 + x, 500)
                canvas.rotate(30)
                lines_at(canvas, ["仅供内部参考"], 0, 0, 12 if kind == "tiled" else 50)
                canvas.restoreState()
        canvas.restoreState()
        lines_at(canvas, ["年度报告"], 200, 780, 22)
        lines_at(canvas, broken(PARAGRAPH * 4, 36), 60, 720)

    assert printed(read_bytes(pdf_of(draw), "a.pdf")) == ["年度报告", PARAGRAPH * 4]


def test_a_red_head_a_large_title_and_white_text_are_no_watermarks() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 0, 0)
        lines_at(canvas, ["某区人民政府文件"], 100, 780, 40)
        canvas.setFillColorRGB(1, 1, 1)
        lines_at(canvas, ["白色标题"], 100, 720, 30)
        canvas.setFillGray(0)
        lines_at(canvas, broken(PARAGRAPH, 30), 60, 660)

    assert printed(read_bytes(pdf_of(draw), "a.pdf")) == ["某区人民政府文件", "白色标题", PARAGRAPH]


def test_a_scan_that_leans_a_little_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rotate(0.3)
        lines_at(canvas, broken(PARAGRAPH, 30), 60, 660)

    assert "".join(printed(read_bytes(pdf_of(draw), "a.pdf"))) == PARAGRAPH


# -- ocr -------------------------------------------------------------------------------------------------

needs_ocr = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="the extra `ocr` is not installed"
)


def draw_scan(canvas: Canvas, *lines: str) -> None:
    """A picture of lines of text, 350 points wide and 80 high."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader

    image = Image.new("L", (700, 160), 255)
    for i, line in enumerate(lines):
        ImageDraw.Draw(image).text((30, 30 + 60 * i), line, fill=0, font=ImageFont.load_default(30))
    canvas.drawImage(ImageReader(image), 0, 20, 350, 80)


def scanned_pdf(*lines: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.setPageSize((350, 120))
        draw_scan(canvas, *lines)

    return pdf_of(draw)


@needs_ocr
def test_scanned_pages_are_read_by_ocr_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*arguments: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)  # the models are in the package
    data = scanned_pdf("Annual report 2021", "153 documents disclosed")
    with pytest.raises(NoTextLayer, match="OCR"):
        read_bytes(data, "a.pdf")
    document = read_bytes(data, "a.pdf", ocr=True)
    assert "annualreport2021" in "".join(texts(document)).replace(" ", "").lower()
    assert "153" in "".join(texts(document))
    assert document.warnings == (Notice.READ_BY_OCR.value,)
    with pytest.raises(EmptyFile, match="OCR"):
        read_bytes(scanned_pdf(), "a.pdf", ocr=True)
    monkeypatch.setattr(ocr, "MAX_PAGES", 0)
    with pytest.raises(TooLarge, match="OCR"):
        read_bytes(data, "a.pdf", ocr=True)


def mixed_pdf() -> bytes:
    """A typed page, and a scanned one with its page number typed."""

    def draw(canvas: Canvas) -> None:
        lines_at(canvas, broken(PARAGRAPH, 30), 60, 660)
        canvas.showPage()
        draw_scan(canvas, "153 documents disclosed")
        canvas.drawCentredString(297, 30, "- 2 -")

    return pdf_of(draw)


def test_scanned_pages_beside_typed_ones_are_told_of() -> None:
    document = read_bytes(mixed_pdf(), "a.pdf")
    assert printed(document) == [PARAGRAPH]
    assert document.warnings == (pages_unread([2]),)


def test_scanned_pages_whose_numbers_are_typed_are_scanned_pages() -> None:
    def draw(canvas: Canvas) -> None:
        draw_scan(canvas, "153 documents disclosed")
        canvas.drawCentredString(297, 30, "- 1 -")

    with pytest.raises(NoTextLayer, match="images"):
        read_bytes(pdf_of(draw), "a.pdf")


@needs_ocr
def test_scanned_pages_beside_typed_ones_are_read_by_ocr_and_only_they() -> None:
    document = read_bytes(mixed_pdf(), "a.pdf", ocr=True)
    assert printed(document)[0] == PARAGRAPH
    assert "153" in "".join(texts(document)[1:])
    assert document.warnings == (Notice.READ_BY_OCR.value,)


def test_what_ocr_finds_is_put_in_rows_and_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Found:
        """What RapidOCR returns, in dots of the picture; boxes of one line differ a little in height."""

        boxes = tuple(
            ((x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall))
            for x, y, wide, tall in (
                (120, 60, 600, 42), (60, 110, 660, 40), (60, 160, 200, 44), (60, 260, 100, 40), (400, 262, 60, 38),
                (60, 500, 20, 42),
            )
        )  # fmt: skip
        txts = (
            "全年公开一百五十三条，",
            "其中政府网站八十条，微信公众号七十三条，",
            "均已办结。",
            "行政许可",
            "308",
            "噪",
        )
        scores = (0.99, 0.98, 0.97, 0.9, 0.9, 0.1)

    monkeypatch.setattr(ocr, "engine", lambda: lambda image: Found())
    assert texts(read_bytes(scanned_pdf("x"), "a.pdf", ocr=True)) == [
        "全年公开一百五十三条，其中政府网站八十条，微信公众号七十三条，均已办结。",
        "行政许可  308",
    ]


def test_ocr_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    ocr.engine.cache_clear()
    with pytest.raises(UsageError, match=r"gongkai\[ocr\]"):
        read_bytes(scanned_pdf("x"), "a.pdf", ocr=True)
    ocr.engine.cache_clear()


# -- all of them -----------------------------------------------------------------------------------------

SMALL: dict[str, bytes] = {
    "ofd": small_ofd(),
    "mht": mht_of(("text/html", "quoted-printable", as_html(REPORT)), ("image/png", "base64", b"\x89PNG")),
    "rtf": as_rtf(REPORT),
    "xlsx": as_xlsx(REPORT + "\n规章\t0\t0"),
    "docx": as_docx(REPORT),
    "zip": zip_of(**{"a.txt": REPORT, "b.htm": "<p>公开。</p>"}),
}


def read_or_refuse(data: bytes, name: str) -> None:
    try:
        document = read_bytes(data, name)
    except GongkaiError as error:
        assert str(error).startswith(f"{name}: ")
        return
    assert all("\0" not in text and "\n" not in text for text in texts(document))


def test_every_format_has_its_reader() -> None:
    assert {FileFormat(format) for format in SUFFIXES.values()} == set(FileFormat)
    assert all(callable(reader_of(format)) for format in FileFormat)


@pytest.mark.parametrize("kind", ["ofd", "mht", "xlsx", "docx"])
def test_the_small_files_are_read(kind: str) -> None:
    assert [text for _, text in narrative(read_bytes(SMALL[kind], f"a.{kind}"))] == [
        "全年主动公开政府信息三条，均已办结。", "公开不够及时，人手不足。下一步将加强培训。"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SMALL))
def test_files_broken_off_are_read_or_refused_with_a_reason(kind: str, tmp_path: Path) -> None:
    for part in cut(SMALL[kind]):
        read_or_refuse(part, f"a.{kind}")
        (tmp_path / f"a.{kind}").write_bytes(part)
        for source in expand([str(tmp_path / f"a.{kind}")]):
            try:
                read(source)
            except ReadError as error:
                assert str(error)


@st.composite
def mangled(draw: st.DrawFn, kind: str) -> bytes:
    """A small file with some bytes overwritten, left out or put in."""
    data = bytearray(SMALL[kind])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 9))] = draw(st.binary(max_size=9))
    return bytes(data)


@pytest.mark.parametrize("kind", sorted(SMALL))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mangled_files_are_read_or_refused_with_a_reason(data: st.DataObject, kind: str) -> None:
    read_or_refuse(data.draw(mangled(kind)), f"a.{kind}")


def stored(data: bytes) -> bytes:
    """The zip file with nothing packed: what is mangled in it is XML."""
    whole, file = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["ofd", "xlsx", "docx"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mangled_parts_are_read_or_refused_with_a_reason(data: st.DataObject, kind: str) -> None:
    """The bytes of one part changed, the zip file around it whole."""
    whole = zipfile.ZipFile(io.BytesIO(SMALL[kind]))
    name = data.draw(st.sampled_from([n for n in whole.namelist() if n.endswith((".xml", ".rels"))]))
    part = bytearray(whole.read(name))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(part) - 1)))
        part[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    read_or_refuse(parts_changed(SMALL[kind], **{name: bytes(part)}), f"a.{kind}")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_mangled_archive_is_read_or_refused_with_a_reason(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "mangled.zip"
    path.write_bytes(data.draw(mangled("zip")))
    for source in expand([str(path)]):
        try:
            assert isinstance(read(source).blocks[0], Paragraph)
        except ReadError as error:
            assert str(error)

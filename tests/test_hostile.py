"""Hostile input: files made to do harm, disks and processes that fail. What SECURITY.md promises is tested here."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import test_batch
from conftest import document_of
from fuzz.seeds import seeds_of
from fuzz.targets import TARGETS, check
from test_formats import bomb, ofd_of, parts_changed, resheeted, words, zip_at
from test_reading import as_docx, texts, zip_of

import models
from nlp.batch import Manifest, Outcome, tag_directory
from nlp.batch.manifest import NAME
from nlp.batch.workers import Limits, Parsed, parse_files
from nlp.boundary import candidates
from nlp.decoding import DecodingSettings, boundaries
from nlp.errors import (
    DamagedFile,
    DatabaseError,
    EmptyFile,
    GongkaiError,
    MissingFile,
    ModelError,
    ReadError,
    SchemaError,
    TooLarge,
    UnknownFormat,
    UsageError,
    printable,
)
from nlp.graph import names_other_files
from nlp.index import Database, Indexer
from nlp.inputs import expand
from nlp.labels import SectionKind
from nlp.notice import Notice
from nlp.output import OutputFormat, open_writer
from nlp.output.writer import replaced
from nlp.reading import MAX_CHARACTERS, read, read_bytes
from nlp.reading.text import decode
from nlp.report import Report, Section
from nlp.schema import from_json, to_json
from nlp.structure import parse
from nlp.tagger import Tagger
from nlp.window import EncodedSection

posix = pytest.mark.skipif(os.name != "posix", reason="files are different elsewhere")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
REPORT = test_batch.REPORT.format(number=3)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let what is done take no more of the processor than that: what backtracks, or is quadratic, takes hours."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def docx_of(body: str, **parts: str) -> bytes:
    return zip_of(
        **{
            "[Content_Types].xml": "<a/>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        }
        | parts
    )


def pdf_of(content: bytes, *objects: bytes, filters: bytes = b"", resources: bytes = b"") -> bytes:
    """A PDF of one page, drawn by `content`; `objects` are number 6 and so on."""
    listed = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>%s>>>>"
        % resources,
        stream_of(content, filters),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *objects,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, one in enumerate(listed, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(listed) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(listed) + 1) + table + end


def stream_of(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


TEXT = b"BT /F1 12 Tf 50 700 Td (Annual report) Tj ET "


# -- bombs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (parts_changed(as_docx(REPORT), **{"word/document.xml": b" " * 40_000_000}), "a.docx"),
        (parts_changed(as_docx(REPORT), **{"word/styles.xml": b" " * 40_000_000}), "a.docx"),
        (resheeted(" " * 40_000_000), "a.xlsx"),
        (zip_of(**{"OFD.xml": " " * 40_000_000}), "a.ofd"),
        (pdf_of(zlib.compress(b" " * 300_000_000), filters=b"/Filter/FlateDecode"), "a.pdf"),
        (pdf_of(zlib.compress(zlib.compress(b" " * 300_000_000)), filters=b"/Filter[/FlateDecode/FlateDecode]"), "a.pdf"),
        (pdf_of(b"\x81a" * 3_000_000, filters=b"/Filter/RunLengthDecode"), "a.pdf"),
        (pdf_of(b"BT /F1 12 Tf 50 700 Td (" + b"a" * 300_000 + b") Tj ET"), "a.pdf"),
    ],
)  # fmt: skip
def test_what_unpacks_to_far_more_is_refused(data: bytes, name: str) -> None:
    with within(30), pytest.raises((TooLarge, DamagedFile)):
        read_bytes(data, name)


def test_a_zip_bomb_in_an_archive_costs_its_own_file(tmp_path: Path) -> None:
    path = zip_at(tmp_path / "a.zip", {"a.txt": b"0" * 60_000_000, "b.txt": REPORT})
    first, second = expand([path])
    with pytest.raises(TooLarge):
        read(first)
    assert read(second).blocks


def test_a_pdf_of_forms_that_draw_forms() -> None:
    """Ten forms, each drawn ten times by the one before: ten thousand million in all."""

    def form(number: int) -> bytes:
        draws = TEXT if number == 9 else b"/X%d Do " % (number + 1) * 10
        inner = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>/XObject<</X%d %d 0 R>>>>"
        return stream_of(draws, inner % (number + 1, number + 7))

    data = pdf_of(b"/X0 Do", *map(form, range(10)), resources=b"/XObject<</X0 6 0 R>>")
    with within(60), pytest.raises(TooLarge):
        read_bytes(data, "a.pdf")


def test_a_pdf_that_is_a_drawing_has_no_tables_and_its_text() -> None:
    grid = b"".join(b"%d 0 m %d 800 l S 0 %d m 600 %d l S " % (i, i, i, i) for i in range(0, 600, 4))
    with within(60):
        assert texts(read_bytes(pdf_of(TEXT + grid), "a.pdf")) == ["Annual report"]


def test_a_pdf_whose_packed_text_is_cut_off_is_read_as_far_as_it_goes() -> None:
    lines = b"".join(b"BT /F1 12 Tf 50 %d Td (line %d) Tj ET " % (780 - 15 * i, i) for i in range(40))
    data = pdf_of(zlib.compress(lines)[:-60], filters=b"/Filter/FlateDecode")
    assert "line 3" in " ".join(texts(read_bytes(data, "a.pdf")))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (zip_of(**{"[Content_Types].xml": "<a/>", "word/document.xml": bomb(f"<w:document {W}><w:body><w:p><w:r><w:t>HERE</w:t></w:r></w:p></w:body></w:document>")}), "a.docx"),
        (docx_of("<w:p><w:r><w:t>公开</w:t></w:r></w:p>", **{"docProps/core.xml": bomb('<a xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>HERE</dc:title></a>')}), "a.docx"),
        (ofd_of(words("正文。"), **{"OFD.xml": bomb("<OFD>HERE</OFD>")}), "a.ofd"),
        (resheeted(bomb("<worksheet>HERE</worksheet>")), "a.xlsx"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>\xe5\x85\xac&x;</p></body></html>', "a.html"),
        (docx_of("<w:p><w:r><w:t>公开</w:t></w:r></w:p>", **{"word/styles.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}), "a.docx"),
    ],
)  # fmt: skip
def test_entities_are_not_expanded_and_nothing_outside_is_read(data: bytes, name: str) -> None:
    with within(10):
        try:
            said = "".join(texts(read_bytes(data, name)))
        except ReadError:
            return
    assert len(said) < 100
    assert "root:" not in said


# -- depth, width, length --------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["div", "span", "table", "ol", "b", "font", "blockquote"])
@pytest.mark.parametrize("depth", [300, 100_000])
def test_deep_pages_are_read_or_refused(tag: str, depth: int) -> None:
    page = f"<html><body><p>全年公开，三条。</p>{f'<{tag}>' * depth}内。<p>之后，也有。</p></body></html>"
    with within(20):
        try:
            document = read_bytes(page.encode(), "a.html")
        except (DamagedFile, EmptyFile) as error:
            assert depth > 300
            assert "deep" in str(error)
            return
    assert "之后，也有。" in "".join(texts(document)) or document.warnings


def test_a_page_nested_deeper_than_a_parser_likes_loses_nothing() -> None:
    page = "<p>前。</p>" + "<span>公" * 400 + "<p>后。</p>"
    assert texts(read_bytes(page.encode(), "a.html"))[-1] == "后。"


@pytest.mark.parametrize("tag", ["w:sdt", "w:tbl><w:tr><w:tc", "w:p><w:r", "w:ins"])
def test_deep_word_documents_are_read_or_refused(tag: str) -> None:
    opened = f"<{tag}>" * 20_000
    with within(20):
        check(lambda: read_bytes(docx_of(f"<w:p><w:r><w:t>公开。</w:t></w:r></w:p>{opened}"), "a.docx"))
    closing = "".join(f"</{part}>" for part in reversed(tag.split("><")))
    whole = f"<w:p><w:r><w:t>公开。</w:t></w:r></w:p>{f'<{tag}>' * 60}{closing * 60}"
    assert texts(read_bytes(docx_of(whole), "a.docx")) == ["公开。"]


@pytest.mark.parametrize(
    "text",
    [
        "公开信息三条，" * 30_000, "公" + "." * 200_000 + "x", "公" + " " * 200_000 + "x", "公" + "\u2002" * 200_000 + "x",
        "- " * 100_000 + "x", "1条 " * 60_000 + "x", "公\t" * 100_000, "公|" * 100_000, "一是公" * 60_000, "“公”，" * 50_000,
        "（" * 100_000 + "）" * 100_000, "一、总体情况\n公开。\n" * 5_500, "一、总体情况\n" * 4_900, "公开信息。\n" * 30_000,
        "行政许可 " + "- " * 90 + "x", "第" + " " * 150 + "1" + " " * 150, "\n".join("一" + chr(0x4E00 + i) * 11 for i in range(5_000)),
        "2021" + "年" * 200_000 + "信息公开", "# 年报" + " " * 200_000 + "x", "|---|---|\n" + "*公 " * 60_000 + "[" * 60_000,
        "|---|" + "-" * 200_000 + "x", "|---|" + "---" * 30 + "x", "[]" * 100_000 + "\n|---|---|\n", "附件" + " " * 200_000 + "：",
        (">" + " " * 18) * 8 + "。", "一 、 " * 60_000, "疑问与" * 60_000,
    ],
)  # fmt: skip
def test_no_line_takes_long(text: str) -> None:
    """Neither to be read, nor to be looked through for headings, tables, page furniture and boundaries."""
    for name in ("a.txt", "a.md"):
        with within(20):
            for section in parse(read_bytes(text.encode(), name)).sections:
                candidates(section.text)
    with within(20):
        parse(document_of(text))


@pytest.mark.parametrize(
    "page",
    [
        "<title>" + "\u2002" * 200_000 + "公开报告</title><p>公开。",
        "<div class='nav'>" * 250 + "公开。" * 50_000,
        "<ol><li>" * 120 + "公开。" * 50_000,
        "<table><tr><td>" * 80 + "公开。" * 50_000,
        "<p class='" + "_bdshare" * 30_000 + "x'>公开。",
        "<p " + " ".join(f"a{i}=1" for i in range(20_000)) + ">公开。",
        "<span>公，</span>" * 60_000,
        "公，<br>" * 30_000,
        "<h1>年报</h1>" * 20_000,
    ],
)
def test_no_page_takes_long(page: str) -> None:
    with within(30):
        check(lambda: read_bytes(page.encode(), "a.html"))


def test_a_title_of_blanks_takes_no_time() -> None:
    document = document_of("一、总体情况\n公开。")
    with within(2):
        assert parse(replace(document, title=f"年度报告{' ' * 190}x")).title == "年度报告 x"


@pytest.mark.parametrize(
    "text",
    [
        "{\\field{\\*\\fldinst{" * 60_000,
        "{\\fonttbl" + "{\\f1" * 200_000,
        "{" * 300_000,
        "\\trowd\\cell\\row" * 60_000,
        "\\'d6" * 300_000,
        "{\\pict\\bin" * 60_000,
        "{\\pict\\bin9" * 60_000,
        "\\uc9999 \\u1 " * 60_000,
    ],
)
def test_no_rich_text_takes_long(text: str) -> None:
    with within(30):
        check(lambda: read_bytes(("{\\rtf1\\ansi\\ansicpg936 " + text).encode(), "a.rtf"))


@pytest.mark.parametrize("unit", ["公开信息三条，", "a", "0 ", "“", "\ufffd"])
def test_a_line_of_ten_megabytes_is_refused_in_time(unit: str) -> None:
    with within(30), pytest.raises(TooLarge, match="characters"):
        read_bytes((unit * 10_000_000).encode()[:10_000_000].decode("utf-8", "ignore").encode(), "a.txt")


def test_ten_megabytes_that_are_text_in_no_encoding() -> None:
    with within(60):
        check(lambda: read_bytes(bytes(range(1, 256)) * 40_000, "a.txt"))


def test_the_longest_text_that_is_read() -> None:
    line = "公开信息三条，均已办结。\n"
    text = line * (MAX_CHARACTERS // len(line))
    with within(60):
        (section,) = parse(read_bytes(text.encode(), "a.txt")).sections
        found = candidates(section.text)
    empty = EncodedSection(*[__import__("numpy").zeros(0, dtype="int64")] * 3, tuple(found), [0] * len(found))  # type: ignore[arg-type]
    with within(30):  # a cut in each of many paragraphs
        spans = boundaries(section, empty, [0.0], DecodingSettings())  # type: ignore[arg-type]
    assert sum(end - start for start, end in spans) == len(section.text) - section.text.count("\n")


def test_long_reports_are_tagged_a_few_at_a_time() -> None:
    """What is ahead of the model is bounded by its characters, too."""
    sizes: list[int] = []

    class Counting(Tagger):
        def _tag_together(self, reports: Iterable[Report]) -> Iterator[Report]:
            sizes.append(len(list(reports)))
            return iter(reports)

    section = Section(SectionKind.OVERVIEW, "公" * 300_000)
    report = Report("a", None, None, None, None, None, (section,))
    assert len(list(Counting("x", None, None).tag_many([report] * 7))) == 7  # type: ignore[arg-type]
    assert max(sizes) == 2


# -- characters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read_as"),
    [
        ("公\0开\0信息。", "公开信息。"),
        ("公\u202e开\u2066信\u2069息。\u200b", "公开信息。"),
        ("公\x1b[31m开。", "公[31m开。"),
        ("公\ufeff\ufffe开\x07。", "公开。"),
    ],
)
def test_what_is_not_seen_is_not_kept(raw: str, read_as: str) -> None:
    usual = "全年主动公开政府信息三条，均已办结。" * 3
    assert texts(read_bytes(f"{raw}\n{usual}".encode(), "a.txt")) == [read_as, usual]
    page = f"<html><body><p>{raw}</p></body></html>"
    assert texts(read_bytes(page.encode(), "a.html")) == [read_as]


def test_halves_of_characters_are_replaced() -> None:
    """As character references, as escapes of an OFD, as UTF-8 that is none, and as halves of UTF-16."""
    cases: list[tuple[bytes, str]] = [
        (b"<html><body><p>\xe5\x85\xac&#xD800;\xe5\xbc\x80\xe3\x80\x82</p></body></html>", "a.html"),
        (ofd_of(words(r"公\D800开。")), "a.ofd"),
        ("公开".encode() + b"\xed\xa0\x80" + "信息。".encode(), "a.txt"),
        ("公开信息。\r\n".encode("utf-16")[:-4] + b"\x00\xd8\x0d\x00\x0a\x00", "a.txt"),
    ]
    for data, name in cases:
        check(lambda data=data, name=name: read_bytes(data, name))  # type: ignore[misc]
        assert all(
            char < "\ud800" or char > "\udfff" for text in texts(read_bytes(data, name)) for char in text
        )


def test_lines_of_two_encodings_are_each_read_as_what_they_are() -> None:
    lines = [
        "一、总体情况",
        "全年主动公开政府信息三条，均已办结。",
        "五、存在的主要问题及改进情况",
        "更新不及时，人手不足。",
    ]
    glued = b"\n".join(line.encode("gb18030" if i % 2 else "utf-8") for i, line in enumerate(lines * 2))
    document = read_bytes(glued, "a.txt")
    assert texts(document) == lines * 2
    assert document.warnings == (Notice.MIXED.value,)
    for encoding in ("gb18030", "utf-8", "utf-16"):
        assert decode("\n".join(lines).encode(encoding)) == ("\n".join(lines), ())
    assert Notice.MIXED.value not in read_bytes("\n".join(lines).encode() + b"\xff", "a.txt").warnings


def test_numbers_in_attributes_that_are_none_cost_nothing() -> None:
    """Found by fuzzing by hand: one such number made a whole page unreadable."""
    huge = "9" * 5000
    page = f"<ol start=--5><li>甲。</ol><ol start={huge}><li>乙。</ol><table><tr><td colspan={huge}>1<td>2</table>"
    assert [text[-2:] for text in texts(read_bytes(page.encode(), "a.html"))] == ["甲。", "乙。"]
    numbered = '<w:p><w:pPr><w:outlineLvl w:val="{0}"/><w:numPr><w:ilvl w:val="{0}"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>甲。</w:t></w:r></w:p>'
    lists = f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="{{0}}"><w:start w:val="{{0}}"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    for number in (huge, "-1", "x", ""):
        made = docx_of(numbered.format(number), **{"word/numbering.xml": lists.format(number)})
        assert texts(read_bytes(made, "a.docx"))[0].endswith("甲。")


def test_an_error_is_one_line_that_does_nothing_to_a_terminal() -> None:
    """Found by fuzzing: what the XML parser says of NUL bytes holds a line break."""
    with pytest.raises(DamagedFile) as caught:
        read_bytes(ofd_of(words("正文。"), **{"OFD.xml": "<a>\0</a>"}), "甲\n\x1b[31m\u202e乙.ofd")
    assert str(caught.value).startswith(r"甲\n\x1b[31m\u202e乙.ofd: ")
    assert printable(str(caught.value)) == str(caught.value)
    assert len(str(DamagedFile("a", "x" * 10_000))) < 500
    assert str(UsageError("a\nb")) == r"a\nb"


# -- files and directories -------------------------------------------------------------------------------


@posix
def test_links_that_lead_back_are_not_followed(tmp_path: Path) -> None:
    inner = tmp_path / "甲" / "乙"
    inner.mkdir(parents=True)
    (inner / "a.txt").write_text(REPORT, encoding="utf-8")
    for name in ("one", "two", "three"):
        (inner / name).symlink_to(tmp_path)
        (tmp_path / name).symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to("self.txt")
    with within(10):
        assert expand([str(tmp_path)]) == [str(inner / "a.txt")]
        assert expand([f"{tmp_path}/**/*.txt"]) == [str(inner / "a.txt")]
        named = expand([f"{tmp_path}/*/**/a.*"])  # what a plain * names is what the user named, a link or not
        assert len(named) == 4
    with pytest.raises(MissingFile):
        read(tmp_path / "self.txt")


@linux
def test_any_name_of_a_file_goes_through_every_output(tmp_path: Path) -> None:
    names = [
        b"\xff\xfe.txt",
        "甲\n乙.txt".encode(),
        b"\x1b[31mred.txt",
        "\u202etxt.exe.txt".encode(),
        b" .txt",
        b"-n.txt",
    ]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text(REPORT, encoding="utf-8")
    sources = expand([str(tmp_path)])
    assert len(sources) == len(names)
    reports = list(test_batch.Stub().tag_many(parse(read(source)) for source in sources))
    for format in OutputFormat:
        if format is OutputFormat.PARQUET and importlib.util.find_spec("pyarrow") is None:
            continue
        with open_writer(format, tmp_path / f"out.{format}") as writer:
            for report in reports:
                writer.write(report)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [from_json(json.loads(line)).source for line in lines] == sources
    assert "\x1b" not in (tmp_path / "out.table").read_text(encoding="utf-8")
    with Database.open(tmp_path / "a.db") as database:
        # the same text from other files is the same report
        assert [added.value for _, added in Indexer(database).add(reports)] == ["new"] + ["unchanged"] * (
            len(names) - 1
        )


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read anything")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        for source in expand([str(tmp_path)]):
            with pytest.raises(MissingFile, match="permissions"):
                read(source)
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_a_directory_that_may_not_be_looked_into_is_an_input_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(top: str, onerror: Callable[[OSError], None]) -> Iterator[tuple[str, list[str], list[str]]]:
        yield top, ["closed"], ["a.txt"]
        onerror(PermissionError(errno.EACCES, "Permission denied", f"{top}/closed"))

    (tmp_path / "a.txt").write_text(REPORT, encoding="utf-8")
    monkeypatch.setattr("nlp.inputs.os.walk", walk)
    assert expand([str(tmp_path)]) == [f"{tmp_path}/a.txt", f"{tmp_path}/closed"]


@posix
def test_a_file_over_the_limit_is_refused_by_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(500 * 2**20)  # it takes no room

    def refuse(*arguments: object) -> bytes:
        raise AssertionError("it was read")

    monkeypatch.setattr("nlp.batch.workers.hashlib.sha256", refuse)
    with within(1), pytest.raises(TooLarge, match="larger than 64 MiB"):
        read(path)
    from nlp.batch.workers import parse_file

    with within(1):
        assert parse_file(str(path), 2**20).exit_status == TooLarge.exit_status
    with pytest.raises(TooLarge):
        read("/dev/zero", max_bytes=2**20)  # a device has no size


def test_a_file_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(REPORT, encoding="utf-8")

    class Slow(test_batch.Stub):
        def tag_many(self, reports: Iterable[Report]) -> Iterator[Report]:
            for report in super().tag_many(reports):
                path.write_text(REPORT.replace("3条", "4条"), encoding="utf-8")  # as long as before
                yield report

    assert tag_directory([str(path)], Slow(), tmp_path / "run", workers=1) == Outcome(1, 0, 0)
    again = test_batch.Stub()
    assert tag_directory([str(path)], again, tmp_path / "run", workers=1) == Outcome(1, 0, 0)
    assert any("4条" in line for line in test_batch.lines(tmp_path / "run"))
    assert tag_directory([str(path)], again, tmp_path / "run", workers=1) == Outcome(0, 1, 0)


# -- batch runs ------------------------------------------------------------------------------------------


def harms(source: str, max_bytes: int, ocr: bool) -> Parsed:
    """A reader that some files do harm to."""
    from nlp.batch.workers import begun

    kind = Path(source).stem
    if kind == "exits":
        os._exit(3)
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "hangs":
        time.sleep(60)
    if kind == "eats":
        bytearray(8 * 2**30)
    if kind == "raises":
        raise RuntimeError("a fault\nof two lines")
    return REAL(source, max_bytes, ocr) if kind != "unknown" else begun(source, max_bytes)


from nlp.batch import workers as workers_module  # noqa: E402

REAL = workers_module.parse_file


@linux
def test_readers_that_die_hang_or_eat_do_not_hurt_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = ["exits", "killed", "hangs", "eats", "raises"], ["a", "b", "c", "d", "e", "f"]
    order = [name for pair in zip(good, [*bad, "g"], strict=True) for name in pair]
    for name in order:
        (tmp_path / f"{name}.txt").write_text(REPORT, encoding="utf-8")
    files = [str(tmp_path / f"{name}.txt") for name in order]
    monkeypatch.setattr(workers_module, "parse_file", harms)
    limits = Limits(seconds=10.0, memory_bytes=2**30)
    assert tag_directory(files, test_batch.Stub(), tmp_path / "run", workers=2, limits=limits) == Outcome(
        12, 0, 5
    )
    assert [Path(source).stem for source in test_batch.sources(tmp_path / "run")] == [
        name for name in order if name not in bad
    ]
    with Manifest(tmp_path / "run") as manifest:
        said = {Path(entry.source).stem: str(entry.error) for entry in manifest.failures()}
    assert set(said) == set(bad)
    assert all("\n" not in error for error in said.values())
    monkeypatch.setattr(workers_module, "parse_file", REAL)
    assert [one.error for one in parse_files(files[:2], 1, Limits())] == [None, None]


def test_a_disk_that_is_full_is_said_and_the_run_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(REPORT, encoding="utf-8")
    real = os.fsync

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("nlp.batch.storage.os.fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        tag_directory([str(path)], test_batch.Stub(), tmp_path / "run", workers=1)
    assert [file.name for file in (tmp_path / "run").iterdir()] == [NAME]
    monkeypatch.setattr("nlp.batch.storage.os.fsync", real)
    assert tag_directory([str(path)], test_batch.Stub(), tmp_path / "run", workers=1) == Outcome(1, 0, 0)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=False)


@linux
def test_a_small_disk_fills_up(tiny_disk: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(60):
        (many / f"{number:03}.txt").write_text(REPORT + "公开信息。\n" * 200, encoding="utf-8")
    sources = expand([str(many)])
    with pytest.raises((UsageError, DatabaseError), match=r"space|full"):
        tag_directory(sources, test_batch.Stub(), tiny_disk / "run", workers=1, shard_size=8)
    assert all(from_json(json.loads(line)) for line in test_batch.lines(tiny_disk / "run"))
    with pytest.raises(UsageError, match="No space left"), replaced(tiny_disk / "a.txt") as stream:
        stream.write("x" * 200_000)
    assert not (tiny_disk / "a.txt").exists()


@linux
def test_standard_output_on_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "nlp", "schema"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("error: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises((DatabaseError, UsageError), match="cannot be"):
        tag_directory([], test_batch.Stub(), tmp_path / "file" / "run")


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: b"\0" * 4096,
        lambda data: data[:100] + b"\xff" * 3000 + data[3100:],
        lambda data: data[: len(data) // 2],
        lambda data: data[:4096] + b"\xff" * (len(data) - 4096),
    ],
)
def test_a_corrupt_manifest_says_what_to_do(broken: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(REPORT, encoding="utf-8")
    output = tmp_path / "run"
    tag_directory([str(path)], test_batch.Stub(), output, workers=1)
    before = (output / "part-00000.jsonl").read_bytes()
    manifest = output / NAME
    manifest.write_bytes(broken(manifest.read_bytes()))
    with pytest.raises(DatabaseError, match="delete this file") as caught:
        tag_directory([str(path)], test_batch.Stub(), output, workers=1)
    assert NAME in str(caught.value)
    manifest.unlink()
    assert tag_directory([str(path)], test_batch.Stub(), output, workers=1) == Outcome(1, 0, 0)
    assert (output / "part-00000.jsonl").read_bytes() == before


# -- what was tagged elsewhere ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"title": 5}, {"agency": ["甲"]}, {"year": "2021"}, {"year": 10**30}, {"region": {}}, {"sections": 3}, {"sections": [1]},
        {"title": "\ud800"}, {"source": None}, {"model": 1.5}, {"warnings": None},
    ],
)  # fmt: skip
def test_a_report_that_is_none_is_refused_before_it_is_indexed(change: dict[str, object]) -> None:
    (tagged,) = test_batch.Stub().tag_many([parse(document_of(REPORT))])
    with pytest.raises(SchemaError):
        from_json({**to_json(tagged), **change})


@pytest.mark.parametrize(
    "change", [{"start": -3}, {"end": 10**20}, {"text": 5}, {"start": None}, {"text": "", "end": 0}]
)
def test_a_statement_that_is_none_is_refused(change: dict[str, object]) -> None:
    (tagged,) = test_batch.Stub().tag_many([parse(document_of(REPORT))])
    data = to_json(tagged)
    data["sections"][0]["statements"][0].update(change)
    with pytest.raises(SchemaError):
        from_json(data)


def test_tagged_lines_of_any_bytes_are_said_and_the_others_added(tmp_path: Path) -> None:
    (tagged,) = test_batch.Stub().tag_many([parse(document_of(REPORT))])
    good = json.dumps(to_json(tagged), ensure_ascii=False).encode()
    deep = b"[" * 100_000
    (tmp_path / "a.jsonl").write_bytes(
        b"\n".join([b"5", deep, b"{", good, b"nul\0", b'{"schema": "\\ud800"}'])
    )
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe\n" + good)
    done = subprocess.run(
        [sys.executable, "-m", "nlp", "index", "r.db", "a.jsonl", "b.jsonl", "--no-semantic"],
        cwd=tmp_path, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "Traceback" not in said
    assert "b.jsonl: not in UTF-8" in said
    assert "1 reports: 1 new" in said


# -- models ----------------------------------------------------------------------------------------------


def test_a_graph_that_names_other_files_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto
    weight = onnx.numpy_helper.from_array(__import__("numpy").ones(3, dtype="float32"), "w")

    def graph(constant: object, name: str = "g") -> object:
        node = helper.make_node("Constant", [], ["c"], value=constant)
        output = helper.make_tensor_value_info("c", kind.FLOAT, [3])
        return helper.make_graph([node], name, [], [output], [weight])

    outside = onnx.TensorProto()
    outside.CopyFrom(weight)
    outside.ClearField("raw_data")
    outside.data_location = kind.EXTERNAL
    outside.external_data.add(key="location", value="../../../../etc/passwd")
    branch = helper.make_node(
        "If", ["x"], ["y"], then_branch=graph(outside, "a"), else_branch=graph(weight, "b")
    )
    shapes = [
        helper.make_tensor_value_info("x", kind.BOOL, [1]),
        helper.make_tensor_value_info("y", kind.FLOAT, [3]),
    ]
    within_branch = helper.make_graph([branch], "g", shapes[:1], shapes[1:])
    weights = helper.make_graph([], "g", [], shapes[1:], [outside])
    for number, (made, found) in enumerate(
        [(graph(weight), False), (graph(outside), True), (within_branch, True), (weights, True)]
    ):
        path = tmp_path / f"{number}.onnx"
        path.write_bytes(helper.make_model(made).SerializeToString())
        assert names_other_files(path) is found
    directory = tmp_path / "model"
    directory.mkdir()
    for name in (models.CONFIG, models.TOKENIZER):
        (directory / name).write_bytes((models.find(models.DEFAULT) / name).read_bytes())
    (directory / models.GRAPH).write_bytes((tmp_path / "3.onnx").read_bytes())
    with pytest.raises(ModelError, match="other files"):
        Tagger.load(directory)


@pytest.mark.parametrize(
    "data", [b"", b"no graph", b"\x80\x04\x95pickle.", b"\xff" * 100, b":\x7f", b"ORTM" * 30]
)
def test_a_graph_that_is_none_is_refused(data: bytes, tmp_path: Path) -> None:
    for name in (models.CONFIG, models.TOKENIZER):
        (tmp_path / name).write_bytes((models.find(models.DEFAULT) / name).read_bytes())
    (tmp_path / models.GRAPH).write_bytes(data)
    with pytest.raises(ModelError):
        Tagger.load(tmp_path)


def test_the_models_that_are_shipped_hold_all_of_themselves() -> None:
    for directory in (*models.available().values(), models.ENCODER):
        assert not names_other_files(directory / models.GRAPH)
        assert {file.suffix for file in directory.iterdir()} <= {".onnx", ".npz", ".json", ".md"}


WATCH = """
import builtins, pickle, sys
def refuse(*arguments, **more): raise AssertionError("something was unpickled")
pickle.load = pickle.loads = pickle.Unpickler = refuse
import _pickle
_pickle.load = _pickle.loads = _pickle.Unpickler = refuse
from nlp.reading import read
from nlp.structure import parse
from nlp.tagger import Tagger
import models
if models.DEFAULT in models.available():
    tagger = Tagger.load()
    for source in sys.argv[1:]:
        assert tagger.tag(parse(read(source))).sections
assert "torch" not in sys.modules
"""


def test_nothing_is_unpickled_on_the_way_from_a_file_to_its_statements(tmp_path: Path) -> None:
    """pdfminer's tables of characters were pickles once: the versions that pyproject.toml allows have none."""
    import pdfminer
    from test_reading import as_pdf

    assert not list(Path(pdfminer.__file__).parent.rglob("*.pickle*"))
    (tmp_path / "a.pdf").write_bytes(as_pdf(REPORT))
    (tmp_path / "a.docx").write_bytes(as_docx(REPORT))
    command = [sys.executable, "-c", WATCH, str(tmp_path / "a.pdf"), str(tmp_path / "a.docx")]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()


# -- the fuzzer's own promises ---------------------------------------------------------------------------


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_holds_on_its_seeds_and_pieces_of_them(target: str) -> None:
    for seed in seeds_of(target):
        for piece in (seed, seed[: len(seed) // 2], seed[::-1], seed[:1] + seed[len(seed) // 3 :]):
            TARGETS[target](piece)


def test_the_fuzzer_finds_what_it_is_for() -> None:
    """A fault of our own code is a finding, even where it is taken for a damaged file; one of a parser is none."""

    def ours() -> object:
        try:
            return parse(None)  # type: ignore[arg-type]
        except AttributeError as fault:
            raise DamagedFile("a", "damaged") from fault

    with pytest.raises(AssertionError, match="our own fault"):
        check(ours)  # type: ignore[arg-type]
    check(lambda: read_bytes(b"%PDF-1.7 nothing", "a.pdf"))


def test_an_archive_of_nothing_but_names(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        for number in range(25_000):
            made.writestr(f"{number}.txt", b"")
    with within(20):
        (source,) = expand([str(path)])
        with pytest.raises(GongkaiError):
            read(source)
    with pytest.raises(UnknownFormat):
        read(zip_at(tmp_path / "b.zip", {"a.png": b"x"}))

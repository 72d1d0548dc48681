"""Seeds: small files that can be read, made by the tests' own builders, for the fuzzer to start from."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests, whose builders these are

import test_formats
import test_reading
from reportlab import rl_config

REPORT = "\n".join(
    [
        "某区教育局2021年政府信息公开工作年度报告",
        "本报告由某区教育局编制。",
        "一、总体情况",
        "（一）主动公开。全年公开信息3条；一是公开“三公”经费，二是公开名单。",
        "二、主动公开政府信息情况",
        "规章\t0\t0\t0",
        "行政许可\t12",
        "三、收到和处理政府信息公开申请情况",
        "总计\t0\t0\t0",
        "五、存在的主要问题及改进情况",
        "1.更新不及时。2.人手不足，需要加强。",
        "下一步，将加强培训，",
        "六、其他需要报告的事项",
        "无。",
        "某区教育局",
        "2022年1月20日",
    ]
)


def _pdf(text: str) -> bytes:
    """A PDF whose streams stand in it as they are: bytes changed in packed ones break them."""
    packed, rl_config.pageCompression = rl_config.pageCompression, 0
    try:
        return test_reading.as_pdf(text)
    finally:
        rl_config.pageCompression = packed


def _two_columns() -> bytes:
    def draw(canvas: test_formats.Canvas) -> None:
        column = test_formats.broken(test_formats.PARAGRAPH, 18)
        test_formats.lines_at(canvas, column, 60, 750)
        test_formats.lines_at(canvas, column, 310, 750)
        canvas.setFillGray(0.8)
        test_formats.lines_at(canvas, ["某区"], 80, 100, 60)
        canvas.rect(60, 300, 100, 50)

    return test_reading.pdf_of(draw, pageCompression=0)


def _ofd(text: str) -> bytes:
    lines = [f"{'　　' if len(line) > 20 else ''}{line}" for line in text.split("\n")]
    page = "".join(
        test_formats.words(line.replace("\t", " "), 30, 30 + 8 * i) for i, line in enumerate(lines)
    )
    rule = '<ofd:PathObject ID="3" Boundary="30 200 60 20"><ofd:AbbreviatedData>M 0 0 L 60 0 L 60 20</ofd:AbbreviatedData></ofd:PathObject>'
    pale = test_formats.words("内部资料", 60, 60, 20, CTM="0.7 0.7 -0.7 0.7 0 0", Alpha="60")
    return test_formats.ofd_of(page + rule + pale)


def _mht(text: str) -> bytes:
    page = ("text/html; charset=gbk", "quoted-printable", test_reading.as_html(text))
    return test_formats.mht_of(page, ("image/png", "base64", b"\x89PNG"))


_STYLES = """<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:style w:styleId="Heading1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="a"><w:name w:val="x"/><w:pPr>
<w:outlineLvl w:val="1"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>"""


def _slim(data: bytes, *left_out: str, **parts: str) -> bytes:
    """The zip file without some of its parts, and others changed, so that it is short enough to play with."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        kept = {name: whole.read(name).decode() for name in whole.namelist() if not name.startswith(left_out)}
    return test_reading.zip_of(**kept | parts)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "docx": lambda: _slim(
        test_reading.as_docx(REPORT), "word/theme", "docProps/thumb", "customXml", "word/stylesWith", "word/fontTable",
        **{"word/styles.xml": _STYLES},
    ),
    "ofd": lambda: _ofd(REPORT),
    "xlsx": lambda: _slim(test_formats.as_xlsx(REPORT), "xl/theme"),
}  # fmt: skip


def seeds_of(target: str) -> Iterator[bytes]:
    """The seeds of a target of that name."""
    from targets import PARTS, _whole

    if target in PARTS:
        whole = _whole(target)
        for number, name in enumerate(PARTS[target]):
            yield bytes([number]) + whole.get(name, b"<a/>")
        yield bytes([len(PARTS[target])]) + DOCUMENTS[target]()
        return
    yield from {
        "text": lambda: [
            REPORT.encode(),
            REPORT.encode("gb18030"),
            REPORT.encode("utf-16"),
            ("# " + REPORT + "\n| a | b |\n|---|---|\n| 1 | 2 |\n").encode(),
        ],
        "html": lambda: [
            test_reading.as_html(REPORT),
            "<!doctype html><ol start=3><li>甲。<li>乙。</ol><table><tr><td colspan=2>a<td>b</table>".encode(),
        ],
        "mht": lambda: [
            _mht(REPORT),
            b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n" + REPORT.encode(),
        ],
        "rtf": lambda: [test_formats.as_rtf(REPORT), test_formats.as_rtf(REPORT, hexadecimal=True)],
        "pdf": lambda: [_pdf(REPORT), _two_columns()],
        "zip": lambda: [
            test_formats.SMALL["zip"],
            test_reading.zip_of(**{"甲/a.docx": "x", "b.txt": REPORT, "c.zip": "x"}),
        ],
        "structure": lambda: [
            REPORT.encode(),
            ("# " + REPORT.replace("\t", "|")).replace("\n规章", "\n|规章").encode(),
        ],
    }[target]()

"""Reading: the same report in any file gives the same text."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph as Flowable
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

from nlp.document import Document, FileFormat, Paragraph
from nlp.document import Table as DocumentTable
from nlp.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    LegacyFormat,
    MissingFile,
    NoTextLayer,
    ReadError,
    TooLarge,
    UnknownFormat,
)
from nlp.reading import read, read_bytes
from nlp.reading.characters import clean
from nlp.reading.docx import format_number
from nlp.reading.paragraphs import columns, join_blocks
from nlp.structure import parse
from training.annotation import read_split

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def narrative(document: Document) -> list[tuple[str, str]]:
    return [(str(section.kind), section.text.replace(" ", "")) for section in parse(document).sections]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


# -- the same report in every format ----------------------------------------------------------------


def as_html(text: str) -> bytes:
    """The page of an agency's site around the report, in GBK."""
    parts, in_table = [], False
    for line in filter(str.strip, text.split("\n")):
        if ("\t" in line) != in_table:
            parts.append("</table>" if in_table else "<table border=1>")
            in_table = not in_table
        if in_table:
            parts.append(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line.split("\t")) + "</tr>"
            )
        else:
            head, tail = html.escape(line[:5]), html.escape(line[5:])
            parts.append(f"<p>&nbsp;&nbsp;&#12288;<span>{head}</span><span>{tail}</span></p>")
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>年报_某区人民政府</title>'
        "<script>var 公开 = '不是正文，也不是报告。';</script></head><body><div class='nav'><a href=/>首页</a> &gt; 年报</div>"
        f"<div id=main><div>{''.join(parts)}</div></div><div class='share'>分享到：微信</div>"
        "<div class='footer'>版权所有：某区人民政府，未经许可，不得转载。</div></body></html>"
    )
    return page.encode("gb18030")


def as_docx(text: str) -> bytes:
    document, table = docx.Document(), None
    for line in filter(str.strip, text.split("\n")):
        if "\t" not in line:
            document.add_paragraph(line)
            table = None
            continue
        cells = line.split("\t")
        table = table or document.add_table(0, 16)
        for cell, value in zip(table.add_row().cells, cells, strict=False):
            cell.text = value
    return saved(document)


def as_pdf(text: str) -> bytes:
    body = ParagraphStyle(
        "b", fontName="STSong-Light", fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK"
    )
    small = ParagraphStyle("s", fontName="STSong-Light", fontSize=6, leading=8, wordWrap="CJK")
    story: list[object] = []
    rows: list[list[Flowable]] = []
    for line in [*filter(str.strip, text.split("\n")), ""]:
        if "\t" in line:
            cells = [Flowable(cell, small) for cell in line.split("\t")]
            rows.append(cells + [Flowable("", small)] * (16 - len(cells)))
            continue
        if rows:
            grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
            story.append(Table(rows, colWidths=[28] * 16, style=grid))
            rows = []
        if line:
            story.append(Flowable(line, body))

    def furniture(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.setFont("STSong-Light", 9)
        canvas.drawCentredString(300, 20, f"－ {template.page} －")
        canvas.drawString(60, 815, "某区政府信息公开")

    file = io.BytesIO()
    SimpleDocTemplate(file).build(story, onFirstPage=furniture, onLaterPages=furniture)
    return file.getvalue()


def saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("utf8.txt", lambda text: text.encode()),
        ("bom.txt", lambda text: text.encode("utf-8-sig")),
        ("gbk.txt", lambda text: text.encode("gb18030")),
        ("utf16.txt", lambda text: text.encode("utf-16")),
        ("utf16le.txt", lambda text: text.encode("utf-16-le")),
        ("utf16be.txt", lambda text: text.encode("utf-16-be")),
        ("crlf.txt", lambda text: text.replace("\n", "\r\n").encode()),
        ("page.html", as_html),
        ("report.docx", as_docx),
        ("report.pdf", as_pdf),
        ("misnamed.pdf", as_docx),
        ("misnamed", as_pdf),
    ],
)
def test_the_same_report_in_any_file_has_the_same_narrative(
    name: str, encode: Callable[[str], bytes], sample_text: str
) -> None:
    assert narrative(read_bytes(encode(sample_text), name)) == narrative(
        read_bytes(sample_text.encode(), "a.txt")
    )


# -- text ------------------------------------------------------------------------------------------------


def test_lines_cut_at_a_fixed_width_are_joined_and_headings_kept_apart() -> None:
    sentence = "全年主动公开政府信息一百五十三条，其中政府网站八十条，微信公众号七十三条，没有收到公开申请，"
    body = (sentence * 9)[:-1] + "。"
    wrapped = [body[i : i + 30] for i in range(0, len(body), 30)]
    document = read_bytes("\n".join(["一、总体情况", *wrapped, "二、存在问题", "无。"]).encode(), "a.txt")
    assert texts(document) == ["一、总体情况", body, "二、存在问题", "无。"]


WRAPPED = [
    "甲县水利局2022年政府信息公开工作年度报告",
    "一、总体情况",
    "2022年，我局按照县委、县政府的部署，围绕群众关切的饮水、防汛和河道治理等事项，持续做好政府信息公开工作，现将有关情况报告如下。",
    "（一）主动公开。通过县政府网站公开信息214条，其中部门文件12条、工作动态136条、财政信息8条、行政执法信息58条，及时回应社会关切，保障公众知情权。",
    "（二）依申请公开。严格执行受理、登记、办理、答复等流程，全年收到申请3件，均在法定期限内答复，未发生因信息公开引起的行政复议和行政诉讼。",
    "二、存在的主要问题及改进情况",
    "一是公开内容与群众需求还有差距，解读多为文字；二是个别股室主动公开意识不强，信息报送不及时，影响了公开的时效。",
    "下一步，我局将拓展公开内容，丰富图表、视频等解读形式，加强对各股室的培训和考核，确保应公开尽公开。",
    "三、其他需要报告的事项",
    "无。",
]


def cut(paragraphs: list[str], width: int, by_columns: bool, indent: str = "　　") -> list[str]:
    """Lines of at most `width` characters, or columns, with every paragraph but the title indented."""
    lines = [paragraphs[0]]
    for paragraph in paragraphs[1:]:
        lines.append("")
        for character in indent + paragraph:
            if len(lines[-1]) >= width or (by_columns and columns(lines[-1] + character) > width):
                lines.append("")
            lines[-1] += character
    return lines


@pytest.mark.parametrize("width", range(24, 41, 2))
@pytest.mark.parametrize("by_columns", [False, True])
def test_lines_are_joined_at_any_width_of_the_page(width: int, by_columns: bool) -> None:
    lines = cut(WRAPPED, 2 * width if by_columns else width, by_columns)
    assert [t.strip() for t in texts(read_bytes("\n".join(lines).encode(), "a.txt"))] == WRAPPED


@pytest.mark.parametrize("indent", ["", "　　"])
def test_lines_of_a_page_are_joined_in_word_files_and_web_pages_too(indent: str) -> None:
    lines = cut(WRAPPED, 28, by_columns=False, indent=indent)
    word, stream = docx.Document(), io.BytesIO()
    for line in lines:
        word.add_paragraph(line)
    word.save(stream)
    page = "<html><body><div><p>{}</p></div></body></html>"
    expected = in_one_line(read_bytes("\n".join(WRAPPED).encode(), "a.txt"))
    assert len(expected) == 3
    for data, name in (
        (stream.getvalue(), "a.docx"),
        (page.format("<br>".join(lines)).encode(), "a.html"),
        (page.format("</p><p>".join(lines)).encode(), "b.html"),
    ):
        document = read_bytes(data, name)
        assert in_one_line(document) == expected
        assert len(texts(document)) <= len(WRAPPED)  # a full line at a sentence's end may go on, or not


def in_one_line(document: Document) -> list[tuple[str, str]]:
    return [(kind, text.replace("\n", "")) for kind, text in narrative(document)]


@pytest.mark.parametrize("number", ["- {} -", "{}", "第{}页 共9页", f"第 {{}} 页{'　' * 20}共 9 页"])
def test_lines_are_joined_over_the_end_of_a_page(number: str) -> None:
    lines = []
    for i, line in enumerate(cut(WRAPPED, 28, by_columns=False), 1):
        lines += [line] if i % 5 else [line, "", number.format(i // 5), "甲县水利局政府信息公开年度报告", ""]
    expected = narrative(read_bytes("\n".join(WRAPPED).encode(), "a.txt"))
    assert narrative(read_bytes("\n".join(lines).encode(), "a.txt")) == expected


def test_paragraphs_that_a_word_file_has_are_left_alone() -> None:
    word, stream = docx.Document(), io.BytesIO()
    for paragraph in WRAPPED:
        word.add_paragraph(paragraph)
    word.save(stream)
    assert texts(read_bytes(stream.getvalue(), "a.docx")) == WRAPPED


def test_no_paragraphs_of_the_corpus_are_joined() -> None:
    for annotated in read_split("train"):
        blocks = tuple(
            Paragraph(text) for section in annotated.report.sections for text in section.text.split("\n")
        )
        assert join_blocks(blocks) == blocks


def test_lines_of_one_length_by_chance_are_not_joined() -> None:
    lines = [
        "关于印发2021年政府信息公开工作年度报告的通知",
        "丰宁市人民政府2021年政府信息公开工作年度报告",
        "一、总体情况........................1",
        "二、主动公开政府信息情况............3",
        "三、收到和处理政府信息公开申请情况..4",
        "四、政府信息公开行政复议、行政诉讼情况..5",
        "五、存在的主要问题及改进情况........6",
        "六、其他需要报告的事项..............7",
        "本报告按照条例的规定，由市人民政府办公室根据各县区各部门报送的数据汇总编制而成。",
    ]
    assert texts(read_bytes("\n".join(lines).encode(), "a.txt")) == lines


def test_undecodable_bytes_are_replaced_and_said() -> None:
    document = read_bytes("一、总体情况\n公开信息。".encode() + b"\xff\xff\xfe", "a.txt")
    assert document.warnings
    assert "公开信息。" in texts(document)[1]


def test_nul_bytes_are_dropped_and_said() -> None:
    document = read_bytes("公开\0信息三条。".encode(), "a.txt")
    assert texts(document) == ["公开信息三条。"]
    assert document.warnings


def test_markdown_marks_are_read_and_not_kept() -> None:
    text = "# 年度报告\n\n## 一、总体情况\n\n**全年**公开[信息](http://a)3条。\n\n| 规章 | 数 |\n| --- | --- |\n| a | 0 |\n"
    document = read_bytes(text.encode(), "a.md")
    assert [(b.text, b.heading_level) for b in document.blocks if isinstance(b, Paragraph)] == [
        ("年度报告", 1),
        ("一、总体情况", 2),
        ("全年公开信息3条。", None),
    ]
    assert [b.rows for b in document.blocks if isinstance(b, DocumentTable)] == [(("规章", "数"), ("a", "0"))]


def test_a_sites_settings_above_markdown_leave_the_title_and_rules_leave_nothing() -> None:
    text = '---\ntitle: "年度报告"\ndate: 2022-01-25\n---\n\n概述\n====\n\n公开3条。\n\n* * *\n'
    document = read_bytes(text.encode(), "a.md")
    assert [
        (b.text, b.heading_level, b.origin.line) for b in document.blocks if isinstance(b, Paragraph)
    ] == [
        ("年度报告", 1, 2),
        ("概述", None, 6),
        ("公开3条。", None, 9),
    ]
    assert texts(read_bytes("---\n公开3条。".encode(), "a.md")) == ["公开3条。"]


def test_font_accidents_are_folded_and_punctuation_is_not() -> None:
    assert clean("⼀、⺠⻚\u200b公\ufeff开，（１）\ue000\r\n") == "一、民页公开，（１）\n"


# -- html ------------------------------------------------------------------------------------------------


def test_a_layout_table_is_unwrapped_and_a_data_table_kept() -> None:
    page = (
        "<html><body><table><tr><td><p>一、总体情况</p><p>全年公开信息三条。全部按时。没有遗漏，没有逾期。</p>"
        "<table><tr><td>规章</td><td>0</td></tr><tr><td>合计</td><td colspan=2>0</td></tr></table></td></tr></table></body></html>"
    )
    document = read_bytes(page.encode(), "a.html")
    assert texts(document) == ["一、总体情况", "全年公开信息三条。全部按时。没有遗漏，没有逾期。"]
    assert [b.rows for b in document.blocks if isinstance(b, DocumentTable)] == [
        (("规章", "0"), ("合计", "0", ""))
    ]


def test_a_tiny_page_in_a_form_is_read_and_its_title_found_outside_of_the_text() -> None:
    title = "明河乡2023年政府信息公开工作年度报告"
    page = (
        f"<body><ul><li>{title}</li></ul><form><div><p>一、总体情况</p><p>公开信息26条，均为公示。</p></div></form>"
        "<div>主办：明河县人民政府　承办：办公室</div></body>"
    )
    assert texts(read_bytes(page.encode(), "a.html")) == [title, "一、总体情况", "公开信息26条，均为公示。"]


def test_a_page_that_is_all_in_a_form_is_read_and_a_form_in_a_page_is_not() -> None:
    body = "".join(
        f"<p>第{n}项工作：全年公开信息三条，全部按时公开，没有遗漏，也没有逾期。</p>" for n in range(8)
    )
    form = '<form method="get"><input name="q"><label>站内搜索，请输入：</label></form>'
    page = f'<body><form runat="server"><div class="main">{body}</div>{form}</form></body>'
    found = texts(read_bytes(page.encode(), "a.html"))
    assert len(found) == 8
    assert not any("搜索" in text for text in found)


TITLES = [
    "2021年灵溪湖县市场监督管理局政府信息公开工作年度报告",
    "灵溪湖县水务局二〇二一年度政府信息公开工作年度报告",
    "灵溪湖县水务局２０２１年政府信息公开年报",
    "灵溪湖县水务局政府信息公开工作年度报告（2021年）",
    "关于灵溪湖县水务局2021年政府信息公开工作年度报告的公告",
]
REPORT = "".join(
    f"<p>　　{line}</p>"
    for line in ("编制2021年政府信息公开工作年度报告。", "一、总体情况", "公开信息十条，均为公示。", "二、存在问题", "更新慢。")
)  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize(
    "markup",
    [
        "<div class='tit'>{0}<br>{1}</div>",
        "<div><span>{0}</span>\n<span>{1}</span></div>",
        "<p align=center><font size=5 color=red><b>{0}{1}</b></font></p>",
        "<table><tr><td class='title'>{0}{1}</td></tr></table>",
        "<header class='article-header'><h1>{0}<br>{1}</h1><p>日期：2022-01-09</p></header>",
        "<div class='column'><h2>政府信息公开年报</h2></div><div>{0}{1}</div>",
    ],
)
def test_a_title_before_the_text_is_found_whatever_it_is_marked_with(markup: str, title: str) -> None:
    crumbs = "<div>当前位置：首页 &gt; 年报</div><ul><li><a href=/1><span>远山县教育局2020年政府信息公开年报</span></a></li></ul>"
    page = f"<title>政府信息公开年报</title><body>{crumbs}{markup.format(title[:8], title[8:])}<div>{REPORT}</div>"
    report = parse(read_bytes(page.encode(), "a.html"))
    assert report.title == title.replace("２０２１", "2021")
    assert report.agency in ("灵溪湖县市场监督管理局", "灵溪湖县水务局")
    assert report.year == 2021
    assert "".join(section.text for section in report.sections).endswith("公开信息十条，均为公示。更新慢。")


def test_a_title_behind_the_text_is_not_the_page_s() -> None:
    page = f"<body><div>{REPORT}</div><div>下一条</div><div>远山县教育局2020年政府信息公开工作年度报告</div>"
    assert texts(read_bytes(page.encode(), "a.html"))[0] == "编制2021年政府信息公开工作年度报告。"


@pytest.mark.parametrize(
    ("whole", "title"),
    [
        ("灵溪湖县水务局 年度报告 {}", TITLES[0]),
        ("灵溪湖县人民政府 县水务局 {}", TITLES[4]),
        ("灵溪湖县人民政府_政府信息公开年报_{}", TITLES[1]),
        ("{}-灵溪湖县人民政府门户网站", TITLES[3]),
        ("{}", "灵溪湖县水务局 2021年政府信息公开工作年度报告"),
        ("{}", "灵溪湖县 水务管理局2021年政府信息公开工作年度报告"),
        ("{}", "灵溪湖县人民政府 本级2021年政府信息公开工作年度报告"),
        ("{}", "2020-2021学年灵溪湖大学信息公开年度报告"),
    ],
)
def test_names_of_the_site_and_of_a_column_are_not_the_title(whole: str, title: str) -> None:
    page = f"<title>{whole.format(title)}</title><body>{REPORT}"
    assert read_bytes(page.encode(), "a.html").title == title


@pytest.mark.parametrize(
    "tag", ["pre", "div style='white-space: pre-wrap'", "section style='white-space:pre-line'"]
)
def test_line_breaks_count_where_the_page_keeps_them(tag: str) -> None:
    lines = ["　　一、总体情况", "　　公开信息十条，", "均为公示。", "　　二、存在问题", "　　更新慢。"]
    body = "\r\n".join(lines)
    page = f"<body><{tag}>\r\n{body}\r\n</{tag.split()[0]}>"
    expected = ["一、总体情况", "公开信息十条，均为公示。", "二、存在问题", "更新慢。"]
    assert texts(read_bytes(page.encode(), "a.html")) == expected
    flowing = page.replace(tag, "pre style='white-space: normal'", 1)
    assert len(texts(read_bytes(flowing.encode(), "a.html"))) == 1


def test_a_text_that_a_script_makes_visible_is_read_and_the_widgets_below_are_not() -> None:
    page = (
        "<body><div id='js_content' style='visibility: hidden; opacity: 0'>"
        + REPORT
        + "<p>点分享 点收藏 点在看</p></div>"
        "<div style='visibility:hidden'>浮层，不是正文。</div>"
    )
    found = texts(read_bytes(page.encode(), "a.html"))
    assert found[-1] == "更新慢。"
    assert len(found) == 5
    with pytest.raises(EmptyFile):
        read_bytes(page.replace("visibility: hidden", "display: none").encode(), "a.html")


def test_an_element_named_like_furniture_is_the_page_if_there_is_nothing_else() -> None:
    page = f"<body><div class='share-page'><div class='nav'>首页 新闻</div>{REPORT}<div class='share'>分享到：微信</div></div>"
    assert [kind for kind, _ in narrative(read_bytes(page.encode(), "a.html"))] == [
        "lead",
        "overview",
        "problems",
    ]
    assert not any("首页" in text or "微信" in text for text in texts(read_bytes(page.encode(), "a.html")))
    foot = "<body><div id='app'></div><div class='footer'>版权所有，不得转载。</div>"
    with pytest.raises(EmptyFile):
        read_bytes(foot.encode(), "a.html")


def test_breaks_lists_and_hidden_text() -> None:
    page = (
        "<body><div>总体平稳。<br>公开三条，均已办结。<div style='display:none'>隐藏，不是正文。</div>"
        "<ol><li>更新慢，需改进。</li><li>人手少，需加强。</li></ol></div></body>"
    )
    assert texts(read_bytes(page.encode(), "a.html")) == [
        "总体平稳。",
        "公开三条，均已办结。",
        "1.更新慢，需改进。",
        "2.人手少，需加强。",
    ]


# -- docx ------------------------------------------------------------------------------------------------


def element(tag: str, **attributes: str) -> OxmlElement:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def test_tracked_changes_are_accepted() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("公开")
    for tag, text, inner in (("w:del", "旧的", "w:delText"), ("w:ins", "信息三条", "w:t")):
        change, run, part = element(tag), element("w:r"), element(inner)
        part.text = text
        run.append(part)
        change.append(run)
        paragraph._p.append(change)
    assert texts(read_bytes(saved(document), "a.docx")) == ["公开信息三条"]


def test_automatic_numbers_are_written_out() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    abstract = element("w:abstractNum", abstractNumId="90")
    for level, (form, pattern) in enumerate([("chineseCounting", "%1、"), ("decimal", "（%2）")]):
        made = element("w:lvl", ilvl=str(level))
        made.append(element("w:start", val="1"))
        made.append(element("w:numFmt", val=form))
        made.append(element("w:lvlText", val=pattern))
        abstract.append(made)
    numbering.insert(0, abstract)
    number = element("w:num", numId="90")
    number.append(element("w:abstractNumId", val="90"))
    numbering.append(number)
    for text, level in [("总体情况", 0), ("主动公开", 1), ("依申请公开", 1), ("存在问题", 0), ("更新慢", 1)]:
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        numbered = element("w:numPr")
        numbered.append(element("w:ilvl", val=str(level)))
        numbered.append(element("w:numId", val="90"))
        properties.append(numbered)
    expected = ["一、总体情况", "（1）主动公开", "（2）依申请公开", "二、存在问题", "（1）更新慢"]
    assert texts(read_bytes(saved(document), "a.docx")) == expected


def test_automatic_numbers_start_anew_where_word_was_told_so() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    abstract = element("w:abstractNum", abstractNumId="91")
    made = element("w:lvl", ilvl="0")
    for tag, value in (("w:start", "1"), ("w:numFmt", "decimal"), ("w:lvlText", "%1.")):
        made.append(element(tag, val=value))
    abstract.append(made)
    numbering.insert(0, abstract)
    for identity in ("91", "92"):
        number = element("w:num", numId=identity)
        number.append(element("w:abstractNumId", val="91"))
        if identity == "92":
            override = element("w:lvlOverride", ilvl="0")
            override.append(element("w:startOverride", val="1"))
            number.append(override)
        numbering.append(number)
    for text, identity in [("更新慢", "91"), ("人手少", "91"), ("加快更新", "92"), ("增加人手", "92")]:
        numbered = element("w:numPr")
        numbered.append(element("w:ilvl", val="0"))
        numbered.append(element("w:numId", val=identity))
        document.add_paragraph(text)._p.get_or_add_pPr().append(numbered)
    found = texts(read_bytes(saved(document), "a.docx"))
    assert found == ["1.更新慢", "2.人手少", "1.加快更新", "2.增加人手"]


def test_text_boxes_are_read_once_and_hidden_runs_are_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("正文。")
    paragraph.add_run("隐藏。").font.hidden = True
    box, inner, run, text = (element(tag) for tag in ("w:txbxContent", "w:p", "w:r", "w:t"))
    text.text = "框内文字。"
    run.append(text)
    inner.append(run)
    box.append(inner)
    holder = element("w:r")
    holder.append(box)
    paragraph._p.append(holder)
    document.add_paragraph("下一段。", style="Heading 1")
    read_back = read_bytes(saved(document), "a.docx")
    assert texts(read_back) == ["正文。", "框内文字。", "下一段。"]
    assert read_back.blocks[-1].heading_level == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "form", "written"),
    [(12, "chineseCounting", "十二"), (20, "chineseCounting", "二十"), (3, "decimalEnclosedCircle", "③"),
     (2, "upperLetter", "B"), (4, "lowerRoman", "iv"), (7, "decimal", "7"), (7, "unknown", "7")],
)  # fmt: skip
def test_number_formats(value: int, form: str, written: str) -> None:
    assert format_number(value, form) == written


# -- errors ----------------------------------------------------------------------------------------------


def pdf_of(draw: Callable[[Canvas], None], **options: object) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, **options)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def draw_image(canvas: Canvas) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (40, 40), 90)), 0, 0, 500, 700)


def encrypted_pdf() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption

    return pdf_of(
        lambda c: c.drawString(50, 500, "secret"), encrypt=StandardEncryption("password", strength=128)
    )


def zip_of(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "error", "says"),
    [
        (b"", "a.txt", EmptyFile, "empty"),
        (b" \n\r\n\t", "a.txt", EmptyFile, "empty"),
        (b"<html><body></body></html>", "a.html", EmptyFile, "no text"),
        (OLE + b"\0" * 600, "a.doc", LegacyFormat, "save as .docx"),
        (OLE + b"\0" * 600, "a.docx", LegacyFormat, "save as .docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", EncryptedFile, "password"),
        (b"{\\rtf1 {\\*\\info a}}", "a.rtf", EmptyFile, "no text"),
        (b"plain words", "a.docx", DamagedFile, "its content is not"),
        (b"plain words", "a.pdf", DamagedFile, "its content is not"),
        (b"PK\x03\x04 broken", "a.docx", DamagedFile, "damaged"),
        (zip_of(**{"a.txt": "x"}), "a.zip", UnknownFormat, "unpack"),
        (
            zip_of(**{"[Content_Types].xml": "<a/>", "word/document.xml": "<a"}),
            "a.docx",
            DamagedFile,
            "damaged",
        ),
        (b"%PDF-1.7\nbroken", "a.pdf", DamagedFile, "damaged"),
        (pdf_of(draw_image), "a.pdf", NoTextLayer, "no text layer: run OCR first"),
        (encrypted_pdf(), "a.pdf", EncryptedFile, "password"),
        (b"\x89PNG\r\n\x1a\n....", "a.png", UnknownFormat, "OCR"),
        (bytes(range(32)) * 40, "a.bin", UnknownFormat, "binary"),
        (b"MIME-Version: 1.0\n", "a.mht", DamagedFile, ".html"),
    ],
)
def test_what_cannot_be_read_says_so_and_what_to_do(
    data: bytes, name: str, error: type[ReadError], says: str
) -> None:
    with pytest.raises(error) as caught:
        read_bytes(data, name)
    assert type(caught.value) is error
    assert str(caught.value).startswith(f"{name}: ")
    assert says in str(caught.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="no such file"):
        read(tmp_path / "none.txt")
    with pytest.raises(MissingFile, match="directory"):
        read(tmp_path)


def test_the_size_limit(tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_bytes("公".encode() * 1000)
    with pytest.raises(TooLarge, match="larger"):
        read(tmp_path / "large.txt", max_bytes=100)


def test_every_error_has_its_own_exit_status() -> None:
    errors = (
        MissingFile,
        EmptyFile,
        TooLarge,
        UnknownFormat,
        LegacyFormat,
        DamagedFile,
        EncryptedFile,
        NoTextLayer,
    )
    assert len({error.exit_status for error in errors}) == len(errors)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.html", "a.md", "a.docx", "a.pdf", "a"]))
def test_random_bytes_are_read_or_refused_with_a_reason(data: bytes, name: str) -> None:
    try:
        document = read_bytes(data, name)
    except ReadError:
        return
    assert all("\0" not in text and "\n" not in text for text in texts(document))


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(["docx", "html", "pdf"]))
def test_damaged_files_are_read_or_refused_with_a_reason(data: st.DataObject, kind: str) -> None:
    text = "一、总体情况\n公开三条，均已办结。\n规章\t0\t0"
    whole = bytearray({"docx": as_docx, "html": as_html, "pdf": as_pdf}[kind](text))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(1, 9))] = data.draw(st.binary(max_size=9))
    try:
        read_bytes(bytes(whole), f"a.{kind}")
    except ReadError as error:
        assert str(error)


def test_an_xml_entity_is_not_expanded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "公开公开">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    bomb += "<w:body><w:p><w:r><w:t>正文&b;</w:t></w:r></w:p></w:body></w:document>"
    document = read_bytes(zip_of(**{"[Content_Types].xml": "<a/>", "word/document.xml": bomb}), "a.docx")
    assert texts(document) == ["正文"]
    assert document.format is FileFormat.DOCX


@pytest.mark.parametrize("charset", ["gbk\0\0", "no-such", "hex", "punycode", "", "utf-8\n"])
def test_a_charset_that_there_is_not_is_passed_over(charset: str) -> None:
    page = "<html><head><title>年报</title></head><body><p>本机关主动公开政府信息十条。</p></body></html>"
    head = f"MIME-Version: 1.0\r\nContent-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    document = read_bytes(head.encode() + page.encode("gbk"), "a.mht")
    assert "本机关主动公开政府信息十条。" in [paragraph.text for paragraph in document.paragraphs()]

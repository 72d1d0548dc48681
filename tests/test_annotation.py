"""The line format of the corpus: read, checked, written back."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.errors import AnnotationError
from nlp.labels import Category, Level, SectionKind, Theme
from training.annotation import SPLITS, parse, read_split, to_lines

REPORT = """\
### x-1 | 临江市人民政府 | 2021 | city | a style
## lead
O|根据条例编制。
## legacy:三、依申请公开办理情况
D|收到申请3件，
G|由专人办理。

D|均已答复。
## problems
P staffing,content|一是人手不足；
I staffing|拟增配2人。
""".splitlines()


def test_a_report_is_read_with_offsets_into_its_sections() -> None:
    (annotated,) = parse(REPORT)
    report = annotated.report
    assert (annotated.id, report.agency, report.year, report.level) == (
        "x-1",
        "临江市人民政府",
        2021,
        Level.CITY,
    )
    lead, legacy, problems = report.sections
    assert lead.kind is SectionKind.LEAD
    assert (legacy.kind, legacy.number, legacy.heading) == (SectionKind.REQUESTS, "三", "依申请公开办理情况")
    assert legacy.text == "收到申请3件，由专人办理。\n均已答复。"
    assert [(s.start, s.end) for s in legacy.statements] == [(0, 7), (7, 13), (14, 19)]
    first = problems.statements[0]
    assert (first.category, set(first.themes), first.enumerator) == (
        Category.PROBLEM,
        {Theme.STAFFING, Theme.CONTENT},
        "一是",
    )
    assert annotated.lines == (3, 5, 6, 8, 10, 11)
    assert annotated.old_form


@pytest.mark.parametrize("split", SPLITS)
def test_the_whole_corpus_reads_and_writes_back(split: str) -> None:
    for annotated in read_split(split):
        again = next(parse(to_lines(annotated), annotated.report.source.split("#")[0]))
        assert again == annotated
        for section in annotated.report.sections:
            assert all(section.text[s.start : s.end] == s.text for s in section.statements)


def test_no_report_stands_in_two_splits() -> None:
    identities = [annotated.id for split in SPLITS for annotated in read_split(split)]
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("X|无此类别", "not a statement line"),
        ("P|无主题", "themes missing"),
        ("G staffing|多主题", "themes not allowed"),
        ("P weather|天气", "weather"),
        ("## elsewhere", "elsewhere"),
        ("### too | few", "5 fields"),
    ],
)
def test_a_fault_names_its_file_and_line(line: str, fault: str) -> None:
    with pytest.raises(AnnotationError, match=rf"corpus\.txt:12: .*{fault}"):
        list(parse([*REPORT, line], "corpus.txt"))


def test_a_file_without_a_report_or_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"a\.txt: no report there"):
        read_split(file)
    file.write_text("\n".join(REPORT), encoding="gb18030")
    with pytest.raises(AnnotationError, match=r"a\.txt: not in UTF-8"):
        read_split(file)
    file.write_text("\n".join(REPORT), encoding="utf-8-sig")
    assert len(read_split(file)) == 1


def test_a_directory_without_annotated_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no annotated text"):
        read_split(tmp_path)

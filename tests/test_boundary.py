"""Boundary candidates: where a statement may end, and what is certain (guideline, section 1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.boundary import Evidence, candidates
from nlp.enumerator import enumerator_at
from training.annotation import read_split


def cut(text: str, *evidence: Evidence) -> list[str]:
    """The pieces of `text` if a statement ended at every candidate of that evidence."""
    pieces, start = [], 0
    for candidate in candidates(text):
        if candidate.evidence in evidence:
            pieces.append(text[start : candidate.end])
            start = candidate.end
    return [*pieces, text[start:]] if text[start:] else pieces


CERTAIN = (Evidence.LINE, Evidence.STOP)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("公开信息3条。办理申请2件；均已答复", ["公开信息3条。", "办理申请2件；", "均已答复"]),
        ("他问：“公开了吗？何时公开？”随后答复。无", ["他问：“公开了吗？何时公开？”随后答复。", "无"]),
        ("发布年报（含附表；共3张）。无", ["发布年报（含附表；共3张）。", "无"]),
        ("答复“无。”均已公开。完", ["答复“无。”均已公开。", "完"]),
        ("左引号“没有关。下一句。", ["左引号“没有关。", "下一句。"]),
    ],
    ids=["stops", "inside quotation marks", "inside brackets", "closing quotation mark", "unbalanced mark"],
)
def test_full_stops_outside_quotation_marks_and_brackets_are_certain(text: str, pieces: list[str]) -> None:
    assert cut(text, *CERTAIN) == pieces


def test_every_line_break_is_certain_and_belongs_to_no_statement() -> None:
    found = candidates("总体平稳\n\n公开3条")
    assert [c.end for c in found if c.certain] == [4, 10]


@pytest.mark.parametrize(
    "text",
    [
        "主要问题有：|一是意识不强",
        "下一步，|一要加强培训",
        "做法如下，|（一）抓公开",
        "存在不足 |1.更新慢",
        "做到两点：|第一，快",
    ],
)
def test_enumerators_are_candidates_even_after_a_comma_a_colon_or_nothing(text: str) -> None:
    assert cut(text.replace("|", ""), Evidence.ENUMERATOR) == text.split("|")


@pytest.mark.parametrize("text", ["增长3.5倍，共1,240条", "见www.gov.cn网站", "第一时间公开"])
def test_numbers_and_addresses_are_no_points(text: str) -> None:
    assert not [c for c in candidates(text) if c.evidence in (Evidence.ENUMERATOR, Evidence.WEAK_STOP)]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("（一）公开", "（一）"),
        (" 一是公开", "一是"),
        ("3．公开", "3．"),
        ("①公开", "①"),
        ("第二，公开", "第二"),
        ("首先，公开", "首先"),
    ],
)
def test_the_enumerator_that_opens_a_statement(text: str, mark: str) -> None:
    assert enumerator_at(text) == mark


@pytest.mark.parametrize("text", ["一方面公开", "3.5万条", "2021年公开", "一是一", "公开3条"])
def test_what_opens_a_statement_without_being_an_enumerator(text: str) -> None:
    assert enumerator_at(text) is None


@given(st.text(alphabet="公开信息。；，：、一是（）“”\n 123.,;", max_size=80))
def test_candidates_are_increasing_positions_of_the_text(text: str) -> None:
    ends = [c.end for c in candidates(text)]
    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)
    assert [c.end for c in candidates(text) if c.evidence is Evidence.LINE][-1:] == [
        len(text.rstrip("\n"))
    ] * bool(text.strip("\n"))


def test_on_the_training_corpus_certain_candidates_are_boundaries_and_few_boundaries_are_missed() -> None:
    gold = certain = missed = 0
    for annotated in read_split("train"):
        for section in annotated.report.sections:
            ends = {statement.end for statement in section.statements}
            found = candidates(section.text)
            assert {c.end for c in found if c.certain} <= ends
            gold += len(ends)
            missed += len(ends - {c.end for c in found})
            certain += sum(c.certain for c in found)
    assert missed / gold < 0.005
    assert certain / gold > 0.9

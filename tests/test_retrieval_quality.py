"""How good search and findings are on the demo corpus: gold that is what it says, and floors that may not be broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from math import log2

import pytest

from eval import demo
from eval.findings import quality as findings
from eval.findings.quality import Annotated, FindingsEvaluation, Predicted, Text
from eval.retrieval import quality as retrieval
from eval.retrieval.quality import BASELINE, BEST, Found, Judgment, Question, RetrievalEvaluation, bigrams
from nlp.cli.eval import eval as eval_command
from nlp.findings import Kind
from nlp.index import Database

pytest.importorskip("rapidfuzz")
pytest.importorskip("datasketch")
pytest.importorskip("bm25s")


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with demo.indexed() as opened:
        yield opened


@pytest.fixture(scope="module")
def searched(database: Database) -> RetrievalEvaluation:
    return retrieval.evaluate(database)


@pytest.fixture(scope="module")
def found(database: Database) -> FindingsEvaluation:
    return findings.evaluate(database)


# ---- gold


def test_every_judgment_is_of_one_place_in_its_report() -> None:
    texts, questions = demo.texts(), retrieval.read_questions()
    assert [question.id for question in questions] == list(range(1, 61))
    assert len({question.query for question in questions}) == 60
    for question in questions:
        judged = [(one.report, one.text) for one in question.relevant]
        assert judged and len(set(judged)) == len(judged), question
        for one in question.relevant:
            assert one.grade in (1, 2)
            assert texts[one.report].count(one.text) == 1, one


def test_most_questions_are_in_other_words_than_what_answers_them() -> None:
    def shared(question: Question) -> float:
        """Share of the question's pairs that a relevant statement has, on average."""
        asked = set(bigrams(question.query))
        return sum(len(asked & set(bigrams(one.text))) / len(asked) for one in question.relevant) / len(
            question.relevant
        )

    assert sum(shared(question) < 0.2 for question in retrieval.read_questions()) >= 25


def test_every_annotated_finding_is_of_texts_in_their_reports() -> None:
    texts, gold = demo.texts(), findings.read_gold()
    assert {one.kind for one in gold} == set(Kind)
    assert len(set(gold)) == len(gold)
    length = {Kind.REPEATED: 2, Kind.UNKEPT: 3}
    for one in gold:
        assert len(one.evidence) == length.get(one.kind, 1), one
        assert len({findings.agency_of(text.report) for either in one.evidence for text in either}) == 1, one
        for text in (text for either in one.evidence for text in either):
            assert text.report in texts, one
            assert one.kind is Kind.SILENT or texts[text.report].count(text.text) == 1, text


def test_what_is_annotated_as_unkept_is_repeated_and_was_answered() -> None:
    gold = findings.read_gold()
    repeated = {
        (before, again) for g in gold if g.kind is Kind.REPEATED for before in g.evidence[0] for again in g.evidence[1]
    }  # fmt: skip
    unanswered = {g.evidence[0][0] for g in gold if g.kind is Kind.UNANSWERED and not g.optional}
    for one in (one for one in gold if one.kind is Kind.UNKEPT):
        assert all((before, one.evidence[2][0]) in repeated for before in one.evidence[0]), one
        assert not set(one.evidence[0]) & unanswered, one
        assert {text.report for text in one.evidence[1]} == {text.report for text in one.evidence[0]}


# ---- measures


def test_recall_and_ndcg_by_hand() -> None:
    question = Question(
        1, "人手", (Judgment("a", "人员不足", 2), Judgment("a", "经费不足", 1), Judgment("b", "流动", 1))
    )
    ranking = [Found("a", "一是经费不足。"), Found("b", "人员不足。"), Found("a", "专职人员不足；")]
    assert retrieval.recall(question, ranking) == pytest.approx(2 / 3)
    ideal = 2 + 1 / log2(3) + 1 / log2(4)
    assert retrieval.ndcg(question, ranking) == pytest.approx((1 + 2 / log2(4)) / ideal)
    assert retrieval.ndcg(question, []) == retrieval.recall(question, []) == 0
    twice = [Found("a", "人员不足。"), Found("a", "人员不足。")]
    assert retrieval.recall(question, twice) == pytest.approx(1 / 3), "what was found counts once"


def test_findings_by_hand() -> None:
    text = Text("甲局-2021", "人员不足")
    gold = (
        Annotated(Kind.UNANSWERED, ((text, Text("甲局-2021", "缺人")),)),
        Annotated(Kind.UNANSWERED, ((Text("甲局-2022", "经费"),),)),
        Annotated(Kind.UNANSWERED, ((Text("乙局-2021", "更新"),),), optional=True),
    )
    predicted = tuple(
        Predicted(Kind.UNANSWERED, (Text(report, words),))
        for report, words in (
            ("甲局-2021", "一是缺人。"),
            ("乙局-2021", "二是更新慢。"),
            ("乙局-2021", "三是渠道少。"),
        )
    )
    evaluation = FindingsEvaluation(gold, predicted, ("乙局", "甲局"))
    assert evaluation.counts()[Kind.UNANSWERED] == (2, 2, 1)
    assert [(error, texts[0].text) for _, error, texts in evaluation.errors()] == [
        ("missed", "经费"), ("wrong", "三是渠道少。")
    ]  # fmt: skip
    assert evaluation.intervals(resamples=100)["unanswered_f1"].value == pytest.approx(0.5)


# ---- floors


@pytest.mark.parametrize("held_out", [None, True])
def test_the_hybrid_is_best(searched: RetrievalEvaluation, held_out: bool | None) -> None:
    scores = searched.intervals(held_out, resamples=100)
    assert set(searched.rankings) == {"keyword", "semantic", BEST, BASELINE}
    for metric in ("ndcg", "recall"):
        for other in searched.rankings:
            assert scores[f"{BEST}_{metric}"].value >= scores[f"{other}_{metric}"].value, (metric, other)
    assert scores[f"{BEST}_ndcg"].value >= 0.62
    assert scores[f"{BEST}_recall"].value >= 0.55


def test_a_difference_is_of_the_same_questions(searched: RetrievalEvaluation) -> None:
    scores = searched.intervals(resamples=100)
    delta = scores[f"{BEST}_ndcg"].value - scores[f"{BASELINE}_ndcg"].value
    assert scores[f"{BEST}-{BASELINE}_ndcg"].value == pytest.approx(delta)
    assert [question.id for question, *_ in searched.missed()] == list(range(1, 61))


@pytest.mark.parametrize(
    ("kind", "precision", "recall"),
    [
        (Kind.REPEATED, 0.9, 0.8),
        (Kind.UNANSWERED, 0.75, 0.8),
        (Kind.UNKEPT, 0.8, 0.8),
        (Kind.BOILERPLATE, 0.9, 0.85),
        (Kind.SILENT, 0.9, 0.9),
    ],
)
def test_findings_are_right(found: FindingsEvaluation, kind: Kind, precision: float, recall: float) -> None:
    annotated, predicted, right = found.counts()[kind]
    assert right / predicted >= precision
    assert right / annotated >= recall


# ---- the command line


def test_the_command_prints_both(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "indexed", lambda *_: nullcontext(database))
    eval_command(retrieval=True, format="json", errors=True, resamples=100)
    result = json.loads(capsys.readouterr().out)
    assert result["questions"] == len(result["errors"]) == 60
    assert set(result["scores"]) == {"all", "tuned on", "held out"}
    assert len(result["scores"]["held out"]["hybrid-bigram_bm25_ndcg"]) == 3
    eval_command(findings=True, format="json", errors=True, resamples=100)
    result = json.loads(capsys.readouterr().out)
    assert set(result["counts"]["all"]) == set(map(str, Kind))
    assert {error["error"] for error in result["errors"]} <= {"missed", "wrong"}
    eval_command(retrieval=True, errors=True, resamples=100)
    table = capsys.readouterr().out
    assert "hybrid" in table and "missed (2)" in table
    eval_command(findings=True, errors=True, resamples=100)
    table = capsys.readouterr().out
    assert "repeated" in table and "precision" in table

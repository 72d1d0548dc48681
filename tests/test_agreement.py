"""Agreement: coefficients that are known, texts that are not the same, and what the command prints."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from eval.agreement import agree, agreement_of, kappa
from nlp.cli.eval import eval as eval_command
from nlp.errors import AnnotationError, UsageError
from nlp.labels import Category
from training.annotation import AnnotatedReport, parse, read_split, to_lines

A = """\
### t-1 | 甲县财政局 | 2021 | county | x
## problems
P timeliness,staffing|更新慢，人少。
I mechanism|将巡查，
I staffing|并培训。

O|无。
"""


def annotated(text: str) -> list[AnnotatedReport]:
    return list(parse(text.splitlines(), "a.txt"))


def scores(a: str, b: str) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in agreement_of(agree(annotated(a), annotated(b)).rows.sum(axis=0)).items()
    }


def shifted(reports: list[AnnotatedReport]) -> list[AnnotatedReport]:
    """The reports with the category of every third statement another."""
    found = []
    for report in reports:
        sections = tuple(
            replace(
                section,
                statements=tuple(
                    replace(s, category=Category.OTHER, themes={}) if i % 3 == 0 else s
                    for i, s in enumerate(section.statements)
                ),
            )
            for section in report.report.sections
        )
        found.append(replace(report, report=report.report.with_sections(sections)))
    return found


def test_an_annotation_agrees_with_itself() -> None:
    reports = read_split("dev")[:6]
    found = agree(reports, reports)
    assert all(i.value == 1 for i in found.intervals(100).values() if i.value == i.value)
    assert not list(found.disagreements())
    assert found.confusion().sum() == sum(len(list(a.report.statements())) for a in reports)


def test_counts_by_hand() -> None:
    b = A.replace("P timeliness,staffing|更新慢，人少。", "P timeliness|更新慢，人少。").replace(
        "O|无。", "D|无。"
    )
    found = scores(A, b)
    assert found["span_f1"] == found["boundary_similarity"] == 1
    assert found["statement_f1"] == found["statement_agreement"] == pytest.approx(3 / 4)
    assert found["character_agreement"] == pytest.approx(15 / 17)
    assert found["theme_f1"] == pytest.approx(2 * 3 / (4 + 3))
    assert found["timeliness_f1"] == found["mechanism_kappa"] == 1
    assert found["staffing_f1"] == pytest.approx(2 / 3)


def test_a_boundary_one_place_further_is_half_right() -> None:
    missing = A.replace(
        "P timeliness,staffing|更新慢，人少。\nI mechanism|将", "P timeliness|更新慢，人少。将"
    )
    assert scores(A, missing)["boundary_similarity"] == pytest.approx(1 / 2), (
        "the end of the paragraph is not counted"
    )
    near = A.replace("更新慢，人少。\nI mechanism|将巡查，", "更新慢，\nI mechanism|人少。将巡查，")
    assert scores(A, near)["boundary_similarity"] == pytest.approx((1 + 0.5) / 2)
    assert scores(A, near) == pytest.approx(scores(near, A), nan_ok=True), "it does not matter who is first"


def test_kappa_is_that_of_the_library() -> None:
    rng = np.random.default_rng(0)
    one = rng.integers(0, 5, 300)
    other = np.where(rng.random(300) < 0.6, one, rng.integers(0, 5, 300))
    confusion = np.zeros((5, 5))
    np.add.at(confusion, (one, other), 1)
    assert kappa(confusion) == pytest.approx(cohen_kappa_score(one, other))
    assert np.isnan(kappa(np.diag([4.0, 0.0])))


def test_kappa_against_the_rest_and_by_theme_are_those_of_the_library() -> None:
    reports = read_split("dev")[:6]
    found = agree(reports, shifted(reports))
    values = agreement_of(found.rows.sum(axis=0))
    texts = [
        [s.category for a in side for s in a.report.statements() for _ in s.text]
        for side in (found.a, found.b)
    ]
    for category in Category:
        yes = [[c is category for c in side] for side in texts]
        assert values[f"{category}_kappa"] == pytest.approx(cohen_kappa_score(*yes))


def test_intervals_hold_the_value() -> None:
    reports = read_split("dev")[:8]
    found = agree(reports, shifted(reports))
    intervals = found.intervals(200)
    assert str(intervals) == str(found.intervals(200)), "the same seed, the same interval"
    for name in ("character_kappa", "statement_kappa", "statement_f1"):
        assert intervals[name].low < intervals[name].value < intervals[name].high < 1


def test_only_shared_reports_count_and_the_others_are_named() -> None:
    reports = read_split("dev")[:4]
    found = agree(reports[:3], reports[1:])
    assert [a.id for a in found.a] == [b.id for b in found.b] == [a.id for a in reports[1:3]]
    assert (found.only_a, found.only_b) == ((reports[0].id,), (reports[3].id,))
    with pytest.raises(AnnotationError, match="share no report"):
        agree(reports[:1], reports[1:2])
    with pytest.raises(AnnotationError, match="a second report of that id"):
        agree(reports[:1] * 2, reports[:1])


@pytest.mark.parametrize(
    ("b", "said"),
    [
        (A.replace("无。", "没有。"), "section 1 has '.*无。', but '.*没有。'"),
        (A.replace("\n\n", "\n"), "a blank line starts a paragraph"),
        (A + "## other\nO|无。\n", "1 sections, but 2"),
    ],
)
def test_texts_must_be_the_same(b: str, said: str) -> None:
    with pytest.raises(AnnotationError, match=said):
        agree(annotated(A), annotated(b))


def test_every_kind_of_disagreement_is_listed_once() -> None:
    b = (
        A.replace("更新慢，人少。", "更新慢，\nP staffing|人少。")
        .replace("I staffing|并", "I awareness|并")
        .replace("O|无", "D|无")
    )
    found = list(agree(annotated(A), annotated(b)).disagreements())
    assert [str(m.kind) for m in found] == ["boundary", "theme", "category"]
    assert [m.line for m in found] == [3, 5, 7]


def test_the_command_compares_files_and_directories(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = read_split("dev")[:3]
    for name, side in (("a", reports), ("b", shifted(reports))):
        (tmp_path / name).mkdir()
        for one in side:
            lines = [
                line.replace("|", " general|", 1) if line[:2] in ("P|", "I|") else line
                for line in to_lines(one)
            ]
            (tmp_path / name / f"{one.id}.txt").write_text("\n".join(lines), encoding="utf-8")
    pair = [str(tmp_path / "a"), str(tmp_path / "b")]
    eval_command(data=pair, agreement=True, format="json", errors=True, resamples=100)
    result = json.loads(capsys.readouterr().out)
    assert result["reports"] == 3
    assert set(result["scores"]) == set(agreement_of(agree(reports, reports).rows))
    assert {one["kind"] for one in result["disagreements"]} == {"category"}
    assert len(result["scores"]["character_kappa"]) == 3
    eval_command(data=pair, agreement=True, errors=True, resamples=100)
    table = capsys.readouterr().out
    assert "boundary similarity" in table and "staffing 队伍能力" in table
    with pytest.raises(UsageError, match="name two"):
        eval_command(data=pair[:1], agreement=True)


def test_places_are_where_a_statement_could_end() -> None:
    """Two boundaries that are far apart in places are two errors, however few characters lie between them."""
    line = "P content|更新慢，人少，钱缺，车无，路远。\n"
    head = A.splitlines()[0] + "\n## problems\n"
    cuts = ["更新慢，", "更新慢，人少，", "更新慢，人少，钱缺，"]
    texts = [head + line.replace(cut, f"{cut}\nP content|") for cut in cuts]
    assert [scores(texts[0], text)["boundary_similarity"] for text in texts] == [1, 0.5, 0]

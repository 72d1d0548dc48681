"""Evaluation: metrics on cases that can be counted by hand, intervals that behave, calibration that calibrates."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from eval.calibration import fit_temperature, reliability, scale
from eval.crossvalidation import FoldResult, cross_validate
from eval.evaluation import SLICES, System, evaluate
from eval.folds import FAMILIES, Fold, growing, leave_family_out, stratified
from eval.intervals import differences, intervals
from eval.metrics import Tally, tally, total
from eval.robustness import CHANGES, changed
from nlp.cli import eval_folds
from nlp.cli.figures import cell
from nlp.errors import UsageError
from nlp.labels import Category, Theme
from nlp.report import Report, Section, Statement
from training.annotation import AnnotatedReport, parse, read_split

GOLD = """\
### t-1 | 甲县财政局 | 2021 | county | x
## problems
P timeliness,staffing|更新慢，
I mechanism|将巡查。
O|无。
"""


def gold() -> AnnotatedReport:
    return next(parse(GOLD.splitlines()))


def with_statements(report: Report, statements: Sequence[Statement]) -> Report:
    (section,) = report.sections
    return report.with_sections((replace(section, statements=tuple(statements)),))


class Perfect:
    """Says what the annotation says."""

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        return list(sections)

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        return [
            replace(
                section,
                statements=tuple(replace(s, confidence={c: float(c is s.category) for c in Category}) for s in section.statements),
            )
            for section in sections
        ]  # fmt: skip


class AllOther(Perfect):
    """Takes every paragraph for one statement of no category."""

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        return self.classify(
            [
                replace(
                    s,
                    statements=tuple(
                        Statement(s.text[a:b], a, b, Category.OTHER) for a, b in s.paragraph_spans()
                    ),
                )
                for s in sections
            ]
        )

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        uniform = dict.fromkeys(Category, 0.2)
        other = {"category": Category.OTHER, "confidence": uniform, "themes": {}}
        return [
            replace(section, statements=tuple(replace(s, **other) for s in section.statements))
            for section in sections
        ]


def test_a_perfect_system_scores_one_on_everything() -> None:
    reports = read_split("dev")[:8]
    evaluation = evaluate(Perfect(), reports)
    assert all(value == 1 for value in evaluation.total.scores().values())
    assert not list(evaluation.errors())
    assert np.array_equal(evaluation.total.confusion(), np.diag(np.diag(evaluation.total.confusion())))


def test_counts_by_hand() -> None:
    report = gold().report
    problem, plan, nothing = report.sections[0].statements
    merged = Statement("更新慢，将巡查。", 0, 8, Category.PROBLEM, themes={Theme.TIMELINESS: 1.0})
    predicted = with_statements(report, [merged, nothing])
    on_gold = with_statements(
        report,
        [replace(problem, themes={Theme.STAFFING: 1.0}), replace(plan, category=Category.PROBLEM), nothing],
    )
    scores = tally(report, predicted, on_gold).scores()
    assert scores["boundary_precision"] == 1
    assert scores["boundary_recall"] == pytest.approx(2 / 3)
    assert scores["statement_precision"] == 0.5
    assert scores["statement_recall"] == pytest.approx(1 / 3)
    assert scores["problem_f1"] == 0
    assert scores["other_f1"] == 1
    assert scores["category_accuracy"] == pytest.approx(2 / 3)
    assert scores["character_accuracy"] == pytest.approx(6 / 10)
    assert scores["theme_f1"] == 0
    assert scores["theme_on_gold_precision"] == 1
    assert scores["theme_on_gold_recall"] == pytest.approx(2 / 3)


def test_tallies_add_up_and_texts_must_be_the_same() -> None:
    report = gold().report
    one = tally(report, report, report)
    assert np.array_equal(total([one, one]).counts, (one + one).counts)
    assert Tally().scores()["statement_f1"] != Tally().scores()["statement_f1"], (
        "nothing of nothing is no score"
    )
    with pytest.raises(ValueError, match="texts differ"):
        tally(report, report.with_sections((replace(report.sections[0], text="别的"),)))


def test_intervals_hold_the_score_and_shrink_with_more_reports() -> None:
    reports = read_split("dev")
    few, many = (evaluate(AllOther(), reports[:n]).intervals(400) for n in (6, len(reports)))
    for found in (few, many):
        assert all(i.low <= i.value <= i.high for name, i in found.items() if name == "boundary_f1")
    assert (
        many["boundary_f1"].high - many["boundary_f1"].low < few["boundary_f1"].high - few["boundary_f1"].low
    )
    again = evaluate(AllOther(), reports[:6]).intervals(400)
    assert again["boundary_f1"] == few["boundary_f1"], "the same seed, the same interval"


def test_differences_are_paired() -> None:
    reports = read_split("dev")[:20]
    worse, better = evaluate(AllOther(), reports).tallies, evaluate(Perfect(), reports).tallies
    found = differences(worse, better, 400)["statement_f1"]
    assert found.interval.low > 0
    assert found.p < 0.01
    same = differences(better, better, 400)["statement_f1"]
    assert (same.interval.value, same.interval.low, same.interval.high, same.p) == (0, 0, 0, 1)


def test_a_difference_of_what_has_no_value_has_no_p() -> None:
    without = next(
        report
        for report in read_split("train")
        if all(s.category is not Category.PROBLEM for s in report.report.statements())
    )
    tallies = evaluate(Perfect(), [without]).tallies
    assert math.isnan(differences(tallies, tallies, 100)["problem_f1"].p)


def test_slices_part_the_reports() -> None:
    reports = read_split("dev")
    evaluation = evaluate(Perfect(), reports)
    for by in SLICES.values():
        assert sum(len([a for a in reports if by(a) == name]) for name in evaluation.slices(by)) == len(
            reports
        )


def test_mistakes_lead_to_their_line() -> None:
    mistakes = list(evaluate(AllOther(), [gold()]).errors())
    assert [(m.line, m.gold.text) for m in mistakes] == [(3, "更新慢，"), (4, "将巡查。"), (5, "无。")]


def test_the_temperature_makes_an_overconfident_model_honest() -> None:
    rng = np.random.default_rng(0)
    honest = rng.dirichlet(np.full(5, 0.6), size=4000)
    labels = np.asarray([rng.choice(5, p=row) for row in honest])
    overconfident = scale(honest, 0.4)
    temperature = fit_temperature(overconfident, labels)
    assert temperature == pytest.approx(2.5, rel=0.15)
    assert (
        reliability(scale(overconfident, temperature), labels).ece
        < 0.03
        < reliability(overconfident, labels).ece
    )
    assert reliability(honest, labels).size.sum() == 4000


def test_intervals_of_single_tallies() -> None:
    report = gold().report
    assert intervals([tally(report, report, report)], 100)["statement_f1"].low == 1


# ---- folds, cross-validation, robustness


def test_a_family_is_left_out_whole_and_measured_whole() -> None:
    reports = [*read_split("train"), *read_split("dev")]
    folds = leave_family_out(reports)
    assert [fold.name for fold in folds] == list(FAMILIES)
    for fold in folds:
        assert {a.id for a in fold.train} | {a.id for a in fold.held_out} == {a.id for a in reports}
        assert not {a.file for a in fold.train} & {a.file for a in fold.held_out}
    held_out = [a.id for fold in folds for a in fold.held_out]
    assert len(held_out) == len(set(held_out))


def test_stratified_folds_hold_every_report_out_once() -> None:
    reports = read_split("train")
    folds = stratified(reports, 5)
    assert sorted(a.id for fold in folds for a in fold.held_out) == sorted(a.id for a in reports)
    old = [sum(a.old_form for a in fold.held_out) for fold in folds]
    assert max(old) - min(old) <= 2
    with pytest.raises(ValueError, match="no 5 folds"):
        stratified(reports[:3], 5)


def test_a_learning_curve_grows_by_adding_reports() -> None:
    reports = read_split("dev")
    folds = growing(reports, reports[:1])
    ids = [{a.id for a in fold.train} for fold in folds]
    assert all(small < large for small, large in pairwise(ids))
    assert len(ids[-1]) == len(reports)


class CountingLearner:
    """Learns nothing, and counts how often it is asked to."""

    name = "counting"

    def __init__(self, settings: str = "a") -> None:
        self.settings = settings
        self.fitted = 0

    def fit(self, fold: Fold, directory: Path) -> System:
        self.fitted += 1
        return Perfect()


def test_what_a_fold_gave_is_kept_until_its_data_or_settings_change(tmp_path: Path) -> None:
    folds = stratified(read_split("dev"), 3)
    learner = CountingLearner()
    first = cross_validate(folds, learner, tmp_path)
    again = cross_validate(folds, learner, tmp_path)
    assert learner.fitted == 3
    for a, b in zip(first, again, strict=True):
        assert [t.counts.tolist() for t in a.tallies] == [t.counts.tolist() for t in b.tallies]
    other = CountingLearner("b")
    cross_validate(folds[:1], other, tmp_path)
    fewer = replace(folds[1], train=folds[1].train[1:])
    cross_validate([fewer], other, tmp_path)
    assert other.fitted == 2


class LoudLearner(CountingLearner):
    """Gives the system that it was given, and prints on the way, as training libraries do."""

    def __init__(self, name: str, system: System) -> None:
        super().__init__()
        self.name, self.system = name, system

    def fit(self, fold: Fold, directory: Path) -> System:
        print("epoch 1")
        return self.system


class OneCategory(Perfect):
    """Calls every statement the same."""

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        return [
            replace(s, statements=tuple(replace(one, category=Category.OTHER) for one in s.statements))
            for s in sections
        ]

    tag_sections = classify


def test_folds_print_pure_json_with_the_differences_of_a_second_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"default": LoudLearner("default", Perfect()), "tfidf": LoudLearner("tfidf", OneCategory())}
    monkeypatch.setattr(eval_folds, "learner_of", lambda model, epochs: known[model])
    eval_folds.print_folds(
        stratified(read_split("dev"), 3), "tfidf", "default", None, tmp_path, "json", 100, 0
    )
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert "epoch 1" in printed.err
    assert result["compare"] == "default"
    for fold in result["folds"]:
        value, low, high, p = fold["differences"]["statement_f1"]
        assert value == pytest.approx(1 - fold["scores"]["statement_f1"][0], abs=1e-4)
        assert 0 < low <= value <= high
        assert p == 0
    assert result["mean"]["boundary_f1"] == 1
    together = result["all"]
    assert together["tested_on"] == len(read_split("dev"))
    value, low, high = together["scores"]["statement_f1"]
    assert value == pytest.approx(result["mean"]["statement_f1"], abs=0.02)
    widths = [
        fold["scores"]["statement_f1"][2] - fold["scores"]["statement_f1"][1] for fold in result["folds"]
    ]
    assert low < value < high < low + min(widths)
    assert together["differences"]["statement_f1"][0] == pytest.approx(1 - value, abs=1e-4)


def test_reports_that_are_held_out_twice_are_not_added_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eval_folds, "learner_of", lambda model, epochs: LoudLearner(model, Perfect()))
    reports = read_split("dev")
    eval_folds.print_folds(growing(reports, reports[:9]), "default", None, None, tmp_path, "json", 100, 0)
    assert "all" not in json.loads(capsys.readouterr().out)


def test_a_fold_without_problems_has_no_score_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eval_folds, "learner_of", lambda model, epochs: LoudLearner(model, Perfect()))
    other = [s for s in gold().report.statements() if s.category is not Category.PROBLEM]
    silent = replace(gold(), report=with_statements(gold().report, other))
    folds = [Fold("silent", (gold(),), (silent,)), *stratified(read_split("dev"), 2)[:1]]
    for format in ("json", "table"):
        eval_folds.print_folds(folds, "default", None, None, tmp_path, format, 100, 0)
    printed = capsys.readouterr().out
    assert '"problem_f1": null' in printed
    assert "–" in printed


def test_figures_are_rounded_once() -> None:
    assert cell([430 / 439] * 3, interval=False) == "0.979"  # of 0.97950 it would be 0.980


def test_folds_learnt_side_by_side_give_what_they_give_in_turn(tmp_path: Path) -> None:
    folds = stratified(read_split("dev"), 3)
    learner = LoudLearner("loud", OneCategory())
    in_turn = cross_validate(folds, learner, tmp_path / "in-turn")
    kept = tmp_path / "side-by-side"
    cross_validate(folds[1:2], learner, kept)
    told: list[FoldResult] = []
    results = cross_validate(folds, learner, kept, told.append, jobs=2)
    assert [result.fold.name for result in results] == [fold.name for fold in folds]
    assert told[0].fold.name == folds[1].name  # the kept one, which is not learnt again
    assert sorted(result.fold.name for result in told) == [fold.name for fold in folds]
    for one, other in zip(in_turn, results, strict=True):
        assert [t.counts.tolist() for t in one.tallies] == [t.counts.tolist() for t in other.tallies]
    courses = {path.parent.name: path.read_text(encoding="utf-8") for path in kept.glob("loud/*/course.txt")}
    assert courses == {"fold-1-of-3": "epoch 1\n", "fold-3-of-3": "epoch 1\n"}


def test_the_table_of_folds_names_both_models(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eval_folds, "learner_of", lambda model, epochs: LoudLearner(model, Perfect()))
    eval_folds.print_folds(
        stratified(read_split("dev"), 2), "default", "tfidf", None, tmp_path, "table", 100, 0
    )
    assert "tfidf − default" in capsys.readouterr().out


def test_a_model_that_has_no_recipe_is_not_trained_anew() -> None:
    with pytest.raises(UsageError, match="only default"):
        eval_folds.learner_of("fast", None)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_damage_keeps_the_text_and_its_labels(change: str) -> None:
    reports = read_split("dev")
    damaged = changed(reports, CHANGES[change])
    assert any(a.report.sections != b.report.sections for a, b in zip(reports, damaged, strict=True))
    for before, after in zip(reports, damaged, strict=True):
        old, new = list(before.report.statements()), list(after.report.statements())
        if change == "enumerators removed":  # what nothing else parted is one statement
            assert len(new) <= len(old)
        else:
            assert [s.category for s in old] == [s.category for s in new]
        for section in after.report.sections:
            assert all(section.text[s.start : s.end] == s.text for s in section.statements)
            assert "".join(s.text for s in section.statements) == section.text.replace("\n", "")

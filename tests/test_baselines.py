"""Baselines: each tiles the text with statements, and a comparison that was stopped goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the extra `eval` is not installed")
torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from test_training import PIECES, e5_file  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

import eval  # noqa: E402
from eval.baselines.comparison import compare  # noqa: E402
from eval.baselines.frozen import FrozenLearner  # noqa: E402
from eval.baselines.recipe import BASELINE  # noqa: E402
from eval.baselines.rules import RulesBaseline, RulesLearner  # noqa: E402
from eval.baselines.setfit import SetFitLearner, draw  # noqa: E402
from eval.baselines.single import ALONE, SingleSentenceLearner, alone  # noqa: E402
from eval.baselines.statementwise import cut  # noqa: E402
from eval.baselines.systems import BASELINES, Baseline, product  # noqa: E402
from eval.baselines.tfidf import TfidfLearner  # noqa: E402
from eval.baselines.tokenlabels import (  # noqa: E402
    LABELS,
    TokenLabelLearner,
    ending_at,
    ends,
    marginals,
    token_targets,
)
from eval.crossvalidation import Learner, kept_result  # noqa: E402
from eval.evaluation import System  # noqa: E402
from eval.folds import Fold, leave_family_out, stratified  # noqa: E402
from nlp.cli import app  # noqa: E402
from nlp.cli.eval_folds import learner_of  # noqa: E402
from nlp.decoding import DecodingSettings, TokenScores, decode  # noqa: E402
from nlp.labels import Category, SectionKind, Theme  # noqa: E402
from nlp.report import Section  # noqa: E402
from nlp.window import encode  # noqa: E402
from training.annotation import read_split  # noqa: E402
from training.builtin import build_tokenizer, convert, parse  # noqa: E402
from training.examples import IGNORED  # noqa: E402
from training.learner import RecipeLearner  # noqa: E402


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A very small BERT with random weights."""
    directory = tmp_path_factory.mktemp("encoder") / "tiny"
    convert(parse(e5_file([*dict(PIECES).items(), ("公开", -3.0)], varied=True)), directory)
    return directory


@pytest.fixture(scope="module")
def fold() -> Fold:
    reports = read_split("train")
    return Fold("few", tuple(reports[:6]), tuple(reports[6:8]), tuple(reports[8:9]))


def learners(encoder: Path) -> dict[str, Learner]:
    brief = {"base": str(encoder), "epochs": 1}
    return {
        "rules": RulesLearner(),
        "tfidf": TfidfLearner(),
        "frozen": FrozenLearner(threads=1),
        "setfit": SetFitLearner(shots=3, iterations=1, encoder=encoder),
        "setfit, heads of all": SetFitLearner(shots=3, all_for_heads=True, iterations=1, encoder=encoder),
        "single": SingleSentenceLearner(replace(ALONE, **brief)),
        "token labels": TokenLabelLearner(replace(BASELINE, **brief)),
    }


def assert_tiles(system: System, sections: list[Section]) -> None:
    for section, found in zip(sections, system.tag_sections(sections), strict=True):
        assert "".join(s.text for s in found.statements) == section.text.replace("\n", "")
        for statement in found.statements:
            assert section.text[statement.start : statement.end] == statement.text
            assert sum(statement.confidence.values()) == pytest.approx(1, abs=1e-4)
            assert bool(statement.themes) is statement.category.has_themes
            assert len(statement.themes) <= 3
    for section, found in zip(sections, system.classify(sections), strict=True):
        assert [s.text for s in found.statements] == [s.text for s in section.statements]


@pytest.mark.parametrize(
    "name", ["rules", "tfidf", "frozen", "setfit", "setfit, heads of all", "single", "token labels"]
)
def test_every_system_tiles_the_text_with_statements(
    name: str, encoder: Path, fold: Fold, tmp_path: Path
) -> None:
    if name.startswith("setfit"):
        pytest.importorskip("setfit", reason="the extra `baselines` is not installed")
    system = learners(encoder)[name].fit(fold, tmp_path / "run")
    sections = [section for annotated in fold.held_out for section in annotated.report.sections]
    assert_tiles(system, sections)
    assert system.tag_sections([]) == []
    empty = Section(SectionKind.OVERVIEW, "")
    assert system.tag_sections([empty])[0].statements == ()


def test_a_finished_training_is_not_done_again(
    encoder: Path, fold: Fold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.learner.fit", lambda reports: None)  # n-grams take their time
    monkeypatch.setattr(
        "training.trainer.autocast_dtype", lambda: torch.bfloat16
    )  # a model from a file has float32
    learner = RecipeLearner(replace(BASELINE, base=str(encoder), epochs=1))
    sections = [section for annotated in fold.held_out for section in annotated.report.sections]
    first = learner.fit(fold, tmp_path / "run").tag_sections(sections)
    monkeypatch.delattr("training.learner.train_model")
    assert learner.fit(fold, tmp_path / "run").tag_sections(sections) == first


def test_the_results_that_the_project_keeps_are_those_of_its_recipes_and_its_corpus() -> None:
    """Where this fails, `git rm` what has changed, and mark the tables in docs/evaluation.md, or measure anew."""
    kept = Path(eval.__file__).parent / "results"
    reports = [*read_split("train"), *read_split("dev")]
    folds = [*stratified(reports, 5), *leave_family_out(reports)]
    learners = [learner_of(name, None) for name in ("default", "tfidf")]
    holding = [kept_result(fold, learner, kept) for learner in learners for fold in folds]
    train, test = read_split("train"), read_split("test")
    holding += [
        kept_result(Fold(f"seed {seed}", train, test), baseline.make(seed, None), kept)
        for baseline in (*BASELINES, product())
        for seed in baseline.seeds
    ]
    assert len([one for one in holding if one]) == len(list(kept.glob("*/*/*.json"))) > 0


def test_every_system_of_the_comparison_has_a_name_and_settings_of_its_own() -> None:
    made = [b.make(seed, 1) for b in (*BASELINES, product()) for seed in b.seeds]
    assert len({(one.name, one.settings) for one in made}) == sum(
        len(b.seeds) if "setfit" in b.name else 1 for b in (*BASELINES, product())
    )
    for baseline in BASELINES:
        assert baseline.make(1, None).name == baseline.make(2, None).name


# ---- rules


@pytest.mark.parametrize(
    ("kind", "text", "category"),
    [
        (SectionKind.LEAD, "根据《中华人民共和国政府信息公开条例》编制本报告。", Category.OTHER),
        (SectionKind.OVERVIEW, "成立政务公开领导小组，由局长任组长。", Category.ORGANIZATION),
        (SectionKind.OVERVIEW, "全年通过门户网站发布信息153条。", Category.DISCLOSURE),
        (SectionKind.OVERVIEW, "（一）主动公开情况。", Category.OTHER),
        (SectionKind.PROBLEMS, "一是公开内容不够全面；", Category.PROBLEM),
        (SectionKind.PROBLEMS, "下一步，将加强业务培训。", Category.IMPROVEMENT),
        (SectionKind.OTHER, "无其他需要报告的事项。", Category.OTHER),
    ],
)
def test_rules_label_obvious_statements(kind: SectionKind, text: str, category: Category) -> None:
    (section,) = RulesBaseline().tag_sections([Section(kind, text)])
    assert [s.category for s in section.statements] == [category]


def test_rules_know_that_plans_follow_problems() -> None:
    text = "一是更新不及时；二是人手紧。改进措施：一是加强更新；二是增加人手。"
    (section,) = RulesBaseline().tag_sections([Section(SectionKind.PROBLEMS, text)])
    problem, plan = Category.PROBLEM, Category.IMPROVEMENT
    assert [s.category for s in section.statements if s.category is not Category.OTHER] == [
        problem,
        problem,
        plan,
        plan,
    ]
    assert Theme.TIMELINESS in section.statements[0].themes


def test_statements_are_cut_at_stops_and_before_enumerators() -> None:
    section = cut(Section(SectionKind.OVERVIEW, "主要有：一是公开，信息；二是公开。\n1.公开；2. 信息"))
    assert [s.text for s in section.statements] == [
        "主要有：",
        "一是公开，信息；",
        "二是公开。",
        "1.公开；",
        "2. 信息",
    ]


# ---- statements alone, statements drawn


def test_a_statement_alone_is_a_section_under_its_heading() -> None:
    annotated = read_split("train")[0]
    single = alone(annotated)
    assert [s.text for s in single.report.statements()] == [s.text for s in annotated.report.statements()]
    assert all(section.text == section.statements[0].text for section in single.report.sections)
    assert len(single.report.sections) == len(annotated.lines)


def test_the_same_number_of_statements_is_drawn_of_every_category() -> None:
    pairs = [
        (section, s)
        for a in read_split("train")[:40]
        for section in a.report.sections
        for s in section.statements
    ]
    drawn = draw(pairs, 4, seed=1)
    assert [s.category for _, s in drawn] == [category for category in Category for _ in range(4)]
    assert drawn == draw(pairs, 4, seed=1) != draw(pairs, 4, seed=2)


# ---- token labels


def test_token_targets_end_where_statements_end() -> None:
    segment = torch.tensor([[0, 0, 1, 1, 1, 2, 0]])
    targets = token_targets(segment, torch.tensor([IGNORED, 2, 4]))
    names = [LABELS[i] if i >= 0 else "" for i in targets[0].tolist()]
    assert names == ["", "", "I-problem", "I-problem", "E-problem", "E-other", ""]


def test_token_labels_are_decoded_into_statements() -> None:
    text = "公开信息， 更新不及时。下一步"
    section = Section(SectionKind.OVERVIEW, text)
    (encoded,) = encode([section], build_tokenizer(list(dict(PIECES).items())))
    characters = [text[start:end] for start, end in encoded.offsets]
    said = ["I-disclosure"] * len(characters)
    said[characters.index("，")] = "E-disclosure"
    problem = slice(characters.index("，") + 1, characters.index("。"))
    said[problem] = ["I-problem"] * (problem.stop - problem.start)
    said[problem.start + 1] = "I-other"
    said[characters.index("。")] = "E-problem"
    said[characters.index("。") + 1 :] = ["I-other"] * (len(characters) - characters.index("。") - 1)
    labels = np.full((len(characters), len(LABELS)), -4.0, dtype=np.float32)
    labels[np.arange(len(said)), [LABELS.index(label) for label in said]] = 4.0
    boundary, category = marginals(torch.from_numpy(labels))
    probability = boundary.sigmoid().numpy()
    scores = TokenScores(
        probability, category.numpy(), np.zeros((len(characters), len(Theme)), dtype=np.float32)
    )
    found = decode(section, ending_at(encoded, ends(encoded, probability)), scores, DecodingSettings())
    assert [(s.text, s.category) for s in found.statements] == [
        ("公开信息， ", Category.DISCLOSURE),
        ("更新不及时。", Category.PROBLEM),
        ("下一步", Category.OTHER),
    ]


def test_marginals_sum_over_ends_and_insides() -> None:
    labels = torch.log(torch.tensor([[0.1, 0.2, 0.05, 0.05, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]]))
    boundary, category = marginals(labels)
    assert boundary.sigmoid().item() == pytest.approx(0.5)
    assert category.exp()[0].tolist() == pytest.approx([0.2, 0.3, 0.15, 0.15, 0.2])


# ---- the comparison


class Counting:
    """Learns nothing, and counts how often; stops the run when it is told to."""

    name = "counting"
    fitted = 0
    stop_at: int | None = None

    def __init__(self, seed: int) -> None:
        self.settings = f"seed {seed}"
        self.seed = seed

    def fit(self, fold: Fold, directory: Path) -> RulesBaseline:
        if self.seed == Counting.stop_at:
            raise KeyboardInterrupt
        Counting.fitted += 1
        return RulesBaseline()


def test_a_comparison_that_was_stopped_goes_on_where_it_was(fold: Fold, tmp_path: Path) -> None:
    baseline = Baseline("counting", "nothing", lambda seed, threads: Counting(seed), seeds=(1, 2, 3))
    arguments = ([baseline], fold.train, fold.watched, fold.held_out, tmp_path)
    Counting.stop_at = 3
    with pytest.raises(KeyboardInterrupt):
        compare(*arguments)
    assert Counting.fitted == 2
    Counting.stop_at = None
    (found,) = compare(*arguments)
    assert Counting.fitted == 3
    assert len(compare(*arguments)[0].runs) == Counting.fitted == 3, "all is kept now"
    spread = found.spread()
    assert spread is not None and spread["statement_f1"] == 0
    assert found.tagging is not None and found.learning is not None
    assert found.differences(found, 200)["statement_f1"].p == 1


def test_a_system_whose_library_is_missing_is_left_out_and_says_so(fold: Fold, tmp_path: Path) -> None:
    def lacking(seed: int, threads: int | None) -> Learner:
        raise ModuleNotFoundError("No module named 'x'", name="x")

    said: list[str] = []
    (found,) = compare(
        [Baseline("lacking", "nothing", lacking)], fold.train, (), fold.held_out, tmp_path, say=said.append
    )
    assert found.missing == "x is not installed" and not found.runs
    assert "lacking: left out: x is not installed" in said


def test_the_command_prints_the_systems_that_are_asked_for(tmp_path: Path) -> None:
    few = tmp_path / "few.txt"
    lines = Path(read_split("dev")[0].path).read_text(encoding="utf-8").split("\n### ")
    few.write_text("\n### ".join(lines[:3]), encoding="utf-8")
    arguments = ["eval", str(few), "--baselines", "--only", "rules", "--runs", str(tmp_path / "runs")]
    arguments += ["--threads", "1", "--resamples", "200"]
    run = CliRunner().invoke(app, [*arguments, "--format", "json"])
    assert run.exit_code == 0, run.output
    rules, shipped = json.loads(run.stdout)["systems"]
    assert (rules["name"], shipped["name"]) == ("rules", "product")
    assert rules["product_minus_it"]["statement_f1"][0] > 0
    table = CliRunner().invoke(app, arguments)
    assert "rules: section headings and keywords" in table.stdout
    wrong = CliRunner().invoke(app, ["eval", "--baselines", "--only", "magic"])
    assert wrong.exit_code != 0

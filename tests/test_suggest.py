"""Suggestions of reports to annotate, and the corpus as a dataset."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import models
from nlp.cli import app
from nlp.errors import UsageError
from nlp.labels import Category, SectionKind
from nlp.report import Report, Section, Statement
from nlp.search.encoder import Vectors
from training.annotation import read_annotated
from training.suggestion import Measure, mean_vector, pick, uncertainty

needs_models = pytest.mark.skipif(
    models.DEFAULT not in models.available() or not (models.ENCODER / models.GRAPH).is_file(),
    reason="no default model, or no encoder, is there",
)
ANNOTATED = (
    "### x-1 | 甲县 | 2021 | county | s\n## problems\nP staffing|一是人手不足；\nI staffing|拟增配2人。\n"
)


def report_of(*confidences: float) -> Report:
    """A report whose statements are `other` with these confidences; the rest is on disclosure."""
    statements = tuple(
        Statement(f"{i}。", 2 * i, 2 * i + 2, Category.OTHER, {**dict.fromkeys(Category, 0.0), Category.OTHER: p, Category.DISCLOSURE: 1 - p})
        for i, p in enumerate(confidences)
    )  # fmt: skip
    text = "".join(statement.text for statement in statements)
    return Report(
        "a", None, None, None, None, None, (Section(SectionKind.OVERVIEW, text, statements=statements),)
    )


@pytest.mark.parametrize("measure", Measure)
def test_uncertainty_is_a_mean_over_statements(measure: Measure) -> None:
    sure, unsure = report_of(1.0), report_of(0.5)
    assert uncertainty(sure, measure) == 0
    assert uncertainty(report_of(0.5, 0.5, 0.5), measure) == pytest.approx(uncertainty(unsure, measure))
    assert uncertainty(report_of(0.5, 1.0), measure) == pytest.approx(uncertainty(unsure, measure) / 2)
    assert uncertainty(report_of(), measure) == 0


def test_entropy_and_margin_of_two_even_categories() -> None:
    assert uncertainty(report_of(0.5), Measure.ENTROPY) == pytest.approx(math.log(2) / math.log(5))
    assert uncertainty(report_of(0.5), Measure.MARGIN) == 1


ROWS = np.eye(3, dtype=np.float32)[[0, 0, 1, 2]]


def test_of_two_alike_reports_one_is_picked() -> None:
    assert [one.index for one in pick([0.9, 0.8, 0.1, 0.2], ROWS, 3)] == [0, 3, 2]


def test_diversity_weighs_uncertainty_against_unlikeness() -> None:
    assert [one.index for one in pick([0.9, 0.8, 0.1, 0.2], ROWS, 2, diversity=0)] == [0, 1]
    assert 1 not in [
        one.index
        for one in pick([0.1, 0.8, 0.1, 0.2], ROWS[[0, 1, 2, 3]], 3, diversity=1, known=ROWS[:1])[:2]
    ]


def test_what_is_like_an_annotated_report_is_picked_last() -> None:
    picked = pick([0.9, 0.8, 0.1, 0.2], ROWS, 4, diversity=0.9, known=ROWS[:1])
    assert [one.index for one in picked][:2] == [3, 2]
    assert [one.novelty for one in picked] == [1, 1, 0, 0]


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.integers(1, 10),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_every_report_is_picked_once_at_most(
    values: list[float], count: int, diversity: float, seed: int
) -> None:
    vectors = np.random.default_rng(seed).normal(size=(len(values), 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    indices = [one.index for one in pick(values, vectors, count, diversity)]
    assert len(indices) == len(set(indices)) == min(count, len(values))


class Encoder:
    """Gives the first text one vector, and the second another."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)[: len(texts)]


def test_a_mean_vector_is_a_unit_vector() -> None:
    assert mean_vector(report_of(0.5, 0.5), Encoder()).tolist() == pytest.approx([2**-0.5] * 2)


def test_an_annotated_report_without_statements_changes_no_pick() -> None:
    empty = np.stack([mean_vector(report_of(), Encoder())])
    values, vectors = [0.1, 0.9, 0.5], np.array([[1, 0], [0, 1], [-1, 0]], dtype=np.float32)
    assert pick(values, vectors, 3, known=empty) == pick(values, vectors, 3)
    known = vectors[:1]
    assert pick(values, vectors, 3, known=np.concatenate([known, empty])) == pick(
        values, vectors, 3, known=known
    )


# -- the command --------------------------------------------------------------------------------------


def suggest(*arguments: object) -> Any:
    result = CliRunner().invoke(app, ["suggest", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two reports, the first there twice, and a file that cannot be read."""
    inside = tmp_path / "年报"
    inside.mkdir()
    first = "甲县民政局2021年政府信息公开工作年度报告\n一、总体情况\n全年公开信息3条。\n五、存在的主要问题及改进情况\n专职人员不足。"
    (inside / "a.txt").write_text(first, encoding="utf-8")
    (inside / "b.txt").write_text(first, encoding="utf-8")
    (inside / "c.txt").write_text("一、总体情况\n成立领导小组，开展培训2次。", encoding="utf-8")
    (inside / "d.docx").write_bytes(b"PK\x03\x04 broken")
    return tmp_path


@needs_models
def test_picked_reports_are_written_in_the_line_format(folder: Path) -> None:
    output = folder / "out.txt"
    result = suggest(folder / "年报", "--count", 2, "-o", output)
    assert result.exit_code == 1
    assert "d.docx" in result.stderr
    assert len(result.stdout.splitlines()) == 2
    found = read_annotated(output)
    assert len({one.id for one in found} & {"a", "b"}) == 1
    assert "c" in {one.id for one in found}
    assert all(list(one.report.statements()) for one in found)


@needs_models
def test_for_labelstudio_the_labels_are_predictions(folder: Path) -> None:
    (folder / "known.txt").write_text(ANNOTATED, encoding="utf-8")
    output = folder / "tasks.json"
    result = suggest(
        folder / "年报" / "a.txt", "-o", output, "--labelled", folder / "known.txt", "--measure", "margin"
    )
    assert result.exit_code == 0
    (task,) = json.loads(output.read_text(encoding="utf-8"))
    (prediction,) = task["predictions"]
    assert "annotations" not in task
    assert 0 <= prediction["score"] <= 1
    assert prediction["model_version"]
    assert task["data"]["text"].splitlines()[-1] == "专职人员不足。"
    assert {name for region in prediction["result"] for name in region["value"].get("labels", ())} >= {
        "problem"
    }


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (("-o", "x.docx"), "does not tell the format"),
        (("-o", "x.txt", "--format", "conll"), "choose from lines, labelstudio"),
        (("-o", "x.txt", "--measure", "luck"), "choose from entropy"),
    ],
)
def test_wrong_usage_says_why(folder: Path, options: tuple[str, ...], fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        suggest(folder / "年报", *options)


# -- the dataset --------------------------------------------------------------------------------------


def test_a_corpus_is_loaded_by_statement_and_by_section(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    from training.loading import load_corpus

    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "a.txt").write_text(ANNOTATED, encoding="utf-8")
    by_statement = load_corpus(tmp_path)
    assert set(by_statement) == {"train", "test"}
    row = by_statement["train"][0]
    assert (row["report"], row["year"], row["line"], row["text"]) == ("x-1", 2021, 3, "一是人手不足；")
    features = by_statement["train"].features
    assert features["category"].int2str(row["category"]) == "problem"
    assert row["themes"] == [1]
    (section,) = load_corpus(str(tmp_path / "test"), unit="section")["train"]
    assert section["section"] == "problems"
    assert [section["text"][s["start"] : s["end"]] for s in section["statements"]] == [
        "一是人手不足；",
        "拟增配2人。",
    ]

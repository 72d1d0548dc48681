"""The n-gram model: what it reads of a statement, and how it is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import ModelError
from nlp.labels import Category, Theme
from nlp.ngrams import BITS, WIDTH, NgramModel, features
from nlp.window import heading_segment
from training.annotation import read_split
from training.ngrams import fit


def drawn(seed: int = 0) -> NgramModel:
    rng = np.random.default_rng(seed)
    shape = (1 << BITS, WIDTH)
    return NgramModel(rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[1]).astype(np.float32))


MODEL = drawn()


@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=6))
def test_the_statements_of_a_section_are_read_at_once_as_if_each_were_alone(
    texts: list[str], heading: str
) -> None:
    ends = np.cumsum([len(text) for text in texts]).tolist()
    spans = list(zip([0, *ends[:-1]], ends, strict=True)) if texts else []
    text = "".join(texts)
    categories, themes = MODEL.logits(text, spans, heading)
    assert categories.shape == (len(spans), len(Category))
    assert themes.shape == (len(spans), len(Theme))
    together = np.concatenate([categories, themes], axis=1)
    for span, row in zip(spans, together, strict=True):
        rows, counts = features(text, span, heading)
        assert np.allclose(row, counts @ MODEL.weights[rows] + MODEL.bias, atol=1e-3)


@pytest.mark.parametrize("other", ["一是 主动 公开ABC，", "一是主动公开abc,", "一是主动公开ＡＢＣ,　"])
def test_blanks_and_widths_and_capitals_make_no_difference(other: str) -> None:
    plain = "一是主动公开ABC，"
    for one, same in zip(
        MODEL.logits(plain, [(0, len(plain))], "总体情况"),
        MODEL.logits(other, [(0, len(other))], "总体情况"),
        strict=True,
    ):
        assert np.allclose(one, same)


def test_a_saved_model_reads_the_same(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "ngrams.npz")
    again = NgramModel.load(tmp_path / "ngrams.npz")
    assert np.allclose(again.weights, MODEL.weights, atol=5e-3)
    assert np.array_equal(again.bias, MODEL.bias)


def test_a_file_of_a_version_without_themes_says_nothing_of_them(tmp_path: Path) -> None:
    with (tmp_path / "old.npz").open("wb") as file:
        np.savez(file, weights=MODEL.weights[:, :5].astype(np.float16), bias=MODEL.bias[:5])
    text = "公开内容不够全面。"
    categories, themes = NgramModel.load(tmp_path / "old.npz").logits(
        text, [(0, len(text))], "存在的主要问题"
    )
    assert np.allclose(categories, MODEL.logits(text, [(0, len(text))], "存在的主要问题")[0], atol=1e-2)
    assert not themes.any()


def test_a_file_that_holds_no_weights_is_named(tmp_path: Path) -> None:
    (tmp_path / "ngrams.npz").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(ModelError, match=r"ngrams\.npz: no n-gram weights"):
        NgramModel.load(tmp_path / "ngrams.npz")
    with (tmp_path / "small.npz").open("wb") as file:
        np.savez(file, weights=np.zeros((4, 5)), bias=np.zeros(5))
    with pytest.raises(ModelError, match="another shape"):
        NgramModel.load(tmp_path / "small.npz")


def test_it_learns_to_tell_categories_and_themes_of_reports_that_it_has_not_seen() -> None:
    reports = read_split("train")
    model = fit(reports[::4])
    sections = [section for annotated in reports[1::16] for section in annotated.report.sections]
    right, themed = [], []
    for section in sections:
        spans = [(s.start, s.end) for s in section.statements]
        rows = zip(*model.logits(section.text, spans, heading_segment(section)), strict=True)
        for statement, (categories, themes) in zip(section.statements, rows, strict=True):
            right.append(list(Category)[categories.argmax()] is statement.category)
            if statement.themes:
                themed.append(list(Theme)[themes.argmax()] in statement.themes)
    assert np.mean(right) > 0.8
    assert np.mean(themed) > 0.6


def test_of_one_category_there_is_nothing_to_learn_and_of_two_there_is() -> None:
    report = read_split("train")[0]
    kept = {Category.PROBLEM, Category.IMPROVEMENT}

    def only(categories: set[Category]) -> list[object]:
        sections = tuple(
            replace(section, statements=tuple(s for s in section.statements if s.category in categories))
            for section in report.report.sections
        )
        return [replace(report, report=report.report.with_sections(sections))]

    assert not fit(only({Category.PROBLEM})).weights[:, : len(Category)].any()  # type: ignore[arg-type]
    two = fit(only(kept))  # type: ignore[arg-type]
    for section in report.report.sections:
        for s in section.statements:
            if s.category in kept:
                categories, _ = two.logits(section.text, [(s.start, s.end)], section.kind.chinese)
                assert list(Category)[categories[0].argmax()] is s.category

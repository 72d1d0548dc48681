"""Windows, decoding and the tagger: whatever the model says, statements tile the text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from nlp.boundary import Evidence, candidates
from nlp.decoding import DecodingSettings, TokenScores, decode
from nlp.engine import Scores
from nlp.labels import Category, SectionKind, Theme
from nlp.report import Report, Section
from nlp.tagger import Tagger
from nlp.window import ALWAYS, Batch, encode, windows

SPECIAL = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}


def character_tokenizer() -> Tokenizer:
    """One token a character, blanks dropped: small, with exact offsets."""
    tokenizer = Tokenizer(
        models.WordLevel({**SPECIAL, **{chr(c): c for c in range(4, 200)}}, unk_token="<unk>")
    )
    tokenizer.normalizer = normalizers.Replace(Regex(r"[^\S\n]"), "")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(""), "isolated")
    return tokenizer


class RandomEngine:
    """A model that has learnt nothing: random scores, consistent with its own boundaries."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.widest = 0

    def run(self, batch: Batch) -> Scores:
        shape = batch.input_ids.shape
        self.widest = max(self.widest, shape[1])
        boundary = self.rng.normal(0, 3, shape).astype(np.float32)
        ends = ((1 / (1 + np.exp(-boundary)) >= batch.thresholds) | (batch.thresholds == ALWAYS)).ravel()
        segment = (np.cumsum(ends) - ends).reshape(shape)
        rows = shape[0] * shape[1]
        category, themes = self.rng.normal(size=(rows, 5)), self.rng.normal(size=(rows, 11))
        return Scores(boundary, segment, category.astype(np.float32), themes.astype(np.float32))


def tagger(seed: int = 0, max_tokens: int = 64, context: int = 8) -> Tagger:
    return Tagger("random", RandomEngine(seed), character_tokenizer(), max_tokens=max_tokens, context=context)


def report_of(*texts: str) -> Report:
    sections = tuple(Section(SectionKind.OVERVIEW, text) for text in texts)
    return Report("-", None, None, None, None, None, sections)


prose = st.text(alphabet="公开信息申请，。；：、一二是要（）“” 　1230.\u200b𠮷", min_size=1, max_size=300)
texts = st.lists(prose.map(str.strip).filter(bool), min_size=1, max_size=5).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=1, max_size=3), st.integers(0, 99))
def test_statements_tile_every_paragraph_exactly(sections: list[str], seed: int) -> None:
    for section in tagger(seed).tag(report_of(*sections)).sections:
        covered = [(s.start, s.end) for s in section.statements]
        tiles = [
            (a, b) for start, end in section.paragraph_spans() for a, b in covered if start <= a and b <= end
        ]
        assert tiles == covered
        assert "".join(s.text for s in section.statements) == section.text.replace("\n", "")
        assert all(section.text[s.start : s.end] == s.text for s in section.statements)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 99))
def test_labels_are_probabilities_and_themes_go_with_problems_and_improvements(text: str, seed: int) -> None:
    for statement in tagger(seed).tag(report_of(text)).statements():
        assert sum(statement.confidence.values()) == pytest.approx(1, abs=1e-5)
        assert statement.category == max(Category, key=lambda c: statement.confidence[c])
        assert bool(statement.themes) == statement.category.has_themes
        assert len(statement.themes) <= 3
        assert list(statement.themes.values()) == sorted(statement.themes.values(), reverse=True)
        assert all(isinstance(theme, Theme) for theme in statement.themes)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(24, 90), st.integers(0, 8))
def test_windows_own_every_token_once_and_keep_to_their_size(
    text: str, max_tokens: int, context: int
) -> None:
    (encoded,) = encode([Section(SectionKind.LEGACY, text, heading="概述")], character_tokenizer())
    found = windows(encoded, max_tokens, context)
    assert [token for w in found for token in range(w.own_start, w.own_end)] == list(range(len(encoded.ids)))
    assert all(w.start <= w.own_start < w.own_end <= w.end for w in found)
    assert all(w.end - w.start + len(encoded.heading) + 3 <= max_tokens for w in found)


def test_windows_are_cut_between_sentences() -> None:
    text = "。".join(["公开信息十条"] * 40) + "。"
    (encoded,) = encode([Section(SectionKind.OVERVIEW, text)], character_tokenizer())
    found = windows(encoded, max_tokens=64, context=8)
    assert len(found) > 3
    assert all(text[encoded.offsets[w.own_end - 1, 1] - 1] == "。" for w in found)
    assert all(w.start < w.own_start for w in found[1:]), "every window but the first sees what came before"


def test_a_sentence_longer_than_a_window_is_one_statement() -> None:
    text = "甲" * 500
    (statement,) = tagger().tag(report_of(text)).statements()
    assert statement.text == text


def test_a_paragraph_of_invisible_characters_is_still_a_statement() -> None:
    statements = list(tagger().tag(report_of("公开三条。\n \u3000\n办结")).statements())
    assert "".join(s.text for s in statements) == "公开三条。 \u3000办结"


def test_reports_keep_their_order_and_get_the_models_name() -> None:
    reports = [report_of("公开。" * n) for n in (40, 1, 9)]
    tagged = list(tagger().tag_many(reports))
    assert [r.sections[0].text for r in tagged] == [r.sections[0].text for r in reports]
    assert {r.model for r in tagged} == {"random"}


def test_a_report_without_sections_passes_through() -> None:
    assert tagger().tag(report_of()).sections == ()


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 99))
def test_a_comma_parts_two_categories_and_neither_is_other(text: str, seed: int) -> None:
    (section,) = tagger(seed).tag(report_of(text)).sections
    commas = {c.end for c in candidates(section.text) if c.evidence is Evidence.COMMA}
    for first, second in pairwise(section.statements):
        if first.end == second.start and first.end in commas:
            assert first.category is not second.category
            assert Category.OTHER not in (first.category, second.category)


def decoded(*parts: tuple[str, float, Category]) -> list[str]:
    """Statements of a text whose parts end with these probabilities, and are of these categories."""
    text = "".join(part for part, _, _ in parts)
    section = Section(SectionKind.PROBLEMS, text)
    (encoded,) = encode([section], character_tokenizer())
    boundary, category = np.zeros(len(text), np.float32), np.zeros((len(text), 5), np.float32)
    at = 0
    for part, probability, label in parts:
        category[at : at + len(part), list(Category).index(label)] = 5
        at += len(part)
        boundary[at - 1] = probability
    themes = np.zeros((len(text), 11), np.float32)
    scores = TokenScores(boundary, category, themes)
    return [statement.text for statement in decode(section, encoded, scores, DecodingSettings()).statements]


def test_a_comma_between_a_problem_and_its_remedy_ends_a_statement() -> None:
    assert decoded(("更新不及时，", 0.6, Category.PROBLEM), ("将安排专人。", 1, Category.IMPROVEMENT)) == [
        "更新不及时，",
        "将安排专人。",
    ]
    assert decoded(("更新不及时，", 0.4, Category.PROBLEM), ("将安排专人。", 1, Category.IMPROVEMENT)) == [
        "更新不及时，将安排专人。"
    ]


def test_a_comma_within_one_category_ends_nothing_however_probable() -> None:
    assert decoded(("更新不及时，", 0.99, Category.PROBLEM), ("内容不全面。", 1, Category.PROBLEM)) == [
        "更新不及时，内容不全面。"
    ]


def test_an_introduction_stays_with_its_clause_and_the_better_comma_is_kept() -> None:
    parts = (
        ("更新不及时，", 0.9, Category.PROBLEM),
        ("今后，", 0.6, Category.OTHER),
        ("将安排专人。", 1, Category.IMPROVEMENT),
    )
    assert decoded(*parts) == ["更新不及时，", "今后，将安排专人。"]


def test_classify_keeps_the_boundaries_that_it_is_given() -> None:
    (section,) = tagger(1).tag(report_of("公开，信息，申请。办结；公开")).sections
    (again,) = tagger(2).classify([section])
    assert [(s.start, s.end) for s in again.statements] == [(s.start, s.end) for s in section.statements]


def test_a_tagger_never_feeds_the_model_more_than_its_window() -> None:
    engine = RandomEngine(0)
    one = Tagger("random", engine, character_tokenizer(), max_tokens=50, context=5)
    list(one.tag_many([report_of("公开信息" * 200)]))
    assert 0 < engine.widest <= 50

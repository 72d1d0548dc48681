"""Decoding: from the model's scores over a section's tokens to its statements."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from nlp.boundary import Evidence
from nlp.enumerator import enumerator_at
from nlp.labels import Category, Theme
from nlp.ngrams import NgramModel
from nlp.report import Section, Statement
from nlp.window import EncodedSection, Floats, heading_segment

CATEGORIES = tuple(Category)
THEMES = tuple(Theme)
MOST_THEMES = 3

Span = tuple[int, int]
"""Where a statement's characters begin, and where they have ended."""


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """How scores become decisions; chosen on the dev split and carried by the model.

    `operating_point` holds the boundary probability that each kind of candidate needs, `theme_threshold` the
    probability that a theme after the strongest needs, `ngram_weight` and `ngram_theme_weight` what the n-gram model's
    logits of categories and themes are multiplied by before they are added to the encoder's, `temperature` what the
    sum of a category's is divided by.
    """

    operating_point: Mapping[Evidence, float] = field(
        default_factory=lambda: {
            Evidence.ENUMERATOR: 0.5,
            Evidence.COMMA: 0.5,
            Evidence.WEAK_STOP: 0.5,
            Evidence.RUN_IN: 0.9,
        }
    )
    theme_threshold: float = 0.5
    temperature: float = 1.0
    ngram_weight: float = 0.0
    ngram_theme_weight: float = 0.0

    def to_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "operating_point": {evidence.value: value for evidence, value in self.operating_point.items()},
            "theme_threshold": self.theme_threshold,
            "temperature": self.temperature,
            "ngram_weight": self.ngram_weight,
            "ngram_theme_weight": self.ngram_theme_weight,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> DecodingSettings:
        """Back from `to_json`. Raises KeyError, TypeError or ValueError on anything else."""
        points = data["operating_point"]
        if not isinstance(points, Mapping):
            raise TypeError("operating_point is not an object")
        return cls(
            {Evidence(name): float(value) for name, value in points.items()},
            float(str(data["theme_threshold"])),
            float(str(data["temperature"])),
            float(str(data.get("ngram_weight", 0.0))),
            float(str(data.get("ngram_theme_weight", 0.0))),
        )


@dataclass(frozen=True, slots=True)
class TokenScores:
    """Scores of a section's n tokens, gathered from its windows.

    `boundary` (n,): probability that a statement ends after the token. `category` (n, 5) and `themes` (n, 11):
    logits of the stretch of text that the token was pooled with.
    """

    boundary: Floats
    category: Floats
    themes: Floats


def decode(
    section: Section,
    encoded: EncodedSection,
    scores: TokenScores,
    settings: DecodingSettings,
    ngrams: NgramModel | None = None,
) -> Section:
    """The section with its statements. They tile every paragraph of its text, whatever the scores are.

    Where a comma parts no two categories (guideline, rule B4), what lies on its two sides is one statement, whose
    scores are the means over both.
    """
    spans = boundaries(section, encoded, scores.boundary, settings)
    if not spans:
        return _with_statements(section, ())
    commas = _commas(encoded, scores.boundary)
    while True:
        logits, theme_logits = _pooled(section, encoded, scores, spans, settings, ngrams)
        winners = logits.argmax(axis=1)
        unfounded = _unfounded(spans, winners, commas)
        if not unfounded:
            break
        spans = _joined(spans, unfounded)
    category = _softmax(logits / settings.temperature)
    themes = _sigmoid(theme_logits)
    statements = tuple(
        Statement(
            text=section.text[start:end],
            start=start,
            end=end,
            category=CATEGORIES[winner],
            confidence=dict(zip(CATEGORIES, map(float, probabilities), strict=True)),
            themes=_themes(theme_row, settings) if CATEGORIES[winner].has_themes else {},
            enumerator=enumerator_at(section.text[start:end]),
        )
        for (start, end), winner, probabilities, theme_row in zip(
            spans, winners, category, themes, strict=True
        )
    )
    return _with_statements(section, statements)


def boundaries(
    section: Section, encoded: EncodedSection, probability: Floats, settings: DecodingSettings
) -> list[Span]:
    """Character spans (start, end) of the statements that the boundary probabilities (n,) make."""
    chosen = {
        candidate.end
        for candidate, position in zip(encoded.candidates, encoded.positions, strict=True)
        if candidate.certain or probability[position] >= settings.operating_point[candidate.evidence]
    }
    cuts = sorted(chosen)
    spans = []
    for start, end in section.paragraph_spans():
        for at in cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]:
            spans.append((start, at))
            start = at
        spans.append((start, end))
    return spans


def _commas(encoded: EncodedSection, probability: Floats) -> dict[int, float]:
    """The probability that a statement ends at each comma, by the position behind it."""
    return {
        candidate.end: float(probability[position])
        for candidate, position in zip(encoded.candidates, encoded.positions, strict=True)
        if candidate.evidence is Evidence.COMMA
    }


def _unfounded(
    spans: Sequence[Span], winners: npt.NDArray[np.int64], commas: Mapping[int, float]
) -> list[int]:
    """Spans that end at a comma without need: the next one is of the same category, or one of the two is other.

    Of several in a row only the least probable: what it joins may be of another category than its parts.
    """
    weak = {
        i: commas[spans[i][1]]
        for i, (own, following) in enumerate(pairwise(winners))
        if spans[i][1] == spans[i + 1][0]
        and spans[i][1] in commas
        and (own == following or Category.OTHER in (CATEGORIES[own], CATEGORIES[following]))
    }
    return [i for i, p in weak.items() if p <= min(weak.get(i - 1, p), weak.get(i + 1, p))]


def _joined(spans: Sequence[Span], along: Sequence[int]) -> list[Span]:
    """`spans`, of which those at the indices `along` go on to the end of the next one."""
    inner = {spans[i][1] for i in along}
    starts = [start for start, _ in spans if start not in inner]
    ends = [end for _, end in spans if end not in inner]
    return list(zip(starts, ends, strict=True))


def _pooled(
    section: Section,
    encoded: EncodedSection,
    scores: TokenScores,
    spans: Sequence[Span],
    settings: DecodingSettings,
    ngrams: NgramModel | None,
) -> tuple[Floats, Floats]:
    """Logits of the categories (s, 5) and of the themes (s, 11) of s spans, the n-grams' among them."""
    starts, stops = _token_ranges(spans, encoded)
    logits = _mean_over(scores.category, starts, stops)
    theme_logits = _mean_over(scores.themes, starts, stops)
    if ngrams and (settings.ngram_weight or settings.ngram_theme_weight):
        of_categories, of_themes = ngrams.logits(section.text, spans, heading_segment(section))
        logits += settings.ngram_weight * of_categories
        theme_logits += settings.ngram_theme_weight * of_themes
    return logits, theme_logits


def _token_ranges(spans: Sequence[Span], encoded: EncodedSection) -> tuple[npt.NDArray[np.int64], ...]:
    """First token and the one after the last of each span; at least one token wide."""
    ends = encoded.offsets[:, 1]
    starts = np.searchsorted(ends, [start for start, _ in spans], side="right")
    stops = np.searchsorted(ends, [end for _, end in spans], side="right")
    starts = np.minimum(starts, len(ends) - 1)
    return starts, np.maximum(stops, starts + 1)


def _mean_over(rows: Floats, starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]) -> Floats:
    """Means of rows[start:stop] for every range."""
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    mean: Floats = ((total[stops] - total[starts]) / (stops - starts)[:, None]).astype(np.float32)
    return mean


def _themes(probabilities: Floats, settings: DecodingSettings) -> dict[Theme, float]:
    order = np.argsort(-probabilities, kind="stable")[:MOST_THEMES]
    return {
        THEMES[i]: float(probabilities[i])
        for rank, i in enumerate(order)
        if rank == 0 or probabilities[i] >= settings.theme_threshold
    }


def _with_statements(section: Section, statements: tuple[Statement, ...]) -> Section:
    return Section(section.kind, section.text, section.number, section.heading, section.origin, statements)


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def _sigmoid(logits: Floats) -> Floats:
    probabilities: Floats = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return probabilities

"""Tagger: reports in, the same reports with statements out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import models
from nlp.boundary import given
from nlp.decoding import DecodingSettings, TokenScores, decode
from nlp.engine import Engine, Scores
from nlp.engines.choice import load_engine
from nlp.engines.kind import EngineKind
from nlp.errors import ModelError
from nlp.labels import Category, Theme
from nlp.ngrams import NgramModel
from nlp.report import Report, Section
from nlp.window import (
    EncodedSection,
    Floats,
    Window,
    collate,
    encode,
    row_length,
    special_ids,
    text_start,
    windows,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS, CONTEXT = 256, 32
"""Tokens of a window, and of what it sees on either side of its own in a long section."""
BATCH_TOKENS = 4096
"""Tokens, padding included, that the encoder sees at a time."""
MOST_STRETCH = 1.25
"""How much longer the longest window of a batch may be than the shortest."""
REPORTS_AHEAD, CHARACTERS_AHEAD = 64, 500_000
"""Reports whose windows are sorted by length together, and about how many characters: long ones take much memory."""


@dataclass(frozen=True, slots=True)
class Tagger:
    """The product's pipeline from an untagged report to a tagged one.

    `name` is written into the reports, `digest` tells the model from others of that name; `max_tokens` is the window's
    size, `context` the tokens that a window of a long section sees on either side of its own. `ngrams` is what is read
    beside the encoder, where the model has it.
    """

    name: str
    engine: Engine
    tokenizer: Tokenizer
    settings: DecodingSettings = field(default_factory=DecodingSettings)
    max_tokens: int = MAX_TOKENS
    context: int = CONTEXT
    ngrams: NgramModel | None = None
    digest: str = ""

    @property
    def identity(self) -> str:
        """The name and, where the model was loaded from files, a digest of what they say of it."""
        return f"{self.name} {self.digest}".rstrip()

    @classmethod
    def load(
        cls,
        name_or_path: str | Path = models.DEFAULT,
        *,
        threads: int | None = None,
        engine: EngineKind = EngineKind.AUTO,
        long_run: bool = False,
    ) -> Tagger:
        """The model of that name (`gongkai models` lists them) or in that directory, on `engine`.

        `long_run` lets `auto` take some seconds to find the fastest engine and to prepare it. Raises ModelError if
        there is no such model, or it cannot be loaded, UsageError if the engine is not here.
        """
        from tokenizers import Tokenizer

        directory = models.find(name_or_path)
        try:
            written = (directory / models.CONFIG).read_bytes()
            config = json.loads(written)
            tokenizer = Tokenizer.from_file(str(directory / models.TOKENIZER))
            settings = DecodingSettings.from_json(config["decoding"])
            name = f"{config['name']} {config['version']}"
            max_tokens, context = int(config["max_tokens"]), int(config["context"])
        except Exception as fault:  # tokenizers raises plain Exception
            raise ModelError(f"{directory}: not a usable model: {fault!r}") from fault
        loaded = load_engine(directory / models.GRAPH, threads, engine, long_run)
        beside = directory / models.NGRAMS
        ngrams = NgramModel.load(beside) if beside.is_file() else None
        digest = hashlib.sha256(written).hexdigest()[
            :8
        ]  # it holds the training's scores, to all their digits
        return cls(name, loaded, tokenizer, settings, max_tokens, context, ngrams, digest)

    def tag(self, report: Report) -> Report:
        """The report with statements in its sections."""
        return next(self.tag_many([report]))

    def tag_many(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Tag a stream of reports in its order; windows of several reports share a batch."""
        ahead: list[Report] = []
        characters = 0
        for report in reports:
            ahead.append(report)
            characters += sum(len(section.text) for section in report.sections)
            if len(ahead) == REPORTS_AHEAD or characters >= CHARACTERS_AHEAD:
                yield from self._tag_together(ahead)
                ahead, characters = [], 0
        yield from self._tag_together(ahead)

    def _tag_together(self, reports: Sequence[Report]) -> Iterator[Report]:
        sections = [section for report in reports for section in report.sections]
        tagged = iter(self.tag_sections(sections))
        for report in reports:
            yield report.with_sections(tuple(next(tagged) for _ in report.sections), self.name)

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with their statements; each section's text is read by the encoder once."""
        return self._decode(sections, encode(sections, self.tokenizer))

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, their categories and themes decided anew."""
        return self._decode(sections, encode(sections, self.tokenizer, given))

    def _decode(self, sections: Sequence[Section], encoded: Sequence[EncodedSection]) -> list[Section]:
        return [
            decode(section, one, scores, self.settings, self.ngrams)
            for section, one, scores in zip(sections, encoded, self.score(encoded), strict=True)
        ]

    def score(self, encoded: Sequence[EncodedSection]) -> list[TokenScores]:
        """Scores of every token of every section, from windows batched by length."""
        scores = [_empty_scores(len(one.ids)) for one in encoded]
        work = [
            (index, window)
            for index, one in enumerate(encoded)
            for window in windows(one, self.max_tokens, self.context)
        ]
        work.sort(key=lambda item: row_length(encoded[item[0]], item[1]))
        special = special_ids(self.tokenizer)
        for batch in _batches(work, encoded):
            items = [(encoded[index], window) for index, window in batch]
            result = self.engine.run(collate(items, special, self.settings.operating_point))
            for row, (index, window) in enumerate(batch):
                _gather(scores[index], result, row, encoded[index], window)
        return scores


def _batches(
    work: Sequence[tuple[int, Window]], encoded: Sequence[EncodedSection]
) -> Iterator[list[tuple[int, Window]]]:
    """Runs of windows sorted by length, of at most BATCH_TOKENS with little padding (or one window)."""
    batch: list[tuple[int, Window]] = []
    shortest = 0
    for index, window in work:
        width = row_length(encoded[index], window)
        if batch and ((len(batch) + 1) * width > BATCH_TOKENS or width > MOST_STRETCH * shortest):
            yield batch
            batch = []
        if not batch:
            shortest = width
        batch.append((index, window))
    if batch:
        yield batch


def _empty_scores(tokens: int) -> TokenScores:
    def zeros(*shape: int) -> Floats:
        return np.zeros(shape, dtype=np.float32)

    return TokenScores(zeros(tokens), zeros(tokens, len(Category)), zeros(tokens, len(Theme)))


def _gather(scores: TokenScores, result: Scores, row: int, encoded: EncodedSection, window: Window) -> None:
    """Copy what a window says of its own tokens."""
    shift = text_start(encoded) - window.start
    own = slice(window.own_start, window.own_end)
    columns = slice(window.own_start + shift, window.own_end + shift)
    segment = result.segment[row, columns]
    scores.boundary[own] = 0.5 * (1.0 + np.tanh(0.5 * result.boundary[row, columns]))
    scores.category[own] = result.category[segment]
    scores.themes[own] = result.themes[segment]

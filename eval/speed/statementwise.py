"""Statement by statement: what one writes who takes tagging for text classification, and has torch.

Both classifiers are given the statements, boundaries and all, which the product has to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from nlp.labels import Category
from nlp.report import Report, Statement
from nlp.window import PAD, Floats, heading_segment, special_ids
from training.annotation import AnnotatedReport
from training.model import StatementModel

BATCH = 32
"""Statements of a batch."""
MAX_TOKENS = 512
SHOTS = 8
"""Statements of each category that SetFit's head learns from."""


def padding(tokenizer: Tokenizer) -> Tokenizer:
    """A copy of `tokenizer` that pads to the longest text of a batch and cuts what no encoder holds."""
    twin = Tokenizer.from_str(tokenizer.to_str())
    twin.enable_padding(pad_id=special_ids(twin)[1], pad_token=PAD)
    twin.enable_truncation(MAX_TOKENS)
    return twin


def inputs(encoded: Sequence[Encoding]) -> dict[str, Tensor]:
    """An encoder's inputs, each (b, t)."""
    return {
        "input_ids": torch.tensor([one.ids for one in encoded]),
        "attention_mask": torch.tensor([one.attention_mask for one in encoded]),
        "token_type_ids": torch.tensor([one.type_ids for one in encoded]),
    }


class PlainPipeline:
    """The product's own weights in float32, in batches of BATCH statements, each with its section's heading."""

    def __init__(self, model: StatementModel, tokenizer: Tokenizer) -> None:
        self._model = model.train(False)
        self._tokenizer = padding(tokenizer)

    def classify(self, work: Sequence[Report]) -> list[Category]:
        """The category of every statement, in the order of the text; themes are computed, too."""
        pairs = [
            (heading_segment(section), statement.text)
            for report in work
            for section in report.sections
            for statement in section.statements
        ]
        found: list[Category] = []
        for start in range(0, len(pairs), BATCH):
            encoded = self._tokenizer.encode_batch(pairs[start : start + BATCH])
            found += [list(Category)[i] for i in self._scores(encoded)[0].argmax(dim=1)]
        return found

    def _scores(self, encoded: Sequence[Encoding]) -> tuple[Tensor, Tensor]:
        """Logits (b, 5) of categories and (b, 11) of themes."""
        with torch.inference_mode():
            batch = inputs(encoded)
            states = self._model.token_states(**batch)
            special = torch.tensor([one.special_tokens_mask for one in encoded])
            own = (batch["token_type_ids"] * (1 - special)).bool().unsqueeze(-1)
            mean = (states * own).sum(dim=1) / own.sum(dim=1).clamp(min=1)
            highest = states.masked_fill(~own, -1e4).amax(dim=1)
            pooled = torch.cat([mean, highest], dim=-1)
            return self._model.category_head(pooled), self._model.theme_head(pooled)


class SetFit:
    """A sentence encoder in float32 and a logistic regression over its vectors, of SHOTS statements a category.

    (Tunstall et al. 2022, arXiv:2209.11055.) Texts are read in batches of like lengths, as sentence-transformers does.
    """

    def __init__(self, encoder: Any, tokenizer: Tokenizer) -> None:
        self._encoder = encoder.train(False)
        self._tokenizer = padding(tokenizer)

    def fit(self, annotated: Sequence[AnnotatedReport]) -> SetFit:
        """Learn the head; needs scikit-learn. The encoder stays as it is, which changes nothing about its speed."""
        from sklearn.linear_model import LogisticRegression

        shown: list[Statement] = []
        for category in Category:
            of_category = (s for one in annotated for s in one.report.statements() if s.category is category)
            shown += [s for s, _ in zip(of_category, range(SHOTS), strict=False)]
        targets = [list(Category).index(s.category) for s in shown]
        self._head = LogisticRegression(max_iter=300).fit(self.encode([s.text for s in shown]), targets)
        return self

    def classify(self, work: Sequence[Report]) -> list[Category]:
        """The category of every statement, in the order of the text."""
        texts = [statement.text for report in work for statement in report.statements()]
        return [list(Category)[i] for i in self._head.predict(self.encode(texts))] if texts else []

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors (n, d): means of token states."""
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = []
        for start in range(0, len(order), BATCH):
            batch = inputs(self._tokenizer.encode_batch([texts[i] for i in order[start : start + BATCH]]))
            with torch.inference_mode():
                states = self._encoder(**batch).last_hidden_state
                mask = batch["attention_mask"].unsqueeze(-1)
                mean = (states * mask).sum(dim=1) / mask.sum(dim=1)
                vectors.append(torch.nn.functional.normalize(mean, dim=-1).numpy())
        found: Floats = np.concatenate(vectors)[np.argsort(order)]
        return found

"""SetFit: a sentence encoder fine-tuned on pairs of a few statements, and a linear model over its vectors.

Tunstall et al. 2022, arXiv:2209.11055, in its authors' library: pairs of the same and of different categories move the
encoder by their cosine, then a logistic regression learns from the same few statements, or from all there are.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from eval.baselines.frozen import VectorBaseline
from eval.baselines.statementwise import CUTTING, features
from eval.folds import Fold
from nlp.labels import Category
from nlp.report import Section, Statement
from nlp.window import Floats
from training.annotation import annotated_statements
from training.builtin import encoder_directory

MAX_TOKENS = 256
Pair = tuple[Section, Statement]


@dataclass(frozen=True, slots=True)
class SetFitLearner:
    """Fine-tunes the encoder on `shots` statements a category; the heads learn from them, or from `all_for_heads`.

    All is done in float32: in bfloat16, vectors that lie as close together as this encoder's stay there.
    Each statement makes `iterations` pairs of its own category and as many of two, which are seen once; `iterations`,
    `batch` and `rate` are the paper's. `encoder` is the directory of a BERT, the built-in one by default.
    """

    shots: int = 64
    all_for_heads: bool = False
    seed: int = 1
    iterations: int = 20
    batch: int = 16
    rate: float = 2e-5
    strength: float = 1.0
    encoder: Path | None = None

    @property
    def name(self) -> str:
        """The shots, and what the heads learn from."""
        return f"SetFit {self.shots}" + (", heads of all" if self.all_for_heads else "")

    @property
    def settings(self) -> str:
        """All fields, and the precision."""
        said = {"cutting": CUTTING, "precision": "float32"}
        return json.dumps(asdict(self) | said, sort_keys=True, default=str)

    def fit(self, fold: Fold, directory: Path) -> VectorBaseline:
        """The baseline, fitted on statements drawn from the fold's training reports; nothing is kept."""
        pairs = annotated_statements(fold.train)
        drawn = draw(pairs, self.shots, self.seed)
        shown = tuple((features(*pair), list(Category).index(pair[1].category)) for pair in drawn)
        encoder = self.encoder or encoder_directory()
        body = fine_tuned(shown, self.iterations, self.batch, self.rate, self.seed, encoder)

        def vectors(some: Sequence[Pair]) -> Floats:
            texts = [features(section, statement) for section, statement in some]
            return np.asarray(body.encode(texts, show_progress_bar=False), dtype=np.float32)

        return VectorBaseline(vectors, self.strength).fit(pairs if self.all_for_heads else drawn)


@lru_cache(maxsize=1)  # the heads of few and those of all have the same encoder beneath them
def fine_tuned(
    drawn: tuple[tuple[str, int], ...], iterations: int, batch: int, rate: float, seed: int, encoder: Path
) -> Any:
    """The encoder moved by pairs of `drawn` texts with the numbers of their categories, as a SentenceTransformer."""
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from setfit import SetFitModel, Trainer, TrainingArguments

    transformer = Transformer(str(encoder), max_seq_length=MAX_TOKENS)
    mean = Pooling(transformer.get_embedding_dimension(), "mean")  # as this encoder was trained
    body = SentenceTransformer(modules=[transformer, mean, Normalize()])
    with tempfile.TemporaryDirectory() as scratch:
        trainer = Trainer(
            SetFitModel(model_body=body),
            args=TrainingArguments(
                output_dir=scratch,
                batch_size=batch,
                num_epochs=1,
                num_iterations=iterations,
                body_learning_rate=rate,
                seed=seed,
                save_strategy="no",
                report_to="none",
                show_progress_bar=False,
            ),
            train_dataset=Dataset.from_dict({"text": [], "label": []}),  # given below; it wants one here
        )
        trainer.train_embeddings([text for text, _ in drawn], [category for _, category in drawn])
    return body


def draw(pairs: Sequence[Pair], shots: int, seed: int) -> list[Pair]:
    """`shots` statements of each category, or all of one that has fewer, drawn at random."""
    rng = random.Random(seed)
    drawn: list[Pair] = []
    for category in Category:
        of_category = [pair for pair in pairs if pair[1].category is category]
        drawn += rng.sample(of_category, min(shots, len(of_category)))
    return drawn

"""Learner: the statement model, trained anew by a recipe on each fold of a cross-validation."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from eval.evaluation import System
from eval.folds import Fold
from nlp.decoding import DecodingSettings
from nlp.ngrams import BITS, HEADING_SHARE, ORDERS
from nlp.tagger import CONTEXT, MAX_TOKENS
from training.ngrams import (
    IDF_SHARE,
    LEAST_STATEMENTS,
    NGRAM_THEME_WEIGHT,
    NGRAM_WEIGHT,
    REGULARISATION,
    THEME_REGULARISATION,
    fit,
)
from training.probing import ENOUGH, STRENGTH
from training.recipe import Recipe
from training.restoring import is_finished, load_torch
from training.run import tagger_of, train_model
from training.trainer import remove_checkpoints

WATCHED = 25
"""Every how many-th training report is scored after each epoch, to see the run learn."""


def training_settings(recipe: Recipe) -> dict[str, object]:
    """All that decides what the encoder and its heads learn from given reports, and in what windows they read."""
    probing = {"reports": ENOUGH, "strength": STRENGTH}
    return recipe.to_json() | {"probing": probing, "max_tokens": MAX_TOKENS, "context": CONTEXT}


@dataclass(frozen=True, slots=True)
class RecipeLearner:
    """Trains by `recipe` for all of its epochs: nothing that is held out decides when to stop."""

    recipe: Recipe
    name: str = "recipe"

    @property
    def settings(self) -> str:
        """How it is trained, how the n-gram model is fitted and joined, and how statements are decided."""
        ngrams = {
            "bits": BITS,
            "orders": ORDERS,
            "heading_share": HEADING_SHARE,
            "least_statements": LEAST_STATEMENTS,
            "regularisation": [REGULARISATION, THEME_REGULARISATION],
            "idf_share": IDF_SHARE,
        }
        own = {"ngrams": ngrams, "decoding": self._decoding.to_json()}
        return json.dumps(training_settings(self.recipe) | own, sort_keys=True)

    @property
    def _decoding(self) -> DecodingSettings:
        return DecodingSettings(ngram_weight=NGRAM_WEIGHT, ngram_theme_weight=NGRAM_THEME_WEIGHT)

    def fit(self, fold: Fold, directory: Path) -> System:
        """The trained model as a tagger.

        A run that was stopped goes on from its last checkpoint; one that is finished is not made again.
        """
        if is_finished(directory):
            model, tokenizer = load_torch(directory)
            tagger = tagger_of(model, Tokenizer.from_file(str(tokenizer)))
        else:
            tagger = train_model(
                fold.train, fold.train[::WATCHED], self.recipe, directory, resume=directory.exists()
            )
            remove_checkpoints(directory)
        return replace(tagger, ngrams=fit(fold.train), settings=self._decoding)

"""Token labels: BERT says of every token whether it ends a statement or lies inside one, and of which category.

The labels are E- and I- with a category (IOE2 of Tjong Kim Sang and Veenstra 1999, arXiv:cs/9907006, where no token is
outside). Ends are what a mark shows: with labels of beginnings, B- and I-, this encoder learns boundaries at a fraction
of the rate, since the token to be labelled is not the one that tells. Encoder, windows, augmentation, optimizer and
averaging are the product's. So is the way from scores over tokens to statements, but for where they end: after a token
more likely labelled E- than I-, whether or not a mark stands there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, BertConfig, BertModel, PreTrainedModel

import models
from eval.baselines.recipe import BASELINE
from eval.evaluation import evaluate
from eval.folds import Fold, Reports
from nlp.boundary import Candidate, Evidence
from nlp.decoding import decode
from nlp.engine import Scores
from nlp.labels import Category, Theme
from nlp.report import Section
from nlp.tagger import CONTEXT, MAX_TOKENS, Tagger
from nlp.window import Batch, EncodedSection, Floats, encode
from training.examples import IGNORED
from training.grouped import group_states
from training.learner import training_settings
from training.recipe import Recipe
from training.run import base_directory
from training.trainer import StatementTrainer, remove_checkpoints, train

LABELS = tuple(f"{prefix}-{category}" for prefix in "EI" for category in Category)
"""Of a token, in the order of the model's outputs."""
BOUNDARY = 0.5
"""The probability of all E- labels together from which on a token ends a statement."""


class TokenLabelModel(PreTrainedModel):
    """A BERT with two linear heads over each token: logits of LABELS, and of the themes of its statement."""

    config_class = BertConfig
    base_model_prefix = "encoder"

    def __init__(self, config: BertConfig, dropout: float = 0.1) -> None:
        super().__init__(config)

        def head(outputs: int) -> nn.Sequential:
            # states of this encoder lie close together, and are spread out first, as in the product
            width = config.hidden_size
            return nn.Sequential(nn.LayerNorm(width), nn.Dropout(dropout), nn.Linear(width, outputs))

        self.encoder: Any = BertModel(config, add_pooling_layer=False)
        self.label_head = head(len(LABELS))
        self.theme_head = head(len(Theme))
        self.post_init()  # type: ignore[no-untyped-call]

    @classmethod
    def from_encoder(cls, base: str) -> TokenLabelModel:
        """A model with fresh heads on the pretrained encoder `base` (a directory or a hub name of a BERT)."""
        config = AutoConfig.from_pretrained(base, attention_probs_dropout_prob=0.0)  # as the product's
        model = cls(config)
        model.encoder = AutoModel.from_pretrained(base, config=config, add_pooling_layer=False)
        return model

    @property
    def max_tokens(self) -> int:
        """The longest window that the encoder has positions for."""
        return int(self.config.max_position_embeddings)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits (b, t, 10) of LABELS and (b, t, 11) of themes."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.label_head(states), self.theme_head(states)

    def read_groups(self, groups: Sequence[Mapping[str, Any]]) -> list[tuple[Tensor, Tensor]]:
        """One pass over several groups of windows: the outputs of `forward` for each, at a fraction of the time."""
        found = group_states(self.encoder, groups)
        return [(self.label_head(states), self.theme_head(states)) for states in found]


def token_targets(segment: Tensor, category_targets: Tensor) -> Tensor:
    """The label (b, t) of every token, IGNORED outside of the text.

    `segment` (b, t) and `category_targets` (s,) are a group's of `Collator`: a statement's last token is the one before
    another segment.
    """
    category = category_targets[segment]
    following = torch.cat([segment[:, 1:], torch.zeros_like(segment[:, :1])], dim=1)
    inside = (segment == following).long() * len(Category)
    return torch.where(category == IGNORED, category, category + inside)


class TokenLabelTrainer(StatementTrainer):
    """The product's trainer with the loss of token labels."""

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """The mean over all tokens of a batch from `Collator`, themes of the tokens that have some."""
        groups = inputs["groups"]
        own: TokenLabelModel = self.accelerator.unwrap_model(model)
        with self.accelerator.autocast():
            outputs = own.read_groups(groups)
        labels = torch.cat([label.flatten(0, 1) for label, _ in outputs]).float()
        targets = torch.cat([token_targets(g["segment"], g["category_targets"]).flatten() for g in groups])
        loss: Tensor = self.loss.category(labels, targets)
        themes = torch.cat([theme.flatten(0, 1) for _, theme in outputs]).float()
        theme_targets = torch.cat(
            [group["theme_targets"][group["segment"]].flatten(0, 1) for group in groups]
        )
        themed = ~theme_targets.isnan().any(dim=1)
        if themed.any():
            loss = loss + self.recipe.theme_weight * nn.functional.binary_cross_entropy_with_logits(
                themes[themed], theme_targets[themed]
            )
        return (loss, outputs) if return_outputs else loss


class TokenLabelEngine:
    """The model as an engine of the product's tagger, whose scores it gives for every token by itself."""

    def __init__(self, model: TokenLabelModel) -> None:
        self.model = model

    def run(self, batch: Batch) -> Scores:
        """One forward pass, without dropout and gradients; `boundary` is that a statement ends with the token."""
        training = self.model.training
        self.model.train(False)
        device = next(self.model.parameters()).device
        arrays = (batch.input_ids, batch.attention_mask, batch.token_type_ids)
        with torch.inference_mode():
            labels, themes = self.model(*(torch.from_numpy(array).to(device) for array in arrays))
        self.model.train(training)
        boundary, category = marginals(labels.float())
        segment = np.arange(batch.input_ids.size).reshape(batch.input_ids.shape)
        return Scores(
            boundary.cpu().numpy(),
            segment,
            category.flatten(0, 1).cpu().numpy(),
            themes.float().flatten(0, 1).cpu().numpy(),
        )


def marginals(labels: Tensor) -> tuple[Tensor, Tensor]:
    """The logit (…) of all E- labels against all I- labels, and log-probabilities (…, 5) of categories, E- or I-."""
    end, inside = labels.split(len(Category), dim=-1)
    category = torch.logaddexp(end, inside)
    return end.logsumexp(-1) - inside.logsumexp(-1), category.log_softmax(-1)


class TokenLabelBaseline:
    """A model of token labels with the windows and the decoding of the product's tagger."""

    def __init__(self, model: TokenLabelModel, tokenizer: Tokenizer) -> None:
        longest = min(MAX_TOKENS, model.max_tokens)
        self._tagger = Tagger(
            "token labels",
            TokenLabelEngine(model),
            tokenizer,
            max_tokens=longest,
            context=min(CONTEXT, longest // 8),
        )

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that their tokens' labels make."""
        encoded = encode(sections, self._tagger.tokenizer)
        return [
            decode(section, ending_at(one, ends(one, scores.boundary)), scores, self._tagger.settings)
            for section, one, scores in zip(sections, encoded, self._tagger.score(encoded), strict=True)
        ]

    def classify(self, sections: Sequence[Section]) -> list[Section]:
        """Sections with the statements that they have, classified by the mean over their tokens."""
        return self._tagger.classify(sections)


def ends(encoded: EncodedSection, boundary: Floats) -> list[int]:
    """The characters at which statements end, by the probability `boundary` (n,) that one ends with a token.

    Blanks after such a token stay with its statement, as the guideline has it. The category is the whole statement's,
    whatever its tokens say one by one.
    """
    last = len(encoded.ids) - 1
    return [int(encoded.offsets[i + 1, 0]) for i in np.flatnonzero(boundary >= BOUNDARY) if i < last]


def ending_at(encoded: EncodedSection, found: Sequence[int]) -> EncodedSection:
    """The section with certain candidates at these characters, and no others."""
    positions = np.searchsorted(encoded.offsets[:, 1], found, side="right") - 1
    return replace(
        encoded, candidates=tuple(Candidate(end, Evidence.LINE) for end in found), positions=positions
    )


@dataclass(frozen=True, slots=True)
class TokenLabelLearner:
    """Trains a model of token labels by `recipe`."""

    recipe: Recipe = BASELINE
    name: str = "token labels"

    @property
    def settings(self) -> str:
        """The labels, and how it is trained."""
        return json.dumps({"labels": LABELS, **training_settings(self.recipe)}, sort_keys=True)

    def fit(self, fold: Fold, directory: Path) -> TokenLabelBaseline:
        """The trained model; a run that was stopped goes on from its last checkpoint."""
        torch.manual_seed(self.recipe.seed)
        base = base_directory(self.recipe.base)
        tokenizer = Tokenizer.from_file(str(base / models.TOKENIZER))
        model = _train(fold, TokenLabelModel.from_encoder(str(base)), tokenizer, self.recipe, directory)
        remove_checkpoints(directory)
        return TokenLabelBaseline(model, tokenizer)


def _train(
    fold: Fold, model: TokenLabelModel, tokenizer: Tokenizer, recipe: Recipe, directory: Path
) -> TokenLabelModel:
    watched: Reports = fold.watched or fold.train[:1]

    def score(current: TokenLabelModel) -> dict[str, float]:
        scores = evaluate(TokenLabelBaseline(current, tokenizer), watched).total.scores()
        return {name: value for name, value in scores.items() if value == value}

    return train(
        fold.train,
        model,
        tokenizer,
        recipe,
        directory,
        score,
        resume=True,
        trainer_class=TokenLabelTrainer,
    )

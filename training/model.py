"""The statement model: a BERT encoder with a boundary, a category and a theme head, in one pass over a window.

The boundary head reads the token states on both sides of a candidate. The other two read a statement: the mean
and the maximum of its token states. At inference the model's own boundaries say what a statement is; in training
the gold ones do. (Hu et al. 2019, arXiv:1906.03820, pool spans from an encoder in much the same way.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, BertConfig, BertModel, PretrainedConfig, PreTrainedModel

from nlp.labels import Category, Theme
from training.grouped import group_states

_LOWEST = -1e4
"""Below any token state: what the maximum over no tokens is."""


class StatementConfig(PretrainedConfig):
    """Sizes of the heads, and the configuration of the encoder beneath them."""

    model_type = "gongkai-statement"

    def __init__(
        self, encoder: dict[str, Any] | None = None, head_dropout: float = 0.1, **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.encoder = encoder or {}
        self.head_dropout = head_dropout
        self.categories = [str(category) for category in Category]
        self.themes = [str(theme) for theme in Theme]


@dataclass
class StatementOutput:
    """What one pass gives for b windows of t tokens, or for s gold statements where spans are given.

    `boundary` (b, t) logits that a statement ends after the token; `segment` (b, t) the statement of every
    token, counted through the batch; `category` (s, 5) and `themes` (s, 11) logits; s is b x t at inference, where
    rows from the last segment on are empty. `states` (b, t, h) are those of the encoder's last layer.
    """

    boundary: Tensor
    segment: Tensor
    category: Tensor
    themes: Tensor
    states: Tensor


class StatementModel(PreTrainedModel):
    """Boundaries, categories and themes of the statements of a window."""

    config_class = StatementConfig
    base_model_prefix = "encoder"

    def __init__(self, config: StatementConfig) -> None:
        super().__init__(config)
        encoder = BertConfig(**config.encoder)
        hidden = encoder.hidden_size
        self.encoder: Any = BertModel(encoder, add_pooling_layer=False)  # or the same, packed
        self.boundary_head = _head(2 * hidden, 1, config.head_dropout)
        self.category_head = _head(2 * hidden, len(Category), config.head_dropout)
        self.theme_head = _head(2 * hidden, len(Theme), config.head_dropout)
        self.post_init()  # type: ignore[no-untyped-call]

    @classmethod
    def from_encoder(cls, base: str, **keywords: Any) -> StatementModel:
        """A model with fresh heads on the pretrained encoder `base` (a directory or a hub name of a BERT)."""
        config = AutoConfig.from_pretrained(
            base, attention_probs_dropout_prob=0.0
        )  # slow on a CPU, and no gain
        model = cls(StatementConfig(encoder=config.to_dict(), **keywords))
        model.encoder = AutoModel.from_pretrained(base, config=config, add_pooling_layer=False)
        return model

    @property
    def max_tokens(self) -> int:
        """The longest window that the encoder has positions for."""
        return int(self.config.encoder["max_position_embeddings"])

    def token_states(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """States (b, t, h) of the encoder's last layer."""
        states: Tensor = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return states

    def boundary_logits(self, states: Tensor) -> Tensor:
        """Logits (b, t) that a statement ends after each token, from its state and the next one's."""
        logits: Tensor = self.boundary_head(self.boundary_features(states)).squeeze(-1)
        return logits

    @staticmethod
    def boundary_features(states: Tensor) -> Tensor:
        """What the boundary head reads of states (b, t, h): each token's and the next one's, (b, t, 2h)."""
        following = torch.cat([states[:, 1:], states[:, -1:]], dim=1)
        return torch.cat([states, following], dim=-1)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor,
        thresholds: Tensor | None = None,
        segment: Tensor | None = None,
        segments: int | None = None,
    ) -> StatementOutput:
        """One pass over (b, t) tokens, padded on the right.

        Give `thresholds` (b, t), the probability from which on a statement ends after a token, or the gold
        `segment` (b, t) of every token with their number `segments`.
        """
        states = self.token_states(input_ids, attention_mask, token_type_ids)
        boundary = self.boundary_logits(states)
        if segment is None:
            assert thresholds is not None
            ends = (boundary.sigmoid() >= thresholds).long().flatten()
            segment = (ends.cumsum(0) - ends).view_as(input_ids)
        return self._output(states, boundary, segment, segments)

    def read_groups(self, groups: Sequence[Mapping[str, Any]]) -> list[StatementOutput]:
        """One pass over several groups of windows, each a mapping of `forward`'s inputs with gold segments.

        The outputs are those of `forward` for each group, at a fraction of the time.
        """
        return [
            self._output(states, self.boundary_logits(states), group["segment"], group["segments"])
            for states, group in zip(group_states(self.encoder, groups), groups, strict=True)
        ]

    def _output(
        self, states: Tensor, boundary: Tensor, segment: Tensor, segments: int | None
    ) -> StatementOutput:
        pooled = pool(states.flatten(0, 1), segment.flatten(), segments)
        return StatementOutput(boundary, segment, self.category_head(pooled), self.theme_head(pooled), states)


def _head(width: int, outputs: int, dropout: float) -> nn.Sequential:
    """A linear layer; the encoder's states differ little from each other, so they are spread out first."""
    return nn.Sequential(nn.LayerNorm(width), nn.Dropout(dropout), nn.Linear(width, outputs))


def pool(states: Tensor, segment: Tensor, segments: int | None = None) -> Tensor:
    """Mean and maximum (s, 2h) of token states (n, h) over the tokens of each segment (n,); s = n by default."""
    rows = torch.zeros_like(states) if segments is None else states.new_zeros(segments, states.shape[1])
    index = segment.unsqueeze(1).expand_as(states)
    sizes = rows[:, :1].scatter_add(0, index[:, :1], torch.ones_like(states[:, :1])).clamp(min=1)
    mean = rows.scatter_add(0, index, states) / sizes
    highest = (rows + _LOWEST).scatter_reduce(0, index, states, "amax")
    return torch.cat([mean, highest], dim=-1)


AutoConfig.register(StatementConfig.model_type, StatementConfig)
AutoModel.register(StatementConfig, StatementModel)

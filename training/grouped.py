"""Grouped reading: all windows of a training batch through the encoder at once.

Windows differ in length, so a batch comes in groups of similar length. Matrices multiply the tokens of all groups
together; attention alone needs rows of one length, and goes group by group. A pass over each group on its own would
read every weight, and add to every gradient, as often as there are groups.

Attention is written out in plain products: on processors the fused kernel's backward pass takes most of a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import BertModel

_MASKED = -1e4
"""What is added to the score of a token that pads."""


def group_states(encoder: BertModel, groups: Sequence[Mapping[str, Any]]) -> list[Tensor]:
    """States (b, t, h) of the encoder's last layer for each group, as the encoder gives them for it alone.

    A group has `input_ids`, `attention_mask` and `token_type_ids` (b, t) of its own b and t.
    """
    shapes = [group["input_ids"].shape for group in groups]
    sizes = [rows * length for rows, length in shapes]
    states = _embedded(encoder.embeddings, groups)
    masks = [(1 - group["attention_mask"][:, None, None, :].float()) * _MASKED for group in groups]
    for layer in cast(Any, encoder).encoder.layer:
        context = _attention(layer.attention.self, states, shapes, masks)
        states = layer.attention.output(context, states)
        states = layer.output(layer.intermediate(states), states)
    parts = states.split(sizes)
    return [part.view(*shape, -1) for part, shape in zip(parts, shapes, strict=True)]


def _embedded(embeddings: Any, groups: Sequence[Mapping[str, Any]]) -> Tensor:
    """Input states (n, h) of the tokens of all groups."""
    ids, types = (
        torch.cat([group[name].flatten() for group in groups]) for name in ("input_ids", "token_type_ids")
    )
    places = torch.cat(
        [
            torch.arange(group["input_ids"].shape[1], device=ids.device).repeat(len(group["input_ids"]))
            for group in groups
        ]
    )
    total = (
        embeddings.word_embeddings(ids)
        + embeddings.token_type_embeddings(types)
        + embeddings.position_embeddings(places)
    )
    states: Tensor = embeddings.dropout(embeddings.LayerNorm(total))
    return states


def _attention(
    own: Any, states: Tensor, shapes: Sequence[tuple[int, int]], masks: Sequence[Tensor]
) -> Tensor:
    """What each token takes from the others of its row, (n, h)."""
    width = own.attention_head_size
    scale = width**-0.5
    parts = (own.query, own.key, own.value)
    factors = (scale, 1.0, 1.0)
    weight = torch.cat([part.weight * factor for part, factor in zip(parts, factors, strict=True)])
    bias = torch.cat([part.bias * factor for part, factor in zip(parts, factors, strict=True)])
    taken = []
    together = nn.functional.linear(states, weight, bias)
    for part, (rows, length), mask in zip(
        together.split([rows * length for rows, length in shapes]), shapes, masks, strict=True
    ):
        query, key, value = part.view(rows, length, 3, -1, width).permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2)
        shares = own.dropout((scores + mask.to(scores.dtype)).softmax(-1, dtype=scores.dtype))
        taken.append((shares @ value).transpose(1, 2).flatten(0, 1).flatten(1))
    return torch.cat(taken)

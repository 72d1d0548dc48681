"""Packing: a BERT encoder as it is exported, with one matrix product for query, key and value.

The same function as `transformers.BertModel` at inference. Its graph has a third of the products that read a layer's
input, rounds that input to 8 bits once instead of three times, and has one operation for all that attention is.
"""

from __future__ import annotations

import copy
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel
from transformers.modeling_outputs import BaseModelOutput

from nlp.errors import ModelError
from training.attention import attention


class PackedLayer(nn.Module):
    """One layer: self-attention, then the feed-forward part, each added to its input and normalised."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width, epsilon = config.hidden_size, config.layer_norm_eps
        self.width, self.heads = width, config.num_attention_heads
        self.qkv = nn.Linear(width, 3 * width)
        self.attention_output = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=epsilon)
        self.intermediate = nn.Linear(width, config.intermediate_size)
        self.output = nn.Linear(config.intermediate_size, width)
        self.output_norm = nn.LayerNorm(width, eps=epsilon)

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """States (b, t, h) of the layer from those of the one before, of rows of `lengths` (b,) tokens."""
        query, key, value = self.qkv(states).split(self.width, dim=-1)
        context = attention(query, key, value, lengths, self.heads)
        states = self.attention_norm(states + self.attention_output(context))
        wide = nn.functional.gelu(self.intermediate(states))
        normed: Tensor = self.output_norm(states + self.output(wide))
        return normed


class PackedEncoder(nn.Module):
    """A BERT encoder of packed layers. Raises ModelError as `check_packable` does."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        check_packable(config)
        width = config.hidden_size
        self.config = config
        self.words = nn.Embedding(config.vocab_size, width)
        self.positions = nn.Embedding(config.max_position_embeddings, width)
        self.types = nn.Embedding(config.type_vocab_size, width)
        self.norm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.layers = nn.ModuleList(PackedLayer(config) for _ in range(config.num_hidden_layers))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> BaseModelOutput:
        """States (b, t, h) of the last layer for (b, t) tokens, padded on the right."""
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        states = self.norm(self.words(input_ids) + self.types(token_type_ids) + self.positions(places))
        lengths = attention_mask.sum(1).to(torch.int32)
        for layer in self.layers:
            states = layer(states, lengths)
        return BaseModelOutput(last_hidden_state=states)


def check_packable(config: BertConfig) -> None:
    """Raises ModelError if an encoder of this configuration cannot be packed: its activation is another than GELU."""
    if config.hidden_act != "gelu":
        raise ModelError(f"only encoders with GELU can be exported, this one has {config.hidden_act}")


def packed(encoder: BertModel) -> PackedEncoder:
    """`encoder` packed, for inference; its weights are copied."""
    twin = PackedEncoder(encoder.config)
    with torch.no_grad():
        for ours, theirs in _pairs(twin, encoder):
            ours.load_state_dict(theirs.state_dict())
        for layer, plain in zip(_layers(twin), _layers(encoder), strict=True):
            parts = _query_key_value(plain)
            scale = (encoder.config.hidden_size // encoder.config.num_attention_heads) ** -0.5
            layer.qkv.weight.copy_(torch.cat([parts[0].weight * scale, *(part.weight for part in parts[1:])]))
            layer.qkv.bias.copy_(torch.cat([parts[0].bias * scale, *(part.bias for part in parts[1:])]))
    return twin.train(False)


def unpacked(twin: PackedEncoder) -> BertModel:
    """The `transformers` encoder that computes the same, to be trained."""
    encoder = BertModel(copy.deepcopy(twin.config), add_pooling_layer=False)
    with torch.no_grad():
        for ours, theirs in _pairs(twin, encoder):
            theirs.load_state_dict(ours.state_dict(), strict=False)
        for layer, plain in zip(_layers(twin), _layers(encoder), strict=True):
            parts = _query_key_value(plain)
            scale = (encoder.config.hidden_size // encoder.config.num_attention_heads) ** -0.5
            for number, part in enumerate(parts):
                factor = 1 / scale if number == 0 else 1.0
                part.weight.copy_(layer.qkv.weight.chunk(3)[number] * factor)
                part.bias.copy_(layer.qkv.bias.chunk(3)[number] * factor)
    return encoder


def _layers(encoder: PackedEncoder | BertModel) -> list[Any]:
    return list(cast(Any, encoder.layers if isinstance(encoder, PackedEncoder) else encoder.encoder.layer))


def _query_key_value(layer: Any) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
    attention = layer.attention.self
    return attention.query, attention.key, attention.value


def _pairs(twin: PackedEncoder, encoder: BertModel) -> list[tuple[nn.Module, nn.Module]]:
    """Modules of the packed encoder with those of the plain one that have the same weights."""
    embeddings = encoder.embeddings
    pairs: list[tuple[Any, Any]] = [
        (twin.words, embeddings.word_embeddings),
        (twin.positions, embeddings.position_embeddings),
        (twin.types, embeddings.token_type_embeddings),
        (twin.norm, embeddings.LayerNorm),
    ]
    for layer, plain in zip(_layers(twin), _layers(encoder), strict=True):
        pairs += [
            (layer.attention_output, plain.attention.output.dense),
            (layer.attention_norm, plain.attention.output.LayerNorm),
            (layer.intermediate, plain.intermediate.dense),
            (layer.output, plain.output.dense),
            (layer.output_norm, plain.output.LayerNorm),
        ]
    return pairs

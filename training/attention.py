"""Attention of an exported encoder: one operation of onnxruntime's, instead of a dozen that move heads about.

onnxruntime's `com.microsoft.MultiHeadAttention` takes query, key and value as the matrix product leaves them, splits
them into heads and puts the heads together again while it multiplies. Padding is told by the length of each row.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.onnx.symbolic_helper import _optional_input_placeholder_tensor

MASKED = -1e4
"""What is added to the attention logits of padding."""


class FusedAttention(torch.autograd.Function):
    """Multi-head attention for inference: torch's own operations when it is run, a single one when it is exported."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, lengths: Tensor, heads: int) -> Tensor:
        """What each token takes from its row (b, t, h), by `query` (scaled), `key` and `value` (b, t, h)."""
        windows, tokens, width = query.shape
        q, k, v = (
            x.view(windows, tokens, heads, width // heads).transpose(1, 2) for x in (query, key, value)
        )
        padding = torch.arange(tokens, device=query.device) >= lengths[:, None]
        logits = q @ k.transpose(-1, -2) + padding[:, None, None, :] * MASKED
        return (logits.softmax(-1) @ v).transpose(1, 2).reshape(windows, tokens, width)

    @staticmethod
    def symbolic(g: Any, query: Any, key: Any, value: Any, lengths: Any, heads: int) -> Any:
        """The same as a node of the graph `g`."""
        context = g.op(
            "com.microsoft::MultiHeadAttention",
            query,
            key,
            value,
            _optional_input_placeholder_tensor(g),  # biases: they are in the matrix product
            lengths,
            num_heads_i=heads,
            scale_f=1.0,
            mask_filter_value_f=MASKED,
        )
        context.setType(query.type())
        return context


def attention(query: Tensor, key: Tensor, value: Tensor, lengths: Tensor, heads: int) -> Tensor:
    """Multi-head attention (b, t, h) over rows padded on the right; `lengths` (b,), 32-bit, are the rows' own."""
    context: Tensor = FusedAttention.apply(query, key, value, lengths, heads)  # type: ignore[no-untyped-call]
    return context

"""Dropout for processors, where drawing a random number for every state takes longer than the states' norms."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_LEVELS = 256
_BYTES = 8


class ByteDropout(nn.Module):
    """Dropout (Srivastava et al. 2014) that draws a byte for each value, eight at a time.

    `p`, the share that is dropped, is rounded to 256ths; what is kept is scaled so that its expectation stays.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.dropped = round(p * _LEVELS)

    @property
    def p(self) -> float:
        """The share that is dropped."""
        return self.dropped / _LEVELS

    def forward(self, states: Tensor) -> Tensor:
        """The states, some of them zero in training."""
        if not self.training or not self.dropped:
            return states
        drawn = torch.randint(-(2**63), 2**63 - 1, (-(-states.numel() // _BYTES),))
        kept = drawn.view(torch.uint8)[: states.numel()].view(states.shape) >= self.dropped
        return states * kept * (_LEVELS / (_LEVELS - self.dropped))


def with_byte_dropout(model: nn.Module) -> None:
    """Replace every `nn.Dropout` of `model`, in place."""
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Dropout):
                setattr(module, name, ByteDropout(child.p))

"""Smoothing: outliers moved from activations, which 8 bits hold badly, into weights, which they hold well.

Dynamic quantization gives all activations that enter a matrix product one scale. A few channels of this encoder are
twenty times as large as the rest, and leave those with a few steps of the 256. Each channel is divided by a factor,
and its weights multiplied by it, which changes nothing but the rounding (SmoothQuant: Xiao et al. 2023,
arXiv:2211.10438, here with the division as an operation of its own).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn


class HasEncoder(Protocol):
    """A model with an encoder."""

    encoder: Any


Model = TypeVar("Model", bound=HasEncoder)

STRENGTH = 0.75
"""How much of an outlier moves into the weights, from 0 to 1 (the paper's alpha); chosen on the dev split."""
_SMALLEST = 1e-5


class SmoothedLinear(nn.Module):
    """`linear`, computed on inputs divided by `factor` (input channels,)."""

    inverse: Tensor

    def __init__(self, linear: nn.Linear, factor: Tensor) -> None:
        super().__init__()
        self.linear = copy.deepcopy(linear)
        with torch.no_grad():
            self.linear.weight.mul_(factor)
        self.register_buffer("inverse", 1 / factor)

    def forward(self, inputs: Tensor) -> Tensor:
        """The same outputs (…, output channels) as the plain layer's, but for rounding."""
        outputs: Tensor = self.linear(inputs * self.inverse)
        return outputs


def smoothed(model: Model, run: Callable[[Model], object], strength: float = STRENGTH) -> Model:
    """A copy of `model` whose encoder quantizes with little loss; `run` shows `model` typical text."""
    largest = _largest_inputs(model, run)
    twin = copy.deepcopy(model)
    for name, layer in _linear_layers(model):
        parent, _, leaf = name.rpartition(".")
        weights = layer.weight.detach().abs().amax(0).clamp(min=_SMALLEST)
        factor = largest[name].clamp(min=_SMALLEST) ** strength / weights ** (1 - strength)
        setattr(twin.encoder.get_submodule(parent), leaf, SmoothedLinear(layer, factor))
    return twin


def _linear_layers(model: HasEncoder) -> list[tuple[str, nn.Linear]]:
    return [(name, layer) for name, layer in model.encoder.named_modules() if isinstance(layer, nn.Linear)]


def _largest_inputs(model: Model, run: Callable[[Model], object]) -> dict[str, Tensor]:
    """The largest absolute input of every channel of every linear layer of the encoder, by the layer's name."""
    largest: dict[str, Tensor] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def see(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            seen = inputs[0].detach().abs().flatten(0, -2).amax(0)
            largest[name] = torch.maximum(largest.get(name, seen), seen)

        return see

    hooks = [layer.register_forward_pre_hook(watch(name)) for name, layer in _linear_layers(model)]
    try:
        run(model)
    finally:
        for hook in hooks:
            hook.remove()
    return largest

"""Precision: the type that training multiplies matrices in, chosen by what this machine multiplies faster.

Processors with bfloat16 units multiply it several times as fast as float32. Others imitate it, up to a hundred times
slower, and say nothing: so the rates are measured, which takes a moment.
"""

from __future__ import annotations

import time

import torch

_ROWS, _INNER, _OUTER = 256, 384, 1536
_CALLS = 3


def autocast_dtype(device: str | None = None) -> torch.dtype | None:
    """bfloat16 where it is faster than float32 on a type of device, else None.

    By default that is the accelerator or, without one, the processor.
    """
    if (device or ("cuda" if torch.cuda.is_available() else "cpu")) == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else None
    return torch.bfloat16 if seconds(torch.bfloat16) < seconds(torch.float32) else None


def seconds(dtype: torch.dtype) -> float:
    """Of the fastest of a few products of this type on the processor, of a shape like the encoder's."""
    a = torch.ones(_ROWS, _INNER, dtype=dtype)
    b = torch.ones(_INNER, _OUTER, dtype=dtype)
    fastest = float("inf")
    for _ in range(_CALLS):
        begun = time.perf_counter()
        torch.mm(a, b)
        fastest = min(fastest, time.perf_counter() - begun)
    return fastest

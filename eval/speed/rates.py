"""Rates: how many operations a second this machine's matrix products reach, in each type that it has.

The product's own library and torch multiply matrices of the encoder's shapes, warm, and nothing else. A program that
reads text with this encoder on this machine is not going to be faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from eval.speed.operations import EncoderSize

ROWS = 2048
"""Tokens multiplied at a time, about those of a batch."""
LEAST_SECONDS = 0.05
"""How long one measurement lasts at least."""

Product = Callable[[], object]


def products(size: EncoderSize, threads: int | None = None) -> dict[str, list[tuple[int, Product]]]:
    """For every type, the operations and the product of each different shape.

    Types that this torch cannot multiply are left out, and so is bfloat16 where the processor only imitates it. Raises
    ImportError without torch or onnx.
    """
    from training.precision import autocast_dtype

    shapes = [(ROWS, inner, outer) for inner, outer in dict.fromkeys(size.products)]
    makers: dict[str, Callable[[int, int, int], Product]] = {
        "torch float32": _torch_float32,
        "torch bfloat16": _torch_bfloat16,
        "torch int8": _torch_int8,
        "onnxruntime int8": lambda m, k, n: _onnxruntime_int8(m, k, n, threads),
    }
    if autocast_dtype() is None:
        del makers["torch bfloat16"]  # minutes for nothing: it would not be the fastest
    found = {}
    for name, maker in makers.items():
        with suppress(AttributeError, NotImplementedError, RuntimeError):
            made = [(2 * m * k * n, maker(m, k, n)) for m, k, n in shapes]
            made[0][1]()
            found[name] = made
    return found


def _torch_float32(m: int, k: int, n: int) -> Product:
    import torch

    a, b = torch.randn(m, k), torch.randn(k, n)
    return lambda: a @ b


def _torch_bfloat16(m: int, k: int, n: int) -> Product:
    import torch

    a, b = torch.randn(m, k).bfloat16(), torch.randn(k, n).bfloat16()
    return lambda: a @ b


def _torch_int8(m: int, k: int, n: int) -> Product:
    import torch

    a, b = (torch.randint(-128, 127, shape, dtype=torch.int8) for shape in ((m, k), (k, n)))
    return lambda: torch._int_mm(a, b)


def _onnxruntime_int8(m: int, k: int, n: int, threads: int | None) -> Product:
    import onnxruntime
    from onnx import TensorProto, helper

    draw = np.random.default_rng(0)
    weight = draw.integers(-128, 127, (k, n), dtype=np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, (m, k))],
        [helper.make_tensor_value_info("c", TensorProto.INT32, (m, n))],
        [helper.make_tensor("b", TensorProto.INT8, (k, n), weight.tobytes(), raw=True)],
    )
    model: Any = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    inputs = {"a": draw.integers(0, 255, (m, k), dtype=np.uint8)}
    return lambda: session.run(None, inputs)


class Fastest:
    """The highest rate of each type, over all shapes and all measurements, in operations a second."""

    def __init__(self, made: Mapping[str, list[tuple[int, Product]]]) -> None:
        self._products = made
        self.rates = dict.fromkeys(made, 0.0)

    def measure(self) -> None:
        """Measure every product once more."""
        for name, rate in self._measured():
            self.rates[name] = max(self.rates[name], rate)

    def _measured(self) -> Iterator[tuple[str, float]]:
        for name, shapes in self._products.items():
            for operations, product in shapes:
                yield name, operations / _shortest(product)


def _shortest(product: Product) -> float:
    """Seconds of the fastest of as many calls as LEAST_SECONDS hold."""
    until = time.perf_counter() + LEAST_SECONDS
    shortest = float("inf")
    while (begun := time.perf_counter()) < until:
        product()
        shortest = min(shortest, time.perf_counter() - begun)
    return shortest

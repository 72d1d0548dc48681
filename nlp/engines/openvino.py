"""OpenVINO: the graph in the types that the processor multiplies fastest.

In float32; in bfloat16 where it has instructions for that, then with products by weights in 8 bits, unless it has
matrix units: these multiply bfloat16 so fast that rounding to 8 bits takes more than it saves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nlp.engine import INPUTS, OUTPUTS, Scores, check_inputs
from nlp.engines.processor import has_matrix_units
from nlp.errors import ModelError
from nlp.extras import needs
from nlp.window import Batch

DEVICE = "CPU"
GROUP = 384
"""Values of a product's input that are rounded to 8 bits by one scale: the width of the shipped models' states."""


class OpenVinoEngine:
    """The exported graph, rewritten in float, on OpenVINO.

    `threads` is the number of cores to use, all by default. Raises UsageError if OpenVINO is not installed, ModelError
    if the file is no such graph.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        with needs("openvino", "--engine openvino"):
            import openvino

            from nlp.engines.floats import float_graph
        try:
            core = openvino.Core()
            self.precision = inference_precision(core)
            # x86 with bfloat16 has 8-bit dot products, too
            eight_bits = self.precision == "bf16" and not has_matrix_units()
            graph = float_graph(path, keep_weights=eight_bits)
            settings: dict[str, Any] = {
                "PERFORMANCE_HINT": "LATENCY",  # one batch at a time, by all cores
                "NUM_STREAMS": 1,
                "INFERENCE_PRECISION_HINT": self.precision,
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP if eight_bits else 0,
            }
            if threads:
                settings["INFERENCE_NUM_THREADS"] = threads
            compiled = core.compile_model(core.read_model(graph), DEVICE, settings)
        except Exception as fault:  # openvino raises RuntimeError, protobuf and onnx their own classes
            raise ModelError(f"{path}: not a model that openvino can load: {fault}") from fault
        check_inputs(path, [port.any_name for port in compiled.inputs])
        self._request = compiled.create_infer_request()

    def run(self, batch: Batch) -> Scores:
        """One forward pass."""
        self._request.infer({name: getattr(batch, name) for name in INPUTS})
        # copied: the next pass writes into the same memory
        boundary, segment, category, themes = (
            np.array(self._request.get_tensor(name).data) for name in OUTPUTS
        )
        return Scores(boundary, segment.astype(np.int64, copy=False), category, themes)


def inference_precision(core: Any) -> str:
    """The type to multiply in: bf16 where the processor has instructions for it, else f32."""
    return "bf16" if "BF16" in core.get_property(DEVICE, "OPTIMIZATION_CAPABILITIES") else "f32"

"""CUDA: the model's graph in float, on a graphics card, by onnxruntime.

The 8-bit graph would go back and forth between card and processor: the card has no operation for rounding as it runs.
"""

from __future__ import annotations

from pathlib import Path

from nlp.engine import Scores, check_inputs, run_session
from nlp.engines.choice import CUDA_PROVIDER, has_cuda
from nlp.errors import ModelError, UsageError
from nlp.window import Batch

ADVICE = "it takes a graphics card, pip install onnx, and onnxruntime-gpu in the place of onnxruntime"


class CudaEngine:
    """The exported graph, rewritten in float, on a graphics card.

    Raises UsageError if there is none that onnxruntime can use, ModelError if the file is no such graph.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        if not has_cuda():
            raise UsageError(f"--engine cuda: this onnxruntime has no {CUDA_PROVIDER}: {ADVICE}")
        try:
            from nlp.engines.floats import float_graph
        except ImportError as fault:
            raise UsageError(f"--engine cuda: {ADVICE} ({fault})") from None
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                float_graph(path),
                options,
                [CUDA_PROVIDER, "CPUExecutionProvider"],
                enable_fallback=0,  # it would say so on standard output, among the statements
            )
        except Exception as fault:  # onnxruntime, protobuf and onnx raise their own unrelated classes
            raise ModelError(f"{path}: not a model that onnxruntime can load on CUDA: {fault}") from fault
        if CUDA_PROVIDER not in self._session.get_providers():  # it falls back without a word
            raise UsageError(f"--engine cuda: onnxruntime finds no graphics card that it can use: {ADVICE}")
        check_inputs(path, [node.name for node in self._session.get_inputs()])

    def run(self, batch: Batch) -> Scores:
        """One forward pass."""
        return run_session(self._session, batch)

"""The choice of an engine: the one that was asked for, or the fastest one here.

This module is imported on the way to every report, so it imports nothing that takes time.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from nlp.engine import Engine, OnnxEngine
from nlp.engines.kind import Choice, EngineKind
from nlp.errors import ModelError, UsageError

CUDA_PROVIDER = "CUDAExecutionProvider"


def load_engine(
    graph: Path,
    threads: int | None = None,
    kind: EngineKind = EngineKind.AUTO,
    long_run: bool = False,
) -> Engine:
    """The model's graph on the engine asked for, on `threads` cores (all by default).

    `long_run` says that there is work for a minute or more, so that `auto` may take some seconds to measure and to
    compile. Raises UsageError if the engine is not here, ModelError if it cannot load the graph.
    """
    if kind is EngineKind.AUTO:
        try:
            return load_engine(graph, threads, choose(graph, threads, long_run, measure=long_run).kind)
        except (UsageError, ModelError):  # a CUDA provider without a graphics card; a graph of another form
            return OnnxEngine(graph, threads)
    if kind is EngineKind.CUDA:
        from nlp.engines.cuda import CudaEngine

        return CudaEngine(graph)
    if kind is EngineKind.OPENVINO:
        from nlp.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(graph, threads)
    return OnnxEngine(graph, threads)


def choose(graph: Path, threads: int | None = None, long_run: bool = True, measure: bool = False) -> Choice:
    """What `auto` takes for a graph. With `measure`, both engines are timed where no time is remembered."""
    if has_cuda():
        if find_spec("onnx") is not None:
            return Choice(EngineKind.CUDA, "onnxruntime has its CUDA provider")
        return Choice(EngineKind.ONNXRUNTIME, "CUDA is there, but onnx is not: pip install onnx")
    if find_spec("openvino") is None or find_spec("onnx") is None:
        return Choice(EngineKind.ONNXRUNTIME, "openvino is not installed (the extra `openvino`)")
    if not long_run:
        return Choice(EngineKind.ONNXRUNTIME, "for few reports: it is ready at once")
    from nlp.engines.measured import measured, remembered

    found = remembered(graph, threads)
    if found is None and measure:
        try:
            found = measured(graph, threads)
        except (UsageError, ModelError) as fault:  # openvino does not start, or not with this graph
            return Choice(EngineKind.ONNXRUNTIME, str(fault))
    if found is None:
        return Choice(EngineKind.ONNXRUNTIME, "the first long run measures whether openvino is faster")
    kind = EngineKind.OPENVINO if found.openvino_is_worth_it else EngineKind.ONNXRUNTIME
    return Choice(kind, str(found))


def has_cuda() -> bool:
    """Whether onnxruntime was built with CUDA."""
    import onnxruntime

    return CUDA_PROVIDER in onnxruntime.get_available_providers()

"""Graphs: ONNX files, which may come from anywhere, loaded so that nothing but the file itself is read.

A graph is data: operations by name, and weights. The one thing in it that reaches outside is a tensor whose weights lie
in another file, by a path that the graph gives. gongkai's models have none, so such a graph is refused before
onnxruntime sees it. No library of operations of a model's own is ever loaded.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

# Field numbers of onnx.proto: of each message, those that hold messages on the way to a tensor
_MODEL, _GRAPH, _NODE, _ATTRIBUTE, _FUNCTION, _TENSOR, _SPARSE, _TRAINING = range(8)
_WITHIN: dict[int, dict[int, int]] = {
    _MODEL: {7: _GRAPH, 20: _TRAINING, 25: _FUNCTION},
    _GRAPH: {1: _NODE, 5: _TENSOR, 15: _SPARSE},
    _NODE: {5: _ATTRIBUTE},
    _ATTRIBUTE: {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE},
    _FUNCTION: {7: _NODE, 11: _ATTRIBUTE},
    _SPARSE: {1: _TENSOR, 2: _TENSOR},
    _TRAINING: {1: _GRAPH, 2: _GRAPH},
    _TENSOR: {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
"""Of a tensor: where its weights lie, and whether that is another file (1)."""
_DEEPEST = 32


def session(path: Path, threads: int | None = None) -> onnxruntime.InferenceSession:
    """The graph at `path` on onnxruntime, on `threads` cores (all by default).

    Raises ValueError for one that is no ONNX file or names other files, and what onnxruntime raises.
    """
    import onnxruntime

    if names_other_files(path):
        raise ValueError("its weights lie in other files: only a graph that holds its own is loaded")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])


def names_other_files(path: Path) -> bool:
    """Whether a tensor of the graph at `path` has its weights elsewhere. Raises ValueError if it is no ONNX file."""
    with path.open("rb") as file:
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise ValueError("an empty file, no ONNX graph") from None
        with mapped as data:
            return _reaches_out(data, 0, len(data), _MODEL, 0)


def _reaches_out(data: mmap.mmap, start: int, end: int, message: int, depth: int) -> bool:
    if depth > _DEEPEST:
        raise ValueError("no ONNX graph: graphs within graphs without end")
    for field, value, first, last in _fields(data, start, end):
        if message == _TENSOR and (field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value)):
            return True
        within = _WITHIN[message].get(field)
        if within is not None and first is not None and _reaches_out(data, first, last, within, depth + 1):
            return True
    return False


def _fields(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, int, int | None, int]]:
    """The fields of a message (protobuf's wire format): number, value, and where one with a length begins and ends."""
    at = start
    while at < end:
        key, at = _varint(data, at, end)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at, end)
            yield key >> 3, value, None, at
            continue
        if kind == 2:
            length, at = _varint(data, at, end)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError("no ONNX graph")
        if at + length > end:
            raise ValueError("no ONNX graph, or one that is cut off")
        yield key >> 3, length, at if kind == 2 else None, at + length
        at += length


def _varint(data: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("no ONNX graph, or one that is cut off")

"""Floats: the shipped 8-bit graph as one of plain float operations, for engines that are slow at what it is made of.

Two things are rewritten, and all else is left as it is: a matrix product in 8-bit integers, whose input is rounded as
it runs, becomes a product in float with the same weights (which may stay in 8 bits, for engines that make integers of
such a product themselves); and onnxruntime's own operation for attention becomes the products and the softmax that it
stands for, in the form that OpenVINO and onnxruntime recognise as attention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from nlp.graph import names_other_files

_ATTENTION_INPUTS = ("query", "key", "value", "bias", "key_padding_mask")
"""Of com.microsoft.MultiHeadAttention, those that training's export may give; the fourth it leaves out."""
_ZERO_POINT = 3
"""Where MatMulInteger names the zero point of its weights, if it does."""


def float_graph(path: Path, *, keep_weights: bool = False) -> bytes:
    """The graph at `path` in float operations, as an ONNX file in memory.

    With `keep_weights`, weights stay the integers that they are, and an operation (DequantizeLinear) says which floats
    they stand for: an engine that rounds a product's input as it runs can then multiply in integers.

    Raises ValueError if it is no ONNX graph, names other files, or has an attention of another form than our export's.
    """
    if names_other_files(path):
        raise ValueError("its weights lie in other files: only a graph that holds its own is loaded")
    model = onnx.load_model_from_string(path.read_bytes())  # from memory: onnx.load would follow such names
    graph = model.graph
    arrays = {tensor.name: tensor for tensor in graph.initializer}
    nodes, weights = _with_float_products(list(graph.node), arrays, keep_weights)
    nodes = list(_with_plain_attention(nodes))
    nodes = _needed(nodes, [output.name for output in graph.output])
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(weights)
    named = {name for node in nodes for name in _inputs(node)}
    kept = [tensor for tensor in graph.initializer if tensor.name in named]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.value_info[:]
    data: bytes = model.SerializeToString()
    return data


def _with_float_products(
    nodes: list[Any], arrays: dict[str, Any], keep_weights: bool
) -> tuple[list[Any], list[Any]]:
    """The nodes with every product of 8-bit integers by weights as one of floats, and the float weights of these.

    onnxruntime's quantizer writes x·W as: x to integers, a scale and a zero point (DynamicQuantizeLinear);
    MatMulInteger with the integers of W; Cast to float; Mul by the product (Mul) of both scales.
    """
    maker = {output: node for node in nodes for output in node.output}
    weights = []
    known: set[str] = set()
    replaced = []
    for node in nodes:
        found = _scaled_product(node, maker, arrays) if node.op_type == "Mul" else None
        if found is None:
            replaced.append(node)
            continue
        source, product, scale = found
        name = f"{product.input[1]}_float"
        if name not in known:
            known.add(name)
            if keep_weights:
                own = [product.input[1], scale, *product.input[_ZERO_POINT:]]
                replaced.append(helper.make_node("DequantizeLinear", own, [name], axis=1))
            else:
                weights.append(numpy_helper.from_array(_dequantized(product, scale, arrays), name))
        replaced.append(helper.make_node("MatMul", [source, name], list(node.output), name=product.name))
    return replaced, weights


def _scaled_product(node: Any, maker: dict[str, Any], arrays: dict[str, Any]) -> tuple[str, Any, str] | None:
    """If `node` is the last Mul of such a product: the name of x, the MatMulInteger, and the name of W's scale."""
    for cast_name, scales_name in (tuple(node.input), tuple(node.input)[::-1]):
        cast, scales = maker.get(cast_name), maker.get(scales_name)
        if cast is None or scales is None or cast.op_type != "Cast" or scales.op_type != "Mul":
            continue
        product = maker.get(cast.input[0])
        if product is None or product.op_type != "MatMulInteger" or product.input[1] not in arrays:
            continue
        rounding = maker.get(product.input[0])
        if rounding is None or rounding.op_type != "DynamicQuantizeLinear":
            continue
        own = [name for name in scales.input if name != rounding.output[1]]
        if len(own) == 1 and own[0] in arrays:
            return rounding.input[0], product, own[0]
    return None


def _dequantized(product: Any, scale: str, arrays: dict[str, Any]) -> Any:
    """Weights (k, n) of a MatMulInteger in float32; scale and zero point are of all, or of each of n columns."""
    integers = numpy_helper.to_array(arrays[product.input[1]]).astype(np.float32)
    if len(product.input) > _ZERO_POINT and product.input[_ZERO_POINT]:
        integers -= numpy_helper.to_array(arrays[product.input[3]]).astype(np.float32)
    return integers * numpy_helper.to_array(arrays[scale]).astype(np.float32)


def _with_plain_attention(nodes: Iterable[Any]) -> Iterator[Any]:
    """The nodes with each com.microsoft.MultiHeadAttention as reshapes, two products and a softmax."""
    masks: dict[tuple[str, float], str] = {}
    for node in nodes:
        if node.op_type != "MultiHeadAttention" or node.domain != "com.microsoft":
            yield node
            continue
        given = dict(zip(_ATTENTION_INPUTS, node.input, strict=False))
        settings = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        unknown = set(settings) - {"num_heads", "scale", "mask_filter_value"}
        plain = len(node.input) <= len(_ATTENTION_INPUTS) and len(node.output) == 1
        if (
            unknown
            or not plain
            or given.get("bias")
            or not given.get("key_padding_mask")
            or "scale" not in settings
        ):
            raise ValueError("an attention of another form than gongkai's export writes")
        mask = (given["key_padding_mask"], float(settings.get("mask_filter_value", -1e4)))
        if mask not in masks:
            masks[mask] = f"{node.name}/mask"
            yield from _mask(masks[mask], given["query"], *mask)
        yield from _attention(node, given, masks[mask], int(settings["num_heads"]), float(settings["scale"]))


def _mask(name: str, states: str, lengths: str, masked: float) -> Iterator[Any]:
    """`name` (b, 1, 1, t): 0 for the first tokens of each row, by `lengths` (b,), and `masked` for its padding."""
    yield _constant(f"{name}/zero", np.int64(0))
    yield _constant(f"{name}/one", np.int64(1))
    yield _constant(f"{name}/axes", np.array([1, 2, 3], dtype=np.int64))
    yield _constant(f"{name}/kept", np.float32(0.0))
    yield _constant(f"{name}/masked", np.float32(masked))
    yield helper.make_node("Shape", [states], [f"{name}/shape"])
    yield helper.make_node("Gather", [f"{name}/shape", f"{name}/one"], [f"{name}/tokens"])
    yield helper.make_node("Range", [f"{name}/zero", f"{name}/tokens", f"{name}/one"], [f"{name}/places"])
    yield helper.make_node("Cast", [lengths], [f"{name}/lengths"], to=onnx.TensorProto.INT64)
    yield helper.make_node("Unsqueeze", [f"{name}/lengths", f"{name}/axes"], [f"{name}/ends"])
    yield helper.make_node("Less", [f"{name}/places", f"{name}/ends"], [f"{name}/inside"])
    yield helper.make_node("Where", [f"{name}/inside", f"{name}/kept", f"{name}/masked"], [name])


def _attention(node: Any, given: dict[str, str], mask: str, heads: int, scale: float) -> Iterator[Any]:
    """What `node` computes from query, key and value (b, t, h), by plain operations."""
    name = node.name
    yield _constant(f"{name}/split", np.array([0, 0, heads, -1], dtype=np.int64))
    yield _constant(f"{name}/joined", np.array([0, 0, -1], dtype=np.int64))
    for role, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
        yield helper.make_node("Reshape", [given[role], f"{name}/split"], [f"{name}/{role}/split"])
        yield helper.make_node("Transpose", [f"{name}/{role}/split"], [f"{name}/{role}"], perm=order)
    query = f"{name}/query"
    if scale != 1.0:
        query = f"{name}/scaled"
        yield _constant(f"{name}/scale", np.float32(scale))
        yield helper.make_node("Mul", [f"{name}/query", f"{name}/scale"], [query])
    yield helper.make_node("MatMul", [query, f"{name}/key"], [f"{name}/products"])
    yield helper.make_node("Add", [f"{name}/products", mask], [f"{name}/logits"])
    yield helper.make_node("Softmax", [f"{name}/logits"], [f"{name}/shares"], axis=-1)
    yield helper.make_node("MatMul", [f"{name}/shares", f"{name}/value"], [f"{name}/taken"])
    yield helper.make_node("Transpose", [f"{name}/taken"], [f"{name}/tokens"], perm=[0, 2, 1, 3])
    yield helper.make_node("Reshape", [f"{name}/tokens", f"{name}/joined"], list(node.output))


def _constant(name: str, value: Any) -> Any:
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(value), name))


def _needed(nodes: list[Any], outputs: Iterable[str]) -> list[Any]:
    """The nodes that `outputs` need, each after those that it needs itself.

    The quantizer's own order is none where branches of an If read what is made outside them; onnxruntime does not mind.
    """
    maker = {output: number for number, node in enumerate(nodes) for output in node.output}
    done: dict[int, bool] = {}  # False: begun
    order = []
    open_ = [maker[name] for name in outputs if name in maker]
    while open_:
        number = open_[-1]
        if number not in done:
            done[number] = False
            before = {maker[name] for name in _inputs(nodes[number]) if name in maker}
            open_ += sorted(before - done.keys(), reverse=True)
            continue
        open_.pop()
        if not done[number]:
            done[number] = True
            order.append(nodes[number])
    return order


def _inputs(node: Any) -> set[str]:
    """Names that a node reads, those of the graphs of its branches among them."""
    names = set(node.input)
    for attribute in node.attribute:
        for branch in (attribute.g, *attribute.graphs):
            for inner in branch.node:
                names |= _inputs(inner)
            names |= {output.name for output in branch.output}
    return names

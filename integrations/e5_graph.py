"""The model as a graph for ONNX Runtime: a BERT encoder whose products are taken of whole numbers of eight bits.

Each token's row is rounded with a scale of its own, so what a text means hardly depends on its neighbours in a batch
(the order of sums moves single roundings: an angle of three degrees at most, as much as rounding itself).
Weights have seven bits: two products of eight by eight do not fit into sixteen, with which processors without VNNI add.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from integrations.e5_weights import Weights

_ONNX, _MICROSOFT = 17, "com.microsoft"
_IR = 9
_ROW_STEPS, _ROW_ZERO = 127.0, 128
_WEIGHT_STEPS = 63.0


def model_bytes(weights: Weights) -> bytes:
    """Return the serialised graph.

    Inputs: ``rows`` [tokens, width], the embedded tokens of some texts one after the other; ``mask``
    [tokens, tokens], 0 where two tokens are of the same text, else a large negative number.
    Output: ``hidden`` [tokens, width].
    """
    return _Builder(weights).build()


class _Builder:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._made = 0

    def build(self) -> bytes:
        width, tokens = self._weights.width, "tokens"
        self._shared()
        rows = self._node("LayerNormalization", "rows", *self._norm("emb.ln"), axis=-1, epsilon=self._weights.epsilon)
        for layer in range(self._weights.layers):
            rows = self._layer(f"l{layer}", rows)
        self._nodes.append(helper.make_node("Identity", [rows], ["hidden"]))
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [_value("rows", [tokens, width]), _value("mask", [tokens, tokens])],
            [_value("hidden", [tokens, width])],
            self._constants,
        )
        versions = [helper.make_opsetid("", _ONNX), helper.make_opsetid(_MICROSOFT, 1)]
        return bytes(helper.make_model(graph, opset_imports=versions, ir_version=_IR).SerializeToString())

    def _shared(self) -> None:
        for name, value in (
            ("step", np.float32(1 / _ROW_STEPS)),
            ("least", np.float32(1e-12)),
            ("one", np.float32(1)),
            ("row_zero", np.uint8(_ROW_ZERO)),
            ("split", np.array([0, self._weights.heads, self._weights.width // self._weights.heads], np.int64)),
            ("joined", np.array([0, self._weights.width], np.int64)),
        ):
            self._constant(name, np.asarray(value))

    def _layer(self, layer: str, rows: str) -> str:
        heads = (self._weights.width // self._weights.heads) ** -0.5
        wanted, offered, told = (self._weights.matrix(f"{layer}.{one}.w", self._weights.width) for one in "qkv")
        biases = [self._weights.numbers(f"{layer}.{one}.b") for one in "qkv"]
        looks = self._product(rows, np.concatenate((wanted * heads, offered, told)))
        looks = self._node("Add", looks, self._constant("", np.concatenate((biases[0] * heads, *biases[1:]))))
        asking, asked, saying = self._nodes_of(3, "Split", looks, axis=-1)
        alike = self._node("MatMul", self._headed(asking, [1, 0, 2]), self._headed(asked, [1, 2, 0]))
        weighed = self._node("Softmax", self._node("Add", alike, "mask"), axis=-1)
        seen = self._node("MatMul", weighed, self._headed(saying, [1, 0, 2]))
        seen = self._node("Reshape", self._node("Transpose", seen, perm=[1, 0, 2]), "joined")
        rows = self._added(rows, self._dense(f"{layer}.ao", seen), f"{layer}.ao", f"{layer}.aln")
        inner = self._dense(f"{layer}.fi", rows)
        inner = self._node("BiasGelu", inner, self._numbers(f"{layer}.fi.b"), domain=_MICROSOFT)
        return self._added(rows, self._dense(f"{layer}.fo", inner), f"{layer}.fo", f"{layer}.oln")

    def _headed(self, rows: str, order: list[int]) -> str:
        return self._node("Transpose", self._node("Reshape", rows, "split"), perm=order)

    def _dense(self, name: str, rows: str) -> str:
        columns = self._weights.inner if name.endswith(".fo") else self._weights.width
        return self._product(rows, self._weights.matrix(f"{name}.w", columns))

    def _product(self, rows: str, matrix: NDArray[np.float32]) -> str:
        """Return rows by matrix (as stored: a row per output), both rounded, without bias."""
        scales = np.abs(matrix).max(axis=1) / _WEIGHT_STEPS
        rounded = np.rint(matrix / scales[:, None]).astype(np.int8)
        largest = self._node("ReduceMax", self._node("Abs", rows), axes=[-1], keepdims=1)
        scale = self._node("Max", self._node("Mul", largest, "step"), "least")
        whole = self._node("QuantizeLinear", self._node("Div", rows, scale), "one", "row_zero")
        product = self._node(
            "MatMulIntegerToFloat",
            whole,
            self._constant("", np.ascontiguousarray(rounded.T)),
            "one",
            self._constant("", scales.astype(np.float32)),
            "row_zero",
            "",
            domain=_MICROSOFT,
        )
        return self._node("Mul", product, scale)

    def _added(self, rows: str, more: str, bias: str, norm: str) -> str:
        return self._node(
            "SkipLayerNormalization",
            rows,
            more,
            *self._norm(norm),
            self._numbers(f"{bias}.b"),
            domain=_MICROSOFT,
            epsilon=self._weights.epsilon,
        )

    def _norm(self, name: str) -> tuple[str, str]:
        return self._numbers(f"{name}.w"), self._numbers(f"{name}.b")

    def _numbers(self, name: str) -> str:
        return self._constant("", self._weights.numbers(name))

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        name = name or self._name()
        self._constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        (output,) = self._nodes_of(1, kind, *inputs, domain=domain, **attributes)
        return output

    def _nodes_of(self, count: int, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> list[str]:
        outputs = [self._name() for _ in range(count)]
        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs

    def _name(self) -> str:
        self._made += 1
        return f"n{self._made}"


def _value(name: str, shape: list[str | int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

"""Networks of absurd size: refused with the place named, in little memory, whatever a file claims.

Each file here is small; the limit on memory is refusals.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from refusals import network, refusal

from brownout_binary import needs_brownout

onnx = pytest.importorskip("onnx", reason="no onnx: nothing writes the files")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

pytestmark = needs_brownout


class Graph:
    """A QDQ graph in the making; every activation has the scale 's' and the zero point 'z'."""

    def __init__(self, shape: tuple[int, ...] = (1, 1, 8, 8)) -> None:
        self.shape = list(shape)
        self.constants = [
            numpy_helper.from_array(np.float32(0.1), "s"),
            numpy_helper.from_array(np.uint8(3), "z"),
            numpy_helper.from_array(np.int8(0), "wz"),
        ]
        self.nodes: list[onnx.NodeProto] = []
        self.last = "x"
        self.quantized()

    def node(self, op: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, values: object, dtype: type = np.int64) -> str:
        self.constants.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def quantized(self) -> str:
        """Quantizes the last edge and dequantizes it again."""
        name = f"q{len(self.nodes)}"
        self.node("QuantizeLinear", [self.last, "s", "z"], name)
        self.last = self.node("DequantizeLinear", [name, "s", "z"], name + "d")
        return self.last

    def weights(self, shape: tuple[int, ...], name: str = "w") -> str:
        self.constant(name, np.ones(shape), np.int8)
        return self.node("DequantizeLinear", [name, "s", "wz"], name + "d")

    def then(self, op: str, *inputs: str, **attributes: object) -> None:
        name = f"{op.lower()}{len(self.nodes)}"
        self.last = self.node(op, [self.last, *inputs], name, **attributes)
        self.quantized()

    def write(self, path: Path) -> Path:
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes, "g", [value("x", TensorProto.FLOAT, self.shape)],
            [value(self.last, TensorProto.FLOAT, None)], self.constants,
        )  # fmt: skip
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        path.write_bytes(model.SerializeToString())
        return path


def convolution(kernel: tuple[int, int] = (3, 3), shape: tuple = (1, 1, 8, 8), **fields) -> Graph:
    graph = Graph(shape)
    graph.then("Conv", graph.weights((1, 1, *kernel)), **fields)
    return graph


def claimed_weights() -> Graph:
    """An initializer of 2^30 elements in four bytes."""
    graph = convolution()
    tensor = next(t for t in graph.constants if t.name == "w")
    del tensor.dims[:]
    tensor.dims.extend([1 << 15, 1 << 15, 1, 1])
    return graph


def overflowing_weights() -> Graph:
    graph = claimed_weights()
    tensor = next(t for t in graph.constants if t.name == "w")
    tensor.dims[2] = tensor.dims[3] = 1 << 62
    return graph


def doubled_shape() -> Graph:
    """A list of integers that is joined to itself forty times."""
    graph = Graph()
    edge = graph.node("Shape", [graph.last], "shape0")
    for i in range(1, 41):
        edge = graph.node("Concat", [edge, edge], f"shape{i}", axis=0)
    graph.then("Reshape", edge)
    return graph


def filled_shape() -> Graph:
    graph = Graph()
    size = graph.constant("size", [1 << 40])
    value = helper.make_tensor("value", TensorProto.INT64, [1], [1])
    graph.then("Reshape", graph.node("ConstantOfShape", [size], "filled", value=value))
    return graph


def doubled_tensor(axis: int) -> Graph:
    graph = Graph()
    for i in range(40):
        graph.last = graph.node("Concat", [graph.last, graph.last], f"twice{i}", axis=axis)
        graph.quantized()
    return graph


def many_large_tensors() -> Graph:
    graph = Graph((1, 1, 1 << 14, 1 << 14))
    for _ in range(6):
        graph.then("MaxPool", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    return graph


def grown_by_pads() -> Graph:
    graph = Graph()
    for _ in range(5):
        graph.then("Pad", graph.constant(f"pads{len(graph.nodes)}", [0, 0, 60000, 60000] * 2))
    return graph


def own_reader() -> Graph:
    """A node that reads what it makes itself."""
    graph = Graph()
    graph.nodes[0].output[0] = "x"
    return graph


def ring() -> Graph:
    graph = Graph()
    graph.node("MaxPool", ["b"], "a", kernel_shape=[1, 1])
    graph.last = graph.node("MaxPool", ["a"], "b", kernel_shape=[1, 1])
    return graph


def made_twice() -> Graph:
    graph = convolution()
    graph.nodes[-1].output[0] = graph.nodes[1].output[0]
    return graph


ABSURD: dict[str, tuple[Callable[[], Graph], str]] = {
    "input": (lambda: Graph((1, 60000, 60000, 3)), "tensor 'q0': more than 268435456 elements in"),
    "input dimension": (lambda: Graph((1, 1 << 40, 8, 8)), "input 'x': dimension 1 must be"),
    "negative input": (lambda: Graph((1, 1, -8, 8)), "input 'x': dimension 2 must be"),
    "claimed weights": (claimed_weights, "constant 'w': its data does not have the size of its"),
    "overflowing weights": (overflowing_weights, "constant 'w': its shape is impossible or too"),
    "pads": (lambda: convolution(pads=[1 << 40] * 4), "(Conv): pads: 1099511627776 is not in 0.."),
    "large pads": (lambda: convolution(pads=[65536] * 4), "more than 268435456 elements in a"),
    "strides": (lambda: convolution(strides=[1 << 33, 1]), "(Conv): strides: 8589934592 is not"),
    "dilations": (lambda: convolution(dilations=[65536, 1]), "a window of 131073 does not fit"),
    "zero dilation": (lambda: convolution(dilations=[0, 1]), "(Conv): dilations: 0 is not in 1.."),
    "groups": (lambda: convolution(group=1 << 35), "(Conv): group: 34359738368 is not in"),
    "multiplications": (
        lambda: convolution((101, 101), (1, 1, 1 << 14, 1 << 14), pads=[50] * 4),
        "(Conv): more than 1099511627776 multiplications in an inference",
    ),
    "doubled shape": (doubled_shape, "node 'shape5' (Concat): it computes more than 64 numbers"),
    "filled shape": (filled_shape, "node 'filled' (ConstantOfShape): it computes more than 64"),
    "doubled channels": (lambda: doubled_tensor(1), "(Concat): the shapes of its inputs do not"),
    "doubled height": (lambda: doubled_tensor(2), "(Concat): the shapes of its inputs do not"),
    "many large tensors": (many_large_tensors, "more than 1073741824 elements in all tensors"),
    "grown by pads": (grown_by_pads, "more than 268435456 elements in a tensor"),
    "own reader": (own_reader, "node 'q0' (QuantizeLinear): its output 'x' is made twice"),
    "ring": (ring, "node 'a' (MaxPool): input 'b' is made by no earlier node"),
    "made twice": (made_twice, "its output 'q0d' is made twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_onnx_files_are_refused_in_little_memory(name: str, tmp_path: Path) -> None:
    make, message = ABSURD[name]
    assert message in refusal(make().write(tmp_path / "network.onnx"))


def test_subgraphs_within_subgraphs_end_somewhere(tmp_path: Path) -> None:
    """Deeper than a stack should follow: graph, node, attribute, graph, node..."""

    def field(number: int, content: bytes) -> bytes:
        size = len(content)
        digits = [size >> 7 * i & 127 | 128 for i in range(max(size.bit_length() - 1, 0) // 7)]
        return bytes([number << 3 | 2, *digits, size >> 7 * len(digits)]) + content

    graph = b""
    for _ in range(1000):
        graph = field(1, field(5, field(6, graph)))
    path = tmp_path / "network.onnx"
    path.write_bytes(field(7, graph))
    assert refusal(path) == "not an ONNX file, or a truncated one\n"


def test_a_long_chain_needs_no_deep_stack(tmp_path: Path) -> None:
    graph = Graph()
    for _ in range(5000):
        graph.then("MaxPool", kernel_shape=[1, 1])
    done = network(graph.write(tmp_path / "network.onnx"))
    assert done.returncode == 0, done.stderr

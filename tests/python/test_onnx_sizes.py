"""Integers that ONNX graphs compute from shapes: as ONNX Runtime computes them, or named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engine_codes import compare, import_error, needs_run_network
from onnx import TensorProto, helper
from quantized_graph import F32, QuantizedGraph, with_one_input

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]
I64 = np.int64
CHANNELS = 31  # a prime: numbers are told apart by their remainders
Step = Callable[["Sizes"], str]


class Sizes:
    """Nodes on integers; `dims` is (31, 6, 5), from the shape of the input."""

    def __init__(self) -> None:
        self.made = with_one_input(1, shape=(CHANNELS, 6, 5))
        self.source = self.made.pool[-1]
        shape = self("Shape", self.source.name)
        bounds = [self.list(1), self.list(4)]
        self.dims = self("Slice", shape, *bounds)
        self.height = self("Gather", self.dims, self.number(1), axis=0)

    def __call__(self, op: str, *inputs: str, **attributes) -> str:
        name = f"i{len(self.made.nodes)}"
        self.made.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def list(self, *values: int) -> str:
        return self.made.constant(np.array(values, I64))

    def number(self, value: int) -> str:
        return self.made.constant(I64(value))

    def array(self, *values: int, dims: tuple[int, ...]) -> str:
        return self.made.constant(np.array(values, I64).reshape(dims))

    def finish(self, numbers: str) -> QuantizedGraph:
        """Channels picked by the remainders of these numbers."""
        flat = self("Reshape", numbers, self.list(-1))
        indices = self("Mod", flat, self.number(CHANNELS))
        picked = self("Gather", self.source.name, indices, axis=1)
        count = 1  # the last tensor's shape is not looked at
        out = self.made.named((count, 6, 5), like=self.source)
        self.made.add("end", "Identity", [picked], out)
        return self.made


def filled(s: Sizes, value: int, dims: str) -> str:
    tensor = helper.make_tensor("value", TensorProto.INT64, [1], [value])
    return s("ConstantOfShape", dims, value=tensor)


def parts(s: Sizes, *names: str, **attributes) -> str:
    """The parts of a Split, the last one first."""
    inputs = [s.dims] + ([s.list(1, 2)] if not attributes else [])
    s.made.nodes.append(helper.make_node("Split", inputs, list(names), "split", **attributes))
    return s("Concat", *names[::-1], axis=0)


def switched(s: Sizes, condition: str, *inputs: str) -> str:
    """What a condition chooses, for those whose results are no numbers."""
    return s("Where", s(condition, *inputs), s.dims, s.list(2, 7, 11))


GRID = (3, 1, 4, 1, 5, 9)
CASES: dict[str, Step] = {
    "Abs": lambda s: s("Abs", s("Sub", s.dims, s.number(9))),
    "Add": lambda s: s("Add", s.dims, s("Unsqueeze", s.dims, s.list(1))),
    "And": lambda s: s(
        "Where",
        s("And", s("Less", s.dims, s.number(6)), s("Greater", s.dims, s.number(2))),
        s.dims,
        s.number(3),
    ),
    "Cast": lambda s: s("Cast", s("Cast", s.dims, to=TensorProto.INT32), to=TensorProto.INT64),
    "Cast to BOOL": lambda s: s(
        "Where", s("Cast", s("Sub", s.dims, s.number(6)), to=TensorProto.BOOL), s.dims, s.list(4)
    ),
    "Concat": lambda s: s("Concat", s.list(7), s.dims, s.list(8, 9), axis=0),
    "Concat of columns": lambda s: s(
        "Concat", s.array(*GRID, dims=(3, 2)), s("Unsqueeze", s.dims, s.list(1)), axis=-1
    ),
    "ConstantOfShape": lambda s: filled(s, 17, s("Slice", s.dims, s.list(1), s.list(3))),
    "Div": lambda s: s("Div", s("Sub", s.dims, s.number(10)), s.number(4)),
    "Div by negative": lambda s: s("Div", s.dims, s.list(-2, 4, -5)),
    "Equal": lambda s: switched(s, "Equal", s.dims, s.number(6)),
    "Expand": lambda s: s("Expand", s("Unsqueeze", s.dims, s.list(1)), s.list(2, 1, 4)),
    "Gather": lambda s: s("Gather", s.dims, s.array(-1, 0, 1, 1, dims=(2, 2))),
    "Gather of columns": lambda s: s("Gather", s.array(*GRID, dims=(2, 3)), s.list(2, 0), axis=1),
    "Greater": lambda s: switched(s, "Greater", s.dims, s.number(5)),
    "GreaterOrEqual": lambda s: switched(s, "GreaterOrEqual", s.dims, s.number(6)),
    "Identity": lambda s: s("Identity", s.dims),
    "Less": lambda s: switched(s, "Less", s.dims, s.number(6)),
    "LessOrEqual": lambda s: switched(s, "LessOrEqual", s.dims, s.number(6)),
    "Max": lambda s: s("Max", s.dims, s.number(6), s.list(2, 4, 20)),
    "Min": lambda s: s("Min", s.dims, s.number(6)),
    "Mod": lambda s: s("Mod", s("Sub", s.number(3), s.dims), s.list(5, 4, -3)),
    "Mod fmod": lambda s: s("Mod", s("Sub", s.number(3), s.dims), s.list(5, 4, -3), fmod=1),
    "Mul": lambda s: s("Mul", s.height, s.dims),
    "Neg": lambda s: s("Neg", s.dims),
    "Not": lambda s: s("Where", s("Not", s("Less", s.dims, s.height)), s.dims, s.number(12)),
    "Or": lambda s: s(
        "Where",
        s("Or", s("Less", s.dims, s.number(6)), s("Equal", s.dims, s.number(6))),
        s.dims,
        s.number(3),
    ),
    "Range": lambda s: s("Range", s.number(1), s("Gather", s.dims, s.number(0)), s.height),
    "Range down": lambda s: s("Range", s.height, s.number(-7), s.number(-3)),
    "ReduceMax": lambda s: s("ReduceMax", s.dims, keepdims=0),
    "ReduceMin": lambda s: s("ReduceMin", s.array(*GRID, dims=(2, 3)), s.list(-1)),
    "ReduceProd": lambda s: s("ReduceProd", s.dims, keepdims=0),
    "ReduceProd of rows": lambda s: s("ReduceProd", s.array(*GRID, dims=(3, 2)), s.list(0)),
    "ReduceSum": lambda s: s("ReduceSum", s.array(*GRID, dims=(3, 2)), s.list(1), keepdims=0),
    "ReduceSum of nothing": lambda s: s("ReduceSum", s.dims, noop_with_empty_axes=1),
    "Reshape": lambda s: s("Reshape", s.array(*GRID, dims=(3, 2)), s.list(0, -1, 1)),
    "Shape": lambda s: s("Shape", s("Expand", s.dims, s.list(2, 1, 3))),
    "Shape of a constant": lambda s: s("Shape", s.made.constant(np.zeros((3, 5), F32)), start=-1),
    "Size": lambda s: s("Size", s("Expand", s.dims, s.list(7, 1))),
    "Slice": lambda s: s("Slice", s.dims, s.list(-2), s.list(2**40)),
    "Slice back": lambda s: s("Slice", s.dims, s.list(-1), s.list(-(2**40)), s.list(0), s.list(-2)),
    "Slice of a grid": lambda s: s(
        "Slice", s.array(*GRID, dims=(2, 3)), s.list(0, 1), s.list(1, 3), s.list(0, -1)
    ),
    "Split": lambda s: parts(s, "p0", "p1"),
    "Split in equal parts": lambda s: parts(s, "p0", "p1", num_outputs=2),
    "Squeeze": lambda s: s("Squeeze", s.array(*GRID, dims=(1, 6, 1)), s.list(-1)),
    "Squeeze all": lambda s: s("Squeeze", s.array(*GRID, dims=(1, 6, 1))),
    "Sub": lambda s: s("Sub", s.number(3), s.dims),
    "Tile": lambda s: s("Tile", s.array(*GRID, dims=(2, 3)), s.list(2, 3)),
    "Transpose": lambda s: s("Transpose", s.array(*range(24), dims=(2, 3, 4)), perm=[2, 0, 1]),
    "Transpose all": lambda s: s("Transpose", s.array(*GRID, dims=(2, 3))),
    "Unsqueeze": lambda s: s("Unsqueeze", s.array(*GRID, dims=(2, 3)), s.list(0, -1)),
    "Where": lambda s: s(
        "Where", s.made.constant(np.array([[True], [False]])), s.dims, s.list(1, 2, 3)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_those_of_onnx_runtime(name: str, tmp_path: Path) -> None:
    sizes = Sizes()
    assert compare(sizes.finish(CASES[name](sizes)), tmp_path).max() == 0


def test_the_batch_is_one_image(tmp_path: Path) -> None:
    """Sizes that hang on the batch, as exporters write x.view(x.size(0) * 1, -1)."""
    made = with_one_input(3, shape=(4, 3, 5))
    x = made.pool[-1]
    constants = [made.constant(I64(value)) for value in (0, 1)]
    one, rest = made.constant(np.array([0], I64)), made.constant(np.array([-1], I64))
    made.nodes += [
        helper.make_node("Shape", [x.name], ["shape"]),
        helper.make_node("Gather", ["shape", constants[0]], ["n"], axis=0),
        helper.make_node("Mul", ["n", constants[1]], ["m"]),
        helper.make_node("Unsqueeze", ["m", one], ["list"]),
        helper.make_node("Concat", ["list", rest], ["target"], axis=0),
        helper.make_node("Reshape", [x.name, "target"], ["flat"]),
    ]
    made.weighted("dense", made.named((60,), like=x), (60, 7), 1, 7, (7,), 60, "Gemm")
    made.nodes[-3 if made.nodes[-2].op_type == "Gemm" else -2].name = "layer"
    for node in made.nodes:
        node.input[:] = ["flat" if name == "t1" else name for name in node.input]
    assert compare(made, tmp_path).max() == 0


REFUSED: dict[str, tuple[Step, str]] = {
    "float": (
        lambda s: s("Cast", s.dims, to=TensorProto.FLOAT),
        "(Cast): it makes FLOAT of sizes; sizes in float have to be computed before quantization",
    ),
    "float factor": (
        lambda s: s("Mul", s.dims, s.made.constant(F32(2))),
        "which is neither a constant of integers nor computed from shapes; sizes in float",
    ),
    "activations": (lambda s: s("Add", s.dims, s.source.name), "from 'input.q', which is neither"),
    "not sizes": (
        lambda s: s("Where", s("Less", s.dims, s.number(6)), s.source.name, s.dims),
        "(Where): it computes a size from 'input.q'",
    ),
    "no constant": (
        lambda s: s("Tile", s.source.name, s.dims),
        "(Tile): it is only supported on sizes",
    ),
    "division by 0": (lambda s: s("Div", s.dims, s.list(1, 0, 1)), "(Div): it divides by 0"),
    "index": (lambda s: s("Gather", s.dims, s.list(3)), "(Gather): an index is outside its input"),
    "too many": (lambda s: s("Tile", s.dims, s.list(30)), "(Tile): it computes more than 64"),
    "overflow": (
        lambda s: s("Mul", s.dims, s.number(2**62)),
        "(Mul): a number does not fit into 64 bits",
    ),
    "shapes": (
        lambda s: s("Add", s.dims, s.list(1, 2)),
        "(Add): the shapes of its inputs do not fit together",
    ),
    "endless": (lambda s: s("Range", s.height, s.height, s.number(0)), "(Range): its step is 0"),
    "unknown": (lambda s: s("NonZero", s.dims), "(NonZero): this operator is not supported"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_computed_is_named(name: str, tmp_path: Path) -> None:
    step, words = REFUSED[name]
    sizes = Sizes()
    assert words in import_error(sizes.finish(step(sizes)), tmp_path)


def test_a_tensor_takes_no_sizes(tmp_path: Path) -> None:
    sizes = Sizes()
    real = sizes.made.dequantize(sizes.source)
    sizes.made.real("sum", "Add", [real, sizes.dims], sizes.made.named((1, 1, 1), 1.0))
    message = import_error(sizes.made, tmp_path)
    assert "(Add): input 'i2' is a computed size, which it does not take" in message

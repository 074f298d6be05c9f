"""A quantized ONNX graph under construction, as QOperator or as QDQ graph, with random parameters.

Scales are drawn so that codes spread over their range; draws are keyed by a case number.
"""

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

F32 = np.float32


@dataclass(frozen=True)
class Tensor:
    """A quantized activation; `flat` is (N, elements), else (N, C, H, W)."""

    name: str
    shape: tuple[int, ...]
    scale: np.float32
    zero_point: int
    spread: float  # standard deviation of its codes, roughly

    @property
    def flat(self) -> bool:
        return len(self.shape) == 1


class QuantizedGraph:
    """A graph under construction. `form` is "qoperator" or "qdq", `signed` int8 activations."""

    def __init__(self, case: int, form: str, signed: bool = False) -> None:
        self.rng = np.random.default_rng([20, case])
        self.form, self.dtype = form, np.int8 if signed else np.uint8
        self.low = -128 if signed else 0
        self.opset = 18
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray] = {}
        self.kinds: list[str] = []
        self.input_shape = (
            int(self.rng.integers(1, 9)),
            int(self.rng.integers(3, 10)),
            int(self.rng.integers(3, 10)),
        )
        self.pool: list[Tensor] = []
        source = Tensor("input", self.input_shape, self.scale(), self.zero_point(), 74.0)
        quantized = Tensor("input.q", *list(vars(source).values())[1:])
        self.nodes.append(
            helper.make_node("QuantizeLinear", ["input", *self.parameters(quantized)], ["input.q"])
        )
        self.pool.append(quantized)

    # Draws

    def one_of(self, *choices):
        return choices[int(self.rng.integers(len(choices)))]

    def scale(self) -> np.float32:
        return F32(np.exp(self.rng.uniform(np.log(0.002), np.log(0.2))))

    def zero_point(self) -> int:
        kind = self.rng.integers(4)
        if kind == 0:
            return self.low
        return int(self.low + (128 if kind == 1 else self.rng.integers(0, 256)))

    def pick(self, flat: bool | None = None) -> Tensor | None:
        found = [t for t in self.pool if flat is None or t.flat == flat]
        # The newest tensors most often, so that networks get deep.
        return found[-1 - int(min(self.rng.geometric(0.6) - 1, len(found) - 1))] if found else None

    # Graph

    def constant(self, value, name: str | None = None) -> str:
        name = name or f"k{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def parameters(self, tensor: Tensor) -> list[str]:
        return [self.constant(tensor.scale), self.constant(self.dtype(tensor.zero_point))]

    def named(self, shape, real_spread: float | None = None, like: Tensor | None = None) -> Tensor:
        """A new tensor: with the quantization of `like`, or one that fits its real spread."""
        name = f"t{len(self.pool)}"
        if like is not None:
            return Tensor(name, tuple(shape), like.scale, like.zero_point, like.spread)
        spread = float(self.rng.uniform(15, 90))
        scale = F32(max(real_spread / spread, 1e-6))
        return Tensor(name, tuple(shape), scale, self.zero_point(), min(spread, 74.0))

    def dequantize(self, tensor: Tensor) -> str:
        name = f"d{len(self.nodes)}"
        inputs = [tensor.name, *self.parameters(tensor)]
        self.nodes.append(helper.make_node("DequantizeLinear", inputs, [name]))
        return name

    def add(self, kind: str, op: str, inputs: list[str], out: Tensor, domain="", **attributes):
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(op, inputs, [out.name], name, domain=domain, **attributes)
        )
        self.done(kind, out)

    def done(self, kind: str, out: Tensor) -> None:
        self.kinds.append(kind)
        self.pool.append(out)

    def real(self, kind: str, op: str, inputs: list[str], out: Tensor, **attributes) -> None:
        """A float operator, quantized (QDQ)."""
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name + ".y"], name, **attributes))
        self.quantize(kind, name + ".y", out)

    def quantize(self, kind: str, edge: str, out: Tensor) -> None:
        self.nodes.append(
            helper.make_node("QuantizeLinear", [edge, *self.parameters(out)], [out.name])
        )
        self.done(kind, out)

    @property
    def qdq(self) -> bool:
        return self.form == "qdq"

    def unary(self, kind: str, op: str, x: Tensor, out: Tensor, domain="com.microsoft", **extra):
        """An operator that has a QLinear form of its own."""
        if self.qdq:
            return self.real(kind, op, [self.dequantize(x)], out, **extra)
        inputs = [x.name, *self.parameters(x), *self.parameters(out)]
        return self.add(kind, "QLinear" + op, inputs, out, domain, **extra)

    # Weights

    def weights(
        self, shape, axis: int, per_channel_zero_points: bool
    ) -> tuple[list[str], NDArray, float]:
        """Codes, scale and zero point; the scales; the spread of the codes."""
        # ONNX Runtime has no kernels for int8 activations with uint8 weights.
        unsigned = self.dtype == np.uint8 and self.rng.random() < 0.4
        bits = self.one_of(8, 8, 8, 7, 5, 4, 3, 2)
        dtype, offset = (np.uint8, 1 << (bits - 1)) if unsigned else (np.int8, 0)
        low, high = -(1 << (bits - 1)) + offset, (1 << (bits - 1)) - 1 + offset
        codes = self.rng.integers(low, high + 1, shape).astype(dtype)
        per_channel = self.rng.random() < 0.5
        scale = self.rng.uniform(0.003, 0.03, shape[axis] if per_channel else ()).astype(F32)
        symmetric = self.rng.random() < 0.5
        zero = self.rng.integers(low, high + 1, scale.shape if per_channel_zero_points else ())
        zero_points = np.broadcast_to(offset if symmetric else zero, scale.shape).astype(dtype)
        name = f"w{len(self.nodes)}"
        names = [self.constant(codes, name), self.constant(scale), self.constant(zero_points)]
        spread = np.sqrt(np.mean((codes.astype(float) - float(zero_points.mean())) ** 2))
        return names, scale, float(spread)

    def bias(self, x: Tensor, scale: NDArray, channels: int, size: float) -> tuple[str, NDArray]:
        codes = self.rng.normal(0, size, channels).astype(np.int32)
        return self.constant(codes), (x.scale * scale).astype(F32)

    def weighted(
        self,
        kind: str,
        x: Tensor,
        shape,
        axis: int,
        outputs: int,
        out_shape,
        k: int,
        op: str,
        **attributes,
    ) -> None:
        matrix = op != "Conv"
        names, scale, spread = self.weights(shape, axis, matrix and op == "MatMul")
        size = x.spread * spread * k**0.5
        out = self.named(out_shape, float(x.scale * scale.mean()) * max(size, 1.0))
        has_bias = op != "MatMul" and self.rng.random() < 0.7
        bias, product = self.bias(x, scale, outputs, size / 2) if has_bias else ("", None)
        if self.qdq:
            inputs = [self.dequantize(x), f"dw{len(self.nodes)}"]
            self.nodes.append(helper.make_node("DequantizeLinear", names, [inputs[1]], axis=axis))
            if has_bias:
                inputs.append(f"db{len(self.nodes)}")
                pair = [self.constant(product), self.constant(np.zeros_like(product, np.int32))]
                self.nodes.append(
                    helper.make_node("DequantizeLinear", [bias, *pair], [inputs[2]], axis=0)
                )
            return self.real(kind, op, inputs, out, **attributes)
        head = [x.name, *self.parameters(x), *names]
        if op == "Gemm":
            inputs = [*head, bias, *self.parameters(out)]
            return self.add(kind, "QGemm", inputs, out, "com.microsoft", **attributes)
        inputs = [*head, *self.parameters(out), *([bias] if has_bias else [])]
        return self.add(kind, "QLinear" + op, inputs, out, **attributes)

    def model(self) -> onnx.ModelProto:
        """The last tensor is the output."""
        last = self.pool[-1]
        code = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        ends = [
            helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", *self.input_shape]),
            helper.make_tensor_value_info(last.name, code, None),
        ]
        tensors = [numpy_helper.from_array(value, name) for name, value in self.constants.items()]
        graph = helper.make_graph(self.nodes, "random", ends[:1], ends[1:], tensors)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        version = helper.find_min_ir_version_for(opsets[:1])
        return helper.make_model(graph, opset_imports=opsets, ir_version=version)

    def images(self, count: int) -> tuple[NDArray, NDArray]:
        """Real inputs, and the codes (N, C, H, W) that they are quantized to."""
        first = self.pool[0]
        shape = (count, *self.input_shape)
        codes = self.rng.integers(self.low, self.low + 256, shape)
        codes[self.rng.random(shape) < 0.2] = first.zero_point
        return ((codes - first.zero_point).astype(F32) * first.scale).astype(F32), codes


def with_one_input(
    case: int, form: str = "qdq", shape: tuple[int, ...] = (4, 6, 5), signed: bool = False
) -> QuantizedGraph:
    """A graph of its quantized input only."""
    made = QuantizedGraph(case, form, signed)
    made.input_shape = shape
    made.pool[0] = Tensor(**{**vars(made.pool[0]), "shape": shape})
    return made

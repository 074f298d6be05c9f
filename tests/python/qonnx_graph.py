"""Random QONNX networks of the forms in its public files, and an executor in float64 of its text.

What lies between two Quant nodes is real arithmetic: a bias, batch normalization, factors, a ReLU.
"""

from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

F32 = np.float32
CHANNELS_LAST = "qonnx.custom_op.channels_last"


@dataclass
class Form:
    """How a file is written; what it computes is the generator's draw."""

    domain: str = "qonnx.custom_op.general"
    opset: int = 13
    bits_type: type = np.float32
    last: bool = False  # (N, H, W, C)
    logits: str = "quant"  # or "float", "softmax"
    powers: bool = False  # scales are powers of two: float32 arithmetic is exact
    binary: bool = False  # weights and most activations are signs


@dataclass
class QonnxGraph:
    case: int
    form: Form
    nodes: list = field(default_factory=list)
    constants: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([61, self.case])
        self.shape = (int(self.rng.integers(1, 6)), 7, 6)
        self.input_scale = self.scale(0.01, 0.1)
        self.signed = bool(self.rng.integers(2))
        self.edge, self.spread = "x", 0.0
        self.quant(self.input_scale, 8, self.signed, int(self.rng.integers(2)))
        self.spread = float(self.input_scale) * 60
        for _ in range(int(self.rng.integers(1, 3))):
            self.layer(convolution=True)
        if self.rng.integers(2):
            self.pool()
        self.flatten()
        self.layer(convolution=False)
        self.layer(convolution=False, last=True)

    def one_of(self, *choices):
        return choices[int(self.rng.integers(len(choices)))]

    def scale(self, low: float, high: float) -> np.float32:
        drawn = np.exp(self.rng.uniform(np.log(low), np.log(high)))
        return F32(2.0 ** np.round(np.log2(drawn)) if self.form.powers else drawn)

    def constant(self, value) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def node(self, op: str, inputs: list[str], domain: str = "", **attributes) -> str:
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(op, inputs, [name + ".y"], name, domain=domain, **attributes)
        )
        return name + ".y"

    def quant_of(self, source: str, scale, bits: int, signed: bool, narrow: int, zero=0) -> str:
        inputs = [source, self.constant(F32(scale)), self.constant(self.form.bits_type(zero))]
        return self.node(
            "Quant",
            [*inputs, self.constant(self.form.bits_type(bits))],
            self.form.domain,
            signed=int(signed),
            narrow=narrow,
            rounding_mode="ROUND",
        )

    def signs_of(self, source: str, scale) -> str:
        return self.node("BipolarQuant", [source, self.constant(F32(scale))], self.form.domain)

    def quant(self, scale, bits: int, signed: bool, narrow: int, zero: int = 0) -> None:
        self.edge = self.quant_of(self.edge, scale, bits, signed, narrow, zero)

    def weights(self, shape: tuple[int, ...], transposed: bool) -> str:
        """Of (outputs, ...), or a matrix that the graph transposes; per tensor or per output."""
        bits = self.one_of(2, 3, 4, 8)
        each = bool(self.rng.integers(2))
        scales = np.array([self.scale(0.02, 0.2) for _ in range(shape[0] if each else 1)])
        values = self.rng.normal(size=shape) * 2 ** (bits - 2)
        values = F32(values * scales.reshape(-1, *[1] * (len(shape) - 1)))
        if len(shape) == 4 and self.form.last:
            values = values.transpose(0, 2, 3, 1)
        scales = scales.reshape(-1, *[1] * (len(shape) - 1)) if each else scales[0]
        if transposed:
            values = values.T.copy()
            scales = scales.T.copy() if each else scales
        if self.form.binary:
            self.weight_spread = float(np.sqrt(np.square(scales.astype(float)).mean()))
            return self.signs_of(self.constant(values), scales)
        name = self.quant_of(self.constant(values), scales, bits, True, self.one_of(0, 1))
        self.weight_spread = float(np.sqrt(np.square(values.astype(float)).mean()))
        return name

    def along_channels(self, values: NDArray) -> str:
        planes = (
            values.reshape(1, -1, 1, 1) if len(self.shape) == 3 and not self.form.last else values
        )
        return self.constant(F32(planes))

    def values(self, low: float, high: float) -> NDArray:
        drawn = self.rng.uniform(low, high, self.shape[0])
        return F32(2.0 ** np.round(np.log2(drawn)) if self.form.powers else drawn)

    def offsets(self) -> NDArray:
        drawn = self.rng.normal(size=self.shape[0]) * self.spread / 2
        return F32(np.round(drawn * 64) / 64 if self.form.powers else drawn)

    def layer(self, convolution: bool, last: bool = False) -> None:
        outputs = int(self.rng.integers(3, 12))
        kernel = (3, 3) if convolution else ()
        taps = self.shape[0] * int(np.prod(kernel))
        transposed = not convolution and bool(self.rng.integers(2))
        shape = (outputs, self.shape[0], *kernel) if convolution else (outputs, self.shape[0])
        inputs = [self.edge, self.weights(shape, transposed)]
        self.shape = (outputs, *self.shape[1:])
        self.spread *= self.weight_spread * np.sqrt(taps)
        # Sums of signs are often 0, whose sign float32 finds only where it is exact.
        exact = self.form.powers or not self.form.binary
        kind = self.one_of("none", "float", "quant") if exact else "float"
        if kind == "float":
            bias = self.constant(self.offsets())
        elif kind == "quant":
            step = self.scale(self.spread / 20, self.spread / 10)
            bias = self.quant_of(self.constant(self.offsets()), step, 6, True, 0)
        if convolution:
            inputs += [bias] if kind != "none" else []
            self.edge = self.node(
                "Conv",
                inputs,
                CHANNELS_LAST if self.form.last else "",
                kernel_shape=[3, 3],
                pads=[1, 0, 1, 0],
                strides=[1, 1],
                dilations=[1, 1],
                group=1,
            )
            self.shape = (outputs, self.shape[1], self.shape[2] - 2)
        elif transposed and self.rng.integers(2):
            inputs[1] = self.node("Transpose", [inputs[1]], perm=[1, 0])
            self.edge = self.node("Gemm", inputs + ([bias] if kind != "none" else []), transB=1)
        else:
            if not transposed:
                inputs[1] = self.node("Transpose", [inputs[1]], perm=[1, 0])
            self.edge = self.node("MatMul", inputs)
            if kind != "none":
                self.edge = self.node("Add", self.one_of([self.edge, bias], [bias, self.edge]))
        self.real_numbers()
        if last and self.form.logits != "quant":
            if self.form.logits == "softmax":
                self.edge = self.node("Softmax", [self.edge], axis=1)
            return
        if self.form.binary and self.rng.integers(4):
            self.spread = float(self.scale(0.3, 3))
            self.edge = self.signs_of(self.edge, self.spread)
            return
        signed = bool(self.rng.integers(2))
        bits = self.one_of(2, 3, 4, 8)
        step = self.scale(0.8, 1.2) * self.spread * 2.5 / 2 ** (bits - int(signed))
        zero = 0 if self.rng.integers(2) or self.form.powers else self.one_of(1, 2)
        self.quant(
            F32(2.0 ** np.round(np.log2(step))) if self.form.powers else F32(step),
            bits,
            signed,
            int(self.rng.integers(2)),
            zero,
        )

    def real_numbers(self) -> None:
        if self.rng.integers(2):
            self.normalization()
        if not self.rng.integers(3):
            self.edge = self.node("Sub", [self.edge, self.along_channels(self.offsets())])
            self.edge = self.node(self.one_of("Mul", "Div"), [self.edge, self.constant(F32(0.5))])
            self.spread *= 0.5
        kinds = ("none",) * 3 if self.form.binary else ()  # a Relu has one sign only
        kind = self.one_of("none", *kinds, "Relu", "LeakyRelu")
        if kind != "none":
            attributes = {"alpha": 0.125} if kind == "LeakyRelu" else {}
            self.edge = self.node(kind, [self.edge], **attributes)
            if self.rng.integers(2):
                factors = self.along_channels(self.values(0.5, 1.5))
                self.edge = self.node("Mul", [self.edge, factors])

    def normalization(self) -> None:
        gain = self.values(0.5, 1.5) * self.rng.choice(F32([-1, 1]), self.shape[0], p=[0.2, 0.8])
        offset, mean = self.offsets(), self.offsets()
        variance = np.square(self.values(0.5, 2)) * F32(1)
        inputs = [self.edge, *(self.constant(F32(v)) for v in (gain, offset, mean, variance))]
        domain = CHANNELS_LAST if self.form.last and len(self.shape) == 3 else ""
        epsilon = 0.0 if self.form.powers else 1e-5
        self.edge = self.node("BatchNormalization", inputs, domain, epsilon=epsilon)

    def pool(self) -> None:
        domain = CHANNELS_LAST if self.form.last else ""
        attributes = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0, 0, 0, 0]}
        self.edge = self.node("MaxPool", [self.edge], domain, **attributes)
        self.shape = (self.shape[0], self.shape[1] // 2, self.shape[2] // 2)

    def flatten(self) -> None:
        self.edge = self.node("Flatten", [self.edge], axis=1)
        self.shape = (int(np.prod(self.shape)),)

    def model(self) -> onnx.ModelProto:
        channels, height, width = self.input_shape
        dims = [1, height, width, channels] if self.form.last else [1, channels, height, width]
        tensors = [numpy_helper.from_array(v, k) for k, v in self.constants.items()]
        graph = helper.make_graph(
            self.nodes,
            "qonnx",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
            [helper.make_tensor_value_info(self.edge, TensorProto.FLOAT, [1, self.shape[0]])],
            tensors,
        )
        imports = [helper.make_opsetid("", self.form.opset)]
        imports.append(helper.make_opsetid(self.form.domain, 1))
        # The qonnx package runs its operators as those of ONNX's opset of this number.
        imports.append(helper.make_opsetid(CHANNELS_LAST, self.form.opset))
        return helper.make_model(graph, opset_imports=imports, ir_version=8)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        return (np.random.default_rng([61, self.case]).integers(1, 6).item(), 7, 6)

    def images(self, count: int) -> tuple[NDArray, NDArray]:
        """Real values, each that of a code, as the file wants them, and the codes as held."""
        shape = self.input_shape
        codes = np.random.default_rng([62, self.case]).integers(0, 120, (count, *shape))
        codes = codes - 60 if self.signed else codes
        real = F32(codes) * self.input_scale
        held = codes + 128 if self.signed else codes
        held = held.transpose(0, 2, 3, 1).astype(np.uint8)
        return (real.transpose(0, 2, 3, 1).copy() if self.form.last else real), held


class Float64:
    """Runs a model on real numbers; `ties` is by image how near a rounding came to a half."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph
        self.edges = {t.name: numpy_helper.to_array(t) for t in self.graph.initializer}

    def run(self, real: NDArray) -> NDArray:
        self.edges[self.graph.input[0].name] = real.astype(np.float64)
        self.ties = np.full(len(real), 0.5)
        for node in self.graph.node:
            inputs = [self.edges[name].astype(np.float64) for name in node.input]
            given = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            last = node.domain == CHANNELS_LAST
            if last:
                inputs[0] = inputs[0].transpose(0, 3, 1, 2)
                if node.op_type == "Conv":
                    inputs[1] = inputs[1].transpose(0, 3, 1, 2)
            made = getattr(self, node.op_type.lower())(*inputs, **given)
            self.edges[node.output[0]] = made.transpose(0, 2, 3, 1) if last else made
        return self.edges[self.graph.output[0].name]

    def quant(self, x, scale, zero, bits, signed, narrow, rounding_mode) -> NDArray:
        assert rounding_mode == b"ROUND"
        low = narrow - 2 ** (bits - 1) if signed else 0
        high = 2 ** (bits - 1) - 1 if signed else 2**bits - 1 - narrow
        steps = np.clip(x / scale + zero, low, high)
        if len(x) == len(self.ties):  # and no constant
            near = np.abs(np.abs(steps - np.floor(steps)) - 0.5)
            self.ties = np.minimum(self.ties, near.reshape(len(x), -1).min(axis=1))
        return (np.round(steps) - zero) * scale

    def bipolarquant(self, x, scale) -> NDArray:
        if len(x) == len(self.ties):  # and no constant
            near = np.where(x == 0, 0.5, np.abs(x) / np.sqrt(np.square(x).mean()))  # 0: by a Relu
            self.ties = np.minimum(self.ties, near.reshape(len(x), -1).min(axis=1))
        return np.where(x >= 0, scale, -scale)

    def conv(self, x, weights, bias=0.0, *, pads, **_) -> NDArray:
        padded = np.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
        windows = sliding_window_view(padded, weights.shape[2:], axis=(2, 3))
        made = np.einsum("nchwij,ocij->nohw", windows, weights)
        return made + np.reshape(bias, (1, -1, 1, 1))

    def gemm(self, x, weights, bias=0.0, **_) -> NDArray:
        return x @ weights.T + bias

    def matmul(self, x, weights) -> NDArray:
        return x @ weights

    def transpose(self, x, perm) -> NDArray:
        return x.transpose(perm)

    def batchnormalization(self, x, gain, offset, mean, variance, epsilon=1e-5) -> NDArray:
        shape = (1, -1, *[1] * (x.ndim - 2))
        gain, offset, mean, variance = (v.reshape(shape) for v in (gain, offset, mean, variance))
        return (x - mean) / np.sqrt(variance + epsilon) * gain + offset

    def add(self, x, y) -> NDArray:
        return x + y

    def sub(self, x, y) -> NDArray:
        return x - y

    def mul(self, x, y) -> NDArray:
        return x * y

    def div(self, x, y) -> NDArray:
        return x / y

    def pow(self, x, exponent) -> NDArray:
        return x**exponent

    def relu(self, x) -> NDArray:
        return np.maximum(x, 0)

    def leakyrelu(self, x, alpha) -> NDArray:
        return np.where(x < 0, x * alpha, x)

    def maxpool(self, x, **_) -> NDArray:
        return sliding_window_view(x, (2, 2), axis=(2, 3))[:, :, ::2, ::2].max(axis=(4, 5))

    def flatten(self, x, axis) -> NDArray:
        return x.reshape(len(x), -1)

    def identity(self, x) -> NDArray:
        return x

    def softmax(self, x, axis) -> NDArray:
        return x

"""A QDQ graph under construction, and ONNX Runtime's integer output of it."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from brownout_tools.runtime import session


class Graph:
    """A QDQ graph under construction; every method returns the name of a dequantized tensor."""

    def __init__(self, shape, seed, zero_point=120, signed=False, opset=13):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.constants, self.quantization = [], [], {}
        self.signed, self.opset, self.count = signed, opset, 0
        self.shape = shape
        self.input_scale, self.input_zero_point = np.float32(0.0173), zero_point
        self.narrow = None
        self.x = self.quantize("input", self.input_scale, zero_point)

    def constant(self, value, name=None):
        name = name or f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, op, inputs, name=None, **attributes):
        self.count += 1
        name = name or f"{op.lower()}{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [name + ".output"], name=name, **attributes))
        return name + ".output"

    def quantize(self, real, scale, zero_point):
        """QuantizeLinear, DequantizeLinear; `zero_point` counts from 0 to 255."""
        zero_point = np.int8(zero_point - 128) if self.signed else np.uint8(zero_point)
        scale = np.float32(scale)
        pair = [self.constant(scale), self.constant(zero_point)]
        codes = self.node("QuantizeLinear", [real, *pair])
        self.output = self.node("DequantizeLinear", [codes, *pair])
        self.quantization[self.output] = (scale, int(zero_point))
        return self.output

    def weights(self, shape, axis, per_channel, name, low=-127, high=127):
        if self.narrow:
            return self.narrow_weights(shape, axis, name)
        codes = self.rng.integers(low, high + 1, shape).astype(np.int8)
        channels = shape[axis]
        scale = self.rng.uniform(0.002, 0.006, channels if per_channel else ()).astype(np.float32)
        names = [
            self.constant(codes, name),
            self.constant(scale),
            self.constant(np.zeros_like(scale, np.int8)),
        ]
        attributes = {"axis": axis} if self.opset >= 13 else {}
        return self.node("DequantizeLinear", names, **attributes), scale

    def narrow_weights(self, shape, axis, name):
        """4-bit weights per channel, written as `narrow` says; the values do not depend on it."""
        codes = self.rng.integers(-8, 8, shape).astype(np.int8)
        scale = self.rng.uniform(0.03, 0.09, shape[axis]).astype(np.float32)
        pair = [self.constant(scale), self.constant(np.zeros_like(scale, np.int8))]
        limits = [self.constant(np.int8(-8)), self.constant(np.int8(7))]
        if self.narrow == "int4":
            int4 = helper.make_tensor(name, TensorProto.INT4, shape, codes.ravel().tolist())
            zeros = helper.make_tensor(
                name + ".zero", TensorProto.INT4, scale.shape, [0] * scale.size
            )
            self.constants += [int4, zeros]
            tensor, pair = name, [pair[0], zeros.name]
        elif self.narrow == "quantized":
            real = (codes + 0.3) * scale.reshape(
                [-1 if d == axis else 1 for d in range(len(shape))]
            )
            tensor = self.node(
                "QuantizeLinear", [self.constant(real.astype(np.float32), name), *pair], axis=axis
            )
            tensor = self.node("Clip", [tensor, *limits])
        else:
            tensor = self.constant(codes, name)
            if self.narrow == "clip":
                tensor = self.node("Clip", [tensor, *limits])
        return self.node("DequantizeLinear", [tensor, *pair], axis=axis), scale

    def bias(self, x, scale, channels, spread):
        codes = self.rng.integers(-spread, spread + 1, channels).astype(np.int32)
        product = (self.quantization[x][0] * scale).astype(np.float32)
        names = [
            self.constant(codes),
            self.constant(product),
            self.constant(np.zeros_like(product, np.int32)),
        ]
        return self.node("DequantizeLinear", names, **({"axis": 0} if self.opset >= 13 else {}))

    def limit(self, real, activation):
        if activation == "relu":
            return self.node("Relu", [real])
        if activation is None:
            return real
        low, high = (np.float32(value) for value in activation)
        if self.opset < 11:
            return self.node("Clip", [real], min=float(low), max=float(high))
        return self.node("Clip", [real, self.constant(low), self.constant(high)])

    def conv(
        self,
        x,
        shape,
        per_channel=True,
        bias=True,
        activation=None,
        zero_point=120,
        spread=6.0,
        **attributes,
    ):
        number = self.count
        weights, scale = self.weights(shape, 0, per_channel, f"conv{number}.weight")
        k = int(np.prod(shape[1:]))
        inputs = [x, weights]
        if bias:
            inputs.append(self.bias(x, scale, shape[0], int(3000 * k**0.5)))
        real = self.limit(self.node("Conv", inputs, f"conv{number}", **attributes), activation)
        step = self.quantization[x][0] * scale.mean() * 74 * 74 * k**0.5
        return self.quantize(real, step * spread / 256, zero_point)

    def dense(
        self, x, inputs, outputs, kind="Gemm", trans_b=1, per_channel=True, bias=True, spread=6
    ):
        number = self.count
        shape = (outputs, inputs) if kind == "Gemm" and trans_b else (inputs, outputs)
        axis = shape.index(outputs)
        weights, scale = self.weights(shape, axis, per_channel, f"fc{number}.weight")
        extra = [self.bias(x, scale, outputs, 30000)] if bias else []
        if kind == "Gemm":
            real = self.node("Gemm", [x, weights, *extra], f"fc{number}", transB=trans_b)
        else:
            real = self.node("MatMul", [x, weights], f"fc{number}")
            if bias:
                real = self.node("Add", [real, *extra])
        step = self.quantization[x][0] * scale.mean() * 74 * 74 * inputs**0.5
        return self.quantize(real, step * spread / 256, 117)

    def same(self, op, inputs, **attributes):
        """An operation that keeps scale and zero point."""
        scale, zero_point = self.quantization[inputs[0]]
        real = self.node(op, inputs, **attributes)
        return self.quantize(real, scale, zero_point + (128 if self.signed else 0))

    def model(self, output=None, inputs=None):
        graph = helper.make_graph(
            self.nodes,
            "tiny",
            inputs
            or [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", *self.shape])],
            [helper.make_tensor_value_info(output or self.output, TensorProto.FLOAT, None)],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 7 if self.opset < 21 else 10
        return model

    def clip_codes(self, real, low, high):
        """QuantizeLinear, Clip, DequantizeLinear with the step of `real`'s last quantization."""
        quantized = next(n for n in self.nodes if n.output[0] == real)
        self.nodes.remove(quantized)
        codes, *pair = quantized.input
        limits = [self.constant(np.uint8(low)), self.constant(np.uint8(high))]
        self.output = self.node("DequantizeLinear", [self.node("Clip", [codes, *limits]), *pair])
        self.quantization[self.output] = self.quantization[real]
        return self.output

    def run(self, codes):
        """ONNX Runtime's output codes for input codes (N, C, H, W)."""
        real = (codes.astype(np.float32) - np.float32(self.input_zero_point)) * self.input_scale
        (output,) = session(self.model()).run(None, {"input": real})
        scale, zero_point = self.quantization[self.output]
        held = np.rint(output / scale) + zero_point + (128 if self.signed else 0)
        return held.astype(np.uint8)

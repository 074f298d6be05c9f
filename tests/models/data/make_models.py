"""Write the tiny QDQ networks of this folder, their inputs, and ONNX Runtime's integer outputs.

    python tests/models/data/make_models.py tests/models/data

Made with onnx 1.23.2, onnxruntime 1.31.1 and numpy 2.4.6 on an x86 CPU with AVX512-VNNI.
`NAME.onnx` comes with `NAME.input.bin` (uint8 codes, images x height x width x channels) and
`NAME.output.bin` (uint8 codes before the last DequantizeLinear). The networks in `errors/` are
there to be refused.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

IMAGES = 24


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
        session = ort.InferenceSession(self.model().SerializeToString())
        (output,) = session.run(None, {"input": real})
        scale, zero_point = self.quantization[self.output]
        held = np.rint(output / scale) + zero_point + (128 if self.signed else 0)
        return held.astype(np.uint8)


def conv_plain():
    g = Graph((3, 9, 7), 1)
    x = g.conv(g.x, (8, 3, 3, 3), pads=[1, 1, 1, 1])
    x = g.conv(
        x,
        (5, 8, 3, 2),
        strides=[2, 1],
        pads=[0, 1, 2, 0],
        activation="relu",
        zero_point=0,
        spread=3.0,
    )
    g.conv(x, (7, 5, 1, 1), per_channel=False, bias=False)
    return g


def conv_grouped():
    g = Graph((6, 8, 8), 2, zero_point=77)
    x = g.conv(g.x, (6, 1, 3, 3), group=6, pads=[1, 1, 1, 1], activation=(0.0, 0.9), zero_point=3)
    x = g.conv(x, (12, 2, 3, 3), group=3, dilations=[2, 2], pads=[2, 2, 2, 2])
    g.conv(
        x, (4, 12, 2, 2), auto_pad="SAME_UPPER", strides=[2, 2], activation="relu", zero_point=40
    )
    return g


def conv_same_lower():
    g = Graph((4, 7, 10), 3, zero_point=0, opset=10)
    x = g.conv(g.x, (4, 4, 4, 4), per_channel=False, auto_pad="SAME_LOWER", activation=(-0.4, 1.1))
    g.conv(x, (6, 4, 3, 3), per_channel=False, auto_pad="VALID")
    return g


def dense():
    g = Graph((3, 4, 5), 4)
    x = g.same("Flatten", [g.x], axis=1)
    x = g.dense(x, 60, 33)
    x = g.dense(x, 33, 20, trans_b=0)
    x = g.dense(x, 20, 16, kind="MatMul", bias=False)
    g.dense(x, 16, 10, kind="MatMul", per_channel=False)
    return g


def residual():
    g = Graph((4, 6, 6), 5)
    a = g.conv(g.x, (8, 4, 3, 3), pads=[1, 1, 1, 1], activation="relu", zero_point=0, spread=3.0)
    b = g.conv(a, (8, 8, 3, 3), pads=[1, 1, 1, 1], zero_point=133)
    total = g.limit(g.node("Add", [b, a]), "relu")
    x = g.quantize(total, 1.1 * g.quantization[b][0], 0)
    c = g.conv(g.x, (8, 4, 1, 1), zero_point=99)
    x = g.quantize(g.node("Add", [x, c]), 1.7 * g.quantization[x][0], 60)
    x = g.quantize(g.node("GlobalAveragePool", [x]), 0.6 * g.quantization[x][0], 55)
    x = g.same("Reshape", [x, g.constant(np.array([-1, 8], np.int64))])
    g.dense(x, 8, 10)
    return g


def max_pool():
    g = Graph((5, 9, 11), 6)
    x = g.same("MaxPool", [g.x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = g.conv(x, (6, 5, 2, 2))
    g.same("MaxPool", [x], kernel_shape=[2, 2])
    return g


def average_pool(**attributes):
    g = Graph((5, 10, 9), 7, zero_point=101)
    scale = g.quantization[g.x][0]
    g.quantize(g.node("AveragePool", [g.x], **attributes), 0.53 * scale, 88)
    return g


def relu_after():
    """Relu between a DequantizeLinear and a QuantizeLinear of one scale."""
    g = Graph((3, 6, 6), 8)
    x = g.conv(g.x, (6, 3, 3, 3), zero_point=90)
    x = g.same("Relu", [x])
    g.conv(x, (4, 6, 2, 2))
    return g


def conv_narrow(form):
    """4-bit weights and activations; "int8" is the twin that ONNX Runtime computes in integers."""
    g = Graph((3, 7, 6), 10, opset=21)
    g.narrow = form
    x = g.conv(g.x, (7, 3, 3, 3), pads=[1, 1, 1, 1], zero_point=0, spread=2.0)
    x = g.clip_codes(x, 0, 15)
    x = g.conv(x, (5, 7, 2, 2), bias=False, spread=0.03)
    g.dense(g.same("Flatten", [x]), 5 * 6 * 5, 9, trans_b=0, bias=False, spread=0.3)
    return g


NETWORKS = {
    "conv_plain": conv_plain,
    "conv_grouped": conv_grouped,
    "conv_same_lower": conv_same_lower,
    "dense": dense,
    "residual": residual,
    "max_pool": max_pool,
    "average_pool": lambda: average_pool(kernel_shape=[2, 2], strides=[2, 2]),
    "average_pool_padded": lambda: average_pool(
        kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1]
    ),
    "average_pool_counted": lambda: average_pool(
        kernel_shape=[3, 4], strides=[1, 2], pads=[2, 1, 1, 2], count_include_pad=1
    ),
    "relu_after": relu_after,
    "narrow_int4": lambda: conv_narrow("int4"),
    "narrow_clip": lambda: conv_narrow("clip"),
    "narrow_quantized": lambda: conv_narrow("quantized"),
}
# ONNX Runtime computes narrow weights in float where they are not held as int8.
TWINS = dict.fromkeys(
    ("narrow_int4", "narrow_clip", "narrow_quantized"), lambda: conv_narrow("int8")
)


def refused(folder):
    """Networks that the importer must refuse, each for one reason."""

    def save(name, graph, **arguments):
        onnx.save(graph.model(**arguments), folder / f"{name}.onnx")

    def fresh(shape=(2, 4, 4)):
        return Graph(shape, 9)

    g = fresh()
    g.quantize(g.node("Erf", [g.conv(g.x, (3, 2, 1, 1))], "scores"), 0.01, 0)
    save("unknown_operator", g)

    g = fresh()
    weights = g.constant(np.ones((3, 2, 1, 1), np.float32), "float.weight")
    g.quantize(g.node("Conv", [g.x, weights], "float_conv"), 0.01, 0)
    save("float_weights", g)

    g = fresh()
    weights, _ = g.weights((3, 2, 1, 1), 0, True, "weight")
    real = g.node("Conv", [g.x, weights], "first")
    g.quantize(
        g.node("Conv", [real, g.weights((2, 3, 1, 1), 0, True, "weight2")[0]], "second"), 0.01, 0
    )
    save("float_between", g)

    g = fresh()
    real = g.node("Softmax", [g.conv(g.x, (3, 2, 1, 1))], "inner")
    g.quantize(real, 0.01, 0)
    save("softmax_of_pixels", g)

    g = fresh()
    x = g.conv(g.x, (3, 2, 1, 1))
    g.same("Flatten", [x])
    save("flattened_output", g)

    g = fresh((2, 4))
    g.quantize(g.node("Conv", [g.x, g.weights((3, 2, 1), 0, True, "w")[0]], "conv1d"), 0.01, 0)
    save(
        "conv_1d",
        g,
        inputs=[helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 2, 4, 1])],
    )

    g = fresh()
    g.conv(g.x, (3, 2, 1, 1))
    save(
        "batch_fixed",
        g,
        inputs=[helper.make_tensor_value_info("input", TensorProto.FLOAT, [8, 2, 4, 4])],
    )

    g = fresh()
    g.conv(g.x, (3, 2, 1, 1))
    shape = ["batch", 2, "height", 4]
    save(
        "height_symbolic",
        g,
        inputs=[helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
    )

    g = fresh()
    weights, scale = g.weights((3, 2, 1, 1), 0, True, "w")
    bias = g.bias(g.x, scale * np.float32(1.01), 3, 100)
    g.quantize(g.node("Conv", [g.x, weights, bias], "biased"), 0.01, 0)
    save("bias_scale", g)

    g = fresh()
    g.conv(g.x, (3, 2, 6, 6))
    save("window_too_large", g)

    g = fresh()
    weights, _ = g.weights((3, 2, 1, 1), 0, True, "w")
    save("output_not_quantized", g, output=g.node("Conv", [g.x, weights], "last"))

    g = fresh()
    g.quantize(
        g.node(
            "AveragePool",
            [g.x],
            "ceil",
            kernel_shape=[3, 3],
            strides=[2, 2],
            ceil_mode=1,
            count_include_pad=1,
        ),
        0.01,
        0,
    )
    save("ceil_mode", g)

    g = fresh()
    x = g.conv(g.x, (2, 2, 1, 1))
    g.quantize(
        g.node("Add", [x, g.constant(np.ones((2, 1, 1), np.float32), "one")], "plus_one"), 0.01, 0
    )
    save("add_constant", g)

    g = fresh()
    g.conv(g.x, (3, 5, 1, 1))
    save("channels", g)

    g = fresh()
    codes = g.constant(np.full((3, 2, 1, 1), 8, np.int8), "wide")
    clipped = g.node("Clip", [codes, g.constant(np.int8(-8)), g.constant(np.int8(7))], "to_4_bits")
    pair = [g.constant(np.float32(0.1)), g.constant(np.int8(0))]
    g.quantize(g.node("Conv", [g.x, g.node("DequantizeLinear", [clipped, *pair])]), 0.01, 0)
    save("outside_clip", g)


def main():
    folder = Path(sys.argv[1])
    (folder / "errors").mkdir(parents=True, exist_ok=True)
    for name, build in NETWORKS.items():
        graph = build()
        codes = (
            np.random.default_rng(len(name))
            .integers(0, 256, (IMAGES, *graph.shape))
            .astype(np.uint8)
        )
        output = TWINS.get(name, build)().run(codes)
        if output.ndim == 4:
            output = output.transpose(0, 2, 3, 1)
        onnx.save(graph.model(), folder / f"{name}.onnx")
        np.ascontiguousarray(codes.transpose(0, 2, 3, 1)).tofile(folder / f"{name}.input.bin")
        np.ascontiguousarray(output).tofile(folder / f"{name}.output.bin")
        limits = 100 * np.isin(output, (0, 255)).mean()
        print(f"{name}: {output.shape}, {len(np.unique(output))} codes, {limits:.1f} % at 0 or 255")
    refused(folder / "errors")


if __name__ == "__main__":
    main()

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
from qdq_graph import Graph
from refused_models import refused

IMAGES = 24


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

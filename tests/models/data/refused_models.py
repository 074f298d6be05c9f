"""The networks of ``errors/``: each is refused for one reason."""

import numpy as np
import onnx
from onnx import TensorProto, helper
from qdq_graph import Graph


def refused(folder):
    """Networks that the importer must refuse, each for one reason."""

    def save(name, graph, **arguments):
        onnx.save(graph.model(**arguments), folder / f"{name}.onnx")

    def fresh(shape=(2, 4, 4)):
        return Graph(shape, 9)

    g = fresh()
    g.quantize(g.node("Det", [g.conv(g.x, (3, 2, 1, 1))], "scores"), 0.01, 0)
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
    weights, _ = g.weights((3, 2, 1, 1), 0, True, "w")
    bias = g.bias(g.x, np.full(2, 0.01, np.float32), 2, 100)
    g.quantize(g.node("Conv", [g.x, weights, bias], "biased"), 0.01, 0)
    save("bias_size", g)

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
        g.node("Add", [x, g.constant(np.ones((2, 1), np.float32), "one")], "plus_one"), 0.01, 0
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

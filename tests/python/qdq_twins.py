"""Other forms of a QDQ network: its QOperator twin, and its layers one by one.

Only for graphs as ONNX Runtime's static quantization writes them: constants are initializers, Relu
is part of the quantization.
"""

import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

QUANTIZERS = ("QuantizeLinear", "DequantizeLinear")
MOVES = ("Flatten", "MaxPool", "Pad", "Reshape", "Slice")
JOINED = {
    "Add": "QLinearAdd",
    "Conv": "QLinearConv",
    "Gemm": "QGemm",
    "GlobalAveragePool": "QLinearGlobalAveragePool",
}


def constants(model: onnx.ModelProto) -> dict[str, NDArray]:
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}


def quantizers(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """The QuantizeLinear nodes on activations, in order."""
    return [node for node in model.graph.node if node.op_type == "QuantizeLinear"]


def attributes(node: onnx.NodeProto) -> dict:
    given = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    return {name: value for name, value in given.items() if name != "beta"}


def joined(op: onnx.NodeProto, codes: dict, target: onnx.NodeProto) -> onnx.NodeProto:
    """DequantizeLinear, `op`, QuantizeLinear as one operator on codes."""
    inputs = [codes[name] for name in op.input if name in codes]
    scales = list(target.input[1:3])
    if op.op_type in MOVES:
        rest = [name for name in op.input if name not in codes]
        if op.op_type == "Pad":  # with 0
            rest = [rest[0], inputs[0][2]]
        arguments = [inputs[0][0], *rest]
    else:
        bias = [inputs[2][0]] if len(inputs) == 3 else []
        flat = [name for triple in inputs[:2] for name in triple]
        arguments = [*flat, *bias, *scales] if op.op_type == "Gemm" else [*flat, *scales, *bias]
    kind = JOINED.get(op.op_type, op.op_type)
    domain = "" if kind in (*MOVES, "QLinearConv") else "com.microsoft"
    output = [target.output[0]]
    return helper.make_node(kind, arguments, output, op.name, domain=domain, **attributes(op))


def qoperator_twin(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with QLinearConv and so on in place of the nodes between quantizers."""
    twin = onnx.ModelProto()
    twin.CopyFrom(model)
    source, output = model.graph.input[0].name, model.graph.output[0].name
    codes = {  # of a real tensor: names of its codes, scale and zero point
        node.output[0]: tuple(node.input)
        for node in model.graph.node
        if node.op_type == "DequantizeLinear"
    }
    targets = {node.input[0]: node for node in quantizers(model) if node.input[0] != source}
    nodes = []
    for node in model.graph.node:
        made = node.output[0]
        if made in targets:
            nodes.append(joined(node, codes, targets[made]))
        elif node.op_type not in QUANTIZERS or made == output or source in node.input:
            nodes.append(node)
    del twin.graph.node[:]
    twin.graph.node.extend(nodes)
    del twin.opset_import[:]
    twin.opset_import.extend([*model.opset_import, helper.make_opsetid("com.microsoft", 1)])
    return twin


def cut_layers(model: onnx.ModelProto, names: set[str]) -> onnx.ModelProto:
    """Codes of these names and the real values before them are outputs; what follows reads inputs
    NAME/given in their place."""
    layers = onnx.ModelProto()
    layers.CopyFrom(model)
    graph, values = layers.graph, constants(model)
    del graph.output[:], graph.value_info[:]
    made = {node.output[0]: node for node in quantizers(model) if node.output[0] in names}
    for node in graph.node:
        for i, name in enumerate(node.input):
            if name in made:
                node.input[i] = name + "/given"
    for name, node in made.items():
        code = helper.np_dtype_to_tensor_dtype(values[node.input[2]].dtype)
        graph.input.append(helper.make_tensor_value_info(name + "/given", code, None))
        graph.output.append(helper.make_tensor_value_info(name, code, None))
        if node.input[0] != model.graph.input[0].name:
            real = helper.make_tensor_value_info(node.input[0], onnx.TensorProto.FLOAT, None)
            graph.output.append(real)
    return layers

"""Readable names and order for a quantized graph, and nothing left in it that is not used.

Node ``/block1/conv1/Conv`` becomes ``block1.conv1``, its output ``block1.conv1.output``. A tensor
``T`` of the fp32 graph has its ``T_quantized``, ``T_dequantized``, ``T_scale``, ``T_zero_point``.
"""

from collections import Counter

import onnx
from onnx import helper

FUNCTIONAL_OPS = ("Add",)  # operators that are never a submodule of their own
WEIGHTED_OPS = ("Conv", "Gemm")


def module_path(node: onnx.NodeProto) -> list[str]:
    """Names from the root to the module of a node that torch named ``/path/to/module/Op``.

    torch repeats the names of containers: ``/layer1/layer1.0/conv1/Conv`` is layer1, 0, conv1.
    """
    parts = node.name.strip("/").split("/")[:-1]
    within = ["", *parts]
    return [part.removeprefix(f"{before}.") for before, part in zip(within, parts, strict=False)]


def operator_name(node: onnx.NodeProto) -> str:
    """The name of a node within its module: ``/block1/Relu_1`` is relu_1."""
    return node.name.rsplit("/", 1)[-1].lower()


def name_layers(fp32: onnx.ModelProto) -> onnx.ModelProto:
    """Name layers with weights by their modules, other nodes by module and operator, in place."""
    for node in fp32.graph.node:
        path = module_path(node)
        if node.op_type not in WEIGHTED_OPS:
            path.append(operator_name(node))
        node.name = ".".join(path)
    return fp32


def _is_linear_code(node: onnx.NodeProto) -> bool:
    return node.op_type in ("QuantizeLinear", "DequantizeLinear")


def layer_names(graph: onnx.GraphProto) -> dict[str, str]:
    """Dotted module path of each node by its name; operators that are no module add their own.

    Those are additions, and operators of which a module, or the network itself, has several.
    """
    nodes = [node for node in graph.node if not _is_linear_code(node)]
    paths = {node.name: module_path(node) for node in nodes}
    users = Counter(map(tuple, paths.values()))
    for node in nodes:
        path = paths[node.name]
        if node.op_type in FUNCTIONAL_OPS or not path or users[tuple(path)] > 1:
            path.append(operator_name(node))
    return {name: ".".join(path) for name, path in paths.items()}


def readable_names(model: onnx.ModelProto) -> dict[str, str]:
    """Map old to new tensor names of a QDQ graph; graph inputs and outputs keep theirs."""
    graph = model.graph
    kept = {value.name for value in [*graph.input, *graph.output]}
    parameters = {tensor.name for tensor in graph.initializer}
    outputs = {output.name for output in graph.output}
    quantizer_of = {n.input[0]: n for n in graph.node if n.op_type == "QuantizeLinear"}
    dequantizer_of = {n.input[0]: n for n in graph.node if n.op_type == "DequantizeLinear"}
    names: dict[str, str] = {name: name for name in kept}
    layers = layer_names(graph)

    def name_codes(base: str, codes: str, linear: onnx.NodeProto) -> None:
        names[codes] = f"{base}_quantized"
        names.setdefault(linear.input[1], f"{base}_scale")
        names.setdefault(linear.input[2], f"{base}_zero_point")

    def name_activation(base: str, tensor: str) -> None:
        quantizer = quantizer_of[tensor]
        dequantizer = dequantizer_of[quantizer.output[0]]
        result = dequantizer.output[0]
        name_codes(result if result in outputs else base, quantizer.output[0], quantizer)
        names.setdefault(result, f"{base}_dequantized")

    name_activation(graph.input[0].name, graph.input[0].name)
    for node in graph.node:
        if not _is_linear_code(node):
            base = f"{layers[node.name]}.output"
            names.setdefault(node.output[0], base)
            name_activation(base, node.output[0])
        elif node.op_type == "DequantizeLinear" and node.input[0] in parameters:
            base = node.input[0].removesuffix("_quantized")
            name_codes(base, node.input[0], node)
            names[node.output[0]] = f"{base}_dequantized"
    return names


def rename(model: onnx.ModelProto) -> None:
    """Give all nodes and tensors of a QDQ graph readable names, in place."""
    names, layers = readable_names(model), layer_names(model.graph)
    if len(set(names.values())) != len(names):
        raise ValueError("two tensors would get one name")
    for node in model.graph.node:
        layer = layers.get(node.name)
        for side in (node.input, node.output):
            for i, tensor in enumerate(side):
                side[i] = names[tensor] if tensor else tensor
        if layer is None:
            step = "quantize" if node.op_type == "QuantizeLinear" else "dequantize"
            tensor = node.output[0] if step == "quantize" else node.input[0]
            layer = f"{tensor.removesuffix('_quantized')}.{step}"
        node.name = layer
        node.doc_string = ""
    for tensor in model.graph.initializer:
        tensor.name = names[tensor.name]
        tensor.doc_string = ""


def in_reading_order(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The nodes with each parameter's DequantizeLinear right before the node that uses it."""
    parameters = {tensor.name for tensor in graph.initializer}
    waiting = {
        node.output[0]: node
        for node in graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in parameters
    }
    ordered: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.output[0] not in waiting:
            ordered += [waiting[tensor] for tensor in node.input if tensor in waiting]
            ordered.append(node)
    return ordered


def tidy(model: onnx.ModelProto, name: str, opset: int, ir_version: int) -> onnx.ModelProto:
    """Return the model with readable names, the shapes of all tensors and nothing unused."""
    rename(model)
    nodes = in_reading_order(model.graph)
    parameters = {tensor.name: tensor for tensor in model.graph.initializer}
    used = dict.fromkeys(t for node in nodes for t in node.input if t in parameters)
    if len(used) != len(parameters):
        raise ValueError(f"unused initializers: {sorted(parameters.keys() - used.keys())}")
    graph = helper.make_graph(
        nodes, name, model.graph.input, model.graph.output, [parameters[t] for t in used]
    )
    tidied = helper.make_model(
        graph,
        producer_name="brownout_tools",
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=ir_version,
    )
    tidied = onnx.shape_inference.infer_shapes(tidied, check_type=True, strict_mode=True)
    onnx.checker.check_model(tidied, full_check=True)
    return tidied

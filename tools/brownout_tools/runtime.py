"""ONNX Runtime as a reference: sessions whose integer sums are exact on every CPU.

On an x86 CPU without VNNI, ONNX Runtime multiplies uint8 activations by int8 weights with an
instruction that saturates sums of two products at 16 bits, so it may compute something else than
the file says. ``session.x64quantprecision`` makes it take exact instructions there, with weights
turned to uint8 (onnxruntime_session_options_config_keys.h). Two kinds of network stumble over that
(1.32) and get there in another way. Every session of this project is made here.
"""

from pathlib import Path

import onnx
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as NoKernel

EXACT_SUMS = "session.x64quantprecision"
WEIGHTS_TO_UINT8 = "Avx2WeightS8ToU8Transformer"


def session(
    model: onnx.ModelProto | Path | bytes,
    options: onnxruntime.SessionOptions | None = None,
    disabled_optimizers: tuple[str, ...] = (),
) -> onnxruntime.InferenceSession:
    """Load a network on the CPU with exact integer sums; ``options`` gets that entry, too."""
    options = options or onnxruntime.SessionOptions()
    options.add_session_config_entry(EXACT_SUMS, "1")
    try:
        return _load(model, options, disabled_optimizers)
    except NoKernel:
        # There is no kernel for int8 activations and uint8 weights; int8 by int8 is exact anyway.
        return _load(model, options, (*disabled_optimizers, WEIGHTS_TO_UINT8))
    except Fail:
        # Weights that several nodes share would be turned for each of them, under one name.
        return _load(_unshared(_read(model)), options, disabled_optimizers)


def _load(
    model: onnx.ModelProto | Path | bytes,
    options: onnxruntime.SessionOptions,
    disabled_optimizers: tuple[str, ...],
) -> onnxruntime.InferenceSession:
    source = model.SerializeToString() if isinstance(model, onnx.ModelProto) else model
    return onnxruntime.InferenceSession(
        source if isinstance(source, bytes) else str(source),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=list(disabled_optimizers),
    )


def _read(model: onnx.ModelProto | Path | bytes) -> onnx.ModelProto:
    if isinstance(model, Path):
        return onnx.load(model)
    return onnx.load_from_string(model) if isinstance(model, bytes) else model


def _unshared(model: onnx.ModelProto) -> onnx.ModelProto:
    """Copy a network; every node has constants, and dequantizations of constants, of its own."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    dequantized = {
        node.output[0]: node
        for node in graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in constants
    }
    del graph.initializer[:]

    def own_constants(node: onnx.NodeProto) -> onnx.NodeProto:
        for place, name in enumerate(node.input):
            if name in constants:
                own = graph.initializer.add()
                own.CopyFrom(constants[name])
                own.name = node.input[place] = f"{name}/{len(graph.initializer)}"
        return node

    nodes = []
    for node in graph.node:
        if node.output[0] in dequantized:
            continue
        for place, name in enumerate(node.input):
            if name in dequantized:
                own = onnx.NodeProto()
                own.CopyFrom(dequantized[name])
                own.output[0] = node.input[place] = f"{name}/{len(nodes)}"
                nodes.append(own_constants(own))
        nodes.append(own_constants(node))
    del graph.node[:]
    graph.node.extend(nodes)
    return copy

"""What follows the last quantized tensor of an ONNX network: left out, with a note, where it keeps
the order of the classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import needs_run_network, run_one, runtime_codes
from numpy.typing import NDArray
from onnx import TensorProto, helper
from quantized_graph import F32, QuantizedGraph, with_one_input
from refusals import network

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]
CLASSES = 10
Step = tuple[str, dict]


def classifier(signed: bool = False) -> QuantizedGraph:
    made = with_one_input(9, shape=(3, 4, 4), signed=signed)
    x = made.pool[-1]
    made.add("flatten", "Flatten", [x.name], made.named((48,), like=x))
    made.weighted(
        "dense", made.pool[-1], (CLASSES, 48), 0, CLASSES, (CLASSES,), 48, "Gemm", transB=1
    )
    return made


def followed(made: QuantizedGraph, steps: list[Step]) -> onnx.ModelProto:
    """By these steps, the first one of codes where it is not DequantizeLinear."""
    edge = made.pool[-1].name
    for i, (op, attributes) in enumerate(steps):
        inputs = [edge]
        if op == "DequantizeLinear":
            inputs += made.parameters(made.pool[-1])
        if "axes" in attributes:
            inputs.append(made.constant(np.array(attributes["axes"], np.int64)))
        if "by" in attributes:
            inputs.append(made.constant(F32(attributes["by"])))
        extra = {key: value for key, value in attributes.items() if key not in ("axes", "by")}
        made.nodes.append(helper.make_node(op, inputs, [f"step{i}"], f"step{i}", **extra))
        edge = f"step{i}"
    model = made.model()
    index = any(op == "ArgMax" for op, _ in steps) and steps[-1][0] != "Cast"
    model.graph.output[0].name = edge
    model.graph.output[0].type.tensor_type.elem_type = (
        TensorProto.INT64 if index else TensorProto.FLOAT
    )
    return model


DEQUANTIZED: Step = ("DequantizeLinear", {})
KEPT: dict[str, list[Step]] = {
    "nothing": [DEQUANTIZED],
    "softmax": [DEQUANTIZED, ("Softmax", {})],
    "log softmax": [DEQUANTIZED, ("LogSoftmax", {"axis": 1})],
    "index": [DEQUANTIZED, ("ArgMax", {"axis": -1})],
    "index of codes": [("ArgMax", {"axis": 1, "keepdims": 0})],
    "index of softmax": [DEQUANTIZED, ("Softmax", {}), ("ArgMax", {"axis": 1})],
    "log softmax of softmax": [DEQUANTIZED, ("Softmax", {}), ("LogSoftmax", {})],
    "reshaped": [DEQUANTIZED, ("Reshape", {"axes": [-1, CLASSES]}), ("LogSoftmax", {})],
    "flattened": [DEQUANTIZED, ("Softmax", {}), ("Flatten", {}), ("Identity", {})],
    "cast": [("ArgMax", {"axis": 1}), ("Cast", {"to": TensorProto.FLOAT})],
}


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("name", KEPT)
def test_scores_keep_their_order(name: str, signed: bool, tmp_path: Path) -> None:
    made = classifier(signed)
    real, codes = made.images(64)
    expected = runtime_codes(made.model(), real).astype(int) - made.low
    model = followed(made, KEPT[name])
    logits = run_one(model, codes - made.low, tmp_path)
    # Of int8 QDQ graphs ONNX Runtime computes a part in float.
    assert np.abs(logits.astype(int) - expected).max() <= int(signed)
    scores: NDArray = runtime_codes(model, real)
    best = scores.reshape(64) if scores.size == 64 else scores.reshape(64, CLASSES).argmax(axis=1)
    assert len(np.unique(best)) > 3
    if not signed:
        assert np.array_equal(best.astype(int), logits.argmax(axis=1))
    left_out = sum(op in ("Softmax", "LogSoftmax", "ArgMax") for op, _ in KEPT[name])
    text = network(tmp_path / "model.onnx").stdout
    assert text.count("is not executed: the greatest output keeps its place") == left_out


REFUSED: dict[str, tuple[list[Step], str]] = {
    "function": (
        [DEQUANTIZED, ("Softmax", {}), ("Relu", {})],
        "node 'step2' (Relu): it reads 'step1', which is not executed",
    ),
    "product": (
        [DEQUANTIZED, ("Softmax", {}), ("Mul", {"by": -1.0})],
        "node 'step2' (Mul): it reads 'step1', which is not executed",
    ),
    "pool": (
        [DEQUANTIZED, ("Softmax", {}), ("GlobalMaxPool", {})],
        "(GlobalMaxPool): it reads 'step1', which is not executed",
    ),
    "along the batch": ([DEQUANTIZED, ("Softmax", {"axis": 0})], "does not run along the classes"),
    "another function": ([DEQUANTIZED, ("Tanh", {})], "'step1' is not a quantized tensor"),
    "softmax of codes": ([("Softmax", {})], "is not the output of a DequantizeLinear"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_keep_the_order_is_refused(name: str, tmp_path: Path) -> None:
    steps, words = REFUSED[name]
    made = classifier()
    with pytest.raises(ValueError) as error:
        run_one(followed(made, steps), np.zeros((1, 3, 4, 4), np.uint8), tmp_path)
    assert words in str(error.value)

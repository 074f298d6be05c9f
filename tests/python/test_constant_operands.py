"""Sums and products with a constant of any shape that broadcasts, against ONNX Runtime."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from engine_codes import compare, import_error, needs_run_network, run_one, runtime_codes
from onnx_workload import command, run, runtime_outputs, with_weights, write_workload
from quantized_graph import F32, QuantizedGraph, Tensor, with_one_input

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]

SHAPE = (4, 6, 5)
SHAPES = [tuple(n if kept else 1 for n, kept in zip(SHAPE, some, strict=True))
          for some in product([False, True], repeat=3)]  # fmt: skip


def add_constant(
    made: QuantizedGraph, op: str, shape: tuple[int, ...], constant_first: bool
) -> None:
    """With the last tensor; the spread of the result is right for either."""
    x = made.pool[-1]
    constant = Tensor(f"c{len(made.nodes)}", shape, made.scale(), made.zero_point(), 74.0)
    codes = made.rng.integers(made.low, made.low + 256, shape).astype(made.dtype)
    made.constant(codes, constant.name)
    real = [float(t.scale) * t.spread for t in (x, constant)]
    out = made.named(x.shape, np.hypot(*real) if op == "Add" else real[0] * real[1])
    pair = (constant, x) if constant_first else (x, constant)
    if made.qdq:
        made.real("constant", op, [made.dequantize(t) for t in pair], out)
    else:
        inputs = [edge for t in pair for edge in (t.name, *made.parameters(t))]
        made.add("constant", f"QLinear{op}", inputs + made.parameters(out), out, "com.microsoft")


@pytest.mark.parametrize("constant_first", [False, True])
@pytest.mark.parametrize("op", ["Add", "Mul"])
@pytest.mark.parametrize("form", ["qdq", "qoperator"])
def test_every_broadcast_is_onnx_runtime_s(
    form: str, op: str, constant_first: bool, tmp_path: Path
) -> None:
    for case, shape in enumerate(SHAPES):
        for leading in range(3):  # (1, 1, W) is also (1, W) and (W,)
            if any(n != 1 for n in shape[:leading]):
                continue
            made = with_one_input(case, form, SHAPE)
            add_constant(made, op, shape[leading:], constant_first)
            assert compare(made, tmp_path).max() == 0, shape[leading:]


@pytest.mark.parametrize("op", ["Add", "Mul"])
def test_signed_constants_are_onnx_runtime_s(op: str, tmp_path: Path) -> None:
    for case, shape in enumerate(SHAPES):
        made = with_one_input(case, "qoperator", SHAPE, signed=True)
        add_constant(made, op, shape, bool(case % 2))
        assert compare(made, tmp_path).max() == 0, shape


@pytest.mark.parametrize("constant_first", [False, True])
def test_the_order_of_a_sum_is_onnx_runtime_s(constant_first: bool, tmp_path: Path) -> None:
    """Every pair of codes. The two orders of a sum round some of them otherwise."""
    codes = np.arange(256)
    exchanged = 0
    for case in range(60):
        made = with_one_input(case, "qoperator", (256,))
        shape = (256,)
        add_constant(made, "Add", shape, constant_first)
        name = made.nodes[-1].input[0 if constant_first else 3]
        made.constants[name] = codes.astype(np.uint8)
        model = made.model()
        source = made.pool[0]
        rows = np.repeat(codes[:, None], 256, 1)
        real = (rows - source.zero_point).astype(F32) * source.scale
        expected = runtime_codes(model, real).astype(int)
        assert np.array_equal(run_one(model, rows, tmp_path), expected), case
        made.nodes[-1].input[:] = [*made.nodes[-1].input[3:6], *made.nodes[-1].input[:3],
                                   *made.nodes[-1].input[6:]]  # fmt: skip
        exchanged += (runtime_codes(made.model(), real) != expected).sum()
    assert exchanged > 0


def network_with_constants(case: int, form: str) -> QuantizedGraph:
    """Between two layers, so that faults reach the sum and the product."""
    made = with_one_input(case, form, SHAPE)
    x = made.pool[-1]
    made.weighted("conv", x, (6, 4, 3, 3), 0, 6, (6, 6, 5), 36, "Conv",
                  kernel_shape=[3, 3], pads=[1, 1, 1, 1])  # fmt: skip
    add_constant(made, "Add", (6, 6, 5), True)
    add_constant(made, "Mul", (6, 1), False)
    flat = made.named((180,), like=made.pool[-1])
    made.add("flatten", "Flatten", [made.pool[-1].name], flat)
    add_constant(made, "Add", (180,), False)
    made.weighted("dense", flat, (180, 10), 1, 10, (10,), 180, "MatMul")
    return made


@pytest.mark.parametrize("form", ["qdq", "qoperator"])
def test_faulty_networks_are_onnx_runtime_s_and_the_executors_agree(
    form: str, tmp_path: Path
) -> None:
    made = network_with_constants(3, form)
    model = made.model()
    real, _ = made.images(20)
    path = write_workload(tmp_path, model, real)
    logits, report = run(path)
    assert report["weights_changed"] > 0
    (expected,) = runtime_outputs(with_weights(model, path), real)
    assert np.array_equal(logits["logits"], expected)
    assert not np.array_equal(expected, runtime_outputs(model, real)[0])


def test_constants_are_parameters_and_no_activations(tmp_path: Path) -> None:
    made = network_with_constants(3, "qdq")
    path = tmp_path / "network.onnx"
    path.write_bytes(made.model().SerializeToString())
    report = json.loads(command("network", path, "--format", "json").stdout)
    assert report["constants"] == 180 + 6 + 180
    assert report["parameters"] == report["weights"] + report["biases"] + report["constants"]
    kinds = [row["kind"] for row in report["layers"]]
    assert kinds.count("add") == 2 and "lookup" not in kinds
    # A tensor and the result of its sum.
    assert max(row["live_bytes"] for row in report["layers"]) == 2 * 180


def test_a_constant_that_does_not_broadcast_is_named(tmp_path: Path) -> None:
    made = with_one_input(0, "qdq", SHAPE)
    add_constant(made, "Add", (4, 6, 3), False)
    assert "of shape (4, 6, 3) does not broadcast to its other input, (N, 4, 6, 5)" in import_error(
        made, tmp_path
    )

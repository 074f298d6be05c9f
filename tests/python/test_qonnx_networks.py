"""QONNX networks of the forms of its public files: real numbers between Quant nodes.

The engine's codes are those of float64 arithmetic, and of the qonnx package where it is installed,
but where a real value lies at a tie of two codes.
"""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import needs_run_network, run_all
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from qonnx_execution import NEAR, clear_of, codes_of, constants_of, message_of, run_package
from qonnx_graph import F32, Float64, Form, QonnxGraph

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from commands import json_of

CASES = int(os.environ.get("BROWNOUT_CASES", "12"))
IMAGES = 24

pytestmark = [needs_brownout, needs_run_network]

FORMS = {
    "finn": Form(domain="finn.custom_op.general"),
    "brevitas": Form(domain="onnx.brevitas"),
    "opset 9": Form(opset=9),
    "int64 bits": Form(bits_type=np.int64),
    "channels last": Form(last=True),
    "powers of two": Form(powers=True),
    "binary": Form(binary=True, domain="onnx.brevitas"),
    "binary, channels last": Form(binary=True, last=True),
    "binary, powers of two": Form(binary=True, powers=True),
}


def engine_codes(model: onnx.ModelProto, held: NDArray, folder: Path) -> NDArray:
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    held.tofile(folder / "in")
    assert run_all([f"{path} {folder / 'in'} {folder / 'out'}"]) == ["ok"]
    return np.fromfile(folder / "out", np.uint8).reshape(len(held), -1)


@pytest.mark.parametrize("form", FORMS)
def test_codes_are_those_of_real_arithmetic(form: str, tmp_path: Path) -> None:
    values: set[int] = set()
    compared = 0
    for case in range(CASES):
        made = QonnxGraph(case, FORMS[form])
        real, held = made.images(IMAGES)
        exact = Float64(made.model())
        expected = codes_of(made.model(), exact.run(real))
        clear = clear_of(FORMS[form], exact)
        found = engine_codes(made.model(), held, tmp_path)
        assert (found[clear] == expected[clear]).all(), f"network {case}"
        values |= set(expected.ravel())
        compared += int(clear.sum())
    assert len(values) > (8 if FORMS[form].binary else 40)
    assert compared > 0.6 * CASES * IMAGES


@pytest.mark.parametrize("form", FORMS)
def test_codes_are_the_qonnx_packages(form: str, tmp_path: Path) -> None:
    different = compared = 0
    for case in range(4):
        made = QonnxGraph(case, FORMS[form])
        real, held = made.images(8)
        exact = Float64(made.model())
        exact.run(real)
        expected = codes_of(made.model(), run_package(made.model(), real))
        clear = clear_of(FORMS[form], exact)
        different += int((engine_codes(made.model(), held, tmp_path) != expected)[clear].sum())
        compared += int(clear.sum())
    assert different == 0 and compared > 8


def notes_of(path: Path) -> str:
    done = subprocess.run([BROWNOUT, "network", path], capture_output=True, text=True, check=True)
    return done.stdout


def reach(made: QonnxGraph, model: onnx.ModelProto) -> tuple[float, float]:
    """The lowest and the highest logit that any input of the last layer gives, 0 included."""
    exact = Float64(model)
    exact.run(made.images(1)[0])
    nodes = [node for node in model.graph.node if node.op_type not in ("Quant", "Transpose")]
    makers = {node.output[0]: node for node in model.graph.node}
    start = max(i for i, n in enumerate(nodes) if n.op_type in ("Gemm", "MatMul"))
    quant = makers[nodes[start].input[0]]
    scale, zero, bits = (float(constants_of(model)[name]) for name in quant.input[1:4])
    given = {a.name: helper.get_attribute_value(a) for a in quant.attribute}
    low = given["narrow"] - 2 ** (bits - 1) if given["signed"] else 0
    high = 2 ** (bits - 1) - 1 if given["signed"] else 2**bits - 1 - given["narrow"]
    before = makers[quant.input[0]]
    before = makers[before.input[0]] if before.op_type == "Mul" else before
    low = max(low, zero) if before.op_type == "Relu" else low
    ends = np.array([min(low - zero, 0), max(high - zero, 0)]) * scale
    weights = exact.edges[nodes[start].input[1]]
    weights = weights.T if nodes[start].op_type == "Gemm" else weights
    pairs = np.stack([weights * end for end in ends])
    sums = np.stack([pairs.min(axis=0).sum(axis=0), pairs.max(axis=0).sum(axis=0)])
    sums = sums + (exact.edges[nodes[start].input[2]] if len(nodes[start].input) > 2 else 0.0)
    previous = nodes[start].output[0]
    for node in nodes[start + 1 :]:  # the extremes go the way of the sums
        inputs = [sums if name == previous else exact.edges[name] for name in node.input]
        given = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        sums = getattr(exact, node.op_type.lower())(*inputs, **given)
        previous = node.output[0]
    return min(sums.min(), 0.0), max(sums.max(), 0.0)


@pytest.mark.parametrize("logits", ["float", "softmax"])
def test_float_logits_are_codes_over_all_that_they_can_reach(logits: str, tmp_path: Path) -> None:
    alike = images = 0
    for case in range(CASES):
        made = QonnxGraph(case, Form(logits=logits))
        model = made.model()
        real, held = made.images(IMAGES)
        exact = Float64(model)
        expected = exact.run(real)
        clear = exact.ties > NEAR
        found = engine_codes(model, held, tmp_path).astype(float)
        if "sums are codes as they are" in notes_of(tmp_path / "model.onnx"):
            continue
        low, high = reach(made, model)
        step = (high - low) / 255
        codes = expected / step + np.round(-low / step)
        assert np.abs(found - codes)[clear].max() < 0.501, f"network {case}"
        best = np.sort(expected, axis=1)
        sure = clear & (best[:, -1] - best[:, -2] > step)
        assert (found.argmax(axis=1) == expected.argmax(axis=1))[sure].all()
        alike += int((found.argmax(axis=1) == expected.argmax(axis=1)).sum())
        images += len(real)
    assert images > CASES * IMAGES / 2 and alike > 0.93 * images


def test_a_code_for_each_sum_keeps_the_order_of_all_logits(tmp_path: Path) -> None:
    """Few enough sums, as in binary networks' last layers: no two of them share a code."""
    rng = np.random.default_rng(3)
    made = empty()
    made.quant(F32(1), 2, True, 1)
    made.edge = made.node("Flatten", [made.edge], axis=1)
    weights = made.constant(F32(rng.integers(-1, 2, (16, 5))))
    made.edge = made.node("MatMul", [made.edge, made.quant_of(weights, 1, 2, True, 1)])
    made.edge = made.node("Sub", [made.edge, made.constant(F32([1.2]))])
    made.edge = made.node("Mul", [made.edge, made.constant(F32(0.37))])
    made.shape = (5,)
    model = made.model()
    model.graph.input[0].type.tensor_type.shape.CopyFrom(
        helper.make_tensor_value_info("x", 1, [1, 16, 1, 1]).type.tensor_type.shape
    )
    codes = rng.integers(-1, 2, (64, 16, 1, 1))
    expected = Float64(model).run(F32(codes))
    found = engine_codes(model, (codes + 128).astype(np.uint8), tmp_path).astype(int)
    sums = np.round(expected / 0.37 + 1.2).astype(int)
    assert len(np.unique(found - sums)) == 1 and len(np.unique(sums)) > 10


def empty(logits: str = "float") -> QonnxGraph:
    """A graph from its input on, whose shape and form are those of network 0."""
    made = QonnxGraph(0, Form(logits=logits))
    made.nodes, made.constants, made.edge = [], {}, "x"
    return made


def test_a_factor_and_an_offset_of_the_input_belong_to_its_codes(tmp_path: Path) -> None:
    """As in the public networks of MNIST: 2 x - 1, two bits; the last normalization taken apart."""
    rng = np.random.default_rng(5)
    made = empty()
    made.edge = made.node("Mul", [made.edge, made.constant(F32(2))])
    made.edge = made.node("Sub", [made.edge, made.constant(F32([1]))])
    made.quant(F32(0.5), 3, True, 1)
    made.edge = made.node("Flatten", [made.edge], axis=1)
    inputs = int(np.prod(made.input_shape))
    weights = made.constant(F32(rng.normal(size=(inputs, 6))))
    made.edge = made.node("MatMul", [made.edge, made.quant_of(weights, 0.5, 4, True, 0)])
    made.edge = made.node("Sub", [made.edge, made.constant(F32([0.3]))])
    root = made.node("Pow", [made.constant(F32([2.5])), made.constant(F32(0.5))])
    made.edge = made.node("Div", [made.edge, root])
    made.shape = (6,)
    made.quant(F32(0.7), 8, True, 0)
    real = rng.uniform(-1, 2, (64, *made.input_shape)).astype(F32)
    exact = Float64(made.model())
    expected = codes_of(made.model(), exact.run(real))
    held = np.clip(np.round(real / 0.25) - 2, -128, 127) + 128
    found = engine_codes(made.model(), held.transpose(0, 2, 3, 1).astype(np.uint8), tmp_path)
    clear = exact.ties > NEAR / 100
    assert (found == expected)[clear].all() and clear.sum() > 32
    assert len(np.unique(expected)) > 20


@pytest.mark.parametrize("way", ["none", "each channel", "no whole zero point", "quant"])
def test_an_input_without_codes_is_refused_until_it_has_a_quant(way: str, tmp_path: Path) -> None:
    model = onnx.load(CASE_FILES / "floatin.onnx")
    if way == "none":
        return _assert_refused(model, tmp_path)
    made = empty()
    if way == "each channel":
        made.edge = made.node("Mul", ["x", made.constant(np.ones(8, F32) * F32(2))])
    elif way == "no whole zero point":
        made.edge = made.node("Add", ["x", made.constant(F32(0.3))])
    made.quant(F32(0.1), 8, True, 0)
    for node in model.graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = made.edge if name == "x" else name
    model.graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in made.constants.items())
    nodes = [*made.nodes, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.opset_import.append(helper.make_opsetid(made.form.domain, 1))
    if way != "quant":
        return _assert_refused(model, tmp_path)
    codes = np.random.default_rng(7).integers(-128, 128, (100, 8))
    exact = Float64(model)
    expected = codes_of(model, exact.run(F32(codes) * F32(0.1)))
    found = engine_codes(model, (codes + 128).astype(np.uint8), tmp_path)
    assert (found == expected)[exact.ties > NEAR].all() and len(np.unique(found)) > 8


def _assert_refused(model: onnx.ModelProto, folder: Path) -> None:
    said = message_of(model, folder)
    assert "is the network's input in real numbers" in said


CASE_FILES = ROOT / "tests" / "python" / "qonnx_files"


@pytest.mark.parametrize("name", ["bn", "dom_finn", "dom_qonnx", "opset_9", "outquant"])
def test_small_files_are_run(name: str, tmp_path: Path) -> None:
    model = onnx.load(CASE_FILES / f"{name}.onnx")
    codes = np.random.default_rng(1).integers(-128, 128, (200, 8))
    exact = Float64(model)
    expected = exact.run(F32(codes) * F32(0.02))
    found = engine_codes(model, (codes + 128).astype(np.uint8), tmp_path)
    if model.graph.node[-1].op_type == "Quant":
        clear = exact.ties > NEAR
        assert (found == codes_of(model, expected))[clear].all()
    else:
        step = expected.max() / found[np.unravel_index(expected.argmax(), expected.shape)]
        assert np.abs(found * step - expected).max() < 0.6 * step
    assert len(np.unique(found)) > 4


def test_the_machine_goes_on_in_real_numbers_as_the_engine_does(tmp_path: Path) -> None:
    """`run` compares their codes; these are the exact ones."""
    made = QonnxGraph(2, FORMS["brevitas"])
    real, _ = made.images(IMAGES)
    exact = Float64(made.model())
    expected = codes_of(made.model(), exact.run(real))
    (tmp_path / "network.onnx").write_bytes(made.model().SerializeToString())
    np.savez(tmp_path / "data.npz", x=real.transpose(0, 2, 3, 1), y=np.zeros(IMAGES, np.int64))
    (tmp_path / "w.yaml").write_text(
        "workload:\n"
        "  name: qonnx\n"
        "  network: network.onnx\n"
        "  dataset: {format: npz, file: data.npz}\n"
        f"accelerator: {ROOT}/configs/accelerators/edge_32x32.yaml\n"
        "memory:\n"
        f"  profile: {ROOT}/configs/memories/sram_14nm.yaml\n"
        "  chip: {generator: iid, kind: flip, seed: 0}\n"
        "operating_point: {weight_sram: 1.0}\n"
    )
    words = ["run", tmp_path / "w.yaml", "--cosim-images", "3", "--logits-out", tmp_path / "l.npz"]
    done = subprocess.run([BROWNOUT, *words, "--quiet"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    clear = exact.ties > NEAR
    assert (np.load(tmp_path / "l.npz")["logits"] == expected)[clear].all()


def small(*nodes: tuple) -> onnx.ModelProto:
    """A layer whose sums go through nodes (operator, constants, attributes) to the output."""
    made = empty()
    made.quant(F32(0.1), 8, True, 0)
    made.edge = made.node("Flatten", [made.edge], axis=1)
    made.shape = (int(np.prod(made.input_shape)),)
    weights = made.constant(F32(np.ones((made.shape[0], 4))))
    made.edge = made.node("MatMul", [made.edge, made.quant_of(weights, 1, 4, True, 0)])
    made.shape = (4,)
    for op, values, attributes in nodes:
        domain = made.form.domain if op in ("BipolarQuant", "Trunc", "Quant") else ""
        inputs = [made.edge, *(made.constant(F32(v)) for v in values)]
        made.edge = made.node(op, inputs, domain, **attributes)
    return made.model()


REFUSED = {
    "trunc": ([("Trunc", [1.0, 0.0, 8.0, 4.0], {})], "this operator is not supported"),
    "signs with a scale each": (
        [("BipolarQuant", [[1.0, 2.0]], {})],
        "activations need one scale",
    ),
    "rounding": (
        [("Quant", [1.0, 0.0, 8.0], {"rounding_mode": "FLOOR", "signed": 1, "narrow": 0})],
        "rounding_mode FLOOR: only ROUND is supported",
    ),
    "offset behind a limit": (
        [("Relu", [], {}), ("Add", [1.0], {})],
        "behind the limits of a sum, only a positive factor is supported",
    ),
    "negative factor behind a limit": (
        [("Relu", [], {}), ("Mul", [-1.0], {})],
        "behind the limits of a sum, only a positive factor is supported",
    ),
    "two limits": (
        [("Relu", [], {}), ("LeakyRelu", [], {"alpha": 0.1})],
        "behind other limits of a sum it is not supported",
    ),
    "infinite": ([("Div", [0.0], {})], "not finite"),
    "an element per image": (
        [("Add", [np.ones((2, 4))], {})],
        "neither a scalar nor one element per channel",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named(name: str, tmp_path: Path) -> None:
    nodes, message = REFUSED[name]
    said = message_of(small(*nodes), tmp_path)
    assert message in said and nodes[-1][0] in said


def test_sums_are_rounded_or_their_signs_taken_not_both(tmp_path: Path) -> None:
    """The codes of both would stand for the same values."""
    made = empty()
    made.quant(F32(0.1), 8, True, 0)
    made.edge = made.node("Flatten", [made.edge], axis=1)
    made.shape = (int(np.prod(made.input_shape)),)
    weights = made.constant(F32(np.ones((made.shape[0], 4))))
    sums = made.node("MatMul", [made.edge, made.quant_of(weights, 1, 4, True, 0)])
    made.shape = (4,)
    rounded = made.quant_of(sums, 1, 8, True, 0)
    made.edge = made.signs_of(sums, 1)
    assert "is quantized in two different ways" in message_of(made.model(), tmp_path)
    made.nodes.pop()
    made.edge = made.signs_of(made.node("Add", [rounded, rounded]), 1)
    assert "it keeps the sign of a sum" in message_of(made.model(), tmp_path)


@pytest.mark.parametrize(("low", "high", "bits"), [(-1, 1, 2), (-3, 4, 4), (-128, 127, 8)])
def test_float_weights_of_whole_numbers_are_codes(
    low: int, high: int, bits: int, tmp_path: Path
) -> None:
    """As in FINN's files whose scales are behind the sums."""
    rng = np.random.default_rng(11)
    made = empty()
    made.quant(F32(0.1), 8, True, 0)
    made.edge = made.node("Flatten", [made.edge], axis=1)
    weights = rng.integers(low, high + 1, (int(np.prod(made.input_shape)), 9))
    made.edge = made.node("MatMul", [made.edge, made.constant(F32(weights))])
    made.shape = (9,)
    made.edge = made.node("Mul", [made.edge, made.constant(F32([0.37] * 9))])
    made.quant(F32(0.413 * high), 8, True, 0)
    real = F32(rng.integers(-20, 20, (64, *made.input_shape))) * F32(0.1)
    exact = Float64(made.model())
    expected = codes_of(made.model(), exact.run(real))
    held = (np.round(real / 0.1) + 128).transpose(0, 2, 3, 1).astype(np.uint8)
    clear = exact.ties > NEAR
    assert (engine_codes(made.model(), held, tmp_path) == expected)[clear].all()
    assert clear.sum() > 32 and len(np.unique(expected)) > 10
    rows = json_of("network", tmp_path / "model.onnx")["layers"]
    assert [row["weight_bits"] for row in rows] == [bits]
    (name,) = (k for k, v in made.constants.items() if v.shape == weights.shape)
    made.constants[name] = made.constants[name] + F32(0.5)
    assert f"constant input '{name}' is not quantized" in message_of(made.model(), tmp_path)


def test_the_note_tells_how_a_float_output_is_held(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(small().SerializeToString())
    said = r"leaves the output unquantized; codes of 8 bits .* in steps of"
    assert re.search(said, notes_of(path))

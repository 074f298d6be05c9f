"""A real input without codes of its own: workload.input says which it has.

The codes of the network are those of the qonnx package on the inputs that these codes stand for,
and those of the file that quantizes its input itself.
"""

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx_workload import command, run, write_workload
from qonnx_execution import NEAR, codes_of, run_package
from qonnx_graph import F32, Float64, Form, QonnxGraph

from brownout_binary import ROOT, needs_brownout

IMAGES = 16
FORMS = {"layers": Form(), "channels last": Form(last=True), "signs": Form(binary=True)}

pytestmark = needs_brownout


def graph(case: int, form: Form, *start: tuple[str, float]) -> QonnxGraph:
    """A network whose first layer reads its input by way of these operators and constants."""
    made = QonnxGraph(case, form)
    quant = made.nodes.pop(0)
    edge = "x"
    for i, (op, value) in enumerate(start):
        inputs = [edge] if op == "BipolarQuant" else [edge, made.constant(F32(value))]
        if op == "BipolarQuant":
            inputs.append(made.constant(F32(value)))
        domain = form.domain if op == "BipolarQuant" else ""
        edge = f"start{i}"
        made.nodes.insert(i, onnx.helper.make_node(op, inputs, [edge], f"start{i}", domain=domain))
    for node in made.nodes[len(start) :]:
        for i, name in enumerate(node.input):
            node.input[i] = edge if name == quant.output[0] else name
    return made


def held(x: NDArray, scale: float, zero_point: int, bits: int, signed: bool) -> NDArray:
    """What the codes of these inputs stand for, in float32."""
    low = -(2 ** (bits - 1)) if signed else 0
    steps = np.clip(np.round(x / F32(scale)) + zero_point, low, low + 2**bits - 1)
    return F32(steps - zero_point) * F32(scale)


def check(made: QonnxGraph, real: NDArray, folder: Path, package: bool = False, **codes) -> int:
    """Images without ties, on which program and package, or float64, give the same codes."""
    model = made.model()
    given = ", ".join(f"{k}: {str(v).lower()}" for k, v in codes.items())
    folder.mkdir()
    path = write_workload(folder, model, real, f"  input: {{{given}}}")
    if made.form.last:
        path.write_text(path.read_text().replace("channels_first", "channels_last"))
    found = run(path, "--voltage=1", "--cosim-images=2")[0]["logits"]
    exact = Float64(model)
    inputs = held(real, **{"zero_point": 0, "bits": 8, "signed": False} | codes)
    expected = codes_of(model, exact.run(inputs))
    if package:
        expected = codes_of(model, run_package(model, inputs))
    clear = exact.ties > NEAR
    assert (found.reshape(expected.shape) == expected)[clear].all()
    return int(clear.sum()) if len(np.unique(expected)) > 1 else 0


def images(made: QonnxGraph, form: Form, low: float, high: float) -> NDArray:
    shape = (IMAGES, *made.input_shape)
    real = F32(np.random.default_rng([5, made.case]).uniform(low, high, shape))
    return real.transpose(0, 2, 3, 1).copy() if form.last else real


@pytest.mark.parametrize("package", [False, True], ids=["float64", "package"])
@pytest.mark.parametrize("form", FORMS)
def test_layers_read_the_inputs_codes(form: str, package: bool, tmp_path: Path) -> None:
    compared = 0
    for case in range(3 if package else 8):
        made = graph(case, FORMS[form])
        codes = {"scale": float(made.input_scale), "signed": made.signed, "bits": 8 - case % 3}
        reach = 150 * made.input_scale  # more than the codes hold
        real = images(made, FORMS[form], -reach, reach)
        compared += check(made, real, tmp_path / str(case), package, **codes)
    assert compared > (20 if package else 60)


# With the codes of the input: as they are, with another zero point, in a table of signs.
STARTS = {
    "factor and offset": ([("Mul", 2), ("Sub", 1)], {"scale": 1 / 64, "bits": 7}),
    "offset and divisor": (
        [("Add", 1), ("Div", 2)],
        {"scale": 0.25, "signed": True, "zero_point": 3, "bits": 4},
    ),
    "sign": ([("Mul", 2), ("Sub", 1), ("BipolarQuant", 0.5)], {"scale": 1 / 255}),
    "sign alone": ([("BipolarQuant", 1)], {"scale": 1 / 128, "signed": True}),
}


@pytest.mark.parametrize("package", [False, True], ids=["float64", "package"])
@pytest.mark.parametrize("start", STARTS)
def test_what_comes_before_the_first_layer_is_computed_with_them(
    start: str, package: bool, tmp_path: Path
) -> None:
    nodes, codes = STARTS[start]
    compared = 0
    for case in range(2 if package else 4):
        made = graph(case, FORMS["layers"], *nodes)
        real = images(made, made.form, -1 if codes.get("signed") else 0, 1)
        compared += check(made, real, tmp_path / str(case), package, **codes)
    assert compared > (8 if package else 30)


def network(path: Path, *words: str) -> tuple[int, str]:
    done = command("network", path, *words)
    return done.returncode, done.stdout + done.stderr


def saved(made: QonnxGraph, folder: Path) -> Path:
    path = folder / "network.onnx"
    path.write_bytes(made.model().SerializeToString())
    return path


def test_without_it_the_refusal_names_the_key(tmp_path: Path) -> None:
    for start in ([], [("BipolarQuant", 1)], [("Mul", 2)]):
        path = saved(graph(0, FORMS["layers"], *start), tmp_path)
        status, said = network(path)
        assert status == 2
        assert "say which codes it has (workload.input, network --input), or put a Quant" in said
        assert network(path, "--input", "{scale: 0.01}")[0] == 0


WRONG = {
    "{zero_point: 3}": "the key scale is missing",
    "{scale: 0}": "input.scale: must be above 0",
    "{scale: 1, bits: 9}": "input.bits: 9 is not in 2..8",
    "{scale: 1, bits: 4, signed: true, zero_point: 8}": "input.zero_point: 8 is not in -8..7",
    "{scale: 1, zeropoint: 8}": "input.zeropoint: unknown key, did you mean zero_point?",
}


@pytest.mark.parametrize("text", WRONG)
def test_codes_that_cannot_be_are_refused(text: str, tmp_path: Path) -> None:
    status, said = network(saved(graph(0, FORMS["layers"]), tmp_path), "--input", text)
    assert status == 2 and f"--input: {WRONG[text]}" in said


def test_an_offset_that_is_no_whole_code_is_refused(tmp_path: Path) -> None:
    path = saved(graph(0, FORMS["layers"], ("Add", 1)), tmp_path)
    status, said = network(path, "--input", "{scale: 0.3, signed: true}")
    assert status == 2 and "has no codes of one scale and a whole zero point" in said
    assert network(path, "--input", "{scale: 0.25, signed: true}")[0] == 0


def test_a_tflite_file_keeps_the_codes_that_it_has() -> None:
    status, said = network(ROOT / "tests/models/data/chain.tflite", "--input", "{scale: 0.5}")
    assert status == 2 and "says itself which codes its input has" in said

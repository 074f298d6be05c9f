"""Binary QONNX networks with faults: a weight is one cell, activations are signs."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx_workload import command, run, write_workload
from qonnx_execution import clear_of, codes_of, constants_of, run_package
from qonnx_graph import F32, Float64, Form, QonnxGraph

from brownout_binary import needs_brownout
from commands import json_of
from placement_oracle import FaultMap, core_of, read_back, write_random_map

IMAGES = 16
FORMS = {
    "powers of two": Form(binary=True, powers=True),
    "float": Form(binary=True, domain="onnx.brevitas"),
}

pytestmark = needs_brownout


def faulty_weights(path: Path, *words: object) -> dict[str, NDArray]:
    """Codes by the names of the file, as ``brownout weights`` writes them."""
    done = command("weights", path, "--out", path.parent / "weights.npz", *words)
    assert done.returncode == 0, done.stderr
    with np.load(path.parent / "weights.npz") as archive:
        return dict(archive)


def with_weights(model: onnx.ModelProto, weights: dict[str, NDArray]) -> onnx.ModelProto:
    """The model with these signs in place of its own."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    quants = [node for node in model.graph.node if node.input[0] in weights]
    assert {node.op_type for node in quants} == {"BipolarQuant"} and len(quants) == len(weights)
    for tensor in changed.graph.initializer:
        if tensor.name in weights:
            tensor.CopyFrom(numpy_helper.from_array(F32(weights[tensor.name]), tensor.name))
    return changed


@pytest.mark.parametrize("package", [False, True], ids=["float64", "package"])
@pytest.mark.parametrize("form", FORMS)
def test_faulty_networks_compute_with_the_weights_that_were_read(
    form: str, package: bool, tmp_path: Path
) -> None:
    changed = compared = 0
    for case in range(4 if package else 8):
        made = QonnxGraph(case, FORMS[form])
        real, _ = made.images(IMAGES)
        folder = tmp_path / str(case)
        folder.mkdir()
        path = write_workload(folder, made.model(), real)
        weights = faulty_weights(path, "--voltage=0.76")
        assert set(np.concatenate([w.ravel() for w in weights.values()])) == {-1, 1}
        model = with_weights(made.model(), weights)
        exact = Float64(model)
        expected = codes_of(model, exact.run(real))
        if package:
            expected = codes_of(model, run_package(model, real))
        found = run(path, "--voltage=0.76", "--cosim-images=2")[0]["logits"]
        clear = clear_of(FORMS[form], exact)
        assert (found.reshape(expected.shape) == expected)[clear].all(), case
        clean = constants_of(made.model())
        changed += sum(int((np.sign(clean[n]) != w).sum()) for n, w in weights.items())
        compared += int(clear.sum())
    assert changed > 10 and compared > 40


def layers(rng: np.random.Generator) -> tuple[onnx.ModelProto, dict[str, NDArray]]:
    """A convolution and a product of signs, and these signs (output, inputs)."""
    made = QonnxGraph(0, Form())
    made.nodes, made.constants, made.edge = [], {}, "x"
    made.quant(F32(0.1), 8, True, 0)
    signs = {}
    channels = made.input_shape[0]
    for op, shape, more in (
        ("Conv", (40, channels, 3, 3), {"kernel_shape": [3, 3], "pads": [0, 0, 0, 0]}),
        ("Gemm", (10, 40 * 5 * 4), {"transB": 1}),
    ):
        if op == "Gemm":
            made.edge = made.node("Flatten", [made.edge], axis=1)
        values = F32(rng.normal(size=shape))
        name = made.constant(values)
        made.edge = made.node(op, [made.edge, made.signs_of(name, 0.5)], **more)
        made.edge = made.signs_of(made.edge, 1)
        signs[name] = np.where(values >= 0, 1, -1).astype(np.int8)
    made.shape = (10,)
    return made.model(), signs


@pytest.mark.parametrize("word_bits", [32, 64, 256])
@pytest.mark.parametrize("encoding", ["twos_complement", "offset_binary", "sign_magnitude", "gray"])
def test_a_weight_is_one_cell(encoding: str, word_bits: int, tmp_path: Path) -> None:
    model, signs = layers(np.random.default_rng(9))
    real = np.zeros((1, *QonnxGraph(0, Form()).input_shape), F32)
    path = write_workload(tmp_path, model, real)
    changes = {"capacity_kib": 16, "word_bits": word_bits, "banks": 2, "column_mux": 4}
    core = core_of("edge_32x32", changes)
    write_random_map(tmp_path / "map.csv", core, 0.1, seed=4)
    settings = [f"--set=accelerator.weight_sram.{key}={value}" for key, value in changes.items()]
    words = [
        "--voltage=0.8",
        "--fault-map",
        tmp_path / "map.csv",
        f"--set=memory.encoding={encoding}",
    ]
    found = faulty_weights(path, *words, *settings, "--set=accelerator.placement=streaming")
    faults = FaultMap.read(tmp_path / "map.csv")
    expected = read_back(signs, faults, "0.8", core, "streaming", encoding, [1, 1]).weights
    assert found.keys() == expected.keys()
    for name, weights in expected.items():
        np.testing.assert_array_equal(found[name], weights, name)
    assert 0.02 < np.mean(expected[name] != signs[name]) < 0.2


def test_the_network_command_counts_one_bit_each(tmp_path: Path) -> None:
    model, signs = layers(np.random.default_rng(2))
    (tmp_path / "network.onnx").write_bytes(model.SerializeToString())
    report = json_of("network", tmp_path / "network.onnx")
    rows = [row for row in report["layers"] if row["weights"]]
    assert [row["weights"] for row in rows] == [w.size for w in signs.values()]
    for row in rows:
        assert (row["weight_bits"], row["code_min"], row["code_max"]) == (1, -1, 1)
        assert (row["code_range"], row["codes_used"]) == (1, 2)
    assert report["weight_bytes"] == -(-sum(w.size for w in signs.values()) // 8)

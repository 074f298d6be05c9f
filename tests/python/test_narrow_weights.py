"""``brownout weights`` on networks with weights of 2 to 8 bits equals the NumPy oracle."""

import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from placement_oracle import (
    FaultMap,
    Weights,
    changed_share,
    clean_weights,
    core_of,
    read_back,
    settings,
    write_random_map,
)

ENCODINGS = ("twos_complement", "offset_binary", "sign_magnitude", "gray")
# Words in which most widths leave bits unused, or hold one weight only, and the largest.
CORES: list[dict[str, int]] = [
    {"capacity_kib": 16},
    {"capacity_kib": 12, "word_bits": 24, "banks": 4, "column_mux": 8},
    {"capacity_kib": 20, "word_bits": 40, "banks": 1, "column_mux": 1, "array_columns": 29},
    {"capacity_kib": 8, "word_bits": 8, "banks": 16},
    {"capacity_kib": 24, "word_bits": 64, "banks": 12, "column_mux": 16, "array_rows": 13},
    {"capacity_kib": 24, "word_bits": 96, "banks": 4, "column_mux": 2},
    {"capacity_kib": 16, "word_bits": 256, "banks": 2, "column_mux": 4, "array_columns": 61},
]
MIXED = [8, 2, 3, 4, 5, 6, 7]  # of the layers, in turn

pytestmark = needs_brownout


def narrowed(clean: Weights, widths: list[int]) -> Weights:
    """The upper bits of each weight, without the lowest code, which sign and magnitude lacks."""
    return {
        name: np.maximum(weight >> (8 - bits), 1 - (1 << (bits - 1))).astype(np.int8)
        for (name, weight), bits in zip(clean.items(), widths, strict=True)
    }


def with_clips(model: onnx.ModelProto, weights: Weights, widths: list[int]) -> onnx.ModelProto:
    """The QCDQ form: int8 tensors with a Clip that tells how many bits the codes take."""
    for tensor in model.graph.initializer:
        if tensor.name in weights:
            tensor.CopyFrom(numpy_helper.from_array(weights[tensor.name], tensor.name))
    for name, bits in zip(weights, widths, strict=True):
        if bits == 8:
            continue
        limits = {f"{name}_low": -(1 << (bits - 1)), f"{name}_high": (1 << (bits - 1)) - 1}
        for limit, value in limits.items():
            tensor = helper.make_tensor(limit, TensorProto.INT8, [], [value])
            model.graph.initializer.append(tensor)
        (user,) = [node for node in model.graph.node if name in node.input]
        user.input[0] = f"{name}_clipped"
        clip = helper.make_node("Clip", [name, *limits], [f"{name}_clipped"], f"{name}_clip")
        model.graph.node.insert(0, clip)
    return model


def unsigned(model: onnx.ModelProto, clean: Weights) -> Weights:
    """Make weights uint8 with a zero point a channel, in place; the signed codes that are stored.

    Zero points are not 128, so that they are not mistaken for the shift of storage. Code 0 is left
    out, since sign and magnitude lacks its -128.
    """
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    stored = {}
    for i, (name, weight) in enumerate(clean.items()):
        zero = 90 + (np.arange(len(weight)) * 7 + i) % 80
        shape = (-1, *[1] * (weight.ndim - 1))
        codes = np.clip(weight.astype(int) + zero.reshape(shape), 1, 255).astype(np.uint8)
        (user,) = [node for node in model.graph.node if name in node.input]
        old = tensors[user.input[2]]
        old.CopyFrom(numpy_helper.from_array(zero.astype(np.uint8), old.name))
        tensors[name].CopyFrom(numpy_helper.from_array(codes, name))
        stored[name] = (codes.astype(int) - 128).astype(np.int8)
    return stored


def write_workload(directory: Path, network: Path) -> Path:
    """The CIFAR-10 workload with another network."""
    text = (ROOT / "workloads/cifar10_resnet8.yaml").read_text()
    text = text.replace("cifar10_resnet8/network.onnx", str(network))
    text = text.replace(
        "cifar10_resnet8/test_batch", f"{ROOT}/workloads/cifar10_resnet8/test_batch"
    )
    path = directory / "workload.yaml"
    path.write_text(text.replace("../configs", f"{ROOT}/configs"))
    return path


@pytest.fixture(scope="module", params=["int4", "mixed", "uint8"])
def network(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Weights, list[int]]:
    """Workload file, weights and their widths."""
    if request.param == "int4":
        clean = clean_weights("cifar10_resnet8_w4")
        return ROOT / "workloads/cifar10_resnet8_w4.yaml", clean, [4] * len(clean)
    clean = clean_weights("cifar10_resnet8")
    if request.param == "uint8":
        directory = tmp_path_factory.mktemp("uint8")
        model = onnx.load(ROOT / "workloads/cifar10_resnet8/network.onnx")
        stored = unsigned(model, clean)
        onnx.save(model, directory / "uint8.onnx")
        return write_workload(directory, directory / "uint8.onnx"), stored, [8] * len(clean)
    widths = [MIXED[i % len(MIXED)] for i in range(len(clean))]
    weights = narrowed(clean, widths)
    directory = tmp_path_factory.mktemp("mixed")
    model = onnx.load(ROOT / "workloads/cifar10_resnet8/network.onnx")
    onnx.save(with_clips(model, weights, widths), directory / "mixed.onnx")
    return write_workload(directory, directory / "mixed.onnx"), weights, widths


@pytest.fixture(scope="module", params=range(len(CORES)))
def chip(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, int], Path, FaultMap]:
    """Changes to the accelerator, and a map of random cells in its weight SRAM."""
    changes = CORES[request.param]
    path = tmp_path_factory.mktemp("map") / "map.csv"
    write_random_map(path, core_of("edge_32x32", changes), 0.1, seed=request.param)
    return changes, path, FaultMap.read(path)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_weights_of_narrow_layers(
    network: tuple[Path, Weights, list[int]],
    chip: tuple[dict[str, int], Path, FaultMap],
    encoding: str,
    tmp_path: Path,
) -> None:
    workload, clean, widths = network
    changes, path, faults = chip
    command = [BROWNOUT, "weights", workload, "--voltage=0.8", "--out", tmp_path / "weights.npz"]
    command += ["--format=json", "--quiet", "--fault-map", path, *settings(changes)]
    command += ["--set=accelerator.placement=streaming", f"--set=memory.encoding={encoding}"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    core = core_of("edge_32x32", changes)
    expected = read_back(clean, faults, "0.8", core, "streaming", encoding, widths)
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as archive:
        found = dict(archive)
    assert found.keys() == clean.keys()
    for name, weight in expected.weights.items():
        codes = found[name]
        if workload.parent.name.startswith("uint8"):  # the file's codes, in its type
            assert codes.dtype == np.uint8
            codes = codes.astype(int) - 128
        np.testing.assert_array_equal(codes, weight, name)
    bits = sum(n * weight.size for n, weight in zip(widths, clean.values(), strict=True))
    assert report["effective_ber"] == pytest.approx(sum(expected.wrong) / bits, rel=1e-12)
    share = changed_share(clean, expected.weights)
    assert share > 0.05
    assert report["weights_changed"] == pytest.approx(share, rel=1e-12)

"""With and without faults, ``brownout run`` gives ONNX Runtime's logits, integer for integer.

With faults the weight initializers of the network are replaced by the arrays that ``brownout
weights`` writes for the same operating point. Where the CPU has no VNNI, ONNX Runtime is no
reference; the same integer arithmetic in NumPy is compared everywhere.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.training import integer_arithmetic
from brownout_tools.training.datasets import DATASETS
from brownout_tools.training.narrow_onnx import as_int8
from brownout_tools.training.reference_logits import runtime_logits
from brownout_tools.training.slices import read_slice

WORKLOADS = ("mnist_cnn", "cifar10_resnet8", "cifar10_resnet8_w4")
VOLTAGES = ("0.85", "0.8")
KINDS = ("flip", "stuck")
PLACEMENTS = {
    "resident": ["--set=accelerator.placement=resident"],
    # A ring far smaller than the network: many weights share one weak cell.
    "streaming": [
        "--set=accelerator.placement=streaming",
        "--set=accelerator.weight_sram.capacity_kib=16",
    ],
}

Logits = NDArray[np.uint8]

pytestmark = needs_brownout


@dataclass(frozen=True)
class Workload:
    """One workload, read once."""

    name: str
    model: onnx.ModelProto  # weights in int8 tensors, whatever the file has
    inputs: NDArray[np.float32]  # (1000, C, H, W), preprocessed
    labels: NDArray[np.uint8]
    reference: Logits  # committed

    @property
    def directory(self) -> Path:
        return ROOT / "workloads" / self.name


@pytest.fixture(scope="module", params=WORKLOADS)
def workload(request: pytest.FixtureRequest) -> Workload:
    directory = ROOT / "workloads" / request.param
    images, labels = read_slice(request.param, directory)
    with np.load(directory / "reference_logits.npz", allow_pickle=False) as archive:
        reference = archive["logits"]
    model = as_int8(onnx.load(directory / "network.onnx"))
    inputs = DATASETS[request.param].preprocess.apply(images)
    return Workload(request.param, model, inputs, labels, reference)


def brownout(command: str, workload: Workload, *arguments: object) -> dict[str, float]:
    """Run the simulator, which must succeed; the JSON that it prints."""
    file = ROOT / f"workloads/{workload.name}.yaml"
    words = [BROWNOUT, command, file, *arguments, "--format", "json", "--quiet"]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def simulate(
    workload: Workload, path: Path, images: int, *options: str
) -> tuple[Logits, dict[str, float]]:
    """The logits of ``brownout run``, and what it prints."""
    report = brownout("run", workload, "--logits-out", path, "--images", images, *options)
    with np.load(path, allow_pickle=False) as archive:
        return archive["logits"], report


def weight_tensors(model: onnx.ModelProto) -> set[str]:
    """Names of the weights of all layers."""
    nodes = {output: node for node in model.graph.node for output in node.output}
    layers = [node for node in model.graph.node if node.op_type in ("Conv", "Gemm")]
    return {nodes[node.input[1]].input[0] for node in layers}


def replace_weights(model: onnx.ModelProto, weights: dict[str, NDArray]) -> onnx.ModelProto:
    """Copy a model with these arrays in place of its weight initializers: all, and no others."""
    assert set(weights) == weight_tensors(model)
    faulty = onnx.ModelProto()
    faulty.CopyFrom(model)
    for tensor in faulty.graph.initializer:
        if tensor.name in weights:
            clean, read = numpy_helper.to_array(tensor), weights[tensor.name]
            assert (read.dtype, read.shape) == (clean.dtype, clean.shape), tensor.name
            tensor.CopyFrom(numpy_helper.from_array(read, tensor.name))
    return faulty


def read_weights(workload: Workload, path: Path, *options: str) -> dict[str, NDArray]:
    """What ``brownout weights`` writes."""
    brownout("weights", workload, "--out", path, *options)
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def assert_equal_logits(found: Logits, expected: Logits, point: str) -> None:
    """Equal types, shapes and integers; the message counts what differs."""
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    different = found != expected
    assert not different.any(), (
        f"{point}: {different.sum()} of {different.size} logits differ, in "
        f"{different.any(axis=1).sum()} of {len(different)} images, by up to "
        f"{np.abs(found.astype(int) - expected).max()}"
    )


def assert_equal_accuracy(report: dict[str, float], logits: Logits, labels: NDArray) -> None:
    """The printed top-1 is that of these logits."""
    assert report["images"] == len(logits)
    right = int((logits.argmax(axis=1) == labels[: len(logits)]).sum())
    assert report["top1"] * len(logits) == pytest.approx(right, abs=1e-6)


def test_error_free_logits_are_the_committed_ones(workload: Workload, tmp_path: Path) -> None:
    logits, report = simulate(workload, tmp_path / "logits.npz", 1000, "--voltage=1.0")
    assert_equal_logits(logits, workload.reference, "1.0 Vmin")
    assert_equal_accuracy(report, workload.reference, workload.labels)
    assert (report["ber"], report["weights_changed"]) == (0, 0)


def test_error_free_logits_are_the_runtimes(workload: Workload, tmp_path: Path) -> None:
    logits, _ = simulate(workload, tmp_path / "logits.npz", 1000, "--voltage=1.0")
    network = workload.directory / "network.onnx"
    assert_equal_logits(logits, runtime_logits(network, workload.inputs), "1.0 Vmin")


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("voltage", VOLTAGES)
def test_faulty_logits_are_the_runtimes(
    workload: Workload, voltage: str, kind: str, placement: str, tmp_path: Path
) -> None:
    options = [f"--voltage={voltage}", f"--set=memory.chip.kind={kind}", *PLACEMENTS[placement]]
    logits, report = simulate(workload, tmp_path / "logits.npz", 1000, *options)
    weights = read_weights(workload, tmp_path / "faulty.npz", *options)
    network = tmp_path / "faulty.onnx"
    onnx.save(replace_weights(workload.model, weights), network)
    expected = runtime_logits(network, workload.inputs)
    assert_equal_logits(logits, expected, f"{voltage} Vmin, {kind}, {placement}")
    assert_equal_accuracy(report, expected, workload.labels)
    # Else an error-free run would pass.
    assert (expected != workload.reference).mean() > 0.1


@pytest.mark.parametrize("mitigation", ["parity", "bch_dec", "faq", "secded, faq"])
def test_logits_behind_mitigations_are_the_runtimes(
    workload: Workload, mitigation: str, tmp_path: Path
) -> None:
    kind = "stuck" if "faq" in mitigation else "flip"
    placement = "streaming" if mitigation in ("faq", "bch_dec") else "resident"
    options = ["--voltage=0.8", f"--set=memory.chip.kind={kind}", *PLACEMENTS[placement]]
    options += ["--mitigate", mitigation]
    logits, _ = simulate(workload, tmp_path / "logits.npz", 100, *options)
    weights = read_weights(workload, tmp_path / "faulty.npz", *options)
    network = tmp_path / "faulty.onnx"
    onnx.save(replace_weights(workload.model, weights), network)
    expected = runtime_logits(network, workload.inputs[:100])
    assert_equal_logits(logits, expected, f"{mitigation}, {placement}")
    assert (expected != workload.reference[:100]).any()


@pytest.mark.parametrize("kind", KINDS)
def test_faulty_logits_are_those_of_the_arithmetic(
    workload: Workload, kind: str, tmp_path: Path
) -> None:
    options = ["--voltage=0.8", "--chip=1", f"--set=memory.chip.kind={kind}"]
    logits, _ = simulate(workload, tmp_path / "logits.npz", 100, *options)
    weights = read_weights(workload, tmp_path / "faulty.npz", *options)
    faulty = replace_weights(workload.model, weights)
    expected = integer_arithmetic.integer_logits(faulty, workload.inputs[:100])
    assert_equal_logits(logits, expected, f"0.8 Vmin, {kind}")
    assert (expected != workload.reference[:100]).mean() > 0.1


def test_one_wrong_bit_is_seen(workload: Workload, tmp_path: Path) -> None:
    """One bit of one weight more than the array reads gives other logits: nothing hides it."""
    logits, _ = simulate(workload, tmp_path / "logits.npz", 1000, "--voltage=0.85")
    weights = read_weights(workload, tmp_path / "faulty.npz", "--voltage=0.85")
    first = min(weights)
    weights[first].flat[0] ^= np.int8(-128)
    network = tmp_path / "faulty.onnx"
    onnx.save(replace_weights(workload.model, weights), network)
    with pytest.raises(AssertionError, match="logits differ, in"):
        assert_equal_logits(logits, runtime_logits(network, workload.inputs), "one bit")

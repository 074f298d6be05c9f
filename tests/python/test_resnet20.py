"""ResNet-20 from a PyTorch state_dict: the engine's logits are ONNX Runtime's in every variant.

ONNX Runtime computes QDQ with int8 activations partly in float: there the reference is the
QOperator twin, and float layer by layer.

Needs the float weights and CIFAR-10, which are not part of the repository.
"""

import importlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from engine_codes import RUN_NETWORK, needs_run_network, run_one, runtime_codes
from numpy.typing import NDArray
from qdq_twins import constants, cut_layers, qoperator_twin, quantizers

from brownout_binary import ROOT, needs_brownout
from brownout_tools.runtime import session
from brownout_tools.training.datasets import read_cifar10_batch

CHECKPOINT = ROOT.parent / "shared" / "models" / "resnet20_cifar10_fp32.th"
IMAGES = ROOT / "workloads" / "cifar10_resnet8" / "test_batch.bin"
LAYER_OUTPUTS = RUN_NETWORK.parents[1] / "layer_outputs"
COUNT = int(os.environ.get("BROWNOUT_IMAGES", "1000"))

pytestmark = [
    needs_brownout,
    pytest.mark.skipif(not CHECKPOINT.exists(), reason=f"{CHECKPOINT.name} is not there"),
    needs_run_network,
]


@dataclass(frozen=True)
class Quantized:
    """A quantized ResNet-20 and images as its input codes (N, C, H, W), signed ones as such."""

    model: onnx.ModelProto
    inputs: NDArray[np.float32]
    codes: NDArray

    @property
    def shift(self) -> int:
        """What the simulator adds to signed codes."""
        return 128 if self.codes.dtype == np.int8 else 0

    def engine(self, folder: Path, model: onnx.ModelProto | None = None) -> NDArray[np.uint8]:
        return run_one(model or self.model, self.codes.astype(int) + self.shift, folder)

    def runtime(self, model: onnx.ModelProto | None = None) -> NDArray:
        """ONNX Runtime's logits as the engine's codes."""
        output = self.model.graph.output[0].name
        last = next(n for n in self.model.graph.node if n.output[0] == output)
        scale, zero_point = (constants(self.model)[name] for name in last.input[1:])
        real = runtime_codes(model or self.model, self.inputs)
        return np.rint(real / scale) + int(zero_point) + self.shift


def quantized(folder: Path, images: int, *options: object) -> Quantized:
    pytest.importorskip("torch", reason="PyTorch is not installed: it builds the network")
    zoo = importlib.import_module("brownout_tools.zoo.command")
    arguments = ["resnet20", "--checkpoint", CHECKPOINT, "--data", IMAGES, "--out", folder]
    zoo.main([str(a) for a in [*arguments, "--calibration-images", 100, *options]])
    model = onnx.load(folder / "network.onnx")
    first = next(n for n in model.graph.node if n.input[:1] == [model.graph.input[0].name])
    pixels, _ = read_cifar10_batch(IMAGES)
    inputs = zoo.NETWORKS["resnet20"].preprocess.apply(pixels[:images])
    scale, zero_point = (constants(model)[name] for name in first.input[1:])
    limits = np.iinfo(zero_point.dtype)
    codes = np.clip(np.rint(inputs / scale) + int(zero_point), limits.min, limits.max)
    return Quantized(model, inputs, codes.astype(zero_point.dtype))


def unoptimized() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return options


PER_TENSOR = pytest.mark.parametrize("per_tensor", [False, True], ids=["channel", "tensor"])


@PER_TENSOR
@pytest.mark.parametrize(
    ("form", "activations", "weights"),
    [
        ("qdq", "uint8", "int8"),
        ("qdq", "uint8", "uint8"),
        ("qoperator", "uint8", "int8"),
        ("qoperator", "uint8", "uint8"),
        ("qoperator", "int8", "int8"),
    ],
)
def test_logits_equal_onnxruntimes(
    form: str, activations: str, weights: str, per_tensor: bool, tmp_path: Path
) -> None:
    options = ["--format", form, "--activations", activations, "--weights", weights]
    network = quantized(tmp_path, COUNT, *options, *["--per-tensor"] * per_tensor)
    found = network.engine(tmp_path)
    assert (found != network.runtime()).sum() == 0
    assert len(np.unique(found)) > 50


@PER_TENSOR
@pytest.mark.parametrize("activations", ["int8", "uint8"])
def test_qdq_logits_equal_the_qoperator_twins(
    activations: str, per_tensor: bool, tmp_path: Path
) -> None:
    options = ["--activations", activations, *["--per-tensor"] * per_tensor]
    network = quantized(tmp_path, COUNT, *options)
    twin = qoperator_twin(network.model)
    found = network.engine(tmp_path)
    assert (found != network.runtime(twin)).sum() == 0
    assert (found != network.engine(tmp_path, twin)).sum() == 0


def layer_codes(network: Quantized, folder: Path) -> dict[str, NDArray]:
    """The engine's codes of each quantizer of the QDQ graph, in its types and shapes."""
    held = (network.codes.astype(int) + network.shift).astype(np.uint8)
    np.save(folder / "in.npy", np.ascontiguousarray(held.transpose(0, 2, 3, 1)))
    words = [LAYER_OUTPUTS, folder / "network.onnx", folder / "in.npy", folder / "out.npz"]
    subprocess.run([str(word) for word in words], check=True)
    layers = np.load(folder / "out.npz")
    codes = {}
    for node in quantizers(network.model):
        name = node.output[0]
        if node.input[0] == network.model.graph.input[0].name:
            codes[name] = network.codes
        elif name in layers.files:
            found = layers[name].astype(int) - network.shift
            codes[name] = found.transpose(0, 3, 1, 2).astype(network.codes.dtype)
    return codes


@PER_TENSOR
@pytest.mark.parametrize("activations", ["int8", "uint8"])
def test_layers_are_those_in_float_up_to_a_tie(
    activations: str, per_tensor: bool, tmp_path: Path
) -> None:
    """Each layer in float32 on the engine's codes differs by one code at most, and only where the
    real value lies within 1e-4 steps of a tie of two codes."""
    if not LAYER_OUTPUTS.exists():
        pytest.skip(f"{LAYER_OUTPUTS} is not built")
    options = ["--activations", activations, *["--per-tensor"] * per_tensor]
    network = quantized(tmp_path, min(COUNT, 50), *options)
    codes, values = layer_codes(network, tmp_path), constants(network.model)
    made = {node.output[0]: node for node in quantizers(network.model)}
    layers = {name: made[name] for name in codes if made[name].input[0] != "input"}
    assert len(layers) > 25
    layer_by_layer = session(cut_layers(network.model, set(codes)), unoptimized())
    given = {f"{name}/given": layer for name, layer in codes.items()}
    feed = {"input": network.inputs, **given}
    wanted = [*layers] + [node.input[0] for node in layers.values()]
    results = layer_by_layer.run(wanted, feed)
    for i, (name, node) in enumerate(layers.items()):
        found, real = results[i].astype(int), results[len(layers) + i]
        steps = np.abs(found - codes[name].reshape(found.shape))
        exact = real[steps > 0] / values[node.input[1]]
        assert steps.max() <= 1 and (steps > 0).mean() < 1e-4, name
        assert (np.abs(exact - np.floor(exact) - 0.5) < 1e-4).all(), name

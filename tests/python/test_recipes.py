"""Recipes of training: each network is trained, exported and run; names and sizes are known ones.

Needs PyTorch, which builds the networks.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: it builds the networks")

import torch

from brownout_binary import ROOT, needs_brownout
from brownout_tools.training import export, train
from brownout_tools.training.datasets import CIFAR10, read_cifar10_batch, write_cifar10_batch
from brownout_tools.training.recipes import RECIPES
from brownout_tools.training.reference_logits import runtime_logits
from brownout_tools.zoo.inputs import made_up
from brownout_tools.zoo.weights import randomise
from commands import brownout, json_of

LARGE = ("vgg11", "resnet18_stride2")  # of the zoo
IMAGES = ROOT / "workloads/cifar10_resnet8/test_batch.bin"


def convolutions(*widths: int) -> int:
    """Weights of 3x3 convolutions one behind another."""
    return sum(9 * before * after for before, after in pairwise(widths))


WEIGHTS = {
    "vgg11": convolutions(3, 64, 128, 256, 256, 512, 512, 512, 512) + 512 * 10,
    "resnet18_stride2": convolutions(3, *(64,) * 5, *(128,) * 4, *(256,) * 4, *(512,) * 4)
    + (64 * 128 + 128 * 256 + 256 * 512)  # shortcuts
    + 512 * 10,
}
DOCUMENTED = {"vgg11": 9_222_848, "resnet18_stride2": 11_164_352}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six batches of four images each, as CIFAR-10's binary version has six."""
    folder = tmp_path_factory.mktemp("cifar10")
    images, labels = read_cifar10_batch(IMAGES)
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    for i, name in enumerate(names):
        chosen = slice(4 * i, 4 * i + 4)
        write_cifar10_batch(folder / name, images[chosen], labels[chosen])
    return folder


@pytest.fixture(scope="module", params=LARGE)
def network(
    request: pytest.FixtureRequest, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The zoo's name of a network, and its file after two steps of training."""
    folder = tmp_path_factory.mktemp(request.param)
    recipe, checkpoint, file = f"cifar10_{request.param}", folder / "c.pt", folder / "network.onnx"
    words = [recipe, "--data", data, "--out", checkpoint, "--epochs", 1, "--batch", 10]
    train.main([str(word) for word in words])
    words = [recipe, "--data", data, "--checkpoint", checkpoint, "--out", file]
    export.main([str(word) for word in [*words, "--calibration-images", 20]])
    return request.param, file


@needs_brownout
def test_large_networks_have_the_documented_weights(network: tuple[str, Path]) -> None:
    name, file = network
    assert json_of("network", file)["weights"] == WEIGHTS[name] == DOCUMENTED[name]


@needs_brownout
def test_a_trained_large_network_runs_as_in_onnxruntime(
    network: tuple[str, Path], tmp_path: Path
) -> None:
    name, file = network
    words = ["run", ROOT / f"workloads/zoo/{name}.yaml", "--set", f"workload.network={file}"]
    clean = ["--voltage", "1", "--images", "8", "--cosim-images", "0"]
    brownout(*words, *clean, "--logits-out", tmp_path / "logits.npz")
    inputs = CIFAR10.preprocess.apply(read_cifar10_batch(IMAGES)[0][:8])
    found = np.load(tmp_path / "logits.npz")["logits"]
    np.testing.assert_array_equal(found, runtime_logits(file, inputs))
    assert len(np.unique(found, axis=0)) == 8, "the answers do not depend on the image"


@pytest.mark.parametrize("name", ["mnist_cnn", "mnist_autoencoder", "cifar10_resnet8"])
def test_layers_keep_the_names_of_the_files_in_the_repository(name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    model, inputs = recipe.network(), made_up(recipe.input_shape, 8, 0)
    randomise(model, torch.from_numpy(inputs), 0)
    train.save(tmp_path / "c.pt", {"network": name, "model": model.state_dict()})
    fp32 = export.export_fp32(recipe, tmp_path / "c.pt")
    made = export.quantized_network(recipe, fp32, inputs, "minmax")
    committed = onnx.load(ROOT / f"workloads/{name}/network.onnx")
    assert [node.name for node in made.graph.node] == [node.name for node in committed.graph.node]

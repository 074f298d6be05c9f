"""The zoo: sizes are those that papers state, and the executors agree with ONNX Runtime.

Needs PyTorch, which builds the networks; what needs none of it is in ``test_zoo_workloads.py``.
"""

import math
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: it builds the zoo")

import torch

from brownout_binary import ROOT, needs_brownout
from brownout_tools.training.datasets import read_cifar10_batch
from brownout_tools.training.networks import fold_batch_norms
from brownout_tools.training.reference_logits import runtime_logits
from brownout_tools.zoo import command
from brownout_tools.zoo.catalogue import NETWORKS, ZooNetwork
from brownout_tools.zoo.command import main
from brownout_tools.zoo.inputs import SLICE, made_up, preprocessed
from brownout_tools.zoo.weights import count, randomise
from commands import brownout, json_of

# Parameters and multiply-accumulates, as published. Integers are exact: torchvision (224x224; at
# 32x32 with another classifier), Stutz et al. (SimpleNet), the networks of NeuralFuse for CIFAR,
# Keras' models of MLPerf Tiny. The latter count mean, variance and a bias before it per channel
# of a batch norm; the auto-encoder's biases are parameters here, too.
PUBLISHED = {
    "resnet8": (78_666 - 3 * 240, 12.5e6),
    "ds_cnn": (24_908 - 3 * 576, 2.66e6),
    "mobilenet_v1": (221_794 - 3 * 2736, 7.49e6),
    "autoencoder": (269_992 - 2 * 1032, 0.264e6),
    "resnet20": (0.27e6, 40.8e6),
    "resnet32": (0.464e6, 69.1e6),
    "resnet56": (0.853e6, 125.7e6),
    "resnet18": (11_173_962, 556e6),
    "resnet18_stride2": (11_173_962, 556e6 / 4),
    "vgg11": (9_231_114, 153e6),
    "vgg16": (14_728_266, 313e6),
    "alexnet": (23_272_266, 63e6),
    "mobilenet_v2": (3_504_872 - 990 * 1281, 88e6),
    "simplenet": (5_498_378, 631.5e6),
    "resnet18_224": (11_689_512, 1.81e9),
    "mobilenet_v2_224": (3_504_872, 300e6),
    "vgg16_224": (138_365_992, 15.5e9),
}
QUICK = ("resnet8", "ds_cnn", "autoencoder", "mobilenet_v1")


def made(name: str, directory: Path) -> list[str]:
    """Build a network; the options that put it into its workload."""
    main([name, "--out", str(directory)])
    options = ["--set", f"workload.network={directory / 'network.onnx'}"]
    if not NETWORKS[name].sees_cifar10:
        options += ["--set", f"workload.dataset.file={directory / 'inputs.npz'}"]
    return options


def workload_inputs(network: ZooNetwork, directory: Path) -> np.ndarray:
    """What the network sees of its workload's first four inputs."""
    if network.sees_cifar10:
        images, _ = read_cifar10_batch(SLICE)
        return preprocessed(network, images[:4])
    x = np.load(directory / "inputs.npz")["x"]
    return preprocessed(network, np.moveaxis(x, -1, 1) if x.ndim == 4 else x)


@pytest.mark.parametrize("name", PUBLISHED)
def test_sizes_are_the_published_ones(name: str) -> None:
    network = NETWORKS[name]
    with torch.device("meta"):
        parameters, macs = count(network.module(), network.input_shape)
    published_parameters, published_macs = PUBLISHED[name]
    exact = isinstance(published_parameters, int)
    assert parameters == pytest.approx(published_parameters, rel=0 if exact else 0.01)
    assert macs == pytest.approx(published_macs, rel=0.01)


def test_every_network_has_published_sizes() -> None:
    assert list(PUBLISHED) == list(NETWORKS)


@needs_brownout
@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NETWORKS]
)
def test_all_executors_agree(name: str, tmp_path: Path) -> None:
    """ONNX Runtime and the engine without faults; engine, array and closed form with faults."""
    network = NETWORKS[name]
    workload = [ROOT / f"workloads/zoo/{name}.yaml", *made(name, tmp_path)]
    clean = ["--voltage", "1", "--images", "4", "--cosim-images", "0"]
    brownout("run", *workload, *clean, "--logits-out", tmp_path / "logits.npz")
    found = np.load(tmp_path / "logits.npz")["logits"]
    expected = runtime_logits(tmp_path / "network.onnx", workload_inputs(network, tmp_path))
    np.testing.assert_array_equal(found, expected)
    assert len(np.unique(found, axis=0)) == 4, "the answers do not depend on the image"
    point = json_of("run", *workload, "--voltage", "0.83", "--images", "1", "--cosim-images", "1")
    assert point["cosim_images"] == 1
    layers = json_of("network", tmp_path / "network.onnx")
    with torch.device("meta"):
        assert layers["macs"] == count(network.module(), network.input_shape)[1]


def test_random_deep_networks_do_not_collapse() -> None:
    """56 layers without trained weights: activations stay in range and differ between images."""
    network = NETWORKS["resnet56"]
    images, _ = read_cifar10_batch(SLICE)
    inputs = torch.from_numpy(preprocessed(network, images[:16]))
    model = network.module()
    randomise(model, inputs, 0)
    with torch.no_grad():
        logits = fold_batch_norms(model)(inputs)
    assert 0.1 < logits.std(0).mean() < 100  # from image to image
    assert len(set(logits.argmax(1).tolist())) > 1


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for directory, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        main(["ds_cnn", "--seed", seed, "--out", str(tmp_path / directory)])
    for file in ("network.onnx", "inputs.npz"):
        a, b, c = ((tmp_path / d / file).read_bytes() for d in "abc")
        assert a == b != c


def test_list_has_a_line_for_each_network(capsys: pytest.CaptureFixture) -> None:
    main(["--list"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(NETWORKS)
    assert (
        "11,689,512 parameters, 1,814,073,344 MACs" in lines[list(NETWORKS).index("resnet18_224")]
    )


def test_all_makes_a_directory_for_each_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {name: NETWORKS[name] for name in ("ds_cnn", "resnet8")}
    monkeypatch.setattr(command, "NETWORKS", small)
    monkeypatch.setattr(command, "WORKLOADS", tmp_path)
    main(["all"])
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*"))
    assert files == ["ds_cnn/inputs.npz", "ds_cnn/network.onnx", "resnet8/network.onnx"]


def test_made_up_images_are_smooth_and_in_range() -> None:
    images = made_up((3, 64, 48), 5, 1)
    assert images.shape == (5, 3, 64, 48)
    assert 0.2 < images.std() < 1
    across = np.abs(np.diff(images, axis=3)).mean()  # neighbours, against any two pixels
    assert across < images.std() / 3


def test_checkpoint_is_taken_with_prefix_and_wrapping(tmp_path: Path) -> None:
    model = NETWORKS["ds_cnn"].module()
    randomise(model, torch.from_numpy(made_up((1, 49, 10), 8, 5)), 5)
    state = {f"module.{name}": value for name, value in model.state_dict().items()}
    torch.save(model.state_dict(), tmp_path / "bare.pt")
    torch.save({"state_dict": state}, tmp_path / "wrapped.pt")
    for name in ("bare", "wrapped"):
        checkpoint = str(tmp_path / f"{name}.pt")
        main(["ds_cnn", "--checkpoint", checkpoint, "--out", str(tmp_path / name)])
    files = [(tmp_path / name / "network.onnx").read_bytes() for name in ("bare", "wrapped")]
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet"], "invalid choice: 'lenet'"),
        ([], "a network's name, all, or --list"),
        (["all", "--checkpoint", "x.pt"], "--checkpoint: is of one network, not of all"),
        (["resnet20", "--checkpoint", "none.pt"], "none.pt"),
        (["resnet20", "--checkpoint", __file__], "no state_dict of this network"),
        (["resnet20", "--data", "none.bin"], "none.bin"),
        (["resnet20", "--calibration-images", "1001"], "has 1000 images, not 1001"),
        (["resnet20", "--calibration-images", "0"], "0 is not above 0"),
        (["ds_cnn", "--data", "test.bin"], "ds_cnn does not see CIFAR-10"),
    ],
)
def test_mistakes_are_named(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_batch_norm_without_a_layer_before_it_is_refused() -> None:
    lonely = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.BatchNorm2d(3))
    with pytest.raises(ValueError, match="batch norm 1: there is no layer before it"):
        fold_batch_norms(lonely)


def test_folding_keeps_what_the_network_computes() -> None:
    network = NETWORKS["autoencoder"]
    inputs = torch.from_numpy(made_up(network.input_shape, 16, 2))
    model = network.module()
    randomise(model, inputs, 1)
    with torch.no_grad():
        before = model(inputs)
        after = fold_batch_norms(model)(inputs)
    assert math.isclose(float((before - after).abs().max()), 0, abs_tol=1e-3)

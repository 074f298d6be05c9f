"""The first workload of a network: what `brownout init` guesses, and that it runs."""

import gzip
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from commands import NETWORK, json_of

pytestmark = needs_brownout

MNIST = ROOT / "workloads/mnist_cnn"


def init(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BROWNOUT, "init", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def network(tmp_path: Path) -> Path:
    directory = tmp_path / "nets"
    directory.mkdir()
    return Path(shutil.copy(NETWORK, directory / "digits.onnx"))


def images_of_mnist() -> tuple[np.ndarray, np.ndarray]:
    unpacked = [
        gzip.decompress((MNIST / name).read_bytes())
        for name in ("test-images.idx3.gz", "test-labels.idx1.gz")
    ]
    x = np.frombuffer(unpacked[0], np.uint8, offset=16)
    y = np.frombuffer(unpacked[1], np.uint8, offset=8)
    return x.reshape(-1, 28, 28), y


def test_a_shipped_network_gets_its_own_data_and_preprocessing(tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    guess = json_of("init", NETWORK, "--out", out)
    assert guess["dataset_format"] == "mnist_idx"
    assert guess["preprocess"] == "MNIST's mean and std"
    assert guess["accelerators"][0]["found"] == "taken"
    mine = json_of("run", out, "--images", "100")
    shipped = json_of("run", ROOT / "workloads/mnist_cnn.yaml", "--images", "100")
    for key in ("top1", "energy_j", "voltage", "effective_ber"):
        assert mine[key] == shipped[key]
    assert "guessed" in out.read_text()


@pytest.mark.parametrize("axes", ["channels_last", "channels_first"])
def test_an_npz_beside_the_network_is_its_data_set(network: Path, axes: str) -> None:
    x, y = images_of_mnist()
    shape = (-1, 28, 28, 1) if axes == "channels_last" else (-1, 1, 28, 28)
    np.savez(network.with_name("a_other.npz"), x=np.zeros((3, 5)), y=[0, 1, 2])  # does not fit
    np.savez(network.with_name("data.npz"), x=x.reshape(shape)[:200], y=y[:200])
    result = init(network.name, cwd=network.parent)
    assert result.returncode == 0, result.stderr
    workload = network.with_suffix(".yaml")
    assert f"axes: {axes}" in workload.read_text()
    assert result.stderr == "next: brownout run digits.yaml\n"
    assert json_of("run", workload, "--voltage", "1", "--images", "100")["top1"] > 0.97


def test_without_images_the_file_says_what_to_fill_in(network: Path) -> None:
    result = init(network, "--format", "json", cwd=network.parent)
    assert result.returncode == 0, result.stderr
    workload = network.with_suffix(".yaml")
    assert "# dataset: {format: npz" in workload.read_text()
    run = subprocess.run([BROWNOUT, "run", workload], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr == f"error: {workload}:3: workload: the key dataset is missing\n"


def test_nothing_is_overwritten(network: Path) -> None:
    workload = network.with_suffix(".yaml")
    workload.write_text("mine")
    result = init(network, "--out", workload, cwd=network.parent)
    assert result.returncode == 2
    assert "exists already" in result.stderr
    assert workload.read_text() == "mine"


def test_a_network_in_place_of_a_workload_names_the_way(network: Path) -> None:
    for command in (["run"], ["sweep", "--out", network.with_name("out")]):
        result = subprocess.run(
            [BROWNOUT, *command, network], capture_output=True, text=True, check=False
        )
        assert result.returncode == 2
        wanted = f"{network}: a network, not a workload; write one with: brownout init {network}"
        assert result.stderr == f"error: {wanted}\n"


def test_a_network_too_large_for_one_accelerator_gets_the_next(tmp_path: Path) -> None:
    vww = ROOT / "workloads/cifar10_resnet8/network.onnx"
    fits = json_of("init", vww, "--out", tmp_path / "w.yaml")["accelerators"]
    taken = [fit for fit in fits if fit["found"] == "taken"]
    assert len(taken) == 1
    before = fits[: fits.index(taken[0])]
    assert all(fit["found"].startswith("too small") for fit in before)
    assert all(fit["weights"] <= 1 or fit["placement"] != "resident" for fit in taken)

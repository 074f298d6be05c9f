"""A file that Git LFS did not fetch is told from a damaged one, whatever it should hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

import onnx
import pytest
from quantized_graph import with_one_input
from refusals import refusal
from test_datasets import run, workload

from brownout_binary import BROWNOUT, needs_brownout

pytestmark = needs_brownout
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
SAID = "a Git LFS pointer in place of the file: git lfs pull fetches it"


@pytest.mark.parametrize("name", ["network.onnx", "network.tflite"])
def test_a_network(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(POINTER)
    assert refusal(tmp_path / name) == SAID + "\n"


def test_the_constants_beside_a_network(tmp_path: Path) -> None:
    made = with_one_input(5)
    x = made.pool[-1]
    made.weighted("conv", x, (6, 4, 3, 3), 0, 6, (6, 4, 3), 36, "Conv", kernel_shape=[3, 3])
    path = tmp_path / "external.onnx"
    beside = {"save_as_external_data": True, "location": "weights.bin", "size_threshold": 16}
    onnx.save(made.model(), path, **beside)
    (tmp_path / "weights.bin").write_text(POINTER)
    assert f"its external data is {SAID}" in refusal(path)


@pytest.mark.parametrize(
    "dataset",
    [
        "{format: npz, file: data}",
        "{format: cifar10_binary, batches: [data]}",
        "{format: mnist_idx, images: data, labels: data}",
    ],
)
def test_a_data_set(dataset: str, tmp_path: Path) -> None:
    (tmp_path / "data").write_text(POINTER)
    done = run(workload(tmp_path, dataset))
    assert done.returncode == 2 and SAID in done.stderr


def test_an_image(tmp_path: Path) -> None:
    (tmp_path / "photos" / "cat").mkdir(parents=True)
    (tmp_path / "photos" / "cat" / "1.png").write_text(POINTER)
    done = run(workload(tmp_path, "{format: image_folder, directory: photos}"))
    assert done.returncode == 2 and SAID in done.stderr


@pytest.mark.parametrize("name", ["map.csv", "map.npy"])
def test_a_fault_map(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(POINTER)
    words = [str(BROWNOUT), "map", "info", str(tmp_path / name)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 2 and SAID in done.stderr

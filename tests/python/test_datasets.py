"""Every data set format gives the same codes: the network's outputs tell, image by image."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brownout_binary import BROWNOUT, ROOT, needs_brownout

WORKLOAD = ROOT / "workloads/cifar10_resnet8.yaml"
IMAGES = 40

pytestmark = needs_brownout


def cifar_slice() -> tuple[np.ndarray, np.ndarray]:
    """Pixels (images x 32 x 32 x 3) and labels of the first images of the shipped slice."""
    raw = np.fromfile(ROOT / "workloads/cifar10_resnet8/test_batch.bin", dtype=np.uint8)
    records = raw.reshape(-1, 3073)[:IMAGES]
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0]


def workload(tmp_path: Path, dataset: str, preprocess: str = "") -> Path:
    """The shipped workload with another data set."""
    text = WORKLOAD.read_text()
    text = text.replace(
        "cifar10_resnet8/network.onnx", f"{WORKLOAD.parent}/cifar10_resnet8/network.onnx"
    )
    text = text.replace("../configs", str(ROOT / "configs"))
    old = "{format: cifar10_binary, batches: [cifar10_resnet8/test_batch.bin]}"
    assert old in text
    text = text.replace(old, dataset).replace("    std: [", f"{preprocess}    std: [")
    path = tmp_path / "workload.yaml"
    path.write_text(text)
    return path


def run(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BROWNOUT), "run", str(path), "--cosim-images", "0", "--quiet", *options],
        capture_output=True,
        text=True,
        timeout=120,
    )


def logits(path: Path, tmp_path: Path) -> np.ndarray:
    """Output codes of the first images."""
    out = tmp_path / "logits.npz"
    done = run(path, "--images", str(IMAGES), "--logits-out", str(out))
    assert done.returncode == 0, done.stderr
    with np.load(out) as arrays:
        (name,) = arrays.files
        return arrays[name]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    return logits(WORKLOAD, tmp_path_factory.mktemp("reference"))


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("axes", ["channels_last", "channels_first"])
def test_npz_pixels_equal_the_binary_batch(
    tmp_path: Path, reference: np.ndarray, axes: str, compressed: bool
) -> None:
    pixels, labels = cifar_slice()
    x = pixels if axes == "channels_last" else np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    save = np.savez_compressed if compressed else np.savez
    save(tmp_path / "data.npz", x=x, y=labels.astype(np.int64))
    path = workload(tmp_path, f"{{format: npz, file: data.npz, axes: {axes}}}")
    np.testing.assert_array_equal(logits(path, tmp_path), reference)


def test_npz_reals_are_not_divided_by_255(tmp_path: Path, reference: np.ndarray) -> None:
    pixels, labels = cifar_slice()
    scaled = pixels.astype(np.float32) * np.float32(0.00392156862745098)
    np.savez(tmp_path / "data.npz", x=scaled, y=labels)
    path = workload(tmp_path, "{format: npz, file: data.npz}")
    path.write_text(path.read_text().replace("    scale: 0.00392156862745098\n", ""))
    np.testing.assert_array_equal(logits(path, tmp_path), reference)


def write_folder(directory: Path, pixels: np.ndarray, labels: np.ndarray, form: str) -> np.ndarray:
    """A folder a class; the order in which the program reads the images."""
    rank = [int((labels[:i] == label).sum()) for i, label in enumerate(labels)]
    order = sorted(range(len(labels)), key=lambda i: (rank[i], labels[i]))
    for i in order:
        folder = directory / f"{labels[i]}"
        folder.mkdir(parents=True, exist_ok=True)
        options = {"quality": 90} if form == "jpg" else {}
        Image.fromarray(pixels[i]).save(folder / f"{i:05}.{form}", **options)
    assert len(set(labels)) == 10
    return np.array(order)


def test_png_folder_equals_the_binary_batch(tmp_path: Path, reference: np.ndarray) -> None:
    pixels, labels = cifar_slice()
    order = write_folder(tmp_path / "images", pixels, labels, "png")
    path = workload(tmp_path, "{format: image_folder, directory: images}")
    np.testing.assert_array_equal(logits(path, tmp_path), reference[order])


def test_a_folder_more_than_classes_is_an_error(tmp_path: Path) -> None:
    pixels, labels = cifar_slice()
    write_folder(tmp_path / "images", pixels, labels, "png")
    (tmp_path / "images" / "another").mkdir()
    (tmp_path / "images" / "0").rename(tmp_path / "images" / "last")
    done = run(workload(tmp_path, "{format: image_folder, directory: images}"))
    assert done.returncode == 2
    assert "label 10, but the network has 10 outputs: labels are 0..9 (every folder" in done.stderr


def test_jpeg_folder_equals_what_pillow_decodes(tmp_path: Path) -> None:
    pixels, labels = cifar_slice()
    order = write_folder(tmp_path / "images", pixels, labels, "jpg")
    decoded = []
    for image in pixels[order]:
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, format="jpeg", quality=90)
        decoded.append(np.asarray(Image.open(buffer)))
    np.savez(tmp_path / "data.npz", x=np.stack(decoded), y=labels[order])
    expected = logits(workload(tmp_path, "{format: npz, file: data.npz}"), tmp_path)
    path = workload(tmp_path, "{format: image_folder, directory: images}")
    np.testing.assert_array_equal(logits(path, tmp_path), expected)


@pytest.mark.parametrize(
    ("height", "width", "preprocess", "resized", "box"),
    [
        (45, 57, "resize: [32, 32]", (32, 32), None),
        (20, 91, "resize: [32, 32]", (32, 32), None),
        (64, 81, "resize: 33\n    crop: [32, 32]", (41, 33), (4, 0, 36, 32)),
        (50, 50, "crop: [32, 32]", (50, 50), (9, 9, 41, 41)),
    ],
)
def test_resize_and_crop_equal_pillow(
    tmp_path: Path,
    height: int,
    width: int,
    preprocess: str,
    resized: tuple[int, int],
    box: tuple[int, int, int, int] | None,
) -> None:
    pixels, labels = cifar_slice()
    repeats = (1, -(-height // 32), -(-width // 32), 1)
    large = np.ascontiguousarray(np.tile(pixels, repeats)[:, :height, :width])
    order = write_folder(tmp_path / "images", large, labels, "png")
    small = []
    for image in large[order]:
        picture = Image.fromarray(image).resize(resized, Image.Resampling.BILINEAR)
        small.append(np.asarray(picture.crop(box) if box else picture))
    np.savez(tmp_path / "data.npz", x=np.stack(small), y=labels[order])
    expected = logits(workload(tmp_path, "{format: npz, file: data.npz}"), tmp_path)
    path = workload(tmp_path, "{format: image_folder, directory: images}", f"    {preprocess}\n")
    np.testing.assert_array_equal(logits(path, tmp_path), expected)


X = np.zeros((3, 32, 32, 3), np.uint8)
Y = np.zeros(3, np.uint8)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X}, "data.npz: y: no such array"),
        ({"x": X, "y": Y[:2]}, "x: 3 images for 2 labels"),
        ({"x": X, "y": Y.astype(np.float32)}, "y: elements of type '<f4'; integers are allowed"),
        ({"x": X, "y": Y - np.int64(1)}, "y: label -1 of image 0 is not in 0..65535"),
        ({"x": X, "y": np.full(3, 10)}, "label 10, but the network has 10 outputs: labels are 0"),
        ({"x": np.moveaxis(X, 3, 1), "y": Y}, "axes: channels_first?"),
        ({"x": X[:, :30], "y": Y}, "images are 3x30x32"),
        ({"x": np.full(X.shape, np.nan, np.float32), "y": Y}, "x: element 0 is not finite"),
        ({"x": X.astype(np.complex64), "y": Y}, "x: elements of type '<c8'"),
        ({"x": np.zeros(3, np.uint8), "y": Y}, "x: 1 dimensions"),
    ],
)
def test_bad_npz_names_file_and_reason(
    tmp_path: Path, arrays: dict[str, np.ndarray], message: str
) -> None:
    np.savez(tmp_path / "data.npz", **arrays)
    done = run(workload(tmp_path, "{format: npz, file: data.npz}"))
    assert done.returncode == 2
    assert message in done.stderr


def test_truncated_npz_is_an_error(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    whole = (tmp_path / "data.npz").read_bytes()
    path = workload(tmp_path, "{format: npz, file: data.npz}")
    for size in range(0, len(whole), 1024):
        (tmp_path / "data.npz").write_bytes(whole[:size])
        done = run(path)
        assert done.returncode == 2, size
        assert "data.npz: not an .npz file, or a truncated one" in done.stderr


@pytest.mark.parametrize(
    ("dataset", "preprocess", "message"),
    [
        ("{format: npy, file: a}", "", "'npy' is not one of mnist_idx, cifar10_binary"),
        ("{format: npz, batches: [a]}", "", "batches: unknown key"),
        ("{format: npz, file: nowhere.npz}", "", "no such file"),
        ("{format: npz, file: workload.yaml, axes: nchw}", "", "not one of channels_last"),
        ("{format: npz, file: workload.yaml}", "", "not an .npz file"),
        (
            "{format: npz, file: workload.yaml}",
            "    crop: [4, 4]\n",
            "only images of an image_folder",
        ),
        ("{format: image_folder, directory: nowhere}", "", "no such folder"),
        ("{format: image_folder, directory: empty}", "", "it holds no images"),
        ("{format: image_folder, directory: empty, channels: 4}", "", "4 is not one of 1, 3"),
    ],
)
def test_bad_keys_name_line_and_reason(
    tmp_path: Path, dataset: str, preprocess: str, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    done = run(workload(tmp_path, dataset, preprocess))
    assert done.returncode == 2
    assert message in done.stderr

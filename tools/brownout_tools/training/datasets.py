"""Readers of MNIST (idx) and CIFAR-10 (binary), and the preprocessing that belongs to each network.

The simulator repeats the preprocessing to the bit.
"""

import gzip
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]  # (N, C, H, W)
Labels = NDArray[np.uint8]  # (N,)

IDX_UINT8 = 0x08
NORMAL_DIGIT = 7  # of mnist_autoencoder; the others are anomalous
CIFAR10_RECORD_BYTES = 1 + 3 * 32 * 32


@dataclass(frozen=True)
class Preprocess:
    """Pixel (0..255) to network input: ``(pixel * scale - mean) / std`` per channel."""

    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def apply(self, images: Images) -> NDArray[np.float32]:
        """Map uint8 (N, C, H, W) to float32 of this shape, each operation rounded to float32."""
        mean = np.asarray(self.mean, np.float32)[:, None, None]
        std = np.asarray(self.std, np.float32)[:, None, None]
        return (images.astype(np.float32) * np.float32(self.scale) - mean) / std


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an idx file of bytes, gzipped or not, into an array of the shape in its header."""
    data = _read(path)
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != IDX_UINT8:
        raise ValueError(f"{path}: not an idx file of unsigned bytes")
    rank = data[3]
    header = 4 + 4 * rank
    shape = struct.unpack(f">{rank}I", data[4:header])
    if len(data) != header + int(np.prod(shape)):
        raise ValueError(f"{path}: {len(data)} bytes do not fit the shape {shape}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def write_idx(path: Path, values: NDArray[np.uint8]) -> None:
    """Write an idx file of bytes, gzipped (without a time stamp) where the name ends in ``.gz``."""
    data = struct.pack(f">HBB{values.ndim}I", 0, IDX_UINT8, values.ndim, *values.shape)
    data += np.ascontiguousarray(values).tobytes()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)


def read_cifar10_batch(path: Path) -> tuple[Images, Labels]:
    """Read a CIFAR-10 binary batch: records of one label byte and 3 x 32 x 32 pixels."""
    data = np.frombuffer(_read(path), np.uint8)
    if data.size == 0 or data.size % CIFAR10_RECORD_BYTES:
        raise ValueError(f"{path}: {data.size} bytes are no multiple of {CIFAR10_RECORD_BYTES}")
    records = data.reshape(-1, CIFAR10_RECORD_BYTES)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].copy()


def write_cifar10_batch(path: Path, images: Images, labels: Labels) -> None:
    """Write images (N, 3, 32, 32) and labels (N,) as a CIFAR-10 binary batch."""
    records = np.concatenate([labels[:, None], images.reshape(len(images), -1)], axis=1)
    path.write_bytes(records.astype(np.uint8).tobytes())


def _existing(directory: Path, name: str) -> Path:
    for candidate in (directory / name, directory / f"{name}.gz"):
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{directory}: no {name} (or {name}.gz)")


def load_mnist(directory: Path, split: str) -> tuple[Images, Labels]:
    """Load ``train`` (60,000) or ``test`` (10,000): images (N, 1, 28, 28) and labels (N,)."""
    prefix = {"train": "train", "test": "t10k"}[split]
    images = read_idx(_existing(directory, f"{prefix}-images-idx3-ubyte"))
    labels = read_idx(_existing(directory, f"{prefix}-labels-idx1-ubyte"))
    return images[:, None], labels


def load_mnist_digit(directory: Path, split: str) -> tuple[Images, Labels]:
    """MNIST for an auto-encoder: ``train`` has images of its normal digit only, ``test`` all."""
    images, labels = load_mnist(directory, split)
    chosen = labels == NORMAL_DIGIT if split == "train" else slice(None)
    return images[chosen], labels[chosen]


def load_cifar10(directory: Path, split: str) -> tuple[Images, Labels]:
    """Load ``train`` (50,000) or ``test`` (10,000): images (N, 3, 32, 32) and labels (N,)."""
    parts = {"train": [f"data_batch_{i}" for i in range(1, 6)], "test": ["test_batch"]}[split]
    batches = [read_cifar10_batch(_existing(directory, f"{part}.bin")) for part in parts]
    return np.concatenate([b[0] for b in batches]), np.concatenate([b[1] for b in batches])


@dataclass(frozen=True)
class Dataset:
    """A data set as one network sees it; ``load(directory, split)`` gives images and labels."""

    load: Callable[[Path, str], tuple[Images, Labels]]
    preprocess: Preprocess


MNIST = Dataset(load_mnist, Preprocess(0.00392156862745098, (0.1307,), (0.3081,)))
CIFAR10 = Dataset(
    load_cifar10,
    Preprocess(0.00392156862745098, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
)
DATASETS: dict[str, Dataset] = {
    "mnist_cnn": MNIST,
    "mnist_autoencoder": Dataset(load_mnist_digit, Preprocess(0.00392156862745098, (0.0,), (1.0,))),
    "cifar10_resnet8": CIFAR10,
    "cifar10_resnet8_w4": CIFAR10,
    "cifar10_vgg11": CIFAR10,
    "cifar10_resnet18_stride2": CIFAR10,
}

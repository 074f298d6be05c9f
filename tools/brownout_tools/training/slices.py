"""The 1,000-image test slices that lie beside the networks, in their data sets' own formats.

``python -m brownout_tools.training.slices mnist_cnn --data DIR --out WORKLOAD_DIR``
"""

import argparse
from pathlib import Path

from brownout_tools.training.datasets import (
    DATASETS,
    Images,
    Labels,
    read_cifar10_batch,
    read_idx,
    write_cifar10_batch,
    write_idx,
)

SLICE_IMAGES = 1000
MNIST_IMAGES = "test-images.idx3.gz"
MNIST_LABELS = "test-labels.idx1.gz"
CIFAR10_BATCH = "test_batch.bin"
# Whose slice a network without one uses.
SHARED = {"cifar10_resnet8_w4": "cifar10_resnet8", "mnist_autoencoder": "mnist_cnn"}


def write_slice(network: str, directory: Path, images: Images, labels: Labels) -> None:
    """Write images (N, C, H, W) and labels (N,) in the format of the network's data set."""
    if network == "mnist_cnn":
        write_idx(directory / MNIST_IMAGES, images[:, 0])
        write_idx(directory / MNIST_LABELS, labels)
    else:
        write_cifar10_batch(directory / CIFAR10_BATCH, images, labels)


def read_slice(network: str, directory: Path) -> tuple[Images, Labels]:
    """Read the slice beside a network: images (N, C, H, W) and labels (N,)."""
    if network in SHARED:
        return read_slice(SHARED[network], directory.parent / SHARED[network])
    if network == "mnist_cnn":
        return read_idx(directory / MNIST_IMAGES)[:, None], read_idx(directory / MNIST_LABELS)
    return read_cifar10_batch(directory / CIFAR10_BATCH)


def main(arguments: list[str] | None = None) -> None:
    """Write the first images of a test set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(DATASETS.keys() - SHARED.keys()))
    parser.add_argument("--data", type=Path, required=True, help="directory of the data set")
    parser.add_argument("--out", type=Path, required=True, help="directory of the workload")
    parser.add_argument("--images", type=int, default=SLICE_IMAGES)
    args = parser.parse_args(arguments)
    images, labels = DATASETS[args.network].load(args.data, "test")
    write_slice(args.network, args.out, images[: args.images], labels[: args.images])


if __name__ == "__main__":
    main()

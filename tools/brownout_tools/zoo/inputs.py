"""What networks of the zoo see: CIFAR-10 images, or made-up ones where no data come along."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from brownout_tools.training.datasets import read_cifar10_batch
from brownout_tools.zoo.catalogue import ZooNetwork

SLICE = Path(__file__).resolve().parents[3] / "workloads/cifar10_resnet8/test_batch.bin"


def made_up(shape: tuple[int, ...], count: int, seed: int) -> NDArray[np.float32]:
    """Smooth random images (count, C, H, W), about -1 to 1, or vectors (count, length).

    Noise of every octave, its amplitude in proportion to its wavelength, as photographs have it.
    """
    size = shape[1:] or (1, *shape)
    channels = shape[0] if len(shape) == 3 else 1
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(count, channels, *size)
    wavelength = 2 ** (max(size) - 1).bit_length()
    amplitude = 0.5
    while wavelength >= 1:
        grid = [max(1, round(extent / wavelength)) + 1 for extent in size]
        noise = torch.randn(count, channels, *grid, generator=generator)
        total += amplitude * functional.interpolate(
            noise, size=size, mode="bilinear", align_corners=True
        )
        wavelength, amplitude = wavelength // 2, amplitude / 2
    return total.numpy().reshape(count, *shape)


def pixels(shape: tuple[int, ...], count: int, seed: int) -> NDArray[np.uint8]:
    """Made-up images as pixels: uint8 (count, C, H, W)."""
    return np.clip(np.rint(made_up(shape, count, seed) * 64 + 128), 0, 255).astype(np.uint8)


def raw_inputs(network: ZooNetwork, data: Path | None, count: int, seed: int) -> NDArray:
    """Inputs as a data set holds them, uint8 or float32: (count, C, H, W) or (count, features).

    ``data`` is a binary batch of CIFAR-10, by default the repository's.
    """
    if network.sees_cifar10:
        images, _ = read_cifar10_batch(data or SLICE)
        if len(images) < count:
            raise ValueError(f"{data or SLICE}: has {len(images)} images, not {count}")
        return images[:count]
    if data:
        raise ValueError(f"{data}: {network.name} does not see CIFAR-10, its inputs are made up")
    make = made_up if network.preprocess is None else pixels
    return make(network.input_shape, count, seed)


def preprocessed(network: ZooNetwork, raw: NDArray) -> NDArray[np.float32]:
    """What the network sees of ``raw``: float32 of the same shape."""
    return raw.astype(np.float32) if network.preprocess is None else network.preprocess.apply(raw)

"""Data augmentation on whole batches of uint8 images."""

import torch
from torch import Tensor
from torch.nn import functional


def random_crop_and_flip(
    images: Tensor, padding: int, flip: bool, generator: torch.Generator
) -> Tensor:
    """Shift uint8 images (N, C, H, W) by up to ``padding`` pixels; ``flip`` mirrors half."""
    count, _, height, width = images.shape
    padded = functional.pad(images, (padding, padding, padding, padding))
    top = torch.randint(0, 2 * padding + 1, (count, 1), generator=generator)
    left = torch.randint(0, 2 * padding + 1, (count, 1), generator=generator)
    rows = top + torch.arange(height)
    columns = torch.arange(width).expand(count, width)
    if flip:
        mirrored = torch.rand((count, 1), generator=generator) < 0.5
        columns = torch.where(mirrored, width - 1 - columns, columns)
    columns = left + columns
    image = torch.arange(count)[:, None, None]
    # Advanced indices around the channel slice move to the front: (N, H, W, C).
    return padded[image, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)

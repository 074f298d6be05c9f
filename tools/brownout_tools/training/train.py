"""Train a reference network.

``python -m brownout_tools.training.train cifar10_resnet8 --data DIR --out ckpt.pt``
"""

import argparse
import math
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from brownout_tools.training import metrics
from brownout_tools.training.augment import random_crop_and_flip
from brownout_tools.training.datasets import NORMAL_DIGIT, Preprocess
from brownout_tools.training.narrow_weights import fake_quantize_weights
from brownout_tools.training.networks import fold_batch_norms
from brownout_tools.training.recipes import RECIPES, Recipe


def learning_rate(step: int, steps: int, peak: float, warm_up: float = 0.2) -> float:
    """One cycle: linear rise over the share ``warm_up`` of the steps, then a cosine to zero."""
    progress = step / steps
    if progress < warm_up:
        return peak * (0.1 + 0.9 * progress / warm_up)
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


class Normalizer:
    """A data set's preprocessing on torch tensors: uint8 (N, C, H, W) to float32, channels last."""

    def __init__(self, preprocess: Preprocess) -> None:
        self.scale = preprocess.scale
        self.mean = torch.tensor(preprocess.mean)[:, None, None]
        self.std = torch.tensor(preprocess.std)[:, None, None]

    def __call__(self, images: Tensor) -> Tensor:
        x = (images.float() * self.scale - self.mean) / self.std
        return x.contiguous(memory_format=torch.channels_last)


def outputs(model: nn.Module, images: Tensor, normalize: Normalizer) -> Tensor:
    """Float32 outputs of the uint8 images (N, C, H, W)."""
    model.eval()
    with torch.inference_mode():
        return torch.cat([model(normalize(x)) for x in images.split(500)])


def quality(recipe: Recipe, model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Top-1 of a classifier, ROC AUC of an auto-encoder; both are shares."""
    normalize = Normalizer(recipe.dataset.preprocess)
    found = outputs(model, images, normalize).numpy()
    if recipe.reconstructs:
        return metrics.anomaly_auc(found, normalize(images).numpy(), labels.numpy(), NORMAL_DIGIT)
    return metrics.top1(found, labels.numpy())


def loss_of(recipe: Recipe, found: Tensor, x: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of a classifier; squared error of an auto-encoder, summed over an image."""
    if recipe.reconstructs:
        return functional.mse_loss(found, x.flatten(1), reduction="sum") / len(x)
    return functional.cross_entropy(found, labels)


def make_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum; matrices and kernels decay, biases and batch norms do not."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others}]
    return torch.optim.SGD(groups, lr=recipe.peak_learning_rate, momentum=0.9, nesterov=True)


def save(path: Path, state: dict[str, object]) -> None:
    """Write a checkpoint whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def load_checkpoint(path: Path, network: str) -> dict[str, Any]:
    """Read a checkpoint of ``network``."""
    state = torch.load(path, weights_only=True)
    if state["network"] != network:
        raise ValueError(f"{path}: holds {state['network']}, not {network}")
    return state


def first_network(recipe: Recipe, start: Path | None) -> nn.Module:
    """The network before the first step; ``start`` is a checkpoint of ``recipe.start``."""
    if (start is None) != (recipe.start is None):
        takes = f"a checkpoint of {recipe.start}" if recipe.start else "nothing"
        raise ValueError(f"{recipe.name}: --start takes {takes}")
    model = recipe.network()
    if start is None:
        return model
    model.load_state_dict(load_checkpoint(start, recipe.start)["model"])
    return fake_quantize_weights(fold_batch_norms(model), recipe.weight_bits)


def train(
    recipe: Recipe,
    data: Path,
    out: Path,
    epochs: int,
    batch: int,
    seed: int,
    resume: bool,
    start: Path | None,
) -> None:
    """Train for ``epochs``, rewriting ``{model, optimizer, epoch, top1, ...}`` after each."""
    torch.manual_seed(seed)
    generator = torch.Generator()
    images, labels = (torch.from_numpy(np.array(a)) for a in recipe.dataset.load(data, "train"))
    test_images, test_labels = (
        torch.from_numpy(np.array(a)) for a in recipe.dataset.load(data, "test")
    )
    labels = labels.long()
    metric = "auc" if recipe.reconstructs else "top1"
    normalize = Normalizer(recipe.dataset.preprocess)
    model = recipe.trained_network() if resume else first_network(recipe, start)
    model = model.to(memory_format=torch.channels_last)
    optimizer = make_optimizer(model, recipe)
    steps_per_epoch = len(labels) // batch
    steps = epochs * steps_per_epoch
    first_epoch = 0
    if resume:
        state = load_checkpoint(out, recipe.name)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first_epoch = state["epoch"]
    for epoch in range(first_epoch, epochs):
        started = time.monotonic()
        generator.manual_seed(seed + 1_000_003 * epoch)  # resumed epochs draw the same numbers
        model.train()
        order = torch.randperm(len(labels), generator=generator)
        total_loss = 0.0
        for i in range(steps_per_epoch):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(
                    epoch * steps_per_epoch + i, steps, recipe.peak_learning_rate
                )
            chosen = order[i * batch : (i + 1) * batch]
            x = random_crop_and_flip(images[chosen], recipe.crop_padding, recipe.flip, generator)
            x = normalize(x)
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16):
                found = model(x)
            loss = loss_of(recipe, found.float(), x, labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += float(loss.detach())
        share = quality(recipe, model, test_images, test_labels)
        print(
            f"epoch {epoch + 1}/{epochs} loss {total_loss / steps_per_epoch:.4f} "
            f"{metric} {100 * share:.2f} % {time.monotonic() - started:.1f} s",
            flush=True,
        )
        save(
            out,
            {
                "network": recipe.name,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "epoch": epoch + 1,
                "epochs": epochs,
                "seed": seed,
                metric: share,
            },
        )


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, required=True, help="directory of the data set")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, rewritten every epoch")
    parser.add_argument("--epochs", type=int, help="default: the recipe's")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="checkpoint that a recipe with few bits needs")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint --out")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args(arguments)
    torch.set_num_threads(args.threads)
    recipe = RECIPES[args.network]
    epochs = args.epochs or recipe.epochs
    train(recipe, args.data, args.out, epochs, args.batch, args.seed, args.resume, args.start)


if __name__ == "__main__":
    main()

"""Faulty inference in Brownout against PyTorch fp32 with injected faults: CPU time, one thread.

    python tests/benchmarks/against_pytorch.py NAME WORKLOAD.yaml [--checkpoint FILE] ...

NAME is a network of the zoo, WORKLOAD.yaml one that runs it. PyTorch does what studies of bit
errors do (Stutz et al., MLSys 2021, section 3): for every chip it quantizes each weight tensor to
8 bits, flips bits, dequantizes, and runs all images in fp32; once with float activations, and once
with the outputs of its layers rounded to 8 bits, which is closer to what Brownout computes.
Brownout sweeps the same number of chips and images: placement, read-back, energy and files
included. All take turns, so that other load on the machine meets each; medians are compared.
"""

from __future__ import annotations

import argparse
import copy
import resource
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from brownout_tools.training.datasets import read_cifar10_batch
from brownout_tools.training.networks import fold_batch_norms
from brownout_tools.zoo.catalogue import NETWORKS
from brownout_tools.zoo.weights import WEIGHTED, load_checkpoint, randomise

BATCH = 100
"""Images that PyTorch runs at once; 100 is as fast as any."""


def flip_bits(weights: torch.Tensor, rate: float, random: np.random.Generator) -> torch.Tensor:
    """Weights of 8 bits a tensor, each bit flipped with probability `rate`."""
    scale = float(weights.abs().max()) / 127
    codes = np.rint(weights.numpy() / scale).astype(np.int8).view(np.uint8)
    flips = np.packbits(random.random((codes.size, 8), np.float32) < rate, axis=1)
    return torch.from_numpy((codes ^ flips.reshape(codes.shape)).view(np.int8) * np.float32(scale))


def weighted_layers(model: nn.Module) -> list[nn.Module]:
    """The layers that faults are injected into."""
    return [module for module in model.modules() if isinstance(module, WEIGHTED)]


def with_rounded_activations(model: nn.Module, images: torch.Tensor) -> nn.Module:
    """A copy that rounds the outputs of weighted layers to 8 bits, ranges as `images` give them."""
    model = copy.deepcopy(model)
    ranges: dict[nn.Module, tuple[float, float]] = {}

    def observe(layer: nn.Module, _: tuple, output: torch.Tensor) -> None:
        ranges[layer] = (min(float(output.min()), 0.0), float(output.max()))

    def rounded(layer: nn.Module, _: tuple, output: torch.Tensor) -> torch.Tensor:
        low, high = ranges[layer]
        scale = (high - low) / 255
        return torch.fake_quantize_per_tensor_affine(output, scale, round(-low / scale), 0, 255)

    observers = [layer.register_forward_hook(observe) for layer in weighted_layers(model)]
    with torch.inference_mode():
        model(images)
    for observer in observers:
        observer.remove()
    for layer in weighted_layers(model):
        layer.register_forward_hook(rounded)
    return model


@torch.inference_mode()
def run_pytorch(model: nn.Module, images: torch.Tensor, chips: int, rate: float) -> float:
    """CPU seconds of PyTorch for all chips."""
    layers = weighted_layers(model)
    clean = [layer.weight.clone() for layer in layers]
    start = time.process_time()
    for chip in range(chips):
        random = np.random.default_rng(chip)
        for layer, weight in zip(layers, clean, strict=True):
            layer.weight.copy_(flip_bits(weight, rate, random))
        for first in range(0, len(images), BATCH):
            model(images[first : first + BATCH])
    spent = time.process_time() - start
    for layer, weight in zip(layers, clean, strict=True):
        layer.weight.copy_(weight)
    return spent


def run_brownout(args: argparse.Namespace, images: int) -> float:
    """CPU seconds of a sweep and its workers."""
    with tempfile.TemporaryDirectory() as directory:
        command = [args.brownout, "sweep", args.workload, "--ber", str(args.ber)]
        command += ["--chips", str(args.chips), "--images", str(images), "--jobs", "1"]
        command += ["--cosim", "none", "--quiet", "--out", f"{directory}/out"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Time both in turns and print images a second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("workload")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="CIFAR-10 binary test batch")
    parser.add_argument("--brownout", default="build/release/brownout")
    parser.add_argument("--chips", type=int, default=5)
    parser.add_argument("--ber", type=float, default=0.005)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()

    torch.set_num_threads(1)
    network = NETWORKS[args.network]
    pixels, _ = read_cifar10_batch(args.data)
    images = torch.from_numpy(network.preprocess.apply(pixels))
    model = network.module()
    if args.checkpoint:
        load_checkpoint(model, args.checkpoint)
    else:
        randomise(model, images[:100], 0)
    fold_batch_norms(model)
    model.eval()
    candidates = {
        "Brownout": lambda: run_brownout(args, len(images)),
        "PyTorch, float activations": partial(run_pytorch, model, images, args.chips, args.ber),
        "PyTorch, rounded activations": partial(
            run_pytorch,
            with_rounded_activations(model, images[:100]),
            images,
            args.chips,
            args.ber,
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(args.rounds):
        for name, run in candidates.items():
            seconds[name].append(run())
    total = args.chips * len(images)
    ours = statistics.median(seconds["Brownout"])
    print(f"{args.network}, {args.chips} chips x {len(images)} images, BER {args.ber:g}, one core")
    for name, times in seconds.items():
        median = statistics.median(times)
        print(f"{name:30} {total / median:8,.0f} images/s {median / ours:6.1f} x Brownout's time")


if __name__ == "__main__":
    main()

"""The loop: epochs, learning rate, checkpoints. Resumed, it goes on with the same numbers."""

import pickle
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from brownout_tools.robust import weights
from brownout_tools.robust.bit_errors import key_of
from brownout_tools.robust.die import failing_bits
from brownout_tools.robust.gradients import ErrorSource, Stepper
from brownout_tools.robust.layers import NETWORKS, Chain
from brownout_tools.robust.recipe import DATASETS, INPUT_SHAPES, Model, Recipe
from brownout_tools.robust.schemes import SCHEMES
from brownout_tools.training.augment import random_crop_and_flip
from brownout_tools.training.train import Normalizer, learning_rate, save


class CheckpointError(ValueError):
    """A file that is no checkpoint, or that of something else."""


def make_network(recipe: Recipe, model: Model) -> Chain:
    """The untrained network of a model."""
    return NETWORKS[recipe.network](model.norm).to(memory_format=torch.channels_last)


def load_split(recipe: Recipe, data: Path, split: str) -> tuple[Tensor, Tensor]:
    """Images uint8 (N, C, H, W) and labels int64 (N,)."""
    images, labels = DATASETS[recipe.dataset].load(data, split)
    return torch.from_numpy(np.array(images)), torch.from_numpy(np.array(labels)).long()


def wrong(network: nn.Module, normalize: Normalizer, images: Tensor, labels: Tensor) -> Tensor:
    """Which images (N,) the network classifies wrongly."""
    network.eval()
    with torch.inference_mode():
        found = [network(normalize(x)).argmax(1) for x in images.split(500)]
    return torch.cat(found) != labels


def quantized_wrong(
    network: nn.Module, model: Model, normalize: Normalizer, images: Tensor, labels: Tensor
) -> Tensor:
    """The same with the weights as the memory holds them; activations stay float."""
    if model.scheme is None:
        return wrong(network, normalize, images, labels)
    parameters = weights.stored_weights(network)
    stored = weights.store(SCHEMES[model.scheme], model.bits, model.clip, parameters)
    with weights.replaced(parameters, weights.clean(stored)):
        return wrong(network, normalize, images, labels)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """All that a checkpoint tells; CheckpointError where it is none."""
    try:
        return torch.load(path, weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError) as error:
        raise CheckpointError(f"{path}: no checkpoint: {str(error).splitlines()[0]}") from None


def load_network(recipe: Recipe, model: Model, path: Path) -> tuple[Chain, dict[str, Any]]:
    """The network of a checkpoint, and all that the checkpoint tells."""
    state = read_checkpoint(path)
    told = (state["recipe"], state["model"])
    if told != (recipe.name, model.name):
        raise CheckpointError(f"{path}: holds {'/'.join(told)}, not {recipe.name}/{model.name}")
    network = make_network(recipe, model)
    network.load_state_dict(state["network"])
    return network, state


def checkpoint_of(directory: Path, model: Model, seed: int) -> Path:
    """Where a model's checkpoint lies."""
    return directory / f"{model.name}.{seed}.pt"


def _sum_of_means(activations: list[Tensor]) -> Tensor:
    return torch.stack([a.float().mean() for a in activations]).sum()


class _Activations:
    """Keeps what the ReLUs of a network put out, while it is needed for their regulariser."""

    def __init__(self, network: Chain, wanted: bool) -> None:
        self.seen: list[Tensor] = []
        if wanted:
            for layer in network:
                if isinstance(layer, nn.ReLU):
                    layer.register_forward_hook(lambda _, __, y: self.seen.append(y))


class Training:
    """One model's training, from its start or from a checkpoint."""

    def __init__(
        self, recipe: Recipe, model: Model, epochs: int, seed: int, program: Path | None = None
    ) -> None:
        self.recipe, self.model, self.epochs, self.seed = recipe, model, epochs, seed
        torch.manual_seed(key_of(seed, recipe.name, "initial weights"))
        self.network = make_network(recipe, model)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.SGD(
            [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others}],
            lr=recipe.peak_learning_rate,
            momentum=0.9,
            nesterov=True,
        )
        self.stepper = Stepper(self.network, model, self.optimizer, self._source(program))
        self.activations = _Activations(self.network, model.sparsity > 0)
        self.epoch = 0
        self.seconds = 0.0

    def _source(self, program: Path | None) -> ErrorSource | None:
        errors = self.model.bit_errors
        if errors is None:
            return None
        if errors.die is None:
            return ErrorSource(errors, self.seed)
        if program is None:
            raise ValueError(f"{self.model.name}: a die needs the simulator")
        scheme = SCHEMES[self.model.scheme or "normal"]
        parameters = weights.stored_weights(self.network)
        stored = weights.store(scheme, self.model.bits, self.model.clip, parameters)
        shape = INPUT_SHAPES[self.recipe.dataset]
        bits = failing_bits(program, errors.die, self.network, stored, shape)
        return ErrorSource(errors, self.seed, bits)

    def checkpoint(self) -> dict[str, Any]:
        """All that going on needs, and what tells where it came from."""
        return {
            "recipe": self.recipe.name,
            "model": self.model.name,
            "settings": asdict(self.model),
            "seed": self.seed,
            "epoch": self.epoch,
            "epochs": self.epochs,
            "errors_on": self.stepper.errors_on,
            "seconds": self.seconds,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, path: Path, name: str) -> None:
        """Go on from the checkpoint of a model of this recipe, trained for as many epochs."""
        state = read_checkpoint(path)
        told = (state["recipe"], state["model"], state["seed"], state["epochs"])
        wanted = (self.recipe.name, name, self.seed, self.epochs)
        if told != wanted:
            raise CheckpointError(
                f"{path}: holds {told}, not {wanted} (recipe, model, seed, epochs)"
            )
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch = state["epoch"]
        self.stepper.errors_on = state["errors_on"]
        self.seconds = state["seconds"] if name == self.model.name else 0.0

    def run_epoch(self, images: Tensor, labels: Tensor) -> float:
        """One epoch; the mean clean loss."""
        started = time.monotonic()
        recipe, batch = self.recipe, self.recipe.batch
        normalize = Normalizer(DATASETS[recipe.dataset].preprocess)
        generator = torch.Generator().manual_seed(key_of(self.seed, "epoch", self.epoch))
        order = torch.randperm(len(labels), generator=generator)
        steps = len(labels) // batch
        self.network.train()
        total = 0.0
        for i in range(steps):
            progress = (self.epoch * steps + i) / (self.epochs * steps)
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(
                    self.epoch * steps + i, self.epochs * steps, recipe.peak_learning_rate
                )
            chosen = order[i * batch : (i + 1) * batch]
            x = images[chosen]
            if recipe.crop_padding or recipe.flip:
                x = random_crop_and_flip(x, recipe.crop_padding, recipe.flip, generator)
            loss = self._loss(normalize(x), labels[chosen])
            total += self.stepper.step(loss, self.epoch * steps + i, progress)
        self.epoch += 1
        self.seconds += time.monotonic() - started
        return total / steps

    def _loss(self, x: Tensor, labels: Tensor) -> Callable[[], Tensor]:
        def loss() -> Tensor:
            self.activations.seen.clear()
            with torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.bfloat16):
                found = self.network(x)
            entropy = functional.cross_entropy(found.float(), labels)
            if not self.model.sparsity:
                return entropy
            return entropy + self.model.sparsity * _sum_of_means(self.activations.seen)

        return loss


def train(
    recipe: Recipe,
    model: Model,
    data: Path,
    directory: Path,
    full: bool,
    seed: int,
    program: Path | None,
    report: Callable[[str], None],
) -> Path:
    """Train a model and those that it starts from; goes on from what ``directory`` has.

    Returns the finished checkpoint, ``DIR/MODEL.SEED.pt``.
    """
    epochs = recipe.epochs.full if full else recipe.epochs.reduced
    target = checkpoint_of(directory, model, seed)
    training = Training(recipe, model, epochs, seed, program)
    if target.exists():
        training.restore(target, model.name)
    elif model.start:
        before = recipe.models[model.start.model]
        train(recipe, before, data, directory, full, seed, program, report)
        training.restore(_part(directory, before, seed, model.start.at), before.name)
        if training.epoch == epochs:
            save(target, training.checkpoint())
    if training.epoch == epochs:
        return target
    images, labels = load_split(recipe, data, "train")
    test_images, test_labels = load_split(recipe, data, "test")
    normalize = Normalizer(DATASETS[recipe.dataset].preprocess)
    first = training.epoch
    started = time.monotonic()
    while training.epoch < epochs:
        loss = training.run_epoch(images, labels)
        save(target, training.checkpoint())
        for at in recipe.starts_of(model.name):
            if at < 1 and training.epoch == round(at * epochs):
                save(_part(directory, model, seed, at), training.checkpoint())
        error = quantized_wrong(training.network, model, normalize, test_images, test_labels)
        elapsed = time.monotonic() - started
        left = elapsed / (training.epoch - first) * (epochs - training.epoch)
        report(
            f"{model.name} epoch {training.epoch}/{epochs} loss {loss:.4f} "
            f"error {100 * error.float().mean():.2f} % {elapsed:.0f} s, {left:.0f} s left"
        )
    return target


def _part(directory: Path, model: Model, seed: int, at: float) -> Path:
    """The checkpoint of a model at a share of its training."""
    if at == 1:
        return checkpoint_of(directory, model, seed)
    return directory / f"{model.name}.{seed}.{round(100 * at)}%.pt"

"""Gives a network its weights, a checkpoint's or seeded random ones, and counts its work."""

import math
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor, nn

from brownout_tools.training.networks import BATCH_NORMS

WEIGHTED = (nn.Conv2d, nn.Linear)


def load_checkpoint(model: nn.Module, checkpoint: Path) -> None:
    """Take a state_dict: bare, or under ``state_dict`` or ``model``; ``module.`` is dropped.

    Raises ValueError for a file that is none, or another network's.
    """
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        for key in ("state_dict", "model"):
            state = state.get(key, state)
        model.load_state_dict({name.removeprefix("module."): state[name] for name in state})
    except (AttributeError, EOFError, RuntimeError, UnpicklingError) as error:
        raise ValueError(f"{checkpoint}: no state_dict of this network: {error}") from error


def randomise(model: nn.Module, inputs: Tensor, seed: int) -> None:
    """Draw He-initialised weights (He et al., ICCV 2015); batch norms see ``inputs`` (N, ...).

    Each batch norm takes mean and variance of its own input, so that however deep the network is
    its activations stay in range and differ from image to image.
    """
    generator = torch.Generator().manual_seed(seed)

    def draw(parameter: Tensor, mean: float, deviation: float) -> None:
        with torch.no_grad():
            parameter.normal_(mean, deviation, generator=generator)

    model.eval()
    for module in model.modules():
        if isinstance(module, WEIGHTED):
            draw(module.weight, 0, math.sqrt(2 / module.weight[0].numel()))
            if module.bias is not None:
                draw(module.bias, 0, 0.05)
        elif isinstance(module, BATCH_NORMS):
            draw(module.weight, 1, 0.1)
            draw(module.bias, 0, 0.1)
            module.momentum = 1
            module.train()
    with torch.no_grad():
        model(inputs)
    model.eval()


def count(model: nn.Module, input_shape: tuple[int, ...]) -> tuple[int, int]:
    """Parameters, and multiply-accumulates of one inference: outputs x products of each."""
    macs = 0

    def add(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal macs
        macs += output.numel() * module.weight[0].numel()

    hooks = [m.register_forward_hook(add) for m in model.modules() if isinstance(m, WEIGHTED)]
    device = next(model.parameters()).device
    with torch.no_grad():
        model.eval()(torch.zeros(1, *input_shape, device=device))
    for hook in hooks:
        hook.remove()
    return sum(parameter.numel() for parameter in model.parameters()), macs

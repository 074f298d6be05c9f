"""What one step of training goes down: the gradient at the quantized weights, with and without bit
errors, and after a step uphill. Gradients pass the quantizer straight through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from brownout_tools.robust import weights
from brownout_tools.robust.bit_errors import FailingBits, chip_flips, fresh_flips, key_of
from brownout_tools.robust.nearest import nearest_words
from brownout_tools.robust.recipe import BitErrors, Model
from brownout_tools.robust.schemes import SCHEMES

Loss = Callable[[], Tensor]  # of the batch, through the network as its weights stand
RAMP_STEPS = 20


@dataclass(frozen=True)
class ErrorSource:
    """The weights as a failing memory gives them, step by step.

    ``die``: the failing bits of the recipe's die, where it has one.
    """

    errors: BitErrors
    seed: int
    die: Mapping[str, FailingBits] | None = None

    def rate(self, progress: float) -> float:
        """The bit error rate at a share of the training."""
        if self.errors.variant != "curricular":
            return self.errors.rate
        return self.errors.rate * min(1.0, int(2 * progress * RAMP_STEPS + 1) / RAMP_STEPS)

    def read(
        self, stored: Mapping[str, weights.Stored], step: int, progress: float
    ) -> dict[str, Tensor]:
        """The weights that step number ``step`` reads."""
        if self.die is not None:
            return {name: t.decode(self._from_die(name, t)) for name, t in stored.items()}
        rate = self.rate(progress)
        generator = torch.Generator().manual_seed(key_of(self.seed, "bit errors", step))
        read = {}
        for name, tensor in stored.items():
            shape, bits = tensor.words.shape, tensor.grid.bits
            if self.errors.chip is None:
                mask = fresh_flips(shape, bits, rate, generator)
            else:
                mask = chip_flips(self.errors.chip, name, shape, bits, rate)
            read[name] = tensor.decode(tensor.words ^ mask)
        return read

    def _from_die(self, name: str, tensor: weights.Stored) -> Tensor:
        assert self.die is not None
        bits, words = self.die[name], tensor.words
        if self.errors.die and self.errors.die.faq:
            words = nearest_words(tensor.grid.bits, tensor.scheme.unsigned, words, bits)
        return bits.read(words)


@dataclass
class Stepper:
    """Takes the steps of ``model``'s training, batch by batch."""

    network: nn.Module
    model: Model
    optimizer: torch.optim.Optimizer
    source: ErrorSource | None = None
    errors_on: bool = False
    parameters: dict[str, nn.Parameter] = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = weights.stored_weights(self.network)

    def step(self, loss: Loss, step: int, progress: float) -> float:
        """Take step number ``step``, at a share ``progress`` of the training; its loss.

        That is the loss of the quantized weights without errors, but for errors ``only``.
        """
        self.optimizer.zero_grad()
        if self.model.scheme is None:
            return self._descend(loss)
        stored = self._stored()
        errors = self.model.bit_errors
        if errors and self.source and errors.variant == "only":
            value = self._backward(loss, self.source.read(stored, step, progress))
            self._update()
            return value
        value = self._backward(loss, weights.clean(stored))
        if self.model.sharpness:
            self._sharpen(loss, weights.clean(stored))
        if errors and self.source:
            faulty = self._add_errors(errors, self.source, loss, stored, step, progress)
            low = value < 1.15 * errors.from_loss
            self.errors_on = low and (value + faulty) / 2 <= errors.from_loss
        self._update()
        return value

    def _stored(self) -> dict[str, weights.Stored]:
        scheme = SCHEMES[self.model.scheme or "normal"]
        return weights.store(scheme, self.model.bits, self.model.clip, self.parameters)

    def _descend(self, loss: Loss) -> float:
        found = loss()
        found.backward()
        self._update()
        return float(found.detach())

    def _backward(self, loss: Loss, values: weights.Tensors) -> float:
        """Leave the gradient at ``values`` of the weights; the loss there."""
        self.optimizer.zero_grad()
        with weights.replaced(self.parameters, values):
            found = loss()
            found.backward()
        return float(found.detach())

    def _update(self) -> None:
        self.optimizer.step()
        weights.clip_parameters(self.network, self.model.clip)

    def _sharpen(self, loss: Loss, clean: weights.Tensors) -> None:
        """The gradient a step of length rho uphill, which is made behind the quantizer (SAQ)."""
        gradients = {name: self.parameters[name].grad for name in clean}
        norm = torch.sqrt(sum(g.square().sum() for g in gradients.values() if g is not None))
        length = self.model.sharpness / (norm + 1e-12)
        uphill = {name: clean[name] + length * g for name, g in gradients.items() if g is not None}
        self._backward(loss, uphill)

    def _add_errors(
        self,
        errors: BitErrors,
        source: ErrorSource,
        loss: Loss,
        stored: Mapping[str, weights.Stored],
        step: int,
        progress: float,
    ) -> float:
        """While errors are on, add the gradient with them to the clean one; its loss, or 0."""
        if not self.errors_on:
            return 0.0
        named = dict(self.network.named_parameters())
        clean = {name: p.grad for name, p in named.items()}
        if errors.variant == "alternating":
            self._update()
            stored, clean = self._stored(), {}
        for parameter in named.values():
            parameter.grad = None
        value = self._backward(loss, source.read(stored, step, progress))
        for name, parameter in named.items():
            if parameter.grad is not None:
                parameter.grad.clamp_(-errors.largest_gradient, errors.largest_gradient)
                if clean.get(name) is not None:
                    parameter.grad += clean[name]
        return value

"""What belongs to each reference network: data set, preprocessing and training parameters."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from brownout_tools.training.datasets import DATASETS, Dataset
from brownout_tools.training.metrics import AUTOENCODERS
from brownout_tools.training.narrow_weights import fake_quantize_weights
from brownout_tools.training.networks import (
    Cifar10ResNet8,
    MnistAutoencoder,
    MnistCnn,
    fold_batch_norms,
)
from brownout_tools.zoo.catalogue import NETWORKS as ZOO


@dataclass(frozen=True)
class Recipe:
    """How to train one network; ``input_shape`` is (C, H, W).

    With ``weight_bits`` below 8 the training goes on from the checkpoint of another recipe,
    ``start``: batch norms are folded first, then weights are rounded in every forward pass.
    The only such width is 4, that of ONNX's int4.
    """

    name: str
    network: Callable[[], nn.Module]
    dataset: Dataset
    input_shape: tuple[int, int, int]
    epochs: int
    peak_learning_rate: float
    weight_decay: float
    crop_padding: int
    flip: bool
    bfloat16: bool
    weight_bits: int = 8
    start: str | None = None

    @property
    def reconstructs(self) -> bool:
        """True of an auto-encoder, whose output is to be its input; others are classifiers."""
        return self.name in AUTOENCODERS

    def trained_network(self) -> nn.Module:
        """A network as it is trained: with narrow weights, folded and fake-quantized."""
        model = self.network()
        if self.weight_bits < 8:
            fake_quantize_weights(fold_batch_norms(model), self.weight_bits)
        return model


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="mnist_cnn",
            network=MnistCnn,
            dataset=DATASETS["mnist_cnn"],
            input_shape=(1, 28, 28),
            epochs=12,
            peak_learning_rate=0.05,
            weight_decay=5e-4,
            crop_padding=2,
            flip=False,
            bfloat16=False,
        ),
        Recipe(
            name="mnist_autoencoder",
            network=MnistAutoencoder,
            dataset=DATASETS["mnist_autoencoder"],
            input_shape=(1, 28, 28),
            epochs=20,
            peak_learning_rate=0.01,
            weight_decay=0,
            crop_padding=0,
            flip=False,
            bfloat16=False,
        ),
        Recipe(
            name="cifar10_resnet8",
            network=Cifar10ResNet8,
            dataset=DATASETS["cifar10_resnet8"],
            input_shape=(3, 32, 32),
            epochs=50,
            peak_learning_rate=0.2,
            weight_decay=2e-4,
            crop_padding=4,
            flip=True,
            bfloat16=True,
        ),
        Recipe(
            name="cifar10_resnet8_w4",
            network=Cifar10ResNet8,
            dataset=DATASETS["cifar10_resnet8_w4"],
            input_shape=(3, 32, 32),
            epochs=10,
            peak_learning_rate=0.01,
            weight_decay=2e-4,
            crop_padding=4,
            flip=True,
            bfloat16=True,
            weight_bits=4,
            start="cifar10_resnet8",
        ),
        Recipe(
            name="cifar10_vgg11",
            network=ZOO["vgg11"].module,
            dataset=DATASETS["cifar10_vgg11"],
            input_shape=(3, 32, 32),
            epochs=12,
            peak_learning_rate=0.1,
            weight_decay=5e-4,
            crop_padding=4,
            flip=True,
            bfloat16=True,
        ),
        Recipe(
            name="cifar10_resnet18_stride2",
            network=ZOO["resnet18_stride2"].module,
            dataset=DATASETS["cifar10_resnet18_stride2"],
            input_shape=(3, 32, 32),
            epochs=12,
            peak_learning_rate=0.1,
            weight_decay=5e-4,
            crop_padding=4,
            flip=True,
            bfloat16=True,
        ),
    )
}

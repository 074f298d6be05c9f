"""What the zoo holds: a network's module, its input, the images that it sees, where it is from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from brownout_tools.training.datasets import CIFAR10, Preprocess
from brownout_tools.training.networks import Cifar10ResNet8
from brownout_tools.zoo.mobile import AutoEncoder, DsCnn, MobileNetV2, VisualWakeWords
from brownout_tools.zoo.plain import VGG11, VGG16, CifarAlexNet, SimpleNet, Vgg
from brownout_tools.zoo.residual import CifarResNet, ResNet18

IMAGENET = Preprocess(1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
PLAIN_PIXELS = Preprocess(1 / 255, (0.0,), (1.0,))


@dataclass(frozen=True)
class ZooNetwork:
    """A network and its input: (C, H, W), or (features,).

    ``preprocess`` is None where the input is no image but real numbers. ``calibration`` is the
    number of inputs that set ranges and, with random weights, batch norms.
    """

    name: str
    module: Callable[[], nn.Module]
    input_shape: tuple[int, ...]
    preprocess: Preprocess | None
    source: str
    calibration: int = 100
    reconstructs: bool = False  # an auto-encoder: its output is compared with its input

    @property
    def sees_cifar10(self) -> bool:
        """Whether its images are those of CIFAR-10, else they are made up."""
        return self.input_shape == (3, 32, 32)


CIFAR, LARGE = (3, 32, 32), (3, 224, 224)
HE = "He et al., Deep residual learning for image recognition, CVPR 2016"
VGG = "Simonyan and Zisserman, Very deep convolutional networks, ICLR 2015; with batch norms"
MOBILE = "Sandler et al., MobileNetV2, CVPR 2018"
TINY = "Banbury et al., MLPerf Tiny benchmark, 2021"
ALEX = "Krizhevsky et al., ImageNet classification with deep CNNs, 2012; cut for 32x32 images"
SIMPLE = "Stutz et al., Bit error robustness, MLSys 2021; batch norms in place of group norms"

NETWORKS: dict[str, ZooNetwork] = {
    network.name: network
    for network in (
        ZooNetwork("resnet8", Cifar10ResNet8, CIFAR, CIFAR10.preprocess, TINY),
        ZooNetwork("ds_cnn", DsCnn, (1, 49, 10), None, TINY),
        ZooNetwork("mobilenet_v1", VisualWakeWords, (3, 96, 96), PLAIN_PIXELS, TINY, 32),
        ZooNetwork("autoencoder", AutoEncoder, (640,), None, TINY, reconstructs=True),
        ZooNetwork("resnet20", partial(CifarResNet, 20), CIFAR, IMAGENET, HE),
        ZooNetwork("resnet32", partial(CifarResNet, 32), CIFAR, IMAGENET, HE),
        ZooNetwork("resnet56", partial(CifarResNet, 56), CIFAR, IMAGENET, HE),
        ZooNetwork("resnet18", partial(ResNet18, 10, True), CIFAR, CIFAR10.preprocess, HE),
        ZooNetwork(
            "resnet18_stride2", partial(ResNet18, 10, True, 2), CIFAR, CIFAR10.preprocess, HE
        ),
        ZooNetwork("vgg11", partial(Vgg, VGG11, 10, True), CIFAR, CIFAR10.preprocess, VGG),
        ZooNetwork("vgg16", partial(Vgg, VGG16, 10, True), CIFAR, CIFAR10.preprocess, VGG),
        ZooNetwork("alexnet", CifarAlexNet, CIFAR, CIFAR10.preprocess, ALEX),
        ZooNetwork(
            "mobilenet_v2", partial(MobileNetV2, 10, True), CIFAR, CIFAR10.preprocess, MOBILE
        ),
        ZooNetwork("simplenet", SimpleNet, CIFAR, CIFAR10.preprocess, SIMPLE),
        ZooNetwork("resnet18_224", partial(ResNet18, 1000, False), LARGE, IMAGENET, HE, 8),
        ZooNetwork(
            "mobilenet_v2_224", partial(MobileNetV2, 1000, False), LARGE, IMAGENET, MOBILE, 8
        ),
        ZooNetwork("vgg16_224", partial(Vgg, VGG16, 1000, False), LARGE, IMAGENET, VGG, 4),
    )
}

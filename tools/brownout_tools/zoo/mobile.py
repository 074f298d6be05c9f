"""Networks for small devices: MobileNetV2, and three of the four of MLPerf Tiny.

MLPerf Tiny (Banbury et al., 2021) has DS-CNN, MobileNetV1 0.25 and an auto-encoder; topology only,
neither its weights nor its code are used. Its fourth, ResNet-8, is in ``training/networks.py``.
"""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional


def convolution(
    before: int,
    after: int,
    kernel: int = 1,
    stride: int = 1,
    groups: int = 1,
    activation: type[nn.Module] = nn.ReLU6,
) -> nn.Sequential:
    """A convolution with padding by half its kernel, a batch norm and an activation."""
    padding = kernel // 2
    conv = nn.Conv2d(before, after, kernel, stride, padding, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after), activation())


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution and linear bottleneck; names are torchvision's."""

    def __init__(self, before: int, after: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = before * expansion
        expand = [convolution(before, hidden)] if expansion != 1 else []
        self.conv = nn.Sequential(
            *expand,
            convolution(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, after, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.adds_input = stride == 1 and before == after

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, before, H, W) to (N, after, H / stride, W / stride)."""
        return x + self.conv(x) if self.adds_input else self.conv(x)


class MobileNetV2(nn.Module):
    """MobileNetV2 of width 1 (Sandler et al., CVPR 2018); names are torchvision's.

    For 32x32 images the first convolution and the first stride of 2 in the blocks become 1.
    """

    #          expansion, channels, blocks, stride of the first
    STAGES = (
        *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
        *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
    )

    def __init__(self, classes: int, small_images: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = [convolution(3, 32, 3, 1 if small_images else 2)]
        channels = 32
        for stage, (expansion, width, blocks, stride) in enumerate(self.STAGES):
            for block in range(blocks):
                is_strided = block == 0 and not (small_images and stage == 1)
                layers.append(
                    InvertedResidual(channels, width, stride if is_strided else 1, expansion)
                )
                channels = width
        layers.append(convolution(channels, 1280))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, H, W) float32 to logits (N, classes)."""
        x = functional.adaptive_avg_pool2d(self.features(x), 1)
        return self.classifier(x.flatten(1))


def separable(before: int, after: int, stride: int = 1) -> nn.Sequential:
    """A depthwise 3x3 convolution and a 1x1 convolution, each with batch norm and ReLU."""
    depthwise = convolution(before, before, 3, stride, groups=before, activation=nn.ReLU)
    return nn.Sequential(depthwise, convolution(before, after, activation=nn.ReLU))


class VisualWakeWords(nn.Module):
    """MobileNetV1 (Howard et al., 2017) of width 0.25: input (N, 3, 96, 96), output (N, 2)."""

    def __init__(self) -> None:
        super().__init__()
        widths = (8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256)
        strided = (2, 4, 6, 12)  # numbers of the blocks with stride 2
        self.stem = convolution(3, 8, 3, 2, activation=nn.ReLU)
        self.blocks = nn.Sequential(
            *(
                separable(widths[i - 1], widths[i], 2 if i in strided else 1)
                for i in range(1, len(widths))
            )
        )
        self.classifier = nn.Linear(256, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, 96, 96) float32 to logits (N, 2)."""
        x = functional.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1)
        return self.classifier(x.flatten(1))


class DsCnn(nn.Module):
    """Keyword spotting: input (N, 1, 49, 10) of speech features, output (N, 12)."""

    def __init__(self) -> None:
        super().__init__()
        # 25 x 5 outputs need 4 rows of padding above and 5 below: TensorFlow's SAME.
        self.pad = nn.ZeroPad2d((1, 1, 4, 5))
        self.conv = nn.Conv2d(1, 64, (10, 4), 2, bias=False)
        self.bn = nn.BatchNorm2d(64)
        self.blocks = nn.Sequential(*(separable(64, 64) for _ in range(4)))
        self.classifier = nn.Linear(64, 12)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 1, 49, 10) float32 to logits (N, 12)."""
        x = self.blocks(functional.relu(self.bn(self.conv(self.pad(x)))))
        return self.classifier(functional.adaptive_avg_pool2d(x, 1).flatten(1))


class AutoEncoder(nn.Module):
    """Anomaly detection in sounds: maps (N, 640) log-mel features to (N, 640)."""

    def __init__(self) -> None:
        super().__init__()
        widths = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(128, 640))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 640) float32 to the reconstruction (N, 640)."""
        return self.layers(x)

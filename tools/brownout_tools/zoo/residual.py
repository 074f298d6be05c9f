"""Residual networks: ResNet-20/32/56 for CIFAR and ResNet-18 (He et al., CVPR 2016).

Submodules have the names of the checkpoints that are in circulation: in the CIFAR networks
``layer1.0.conv1`` ... ``linear``, in ResNet-18 torchvision's.
"""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut around them, which subclasses say."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)

    def shortcut(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return functional.relu(y + self.shortcut(x))


class PlainBlock(ResidualBlock):
    """A shortcut without weights (option A of the paper)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.stride, self.more = stride, (out_channels - in_channels) // 2

    def shortcut(self, x: Tensor) -> Tensor:
        """Leave out pixels, and add channels of zeros on both sides."""
        if not self.more:
            return x
        smaller = x[:, :, :: self.stride, :: self.stride]
        return functional.pad(smaller, (0, 0, 0, 0, self.more, self.more))


class CifarResNet(nn.Module):
    """ResNet of 6n + 2 layers for CIFAR: input (N, 3, 32, 32), output (N, 10)."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        blocks_per_stage = (depth - 2) // 6
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        for stage, channels in enumerate((16, 32, 64), start=1):
            blocks = [PlainBlock(channels, channels, 1) for _ in range(blocks_per_stage)]
            if stage > 1:
                blocks[0] = PlainBlock(channels // 2, channels, 2)
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, 32, 32) float32 to logits (N, 10)."""
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(functional.adaptive_avg_pool2d(x, 1).flatten(1))


class BasicBlock(ResidualBlock):
    """A shortcut of a 1x1 convolution where the shape changes (option B)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.downsample = None
        if stride != 1 or in_channels != out_channels:
            shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(out_channels))

    def shortcut(self, x: Tensor) -> Tensor:
        """Bring x to the shape of the sum."""
        return x if self.downsample is None else self.downsample(x)


class ResNet18(nn.Module):
    """ResNet-18: for 224x224 images, or with the stem that is usual for 32x32 ones.

    The small stem is one 3x3 convolution, usually without stride, and no pooling. With a stride of
    2 all maps have half the height and width, a quarter of the work, and the weights are as many.
    """

    def __init__(self, classes: int, small_images: bool, small_stride: int = 1) -> None:
        super().__init__()
        if small_images:
            self.conv1 = nn.Conv2d(3, 64, 3, small_stride, padding=1, bias=False)
        else:
            self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.Identity() if small_images else nn.MaxPool2d(3, 2, padding=1)
        widths = (64, 64, 128, 256, 512)
        for stage, (before, after) in enumerate(pairwise(widths), start=1):
            first = BasicBlock(before, after, 1 if stage == 1 else 2)
            setattr(self, f"layer{stage}", nn.Sequential(first, BasicBlock(after, after, 1)))
        self.fc = nn.Linear(512, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, H, W) float32 to logits (N, classes)."""
        x = self.maxpool(functional.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(functional.adaptive_avg_pool2d(x, 1).flatten(1))

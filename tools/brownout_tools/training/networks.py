"""The reference networks as torch modules.

Submodule names become ONNX names (``conv1``, ``block2.shortcut``, ``fc``), so a rename here renames
the weights that a user addresses in the exported files.
"""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval, fuse_linear_bn_eval

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
FUSE = {
    (nn.Conv2d, nn.BatchNorm2d): fuse_conv_bn_eval,
    (nn.Linear, nn.BatchNorm1d): fuse_linear_bn_eval,
}


class MnistCnn(nn.Module):
    """LeNet-5 class network: 44,190 weights, input (N, 1, 28, 28), output (N, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(256, 120)
        self.relu3 = nn.ReLU()
        self.fc2 = nn.Linear(120, 84)
        self.relu4 = nn.ReLU()
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 1, 28, 28) float32 to logits (N, 10)."""
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        x = self.flatten(x)
        x = self.relu3(self.fc1(x))
        x = self.relu4(self.fc2(x))
        return self.fc3(x)


class MnistAutoencoder(nn.Module):
    """Fully connected auto-encoder: 76,800 weights, input (N, 1, 28, 28), output (N, 784).

    Its first layer is written as a convolution over the whole image, so that the image, not a
    flat copy of it, is what is quantized.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encode1 = nn.Conv2d(1, 48, 28)
        self.relu1 = nn.ReLU()
        self.flatten = nn.Flatten()
        self.encode2 = nn.Linear(48, 16)
        self.relu2 = nn.ReLU()
        self.decode1 = nn.Linear(16, 48)
        self.relu3 = nn.ReLU()
        self.decode2 = nn.Linear(48, 784)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 1, 28, 28) float32 to its reconstruction (N, 784)."""
        x = self.flatten(self.relu1(self.encode1(x)))
        x = self.relu2(self.encode2(x))
        return self.decode2(self.relu3(self.decode1(x)))


class ResidualBlock(nn.Module):
    """conv3x3-bn-relu-conv3x3-bn, plus the input, relu.

    Where the shape changes the input goes through a 1x1 convolution.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        changes_shape = stride != 1 or in_channels != out_channels
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride) if changes_shape else None
        self.relu2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu2(y + (x if self.shortcut is None else self.shortcut(x)))


class Cifar10ResNet8(nn.Module):
    """The ResNet-8 topology of MLPerf Tiny: input (N, 3, 32, 32), output (N, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu1 = nn.ReLU()
        self.block1 = ResidualBlock(16, 16, 1)
        self.block2 = ResidualBlock(16, 32, 2)
        self.block3 = ResidualBlock(32, 64, 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, 32, 32) float32 to logits (N, 10)."""
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.block3(self.block2(self.block1(x)))
        return self.fc(self.flatten(self.pool(x)))


def fold_batch_norms(model: nn.Module) -> nn.Module:
    """Switch to evaluation mode and fold every batch norm into the layer before it, in place.

    Before it means: the convolution or linear layer that its parent names right before it.
    """
    model.eval()
    for parent in list(model.modules()):
        children = list(parent.named_children())
        for (layer_name, layer), (name, child) in pairwise(children):
            fuse = FUSE.get((type(layer), type(child)))
            if fuse is not None:
                setattr(parent, layer_name, fuse(layer, child))
                setattr(parent, name, nn.Identity())
    left = [name for name, child in model.named_modules() if isinstance(child, BATCH_NORMS)]
    if left:
        raise ValueError(f"batch norm {left[0]}: there is no layer before it to fold it into")
    return model

"""Networks without branches: VGG (Simonyan and Zisserman, 2015), AlexNet and SimpleNet."""

from itertools import pairwise

from torch import Tensor, nn

POOL = 0  # marks a 2x2 max pool in a list of widths
VGG11 = (64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL)
VGG16 = (64, 64, POOL, 128, 128, POOL, *(256,) * 3, POOL, *(512,) * 3, POOL, *(512,) * 3, POOL)


class Vgg(nn.Module):
    """VGG with batch norms; names are torchvision's.

    For 224x224 images with the three fully connected layers of the paper, for 32x32 with one.
    """

    def __init__(self, widths: tuple[int, ...], classes: int, small_images: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in widths:
            if width == POOL:
                layers.append(nn.MaxPool2d(2))
            else:
                convolution = nn.Conv2d(channels, width, 3, padding=1)
                layers += [convolution, nn.BatchNorm2d(width), nn.ReLU()]
                channels = width
        self.features = nn.Sequential(*layers)
        if small_images:
            self.classifier = nn.Sequential(nn.Linear(512, classes))
        else:
            self.classifier = nn.Sequential(
                *(nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout()),
                *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()),
                nn.Linear(4096, classes),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, H, W) float32 to logits (N, classes)."""
        return self.classifier(self.features(x).flatten(1))


class CifarAlexNet(nn.Module):
    """AlexNet (Krizhevsky et al., 2012) as it is usually cut for 32x32 images.

    All kernels are 3x3, pools are 2x2, the widths are the original's. There are no batch norms.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 64, 3, 2, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        )
        self.classifier = nn.Sequential(
            *(nn.Dropout(), nn.Linear(256 * 2 * 2, 4096), nn.ReLU()),
            *(nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU()),
            nn.Linear(4096, 10),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, 32, 32) float32 to logits (N, 10)."""
        return self.classifier(self.features(x).flatten(1))


class SimpleNet(nn.Module):
    """The network of Stutz et al. (MLSys 2021) for CIFAR, 64 channels wide.

    Its group norms are batch norms here: those can be folded into weights, group norms cannot.
    """

    WIDTHS = (3, 64, 128, 128, 128, 128, 128, 256, 256, 256, 512, 2048, 256, 256)
    POINTWISE = (11, 12)  # numbers of the 1x1 convolutions; the others are 3x3
    POOLED = (4, 7, 9, 10, 12)  # convolutions before a 2x2 max pool

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(pairwise(self.WIDTHS), start=1):
            kernel = 1 if number in self.POINTWISE else 3
            layers += [nn.Conv2d(before, after, kernel, padding=kernel // 2)]
            layers += [nn.BatchNorm2d(after), nn.ReLU()]
            if number in self.POOLED:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, 32, 32) float32 to logits (N, 10)."""
        return self.classifier(self.features(x).flatten(1))

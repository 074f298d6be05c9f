"""Small random TFLite networks of UINT8 throughout, as TensorFlow 1 quantized."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from random_tflite import RandomNetwork

from tflite_models import Kind, Tensor, schema

OPERATORS = (
    "conv", "depthwise", "dense", "add", "average_pool", "max_pool", "pad", "concat", "softmax",
)  # fmt: skip


class RandomUnsigned(RandomNetwork):
    """Weights have one scale and one zero point."""

    dtype = np.uint8
    lowest = 0

    def weights(
        self,
        shape: tuple[int, ...],
        axis: int,
        per_channel: bool,
        input_scale: float,
        bias_optional: bool = True,
    ) -> tuple[list[Tensor], float]:
        return super().weights(shape, axis, False, input_scale, bias_optional)

    def weight_zero_points(self, count: int) -> list[int]:
        return [self.integer(0, 255)] * count

    def pad(self, x: Tensor) -> Tensor:
        pads: NDArray[np.int32] = self.random.integers(0, 4, (4, 2)).astype(np.int32)
        pads[0] = 0
        extents = (int(n + sum(p)) for n, p in zip(x.shape, pads, strict=True))
        y = self.activation(tuple(extents), 1, like=x)
        inputs = [x, self.builder.tensor((4, 2), data=pads)]
        return self.builder.operator(Kind.PAD, inputs, y, schema.PadOptionsT)

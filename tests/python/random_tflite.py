"""Small random int8 TFLite networks of every operator that the simulator supports."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tflite_models import Activation, Builder, Kind, Tensor, schema


class RandomNetwork:
    """A chain of random operators with random shapes, windows, scales and zero points."""

    dtype: type = np.int8
    lowest = -128  # code

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.builder = Builder()

    def build(self, operators: list[str]) -> tuple[bytes, tuple[int, ...]]:
        """The file, and the shape of its input."""
        shape = (1, *(int(n) for n in self.random.integers(1, 10, 2)), self.integer(1, 7))
        first = last = self.activation(shape, self.scale())
        for name in operators:
            step: Callable[[Tensor], Tensor] = getattr(self, name)
            last = step(last)
        return self.builder.finish(first, last), shape

    def integer(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high + 1))

    def scale(self) -> float:
        return float(10 ** self.random.uniform(-3, 0.3))

    def activation(
        self, shape: tuple[int, ...], scale: float, like: Tensor | None = None
    ) -> Tensor:
        zero_point = self.integer(self.lowest, self.lowest + 255)
        if like is not None:
            quantization = self.builder.tensors[like.index].quantization
            scale, zero_point = quantization.scale[0], quantization.zeroPoint[0]
        # LiteRT wants to count the steps up to 6 in 32 bits; factors above 2^31 are refused.
        scale = min(max(scale, 1e-8), 1e4)
        return self.builder.tensor(shape, [scale], [zero_point], dtype=self.dtype)

    def fused(self) -> int:
        kinds = [Activation.NONE, Activation.RELU, Activation.RELU6, Activation.RELU_N1_TO_1]
        return kinds[self.integer(0, 3)]

    def weights(
        self,
        shape: tuple[int, ...],
        axis: int,
        per_channel: bool,
        input_scale: float,
        bias_optional: bool = True,
    ) -> tuple[list[Tensor], float]:
        """Weights and (mostly) a bias, and the scale of a sum's step."""
        channels = shape[axis]
        codes = self.random.integers(self.lowest, self.lowest + 256, shape).astype(self.dtype)
        count = channels if per_channel else 1
        scales = self.scale() * self.random.uniform(0.3, 1, count)
        made = [self.builder.tensor(shape, scales, self.weight_zero_points(count), codes, axis)]
        if not bias_optional or self.integer(0, 5) > 0:
            bias = self.random.integers(-(2**14), 2**14, channels).astype(np.int32)
            bias_scales = np.float32(input_scale) * scales.astype(np.float32)
            made.append(self.builder.tensor((channels,), bias_scales, [0] * count, bias))
        return made, input_scale * float(scales.max())

    def weight_zero_points(self, count: int) -> list[int]:
        return [0] * count

    def spread(self, step: float, products: int) -> float:
        """An output scale that spreads sums over the codes, now and then far off."""
        return step * 60 * np.sqrt(products) * float(self.random.choice([1 / 256, 0.5, 1, 1, 2, 8]))

    def window(self, x: Tensor, kernel: tuple[int, int], dilated: bool) -> dict[str, int]:
        """Strides, dilations and padding with at least one output."""
        height, width = x.shape[1:3]
        dilations = [self.integer(1, 3) if dilated and self.integer(0, 2) == 0 else 1 for _ in "hw"]
        reach = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
        fits = reach[0] <= height and reach[1] <= width
        same = not fits or self.integer(0, 1) == 0
        window = {
            "padding": schema.Padding.SAME if same else schema.Padding.VALID,
            "strideH": self.integer(1, 3),
            "strideW": self.integer(1, 3),
        }
        if dilated:
            window |= {"dilationHFactor": dilations[0], "dilationWFactor": dilations[1]}
        return window

    @staticmethod
    def extent(size: int, kernel: int, stride: int, dilation: int, padding: int) -> int:
        if padding == schema.Padding.SAME:
            return -(-size // stride)
        return (size - dilation * (kernel - 1) - 1) // stride + 1

    def slid(
        self, x: Tensor, kernel: tuple[int, int], window: dict[str, int], channels: int
    ) -> tuple[int, ...]:
        """The shape of a sliding window's result."""
        extents = (
            self.extent(size, k, window[f"stride{d}"], window.get(f"dilation{d}Factor", 1),
                        window["padding"])
            for size, k, d in zip(x.shape[1:3], kernel, "HW", strict=True)
        )  # fmt: skip
        return (1, *extents, channels)

    def conv(self, x: Tensor) -> Tensor:
        kernel = (self.integer(1, 4), self.integer(1, 4))
        groups = [g for g in range(1, x.shape[3] + 1) if x.shape[3] % g == 0]
        group = groups[self.integer(0, len(groups) - 1)] if self.integer(0, 3) == 0 else 1
        channels = group * self.integer(1, 6)
        inner = x.shape[3] // group
        shape = (channels, *kernel, inner)
        made, step = self.weights(shape, 0, self.integer(0, 3) > 0, x.scale, False)
        window = self.window(x, kernel, dilated=True)
        y = self.activation(
            self.slid(x, kernel, window, channels), self.spread(step, kernel[0] * kernel[1] * inner)
        )
        return self.builder.operator(
            Kind.CONV_2D, [x, *made], y, schema.Conv2DOptionsT,
            fusedActivationFunction=self.fused(), **window,
        )  # fmt: skip

    def depthwise(self, x: Tensor) -> Tensor:
        kernel = (self.integer(1, 4), self.integer(1, 4))
        multiplier = self.integer(1, 3)
        channels = x.shape[3] * multiplier
        made, step = self.weights((1, *kernel, channels), 3, self.integer(0, 3) > 0, x.scale)
        window = self.window(x, kernel, dilated=True)
        y = self.activation(
            self.slid(x, kernel, window, channels), self.spread(step, kernel[0] * kernel[1])
        )
        return self.builder.operator(
            Kind.DEPTHWISE_CONV_2D, [x, *made], y, schema.DepthwiseConv2DOptionsT,
            depthMultiplier=multiplier, fusedActivationFunction=self.fused(), **window,
        )  # fmt: skip

    def transposed_conv(self, x: Tensor) -> Tensor:
        """Its output is any that the same strides and padding would bring to the input's size."""
        kernel = (self.integer(1, 4), self.integer(1, 4))
        channels = self.integer(1, 6)
        shape = (channels, *kernel, x.shape[3])
        made, step = self.weights(shape, 0, self.integer(0, 3) > 0, x.scale)
        strides = (self.integer(1, 3), self.integer(1, 3))
        same = self.integer(0, 1) == 0
        extents = []
        for size, k, stride in zip(x.shape[1:3], kernel, strides, strict=True):
            largest = size * stride if same else size * stride + k - 1
            extents.append(largest - self.integer(0, stride - 1))
        y = self.activation(
            (1, *extents, channels), self.spread(step, kernel[0] * kernel[1] * x.shape[3])
        )
        wanted = self.builder.tensor((4,), data=np.array(y.shape, np.int32))
        return self.builder.operator(
            Kind.TRANSPOSE_CONV, [wanted, made[0], x, *made[1:]], y, schema.TransposeConvOptionsT,
            padding=schema.Padding.SAME if same else schema.Padding.VALID,
            strideH=strides[0], strideW=strides[1], fusedActivationFunction=self.fused(),
        )  # fmt: skip

    def dense(self, x: Tensor) -> Tensor:
        """Flattened or as it is, then a fully connected layer."""
        size = int(np.prod(x.shape))
        if self.integer(0, 1):
            x = self.reshape(x, (1, size))
        made, step = self.weights((self.integer(1, 12), size), 0, self.integer(0, 3) == 0, x.scale)
        channels = self.builder.tensors[made[0].index].shape[0]
        y = self.activation((1, channels), self.spread(step, size))
        if len(made) == 1:
            made.append(None)
        self.builder.operator(
            Kind.FULLY_CONNECTED, [x, *made], y, schema.FullyConnectedOptionsT,
            fusedActivationFunction=self.fused(),
        )  # fmt: skip
        return self.reshape(y, (1, 1, 1, channels))

    def reshape(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        y = self.activation(shape, x.scale, like=x)
        target = self.builder.tensor((len(shape),), data=np.array(shape, np.int32))
        return self.builder.operator(
            Kind.RESHAPE, [x, target], y, schema.ReshapeOptionsT, newShape=list(shape)
        )

    def add(self, x: Tensor) -> Tensor:
        """A tensor and its own pointwise convolution."""
        channels = x.shape[3]
        made, step = self.weights((channels, 1, 1, channels), 0, True, x.scale, False)
        y = self.activation(x.shape, self.spread(step, channels))
        self.builder.operator(
            Kind.CONV_2D, [x, *made], y, schema.Conv2DOptionsT, strideH=1, strideW=1,
            dilationHFactor=1, dilationWFactor=1,
        )  # fmt: skip
        z = self.activation(x.shape, max(x.scale, y.scale) * float(self.random.uniform(0.3, 2)))
        pair = [x, y] if self.integer(0, 1) else [y, x]
        return self.builder.operator(
            Kind.ADD, pair, z, schema.AddOptionsT, fusedActivationFunction=self.fused()
        )

    def average_pool(self, x: Tensor) -> Tensor:
        return self.pool(x, Kind.AVERAGE_POOL_2D)

    def max_pool(self, x: Tensor) -> Tensor:
        return self.pool(x, Kind.MAX_POOL_2D)

    def pool(self, x: Tensor, kind: int) -> Tensor:
        kernel = (self.integer(1, 4), self.integer(1, 4))
        window = self.window(x, kernel, dilated=False)
        y = self.activation(self.slid(x, kernel, window, x.shape[3]), 1, like=x)
        return self.builder.operator(
            kind, [x], y, schema.Pool2DOptionsT, filterHeight=kernel[0], filterWidth=kernel[1],
            fusedActivationFunction=self.fused(), **window,
        )  # fmt: skip

    def softmax(self, x: Tensor) -> Tensor:
        y = self.builder.tensor(x.shape, [1 / 256], [self.lowest], dtype=self.dtype)
        return self.builder.operator(
            Kind.SOFTMAX, [x], y, schema.SoftmaxOptionsT, beta=float(self.random.uniform(0.3, 2))
        )

    def ties(self, kind: int, per_channel: bool) -> tuple[bytes, NDArray]:
        """A layer whose sums are its biases, at or near the middle between two codes; an input."""
        count = 1500
        scale = np.float32(self.scale())
        weights = 10 ** self.random.uniform(-6, -3, count if per_channel else 1)
        weights = weights.astype(np.float32)
        output = np.float32(scale * weights.mean() * 10 ** self.random.uniform(0.5, 7))
        codes = self.random.integers(-120, 121, count) + 0.5
        near = np.where(self.random.random(count) < 0.7, self.random.integers(-150, 151, count), 0)
        sums = np.round(codes * output / (scale * weights.astype(float))) + near
        bias = np.clip(sums, -(2**31), 2**31 - 1).astype(np.int32)
        dense = kind == Kind.FULLY_CONNECTED
        shape = (1, 1) if dense else (1, 1, 1, 1)
        axis = 3 if kind == Kind.DEPTHWISE_CONV_2D else 0
        weight_shape = [1] * len(shape)
        weight_shape[axis] = count
        zero_points = self.weight_zero_points(len(weights))
        products = np.full(weight_shape, zero_points[0], self.dtype)  # of nothing
        inputs = [
            self.builder.tensor(shape, [scale], [3], dtype=self.dtype),
            self.builder.tensor(tuple(weight_shape), weights, zero_points, products, axis),
            self.builder.tensor((count,), scale * weights, [0] * len(weights), bias),
        ]
        y = self.builder.tensor(
            (*shape[:-1], count), [output], [self.lowest + 123], dtype=self.dtype
        )
        options = {
            Kind.FULLY_CONNECTED: (schema.FullyConnectedOptionsT, {}),
            Kind.CONV_2D: (schema.Conv2DOptionsT, {"strideH": 1, "strideW": 1}),
            Kind.DEPTHWISE_CONV_2D: (
                schema.DepthwiseConv2DOptionsT,
                {"strideH": 1, "strideW": 1, "depthMultiplier": count},
            ),
        }[kind]
        self.builder.operator(kind, inputs, y, options[0], **options[1])
        return self.builder.finish(inputs[0], y), np.zeros(shape, self.dtype)

    def mul(self, x: Tensor) -> Tensor:
        """A tensor and its own pointwise convolution, or a factor for every channel."""
        channels = x.shape[3]
        made, step = self.weights((channels, 1, 1, channels), 0, True, x.scale, False)
        y = self.activation(x.shape, self.spread(step, channels))
        self.builder.operator(
            Kind.CONV_2D, [x, *made], y, schema.Conv2DOptionsT, strideH=1, strideW=1,
            dilationHFactor=1, dilationWFactor=1,
        )  # fmt: skip
        if self.integer(0, 1):
            y = self.mean(y)
        z = self.activation(x.shape, x.scale * y.scale * float(10 ** self.random.uniform(1, 2.5)))
        pair = [x, y] if self.integer(0, 1) else [y, x]
        return self.builder.operator(
            Kind.MUL, pair, z, schema.MulOptionsT, fusedActivationFunction=self.fused()
        )

    def mean(self, x: Tensor) -> Tensor:
        y = self.activation((1, 1, 1, x.shape[3]), x.scale * float(2 ** self.random.uniform(-3, 2)))
        axes = [[1, 2], [2, 1], [-3, -2]][self.integer(0, 2)]
        constant = self.builder.tensor((2,), data=np.array(axes, np.int32))
        return self.builder.operator(
            Kind.MEAN, [x, constant], y, schema.ReducerOptionsT, keepDims=True
        )

    def pad(self, x: Tensor) -> Tensor:
        pads = self.random.integers(0, 4, (4, 2)).astype(np.int32)
        pads[0] = 0
        y = self.activation(
            tuple(int(n + sum(p)) for n, p in zip(x.shape, pads, strict=True)), 1, like=x
        )
        inputs = [x, self.builder.tensor((4, 2), data=pads)]
        if self.integer(0, 1) == 0:
            return self.builder.operator(Kind.PAD, inputs, y, schema.PadOptionsT)
        quantization = self.builder.tensors[x.index].quantization
        value = self.random.integers(-128, 128, (1,)).astype(np.int8)
        inputs.append(self.builder.tensor((1,), quantization.scale, quantization.zeroPoint, value))
        return self.builder.operator(Kind.PADV2, inputs, y, schema.PadV2OptionsT)

    def concat(self, x: Tensor) -> Tensor:
        """A tensor, its maximum pool of one element, and itself."""
        y = self.activation(x.shape, 1, like=x)
        self.builder.operator(
            Kind.MAX_POOL_2D, [x], y, schema.Pool2DOptionsT, filterHeight=1, filterWidth=1,
            strideH=1, strideW=1, fusedActivationFunction=Activation.RELU,
        )  # fmt: skip
        axis = self.integer(1, 3)
        shape = list(x.shape)
        shape[axis] *= 3
        z = self.activation(tuple(shape), 1, like=x)
        return self.builder.operator(
            Kind.CONCATENATION, [x, y, x], z, schema.ConcatenationOptionsT,
            axis=axis - 4 if self.integer(0, 1) else axis,
        )  # fmt: skip

    def sub(self, x: Tensor) -> Tensor:
        """A tensor and its own table, in either order."""
        y = self.function(x, Kind.RELU6)
        z = self.activation(x.shape, max(x.scale, y.scale) * float(self.random.uniform(0.3, 2)))
        pair = [x, y] if self.integer(0, 1) else [y, x]
        return self.builder.operator(
            Kind.SUB, pair, z, schema.SubOptionsT, fusedActivationFunction=self.fused()
        )

    def constant(self, x: Tensor) -> Tensor:
        """A sum, a difference or a product with a number, one for every channel, or one for every
        element along some dimensions."""
        channels = x.shape[3]
        some = tuple(n if self.integer(0, 1) else 1 for n in x.shape)
        shapes = [(), (1,), (channels,), (1, 1, 1, channels), x.shape[1:], some, some]
        shape = shapes[self.integer(0, 6)]
        while shape and shape[0] == 1 and self.integer(0, 2) == 0:
            shape = shape[1:]
        codes = self.random.integers(-128, 128, shape).astype(np.int8)
        constant = self.builder.tensor(shape, [self.scale()], [self.integer(-128, 127)], codes)
        kind = [Kind.ADD, Kind.SUB, Kind.MUL][self.integer(0, 2)]
        options = {
            Kind.ADD: schema.AddOptionsT,
            Kind.SUB: schema.SubOptionsT,
            Kind.MUL: schema.MulOptionsT,
        }[kind]
        spread = float(10 ** self.random.uniform(1, 2.5))
        scale = (
            x.scale * constant.scale * spread
            if kind == Kind.MUL
            else max(x.scale, constant.scale) * float(self.random.uniform(0.3, 2))
        )
        y = self.activation(x.shape, scale)
        pair = [x, constant] if self.integer(0, 1) else [constant, x]
        return self.builder.operator(kind, pair, y, options, fusedActivationFunction=self.fused())

    def function(self, x: Tensor, kind: int | None = None) -> Tensor:
        """A function of one tensor, or a change of its scale alone."""
        kinds = [
            Kind.RELU, Kind.RELU6, Kind.RELU_N1_TO_1, Kind.RELU_0_TO_1, Kind.LEAKY_RELU,
            Kind.HARD_SWISH, Kind.LOGISTIC, Kind.TANH, Kind.QUANTIZE,
        ]  # fmt: skip
        kind = kind or kinds[self.integer(0, len(kinds) - 1)]
        # LiteRT wants a hard swish's output scale not below 1/128 of the input's.
        y = self.activation(x.shape, x.scale * float(2 ** self.random.uniform(-6, 3)))
        if kind == Kind.LOGISTIC:
            y = self.builder.tensor(x.shape, [1 / 256], [-128 if self.integer(0, 3) else 5])
        if kind == Kind.TANH and self.integer(0, 1):
            y = self.builder.tensor(x.shape, [1 / 128], [0])
        if kind == Kind.LEAKY_RELU:
            alpha = float(self.random.choice([0, 0.1, 0.3, 1.5]))
            return self.builder.operator(kind, [x], y, schema.LeakyReluOptionsT, alpha=alpha)
        return self.builder.operator(kind, [x], y)

    def cut(self, x: Tensor) -> Tensor:
        """SLICE, or STRIDED_SLICE with masks, of a part or with steps."""
        dims = np.array(x.shape)
        first = np.array([self.integer(0, n - 1) for n in dims], np.int32)
        end = np.array([self.integer(f + 1, n) for f, n in zip(first, dims, strict=True)], np.int32)
        steps = np.ones(4, np.int32)
        masks = {"beginMask": 0, "endMask": 0}
        strided = self.integer(0, 2)
        if strided == 0:
            given = [first, np.where(self.random.random(4) < 0.3, -1, end - first).astype(np.int32)]
            extents = np.where(given[1] == -1, dims - first, given[1])
        elif strided == 1:
            masks = {"beginMask": self.integer(0, 15), "endMask": self.integer(0, 15)}
            begins = [masks["beginMask"] >> d & 1 for d in range(4)]
            ends = [masks["endMask"] >> d & 1 for d in range(4)]
            extents = np.where(ends, dims, end) - np.where(begins, 0, first)
            negative = (self.random.random(4) < 0.3) & (end < dims)
            given = [first, np.where(negative, end - dims, end).astype(np.int32), steps]
        else:
            steps[1:3] = self.random.integers(1, 4, 2)
            given = [0 * first, dims.astype(np.int32), steps]
            extents = -(-dims // steps)
        y = self.activation(tuple(int(n) for n in extents), 1, like=x)
        constants = [self.builder.tensor((4,), data=values.astype(np.int32)) for values in given]
        if strided == 0:
            return self.builder.operator(Kind.SLICE, [x, *constants], y, schema.SliceOptionsT)
        return self.builder.operator(
            Kind.STRIDED_SLICE, [x, *constants], y, schema.StridedSliceOptionsT, **masks
        )

    def split(self, x: Tensor) -> Tensor:
        """Equal parts, and their product."""
        axis = self.integer(1, 3)
        parts = [n for n in range(1, 5) if x.shape[axis] % n == 0][-1]
        shape = list(x.shape)
        shape[axis] //= parts
        made = [self.activation(tuple(shape), 1, like=x) for _ in range(parts)]
        given = self.builder.tensor((), data=np.array(axis - 4 * self.integer(0, 1), np.int32))
        self.builder.operator(
            Kind.SPLIT, [given, x], made[0], schema.SplitOptionsT, numSplits=parts
        )
        self.builder.operators[-1].outputs = [part.index for part in made]
        z = self.activation(tuple(shape), x.scale * x.scale * 100)
        return self.builder.operator(Kind.MUL, [made[0], made[-1]], z, schema.MulOptionsT)

    def turn(self, x: Tensor) -> Tensor:
        """A mean over the pixels whose dimensions of 1 change their places."""
        x = self.mean(x)
        y = self.activation((1, x.shape[3], 1, 1), 1, like=x)
        order = self.builder.tensor((4,), data=np.array([0, 3, 1, 2], np.int32))
        self.builder.operator(Kind.TRANSPOSE, [x, order], y, schema.TransposeOptionsT)
        return self.reshape(y, x.shape)

"""Random operators that bring tensors into other shapes and orders, repeat or join them."""

from __future__ import annotations

import itertools

import numpy as np
from random_tflite import RandomNetwork

from tflite_models import Kind, Tensor, schema


class RandomViews(RandomNetwork):
    """The chain of random operators, with those that move, repeat, reduce and broadcast."""

    def constant_of(self, values: object) -> Tensor:
        data = np.array(values, np.int32)
        return self.builder.tensor(data.shape, data=data)

    def like(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        return self.activation(tuple(int(n) for n in shape), 1, like=x)

    def transpose(self, x: Tensor) -> Tensor:
        order = [0, *(int(n) for n in self.random.permutation([1, 2, 3]))]
        y = self.like(x, tuple(x.shape[axis] for axis in order))
        given = self.constant_of([axis - 4 * self.integer(0, 1) for axis in order])
        self.builder.operator(Kind.TRANSPOSE, [x, given], y, schema.TransposeOptionsT)
        return self.max_pool(y)  # else there may be no node

    def reverse(self, x: Tensor) -> Tensor:
        first = self.integer(1, 3)
        axes = range(first, self.integer(first, 3) + 1)  # LiteRT wants neighbours
        y = self.like(x, x.shape)
        given = self.constant_of([axis - 4 * self.integer(0, 1) for axis in axes])
        return self.builder.operator(Kind.REVERSE_V2, [x, given], y, schema.ReverseV2OptionsT)

    def shuffle(self, x: Tensor) -> Tensor:
        """Channels in groups, dealt out: a transposition of five dimensions."""
        _, height, width, channels = x.shape
        groups = [g for g in range(1, channels + 1) if channels % g == 0]
        group = groups[self.integer(0, len(groups) - 1)]
        split = self.reshape(x, (1, height, width, group, channels // group))
        y = self.like(x, (1, height, width, channels // group, group))
        order = self.constant_of([0, 1, 2, 4, 3])
        self.builder.operator(Kind.TRANSPOSE, [split, order], y, schema.TransposeOptionsT)
        return self.max_pool(self.reshape(y, x.shape))

    def other_shape(self, x: Tensor) -> Tensor:
        """A map whose elements keep their order, by a shape that the graph computes."""
        sizes = [int(n) for n in self.random.permutation(x.shape[1:])]
        whole = self.builder.tensor((4,), dtype=np.int32)
        self.builder.operator(
            Kind.SHAPE, [x], whole, schema.ShapeOptionsT, outType=schema.TensorType.INT32
        )
        batch = self.builder.tensor((), dtype=np.int32)
        bounds = [self.constant_of([n]) for n in (0, 1, 1)]
        self.builder.operator(
            Kind.STRIDED_SLICE, [whole, *bounds], batch, schema.StridedSliceOptionsT,
            shrinkAxisMask=1,
        )  # fmt: skip
        packed = self.builder.tensor((4,), dtype=np.int32)
        parts = [batch, *(self.constant_of(n) for n in sizes)]
        self.builder.operator(Kind.PACK, parts, packed, schema.PackOptionsT, valuesCount=4)
        y = self.like(x, (1, *sizes))
        self.builder.tensors[y.index].shapeSignature = [-1, -1, *sizes[1:]]
        self.builder.operator(Kind.RESHAPE, [x, packed], y, schema.ReshapeOptionsT)
        return self.max_pool(y)

    def dense_of_pixels(self, x: Tensor) -> Tensor:
        """A fully connected layer of every pixel, of the map or of its pixels in a row."""
        keeps = self.integer(0, 1)
        pixels = x if keeps else self.reshape(x, (x.shape[1] * x.shape[2], x.shape[3]))
        channels = self.integer(1, 8)
        made, step = self.weights((channels, x.shape[3]), 0, self.integer(0, 2) == 0, x.scale)
        made += [None] * (2 - len(made))
        y = self.activation((*pixels.shape[:-1], channels), self.spread(step, x.shape[3]))
        self.builder.operator(
            Kind.FULLY_CONNECTED, [pixels, *made], y, schema.FullyConnectedOptionsT,
            fusedActivationFunction=self.fused(), keepNumDims=bool(keeps),
        )  # fmt: skip
        return y if keeps else self.reshape(y, (*x.shape[:-1], channels))

    def spread_conv(self, x: Tensor) -> Tensor:
        """A dilated convolution as converters write it, of each pixel's block."""
        block, kernel = self.random.integers(1, 4, 2), self.random.integers(1, 4, 2)
        reach = block * (kernel - 1) + 1
        pads = self.random.integers(0, 3, (2, 2))
        extents = np.array(x.shape[1:3])
        pads[:, 0] += np.maximum(reach - extents - pads.sum(1), 0)
        extra = -(extents + pads.sum(1)) % block
        crops = np.stack([0 * extra, extra], axis=1)
        pads[:, 1] += extra
        count, (height, width) = int(np.prod(block)), (extents + pads.sum(1)) // block
        blocks = self.like(x, (count, height, width, x.shape[3]))
        size = self.constant_of(block)
        self.builder.operator(
            Kind.SPACE_TO_BATCH_ND, [x, size, self.constant_of(pads)], blocks,
            schema.SpaceToBatchNDOptionsT,
        )  # fmt: skip
        channels, deep = self.integer(1, 5), self.integer(0, 1) == 0
        kind, options, shape, axis = (
            (Kind.DEPTHWISE_CONV_2D, schema.DepthwiseConv2DOptionsT, (1, *kernel, x.shape[3]), 3)
            if deep
            else (Kind.CONV_2D, schema.Conv2DOptionsT, (channels, *kernel, x.shape[3]), 0)
        )
        fields = {"depthMultiplier": 1} if deep else {}
        made, step = self.weights(tuple(int(n) for n in shape), axis, True, x.scale, False)
        made_shape = (int(height - kernel[0] + 1), int(width - kernel[1] + 1), shape[axis])
        y = self.activation((count, *made_shape), self.spread(step, int(np.prod(shape[1:]))))
        self.builder.operator(
            kind, [blocks, *made], y, options, padding=schema.Padding.VALID, strideH=1, strideW=1,
            fusedActivationFunction=self.fused(), **fields,
        )  # fmt: skip
        whole = np.array(made_shape[:2]) * block - crops.sum(1)
        z = self.like(y, (1, *whole, shape[axis]))
        return self.builder.operator(
            Kind.BATCH_TO_SPACE_ND, [y, size, self.constant_of(crops)], z,
            schema.BatchToSpaceNDOptionsT,
        )  # fmt: skip

    def blocks(self, x: Tensor) -> Tensor:
        """Pixels to channels or channels to pixels, in blocks."""
        _, height, width, channels = x.shape
        deep = next(n for n in (3, 2, 1) if channels % (n * n) == 0)
        flat = next(n for n in (3, 2, 1) if height % n == 0 and width % n == 0)
        if deep > 1:
            y = self.like(x, (1, height * deep, width * deep, channels // deep**2))
            return self.builder.operator(
                Kind.DEPTH_TO_SPACE, [x], y, schema.DepthToSpaceOptionsT, blockSize=deep
            )
        y = self.like(x, (1, height // flat, width // flat, channels * flat**2))
        return self.builder.operator(
            Kind.SPACE_TO_DEPTH, [x], y, schema.SpaceToDepthOptionsT, blockSize=flat
        )

    def enlarge(self, x: Tensor) -> Tensor:
        """Nearest neighbours, by powers of two."""
        times = [int(n) for n in self.random.choice([1, 2, 4], 2)]
        if x.shape[1] * x.shape[2] > 400:
            times = [1, 1]
        y = self.like(x, (1, x.shape[1] * times[0], x.shape[2] * times[1], x.shape[3]))
        return self.builder.operator(
            Kind.RESIZE_NEAREST_NEIGHBOR, [x, self.constant_of(y.shape[1:3])], y,
            schema.ResizeNearestNeighborOptionsT, halfPixelCenters=bool(self.integer(0, 1)),
        )  # fmt: skip

    def reduce(self, x: Tensor) -> Tensor:
        """A mean or a maximum over some dimensions, which are kept as 1 or come back so."""
        axes = [axis for axis in (1, 2, 3) if self.integer(0, 1)] or [self.integer(1, 3)]
        shape = tuple(1 if axis in axes else n for axis, n in enumerate(x.shape))
        keeps = self.integer(0, 1)
        made = shape if keeps else tuple(n for axis, n in enumerate(x.shape) if axis not in axes)
        kind = [Kind.MEAN, Kind.REDUCE_MAX][self.integer(0, 1)]
        y = (
            self.like(x, made)
            if kind == Kind.REDUCE_MAX
            else self.activation(made, x.scale * float(2 ** self.random.uniform(-3, 2)))
        )
        given = self.constant_of([axis - 4 * self.integer(0, 1) for axis in axes])
        self.builder.operator(kind, [x, given], y, schema.ReducerOptionsT, keepDims=bool(keeps))
        return y if keeps else self.reshape(y, shape)

    def part_of(self, x: Tensor) -> Tensor:
        """A tensor of 1 along some dimensions, another table of x: its elements are repeated."""
        y = self.function(x, Kind.RELU6)
        size = [1, *(1 if self.integer(0, 1) else n for n in x.shape[1:])]
        first = [0, *(self.integer(0, n - s) for n, s in zip(x.shape[1:], size[1:], strict=True))]
        part = self.like(y, tuple(size))
        return self.builder.operator(
            Kind.SLICE, [y, self.constant_of(first), self.constant_of(size)], part,
            schema.SliceOptionsT,
        )  # fmt: skip

    def repeated(self, x: Tensor) -> Tensor:
        """A sum, difference or product of a tensor and a part of it, in either order."""
        part = self.part_of(x)
        kind, options = [
            (Kind.ADD, schema.AddOptionsT),
            (Kind.SUB, schema.SubOptionsT),
            (Kind.MUL, schema.MulOptionsT),
        ][self.integer(0, 2)]
        scale = max(x.scale, part.scale) * float(self.random.uniform(0.3, 2))
        if kind == Kind.MUL:
            scale = x.scale * part.scale * float(10 ** self.random.uniform(1, 2.5))
        y = self.activation(x.shape, scale)
        pair = [x, part] if self.integer(0, 1) else [part, x]
        return self.builder.operator(kind, pair, y, options, fusedActivationFunction=self.fused())

    def extreme(self, x: Tensor) -> Tensor:
        """The larger or smaller of two tensors, or of one and constants."""
        kind = [Kind.MAXIMUM, Kind.MINIMUM][self.integer(0, 1)]
        form = self.integer(0, 2)
        if form == 0:
            other = self.like(x, x.shape)
            self.builder.operator(
                Kind.MAX_POOL_2D, [x], other, schema.Pool2DOptionsT, filterHeight=2, filterWidth=2,
                strideH=1, strideW=1, padding=schema.Padding.SAME,
            )  # fmt: skip
        elif form == 1:
            size = [1, *(1 if self.integer(0, 1) else n for n in x.shape[1:])]
            other = self.like(x, tuple(size))
            self.builder.operator(
                Kind.SLICE, [x, self.constant_of([0] * 4), self.constant_of(size)], other,
                schema.SliceOptionsT,
            )  # fmt: skip
        else:
            quantization = self.builder.tensors[x.index].quantization
            shape = (x.shape[3],) if self.integer(0, 1) else ()
            codes = self.random.integers(-128, 128, shape).astype(np.int8)
            other = self.builder.tensor(shape, quantization.scale, quantization.zeroPoint, codes)
        y = self.like(x, x.shape)
        pair = [x, other] if self.integer(0, 1) else [other, x]
        return self.builder.operator(kind, pair, y, schema.MaximumMinimumOptionsT)

    def slopes(self, x: Tensor) -> Tensor:
        """A PRELU: a slope for every channel."""
        codes = self.random.integers(-128, 128, (1, 1, x.shape[3])).astype(np.int8)
        alpha = self.builder.tensor(codes.shape, [self.scale()], [self.integer(-128, 127)], codes)
        y = self.activation(x.shape, x.scale * float(2 ** self.random.uniform(-2, 3)))
        return self.builder.operator(Kind.PRELU, [x, alpha], y)

    def uneven(self, x: Tensor) -> Tensor:
        """SPLIT_V, and its parts in another order."""
        axis = self.integer(1, 3)
        extent = x.shape[axis]
        cuts = sorted({0, self.integer(0, extent), self.integer(0, extent), extent})
        sizes = [b - a for a, b in itertools.pairwise(cuts)]
        made = [
            self.like(x, tuple(size if d == axis else n for d, n in enumerate(x.shape)))
            for size in sizes
        ]
        given = list(sizes)
        given[self.integer(0, len(sizes) - 1)] = -1
        inputs = [x, self.constant_of(given), self.constant_of(axis - 4 * self.integer(0, 1))]
        self.builder.operator(
            Kind.SPLIT_V, inputs, made[0], schema.SplitVOptionsT, numSplits=len(sizes)
        )
        self.builder.operators[-1].outputs = [part.index for part in made]
        y = self.like(x, x.shape)
        return self.builder.operator(
            Kind.CONCATENATION, made[::-1], y, schema.ConcatenationOptionsT, axis=axis
        )

    def every_other(self, x: Tensor) -> Tensor:
        """A part with steps along each dimension, or one element of it."""
        dims = np.array(x.shape)
        first = np.array([self.integer(0, n - 1) for n in dims], np.int32)
        end = np.array([self.integer(f + 1, n) for f, n in zip(first, dims, strict=True)])
        steps = np.array([1, *self.random.integers(1, 4, 3)], np.int32)
        extents = -(-(end - first) // steps)
        axis = self.integer(1, 3)
        alone = self.integer(0, 1)
        shape = [int(n) for n in extents]
        if alone:
            shape.pop(axis)
        y = self.like(x, tuple(shape))
        given = [self.constant_of(values) for values in (first, end, steps)]
        self.builder.operator(
            Kind.STRIDED_SLICE, [x, *given], y, schema.StridedSliceOptionsT,
            shrinkAxisMask=1 << axis if alone else 0,
        )  # fmt: skip
        if not alone:
            return y
        z = self.like(x, (*shape[:axis], 1, *shape[axis:]))
        return self.builder.operator(
            Kind.EXPAND_DIMS, [y, self.constant_of(axis)], z, schema.ExpandDimsOptionsT
        )

"""Random arithmetic on shapes, as converters write it where the batch is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from random_tflite_views import RandomViews

from tflite_models import Kind, Tensor, schema


@dataclass(frozen=True)
class Known:
    """Integers of the graph, and what NumPy says that they are."""

    tensor: Tensor
    value: NDArray


SUMS = {
    Kind.ADD: (np.add, schema.AddOptionsT),
    Kind.SUB: (np.subtract, schema.SubOptionsT),
    Kind.MUL: (np.multiply, schema.MulOptionsT),
    Kind.FLOOR_DIV: (np.floor_divide, schema.FloorDivOptionsT),
    Kind.FLOOR_MOD: (np.mod, schema.FloorModOptionsT),
    Kind.MAXIMUM: (np.maximum, schema.MaximumMinimumOptionsT),
    Kind.MINIMUM: (np.minimum, schema.MaximumMinimumOptionsT),
}
COMPARISONS = {
    Kind.EQUAL: (np.equal, schema.EqualOptionsT),
    Kind.NOT_EQUAL: (np.not_equal, schema.NotEqualOptionsT),
    Kind.LESS: (np.less, schema.LessOptionsT),
    Kind.LESS_EQUAL: (np.less_equal, schema.LessEqualOptionsT),
    Kind.GREATER: (np.greater, schema.GreaterOptionsT),
    Kind.GREATER_EQUAL: (np.greater_equal, schema.GreaterEqualOptionsT),
}
REDUCTIONS = {
    Kind.REDUCE_PROD: np.prod,
    Kind.SUM: np.sum,
    Kind.REDUCE_MAX: np.max,
    Kind.REDUCE_MIN: np.min,
}


class RandomShapes(RandomViews):
    """A RESHAPE whose dimensions hang on every number that a chain of operators computes."""

    def computed_shape(self, x: Tensor) -> Tensor:
        v = self.emit(Kind.SHAPE, [x], np.array(x.shape, np.int32), schema.ShapeOptionsT, outType=2)
        steps: list[Callable[[Known], Known]] = [
            self.calculated, self.compared, self.reduced, self.sliced, self.strided, self.picked,
            self.packed, self.joined, self.recast, self.viewed, self.unpacked, self.filled,
            self.counted, self.negated, self.parted, self.turned_around, self.tiled,
        ]  # fmt: skip
        for _ in range(self.integer(1, 6)):
            v = steps[self.integer(0, len(steps) - 1)](v)
        return self.max_pool(self.reshaped_by(x, v))  # else there may be no node

    def reshaped_by(self, x: Tensor, v: Known) -> Tensor:
        """To the shape that x has; wrong numbers would make another."""
        if v.value.dtype != np.int32:
            v = self.cast(v, np.int32)
        flat = self.emit(
            Kind.RESHAPE,
            [v, self.known(np.array([-1]))],
            v.value.reshape(-1),
            schema.ReshapeOptionsT,
        )
        indices = self.random.integers(0, flat.value.size, 4).astype(np.int32)
        four = self.emit(
            Kind.GATHER, [flat, self.known(indices)], flat.value[indices], schema.GatherOptionsT
        )
        rest = self.known(np.array(x.shape, np.int32) - four.value)
        shape = self.emit(Kind.ADD, [four, rest], np.array(x.shape, np.int32), schema.AddOptionsT)
        y = self.activation(x.shape, x.scale, like=x)
        return self.builder.operator(Kind.RESHAPE, [x, shape.tensor], y, schema.ReshapeOptionsT)

    def known(self, value: object, dtype: type = np.int32) -> Known:
        data = np.array(value, dtype)
        return Known(self.builder.tensor(data.shape, data=data), data)

    def emit(
        self,
        kind: int,
        inputs: list[Known | Tensor],
        value: NDArray,
        options: type | None = None,
        **fields: object,
    ) -> Known:
        value = np.asarray(value)
        y = self.builder.tensor(value.shape, dtype=value.dtype.type)
        tensors = [each.tensor if isinstance(each, Known) else each for each in inputs]
        self.builder.operator(kind, tensors, y, options, **fields)
        return Known(y, value)

    def other(self, v: Known, low: int = -3) -> Known:
        """A constant of its shape, its last dimension, or a scalar; not 0."""
        shapes = [v.value.shape, v.value.shape[-1:], ()]
        values = self.random.integers(low, 5, shapes[self.integer(0, 2)])
        return self.known(np.where(values == 0, 2, values), v.value.dtype.type)

    def calculated(self, v: Known) -> Known:
        kind = list(SUMS)[self.integer(0, len(SUMS) - 1)]
        if v.value.dtype == np.int64 and kind in (Kind.FLOOR_DIV, Kind.FLOOR_MOD):
            v = self.cast(v, np.int32)
        function, options = SUMS[kind]
        w = self.other(v)
        swap = kind not in (Kind.FLOOR_DIV, Kind.FLOOR_MOD) and self.integer(0, 1)
        pair = [w, v] if swap else [v, w]
        made = function(*(each.value for each in pair)).astype(v.value.dtype)
        if np.abs(made).max() > 10**6:
            return v
        return self.emit(kind, pair, made, options)

    def compared(self, v: Known) -> Known:
        """A choice by a comparison with constants."""
        kind = list(COMPARISONS)[self.integer(0, len(COMPARISONS) - 1)]
        function, options = COMPARISONS[kind]
        w = self.other(v)
        which = self.emit(kind, [v, w], function(v.value, w.value), options)
        if self.integer(0, 1):
            which = self.emit(Kind.LOGICAL_NOT, [which], ~which.value, schema.LogicalNotOptionsT)
        w = self.known(self.random.integers(1, 9, v.value.shape), v.value.dtype.type)
        chosen = np.where(which.value, v.value, w.value)
        return self.emit(Kind.SELECT_V2, [which, v, w], chosen, schema.SelectV2OptionsT)

    def reduced(self, v: Known) -> Known:
        if v.value.ndim == 0:
            return v
        kind = list(REDUCTIONS)[self.integer(0, len(REDUCTIONS) - 1)]
        axis, keeps = self.integer(0, v.value.ndim - 1), bool(self.integer(0, 1))
        made = REDUCTIONS[kind](v.value, axis=axis, keepdims=keeps).astype(v.value.dtype)
        if np.abs(made).max() > 10**6:
            return v
        axes = self.known([axis - v.value.ndim * self.integer(0, 1)])
        return self.emit(kind, [v, axes], made, schema.ReducerOptionsT, keepDims=keeps)

    def bounds(self, v: Known) -> tuple[NDArray, NDArray]:
        first = np.array([self.integer(0, n - 1) for n in v.value.shape], np.int32)
        pairs = zip(first, v.value.shape, strict=True)
        return first, np.array([self.integer(f + 1, n) for f, n in pairs], np.int32)

    def sliced(self, v: Known) -> Known:
        if v.value.ndim == 0:
            return v
        first, end = self.bounds(v)
        part = v.value[tuple(slice(f, e) for f, e in zip(first, end, strict=True))]
        rest = (end == v.value.shape) & (self.random.random(v.value.ndim) < 0.5)
        size = np.where(rest, -1, end - first)
        given = [self.known(first), self.known(size)]
        return self.emit(Kind.SLICE, [v, *given], part, schema.SliceOptionsT)

    def strided(self, v: Known) -> Known:
        if v.value.ndim == 0:
            return v
        first, end = self.bounds(v)
        steps = self.random.integers(1, 4, v.value.ndim).astype(np.int32)
        only = self.integer(0, 1)
        parts = zip(first, end, steps, strict=True)
        part = v.value[tuple(slice(f, e, s) for f, e, s in parts)]
        if only:
            part = part[0]
            steps[0] = 1
        negative = self.integer(0, 1)
        given = [first, np.where(end < v.value.shape, end, 2**31 - 1)]
        if negative:
            given[0] = first - np.array(v.value.shape, np.int32)
        tensors = [self.known(values) for values in (*given, steps)]
        return self.emit(
            Kind.STRIDED_SLICE, [v, *tensors], part, schema.StridedSliceOptionsT,
            shrinkAxisMask=only,
        )  # fmt: skip

    def picked(self, v: Known) -> Known:
        if v.value.ndim == 0:
            return v
        axis = self.integer(0, v.value.ndim - 1)
        shape = [(), (2,), (3,)][self.integer(0, 2)]
        indices = self.random.integers(0, v.value.shape[axis], shape).astype(np.int32)
        return self.emit(
            Kind.GATHER, [v, self.known(indices)], np.take(v.value, indices, axis),
            schema.GatherOptionsT, axis=axis,
        )  # fmt: skip

    def packed(self, v: Known) -> Known:
        if v.value.ndim > 2 or v.value.size > 8:
            return v
        w = self.known(self.random.integers(1, 9, v.value.shape), v.value.dtype.type)
        pair = [v, w, v][self.integer(0, 1) :]
        axis = self.integer(0, v.value.ndim)
        made = np.stack([each.value for each in pair], axis)
        return self.emit(
            Kind.PACK, pair, made, schema.PackOptionsT, axis=axis, valuesCount=len(pair)
        )

    def joined(self, v: Known) -> Known:
        if v.value.ndim == 0 or v.value.size > 12:
            return v
        axis = self.integer(0, v.value.ndim - 1)
        shape = list(v.value.shape)
        shape[axis] = self.integer(1, 2)
        w = self.known(self.random.integers(1, 9, shape), v.value.dtype.type)
        pair = [v, w] if self.integer(0, 1) else [w, v]
        made = np.concatenate([each.value for each in pair], axis)
        return self.emit(Kind.CONCATENATION, pair, made, schema.ConcatenationOptionsT, axis=axis)

    def cast(self, v: Known, dtype: type) -> Known:
        return self.emit(Kind.CAST, [v], v.value.astype(dtype), schema.CastOptionsT)

    def recast(self, v: Known) -> Known:
        return self.cast(v, np.int64 if v.value.dtype == np.int32 else np.int32)

    def viewed(self, v: Known) -> Known:
        if v.value.ndim > 2:
            flat = self.known([-1])
            return self.emit(Kind.RESHAPE, [v, flat], v.value.reshape(-1), schema.ReshapeOptionsT)
        if 1 in v.value.shape and self.integer(0, 1):
            axis = v.value.shape.index(1)
            return self.emit(
                Kind.SQUEEZE, [v], v.value.squeeze(axis), schema.SqueezeOptionsT,
                squeezeDims=[axis],
            )  # fmt: skip
        axis = self.integer(0, v.value.ndim)
        made = np.expand_dims(v.value, axis)
        return self.emit(Kind.EXPAND_DIMS, [v, self.known(axis)], made, schema.ExpandDimsOptionsT)

    def unpacked(self, v: Known) -> Known:
        """One index of a dimension, by UNPACK of all."""
        if v.value.ndim == 0 or v.value.dtype != np.int32:
            return v
        axis = self.integer(0, v.value.ndim - 1)
        count = v.value.shape[axis]
        parts = [np.take(v.value, i, axis) for i in range(count)]
        made = self.emit(Kind.UNPACK, [v], parts[0], schema.UnpackOptionsT, axis=axis, num=count)
        dtype = v.value.dtype.type
        rest = [
            Known(self.builder.tensor(part.shape, dtype=dtype), np.asarray(part))
            for part in parts[1:]
        ]
        made = [made, *rest]
        self.builder.operators[-1].outputs = [part.tensor.index for part in made]
        return made[self.integer(0, count - 1)]

    def parted(self, v: Known) -> Known:
        """The last of two equal parts."""
        if v.value.ndim == 0 or v.value.shape[0] % 2 or v.value.dtype != np.int32:
            return v
        parts = np.split(v.value, 2)
        first = self.emit(
            Kind.SPLIT, [self.known(0), v], parts[0], schema.SplitOptionsT, numSplits=2
        )
        last = Known(self.builder.tensor(parts[1].shape, dtype=np.int32), parts[1])
        self.builder.operators[-1].outputs = [first.tensor.index, last.tensor.index]
        return last

    def filled(self, v: Known) -> Known:
        """As many of one number as a number of the shape says."""
        count = self.integer(1, 4)
        times = self.known([count])
        if v.value.ndim != 0:
            axes = self.known(range(v.value.ndim))
            v = self.emit(Kind.REDUCE_MAX, [v, axes], v.value.max(), schema.ReducerOptionsT)
        return self.emit(Kind.FILL, [times, v], np.full(count, v.value), schema.FillOptionsT)

    def counted(self, v: Known) -> Known:
        """A range, scaled by the numbers."""
        if v.value.dtype != np.int32 or v.value.size != 1:
            return v
        limits = [self.integer(-4, 4), 0, self.integer(1, 3)]
        limits[1] = limits[0] + self.integer(1, 9)
        if self.integer(0, 1):
            limits = [limits[1], limits[0], -limits[2]]
        given = [self.known(limit) for limit in limits]
        made = self.emit(
            Kind.RANGE, given, np.arange(*limits, dtype=np.int32), schema.RangeOptionsT
        )
        return self.emit(Kind.ADD, [made, v], made.value + v.value, schema.AddOptionsT)

    def negated(self, v: Known) -> Known:
        return self.emit(Kind.NEG, [v], -v.value, schema.NegOptionsT)

    def turned_around(self, v: Known) -> Known:
        if v.value.ndim == 0:
            return v
        axis = self.integer(0, v.value.ndim - 1)
        return self.emit(
            Kind.REVERSE_V2, [v, self.known([axis])], np.flip(v.value, axis),
            schema.ReverseV2OptionsT,
        )  # fmt: skip

    def tiled(self, v: Known) -> Known:
        if v.value.ndim == 0 or v.value.size > 8:
            return v
        times = self.random.integers(1, 3, v.value.ndim).astype(np.int32)
        return self.emit(
            Kind.TILE, [v, self.known(times)], np.tile(v.value, times), schema.TileOptionsT
        )

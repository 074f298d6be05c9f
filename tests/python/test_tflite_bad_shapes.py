"""Arithmetic on shapes in TFLite files that is refused: the message names operator and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from refusals import refusal

from brownout_binary import needs_brownout

pytest.importorskip("ai_edge_litert", reason="no ai-edge-litert: its schema writes the files")

from tflite_models import Builder, Kind, Tensor, convolution, schema

pytestmark = needs_brownout

After = Callable[[Builder, Tensor], Tensor]


def numbers(
    kind: int, options: type | None, *constants: object, dtype: type = np.int32, **fields: object
) -> After:
    """An operator on the shape of the convolution's result, and a RESHAPE to what it computes."""

    def append(builder: Builder, y: Tensor) -> Tensor:
        shape = builder.tensor((4,), dtype=np.int32, name="shape")
        builder.operator(Kind.SHAPE, [y], shape, schema.ShapeOptionsT, outType=2)
        arrays = [np.array(values, np.int32) for values in constants]
        inputs = [builder.tensor(values.shape, data=values) for values in arrays]
        made = builder.tensor((4,), dtype=dtype, name="made")
        builder.operator(kind, [shape, *inputs], made, options, **fields)
        z = builder.tensor(y.shape, [0.5], [0], name="z")
        return builder.operator(Kind.RESHAPE, [y, made], z, schema.ReshapeOptionsT)

    return append


def function_of_shape(builder: Builder, y: Tensor) -> Tensor:
    shape = builder.tensor((4,), dtype=np.int32, name="shape")
    builder.operator(Kind.SHAPE, [y], shape, schema.ShapeOptionsT, outType=2)
    z = builder.tensor(y.shape, [0.5], [0], name="z")
    return builder.operator(Kind.ADD, [y, shape], z, schema.AddOptionsT)


NUMBERS: dict[str, tuple[After, str]] = {
    "real numbers": (
        numbers(Kind.CAST, schema.CastOptionsT, dtype=np.float32),
        "operator 2 (CAST): it makes FLOAT32 of the numbers of a shape: only INT32, INT64 and BOOL",
    ),
    "another operator": (
        numbers(Kind.TOPK_V2, schema.TopKV2OptionsT, 2),
        "operator 2 (TOPK_V2): it is not supported on the numbers of a shape; supported are ADD, ",
    ),
    "index": (
        numbers(Kind.GATHER, schema.GatherOptionsT, [0, 1, 2, 4]),
        "operator 2 (GATHER): an index is outside its input",
    ),
    "part": (
        numbers(Kind.SLICE, schema.SliceOptionsT, [3], [2]),
        "operator 2 (SLICE): it cuts outside of its input",
    ),
    "few bounds": (
        numbers(Kind.STRIDED_SLICE, schema.StridedSliceOptionsT, [0, 0], [1, 1], [1, 1]),
        "operator 2 (STRIDED_SLICE): it has not one number for every dimension",
    ),
    "quotient": (
        numbers(Kind.FLOOR_DIV, schema.FloorDivOptionsT, 0),
        "operator 2 (FLOOR_DIV): it divides by 0",
    ),
    "range of a type": (
        numbers(Kind.MUL, schema.MulOptionsT, [2**30] * 4),
        "operator 2 (MUL): a number does not fit into INT32",
    ),
    "shapes of two": (
        numbers(Kind.ADD, schema.AddOptionsT, [1, 2, 3]),
        "operator 2 (ADD): the shapes of its inputs do not fit together",
    ),
    "many": (
        numbers(Kind.TILE, schema.TileOptionsT, [60]),
        "operator 2 (TILE): it computes too many numbers",
    ),
    "axis": (
        numbers(Kind.REDUCE_PROD, schema.ReducerOptionsT, [1]),
        "operator 2 (REDUCE_PROD): it reduces a dimension that its input has not",
    ),
    "step": (
        numbers(Kind.STRIDED_SLICE, schema.StridedSliceOptionsT, [0], [4], [-1]),
        "operator 2 (STRIDED_SLICE): step -1 is not in 1..65536",
    ),
    "sum of an activation and its shape": (
        function_of_shape,
        "operator 2 (ADD): input 'shape' is numbers of a shape, which this operator does not take",
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_arithmetic_on_shapes_that_cannot_be_done_is_named(name: str, tmp_path: Path) -> None:
    append, message = NUMBERS[name]
    builder, x, y = convolution()
    path = tmp_path / "network.tflite"
    path.write_bytes(builder.finish(x, append(builder, y)))
    assert message in refusal(path)

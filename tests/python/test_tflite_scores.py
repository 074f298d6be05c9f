"""What follows the DEQUANTIZE of a TFLite network's output: accepted where it keeps the order of
the classes, and left out with a note."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from refusals import network, refusal

from brownout_binary import needs_brownout

pytest.importorskip("ai_edge_litert", reason="no ai-edge-litert: no reference")

from test_against_litert import LAYER_OUTPUTS, reference, simulate

from tflite_models import Builder, Kind, Tensor, schema

pytestmark = needs_brownout
Step = Callable[[Builder, Tensor], Tensor]


def real(kind: int, shape: tuple[int, ...], options: type | None = None, **fields: object) -> Step:
    def append(builder: Builder, x: Tensor) -> Tensor:
        y = builder.tensor(shape, dtype=np.float32, name=f"real{len(builder.tensors)}")
        return builder.operator(kind, [x], y, options, **fields)

    return append


def index_of_greatest(builder: Builder, x: Tensor) -> Tensor:
    axis = builder.tensor((1,), data=np.array([-1], np.int32))
    y = builder.tensor(x.shape[:-1], dtype=np.int32, name="index")
    return builder.operator(Kind.ARG_MAX, [x, axis], y, schema.ArgMaxOptionsT, outputType=2)


DEQUANTIZED = real(Kind.DEQUANTIZE, (1, 7), schema.DequantizeOptionsT)
SOFTMAX = real(Kind.SOFTMAX, (1, 7), schema.SoftmaxOptionsT, beta=0.5)
LOG_SOFTMAX = real(Kind.LOG_SOFTMAX, (1, 7), schema.LogSoftmaxOptionsT)


def dense(*steps: Step) -> bytes:
    """A fully connected layer of 12 numbers to 7 classes, and these steps."""
    random = np.random.default_rng(5)
    builder = Builder()
    x = builder.tensor((1, 12), [0.1], [3], name="x")
    codes = random.integers(-128, 128, (7, 12)).astype(np.int8)
    w = builder.tensor(codes.shape, [0.02], [0], codes, name="w")
    y = builder.tensor((1, 7), [0.4], [-5], name="y")
    builder.operator(Kind.FULLY_CONNECTED, [x, w, None], y, schema.FullyConnectedOptionsT)
    for step in steps:
        y = step(builder, y)
    return builder.finish(x, y)


@pytest.mark.skipif(not LAYER_OUTPUTS.exists(), reason=f"{LAYER_OUTPUTS.name} is not built")
@pytest.mark.parametrize(
    ("steps", "left_out"),
    [
        ([DEQUANTIZED], []),
        ([DEQUANTIZED, SOFTMAX], ["operator 2 (SOFTMAX)"]),
        ([DEQUANTIZED, LOG_SOFTMAX], ["operator 2 (LOG_SOFTMAX)"]),
        ([DEQUANTIZED, index_of_greatest], ["operator 2 (ARG_MAX)"]),
        ([index_of_greatest], ["operator 1 (ARG_MAX)"]),
        (
            [DEQUANTIZED, real(Kind.RESHAPE, (7,), schema.ReshapeOptionsT, newShape=[7]),
             real(Kind.LOG_SOFTMAX, (7,), schema.LogSoftmaxOptionsT)],
            ["operator 3 (LOG_SOFTMAX)"],
        ),
    ],
)  # fmt: skip
def test_scores_of_the_output_are_left_out_and_keep_their_order(
    steps: list[Step], left_out: list[str], tmp_path: Path
) -> None:
    model = tmp_path / "scores.tflite"
    model.write_bytes(dense(*steps))
    inputs = np.random.default_rng(1).integers(-128, 128, (50, 12)).astype(np.int8)
    expected = reference(model, inputs)
    (found,) = simulate([(model, inputs)])
    assert np.array_equal(found["y"].reshape(50, 7), expected["y"])
    last = list(expected.values())[-1]
    greatest = found["y"].reshape(50, 7).argmax(axis=1)
    indices = last.reshape(50) if last.size == 50 else last.reshape(50, 7).argmax(axis=1)
    assert np.array_equal(indices, greatest)
    assert len(np.unique(greatest)) > 3
    text = network(model).stdout
    for name in left_out:
        assert f"{name} is not executed: the greatest output keeps its place" in text
    assert text.count("is not executed") == len(left_out)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            [DEQUANTIZED, SOFTMAX, real(Kind.LOG, (1, 7))],
            "operator 3 (LOG): it reads 'real4', which is not executed: only the network's output",
        ),
        (
            [DEQUANTIZED, real(Kind.TANH, (1, 7))],
            "operator 2 (TANH): the converter has left it in float, for want of an INT8 version",
        ),
        (
            [DEQUANTIZED, real(Kind.SOFTMAX, (1, 7), schema.SoftmaxOptionsT, beta=-1.0)],
            "operator 2 (SOFTMAX): its beta is not positive",
        ),
        ([LOG_SOFTMAX], "operator 1 (LOG_SOFTMAX): of codes it is not supported"),
        (
            [DEQUANTIZED, real(Kind.SOFTMAX, (1, 6), schema.SoftmaxOptionsT, beta=1.0)],
            "the shape of its output is not that of its result, (1, 7)",
        ),
    ],
)
def test_what_does_not_keep_the_order_of_the_output_is_refused(
    steps: list[Step], message: str, tmp_path: Path
) -> None:
    model = tmp_path / "scores.tflite"
    model.write_bytes(dense(*steps))
    assert message in refusal(model)

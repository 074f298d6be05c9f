"""TFLite networks of several outputs, and of rows (1, W, C) with their data, against LiteRT."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from brownout_binary import needs_brownout

pytest.importorskip("ai_edge_litert.interpreter", reason="no ai-edge-litert: no reference")

from random_tflite import RandomNetwork
from test_against_litert import brownout, reference, replace_weights, workload

from tflite_models import Kind, Tensor, schema

pytestmark = needs_brownout


def dense(network: RandomNetwork, x: Tensor, classes: int) -> Tensor:
    size = int(np.prod(x.shape))
    made, step = network.weights((classes, size), 0, False, x.scale, False)
    y = network.activation((1, classes), step * 60 * size**0.5)
    options = schema.FullyConnectedOptionsT
    return network.builder.operator(Kind.FULLY_CONNECTED, [x, *made], y, options)


def faulty_outputs(model: Path, inputs: NDArray, folder: Path, names: list[str]) -> None:
    """Clean and faulty, `run` writes LiteRT's codes; it co-simulates an image."""
    file = workload(model, inputs, np.zeros(len(inputs), np.int64), folder)
    for voltage in ("1", "0.8"):
        out, weights = folder / "logits.npz", folder / "weights.npz"
        report = brownout("run", file, f"--voltage={voltage}", "--logits-out", out)
        assert (report["weights_changed"] > 0) == (voltage != "1")
        brownout("weights", file, f"--voltage={voltage}", "--out", weights)
        read = folder / "read.tflite"
        with np.load(weights) as archive:
            replace_weights(model, dict(archive), read)
        expected = reference(read, inputs)
        with np.load(out) as archive:
            for i, name in enumerate(names):
                codes = archive[f"logits_{name}" if i else "logits"].astype(int) - 128
                rows = expected[name].reshape(len(inputs), -1)
                assert np.array_equal(codes, rows), (voltage, name)
                assert len(np.unique(rows)) > 4


def test_every_output_of_a_network_is_litert_s(tmp_path: Path) -> None:
    network = RandomNetwork(4)
    first = network.activation((1, 5, 6, 3), 0.1)
    made, step = network.weights((4, 1, 1, 3), 0, True, first.scale, False)
    features = network.activation((1, 5, 6, 4), step * 100)
    options = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    network.builder.operator(
        Kind.CONV_2D, [first, *made], features, schema.Conv2DOptionsT, **options
    )
    heads = [dense(network, features, classes) for classes in (7, 5)]
    outputs = [heads[0], features, heads[1]]
    model = tmp_path / "heads.tflite"
    model.write_bytes(network.builder.finish(first, *outputs))
    names = [network.builder.tensors[tensor.index].name for tensor in outputs]
    inputs = np.random.default_rng(1).integers(-128, 128, (20, 5, 6, 3)).astype(np.int8)
    faulty_outputs(model, inputs, tmp_path, names)


def test_rows_are_litert_s(tmp_path: Path) -> None:
    """A convolution over (1, W, C) as converters write it: to (1, 1, W, C) and back."""
    network = RandomNetwork(9)
    first = network.activation((1, 30, 3), 0.1)
    planes = network.reshape(first, (1, 1, 30, 3))
    made, step = network.weights((6, 1, 5, 3), 0, True, first.scale, False)
    features = network.activation((1, 1, 26, 6), step * 250)
    options = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1,
               "padding": schema.Padding.VALID}  # fmt: skip
    network.builder.operator(
        Kind.CONV_2D, [planes, *made], features, schema.Conv2DOptionsT, **options
    )
    row = network.reshape(features, (1, 26, 6))
    last = dense(network, row, 4)
    model = tmp_path / "row.tflite"
    model.write_bytes(network.builder.finish(first, last))
    inputs = np.random.default_rng(2).integers(-128, 128, (20, 30, 3)).astype(np.int8)
    faulty_outputs(model, inputs, tmp_path, [network.builder.tensors[last.index].name])

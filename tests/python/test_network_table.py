"""``brownout network`` against NumPy on the tensors of the ONNX file."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from test_activation_faults import first_fit

from brownout_binary import ROOT, needs_brownout
from commands import ACCELERATOR, NETWORK, brownout, json_of, rows_of

pytestmark = needs_brownout

WORKLOADS = {"mnist_cnn": 8, "cifar10_resnet8": 8, "cifar10_resnet8_w4": 4, "mnist_autoencoder": 8}


@dataclass(frozen=True)
class Layer:
    """A layer with weights, from the file: its codes, biases, the pixels of its output, and the
    zero point of its input."""

    weight: NDArray[np.int8]
    biases: NDArray[np.int32]
    pixels: int
    zero_point: int

    @property
    def sum_bits(self) -> int:
        """Of the two's complement that holds the greatest and the least sum of any subset of the
        products and the bias."""
        weight = self.weight.reshape(len(self.weight), -1).astype(np.int64)
        ends = np.stack([weight * -self.zero_point, weight * (255 - self.zero_point)])
        highest = ends.max(0).sum(1) + np.maximum(self.biases, 0)
        lowest = ends.min(0).sum(1) + np.minimum(self.biases, 0)
        return next(
            bits
            for bits in range(1, 64)
            if -(2 ** (bits - 1)) <= lowest.min() and highest.max() < 2 ** (bits - 1)
        )


def layers_of(workload: str) -> dict[str, Layer]:
    """By name, in order; shapes are the file's own value_info."""
    graph = onnx.load(ROOT / f"workloads/{workload}/network.onnx").graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    shapes = {v.name: v.type.tensor_type.shape.dim for v in [*graph.value_info, *graph.output]}
    made_by = {node.output[0]: node for node in graph.node}
    found = {}
    for node in graph.node:
        if node.op_type not in ("Conv", "Gemm"):
            continue
        codes = [tensors[made_by[name].input[0]] for name in node.input[1:]]
        height_width = [d.dim_value for d in shapes[node.output[0]][2:]]
        weight = codes[0].astype(np.int8)
        zero_point = tensors[made_by[node.input[0]].input[2]]
        assert zero_point.dtype == np.uint8
        found[node.name] = Layer(weight, codes[1], math.prod(height_width), int(zero_point))
    return found


@pytest.mark.parametrize("workload", WORKLOADS)
def test_layers_are_those_of_the_file(workload: str) -> None:
    report = json_of("network", ROOT / f"workloads/{workload}/network.onnx")
    bits = WORKLOADS[workload]
    expected = layers_of(workload)
    rows = {row["layer"]: row for row in report["layers"] if row["weights"] is not None}
    assert list(rows) == list(expected)
    for name, layer in expected.items():
        row, codes = rows[name], layer.weight
        low, high = int(codes.min()), int(codes.max())
        assert (row["weight_bits"], row["code_min"], row["code_max"]) == (bits, low, high)
        assert row["code_range"] == (high - low + 1) / 2**bits
        assert row["codes_used"] == len(np.unique(codes))
        assert (row["m"], row["n"], row["k"]) == (layer.pixels, len(codes), codes[0].size)
        assert row["weights"] == codes.size
        assert row["macs"] == layer.pixels * codes.size
        assert row["sum_bits"] == layer.sum_bits
        channels, height, width = map(int, row["output"].split("x"))
        assert (channels, height * width) == (len(codes), layer.pixels)
    weights = sum(layer.weight.size for layer in expected.values())
    biases = sum(layer.biases.size for layer in expected.values())
    assert (report["weights"], report["biases"]) == (weights, biases)
    assert report["parameters"] == weights + biases
    assert report["weight_bytes"] == weights * bits // 8
    assert report["macs"] == sum(row["macs"] for row in rows.values())


def test_activations_of_a_chain_are_input_and_output() -> None:
    report = json_of("network", NETWORK)
    sizes = [28 * 28] + [math.prod(map(int, r["output"].split("x"))) for r in report["layers"]]
    live = [a + b for a, b in pairwise(sizes)]
    assert [row["live_bytes"] for row in report["layers"]] == live
    last_use = list(range(1, len(sizes) + 1))
    ends = np.array(first_fit(sizes, last_use)) + sizes
    assert report["activation_bytes"] == ends.max()
    assert report["activation_peak"] == report["layers"][int(ends.argmax()) - 1]["layer"]


def test_a_shortcut_stays_alive() -> None:
    report = json_of("network", ROOT / "workloads/cifar10_resnet8/network.onnx")
    live = {row["layer"]: row["live_bytes"] for row in report["layers"]}
    assert live["block1.conv1"] == 2 * 16 * 32 * 32
    assert live["block1.conv2"] == live["block1.add"] == 3 * 16 * 32 * 32


def test_what_fits_in_which_memory() -> None:
    words = sum(
        -(-min(32, n - n0) // 4) * k
        for n, k in [(6, 25), (16, 150), (120, 256), (84, 120), (10, 84)]
        for n0 in range(0, n, 32)
    )
    fits = json_of("network", NETWORK, "--accelerator", ACCELERATOR)
    assert fits["weight_words"] == words
    assert fits["weight_sram_fill"] == words / (128 * 1024 // 4)
    assert (fits["fits_resident"], fits["fits_activations"]) == ("yes", "yes")
    assert (fits["m_max"], fits["accumulator_depth"], fits["m_blocks_max"]) == (24 * 24, 4096, 1)
    small = json_of(
        *("network", NETWORK, "--accelerator", ACCELERATOR),
        *("--set", "accelerator.activation_sram.capacity_kib=2"),
        *("--set", "accelerator.accumulator.depth=100"),
    )
    assert (small["fits_resident"], small["fits_activations"]) == ("yes", "no")
    assert small["activation_sram_bytes"] == 2048
    assert small["activation_sram_fill"] == small["activation_bytes"] / 2048
    blocks = {row["layer"]: row["m_blocks"] for row in small["layers"]}
    assert blocks == {
        **{"conv1": 6, "pool1": None, "conv2": 1, "pool2": None},
        **{"fc1": 1, "fc2": 1, "fc3": 1},
    }
    assert small["m_blocks_max"] == 6


def test_times_do_not_depend_on_the_activation_sram() -> None:
    options = ["network", NETWORK, "--accelerator", ACCELERATOR]
    small = json_of(*options, "--set", "accelerator.activation_sram.capacity_kib=2")
    large = json_of(*options)
    assert small["activation_sram_cells"] != large["activation_sram_cells"]
    for key in ("cycles", "tiles", "placement", "activation_bytes", "layers"):
        assert small[key] == large[key]


def test_formats_agree() -> None:
    options = ["network", NETWORK, "--accelerator", ACCELERATOR]
    rows = rows_of(brownout(*options, "--format", "csv").stdout)
    layers = json_of(*options)["layers"]
    assert [list(row) for row in rows] == [list(layer) for layer in layers]
    for row, layer in zip(rows, layers, strict=True):
        assert [row[key] or None for key in row] == [
            None if value is None else str(value) for value in layer.values()
        ]

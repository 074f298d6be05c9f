"""One network at every opset, its operators written as each of them wants: the same codes.

Attributes became inputs over time: Clip and Pad in opset 11, Squeeze in 13, ReduceMean in 18.
"""

from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import channels_last, needs_run_network, run_one, runtime_codes
from numpy.typing import NDArray
from onnx import helper
from quantized_graph import F32, QuantizedGraph, Tensor

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]

OLDEST, NEWEST = 10, onnx.defs.onnx_opset_version()
SHAPE = (4, 8, 6)


class OpsetGraph(QuantizedGraph):
    """Pad, Conv, Clip, MaxPool, ReduceMean, Squeeze, Gemm, per tensor, as of one opset."""

    def __init__(self, opset: int) -> None:
        super().__init__(5, "qdq")
        self.opset = opset
        self.input_shape = SHAPE
        self.pool[0] = Tensor(**{**vars(self.pool[0]), "shape": SHAPE})
        self.padded()
        self.convolution()
        self.clipped()
        x = self.pool[-1]
        out = self.named((8, 4, 3), like=x)
        self.real("pool", "MaxPool", [self.dequantize(x)], out, kernel_shape=[2, 2], strides=[2, 2])
        self.mean()
        self.squeezed()
        self.classifier()

    def operator(self, kind: str, op: str, since: int, out: Tensor, **attributes) -> None:
        """On the newest tensor; attributes are inputs since an opset."""
        inputs = [self.dequantize(self.pool[-1])]
        if self.opset >= since:
            for value in attributes.values():
                is_real = isinstance(value, float)
                inputs.append(self.constant(np.array(value, F32 if is_real else np.int64)))
            attributes = {}
        self.real(kind, op, inputs, out, **attributes)

    def padded(self) -> None:
        x = self.pool[-1]
        out = self.named((4, 10, 8), like=x)
        self.operator("pad", "Pad", 11, out, pads=[0, 0, 1, 1, 0, 0, 1, 1])

    def weighted_inputs(self, codes: NDArray) -> list[str]:
        """Without an axis, which DequantizeLinear has since opset 13."""
        x = self.pool[-1]
        names = [self.constant(codes), self.constant(F32(0.01)), self.constant(np.int8(0))]
        bias = self.constant(np.arange(codes.shape[0], dtype=np.int32) * 300)
        product = [self.constant(x.scale * F32(0.01)), self.constant(np.int32(0))]
        inputs = [self.dequantize(x)]
        for name, constant in (("w", names), ("b", [bias, *product])):
            inputs.append(f"{name}{len(self.nodes)}")
            self.nodes.append(helper.make_node("DequantizeLinear", constant, inputs[-1:]))
        return inputs

    def convolution(self) -> None:
        x = self.pool[-1]
        codes = self.rng.integers(-128, 128, (8, 4, 3, 3)).astype(np.int8)
        out = self.named((8, 8, 6), float(x.scale) * 0.01 * x.spread * 74 * 6)
        self.real("conv", "Conv", self.weighted_inputs(codes), out)

    def clipped(self) -> None:
        x = self.pool[-1]
        out = self.named(x.shape, like=x)
        low, high = float(x.scale) * -30, float(x.scale) * 50
        self.operator("clip", "Clip", 11, out, min=low, max=high)

    def mean(self) -> None:
        # A scale of its own, so that no mean is a tie.
        out = self.named((8, 1, 1), float(self.pool[-1].scale) * 23.7)
        self.operator("mean", "ReduceMean", 18, out, axes=[2, 3])

    def squeezed(self) -> None:
        out = self.named((8,), like=self.pool[-1])
        self.operator("squeeze", "Squeeze", 13, out, axes=[2, 3])

    def classifier(self) -> None:
        x = self.pool[-1]
        codes = self.rng.integers(-128, 128, (5, 8)).astype(np.int8)
        out = self.named((5,), float(x.scale) * 0.01 * x.spread * 74 * 3)
        self.real("gemm", "Gemm", self.weighted_inputs(codes), out, transB=1)

    def model(self) -> onnx.ModelProto:
        made = super().model()
        del made.opset_import[:]
        made.opset_import.append(helper.make_opsetid("", self.opset))
        made.ir_version = helper.find_min_ir_version_for(made.opset_import)
        return made


def codes_at(opset: int, folder: Path) -> NDArray[np.uint8]:
    graph = OpsetGraph(opset)
    return run_one(graph.model(), graph.images(32)[1], folder)


@pytest.mark.parametrize("opset", range(OLDEST, NEWEST + 1))
def test_an_opset_gives_the_codes_of_the_oldest(opset: int, tmp_path: Path) -> None:
    oldest = codes_at(OLDEST, tmp_path)
    assert len(np.unique(oldest)) > 20
    np.testing.assert_array_equal(codes_at(opset, tmp_path), oldest)


@pytest.mark.parametrize("opset", [OLDEST, 11, 13, 18, 21])
def test_an_opset_gives_the_codes_of_onnx_runtime(opset: int, tmp_path: Path) -> None:
    graph = OpsetGraph(opset)
    real, codes = graph.images(32)
    expected = channels_last(runtime_codes(graph.model(), real))
    np.testing.assert_array_equal(run_one(graph.model(), codes, tmp_path), expected)


def test_an_older_opset_is_refused(tmp_path: Path) -> None:
    graph = OpsetGraph(OLDEST)
    made = graph.model()
    made.opset_import[0].version = OLDEST - 1
    with pytest.raises(ValueError, match="opset 9 is older than 10"):
        run_one(made, graph.images(1)[1], tmp_path)

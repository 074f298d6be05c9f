"""Post-training quantization with ONNX Runtime."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from brownout_tools.training.datasets import Dataset

METHODS = {
    "minmax": CalibrationMethod.MinMax,
    "percentile": CalibrationMethod.Percentile,
    "entropy": CalibrationMethod.Entropy,
}


class BatchReader(CalibrationDataReader):
    """Feeds inputs (N, C, H, W) to the calibrator in batches."""

    def __init__(self, inputs: NDArray[np.float32], input_name: str, batch: int = 100) -> None:
        self.batches = iter(
            [{input_name: inputs[i : i + batch]} for i in range(0, len(inputs), batch)]
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Return the next batch, or None at the end."""
        return next(self.batches, None)


def calibration_inputs(
    dataset: Dataset, directory: Path, count: int, seed: int
) -> NDArray[np.float32]:
    """Preprocess ``count`` images drawn from the training set: float32 (count, C, H, W)."""
    images, _ = dataset.load(directory, "train")
    chosen = np.sort(np.random.default_rng(seed).choice(len(images), count, replace=False))
    return dataset.preprocess.apply(images[chosen])


def quantize(
    fp32: onnx.ModelProto,
    calibration: NDArray[np.float32],
    quant_format: QuantFormat,
    method: str = "minmax",
    activations: QuantType = QuantType.QUInt8,
    weights: QuantType = QuantType.QInt8,
    per_channel: bool = True,
    batch: int = 100,
) -> onnx.ModelProto:
    """Quantize ``fp32`` with the ranges that it shows on ``calibration`` (N, C, H, W).

    ``batch`` of them go through the network at once: large images take memory. int8 and
    int4 weights are symmetric, all else has zero points.
    """
    with tempfile.TemporaryDirectory() as directory:
        source, target = Path(directory, "fp32.onnx"), Path(directory, "quantized.onnx")
        onnx.save(fp32, source)
        quantize_static(
            source,
            target,
            BatchReader(calibration, fp32.graph.input[0].name, batch),
            quant_format=quant_format,
            activation_type=activations,
            weight_type=weights,
            per_channel=per_channel,
            calibrate_method=METHODS[method],
            extra_options={
                "ActivationSymmetric": False,
                "WeightSymmetric": weights in (QuantType.QInt8, QuantType.QInt4),
            },
        )
        return onnx.load(target)

"""Post-training quantization with ONNX Runtime: uint8 activations, int8 weights per channel."""

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
) -> onnx.ModelProto:
    """Quantize ``fp32`` with the ranges that it shows on ``calibration`` (N, C, H, W)."""
    with tempfile.TemporaryDirectory() as directory:
        source, target = Path(directory, "fp32.onnx"), Path(directory, "quantized.onnx")
        onnx.save(fp32, source)
        quantize_static(
            source,
            target,
            BatchReader(calibration, fp32.graph.input[0].name),
            quant_format=quant_format,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            calibrate_method=METHODS[method],
            extra_options={"ActivationSymmetric": False, "WeightSymmetric": True},
        )
        return onnx.load(target)

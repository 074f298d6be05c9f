"""Top-1, or reconstruction error and ROC AUC, of an ONNX file in ONNX Runtime.

``python -m brownout_tools.training.accuracy mnist_cnn --model FILE --data DIR``
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from brownout_tools.runtime import session
from brownout_tools.training.datasets import DATASETS
from brownout_tools.training.metrics import describe
from brownout_tools.training.narrow_onnx import as_int8


def run(model: Path | bytes, inputs: NDArray[np.float32], batch: int = 100) -> NDArray[np.float32]:
    """Run inputs (N, C, H, W) through ONNX Runtime on the CPU; return its output (N, elements)."""
    network = session(model)
    name = network.get_inputs()[0].name
    batches = [inputs[i : i + batch] for i in range(0, len(inputs), batch)]
    return np.concatenate([network.run(None, {name: x})[0] for x in batches])


def main(arguments: list[str] | None = None) -> None:
    """Print the measures on the whole test set and on its first 1,000 images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(DATASETS))
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="directory of the data set")
    args = parser.parse_args(arguments)
    dataset = DATASETS[args.network]
    images, labels = dataset.load(args.data, "test")
    model = as_int8(onnx.load(args.model)).SerializeToString()
    inputs = dataset.preprocess.apply(images)
    outputs = run(model, inputs)
    for count in (len(labels), 1000):
        found = describe(args.network, outputs[:count], inputs[:count], labels[:count])
        print(f"first {count:,} images: {found}")


if __name__ == "__main__":
    main()

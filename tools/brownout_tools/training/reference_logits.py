"""The integer logits that ONNX Runtime computes on a workload's test slice.

``python -m brownout_tools.training.reference_logits mnist_cnn --workload DIR``
"""

import argparse
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper

from brownout_tools.training import integer_arithmetic
from brownout_tools.training.accuracy import run
from brownout_tools.training.datasets import DATASETS
from brownout_tools.training.metrics import describe
from brownout_tools.training.narrow_onnx import as_int8
from brownout_tools.training.slices import read_slice

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def output_quantization(model: onnx.ModelProto) -> tuple[np.float32, np.uint8]:
    """Scale and zero point of the DequantizeLinear that yields the graph's only output."""
    (output,) = model.graph.output
    (node,) = [n for n in model.graph.node if output.name in n.output]
    if node.op_type != "DequantizeLinear":
        raise ValueError(f"{output.name}: comes from {node.op_type}, not from DequantizeLinear")
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    return np.float32(tensors[node.input[1]]), np.uint8(tensors[node.input[2]])


def runtime_logits(model: Path, inputs: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Run inputs (N, C, H, W) through the file as it is; return the codes of its output.

    The codes are recovered from the float output: asking the runtime for another output would
    let it optimize another graph. Narrow weights go to the runtime in int8 tensors, the same
    integers: it computes convolutions with int4 tensors in float.
    """
    network = onnx.load(model)
    scale, zero_point = output_quantization(network)
    logits = run(as_int8(network).SerializeToString(), inputs)
    codes = np.rint(logits / scale) + zero_point
    if not np.array_equal((codes - np.float32(zero_point)) * scale, logits):
        raise ValueError(f"{model}: output is no multiple of its scale")
    return codes.astype(np.uint8)


def save_npz(path: Path, arrays: dict[str, NDArray]) -> None:
    """Write a compressed .npz whose bytes depend on the arrays only, not on the time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            buffer = BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", ZIP_EPOCH)
            archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_DEFLATED)


def main(arguments: list[str] | None = None) -> None:
    """Write ``reference_logits.npz`` into a workload's directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(DATASETS))
    parser.add_argument("--workload", type=Path, required=True, help="directory of the workload")
    parser.add_argument("--images", type=int, help="only the first so many, to keep the file small")
    parser.add_argument("--twin", type=Path, help="a second file that must give the same logits")
    args = parser.parse_args(arguments)
    images, labels = read_slice(args.network, args.workload)
    images, labels = images[: args.images], labels[: args.images]
    inputs = DATASETS[args.network].preprocess.apply(images)
    model = args.workload / "network.onnx"
    logits = runtime_logits(model, inputs)
    if args.twin:
        different = int((runtime_logits(args.twin, inputs) != logits).sum())
        print(f"{different} of {logits.size:,} logits differ from {args.twin.name}")
        if different:
            raise SystemExit(1)
    network = onnx.load(model)
    different = int((integer_arithmetic.integer_logits(network, inputs) != logits).sum())
    print(f"{different} of {logits.size:,} logits differ from the integer arithmetic in NumPy")
    if different:
        raise SystemExit(1)
    scale, zero_point = output_quantization(network)
    save_npz(
        args.workload / "reference_logits.npz",
        {
            "logits": logits,
            "scale": np.asarray(scale),
            "zero_point": np.asarray(zero_point),
            "labels": labels,
            "onnxruntime_version": np.asarray(onnxruntime.__version__),
            "command": np.asarray(
                "python -m brownout_tools.training.reference_logits "
                f"{args.network} --workload workloads/{args.network}"
                + (f" --images {args.images}" if args.images else "")
            ),
        },
    )
    outputs = (logits.astype(np.float32) - np.float32(zero_point)) * scale
    print(f"{len(labels):,} images: {describe(args.network, outputs, inputs, labels)}")


if __name__ == "__main__":
    main()

"""``python -m brownout_tools.quantize``: a float ONNX file as one that the simulator takes.

Calibrates with inputs of yours, quantizes with ONNX Runtime, and says how many of these inputs the
two networks classify alike.
"""

import argparse
import logging
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import QuantFormat, QuantType

from brownout_tools.runtime import session
from brownout_tools.training.narrow_onnx import as_int8
from brownout_tools.training.quantize import METHODS, quantize

FORMATS = {"qdq": QuantFormat.QDQ, "qoperator": QuantFormat.QOperator}
ACTIVATIONS = {"uint8": QuantType.QUInt8, "int8": QuantType.QInt8}
WEIGHTS = {**ACTIVATIONS, "int4": QuantType.QInt4}
FEW_INPUTS = 30  # below, say so


class QuantizeError(Exception):
    """Bad input: the message names file and reason."""


def read_network(path: Path) -> onnx.ModelProto:
    """Load a float network with one input."""
    try:
        model = onnx.load(path)
    except FileNotFoundError:
        raise QuantizeError(f"{path}: no such file") from None
    except Exception:  # protobuf's own have no common base
        raise QuantizeError(f"{path}: not an ONNX file") from None
    constants = {tensor.name for tensor in model.graph.initializer}
    if len([value for value in model.graph.input if value.name not in constants]) != 1:
        raise QuantizeError(f"{path}: a network with one input is wanted")
    if any("Quantize" in node.op_type for node in model.graph.node):
        raise QuantizeError(f"{path}: is quantized already; a float network is wanted")
    return model


def read_inputs(path: Path, model: onnx.ModelProto) -> NDArray[np.float32]:
    """Load the array ``x`` of an .npz file, or an .npy file: inputs as the network takes them."""
    try:
        loaded = np.load(path)
        inputs = loaded["x"] if isinstance(loaded, np.lib.npyio.NpzFile) else loaded
    except FileNotFoundError:
        raise QuantizeError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise QuantizeError(f"{path}: is a directory, an .npz or .npy file is wanted") from None
    except KeyError:
        there = ", ".join(loaded.files) or "nothing"
        raise QuantizeError(f"{path}: has no array x, it holds {there}") from None
    except (ValueError, OSError, zipfile.BadZipFile):
        raise QuantizeError(f"{path}: not a NumPy file") from None
    if not np.issubdtype(inputs.dtype, np.floating):
        raise QuantizeError(f"{path}: x: {inputs.dtype} where preprocessed floats are wanted")
    wanted = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    fits = inputs.ndim == len(wanted) and all(
        want in (0, have) for want, have in zip(wanted[1:], inputs.shape[1:], strict=True)
    )
    if not fits or len(inputs) == 0:
        shape = " x ".join(str(size or "N") for size in [0, *wanted[1:]])
        raise QuantizeError(f"{path}: x: shape {inputs.shape}, the network takes {shape}")
    return inputs.astype(np.float32)


def answers(
    model: onnx.ModelProto, inputs: NDArray[np.float32], batch: int
) -> NDArray[np.floating]:
    """Run a network: (N, outputs). int4 weights as int8: ONNX Runtime has no integers for them."""
    network = session(as_int8(model))
    name = network.get_inputs()[0].name
    parts = [
        network.run(None, {name: inputs[i : i + batch]})[0] for i in range(0, len(inputs), batch)
    ]
    return np.concatenate([part.reshape(len(part), -1) for part in parts])


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m brownout_tools.quantize", description=__doc__)
    result.add_argument("network", type=Path, metavar="FP32.onnx", help="batch norms folded")
    result.add_argument(
        "calibration",
        type=Path,
        metavar="INPUTS.npz",
        help="x: some hundred preprocessed training inputs, as the network takes them",
    )
    result.add_argument("--out", type=Path, required=True, metavar="FILE.onnx")
    result.add_argument("--format", choices=FORMATS, default="qdq")
    result.add_argument("--activations", choices=ACTIVATIONS, default="uint8")
    result.add_argument("--weights", choices=WEIGHTS, default="int8")
    result.add_argument("--per-tensor", action="store_true", help="one scale for all channels")
    result.add_argument("--method", choices=METHODS, default="minmax", help="of calibration")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Quantize; return 0, or 2 after a one-line error about bad input."""
    args = parser().parse_args(arguments)
    if args.weights == "int4" and args.format == "qoperator":
        print("error: --weights int4: only --format qdq can hold them", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)  # ONNX Runtime's advice about graphs that were not simplified
    try:
        model = read_network(args.network)
        inputs = read_inputs(args.calibration, model)
    except QuantizeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    batch = model.graph.input[0].type.tensor_type.shape.dim[0].dim_value or 100
    inputs = inputs[: len(inputs) - len(inputs) % min(batch, len(inputs))]
    quantized = quantize(
        model,
        inputs,
        FORMATS[args.format],
        args.method,
        ACTIVATIONS[args.activations],
        WEIGHTS[args.weights],
        not args.per_tensor,
        batch,
    )
    args.out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(quantized, args.out)
    alike = answers(model, inputs, batch).argmax(1) == answers(quantized, inputs, batch).argmax(1)
    print(f"{args.out}: of {len(inputs)} inputs {100 * alike.mean():.1f} % are classified alike")
    if len(inputs) < FEW_INPUTS:
        print(
            f"note: ranges seen on {len(inputs)} input{'s' * (len(inputs) > 1)} are narrow; "
            "some hundred training inputs are usual",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

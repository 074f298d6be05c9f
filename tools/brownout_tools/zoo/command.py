"""``python -m brownout_tools.zoo NAME``: a network of the zoo as a quantized ONNX file.

Builds it in PyTorch, gives it a checkpoint's weights or seeded random ones, folds batch norms,
exports, calibrates, quantizes, and writes ``network.onnx``; where the images are not CIFAR-10's
also ``inputs.npz`` with made-up ones, labelled with the float network's answers.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantFormat, QuantType
from torch import nn

from brownout_tools.training.export import output_name, to_onnx
from brownout_tools.training.networks import fold_batch_norms
from brownout_tools.training.onnx_names import name_layers
from brownout_tools.training.quantize import quantize
from brownout_tools.training.reference_logits import save_npz
from brownout_tools.zoo.catalogue import NETWORKS, ZooNetwork
from brownout_tools.zoo.inputs import SLICE, preprocessed, raw_inputs
from brownout_tools.zoo.weights import count, load_checkpoint, randomise

FORMATS = {"qdq": QuantFormat.QDQ, "qoperator": QuantFormat.QOperator}
TYPES = {"uint8": QuantType.QUInt8, "int8": QuantType.QInt8}
WORKLOADS = SLICE.parents[1] / "zoo"
WRITTEN_INPUTS = 4


def counts_of(network: ZooNetwork) -> str:
    """Parameters and multiply-accumulates, as text; needs neither weights nor time."""
    with torch.device("meta"):
        parameters, macs = count(network.module(), network.input_shape)
    return f"{parameters:,} parameters, {macs:,} MACs"


def write_inputs(network: ZooNetwork, model: nn.Module, path: Path, seed: int) -> None:
    """Write ``x``, channels last, and ``y``, the answers of a classifier."""
    x = raw_inputs(network, None, WRITTEN_INPUTS, seed + 1)
    arrays = {"x": np.moveaxis(x, 1, -1) if x.ndim == 4 else x}
    if not network.reconstructs:
        with torch.no_grad():
            answers = model(torch.from_numpy(preprocessed(network, x))).argmax(1)
        arrays["y"] = answers.numpy()
    save_npz(path, arrays)


def make(network: ZooNetwork, directory: Path, args: argparse.Namespace) -> None:
    """Write the files of one network and tell what they are."""
    calibration = args.calibration_images or network.calibration
    inputs = preprocessed(network, raw_inputs(network, args.data, calibration, args.seed))
    model = network.module()
    if args.checkpoint:
        load_checkpoint(model, args.checkpoint)
        origin = f"weights of {args.checkpoint.name}"
    else:
        randomise(model, torch.from_numpy(inputs), args.seed)
        origin = f"random weights, seed {args.seed}"
    fold_batch_norms(model)
    quantized = quantize(
        name_layers(to_onnx(model, network.input_shape, output_name(network.reconstructs))),
        inputs,
        FORMATS[args.format],
        activations=TYPES[args.activations],
        weights=TYPES[args.weights],
        per_channel=not args.per_tensor,
        batch=4,
    )
    directory.mkdir(parents=True, exist_ok=True)
    onnx.save(quantized, directory / "network.onnx")
    print(f"{network.name}: {counts_of(network)}, {origin}: {directory / 'network.onnx'}")
    if not network.sees_cifar10:
        write_inputs(network, model, directory / "inputs.npz", args.seed)
        print(f"{network.name}: {WRITTEN_INPUTS} made-up inputs: {directory / 'inputs.npz'}")


def positive(text: str) -> int:
    """A whole number above 0."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m brownout_tools.zoo", description=__doc__)
    result.add_argument("network", nargs="?", choices=[*NETWORKS, "all"], metavar="NAME")
    result.add_argument("--list", action="store_true", help="print the networks and end")
    result.add_argument("--out", type=Path, help="directory; default: workloads/zoo/NAME")
    result.add_argument("--checkpoint", type=Path, help="PyTorch state_dict; default: random")
    result.add_argument("--seed", type=int, default=0, help="of weights and made-up inputs")
    result.add_argument(
        "--data",
        type=Path,
        help="CIFAR-10 binary batch to calibrate with; default: the test images of the repository",
    )
    result.add_argument("--calibration-images", type=positive, metavar="N")
    result.add_argument("--format", choices=FORMATS, default="qdq")
    result.add_argument("--activations", choices=TYPES, default="uint8")
    result.add_argument("--weights", choices=TYPES, default="int8")
    result.add_argument("--per-tensor", action="store_true", help="one scale for all channels")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and build."""
    command_line = parser()
    args = command_line.parse_args(arguments)
    if args.list:
        for network in NETWORKS.values():
            shape = "x".join(map(str, network.input_shape))
            print(f"{network.name:17} {shape:10} {counts_of(network)}; {network.source}")
        return 0
    if args.network is None:
        command_line.error("a network's name, all, or --list")
    if args.network == "all" and args.checkpoint:
        command_line.error("--checkpoint: is of one network, not of all")
    try:
        if args.network == "all":
            for name, network in NETWORKS.items():
                make(network, (args.out or WORKLOADS) / name, args)
        else:
            network = NETWORKS[args.network]
            make(network, args.out or WORKLOADS / network.name, args)
    except (OSError, ValueError) as error:
        command_line.error(str(error))
    return 0

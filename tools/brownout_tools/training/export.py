"""Checkpoint to quantized ONNX file.

``python -m brownout_tools.training.export mnist_cnn --data DIR --checkpoint FILE --out FILE``
"""

import argparse
import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantFormat
from torch import nn

from brownout_tools.training.narrow_onnx import INT4_IR_VERSION, INT4_OPSET, as_int4, narrow
from brownout_tools.training.narrow_weights import keep_rounded_weights
from brownout_tools.training.networks import fold_batch_norms
from brownout_tools.training.onnx_names import tidy
from brownout_tools.training.quantize import METHODS, calibration_inputs, quantize
from brownout_tools.training.recipes import RECIPES, Recipe
from brownout_tools.training.train import load_checkpoint

OPSET = 13  # the first with quantization per channel
IR_VERSION = 7  # the one that belongs to it, so that old readers accept the file


def output_name(reconstructs: bool) -> str:
    """What the output of an auto-encoder, or of a classifier, is called."""
    return "reconstruction" if reconstructs else "logits"


def to_onnx(
    model: nn.Module, input_shape: tuple[int, ...], output: str = "logits"
) -> onnx.ModelProto:
    """Export ``input`` float32 (batch, *input_shape) to ``output`` (batch, ...)."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The older exporter keeps module paths as names, and pools and flattens in one node each.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.zeros(1, *input_shape),),
            buffer,
            opset_version=OPSET,
            dynamo=False,
            input_names=["input"],
            output_names=[output],
            dynamic_axes={"input": {0: "batch"}, output: {0: "batch"}},
        )
    return onnx.load_from_string(buffer.getvalue())


def export_fp32(recipe: Recipe, checkpoint: Path) -> onnx.ModelProto:
    """The recipe's network from (batch, C, H, W) to its output, batch norms folded."""
    model = recipe.trained_network()
    model.load_state_dict(load_checkpoint(checkpoint, recipe.name)["model"])
    keep_rounded_weights(fold_batch_norms(model))
    return to_onnx(model, recipe.input_shape, output_name(recipe.reconstructs))


def quantized_network(
    recipe: Recipe, fp32: onnx.ModelProto, inputs: NDArray[np.float32], method: str
) -> onnx.ModelProto:
    """The network in QDQ form; 4-bit weights are int4 tensors, wider ones int8."""
    qdq = quantize(fp32, inputs, QuantFormat.QDQ, method)
    if recipe.weight_bits == 8:
        return tidy(qdq, recipe.name, OPSET, IR_VERSION)
    qdq = narrow(qdq, fp32, recipe.weight_bits)
    return as_int4(tidy(qdq, recipe.name, INT4_OPSET, INT4_IR_VERSION))


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, required=True, help="directory of the data set")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="quantized network, QDQ form")
    parser.add_argument("--qoperator", type=Path, help="also write the twin in QOperator form")
    parser.add_argument("--fp32", type=Path, help="also write the network before quantization")
    parser.add_argument("--calibration-images", type=int, default=1000)
    parser.add_argument("--calibration-method", choices=sorted(METHODS), default="minmax")
    parser.add_argument("--seed", type=int, default=0, help="chooses the calibration images")
    args = parser.parse_args(arguments)
    recipe = RECIPES[args.network]
    if args.qoperator and recipe.weight_bits < 8:
        parser.error("--qoperator: the QOperator form has no 4-bit weights")
    fp32 = export_fp32(recipe, args.checkpoint)
    inputs = calibration_inputs(recipe.dataset, args.data, args.calibration_images, args.seed)
    onnx.save(quantized_network(recipe, fp32, inputs, args.calibration_method), args.out)
    if args.qoperator:
        twin = quantize(fp32, inputs, QuantFormat.QOperator, args.calibration_method)
        onnx.save(twin, args.qoperator)
    if args.fp32:
        onnx.save(fp32, args.fp32)


if __name__ == "__main__":
    main()

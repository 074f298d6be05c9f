"""Checkpoint to quantized ONNX file.

``python -m brownout_tools.training.export mnist_cnn --data DIR --checkpoint FILE --out FILE``
"""

import argparse
import io
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantFormat

from brownout_tools.training.networks import fold_batch_norms
from brownout_tools.training.onnx_names import tidy
from brownout_tools.training.quantize import METHODS, calibration_inputs, quantize
from brownout_tools.training.recipes import RECIPES, Recipe

OPSET = 13  # the first with quantization per channel
IR_VERSION = 7  # the one that belongs to it, so that old readers accept the file


def export_fp32(recipe: Recipe, checkpoint: Path) -> onnx.ModelProto:
    """Export ``input`` float32 (batch, C, H, W) to ``logits`` (batch, 10), batch norms folded."""
    state = torch.load(checkpoint, weights_only=True)
    if state["network"] != recipe.name:
        raise ValueError(f"{checkpoint}: holds {state['network']}, not {recipe.name}")
    model = recipe.network()
    model.load_state_dict(state["model"])
    fold_batch_norms(model)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The older exporter keeps module paths as names, and pools and flattens in one node each.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model,
            (torch.zeros(1, *recipe.input_shape),),
            buffer,
            opset_version=OPSET,
            dynamo=False,
            input_names=["input"],
            output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )
    return onnx.load_from_string(buffer.getvalue())


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
    fp32 = export_fp32(recipe, args.checkpoint)
    inputs = calibration_inputs(recipe.dataset, args.data, args.calibration_images, args.seed)
    qdq = quantize(fp32, inputs, QuantFormat.QDQ, args.calibration_method)
    onnx.save(tidy(qdq, recipe.name, OPSET, IR_VERSION), args.out)
    if args.qoperator:
        twin = quantize(fp32, inputs, QuantFormat.QOperator, args.calibration_method)
        onnx.save(twin, args.qoperator)
    if args.fp32:
        onnx.save(fp32, args.fp32)


if __name__ == "__main__":
    main()

"""Torchvision's classification networks: engine and ONNX Runtime give the same logits.

Nobody here wrote these graphs: PyTorch exports them and ONNX Runtime quantizes them. Weights are
random, images small. Three networks always run, all of them in every form with BROWNOUT_SLOW=1.
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from engine_codes import UNFAITHFUL, needs_run_network, run_one
from onnx import numpy_helper

from brownout_binary import ROOT, needs_brownout
from commands import json_of

pytest.importorskip("torch", reason="PyTorch is not installed: it builds the networks")

import torch
from onnxruntime.quantization import QuantFormat, QuantType

from brownout_tools.runtime import session
from brownout_tools.training.export import to_onnx
from brownout_tools.training.quantize import quantize
from brownout_tools.zoo.inputs import made_up
from brownout_tools.zoo.weights import randomise

try:
    from torchvision import models
except (ImportError, RuntimeError) as error:  # RuntimeError: built for another PyTorch
    pytest.skip(f"torchvision is not installed: {error}", allow_module_level=True)

SIZES = {  # of the images: adaptive pools need 224
    "alexnet": 224,
    "densenet121": 64,
    "efficientnet_b0": 64,
    "efficientnet_v2_s": 64,
    "googlenet": 64,
    "inception_v3": 96,
    "mnasnet0_5": 64,
    "mnasnet1_0": 64,
    "mobilenet_v2": 64,
    "mobilenet_v3_large": 64,
    "mobilenet_v3_small": 64,
    "regnet_x_400mf": 64,
    "regnet_y_400mf": 64,
    "resnet18": 64,
    "resnet50": 64,
    "resnext50_32x4d": 64,
    "shufflenet_v2_x0_5": 64,
    "shufflenet_v2_x1_0": 64,
    "squeezenet1_0": 64,
    "squeezenet1_1": 64,
    "vgg11": 224,
    "wide_resnet50_2": 64,
}
WORKLOAD = """
workload:
  name: torchvision
  network: network.onnx
  dataset: {{format: npz, file: inputs.npz}}
accelerator: {configs}/accelerators/edge_32x32_streaming.yaml
memory:
  profile: {configs}/memories/sram_14nm.yaml
  chip: {{generator: iid, kind: flip, seed: 0}}
operating_point: {{weight_sram: 0.83}}
"""
QUICK = ("mobilenet_v3_small", "shufflenet_v2_x0_5", "squeezenet1_1")
U8, S8 = QuantType.QUInt8, QuantType.QInt8
FORMS = {  # format, activations, weights, per channel
    "qdq": (QuantFormat.QDQ, U8, S8, True),
    "qdq-uint8-weights": (QuantFormat.QDQ, U8, U8, False),
    "qoperator": (QuantFormat.QOperator, U8, S8, True),
    "qoperator-int8": (QuantFormat.QOperator, S8, S8, False),
}
# Where the QOperator form leaves a pool in float, after a batch norm that nothing takes in.
FLOAT_POOLS = ("densenet121",)
CASES = [
    pytest.param(n, f, marks=() if n in QUICK and f == "qdq" else pytest.mark.slow)
    for n in SIZES
    for f in FORMS
]
pytestmark = [
    needs_brownout,
    needs_run_network,
]


def built(name: str) -> torch.nn.Module:
    """With random weights, whose activations stay alive."""
    extra = {"aux_logits": False} if name == "googlenet" else {}
    extra |= {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    model = models.get_model(name, weights=None, **extra).eval()
    if name == "inception_v3":
        model.AuxLogits, model.aux_logits = None, False
    randomise(model, torch.from_numpy(images(name, 8, 1)), 0)
    return model


def images(name: str, count: int, seed: int) -> np.ndarray:
    return made_up((3, SIZES[name], SIZES[name]), count, seed)


def quantized(name: str, form: str) -> onnx.ModelProto:
    size = SIZES[name]
    layout, activations, weights, per_channel = FORMS[form]
    return quantize(
        to_onnx(built(name), (3, size, size)),
        images(name, 8, 2),
        layout,
        activations=activations,
        weights=weights,
        per_channel=per_channel,
        batch=4,
    )


def constants(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def codes(values: np.ndarray, node: onnx.NodeProto, model: onnx.ModelProto) -> np.ndarray:
    """By the scale and zero point of a QuantizeLinear or DequantizeLinear; int8 from 0, too."""
    scale, zero = (constants(model)[name] for name in node.input[1:3])
    low = np.iinfo(zero.dtype).min
    return np.clip(np.rint(values / scale) + int(zero), low, low + 255).astype(int) - low


def runtime_codes(model: onnx.ModelProto, inputs: np.ndarray) -> np.ndarray:
    (output,) = [n for n in model.graph.node if n.output[0] == model.graph.output[0].name]
    options = ort.SessionOptions()
    options.log_severity_level = 4
    network = session(model, options, UNFAITHFUL)
    return codes(network.run(None, {model.graph.input[0].name: inputs})[0], output, model)


@pytest.mark.parametrize(("name", "form"), CASES)
def test_engine_equals_onnxruntime(name: str, form: str, tmp_path: Path) -> None:
    model = quantized(name, form)
    inputs = images(name, 4, 3)
    first = next(n for n in model.graph.node if model.graph.input[0].name in n.input)
    given = codes(inputs, first, model)
    if name in FLOAT_POOLS and form.startswith("qoperator"):
        with pytest.raises(ValueError, match=r"float-only: .*op_types_to_quantize"):
            run_one(model, given, tmp_path)
        return
    expected = runtime_codes(model, inputs)
    assert len(np.unique(expected, axis=0)) == 4, "the answers do not depend on the image"
    np.testing.assert_array_equal(run_one(model, given, tmp_path), expected)


@pytest.mark.parametrize(
    "name",
    [
        "shufflenet_v2_x0_5",
        pytest.param("efficientnet_b0", marks=pytest.mark.slow),
        pytest.param("densenet121", marks=pytest.mark.slow),
    ],
)
def test_all_executors_agree_with_faults(name: str, tmp_path: Path) -> None:
    """`run` itself compares the engine, the array and the closed form."""
    onnx.save(quantized(name, "qdq"), tmp_path / "network.onnx")
    x = np.moveaxis(images(name, 2, 3), 1, -1)
    np.savez(tmp_path / "inputs.npz", x=x, y=np.zeros(len(x), np.int64))
    (tmp_path / "workload.yaml").write_text(WORKLOAD.format(configs=ROOT / "configs"))
    options = ["--voltage", "0.83", "--images", "1", "--cosim-images", "1"]
    point = json_of("run", tmp_path / "workload.yaml", *options)
    assert point["cosim_images"] == 1 and point["effective_ber"] > 0

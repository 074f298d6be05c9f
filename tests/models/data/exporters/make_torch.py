"""Write networks of this folder that PyTorch's quantization exports, and ONNX Runtime's outputs.

    python tests/models/data/exporters/make_torch.py

Made with torch 2.13.0, torchao 0.18.0, onnx 1.23.2, onnxruntime 1.31.1 and numpy 2.4.6 on an x86
CPU with AVX512-VNNI. Prints how many output codes differ from PyTorch's own.

- pt2e: prepare_pt2e, convert_pt2e with the XNNPACK quantizer, torch.onnx.export(dynamo=True)
- eager: torch.ao.quantization.convert, torch.onnx.export(dynamo=False)
- fake: fake quantization modules, torch.onnx.export(dynamo=False)
"""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.ao.quantization as eager
from numpy.typing import NDArray
from reference import output_codes, run_runtime, without_metadata, write
from torch import nn
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
from torchao.testing.pt2e import _xnnpack_quantizer as xnnpack

warnings.filterwarnings("ignore")
SHAPE = (3, 12, 11)  # the mean is one of 3 x 3 pixels: no ties
IMAGES = 16


class Network(nn.Module):
    """A stem, a depthwise block, a residual sum, pools and a classifier."""

    def __init__(self, quantizes_mean: bool) -> None:
        super().__init__()
        self.quantize, self.dequantize = eager.QuantStub(), eager.DeQuantStub()
        self.stem, self.relu = nn.Conv2d(3, 6, 3, padding=1), nn.ReLU()
        self.depthwise = nn.Conv2d(6, 6, 3, stride=2, padding=1, groups=6, bias=False)
        self.pointwise = nn.Conv2d(6, 5, 1)
        self.conv = nn.Conv2d(5, 5, 3, padding=1)
        self.sum = torch.ao.nn.quantized.FloatFunctional()
        self.max_pool, self.mean = nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1)
        self.averaged = eager.QuantStub() if quantizes_mean else nn.Identity()
        self.flatten, self.classes = nn.Flatten(), nn.Linear(5, 10)

    def forward(self, x):
        x = self.relu(self.stem(self.quantize(x)))
        x = self.pointwise(self.depthwise(x))
        x = self.max_pool(self.sum.add(self.conv(x), x))
        return self.dequantize(self.classes(self.flatten(self.averaged(self.mean(x)))))


def network(quantizes_mean: bool = False) -> nn.Module:
    torch.manual_seed(1)
    return Network(quantizes_mean).eval()


def noise(seed: int, count: int = IMAGES) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(seed).normal(size=(count, *SHAPE)).astype(np.float32)
    )


def pt2e(per_channel: bool) -> nn.Module:
    quantizer = xnnpack.XNNPACKQuantizer().set_global(
        xnnpack.get_symmetric_quantization_config(is_per_channel=per_channel)
    )
    batch = ({0: torch.export.Dim("batch")},)
    program = torch.export.export(network(), (noise(0),), dynamic_shapes=batch)
    prepared = prepare_pt2e(program.module(), quantizer)
    prepared(noise(1, 64))
    return convert_pt2e(prepared)


def converted(backend: str) -> nn.Module:
    torch.backends.quantized.engine = backend
    made = network()
    made.qconfig = eager.get_default_qconfig(backend)
    eager.fuse_modules(made, [["stem", "relu"]], inplace=True)
    eager.prepare(made, inplace=True)
    made(noise(1, 64))
    return eager.convert(made, inplace=False)


def faked() -> nn.Module:
    activations = eager.FakeQuantize.with_args(
        observer=eager.MovingAverageMinMaxObserver, quant_min=0, quant_max=255
    )
    weights = eager.FakeQuantize.with_args(
        observer=eager.PerChannelMinMaxObserver,
        quant_min=-128,
        quant_max=127,
        dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric,
        ch_axis=0,
    )
    made = network(quantizes_mean=True).train()
    made.qconfig = eager.QConfig(activation=activations, weight=weights)
    eager.fuse_modules_qat(made, [["stem", "relu"]], inplace=True)
    eager.prepare_qat(made, inplace=True)
    made(noise(1, 64))
    return made.eval().apply(eager.disable_observer)


def exported(made: nn.Module, dynamo: bool) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        options = {"dynamo": True} if dynamo else {"dynamo": False, "opset_version": 13}
        torch.onnx.export(made, (noise(0, 1),), str(path), **options)
        return without_metadata(onnx.load(path))


def example(name: str, made: nn.Module, dynamo: bool, level: str = "ORT_ENABLE_ALL") -> None:
    model, real = exported(made, dynamo), noise(2)
    output: NDArray = run_runtime(model, real.numpy(), level)
    write("torch_" + name, model, real.numpy(), output)
    own = output_codes(model, made(real).detach().numpy()).astype(int)
    steps = np.abs(own - output_codes(model, output))
    print(f"{name}: {(steps > 0).sum()} of {steps.size} codes differ by up to {steps.max()}")


example("pt2e_channel", pt2e(True), True)
example("pt2e_tensor", pt2e(False), True)
example("eager_x86", converted("x86"), False)
example("eager_qnnpack", converted("qnnpack"), False)
# ONNX Runtime refuses its own QLinearAdd here: the scales are lists of one element.
example("fake", faked(), False, "ORT_ENABLE_BASIC")

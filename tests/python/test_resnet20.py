"""ResNet-20 from a PyTorch state_dict: the engine's logits are ONNX Runtime's in every variant.

Needs the float weights and CIFAR-10, which are not part of the repository.
"""

import os
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import numpy_helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.training.datasets import read_cifar10_batch
from brownout_tools.training.reference_logits import vnni_flag

CHECKPOINT = ROOT.parent / "shared" / "models" / "resnet20_cifar10_fp32.th"
IMAGES = ROOT / "workloads" / "cifar10_resnet8" / "test_batch.bin"
RUN_NETWORK = Path(str(BROWNOUT)).parent / "tests" / "models" / "run_network"
COUNT = int(os.environ.get("BROWNOUT_IMAGES", "1000"))

pytestmark = [
    needs_brownout,
    pytest.mark.skipif(not CHECKPOINT.exists(), reason=f"{CHECKPOINT.name} is not there"),
    pytest.mark.skipif(not RUN_NETWORK.exists(), reason=f"{RUN_NETWORK} is not built"),
    pytest.mark.skipif(vnni_flag() is None, reason="no VNNI: ONNX Runtime may saturate"),
]


@pytest.mark.parametrize("per_tensor", [False, True], ids=["channel", "tensor"])
@pytest.mark.parametrize("weights", ["int8", "uint8"])
@pytest.mark.parametrize("form", ["qdq", "qoperator"])
def test_logits_equal_onnxruntimes(
    form: str, weights: str, per_tensor: bool, tmp_path: Path
) -> None:
    state_dict = pytest.importorskip("brownout_tools.training.state_dict")
    network = tmp_path / "network.onnx"
    arguments = ["resnet20", "--checkpoint", CHECKPOINT, "--data", IMAGES, "--out", network]
    arguments += ["--format", form, "--weights", weights, "--calibration-images", 100]
    state_dict.main([str(a) for a in arguments] + ["--per-tensor"] * per_tensor)
    model = onnx.load(network)
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    first = next(n for n in model.graph.node if n.input[:1] == [model.graph.input[0].name])
    last = next(n for n in model.graph.node if n.output[0] == model.graph.output[0].name)
    images, _ = read_cifar10_batch(IMAGES)
    inputs = state_dict.IMAGENET.apply(images[:COUNT]).astype(np.float32)
    scale, zero_point = (constants[name] for name in first.input[1:])
    codes = np.clip(np.rint(inputs / scale) + int(zero_point), 0, 255).astype(np.uint8)
    codes.transpose(0, 2, 3, 1).tofile(tmp_path / "in")
    line = f"{network} {tmp_path / 'in'} {tmp_path / 'out'}"
    run = subprocess.run([RUN_NETWORK], input=line, capture_output=True, text=True, check=True)
    assert run.stdout == "ok\n"
    found = np.fromfile(tmp_path / "out", np.uint8).reshape(len(inputs), -1)
    (real,) = ort.InferenceSession(network).run(None, {"input": inputs})
    scale, zero_point = (constants[name] for name in last.input[1:])
    expected = np.rint(real / scale) + int(zero_point)
    assert (found != expected).sum() == 0
    assert len(np.unique(found)) > 50

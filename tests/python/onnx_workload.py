"""Any ONNX network as a workload with faults, and ONNX Runtime on the weights that it reads."""

import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from engine_codes import UNFAITHFUL, channels_last
from numpy.typing import NDArray
from onnx import numpy_helper

from brownout_binary import BROWNOUT, ROOT
from brownout_tools.runtime import session

WORKLOAD = """
workload:
  name: random
  network: network.onnx
  dataset: {{format: npz, file: data.npz, axes: channels_first}}
{more}
accelerator: {root}/configs/accelerators/edge_32x32.yaml
memory:
  profile: {root}/configs/memories/sram_14nm.yaml
  chip: {{generator: iid, kind: flip, seed: 3}}
operating_point: {{weight_sram: 0.80}}
"""


def write_workload(
    folder: Path, model: onnx.ModelProto, real: NDArray[np.float32], more: str = ""
) -> Path:
    """A workload whose images are these inputs, all labelled 0."""
    (folder / "network.onnx").write_bytes(model.SerializeToString())
    np.savez(folder / "data.npz", x=real, y=np.zeros(len(real), np.int64))
    path = folder / "workload.yaml"
    path.write_text(WORKLOAD.format(root=ROOT, more=more))
    return path


def command(name: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BROWNOUT, name, *map(str, words)], capture_output=True, text=True, timeout=300
    )


def run(path: Path, *words: object) -> tuple[dict[str, NDArray], dict]:
    """The logits file and the report of ``brownout run``, which co-simulates an image."""
    out = path.parent / "logits.npz"
    done = command("run", path, "--logits-out", out, "--format", "json", *words)
    assert done.returncode == 0, done.stderr
    with np.load(out) as archive:
        return dict(archive), json.loads(done.stdout)


def with_weights(model: onnx.ModelProto, path: Path, *words: object) -> onnx.ModelProto:
    """The model with the weights that ``brownout weights`` writes."""
    out = path.parent / "weights.npz"
    done = command("weights", path, "--out", out, *words)
    assert done.returncode == 0, done.stderr
    faulty = onnx.ModelProto()
    faulty.CopyFrom(model)
    with np.load(out) as archive:
        left = dict(archive)
    for tensor in faulty.graph.initializer:
        if tensor.name in left:
            tensor.CopyFrom(numpy_helper.from_array(left.pop(tensor.name), tensor.name))
    assert not left
    return faulty


def runtime_outputs(model: onnx.ModelProto, real: NDArray) -> list[NDArray[np.int64]]:
    """ONNX Runtime's codes of every output, rows with the channels last."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    network = session(model, options, UNFAITHFUL)
    outputs = network.run(None, {network.get_inputs()[0].name: real})
    lows = [np.iinfo(o.dtype).min for o in outputs]
    return [
        (channels_last(o.astype(int)) - low).reshape(len(real), -1)
        for o, low in zip(outputs, lows, strict=True)
    ]

"""The engine's codes of ONNX networks, by way of the test program run_network."""

import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from quantized_graph import QuantizedGraph

from brownout_binary import BROWNOUT
from brownout_tools.runtime import session

RUN_NETWORK = Path(str(BROWNOUT)).parent / "tests" / "models" / "run_network"
needs_run_network = pytest.mark.skipif(
    not RUN_NETWORK.exists(), reason=f"{RUN_NETWORK} is not built"
)
# Optimizers of ONNX Runtime that change a graph: one quantization in place of two in a row; pads
# moved into pools that it then refuses.
UNFAITHFUL = ("DoubleQDQPairsRemover", "Pad_Fusion")


def channels_last(codes: NDArray) -> NDArray:
    """(N, C, H, W) as the simulator holds it."""
    return codes.transpose(0, 2, 3, 1) if codes.ndim == 4 else codes


def run_all(lines: list[str]) -> list[str]:
    """Run networks on files, a line "NETWORK INPUT OUTPUT" each; "ok" or the error of each."""
    run = subprocess.run(
        [RUN_NETWORK], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    return run.stdout.splitlines()


def run_one(model: onnx.ModelProto, codes: NDArray, folder: Path) -> NDArray[np.uint8]:
    """Output codes of one network as one row per image; ValueError with the importer's message."""
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    channels_last(codes).astype(np.uint8).tofile(folder / "in")
    (message,) = run_all([f"{path} {folder / 'in'} {folder / 'out'}"])
    if message != "ok":
        raise ValueError(message.removeprefix(f"{path}: "))
    return np.fromfile(folder / "out", np.uint8).reshape(len(codes), -1)


def import_error(made: QuantizedGraph, folder: Path) -> str:
    """The importer's message for a graph that it must refuse."""
    with pytest.raises(ValueError) as error:
        run_one(made.model(), np.zeros((1, *made.input_shape), np.uint8), folder)
    return str(error.value)


def runtime_codes(
    model: onnx.ModelProto, real: NDArray, level: str = "ORT_ENABLE_ALL", skipped: tuple = ()
) -> NDArray:
    """ONNX Runtime's output codes, at a level of graph optimization, without `skipped` ones."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, level)
    network = session(model, options, skipped)
    (output,) = network.run(None, {network.get_inputs()[0].name: real})
    return output


def compare(graph: QuantizedGraph, folder: Path, images: int = 16, **runtime) -> NDArray:
    """By how many codes engine and runtime differ; fails where the outputs are all alike."""
    model = graph.model()
    real, codes = graph.images(images)
    expected = runtime_codes(model, real, **runtime).astype(int) - graph.low
    rows = channels_last(expected).reshape(images, -1)
    assert len(np.unique(rows)) > 4
    return np.abs(run_one(model, codes - graph.low, folder) - rows)

"""ONNX Runtime is a reference on every CPU: every session has exact integer sums."""

import platform
import re
import shutil
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from brownout_binary import ROOT
from brownout_tools import runtime

MAKES = re.compile(r"\bInferenceSession\(")
EMULATOR = shutil.which("qemu-x86_64") if platform.machine() == "x86_64" else None
AVX2_ONLY = [EMULATOR, "-cpu", "Haswell-v4"]


def product(signed: bool) -> onnx.ModelProto:
    """64 codes, 255 above their zero point, times weights of 127: two products leave 16 bits."""
    constants = {
        "scale": np.float32(1),
        "zero": np.int8(-128) if signed else np.uint8(0),
        "weights": np.full((64, 2), 127, np.int8),
        "weight_zero": np.int8(0),
        "out_scale": np.float32(64 * 127),
    }
    inputs = ["x", "scale", "zero", "weights", "scale", "weight_zero", "out_scale", "zero"]
    kind = TensorProto.INT8 if signed else TensorProto.UINT8
    graph = helper.make_graph(
        [helper.make_node("QLinearMatMul", inputs, ["y"])],
        "product",
        [helper.make_tensor_value_info("x", kind, [1, 64])],
        [helper.make_tensor_value_info("y", kind, [1, 2])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def highest(session: onnxruntime.InferenceSession) -> list[int]:
    dtype = np.int8 if session.get_inputs()[0].type[7:-1] == "int8" else np.uint8
    largest = np.iinfo(dtype).max
    return (session.run(None, {"x": np.full((1, 64), largest, dtype)})[0] == largest).tolist()[0]


@pytest.mark.parametrize("signed", [False, True], ids=["uint8", "int8"])
def test_sums_are_exact(signed: bool) -> None:
    assert highest(runtime.session(product(signed))) == [True, True]


@pytest.mark.skipif(EMULATOR is None, reason="needs qemu-x86_64")
def test_sums_are_exact_on_a_cpu_without_vnni() -> None:
    """In an emulated CPU: a plain session saturates there, which shows that the entry matters."""
    command = [*AVX2_ONLY, sys.executable, __file__]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert shown == ["plain [False, False]", "uint8 [True, True]", "int8 [True, True]"]


def test_every_session_is_made_in_one_place() -> None:
    files = [*ROOT.glob("tools/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("docs/*.md")]
    makers = {path.relative_to(ROOT).as_posix() for path in files if MAKES.search(path.read_text())}
    assert makers == {"tools/brownout_tools/runtime.py", "tests/python/test_runtime.py"}


if __name__ == "__main__":
    plain = onnxruntime.InferenceSession(product(signed=False).SerializeToString())
    print("plain", highest(plain))
    for name in ("uint8", "int8"):
        print(name, highest(runtime.session(product(signed=name == "int8"))))

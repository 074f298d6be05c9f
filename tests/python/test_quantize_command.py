"""``python -m brownout_tools.quantize``: from a float ONNX file to what the simulator takes."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic
from refusals import refusal

from brownout_binary import needs_brownout
from brownout_tools.quantize import main
from commands import json_of

INPUTS = np.random.default_rng(3).standard_normal((40, 3, 8, 8)).astype(np.float32)


def float_network(path: Path, batch: int | str = "N") -> Path:
    """A convolution, ReLU, global average and a classifier of 5 classes."""
    random = np.random.default_rng(5)
    weights = {"w1": (8, 3, 3, 3), "b1": (8,), "w2": (8, 5)}
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["conv"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv"], ["relu"], name="relu"),
        helper.make_node("GlobalAveragePool", ["relu"], ["pool"], name="pool"),
        helper.make_node("Flatten", ["pool"], ["flat"], name="flat"),
        helper.make_node("MatMul", ["flat", "w2"], ["y"], name="fc"),
    ]
    ends = [("x", [batch, 3, 8, 8]), ("y", [batch, 5])]
    first, last = (helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in ends)
    tensors = [
        numpy_helper.from_array(random.standard_normal(shape).astype(np.float32), name)
        for name, shape in weights.items()
    ]
    graph = helper.make_graph(nodes, "float", [first], [last], tensors)
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


@needs_brownout
@pytest.mark.parametrize(
    ("batch", "options"), [("N", []), (1, []), ("N", ["--format", "qoperator"]), (16, [])]
)
def test_the_simulator_takes_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], batch: int | str, options: list[str]
) -> None:
    source, out = float_network(tmp_path / "fp32.onnx", batch), tmp_path / "new" / "network.onnx"
    np.savez(tmp_path / "inputs.npz", x=INPUTS)
    assert main([str(source), str(tmp_path / "inputs.npz"), "--out", str(out), *options]) == 0
    words = capsys.readouterr().out.split()
    assert words[1:4] == ["of", "32" if batch == 16 else "40", "inputs"]
    assert float(words[4]) >= 85
    if batch == 16:
        return  # the simulator wants a batch of one or of any size
    layers = json_of("network", out)["layers"]
    assert [layer["macs"] for layer in layers if layer["macs"]] == [8 * 27 * 64, 8 * 5]


@needs_brownout
@pytest.mark.parametrize("options", [[], ["--per-tensor"], ["--activations", "int8"]])
def test_weights_of_four_bits_are_written_and_taken(tmp_path: Path, options: list[str]) -> None:
    source, out = float_network(tmp_path / "fp32.onnx"), tmp_path / "network.onnx"
    np.save(tmp_path / "inputs.npy", INPUTS)
    wanted = ["--weights", "int4", *options]
    assert main([str(source), str(tmp_path / "inputs.npy"), "--out", str(out), *wanted]) == 0
    layers = [layer for layer in json_of("network", out)["layers"] if layer["macs"]]
    assert [layer["weight_bits"] for layer in layers] == [4, 4]
    weights = [t for t in onnx.load(out).graph.initializer if t.data_type == TensorProto.INT4]
    codes = {t.name: numpy_helper.to_array(t).astype(int) for t in weights}
    shown = [(layer["code_min"], layer["code_max"]) for layer in layers]
    assert shown == [
        (codes[name].min(), codes[name].max()) for name in ("w1_quantized", "w2_quantized")
    ]


def test_four_bits_need_the_form_that_holds_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["fp32.onnx", "x.npy", "--out", "o.onnx", "--format", "qoperator"]
    assert main([*arguments, "--weights", "int4"]) == 2
    assert capsys.readouterr().err == "error: --weights int4: only --format qdq can hold them\n"


def test_few_inputs_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, inputs = float_network(tmp_path / "fp32.onnx"), tmp_path / "inputs.npy"
    for count, told in ((1, True), (40, False)):
        np.save(inputs, INPUTS[:count])
        assert main([str(source), str(inputs), "--out", str(tmp_path / "out.onnx")]) == 0
        assert (f"ranges seen on {count} input" in capsys.readouterr().err) == told


@needs_brownout
def test_the_simulator_refuses_networks_without_scales(tmp_path: Path) -> None:
    source, dynamic = float_network(tmp_path / "fp32.onnx"), tmp_path / "dynamic.onnx"
    command = "python -m brownout_tools.quantize NETWORK INPUTS (docs/add-a-network.md)\n"
    assert refusal(source) == f"a float network; it is quantized by {command}"
    quantize_dynamic(source, dynamic)
    message = refusal(dynamic)
    assert "(DynamicQuantizeLinear): the network was quantized dynamically" in message
    assert message.endswith(command)


def test_bad_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = float_network(tmp_path / "fp32.onnx")
    quantized, inputs = tmp_path / "quantized.onnx", tmp_path / "inputs.npy"
    np.save(inputs, INPUTS)
    assert main([str(source), str(inputs), "--out", str(quantized)]) == 0
    (tmp_path / "text").write_text("text")
    np.savez(tmp_path / "names.npz", images=INPUTS)
    (tmp_path / "folder").mkdir()
    np.save(tmp_path / "pixels.npy", INPUTS.astype(np.uint8))
    np.save(tmp_path / "nhwc.npy", np.moveaxis(INPUTS, 1, -1))
    capsys.readouterr()
    for network, data, message in [
        ("none.onnx", "inputs.npy", "none.onnx: no such file"),
        ("text", "inputs.npy", "text: not an ONNX file"),
        ("quantized.onnx", "inputs.npy", "quantized.onnx: is quantized already"),
        ("fp32.onnx", "none.npz", "none.npz: no such file"),
        ("fp32.onnx", "text", "text: not a NumPy file"),
        ("fp32.onnx", "names.npz", "names.npz: has no array x, it holds images"),
        ("fp32.onnx", "folder", "folder: is a directory, an .npz or .npy file is wanted"),
        ("fp32.onnx", "pixels.npy", "uint8 where preprocessed floats are wanted"),
        ("fp32.onnx", "nhwc.npy", "(40, 8, 8, 3), the network takes N x 3 x 8 x 8"),
    ]:
        arguments = [str(tmp_path / network), str(tmp_path / data), "--out", str(tmp_path / "out")]
        assert main(arguments) == 2
        found = capsys.readouterr().err
        assert found.startswith("error: ") and found.count("\n") == 1 and message in found
        assert not (tmp_path / "out").exists()

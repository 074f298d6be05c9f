"""Networks with more than one output: every one is the runtime's, with and without faults."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx_workload import command, run, runtime_outputs, with_weights, write_workload
from quantized_graph import QuantizedGraph, with_one_input

from brownout_binary import needs_brownout

pytestmark = needs_brownout


def two_heads(form: str, signed: bool = False) -> tuple[QuantizedGraph, onnx.ModelProto]:
    """Scores, the map before them, and the scores of a second head; the input passes through."""
    made = with_one_input(5, form, (4, 6, 5), signed)
    x = made.pool[-1]
    made.weighted("conv", x, (6, 4, 3, 3), 0, 6, (6, 4, 3), 36, "Conv", kernel_shape=[3, 3])
    features = made.pool[-1]
    flat = made.named((72,), like=features)
    made.add("flatten", "Flatten", [features.name], flat)
    heads = []
    for classes in (7, 5):
        made.weighted("dense", flat, (72, classes), 1, classes, (classes,), 72, "MatMul")
        heads.append(made.pool[-1])
    model = made.model()
    del model.graph.output[:]
    code = TensorProto.INT8 if signed else TensorProto.UINT8
    for tensor in (heads[0], features, heads[1]):
        model.graph.output.append(helper.make_tensor_value_info(tensor.name, code, None))
    return made, model


@pytest.mark.parametrize("voltage", ["1", "0.8"])
@pytest.mark.parametrize("form", ["qdq", "qoperator"])
@pytest.mark.parametrize("streaming", [False, True])
def test_every_output_is_onnx_runtime_s(
    form: str, voltage: str, streaming: bool, tmp_path: Path
) -> None:
    """`run` itself compares them with those that the machine stores in the DRAM."""
    made, model = two_heads(form)
    real, _ = made.images(20)
    path = write_workload(tmp_path, model, real)
    options = [f"--voltage={voltage}"]
    options += ["--set=accelerator.placement=streaming"] if streaming else []
    logits, report = run(path, *options)
    assert (report["weights_changed"] > 0) == (voltage != "1")
    expected = runtime_outputs(with_weights(model, path, *options), real)
    names = [output.name for output in model.graph.output]
    assert sorted(logits) == sorted(["logits", *(f"logits_{name}" for name in names[1:])])
    assert np.array_equal(logits["logits"], expected[0])
    for name, codes in zip(names[1:], expected[1:], strict=True):
        assert np.array_equal(logits[f"logits_{name}"], codes)


def test_the_named_output_is_scored(tmp_path: Path) -> None:
    made, model = two_heads("qdq")
    real, _ = made.images(20)
    names = [output.name for output in model.graph.output]
    path = write_workload(tmp_path, model, real, f"  output: {names[2]}")
    logits, report = run(path, "--voltage=1")
    expected = runtime_outputs(model, real)
    assert np.array_equal(logits["logits"], expected[2])
    assert np.array_equal(logits[f"logits_{names[0]}"], expected[0])
    assert report["top1"] == np.mean(expected[2].argmax(1) == 0)
    first = run(path, "--voltage=1", f"--set=workload.output={names[0]}")[1]
    assert first["top1"] == np.mean(expected[0].argmax(1) == 0)


def test_a_note_says_which_output_is_scored_and_an_error_what_there_is(tmp_path: Path) -> None:
    made, model = two_heads("qdq")
    path = write_workload(tmp_path, model, made.images(4)[0])
    names = [output.name for output in model.graph.output]
    done = command("run", path, "--voltage=1")
    assert (
        f"the network has 3 outputs: {', '.join(names)}; the first is scored, workload.output "
        "names another" in done.stderr
    )
    near = names[1] + "x"
    done = command("run", path, f"--set=workload.output={near}")
    assert done.returncode == 2
    message = f"'{near}' is no output of {tmp_path}/network.onnx; its outputs are {names[0]}"
    assert message in done.stderr and f"(did you mean {names[1]}?)" in done.stderr


def test_the_listing_names_all_outputs(tmp_path: Path) -> None:
    _, model = two_heads("qdq")
    path = tmp_path / "network.onnx"
    path.write_bytes(model.SerializeToString())
    names = [output.name for output in model.graph.output]
    text = command("network", path).stdout
    assert f"{names[0]} (7x1x1), {names[1]} (6x4x3), {names[2]} (5x1x1)" in text


def test_an_operation_that_nothing_reads_is_told(tmp_path: Path) -> None:
    made, model = two_heads("qdq")
    source = made.dequantize(made.pool[0])
    dead = [made.nodes[-1], helper.make_node("GlobalAveragePool", [source], ["unread"], "unread")]
    model.graph.node.extend(dead)
    scale_and_zero = [
        t for t in made.constants if t not in {i.name for i in model.graph.initializer}
    ]
    for name in scale_and_zero:
        model.graph.initializer.append(onnx.numpy_helper.from_array(made.constants[name], name))
    path = tmp_path / "network.onnx"
    path.write_bytes(model.SerializeToString())
    done = command("network", path)
    assert "'unread' (GlobalAveragePool) is not executed: nothing reads its result" in done.stdout

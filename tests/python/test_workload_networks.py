"""The networks, test slices and reference logits under ``workloads/`` are what they say."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, numpy_helper

from brownout_tools.runtime import session
from brownout_tools.training import integer_arithmetic
from brownout_tools.training.datasets import DATASETS
from brownout_tools.training.narrow_onnx import as_int8
from brownout_tools.training.reference_logits import (
    output_quantization,
    runtime_logits,
)
from brownout_tools.training.slices import read_slice

WORKLOADS = Path(__file__).resolve().parents[2] / "workloads"


@dataclass(frozen=True)
class Expected:
    """What one workload's files promise."""

    operators: dict[str, int]
    weights: dict[str, tuple[int, ...]]
    right: int  # correct predictions among the 1,000 images of the slice
    first_labels: list[int]
    images_sha256: str
    versions: tuple[int, int] = (7, 13)  # IR and opset
    weight_type: int = TensorProto.INT8
    largest_code: int = 127


EXPECTED = {
    "mnist_cnn": Expected(
        operators={"Conv": 2, "MaxPool": 2, "Flatten": 1, "Gemm": 3},
        weights={
            "conv1": (6, 1, 5, 5),
            "conv2": (16, 6, 5, 5),
            "fc1": (120, 256),
            "fc2": (84, 120),
            "fc3": (10, 84),
        },
        right=994,
        first_labels=[7, 2, 1, 0, 4, 1, 4, 9, 5, 9],
        images_sha256="433b45373ea5854af220ecaa5779542557e32a893fbaf90aa26d1e31123335de",
    ),
    "cifar10_resnet8": Expected(
        operators={"Conv": 9, "Add": 3, "GlobalAveragePool": 1, "Flatten": 1, "Gemm": 1},
        weights={
            "conv1": (16, 3, 3, 3),
            "block1.conv1": (16, 16, 3, 3),
            "block1.conv2": (16, 16, 3, 3),
            "block2.conv1": (32, 16, 3, 3),
            "block2.conv2": (32, 32, 3, 3),
            "block2.shortcut": (32, 16, 1, 1),
            "block3.conv1": (64, 32, 3, 3),
            "block3.conv2": (64, 64, 3, 3),
            "block3.shortcut": (64, 32, 1, 1),
            "fc": (10, 64),
        },
        right=875,
        first_labels=[3, 8, 8, 0, 6, 6, 1, 6, 3, 1],
        images_sha256="2c7f1e2769a741f695dfd5f74aa4a4ef08a7d20b9ec8576214dabab76c75c784",
    ),
}

EXPECTED["cifar10_resnet8_w4"] = replace(
    EXPECTED["cifar10_resnet8"],
    right=856,
    versions=(10, 21),
    weight_type=TensorProto.INT4,
    largest_code=7,
)


@dataclass(frozen=True)
class Workload:
    """One workload directory, read once."""

    name: str
    directory: Path
    file: onnx.ModelProto
    model: onnx.ModelProto  # the same with all weights in int8 tensors
    images: np.ndarray  # uint8 (1000, C, H, W)
    labels: np.ndarray  # uint8 (1000,)
    inputs: np.ndarray  # float32 (1000, C, H, W)
    reference: dict[str, np.ndarray]

    @property
    def expected(self) -> Expected:
        return EXPECTED[self.name]

    @property
    def network(self) -> Path:
        return self.directory / "network.onnx"


@pytest.fixture(scope="module", params=sorted(EXPECTED))
def workload(request: pytest.FixtureRequest) -> Workload:
    directory = WORKLOADS / request.param
    images, labels = read_slice(request.param, directory)
    with np.load(directory / "reference_logits.npz", allow_pickle=False) as archive:
        reference = dict(archive)
    file = onnx.load(directory / "network.onnx")
    return Workload(
        request.param,
        directory,
        file,
        as_int8(file),
        images,
        labels,
        DATASETS[request.param].preprocess.apply(images),
        reference,
    )


@pytest.fixture(scope="module")
def tensors(workload: Workload) -> dict[str, np.ndarray]:
    return {t.name: numpy_helper.to_array(t) for t in workload.model.graph.initializer}


def flip_sign_bits(model: onnx.ModelProto, weight: str, count: int) -> onnx.ModelProto:
    """Copy a model with the top bit of a weight tensor's first ``count`` elements inverted."""
    faulty = onnx.ModelProto()
    faulty.CopyFrom(model)
    (tensor,) = [t for t in faulty.graph.initializer if t.name == weight]
    values = numpy_helper.to_array(tensor).copy()
    values.reshape(-1)[:count] ^= np.int8(-128)
    tensor.CopyFrom(numpy_helper.from_array(values, weight))
    return faulty


def int8_form(workload: Workload, directory: Path) -> Path:
    """The network with weights in int8 tensors, which the runtime computes in integers."""
    path = directory / "int8.onnx"
    onnx.save(workload.model, path)
    return path


def test_slice_is_the_start_of_the_test_set(workload: Workload) -> None:
    assert workload.images.shape[0] == len(workload.labels) == 1000
    assert workload.labels[:10].tolist() == workload.expected.first_labels
    digest = hashlib.sha256(workload.images.tobytes() + workload.labels.tobytes()).hexdigest()
    assert digest == workload.expected.images_sha256


def test_graph_has_the_promised_operators_and_names(workload: Workload) -> None:
    model = workload.file
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, model.opset_import[0].version) == workload.expected.versions
    assert len(model.opset_import) == 1
    operators = Counter(node.op_type for node in model.graph.node)
    assert operators.pop("QuantizeLinear") == sum(workload.expected.operators.values()) + 1
    operators.pop("DequantizeLinear")
    assert dict(operators) == workload.expected.operators
    layers = {node.name for node in model.graph.node if node.op_type in ("Conv", "Gemm")}
    assert layers == set(workload.expected.weights)
    assert [v.name for v in model.graph.input] == ["input"]
    assert [v.name for v in model.graph.output] == ["logits"]


def test_every_tensor_has_a_shape_and_every_initializer_a_use(workload: Workload) -> None:
    graph = workload.file.graph
    known = {v.name for v in [*graph.input, *graph.output, *graph.value_info]}
    produced = {name for node in graph.node for name in node.output}
    assert produced <= known
    used = {name for node in graph.node for name in node.input}
    assert {t.name for t in graph.initializer} == used - produced - {"input"}


def test_weights_are_symmetric_per_channel(
    workload: Workload, tensors: dict[str, np.ndarray]
) -> None:
    types = {t.name: t.data_type for t in workload.file.graph.initializer}
    for layer, shape in workload.expected.weights.items():
        weight = tensors[f"{layer}.weight_quantized"]
        assert (weight.dtype, weight.shape) == (np.int8, shape)
        # Each channel uses its whole range, or its scale is too large.
        largest = np.abs(weight.astype(int)).reshape(shape[0], -1).max(axis=1)
        assert (largest == workload.expected.largest_code).all()
        assert types[f"{layer}.weight_quantized"] == workload.expected.weight_type
        scale = tensors[f"{layer}.weight_scale"]
        assert (scale.dtype, scale.shape) == (np.float32, shape[:1])
        assert (scale > 0).all()
        assert not tensors[f"{layer}.weight_zero_point"].any()


def test_bias_scale_is_the_product_of_the_operands_scales(
    workload: Workload, tensors: dict[str, np.ndarray]
) -> None:
    scale_of = {
        node.output[0]: tensors[node.input[1]]
        for node in workload.model.graph.node
        if node.op_type == "DequantizeLinear"
    }
    for node in workload.model.graph.node:
        if node.op_type in ("Conv", "Gemm"):
            x, weight, bias = (scale_of[name] for name in node.input)
            assert tensors[f"{node.name}.bias_quantized"].dtype == np.int32
            assert not tensors[f"{node.name}.bias_zero_point"].any()
            np.testing.assert_array_equal(bias, x * weight)


def test_activations_are_uint8_and_start_at_zero_after_relu(
    workload: Workload, tensors: dict[str, np.ndarray]
) -> None:
    zero_points = {
        node.input[0]: tensors[node.input[2]]
        for node in workload.model.graph.node
        if node.op_type == "QuantizeLinear"
    }
    assert {z.dtype for z in zero_points.values()} == {np.dtype(np.uint8)}
    without_relu = {"input", "fc3.output", "fc.output"}
    without_relu |= {f"block{i}.conv2.output" for i in (1, 2, 3)}
    without_relu |= {f"block{i}.shortcut.output" for i in (2, 3)}
    for tensor, zero_point in zero_points.items():
        assert (zero_point == 0) == (tensor not in without_relu), tensor


def test_reference_logits_state_their_origin(workload: Workload) -> None:
    reference = workload.reference
    assert (reference["logits"].dtype, reference["logits"].shape) == (np.uint8, (1000, 10))
    assert (reference["scale"], reference["zero_point"]) == output_quantization(workload.model)
    np.testing.assert_array_equal(reference["labels"], workload.labels)
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(reference["onnxruntime_version"]))
    assert "reference_logits" in str(reference["command"])


def test_reference_logits_give_the_stated_accuracy(workload: Workload) -> None:
    right = int((workload.reference["logits"].argmax(1) == workload.labels).sum())
    assert right == workload.expected.right
    readme = (workload.directory / "README.md").read_text()
    assert f"{right / 10:.1f} %" in readme


def test_integer_arithmetic_gives_the_reference_logits(workload: Workload) -> None:
    logits = integer_arithmetic.integer_logits(workload.model, workload.inputs)
    np.testing.assert_array_equal(logits, workload.reference["logits"])


def test_runtime_gives_the_reference_logits(workload: Workload) -> None:
    logits = runtime_logits(workload.network, workload.inputs)
    np.testing.assert_array_equal(logits, workload.reference["logits"])


def test_runtime_fuses_every_layer_into_integer_operators(
    workload: Workload, tmp_path: Path
) -> None:
    operators = Counter(n.op_type for n in onnx.load(fuse(workload, tmp_path)).graph.node)
    names = {"Conv": "QLinearConv", "Gemm": "QGemm", "Add": "QLinearAdd"}
    names["GlobalAveragePool"] = "QLinearGlobalAveragePool"
    fused = {names.get(op, op): n for op, n in workload.expected.operators.items()}
    assert dict(operators) == fused | {"QuantizeLinear": 1, "DequantizeLinear": 1}


def test_twin_in_qoperator_form_gives_the_reference_logits(
    workload: Workload, tmp_path: Path
) -> None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    network = session(Path(fuse(workload, tmp_path)), options)
    (logits,) = network.run(None, {"input": workload.inputs})
    scale, zero_point = output_quantization(workload.model)
    codes = workload.reference["logits"].astype(np.float32)
    np.testing.assert_array_equal(logits, (codes - np.float32(zero_point)) * scale)


def test_runtime_and_arithmetic_agree_on_faulty_weights(workload: Workload, tmp_path: Path) -> None:
    inputs = workload.inputs[:100]
    last = list(workload.expected.weights)[-1]
    for layer in ("conv1", last):
        faulty = flip_sign_bits(workload.model, f"{layer}.weight_quantized", 20)
        path = tmp_path / f"{layer}.onnx"
        onnx.save(faulty, path)
        logits = runtime_logits(path, inputs)
        assert (logits != workload.reference["logits"][:100]).any()
        np.testing.assert_array_equal(logits, integer_arithmetic.integer_logits(faulty, inputs))


def fuse(workload: Workload, directory: Path) -> str:
    """Let the runtime write the QOperator form of the network; the path of the file."""
    path = directory / "fused.onnx"
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path)
    session(int8_form(workload, directory), options)
    return str(path)

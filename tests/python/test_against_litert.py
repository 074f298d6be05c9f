"""TFLite networks: every layer's output equals that of LiteRT's reference kernels, code for code.

The reference is ``BUILTIN_REF``: LiteRT's kernel sets do not agree with each other. The networks of
MLPerf Tiny are not part of the repository; tests on them say so when they are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from brownout_binary import BROWNOUT, ROOT, needs_brownout

litert = pytest.importorskip("ai_edge_litert.interpreter", reason="no ai-edge-litert: no reference")

import flatbuffers  # noqa: E402
from random_tflite import RandomNetwork  # noqa: E402
from random_tflite_shapes import RandomShapes  # noqa: E402
from random_tflite_unsigned import OPERATORS as UNSIGNED  # noqa: E402
from random_tflite_unsigned import RandomUnsigned  # noqa: E402

from tflite_models import TYPES, Builder, Kind, schema  # noqa: E402

LAYER_OUTPUTS = BROWNOUT.parent / "tests" / "layer_outputs"
SHARED = ROOT.parent / "shared"
RESNET8 = SHARED / "models" / "mlperf_tiny_resnet8_int8.tflite"
DSCNN = SHARED / "models" / "mlperf_tiny_dscnn_kws_int8.tflite"

pytestmark = [
    needs_brownout,
    pytest.mark.skipif(not LAYER_OUTPUTS.exists(), reason=f"{LAYER_OUTPUTS.name} is not built"),
]
needs_mlperf = pytest.mark.skipif(
    not (RESNET8.exists() and DSCNN.exists()), reason="no MLPerf Tiny networks in ../shared/models"
)

Codes = NDArray[np.int8]
CASES = int(os.environ.get("BROWNOUT_CASES", "600"))
OPERATORS = (
    "conv", "depthwise", "dense", "add", "mul", "average_pool", "max_pool", "mean", "pad", "concat",
    "sub", "constant", "function", "function", "cut", "split", "turn",
    "transpose", "reverse", "shuffle", "other_shape", "dense_of_pixels", "spread_conv", "blocks",
    "enlarge", "reduce", "repeated", "extreme", "slopes", "uneven", "every_other",
    "computed_shape", "transposed_conv", "softmax",
)  # fmt: skip


def reference(model: Path, inputs: Codes) -> dict[str, Codes]:
    """LiteRT's output of every operator, by the name of the tensor."""
    interpreter = litert.Interpreter(
        str(model),
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    names = {tensor["index"]: tensor["name"] for tensor in interpreter.get_tensor_details()}
    made = [index for op in interpreter._get_ops_details() for index in op["outputs"]]
    outputs: dict[int, list[Codes]] = {index: [] for index in made}
    for image in inputs:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[np.newaxis])
        interpreter.invoke()
        for index in made:
            codes = interpreter.get_tensor(index)
            outputs[index].append((codes[0] if codes.shape[:1] == (1,) else codes).copy())
    return {names[index]: np.stack(codes) for index, codes in outputs.items()}


def simulate(cases: list[tuple[Path, Codes]]) -> list[dict[str, Codes]]:
    """The engine's output of every layer of every network."""
    words: list[Path] = []
    for model, inputs in cases:
        files = model.with_suffix(".npy"), model.with_suffix(".npz")
        np.save(files[0], (inputs.astype(int) + 128).astype(np.uint8))
        words += [model, *files]
    done = subprocess.run([LAYER_OUTPUTS, *words], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    results = []
    for model, _ in cases:
        with np.load(model.with_suffix(".npz")) as archive:
            results.append({name: archive[name].astype(int) - 128 for name in archive.files})
    return results


def different(found: dict[str, Codes], expected: dict[str, Codes]) -> list[str]:
    """One line per layer that differs; a name with @ is no tensor of the file."""
    lines = []
    for name, codes in found.items():
        if "@" in name:
            continue
        wrong = codes != expected[name].reshape(codes.shape)
        if wrong.any():
            lines.append(f"{name}: {wrong.sum()} of {wrong.size} codes")
    return lines


def random_case(seed: int, directory: Path) -> tuple[Path, Codes, list[str]]:
    """A chain of up to four operators, and inputs; a softmax only at the end."""
    random = np.random.default_rng([seed, 1])
    names = [str(name) for name in random.choice(OPERATORS, random.integers(1, 5))]
    names = [name for name in names[:-1] if name != "softmax"] + names[-1:]
    data, shape = RandomShapes(seed).build(names)
    model = directory / f"{seed}.tflite"
    model.write_bytes(data)
    return model, random.integers(-128, 128, (6, *shape[1:])).astype(np.int8), names


@pytest.mark.parametrize("first", range(0, CASES, 100))
def test_random_networks_are_litert_s(first: int, tmp_path: Path) -> None:
    cases = [random_case(seed, tmp_path) for seed in range(first, first + 100)]
    results = simulate([(model, inputs) for model, inputs, _ in cases])
    for (model, inputs, names), found in zip(cases, results, strict=True):
        expected = reference(model, inputs)
        assert found, names
        assert different(found, expected) == [], f"{model.stem}: {names}"


def shifted(codes: NDArray, kind: type[RandomNetwork]) -> Codes:
    """Codes of any kind of network as int8, which `simulate` takes and gives."""
    return (codes.astype(int) - kind.lowest - 128).astype(np.int8)


@pytest.mark.parametrize("first", range(0, CASES // 3, 100))
def test_random_networks_of_uint8_are_litert_s(first: int, tmp_path: Path) -> None:
    cases, given = [], []
    for seed in range(first, first + 100):
        random = np.random.default_rng([seed, 2])
        names = [str(name) for name in random.choice(UNSIGNED, random.integers(1, 5))]
        names = [name for name in names[:-1] if name != "softmax"] + names[-1:]
        data, shape = RandomUnsigned(seed).build(["conv", *names])  # weights tell the form
        model = tmp_path / f"{seed}.tflite"
        model.write_bytes(data)
        given.append(random.integers(0, 256, (6, *shape[1:])).astype(np.uint8))
        cases.append((model, shifted(given[-1], RandomUnsigned)))
    for (model, _), inputs, found in zip(cases, given, simulate(cases), strict=True):
        made = reference(model, inputs).items()
        expected = {name: shifted(codes, RandomUnsigned) for name, codes in made}
        assert different(found, expected) == [], model.stem


@pytest.mark.parametrize("kind", [Kind.FULLY_CONNECTED, Kind.CONV_2D, Kind.DEPTHWISE_CONV_2D])
@pytest.mark.parametrize(
    ("network", "per_channel"),
    [(RandomNetwork, False), (RandomNetwork, True), (RandomUnsigned, False)],
)
def test_sums_next_to_a_tie_round_as_litert_s(
    kind: int, network: type[RandomNetwork], per_channel: bool, tmp_path: Path
) -> None:
    """Biases alone, so that sums lie where one rounding more or less shows."""
    cases, given = [], []
    for seed in range(10):
        data, inputs = network(seed).ties(kind, per_channel)
        model = tmp_path / f"{seed}.tflite"
        model.write_bytes(data)
        given.append(inputs)
        cases.append((model, shifted(inputs, network)))
    for (model, _), inputs, found in zip(cases, given, simulate(cases), strict=True):
        made = reference(model, inputs).items()
        expected = {name: shifted(codes, network) for name, codes in made}
        assert different(found, expected) == [], model.stem
        assert len(np.unique(next(iter(found.values())))) > 100


FUNCTIONS = {
    "LOGISTIC": Kind.LOGISTIC, "TANH": Kind.TANH, "HARD_SWISH": Kind.HARD_SWISH, "RELU": Kind.RELU,
    "RELU6": Kind.RELU6, "RELU_N1_TO_1": Kind.RELU_N1_TO_1, "QUANTIZE": Kind.QUANTIZE,
    "RELU_0_TO_1": Kind.RELU_0_TO_1, "GELU": Kind.GELU,
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_code_of_a_function_is_litert_s_over_decades_of_scales(
    name: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(len(name))
    codes = np.arange(-128, 128).astype(np.int8).reshape(1, 1, 1, 256)
    cases = []
    for case in range(100):
        builder = Builder()
        scale = 10 ** random.uniform(-6, 2)
        other = 1 / 256 if name == "LOGISTIC" else scale * 10 ** random.uniform(-2, 5)
        x = builder.tensor(codes.shape, [scale], [int(random.integers(-128, 128))])
        y = builder.tensor(codes.shape, [other], [int(random.integers(-128, 128))])
        if name == "GELU":
            fields = {"approximate": bool(case % 2)}
            builder.operator(Kind.GELU, [x], y, schema.GeluOptionsT, **fields)
        else:
            builder.operator(FUNCTIONS[name], [x], y)
        model = tmp_path / f"{case}.tflite"
        model.write_bytes(builder.finish(x, y))
        cases.append((model, codes))
    for (model, inputs), found in zip(cases, simulate(cases), strict=True):
        assert different(found, reference(model, inputs)) == [], model.stem


def cifar_images(count: int) -> tuple[Codes, NDArray[np.uint8]]:
    """The first test images as the network takes them, pixel - 128, and their labels."""
    batch = ROOT / "workloads" / "cifar10_resnet8" / "test_batch.bin"
    records = np.fromfile(batch, np.uint8).reshape(-1, 3073)[:count]
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return (pixels.astype(int) - 128).astype(np.int8), records[:, 0]


@needs_mlperf
def test_every_layer_of_mlperf_tiny_s_resnet8_is_litert_s(tmp_path: Path) -> None:
    inputs, labels = cifar_images(1000)
    model = tmp_path / "resnet8.tflite"
    model.write_bytes(RESNET8.read_bytes())
    (found,) = simulate([(model, inputs)])
    assert len(found) == 15
    assert different(found, reference(model, inputs)) == []
    right = found["Identity_int8"].reshape(1000, 10).argmax(axis=1) == labels
    assert right.mean() > 0.8


@needs_mlperf
def test_every_layer_of_mlperf_tiny_s_dscnn_is_litert_s(tmp_path: Path) -> None:
    inputs = np.random.default_rng(5).integers(-128, 128, (1000, 49, 10, 1)).astype(np.int8)
    model = tmp_path / "dscnn.tflite"
    model.write_bytes(DSCNN.read_bytes())
    (found,) = simulate([(model, inputs)])
    assert len(found) == 12
    assert different(found, reference(model, inputs)) == []


WORKLOAD = """
workload:
  name: {name}
  network: {network}
  dataset: {{format: npz, file: {data}}}
  preprocess: {{scale: {scale}, mean: [{mean}]}}
accelerator: {root}/configs/accelerators/edge_32x32.yaml
memory:
  profile: {root}/configs/memories/sram_14nm.yaml
  chip: {{generator: iid, kind: flip, seed: 3}}
operating_point: {{weight_sram: 0.85}}
"""
PLACEMENTS = {
    "resident": ["--set=accelerator.placement=resident"],
    "streaming": [
        "--set=accelerator.placement=streaming",
        "--set=accelerator.weight_sram.capacity_kib=16",
    ],
}


def workload(model: Path, inputs: Codes, labels: NDArray, directory: Path) -> Path:
    """A workload whose pixels are the codes of the network's input, + 128."""
    detail = litert.Interpreter(str(model)).get_input_details()[0]
    scale, zero_point = detail["quantization"]
    offset = 0 if detail["dtype"] == np.uint8 else 128
    data, path = directory / "data.npz", directory / "workload.yaml"
    np.savez(data, x=(inputs.astype(int) + 128).astype(np.uint8), y=labels)
    mean = scale * (zero_point + offset)
    path.write_text(
        WORKLOAD.format(
            name=model.stem, network=model, data=data, scale=scale, mean=mean, root=ROOT
        )
    )
    return path


def brownout(command: str, *arguments: object) -> dict[str, float]:
    """Run the simulator, which must succeed; the JSON that it prints."""
    words = [BROWNOUT, command, *arguments, "--format", "json", "--quiet"]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def replace_weights(model: Path, weights: dict[str, Codes], target: Path) -> None:
    """A copy of a file with these arrays in place of tensors of their names."""
    content = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model.read_bytes()))
    left = dict(weights)
    for tensor in content.subgraphs[0].tensors:
        codes = left.pop(tensor.name.decode(), None)
        if codes is not None:
            assert codes.shape == tuple(tensor.shape), tensor.name
            assert TYPES[codes.dtype] == tensor.type, tensor.name
            content.buffers[tensor.buffer].data = np.frombuffer(codes.tobytes(), np.uint8)
    assert not left
    writer = flatbuffers.Builder(1024)
    writer.Finish(content.Pack(writer), file_identifier=b"TFL3")
    target.write_bytes(bytes(writer.Output()))


@needs_mlperf
@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("network", ["resnet8", "dscnn"])
def test_faulty_logits_are_litert_s_and_the_executors_agree(
    network: str, placement: str, tmp_path: Path
) -> None:
    """`run` itself co-simulates an image: engine, machine and closed form agree, or it fails."""
    if network == "resnet8":
        model, (inputs, labels) = RESNET8, cifar_images(60)
    else:
        model, labels = DSCNN, np.arange(60) % 12
        inputs = np.random.default_rng(6).integers(-128, 128, (60, 49, 10, 1)).astype(np.int8)
    file = workload(model, inputs, labels, tmp_path)
    out, weights = tmp_path / "logits.npz", tmp_path / "weights.npz"
    report = brownout("run", file, "--logits-out", out, *PLACEMENTS[placement])
    assert report["weights_changed"] > 0
    brownout("weights", file, "--out", weights, *PLACEMENTS[placement])
    faulty = tmp_path / "faulty.tflite"
    with np.load(weights) as archive:
        replace_weights(model, dict(archive), faulty)
    with np.load(out) as archive:
        logits = archive["logits"].astype(int) - 128
    expected = list(reference(faulty, inputs).values())[-1]
    assert np.array_equal(logits, expected)
    assert report["top1"] * len(labels) == pytest.approx((expected.argmax(axis=1) == labels).sum())
    clean = list(reference(model, inputs).values())[-1]
    assert (clean != expected).mean() > 0.1  # else an error-free run would pass


@pytest.mark.parametrize(
    ("kind", "operators"),
    [
        (RandomNetwork, ["conv", "transposed_conv", "transposed_conv"]),
        (RandomUnsigned, ["conv", "depthwise"]),
    ],
)
def test_faulty_random_networks_are_litert_s_and_the_executors_agree(
    kind: type[RandomNetwork], operators: list[str], tmp_path: Path
) -> None:
    """Weights are written in the order and the type of the file, however the array holds them."""
    changed = 0
    for seed in range(8):
        case = tmp_path / str(seed)
        case.mkdir()
        model, faulty = case / "network.tflite", case / "faulty.tflite"
        data, shape = kind(seed).build(operators)
        model.write_bytes(data)
        codes = np.random.default_rng(seed).integers(0, 256, (20, *shape[1:]))
        inputs = (codes + kind.lowest).astype(kind.dtype)
        file = workload(model, (codes - 128).astype(np.int8), np.zeros(20, np.int64), case)
        low = "--voltage=0.75"
        out, weights = case / "logits.npz", case / "weights.npz"
        report = brownout("run", file, low, "--logits-out", out)
        brownout("weights", file, low, "--out", weights)
        with np.load(weights) as archive:
            replace_weights(model, dict(archive), faulty)
        with np.load(out) as archive:
            logits = archive["logits"].astype(int) + kind.lowest
        expected = list(reference(faulty, inputs).values())[-1]
        assert np.array_equal(logits.reshape(expected.shape), expected), seed
        clean = list(reference(model, inputs).values())[-1]
        changed += bool(report["weights_changed"] > 0 and (clean != expected).any())
    assert changed >= 3  # else faults that are lost would pass


@needs_mlperf
def test_error_free_accuracy_is_litert_s(tmp_path: Path) -> None:
    inputs, labels = cifar_images(1000)
    file = workload(RESNET8, inputs, labels, tmp_path)
    report = brownout("run", file, "--voltage=1")
    right = list(reference(RESNET8, inputs).values())[-1].argmax(axis=1) == labels
    assert report["top1"] * 1000 == pytest.approx(right.sum())
    shipped = ROOT / "workloads" / "mlperf_tiny" / "resnet8.yaml"
    with_file = brownout("run", shipped, "--voltage=1", f"--set=workload.network={RESNET8}")
    assert with_file["top1"] == report["top1"]


def test_each_user_of_shared_weights_has_a_copy_with_a_name_of_its_own(tmp_path: Path) -> None:
    builder = Builder()
    x = builder.tensor((1, 4), [0.1], [3])
    codes = np.arange(-8, 8, dtype=np.int8).reshape(4, 4)
    w = builder.tensor((4, 4), [0.1], [0], codes, name="w")
    y, z = (builder.tensor((1, 4), [0.5], [0], name=name) for name in "yz")
    for pair in ((x, y), (y, z)):
        inputs = [pair[0], w, None]
        builder.operator(Kind.FULLY_CONNECTED, inputs, pair[1], schema.FullyConnectedOptionsT)
    model = tmp_path / "shared.tflite"
    model.write_bytes(builder.finish(x, z))
    inputs = np.random.default_rng(2).integers(-128, 128, (20, 4)).astype(np.int8)
    (found,) = simulate([(model, inputs)])
    assert different(found, reference(model, inputs)) == []
    file = workload(model, inputs, np.zeros(20, np.int64), tmp_path)
    brownout("weights", file, "--voltage=1", "--out", tmp_path / "weights.npz")
    with np.load(tmp_path / "weights.npz") as archive:
        assert sorted(archive.files) == ["w", "w@z"]
        assert np.array_equal(archive["w@z"], codes)


def test_a_float_input_between_two_codes_is_rounded_as_litert_s(tmp_path: Path) -> None:
    """Every input lies in the middle of two codes, where rounding to even would show."""
    builder = Builder()
    shape = (1, 4, 4, 3)
    x = builder.tensor(shape, dtype=np.float32, name="x")
    codes = builder.tensor(shape, [0.5], [-7])
    weights = np.eye(3, dtype=np.int8).reshape(3, 1, 1, 3)
    constants = builder.tensor(weights.shape, [1.0], [0], weights)
    bias = builder.tensor((3,), [0.5], [0], np.zeros(3, np.int32))
    y = builder.tensor(shape, [0.5], [-7])
    builder.operator(Kind.QUANTIZE, [x], codes, schema.QuantizeOptionsT)
    options = {"strideH": 1, "strideW": 1}
    builder.operator(Kind.CONV_2D, [codes, constants, bias], y, schema.Conv2DOptionsT, **options)
    model = tmp_path / "ties.tflite"
    model.write_bytes(builder.finish(x, y))
    reals = (np.arange(-120, 120).reshape(5, 4, 4, 3) + 0.5).astype(np.float32) * np.float32(0.5)
    data, file, out = (tmp_path / name for name in ("data.npz", "workload.yaml", "logits.npz"))
    np.savez(data, x=reals, y=np.zeros(5, np.int64))
    text = WORKLOAD.format(name="ties", network=model, data=data, scale=1, mean=0, root=ROOT)
    file.write_text(text)
    brownout("run", file, "--voltage=1", "--logits-out", out)
    with np.load(out) as archive:
        logits = archive["logits"].astype(int) - 128
    expected = list(reference(model, reals).values())[-1].reshape(logits.shape)
    assert np.array_equal(logits, expected)
    even = np.clip(np.rint(reals / np.float32(0.5)) - 7, -128, 127).reshape(logits.shape)
    assert (expected != even).mean() > 0.3


def test_the_shipped_workload_says_which_file_it_misses() -> None:
    words = [BROWNOUT, "run", ROOT / "workloads" / "mlperf_tiny" / "resnet8.yaml"]
    if (ROOT / "workloads" / "mlperf_tiny" / "resnet8.tflite").exists():
        pytest.skip("the network was put there")
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "workload.network" in done.stderr and "resnet8.tflite" in done.stderr

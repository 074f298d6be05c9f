"""Networks of Keras through TensorFlow's converter: every layer is LiteRT's, or a refusal says why.

Neither the topologies nor the converter were written here. Needs tensorflow-cpu beside
ai-edge-litert; without it these tests say that they are skipped. The whole sweep is slow.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytest.importorskip("tensorflow", reason="no tensorflow-cpu: no converter of Keras networks")
litert = pytest.importorskip("ai_edge_litert.interpreter", reason="no ai-edge-litert: no reference")

from keras_layers import LAYERS  # noqa: E402
from test_against_litert import (  # noqa: E402
    LAYER_OUTPUTS,
    Codes,
    brownout,
    different,
    reference,
    replace_weights,
    simulate,
    workload,
)  # fmt: skip

from brownout_binary import ROOT, needs_brownout  # noqa: E402
from brownout_tools.keras.conversion import OPTIONS, convert, enliven  # noqa: E402
from brownout_tools.keras.networks import APPLICATIONS, TINY  # noqa: E402

pytestmark = [
    needs_brownout,
    pytest.mark.skipif(not LAYER_OUTPUTS.exists(), reason=f"{LAYER_OUTPUTS.name} is not built"),
]
NETWORKS = APPLICATIONS | TINY | LAYERS
FLOAT = "the converter has left it in float, for want of an INT8 version"
UNKNOWN = "this operator is not supported"
REFUSED = {
    "ConvNeXtTiny": FLOAT, "elu": FLOAT, "group_norm": FLOAT, "layer_norm": FLOAT,
    "negative": FLOAT, "relu_leaky": FLOAT, "square": FLOAT,
    "absolute": f"(ABS): {UNKNOWN}", "exponential": f"(EXP): {UNKNOWN}",
    "mish": f"(EXP): {UNKNOWN}", "softplus": f"(EXP): {UNKNOWN}",
    "selu": f"(GREATER): {UNKNOWN}", "sum_of_map": f"(SUM): {UNKNOWN}",
    "attention": "", "reflect": f"(MIRROR_PAD): {UNKNOWN}", "stack": f"(PACK): {UNKNOWN}",
    "conv_3d": "shape (1, 6, 6, 6, 2): supported are (1, C), (1, W, C) and (1, H, W, C)",
    "prelu_of_elements": "as by PReLU(shared_axes=[1, 2])",
    "resizing": "only 1, 2, 4, ... times height and width are supported",
    "upsampling_bilinear": f"(RESIZE_BILINEAR): {UNKNOWN} (nearest neighbours are)",
}  # fmt: skip
NOT_CONVERTED = {"lstm"}
NOT_IN_REFERENCE = {"upsampling", "upsampling_alone"}  # BUILTIN_REF has no TILE of codes
QUICK = ("dense", "conv_dilated_same", "batch_norm_after_relu", "add_pixel", "maximum", "excite")


def converted(name: str, option: str, directory: Path) -> Path:
    model = NETWORKS[name]()
    images = enliven(model, zlib.crc32(name.encode()))
    path = directory / f"{name}.tflite"
    path.write_bytes(convert(model, images, option))
    return path


def codes_for(model: Path, count: int = 0) -> Codes:
    """Inputs of the network as int8 codes, by default more where they are small."""
    shape = litert.Interpreter(str(model)).get_input_details()[0]["shape"][1:]
    count = count or (2 if np.prod(shape) > 1000 else 20)
    return np.random.default_rng(1).integers(-128, 128, (count, *shape)).astype(np.int8)


def as_given(model: Path, codes: Codes) -> np.ndarray:
    """The same in the type of the file's input: LiteRT gives it these codes."""
    interpreter = litert.Interpreter(str(model))
    detail = interpreter.get_input_details()[0]
    if detail["dtype"] == np.uint8:
        return (codes.astype(int) + 128).astype(np.uint8)
    if detail["dtype"] == np.int8:
        return codes
    first = interpreter._get_ops_details()[0]["outputs"][0]
    scale, zero_point = interpreter._get_tensor_details(first, 0)["quantization"]
    return ((codes.astype(float) - zero_point) * scale).astype(np.float32)


def compare(model: Path) -> None:
    codes = codes_for(model)
    (found,) = simulate([(model, codes)])
    expected = reference(model, as_given(model, codes))
    assert different(found, expected) == []
    made = [layer for name, layer in found.items() if "@" not in name]
    assert len(made) > 0 and max(len(np.unique(layer)) for layer in made) > 20


def refusal(model: Path) -> str:
    np.save(model.with_suffix(".npy"), np.zeros(1, np.uint8))
    words = [LAYER_OUTPUTS, model, model.with_suffix(".npy"), model.with_suffix(".npz")]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 2
    return done.stderr


@pytest.mark.parametrize("name", QUICK)
def test_layers_of_keras_are_litert_s(name: str, tmp_path: Path) -> None:
    compare(converted(name, "int8", tmp_path))


@pytest.mark.parametrize("option", ["float", "uint8", "old", "per_tensor"])
def test_options_of_the_converter_are_litert_s(option: str, tmp_path: Path) -> None:
    compare(converted("excite_dense", option, tmp_path))


def test_activations_of_16_bits_are_refused(tmp_path: Path) -> None:
    text = refusal(converted("dense", "int16", tmp_path))
    assert "INT16: only networks quantized to INT8 throughout are supported, not with act" in text


@pytest.mark.slow
@pytest.mark.parametrize("option", OPTIONS[:-1])
@pytest.mark.parametrize("name", sorted({*APPLICATIONS, *TINY, *LAYERS} - NOT_CONVERTED))
def test_every_network_is_litert_s_or_refused(name: str, option: str, tmp_path: Path) -> None:
    try:
        model = converted(name, option, tmp_path)
    except RuntimeError as error:
        assert option == "old" and "Quantization not yet supported" in str(error)
        return
    if name in REFUSED:
        text = refusal(model)
        assert (REFUSED[name] if option != "old" else "operator") in text
    elif name in NOT_IN_REFERENCE:
        simulate([(model, codes_for(model))])
    else:
        compare(model)


def test_an_enlarged_map_is_that_of_litert_s_default_kernels(tmp_path: Path) -> None:
    """It has nothing but copies, which all sets of kernels agree on."""
    model = converted("upsampling_alone", "int8", tmp_path)
    codes = codes_for(model)
    interpreter = litert.Interpreter(str(model))
    interpreter.allocate_tensors()
    (found,) = simulate([(model, codes)])
    for image, made in zip(codes, list(found.values())[-1], strict=True):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[np.newaxis])
        interpreter.invoke()
        expected = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        assert np.array_equal(made.reshape(expected.shape), expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vww", "MobileNetV3Small", "EfficientNetB0"])
def test_faulty_outputs_are_litert_s_and_the_executors_agree(name: str, tmp_path: Path) -> None:
    """`run` itself co-simulates an image: engine, machine and closed form agree, or it fails."""
    model = converted(name, "int8", tmp_path)
    inputs = codes_for(model, 4)
    file = workload(model, inputs, np.arange(4) % 2, tmp_path)
    options = [
        "--set=accelerator.placement=streaming",
        "--set=accelerator.activation_sram.capacity_kib=512",
    ]
    out, weights = tmp_path / "logits.npz", tmp_path / "weights.npz"
    report = brownout("run", file, "--logits-out", out, *options)
    assert report["weights_changed"] > 0 and report["cosim_images"] == 1
    brownout("weights", file, "--out", weights, *options)
    faulty = tmp_path / "faulty.tflite"
    with np.load(weights) as archive:
        replace_weights(model, dict(archive), faulty)
    with np.load(out) as archive:
        logits = archive["logits"].astype(int) - 128
    expected = list(reference(faulty, inputs).values())[-1]
    assert np.array_equal(logits, expected)
    assert (list(reference(model, inputs).values())[-1] != expected).any()


def make(*words: object) -> subprocess.CompletedProcess[str]:
    """``python -m brownout_tools.keras`` with these words."""
    command = [sys.executable, "-m", "brownout_tools.keras", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)


def test_one_command_makes_a_network_that_its_workload_runs(tmp_path: Path) -> None:
    done = make("anomaly", "--out", tmp_path)
    assert done.returncode == 0 and "269,992 random parameters, seed 0" in done.stdout
    report = brownout(
        "run", ROOT / "workloads" / "mlperf_tiny" / "anomaly.yaml",
        f"--set=workload.network={tmp_path / 'network.tflite'}",
        f"--set=workload.dataset.file={tmp_path / 'inputs.npz'}",
    )  # fmt: skip
    assert report["weights_changed"] > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nosuch"], "'nosuch' is not one of resnet8, ds_cnn, vww, anomaly, MobileNet,"),
        (["vww", "--option", "int4"], "option 'int4' is not one of int8, float, uint8,"),
    ],
)
def test_the_command_says_what_it_does_not_know(words: list[str], message: str) -> None:
    done = make(*words)
    assert done.returncode == 2 and message in done.stderr

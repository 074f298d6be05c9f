"""Reconstruction as a task: codes, error and ROC AUC of the MNIST auto-encoder.

Codes are held against ONNX Runtime and the integer arithmetic in NumPy, errors and areas against a
few lines of NumPy; then everything that a classification has: sweep, resume, yield, sensitivity.
"""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.training.datasets import DATASETS
from brownout_tools.training.reference_logits import (
    output_quantization,
    runtime_logits,
)
from brownout_tools.training.slices import read_slice
from commands import brownout, json_of, rows_of

pytestmark = needs_brownout

WORKLOAD = ROOT / "workloads/mnist_autoencoder.yaml"
DIRECTORY = ROOT / "workloads/mnist_autoencoder"
NORMAL = 7
IMAGES = 200

PIXELS, LABELS = read_slice("mnist_autoencoder", DIRECTORY)
INPUTS = DATASETS["mnist_autoencoder"].preprocess.apply(PIXELS)
MODEL = onnx.load(DIRECTORY / "network.onnx")


def errors_of(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The error of each image, from the codes of its reconstruction."""
    scale, zero_point = output_quantization(MODEL)
    real = (codes.astype(np.int32) - int(zero_point)).astype(np.float32) * scale
    inputs = INPUTS[: len(codes)].reshape(len(codes), -1).astype(np.float64)
    return ((inputs - real.astype(np.float64)) ** 2).mean(axis=1)


def area_of(errors: NDArray[np.float64], anomalous: NDArray[np.bool_]) -> float:
    """Pair by pair: the share of pairs in the right order, ties counted half."""
    above = errors[anomalous][:, None] - errors[~anomalous][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def run(path: Path, *options: str) -> tuple[NDArray[np.uint8], dict]:
    """The output codes of the first images, and the report."""
    report = json_of("run", WORKLOAD, "--logits-out", path, "--images", str(IMAGES), *options)
    with np.load(path) as archive:
        return archive["logits"], report


def assert_scores(report: dict, codes: NDArray[np.uint8], normal: int = NORMAL) -> None:
    """The report's error and area are those of these codes."""
    errors, anomalous = errors_of(codes), LABELS[: len(codes)] != normal
    assert report["reconstruction_mse"] == pytest.approx(errors.mean(), rel=1e-12)
    spread = 1.959963984540054 * errors.std(ddof=1) / np.sqrt(len(errors))
    assert report["reconstruction_mse_ci_high"] == pytest.approx(errors.mean() + spread, rel=1e-9)
    assert report["auc"] == pytest.approx(area_of(errors, anomalous), abs=1e-12)
    assert report["anomalous_images"] == anomalous.sum()
    assert report["auc_ci_low"] < report["auc"] < report["auc_ci_high"]
    assert report["top1"] is report["top5"] is report["top1_ci_low"] is None


def faulty_model(path: Path, *options: str) -> onnx.ModelProto:
    """The network with the weights that the array reads."""
    brownout("weights", WORKLOAD, "--out", path, *options)
    with np.load(path) as archive:
        weights = dict(archive)
    faulty = onnx.ModelProto()
    faulty.CopyFrom(MODEL)
    for tensor in faulty.graph.initializer:
        if tensor.name in weights:
            tensor.CopyFrom(numpy_helper.from_array(weights.pop(tensor.name), tensor.name))
    assert not weights
    return faulty


def test_without_faults_the_codes_are_the_references(tmp_path: Path) -> None:
    codes, report = run(tmp_path / "codes.npz", "--voltage", "1")
    with np.load(DIRECTORY / "reference_logits.npz") as archive:
        reference = archive["logits"]
    assert reference.shape == (100, 784)
    assert np.array_equal(codes[:100], reference)
    assert_scores(report, codes)
    assert report["auc"] > 0.9
    assert np.array_equal(codes, runtime_logits(DIRECTORY / "network.onnx", INPUTS[:IMAGES]))


@pytest.mark.parametrize("kind", ["flip", "stuck"])
def test_with_faults_the_codes_are_the_runtimes(kind: str, tmp_path: Path) -> None:
    options = ["--voltage", "0.8", f"--set=memory.chip.kind={kind}"]
    codes, report = run(tmp_path / "codes.npz", *options)
    faulty = faulty_model(tmp_path / "weights.npz", *options)
    onnx.save(faulty, tmp_path / "faulty.onnx")
    assert np.array_equal(codes, runtime_logits(tmp_path / "faulty.onnx", INPUTS[:IMAGES]))
    assert_scores(report, codes)
    assert report["auc"] < 0.9


def test_the_normal_label_decides_what_is_anomalous(tmp_path: Path) -> None:
    codes, report = run(tmp_path / "codes.npz", "--voltage", "1", "--set=workload.normal_label=1")
    assert_scores(report, codes, normal=1)


def test_text_shows_the_metrics_of_the_task() -> None:
    text = brownout("run", WORKLOAD, "--images", "20").stdout
    assert "ROC AUC" in text and "recon. MSE" in text and "top-1" not in text


def sweep(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    grid = ["--voltage", "1,0.85", "--chips", "2", "--images", "100", "--out", str(out)]
    return brownout("sweep", WORKLOAD, *grid, *options)


def test_a_sweep_gives_the_same_bytes_and_resumes(tmp_path: Path) -> None:
    table = sweep(tmp_path / "a", "--format", "json").stdout
    sweep(tmp_path / "b", "--jobs", "2", "--set", "run.batch=7")
    points = (tmp_path / "a/points.csv").read_text()
    assert points == (tmp_path / "b/points.csv").read_text()
    rows = rows_of(points)
    assert ",auc,auc_ci_low,auc_ci_high," in points.splitlines()[0]
    clean = {row["reference"] for row in rows}
    assert clean == {row["auc"] for row in rows if row["voltage"] == "1"}
    assert all(row["images_lost"] == row["images_gained"] == "" for row in rows)
    assert all(row["top1"] == row["top5"] == row["top1_ci_low"] == "" for row in rows)
    (tmp_path / "a/points.csv").unlink()
    assert "4 of 4 points resumed" in sweep(tmp_path / "a").stderr
    assert points == (tmp_path / "a/points.csv").read_text()
    for row in json.loads(table)["voltages"]:
        for metric in ("auc", "reconstruction_mse"):
            values = [float(p[metric]) for p in rows if float(p["voltage"]) == row["voltage"]]
            assert row[f"{metric}_mean"] == pytest.approx(np.mean(values), rel=1e-12)
            assert (row[f"{metric}_min"], row[f"{metric}_max"]) == (min(values), max(values))


def test_results_of_another_format_are_refused(tmp_path: Path) -> None:
    sweep(tmp_path / "a")
    manifest = tmp_path / "a/manifest.json"
    manifest.write_text(re.sub(r'  "format": \d+,\n', "", manifest.read_text()))
    command = [BROWNOUT, "sweep", WORKLOAD, "--voltage", "1,0.85", "--chips", "2"]
    done = subprocess.run(
        [*map(str, command), "--images", "100", "--out", str(tmp_path / "a")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "results have format 1, this version writes format " in done.stderr


@pytest.mark.parametrize("target", ["--min-auc", "--max-drop"])
def test_dies_pass_by_their_auc(target: str, tmp_path: Path) -> None:
    plain = json.loads(sweep(tmp_path / "a", "--format", "json").stdout)["voltages"]
    clean, faulty = (next(r for r in plain if r["voltage"] == v) for v in (1, 0.85))
    middle = (faulty["auc_min"] + faulty["auc_max"]) / 2
    asked = middle if target == "--min-auc" else 100 * (clean["auc_mean"] - middle)
    report = json.loads(sweep(tmp_path / "a", "--format", "json", target, repr(asked)).stdout)
    assert report["min_auc"] == pytest.approx(middle, abs=1e-12)
    assert [row["yield"] for row in report["voltages"]] == [1, 0.5]
    for row in rows_of((tmp_path / "a/dies.csv").read_text()):
        assert row["top1"] == row["min_top1"] == ""
        assert row["pass"] == str(int(float(row["auc"]) >= float(row["min_auc"])))


def test_sensitivity_is_of_the_auc(tmp_path: Path) -> None:
    options = ["--ber", "0.02", "--chips", "2", "--images", "100", "--out", tmp_path / "s"]
    report = json_of("sensitivity", WORKLOAD, *map(str, options))
    rows = rows_of((tmp_path / "s/sensitivity.csv").read_text())
    for part in report["parts"]:
        drops = [
            float(row["auc_clean"]) - float(row["auc"])
            for row in rows
            if row["layer"] == part["layer"]
        ]
        assert part["drop_mean"] == pytest.approx(np.mean(drops), abs=1e-12)
    assert max(part["drop_mean"] for part in report["parts"]) > 0.01


def test_without_labels_there_is_an_error_only(tmp_path: Path) -> None:
    """Reals of an .npz without y: the same error, no area; everything goes by the error."""
    np.savez(tmp_path / "x.npz", x=INPUTS[:60].transpose(0, 2, 3, 1))
    text = WORKLOAD.read_text()
    start, end = text.index("  dataset:"), text.index("accelerator: ..")
    text = text[:start] + "  dataset: {format: npz, file: x.npz}\n" + text[end:]
    text = text.replace("mnist_autoencoder/", f"{DIRECTORY}/").replace("../", f"{ROOT}/")
    path = tmp_path / "w.yaml"
    path.write_text(text)
    report = json_of("run", path, "--voltage", "0.85")
    labelled = json_of("run", WORKLOAD, "--voltage", "0.85", "--images", "60")
    assert report["reconstruction_mse"] == labelled["reconstruction_mse"]
    assert labelled["auc"] is not None and report["auc"] is None
    assert "normal_images" in labelled and "normal_images" not in report
    grid = ["--voltage", "1,0.8", "--chips", "2", "--out", tmp_path / "out"]
    rows = json_of("sweep", path, *grid)["voltages"]
    assert rows[0]["reconstruction_mse_mean"] < rows[1]["reconstruction_mse_mean"]
    parts = json_of("sensitivity", path, "--ber", "0.05", "--chips", "1", "--out", tmp_path / "s")
    everything = next(part for part in parts["parts"] if part["layer"] == "all")
    assert everything["drop_mean"] > 0  # a rise of the error


def test_one_kind_of_images_has_no_area(tmp_path: Path) -> None:
    _, report = run(tmp_path / "codes.npz", "--set=workload.normal_label=11")
    assert report["auc"] is report["auc_ci_low"] is None
    assert (report["normal_images"], report["anomalous_images"]) == (0, IMAGES)

"""``python -m brownout_tools.reproduce`` and the networks that its tables stand on."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import needs_run_network, run_one

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.reproduce import command
from brownout_tools.reproduce.command import PAPERS
from brownout_tools.runtime import session
from brownout_tools.training.datasets import CIFAR10, MNIST, Dataset
from brownout_tools.training.slices import read_slice

ROBUST = ROOT / "workloads/robust"
DATASETS: dict[str, tuple[Dataset, str]] = {
    "mnist": (MNIST, "mnist_cnn"),
    "cifar10": (CIFAR10, "cifar10_resnet8"),
}
NETWORKS = sorted(ROBUST.glob("*/*.onnx"))


def inputs_of(network: Path, count: int) -> np.ndarray:
    dataset, sliced = DATASETS[network.parent.name]
    images, _ = read_slice(sliced, ROOT / "workloads" / sliced)
    return dataset.preprocess.apply(images[:count])


def reference_of(network: Path) -> np.ndarray:
    with np.load(network.parent / "reference_logits.npz") as logits:
        return logits[network.stem]


@needs_run_network
@pytest.mark.parametrize("network", NETWORKS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_networks_compute_what_pytorch_and_onnx_runtime_do(network: Path, tmp_path: Path) -> None:
    """PyTorch and ONNX Runtime sum in float32 in orders of their own: ties may round elsewhere."""
    model = onnx.load(network)
    reference = reference_of(network)
    x = inputs_of(network, len(reference))
    tensors = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}

    def codes_of(reals: np.ndarray, name: str) -> np.ndarray:
        scale, zero = tensors[f"{name}_scale"], tensors[f"{name}_zero_point"]
        return np.clip(np.rint(reals / scale) + zero, 0, 255).astype(np.uint8)

    ours = run_one(model, codes_of(x, "input"), tmp_path)
    runtime = codes_of(session(model).run(None, {"input": x})[0], "fc")
    for theirs in (reference, runtime):
        apart = np.abs(ours.astype(int) - theirs)
        assert (apart == 0).mean() > 0.95
        assert (apart <= 2).mean() > 0.999
        assert (ours.argmax(1) == theirs.argmax(1)).mean() >= 0.99


def test_every_row_has_its_network_and_every_network_a_row_of_its_readme() -> None:
    for network in NETWORKS:
        assert re.search(rf"^\| {re.escape(network.stem)} \|", readme_of(network), re.M), network


def readme_of(network: Path) -> str:
    return (network.parent / "README.md").read_text()


@needs_brownout
@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper != "faq"])
def test_a_papers_tables_are_made_again(
    paper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    words = [paper, "--out", str(tmp_path), "--chips", "2", "--images", "60"]
    assert command.main([*words, "--brownout", str(BROWNOUT)]) == 0
    printed = capsys.readouterr().out
    for study in PAPERS[paper]:
        table = (tmp_path / f"{study.name}.md").read_text()
        assert study.summary in printed
        assert table in printed
        assert (tmp_path / f"{study.name}.png").stat().st_size > 10_000


@needs_brownout
def test_clipping_and_training_with_errors_keep_what_rquant_loses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paper's order, where it is far beyond noise: 10 % of the bits of MNIST's networks."""
    monkeypatch.chdir(ROOT)
    (study, *_) = PAPERS["mlsys21"]
    words = ["mlsys21", "--out", str(tmp_path), "--chips", "4", "--images", "200"]
    assert command.main([*words, "--brownout", str(BROWNOUT)]) == 0
    lines = (tmp_path / f"{study.name}.md").read_text().splitlines()
    rows = {cells[1].strip(): cells for line in lines if len(cells := line.split("|")) > 3}

    def error(model: str, rate: str) -> float:
        heads = [head.strip() for head in rows["model"]]
        return float(rows[model][heads.index(rate)].split("±")[0])

    assert error("RQuant", "10 %") > 60
    assert error("Clipping 0.05", "10 %") < 10
    assert error("RandBET 0.05, 20 %", "20 %") < 0.3 * error("Clipping 0.025", "20 %")

"""Faults of the activation SRAM against NumPy that walks map file -> cell -> byte -> element.

The oracle is written from the text of docs/model.md and shares no code with the simulator: it plans
the tensors' addresses itself, and runs the network layer by layer with every tensor as it is read.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from test_intermittent_weights import INFERENCE, fails, keyed

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.training import integer_arithmetic
from brownout_tools.training.datasets import DATASETS
from brownout_tools.training.slices import read_slice

pytestmark = needs_brownout

PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
IMAGES = 20
BANKS, WORD_BITS, MUX, KIB = 8, 64, 4, 256  # the activation SRAM of edge_32x32
WORD_BYTES = WORD_BITS // 8
ROWS = KIB * 1024 // WORD_BYTES // BANKS // MUX
ACTIVATION_SRAM = 1  # the memory's number, which keys its draws
KINDS = ("stuck_at_0", "stuck_at_1", "flip")

Masks = NDArray[np.uint8]  # (3, bytes): by kind


@dataclass(frozen=True)
class Cell:
    """A record of a map, and what it does to which byte of the memory."""

    place: tuple[int, int, int]  # bank, row, column
    kind: int
    byte: int
    mask: int
    chance: float


def masks_of(cells: list[Cell]) -> Masks:
    """What cells that fail do to every byte."""
    masks = np.zeros((3, KIB * 1024), dtype=np.uint8)
    for cell in cells:
        masks[cell.kind, cell.byte] |= cell.mask
    return masks


def random_map(path: Path, seed: int, cells: int, chances: tuple[str, ...] = ("1",)) -> list[Cell]:
    """Write a map of random cells, with chances in turn."""
    rng = np.random.default_rng(seed)
    places = rng.choice(BANKS * ROWS * WORD_BITS * MUX, cells, replace=False)
    lines = [f"# banks: {BANKS}", f"# rows: {ROWS}", f"# columns: {WORD_BITS * MUX}"]
    lines += ["# unit: Vmin", "# source: random", "bank,row,column,vfail,kind,p"]
    found = []
    for i, place in enumerate(places):
        bank, rest = divmod(int(place), ROWS * WORD_BITS * MUX)
        row, column = divmod(rest, WORD_BITS * MUX)
        kind, chance = int(rng.integers(3)), chances[i % len(chances)]
        lines.append(f"{bank},{row},{column},0.9,{KINDS[kind]},{chance}")
        word = (row * MUX + column % MUX) * BANKS + bank
        bit = column // MUX
        byte = word * WORD_BYTES + bit // 8
        found.append(Cell((bank, row, column), kind, byte, 1 << bit % 8, float(chance)))
    path.write_text("\n".join(lines) + "\n")
    return found


def first_fit(sizes: list[int], last_use: list[int]) -> list[int]:
    """The address of each tensor, made in this order; tensor i is made by step i."""
    addresses: list[int] = []
    for step, size in enumerate(sizes):
        live = [i for i in range(step) if last_use[i] >= step]
        address = 0
        for i in sorted(live, key=lambda i: addresses[i]):
            if address + size <= addresses[i]:
                break
            address = max(address, addresses[i] + sizes[i])
        addresses.append(address)
    return addresses


def plan(model: onnx.ModelProto, codes: dict[str, NDArray[np.uint8]]) -> dict[str, int]:
    """Address of every tensor, by the name of its codes. Flatten moves nothing."""
    source = {}  # float tensor -> codes behind it
    made, uses = [], {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            source[node.output[0]] = node.output[0]
        elif node.op_type == "DequantizeLinear" and node.input[0] in source:
            source[node.output[0]] = source[node.input[0]]
    flattened = {}
    for node in model.graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            continue
        output = next(n.output[0] for n in model.graph.node if n.input[0] == node.output[0])
        inputs = [flattened.get(source[i], source[i]) for i in node.input if i in source]
        if node.op_type == "Flatten":
            flattened[output] = inputs[0]
            continue
        made.append(output)
        for name in inputs:
            uses[name] = len(made)
    names = [next(iter(codes)), *made]
    sizes = [codes[name][0].size for name in names]
    last_use = [uses.get(name, len(names)) for name in names]
    return dict(zip(names, first_fit(sizes, last_use), strict=True))


def read_in_place(codes: NDArray[np.uint8], masks: Masks, address: int) -> None:
    """A tensor (N, C, H, W) or (N, C) as its cells deliver it; elements lie as (H, W, C)."""
    view = np.moveaxis(codes, 1, -1)
    zeros, ones, flips = masks[:, address : address + view[0].size].reshape(3, *view[0].shape)
    view[...] = ((view & ~zeros) | ones) ^ flips


def faulty_logits(
    model: onnx.ModelProto, inputs: NDArray[np.float32], addresses: dict[str, int], masks: Masks
) -> NDArray[np.uint8]:
    """The network with every tensor as its cells deliver it."""
    logits = np.zeros(0, dtype=np.uint8)
    for name, codes in integer_arithmetic.layer_codes(model, inputs):
        if name in addresses:
            read_in_place(codes, masks, addresses[name])
        logits = codes
    return logits


def run(workload: str, directory: Path, *options: object) -> tuple[NDArray[np.uint8], dict]:
    """Logits and report with the map in the activation SRAM."""
    words = [BROWNOUT, "run", ROOT / f"workloads/{workload}.yaml", "--voltage=1"]
    words += ["--images", IMAGES, "--logits-out", directory / "logits.npz", *options]
    for setting in (
        f"memory.activation_sram.profile={PROFILE}",
        f"memory.activation_sram.chip.map={directory / 'm.csv'}",
        "operating_point.activation_sram=0.85",
    ):
        words += ["--set", setting]
    words += ["--format=json", "--quiet"]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    with np.load(directory / "logits.npz", allow_pickle=False) as archive:
        return archive["logits"], json.loads(done.stdout)


def network_of(workload: str) -> tuple[onnx.ModelProto, NDArray[np.float32]]:
    """The model and its first inputs."""
    directory = ROOT / "workloads" / workload
    images, _ = read_slice(workload, directory)
    inputs = DATASETS[workload].preprocess.apply(images)[:IMAGES]
    return onnx.load(directory / "network.onnx"), inputs


@pytest.mark.parametrize("workload", ["mnist_cnn", "cifar10_resnet8"])
def test_logits_with_faulty_activations(workload: str, tmp_path: Path) -> None:
    model, inputs = network_of(workload)
    clean = dict(integer_arithmetic.layer_codes(model, inputs))
    masks = masks_of(random_map(tmp_path / "m.csv", seed=3, cells=4000))
    found, report = run(workload, tmp_path)
    assert report["activation_sram_ber"] == pytest.approx(4000 / (KIB * 1024 * 8))
    assert (found == faulty_logits(model, inputs, plan(model, clean), masks)).all()
    *_, clean_logits = clean.values()
    assert (found != clean_logits).mean() > 0.1  # else an error-free run would pass


def test_intermittent_activations_have_draws_of_their_own(tmp_path: Path) -> None:
    """Each image meets the cells that its draw, by the text of docs/model.md, makes fail."""
    model, inputs = network_of("mnist_cnn")
    addresses = plan(model, dict(integer_arithmetic.layer_codes(model, inputs[:1])))
    cells = random_map(tmp_path / "m.csv", seed=4, cells=6000, chances=("1", "0.5", "0.1"))
    found, report = run("mnist_cnn", tmp_path, "--seed", 9, "--cosim-images", 2)
    assert report["activation_sram_ber"] == pytest.approx(
        sum(cell.chance for cell in cells) / (KIB * 1024 * 8), rel=1e-6
    )
    key = keyed(keyed(9, INFERENCE, 0), ACTIVATION_SRAM)
    sets = []
    for image in range(IMAGES):
        failing = [cell for cell in cells if fails(key, cell.place, image, cell.chance)]
        sets.append(len(failing))
        expected = faulty_logits(model, inputs[image : image + 1], addresses, masks_of(failing))
        assert (found[image] == expected[0]).all(), image
    assert len(set(sets)) > 3

"""``run --energy``: every joule is an amount times a price times a factor, and all are listed."""

import re

import pytest

from brownout_binary import ROOT, needs_brownout
from commands import ACCELERATOR, NETWORK, WORKLOAD, brownout, json_of, rows_of

pytestmark = needs_brownout

RUN = ["run", WORKLOAD, "--voltage", "0.9", "--images", "4", "--energy"]
RAILS = ["weight_sram", "logic", "activation_sram", "accumulator", "dram"]
IMAGE_BYTES, OUTPUT_BYTES, BURST = 28 * 28, 10, 64


def test_the_lines_are_products_and_add_up() -> None:
    point = json_of(*RUN)
    lines = {line["event"]: line for line in point["energy_lines"]}
    assert len(lines) == 17 + 6
    for line in lines.values():
        product = line["amount"] * line["price"] * line["factor"]
        assert line["energy_j"] == pytest.approx(product, rel=1e-12)
        assert line["energy_share"] == pytest.approx(line["energy_j"] / point["energy_j"])
    energies = [line["energy_j"] for line in lines.values()]
    assert sum(energies) == pytest.approx(point["energy_j"], rel=1e-12)
    for rail in RAILS:
        of_rail = [line["energy_j"] for line in lines.values() if line["rail"] == rail]
        assert sum(of_rail) == pytest.approx(point[f"{rail}_energy_j"], rel=1e-12)
        of_layers = [layer[f"{rail}_energy_j"] for layer in point["layers"]]
        assert sum(of_layers) == pytest.approx(point[f"{rail}_energy_j"], rel=1e-12)
    assert sum(point[f"{rail}_energy_j"] for rail in RAILS) == pytest.approx(point["energy_j"])


def test_the_tables_end_with_their_totals() -> None:
    text = brownout(*RUN, "--quiet", "--wide").stdout
    facts, layers, lines = text.strip().split("\n\n")
    cycles = re.search(r"^cycles +(\d+)$", facts, re.M)
    total = layers.splitlines()[-1].split()
    assert cycles is not None and total[0] == "total" and cycles[1] in total
    total = lines.splitlines()[-1].split()
    assert total[0] == "total" and total[-1] == "100.00"


def test_the_amounts_are_those_of_one_inference() -> None:
    point = json_of(*RUN)
    amount = {line["event"]: line["amount"] for line in point["energy_lines"]}
    plan = json_of("network", NETWORK, "--accelerator", ACCELERATOR)
    assert amount["mac_active"] + amount["mac_gated"] == plan["macs"]
    assert amount["weight_sram_read"] == plan["weight_words"]  # each word once: no second M block
    assert amount["dram_read"] == -(-IMAGE_BYTES // BURST) * BURST
    assert amount["dram_write"] == -(-OUTPUT_BYTES // BURST) * BURST
    assert amount["leakage.array"] == pytest.approx(point["latency_s"], rel=1e-12)


def test_the_prices_are_those_of_the_table() -> None:
    table = (ROOT / "configs/energy/cmos_22nm.yaml").read_text()
    lines = {line["event"]: line for line in rows_of(brownout(*RUN, "--format", "csv").stdout)}
    for event, bits in (("weight_sram_read", 32), ("accumulator_write", 32), ("dram_read", 8)):
        entry = re.search(rf"{event}:\s+joules_per_bit: (\S+)", table)
        assert entry is not None
        assert float(lines[event]["price"]) == pytest.approx(bits * float(entry[1]))
    assert float(lines["weight_sram_read"]["factor"]) == pytest.approx(0.9**2)
    assert float(lines["leakage.weight_sram"]["factor"]) == pytest.approx(0.9)
    assert float(lines["dram_read"]["factor"]) == 1

"""``run --energy``: every joule is an amount times a price times a factor, and all are listed."""

import math
import re
import subprocess

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
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


def law(name: str, kib: float, bits: float) -> float:
    """A quantity of a bank by the shipped section ``sram``, which the documentation explains."""
    table = (ROOT / "configs/energy/cmos_22nm_sram.yaml").read_text()
    entry = re.search(rf"^    {name}: {{\w+: (.*)}}$", table, re.M)
    assert entry is not None
    numbers = [float(part.split(": ")[-1]) for part in entry[1].split(", ")]
    s, w = math.log2(kib / 16), math.log2(bits / 32)
    terms = (s, w, s * s, s * w, w * w)
    return numbers[0] * 2 ** sum(c * t for c, t in zip(numbers[1:], terms, strict=True))


SRAM_TABLE = ["--set", "energy=../configs/energy/cmos_22nm_sram.yaml"]


def prices_with(*options: str) -> dict[str, float]:
    point = json_of(*RUN, *SRAM_TABLE, *(o for option in options for o in ("--set", option)))
    return {line["event"]: line["price"] for line in point["energy_lines"]}


def test_a_memory_costs_what_its_own_banks_do() -> None:
    price = prices_with()  # 128 KiB in 8 banks of 32-bit words, 256 KiB in 8 of 64, 16 KiB a column
    assert price["weight_sram_read"] == pytest.approx(32 * law("read", 16, 32))
    assert price["activation_sram_write"] == pytest.approx(8 * law("write", 32, 64))
    assert price["accumulator_write"] == pytest.approx(32 * law("write", 16, 32))
    assert price["leakage.activation_sram"] == pytest.approx(256 * law("leakage", 32, 64))
    other = prices_with("accelerator.weight_sram={capacity_kib: 256, banks: 2, word_bits: 64}")
    assert other["weight_sram_read"] == pytest.approx(64 * law("read", 128, 64))
    assert other["leakage.weight_sram"] == pytest.approx(256 * law("leakage", 128, 64))
    assert other["mac_active"] == price["mac_active"]
    code = prices_with("memory.mitigations={secded: {data_bits: 32}}")
    assert code["weight_sram_read"] == pytest.approx(39 * law("read", 16 * 39 / 32, 39))


def test_a_price_that_is_given_goes_before_the_model() -> None:
    price = prices_with("energy.events.weight_sram_read.joules_per_bit=1e-12")
    assert price["weight_sram_read"] == pytest.approx(32e-12)
    assert price["weight_sram_write"] == pytest.approx(32 * law("write", 16, 32))


def test_leakage_doubles_with_the_temperature_and_nothing_else_does() -> None:
    cold, warm = (prices_with(f"energy.temperature.kelvin={kelvin}") for kelvin in (300, 325))
    for event, price in cold.items():
        factor = 2 if event.startswith("leakage.") else 1
        assert warm[event] == pytest.approx(factor * price), event


def test_areas_are_told_by_run_and_network() -> None:
    run = json_of(*RUN, *SRAM_TABLE)
    assert run["weight_sram_mm2"] == pytest.approx(128 * law("area", 16, 32))
    table = f"energy={ROOT / 'configs/energy/cmos_22nm_sram.yaml'}"
    network = json_of("network", NETWORK, "--accelerator", ACCELERATOR, "--set", table)
    for memory in ("weight_sram", "activation_sram", "accumulator"):
        assert network[f"{memory}_mm2"] == run[f"{memory}_mm2"]
    assert "weight_sram_mm2" not in json_of(*RUN)


def test_banks_outside_the_model_are_noted() -> None:
    command = [*RUN, *SRAM_TABLE, "--set", "accelerator.accumulator.depth=64"]
    assert "banks of accumulators" in brownout(*command).stderr
    assert "banks of" not in brownout(*RUN, *SRAM_TABLE).stderr


def test_the_clock_follows_the_logic_where_a_law_says_how() -> None:
    clock = ["--set", "energy.clock={threshold_v: 0.35, alpha: 1.3}"]
    low = ["--set", "operating_point.logic=0.6"]
    fast, slow = json_of(*RUN, *clock), json_of(*RUN, *clock, *low)
    assert fast["latency_s"] == json_of(*RUN, *low)["latency_s"]  # without the law
    ratio = (0.25 / 0.45) ** 1.3 * 0.8 / 0.6
    assert slow["latency_s"] == pytest.approx(fast["latency_s"] / ratio)
    assert slow["clock_hz"] == pytest.approx(500e6 * ratio)
    assert slow["cycles"] == fast["cycles"]
    amount = {line["event"]: line["amount"] for line in slow["energy_lines"]}
    assert amount["leakage.weight_sram"] == pytest.approx(slow["latency_s"])
    command = [BROWNOUT, *RUN, *clock, "--set", "operating_point.logic=0.35"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 2
    assert "is not above energy.clock.threshold_v, 0.35 V" in refused.stderr


def test_one_layer_by_hand() -> None:
    """block1.conv1 of ResNet-8 on the sensor node: M = 1024, N = 16, K = 144 in tiles of 8 x 8."""
    command = ["run", ROOT / "workloads/cifar10_resnet8_sensor.yaml", "--voltage", "1"]
    point = json_of(*command, "--images", "2", "--cosim-images", "0")
    layer = next(row for row in point["layers"] if row["layer"] == "block1.conv1")
    folds = (144 // 8) * (16 // 8)
    seconds = layer["cycles"] / 200e6
    sums = 1024 * 8 * folds  # written, and read as often: but for the first k-tile, and at the end
    accumulators = 32 * sums * (law("read", 16, 32) + law("write", 16, 32))
    accumulators += 256 * law("leakage", 16, 32) * seconds
    assert layer["accumulator_energy_j"] == pytest.approx(accumulators)
    words = folds * 64 * 8 // 64
    weights = 64 * words * law("read", 128, 64) + 128 * law("leakage", 128, 64) * seconds
    assert layer["weight_sram_energy_j"] == pytest.approx(weights)


def test_published_savings_of_reads_come_out() -> None:
    """20 % at 0.894 and 30 % at 0.837 Vmin (abstract of Stutz et al., MLSys 2021)."""
    for voltage, saved in (("0.894", 0.20), ("0.837", 0.30)):
        point = json_of("run", WORKLOAD, "--voltage", voltage, "--images", "2", "--energy")
        factor = {line["event"]: line["factor"] for line in point["energy_lines"]}
        assert 1 - factor["weight_sram_read"] == pytest.approx(saved, abs=0.005)

"""The failing cells of one die under each weight, as the simulator places them.

They are found as a memory test finds them: a network of words of zeros and one of ones is written,
and what ``brownout weights`` reads back tells which bits are stuck or flip. So a training reads the
simulator's own maps through its own placement.
"""

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch

from brownout_tools.robust.activations import INPUT, Range, rounded_layers
from brownout_tools.robust.bit_errors import FailingBits
from brownout_tools.robust.export import to_onnx
from brownout_tools.robust.layers import Chain
from brownout_tools.robust.recipe import Die
from brownout_tools.robust.schemes import Scheme, words_of
from brownout_tools.robust.weights import Stored


class DieError(Exception):
    """The simulator refused; the text is its message."""


def _read_back(
    program: Path,
    die: Die,
    network: Chain,
    stored: Mapping[str, Stored],
    input_shape: tuple[int, int, int],
) -> dict[str, torch.Tensor]:
    """What a die's memory gives for ``stored``: words, uint8."""
    ranges = {name: Range(1.0, 0) for name in (INPUT, *rounded_layers(network))}
    scheme: Scheme = next(iter(stored.values())).scheme
    bits = next(iter(stored.values())).grid.bits
    with tempfile.TemporaryDirectory() as directory:
        file, out = Path(directory, "network.onnx"), Path(directory, "weights.npz")
        onnx.save(to_onnx(network, "memory test", stored, ranges, input_shape), file)
        command = [str(program), "weights", die.workload, "--out", str(out)]
        command += ["--voltage", str(die.voltage), f"--set=workload.network={file}"]
        command += [f"--set=memory.encoding={scheme.encoding}"]
        command += [f"--set={setting}" for setting in die.settings]
        done = subprocess.run(command, capture_output=True, text=True)  # OSError: no such program
        if done.returncode != 0:
            raise DieError(f"{' '.join(command)}\n{done.stderr.strip()}")
        with np.load(out) as arrays:
            read = {name: torch.from_numpy(arrays[name].astype(np.int16)) for name in stored}
    if scheme.unsigned:
        return {name: codes.to(torch.uint8) for name, codes in read.items()}
    return {name: words_of(scheme, bits, codes) for name, codes in read.items()}


def failing_bits(
    program: Path,
    die: Die,
    network: Chain,
    stored: Mapping[str, Stored],
    input_shape: tuple[int, int, int],
) -> dict[str, FailingBits]:
    """The failing cells under each weight; which weights are stored now does not matter."""
    found = {}
    ones = {
        name: replace(t, words=torch.full_like(t.words, 2**t.grid.bits - 1))
        for name, t in stored.items()
    }
    zeros = {name: replace(t, words=torch.zeros_like(t.words)) for name, t in stored.items()}
    of_ones = _read_back(program, die, network, ones, input_shape)
    of_zeros = _read_back(program, die, network, zeros, input_shape)
    for name, tensor in stored.items():
        all_bits = 2**tensor.grid.bits - 1
        high, low = of_ones[name], of_zeros[name]
        found[name] = FailingBits(
            at_0=~high & ~low & all_bits, at_1=high & low, flips=low & ~high & all_bits
        )
        if die.faq and bool(found[name].flips.any()):
            raise DieError(f"{die.workload}: faq: needs cells that are stuck; those of {name} flip")
    return found

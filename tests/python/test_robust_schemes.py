"""Quantization schemes, bit errors and nearest values of robust training, by brute force."""

from itertools import product

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

import torch

from brownout_tools.robust.bit_errors import FailingBits, chip_flips, fresh_flips
from brownout_tools.robust.nearest import nearest_words
from brownout_tools.robust.schemes import SCHEMES, codes_of, encode, grid_of, words_of

WIDTHS = range(2, 9)
WEIGHT = torch.linspace(-0.3, 0.5, 9 * 64).reshape(9, 64) * torch.linspace(0.1, 1, 9)[:, None]


@pytest.mark.parametrize(("name", "bits"), list(product(SCHEMES, WIDTHS)))
def test_codes_are_the_nearest_or_the_next_one_towards_zero(name: str, bits: int) -> None:
    scheme = SCHEMES[name]
    grid = grid_of(scheme, bits, WEIGHT, clip=0.4)
    largest = 2 ** (bits - 1) - 1
    every_code = torch.arange(-largest, largest + 1, dtype=torch.float32)
    reals = grid.scale[..., None] * (every_code - grid.zero[..., None])
    distance = (reals - WEIGHT.double()[..., None]).abs()
    found = encode(scheme, grid, WEIGHT)
    of_found = (grid.decode(found) - WEIGHT.double()).abs()
    step = grid.scale.double().expand_as(WEIGHT)
    if scheme.rounds:
        assert (of_found <= distance.amin(-1) + 1e-5 * step).all()
        return
    inside = found.abs() < largest
    assert (of_found <= step * (1 + 1e-4))[inside].all()
    origin = -(2 ** (bits - 1)) if scheme.unsigned else 0
    exact = (WEIGHT / grid.scale + grid.zero)[inside]
    assert ((found[inside] - origin).abs() <= (exact - origin).abs()).all()


@pytest.mark.parametrize(("name", "bits"), list(product(SCHEMES, WIDTHS)))
def test_zero_has_a_code_and_words_give_codes_back(name: str, bits: int) -> None:
    scheme = SCHEMES[name]
    grid = grid_of(scheme, bits, WEIGHT)
    assert (grid.decode(grid.zero) == 0).all()
    assert (grid.zero == grid.zero.round()).all()
    codes = encode(scheme, grid, WEIGHT)
    words = words_of(scheme, bits, codes)
    assert int(words.max()) < 2**bits
    assert torch.equal(codes_of(scheme, bits, words), codes)


def test_a_scale_for_each_channel_holds_every_channel() -> None:
    grid = grid_of(SCHEMES["rquant_channel"], 8, WEIGHT)
    assert grid.scale.shape == (9, 1)
    error = (grid.decode(encode(SCHEMES["rquant_channel"], grid, WEIGHT)) - WEIGHT).abs()
    assert (error <= grid.scale * 1.001).all()  # the moved zero costs up to half a step at an end


def test_a_flip_of_the_highest_bit_is_worst_with_a_sign_on_a_range_that_is_not_symmetric() -> None:
    """The first paper's reason for unsigned words: the ladder's second row is worse than its first.

    A flipped sign bit moves the code by half of all codes in both cases, but in asymmetric two's
    complement it moves the code of the most frequent weights, around 0, to the range's ends.
    """
    for name in ("asymmetric", "unsigned"):
        scheme = SCHEMES[name]
        grid = grid_of(scheme, 8, WEIGHT)
        words = words_of(scheme, 8, encode(scheme, grid, WEIGHT))
        moved = codes_of(scheme, 8, words ^ 128) - codes_of(scheme, 8, words)
        assert (moved.abs() == 128).all()


def test_a_chips_flips_nest_in_the_rate_and_have_its_share() -> None:
    shape = torch.Size((40, 1000))
    before = torch.zeros(shape, dtype=torch.uint8)
    for rate in (0.001, 0.01, 0.1):
        mask = chip_flips(7, "conv1.weight", shape, 8, rate)
        assert torch.equal(mask & before, before)
        bits = 8 * mask.numel()
        share = np.unpackbits(mask.numpy()).sum() / bits
        assert abs(share - rate) < 5 * (rate / bits) ** 0.5
        before = mask
    assert not torch.equal(before, chip_flips(8, "conv1.weight", shape, 8, 0.1))
    assert not torch.equal(before, chip_flips(7, "conv2.weight", shape, 8, 0.1))


def test_fresh_flips_keep_to_the_bits_and_the_rate() -> None:
    generator = torch.Generator().manual_seed(1)
    mask = fresh_flips(torch.Size((100, 1000)), 3, 0.2, generator)
    assert int(mask.max()) < 8
    assert abs(np.unpackbits(mask.numpy()).sum() / 300_000 - 0.2) < 0.004


@pytest.mark.parametrize(("bits", "unsigned"), [(2, True), (3, False), (4, True), (5, False)])
def test_nearest_words_are_those_that_trying_all_words_finds(bits: int, unsigned: bool) -> None:
    scheme = SCHEMES["rquant" if unsigned else "normal"]
    words = torch.arange(2**bits, dtype=torch.uint8)
    values = codes_of(scheme, bits, words)
    for pattern in product((None, 0, 1), repeat=bits):
        at_0 = sum(1 << i for i, stuck in enumerate(pattern) if stuck == 0)
        at_1 = sum(1 << i for i, stuck in enumerate(pattern) if stuck == 1)
        stuck = FailingBits(*(torch.full_like(words, mask) for mask in (at_0, at_1, 0)))
        held = codes_of(scheme, bits, stuck.read(words))
        found = codes_of(scheme, bits, stuck.read(nearest_words(bits, unsigned, words, stuck)))
        least = (held[None] - values[:, None]).abs().amin(1)
        assert torch.equal((found - values).abs(), least)


def test_nearest_words_refuse_cells_that_flip() -> None:
    word = torch.zeros(1, dtype=torch.uint8)
    with pytest.raises(ValueError, match="these flip"):
        nearest_words(8, True, word, FailingBits(word, word, word + 1))

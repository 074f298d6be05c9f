"""Robust training: gradients by hand, resuming, export, and the failing bits of a die."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

import onnx
import torch
from torch import nn

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.robust import weights
from brownout_tools.robust.activations import calibrate
from brownout_tools.robust.command import main
from brownout_tools.robust.die import DieError, failing_bits
from brownout_tools.robust.export import export_model, to_onnx
from brownout_tools.robust.gradients import ErrorSource, Stepper
from brownout_tools.robust.layers import NORMS, BatchNorm, Chain, GroupNorm, mnist_net
from brownout_tools.robust.nearest import nearest_words
from brownout_tools.robust.recipe import (
    BitErrors,
    Die,
    Epochs,
    Model,
    Recipe,
    RecipeError,
    Start,
    read_recipe,
)
from brownout_tools.robust.schemes import SCHEMES
from brownout_tools.robust.training import Training, train
from brownout_tools.runtime import session
from brownout_tools.training.slices import read_slice
from commands import WORKLOAD, brownout

RECIPES = sorted((ROOT / "configs/recipes").glob("*.yaml"))


def test_group_norm_and_its_gradients_are_pytorchs() -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 24, 5, 7)
    ours, theirs = GroupNorm(24), nn.GroupNorm(12, 24)
    nn.init.uniform_(ours.weight, -0.5, 0.5)
    nn.init.uniform_(ours.bias, -0.5, 0.5)
    theirs.load_state_dict({"weight": 1 + ours.weight, "bias": ours.bias})
    gradient = torch.randn_like(x)
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    found = [layer(y) for layer, y in zip((ours, theirs), inputs, strict=True)]
    for y in found:
        y.backward(gradient)
    torch.testing.assert_close(found[0], found[1], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(ours.bias.grad, theirs.bias.grad, atol=1e-4, rtol=1e-4)


def test_groups_divide_the_channels() -> None:
    assert [GroupNorm(c).groups for c in (24, 72, 144, 192, 96, 10)] == [12, 24, 24, 32, 32, 5]


class Line(Chain):
    """One matrix product, so that gradients can be computed by hand: loss = sum(x W^T)."""

    def __init__(self) -> None:
        super().__init__(nn.Linear(4, 3, bias=False))


def stepper(model: Model, source: ErrorSource | None = None) -> Stepper:
    torch.manual_seed(3)
    network = Line()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    return Stepper(network, model, optimizer, source, errors_on=True)


X = torch.tensor([[1.0, -2.0, 3.0, 0.5]])


def squares(network: nn.Module) -> torch.Tensor:
    return network(X).square().sum() / 2


def gradient_at(values: torch.Tensor) -> torch.Tensor:
    """Of ``squares``: (x W^T)^T x."""
    return (X @ values.T).T @ X


@pytest.mark.parametrize("variant", ["plain", "curricular", "alternating", "only"])
def test_a_step_goes_down_the_gradients_that_its_variant_says(variant: str) -> None:
    errors = BitErrors(rate=0.2, from_loss=1e9, variant=variant, largest_gradient=0.7)
    source = ErrorSource(errors, seed=5)
    taken = stepper(Model("m", scheme="rquant", bit_errors=errors), source)
    before = taken.parameters["0.weight"].detach().clone()

    def stored(value: torch.Tensor) -> dict[str, weights.Stored]:
        return weights.store(SCHEMES["rquant"], 8, 1.0, {"0.weight": value})

    def clean_gradient(value: torch.Tensor) -> torch.Tensor:
        return gradient_at(weights.clean(stored(value))["0.weight"])

    def faulty_gradient(value: torch.Tensor) -> torch.Tensor:
        return gradient_at(source.read(stored(value), 9, 0.1)["0.weight"])

    taken.step(lambda: squares(taken.network), step=9, progress=0.1)
    after = taken.parameters["0.weight"].detach()
    if variant == "only":
        wanted = before - 0.1 * faulty_gradient(before)
    elif variant == "alternating":
        middle = (before - 0.1 * clean_gradient(before)).clamp(-1, 1)
        wanted = middle - 0.1 * faulty_gradient(middle).clamp(-0.7, 0.7)
    else:
        total = clean_gradient(before) + faulty_gradient(before).clamp(-0.7, 0.7)
        wanted = before - 0.1 * total
    torch.testing.assert_close(after, wanted.clamp(-1, 1))


def test_the_curricular_rate_rises_to_its_end_by_half_of_the_training() -> None:
    source = ErrorSource(BitErrors(rate=0.1, variant="curricular"), seed=0)
    rates = [source.rate(i / 100) for i in range(100)]
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(0.1 / 20)
    assert set(rates[50:]) == {0.1}


def test_errors_are_on_only_while_the_loss_is_low() -> None:
    errors = BitErrors(rate=0.5, from_loss=1.75)
    for loss, expected in ((0.5, True), (5.0, False)):
        taken = stepper(Model("m", scheme="rquant", bit_errors=errors), ErrorSource(errors, 0))
        taken.errors_on = False
        weight = taken.parameters["0.weight"]
        taken.step(lambda loss=loss, w=weight: loss + 0 * w.sum(), step=0, progress=0)
        assert taken.errors_on is expected


def test_the_sharp_step_is_taken_at_the_quantized_weights_a_step_uphill() -> None:
    taken = stepper(Model("m", scheme="rquant", bits=4, sharpness=0.3))
    before = taken.parameters["0.weight"].detach().clone()
    at = weights.clean(weights.store(SCHEMES["rquant"], 4, 1.0, {"w": before}))["w"]
    gradient = gradient_at(at)
    uphill = at + 0.3 * gradient / gradient.norm()
    taken.step(lambda: squares(taken.network), step=0, progress=0)
    wanted = (before - 0.1 * gradient_at(uphill)).clamp(-1, 1)
    torch.testing.assert_close(taken.parameters["0.weight"].detach(), wanted)


def trained_like(norm: str) -> Chain:
    """An MNIST network whose parameters are as far from their start as a training brings them."""
    torch.manual_seed(1)
    network = mnist_net(norm)
    for layer in network:
        if isinstance(layer, GroupNorm | BatchNorm):
            nn.init.uniform_(layer.weight, -0.3, 0.3)
            nn.init.uniform_(layer.bias, -0.3, 0.3)
        if isinstance(layer, BatchNorm):
            nn.init.uniform_(layer.running_mean, -1, 1)
            nn.init.uniform_(layer.running_var, 0.5, 4)
    return network.eval()


def images(count: int) -> torch.Tensor:
    pixels, _ = read_slice("mnist_cnn", ROOT / "workloads/mnist_cnn")
    return (torch.from_numpy(np.array(pixels[:count])).float() / 255 - 0.1307) / 0.3081


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("scheme", "bits"), [("rquant", 8), ("normal", 4), ("rquant_channel", 3)])
def test_an_exported_file_computes_what_pytorch_does(norm: str, scheme: str, bits: int) -> None:
    """Up to ties: sums in another order may be rounded to the next code."""
    network, x = trained_like(norm), images(60)
    model = Model("m", scheme=scheme, bits=bits, norm=norm)
    exported = export_model(network, model, x)
    ours = exported.logit_codes(x)
    logits = session(exported.file).run(None, {"input": x.numpy()})[0]
    theirs = exported.rounded.ranges["fc"].codes(torch.from_numpy(logits)).numpy()
    assert (ours == theirs).mean() > 0.9
    assert (ours.argmax(1) == theirs.argmax(1)).mean() > 0.95


def stored_of(network: Chain, scheme: str, bits: int) -> dict[str, weights.Stored]:
    return weights.store(SCHEMES[scheme], bits, 1.0, weights.stored_weights(network))


@needs_brownout
@pytest.mark.parametrize(("scheme", "bits"), [("rquant", 8), ("normal", 8), ("rquant", 4)])
@pytest.mark.parametrize("kind", ["flip", "stuck"])
def test_a_dies_failing_bits_give_what_the_simulator_reads(
    scheme: str, bits: int, kind: str, tmp_path: Path
) -> None:
    network, x = trained_like("none"), images(20)
    settings = [
        f"memory.chip.kind={kind}",
        "accelerator.placement=streaming",
        f"memory.encoding={SCHEMES[scheme].encoding}",
    ]
    die = Die(str(WORKLOAD), voltage=0.8, settings=settings)
    stored = stored_of(network, scheme, bits)
    found = failing_bits(BROWNOUT, die, network, stored, (1, 28, 28))
    file, out = tmp_path / "network.onnx", tmp_path / "weights.npz"
    parameters = weights.stored_weights(network)
    with weights.replaced(parameters, weights.clean(stored)):
        ranges = calibrate(network, x)
    onnx.save(to_onnx(network, "m", stored, ranges, (1, 28, 28)), file)

    def read(*options: str) -> dict[str, np.ndarray]:
        chosen = [f"--set={s}" for s in (*settings, f"workload.network={file}")]
        brownout("weights", WORKLOAD, "--voltage", "0.8", "--out", out, *chosen, *options)
        with np.load(out) as arrays:
            return {name: arrays[name].astype(np.int16) for name in stored}

    def codes(name: str, words: torch.Tensor) -> np.ndarray:
        shift = 2 ** (bits - 1) if SCHEMES[scheme].unsigned else 0
        tensor = stored[name]
        real = tensor.decode(words) / tensor.grid.scale + tensor.grid.zero
        return np.rint(real.numpy()).astype(np.int16) + shift

    raw = read()
    assert any((bits_of.at_0 | bits_of.at_1 | bits_of.flips).any() for bits_of in found.values())
    for name, tensor in stored.items():
        assert np.array_equal(raw[name], codes(name, found[name].read(tensor.words))), name
    if kind == "flip":
        return
    repaired = read("--mitigate", "faq")
    for name, tensor in stored.items():
        words = nearest_words(bits, SCHEMES[scheme].unsigned, tensor.words, found[name])
        ours = codes(name, found[name].read(words)) - codes(name, tensor.words)
        theirs = repaired[name] - codes(name, tensor.words)
        assert np.array_equal(np.abs(ours), np.abs(theirs)), name  # of two as near, either


def small(tmp_path: Path, model: Model, *others: Model) -> tuple[Recipe, Path]:
    """A recipe on 256 training images, and their directory."""
    from brownout_tools.training.datasets import write_idx

    pixels, labels = read_slice("mnist_cnn", ROOT / "workloads/mnist_cnn")
    data = tmp_path / "data"
    data.mkdir()
    for prefix, chosen in (("train", slice(0, 256)), ("t10k", slice(256, 320))):
        write_idx(data / f"{prefix}-images-idx3-ubyte.gz", pixels[chosen, 0])
        write_idx(data / f"{prefix}-labels-idx1-ubyte.gz", labels[chosen])
    models = {m.name: m for m in (model, *others)}
    recipe = Recipe("small", "mnist", "mnist", Epochs(reduced=2, full=4), models, batch=64)
    return recipe, data


def weights_in(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)["network"]


def test_a_resumed_training_ends_with_the_same_weights(tmp_path: Path) -> None:
    errors = BitErrors(rate=0.05, from_loss=100)
    model = Model("m", scheme="rquant", clip=0.2, bit_errors=errors)
    recipe, data = small(tmp_path, model)
    lines: list[str] = []
    whole = train(recipe, model, data, tmp_path, False, 0, None, lines.append)
    assert [line.split()[2] for line in lines] == ["1/2", "2/2"]

    class Stopped(Exception):
        pass

    def stop(_: str) -> None:
        raise Stopped

    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(Stopped):
        train(recipe, model, data, other, False, 0, None, stop)
    resumed = train(recipe, model, data, other, False, 0, None, lines.append)
    for name, value in weights_in(whole).items():
        assert torch.equal(value, weights_in(resumed)[name]), name
        assert name.endswith("bias") or float(value.abs().max()) < 0.2 + 1e-6


def test_a_model_starts_from_another_one_at_its_share(tmp_path: Path) -> None:
    first = Model("first", scheme="rquant")
    second = replace(first, name="second", bits=4, start=Start("first", at=0.5))
    recipe, data = small(tmp_path, first, second)
    lines: list[str] = []
    train(recipe, second, data, tmp_path, False, 0, None, lines.append)
    assert [" ".join(line.split()[:3]) for line in lines] == [
        "first epoch 1/2",
        "first epoch 2/2",
        "second epoch 2/2",
    ]


def test_sparse_training_has_more_zeros(tmp_path: Path) -> None:
    zeros = []
    for sparsity in (0.0, 2.0):
        model = Model("m", scheme="rquant", sparsity=sparsity)
        folder = tmp_path / str(sparsity)
        folder.mkdir()
        recipe, data = small(folder, model)
        training = Training(recipe, model, 2, 0)
        from brownout_tools.robust.training import load_split

        for _ in range(2):
            training.run_epoch(*load_split(recipe, data, "train"))
        seen: list[torch.Tensor] = []
        for layer in training.network:
            if isinstance(layer, nn.ReLU):
                layer.register_forward_hook(lambda _, __, y, seen=seen: seen.append(y))
        training.network(images(50))
        zeros.append(float(torch.cat([(y == 0).float().flatten() for y in seen]).mean()))
    assert zeros[1] > zeros[0] + 0.02


@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.stem)
def test_the_recipes_of_the_repository_can_be_read(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.epochs.reduced < recipe.epochs.full
    assert len(recipe.models) > 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("network: mnist", "models: missing"),
        ("models: {a: {schema: rquant}}", "models.a.schema: unknown; known are bit_errors, bits"),
        ("models: {a: {bits: 9}}", "models.a.bits: 9 is not one of 2, 3, 4, 5, 6, 7, 8"),
        ("models: {a: {start: {model: b}}}", "models.a.start.model: 'b' is not one of a"),
        ("models: {a: {start: 3}}", "models.a.start: 3 is no map"),
        ("models: {a: {bit_errors: {die: {volts: 1}}}}", "models.a.bit_errors.die.volts: unknown"),
        ("models: {}", "missing 3 required positional arguments"),
        ("models: {a: {bits: 4.0}}", "models.a.bits: 4.0 is not one of 2"),
        ("models: {a: {clip: abc}}", "models.a.clip: 'abc' is no number in 1e-09..inf"),
        ("models: {a: {clip: -1}}", "models.a.clip: -1 is no number in 1e-09..inf"),
        ("models: {a: {bit_errors: {rate: 2}}}", "a.bit_errors.rate: 2 is no number in 0..1"),
        ("models: {a: {scheme: }}", "models.a.scheme: has no value"),
        ("models: {a: {}}\nbatch: 0", "batch: 0 is no whole number in 1..inf"),
        (
            "models: {a: {start: {model: b}}, b: {start: {model: a}}}",
            "models.a.start: a circle: a -> b -> a",
        ),
        ("models: [", "expected the node content"),
    ],
)
def test_recipes_are_refused_with_their_place(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=r"recipe\.yaml") as error:
        read_recipe(path)
    assert message in str(error.value)


def test_a_model_that_starts_at_the_end_is_the_other_one_quantized(tmp_path: Path) -> None:
    first = Model("float")
    second = Model("after", scheme="normal", bits=4, start=Start("float", at=1))
    recipe, data = small(tmp_path, first, second)
    lines: list[str] = []
    path = train(recipe, second, data, tmp_path, False, 0, None, lines.append)
    assert len(lines) == 2
    for name, value in weights_in(tmp_path / "float.0.pt").items():
        assert torch.equal(value, weights_in(path)[name]), name


def test_files_that_are_no_checkpoints_of_a_model_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = str(ROOT / "configs/recipes/mnist.yaml")
    words = ["evaluate", recipe, "rquant", "--data", str(tmp_path), "--out", str(tmp_path)]
    (tmp_path / "rquant.0.pt").write_bytes(b"PK\x03\x04 cut off")
    assert main(words) == 2
    assert "rquant.0.pt: no checkpoint: " in capsys.readouterr().err
    model = read_recipe(Path(recipe)).models["clip_0.1"]
    other = Training(read_recipe(Path(recipe)), model, 8, 0)
    torch.save(other.checkpoint(), tmp_path / "rquant.0.pt")
    assert main(words) == 2
    assert "holds mnist/clip_0.1, not mnist/rquant" in capsys.readouterr().err
    for option in ("--images", "--chips"):
        with pytest.raises(SystemExit) as stopped:
            main([*words, option, "0"])
        assert stopped.value.code == 2


@needs_brownout
def test_faq_for_a_die_whose_cells_flip_is_refused() -> None:
    network = trained_like("none")
    die = Die(str(WORKLOAD), 0.8, ["accelerator.placement=streaming"], faq=True)
    with pytest.raises(DieError, match="needs cells that are stuck; those of conv1"):
        failing_bits(BROWNOUT, die, network, stored_of(network, "rquant", 8), (1, 28, 28))

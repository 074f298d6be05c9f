"""Arguments of ``python -m brownout_tools.robust``."""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
import torch

from brownout_tools.robust.die import DieError
from brownout_tools.robust.evaluation import robust_errors
from brownout_tools.robust.export import export_model
from brownout_tools.robust.recipe import DATASETS, Recipe, RecipeError, read_recipe
from brownout_tools.robust.training import (
    CheckpointError,
    Normalizer,
    checkpoint_of,
    load_network,
    load_split,
    train,
)
from brownout_tools.studies.command import positive
from brownout_tools.training.quantize import calibration_inputs

LOGITS, REFERENCE_IMAGES = "reference_logits.npz", 200


def _say(line: str) -> None:
    print(line, flush=True)


def _chosen(recipe: Recipe, names: list[str]) -> list[str]:
    for name in names:
        if name not in recipe.models:
            raise RecipeError(f"{name} is not a model of {recipe.name}: {', '.join(recipe.models)}")
    return names or list(recipe.models)


def _train(args: argparse.Namespace, recipe: Recipe) -> None:
    args.out.mkdir(parents=True, exist_ok=True)
    for name in _chosen(recipe, args.models):
        train(
            recipe,
            recipe.models[name],
            args.data,
            args.out,
            args.full,
            args.seed,
            args.brownout,
            _say,
        )


def _evaluate(args: argparse.Namespace, recipe: Recipe) -> None:
    for name in _chosen(recipe, args.models):
        model = recipe.models[name]
        network, _ = load_network(recipe, model, checkpoint_of(args.out, model, args.seed))
        errors = robust_errors(
            recipe, model, network, args.data, args.rates, args.chips, args.images
        )
        line = " ".join(
            f"{100 * e.rate:g}% {100 * e.mean:.2f}+-{100 * e.deviation:.2f}" for e in errors
        )
        _say(f"{name:20s} Err {100 * errors[0].clean:.2f} RErr {line}")


def _export(args: argparse.Namespace, recipe: Recipe) -> None:
    dataset = DATASETS[recipe.dataset]
    inputs = calibration_inputs(dataset, args.data, args.calibration_images, args.seed)
    images, labels = load_split(recipe, args.data, "test")
    tests = Normalizer(dataset.preprocess)(images)
    args.to.mkdir(parents=True, exist_ok=True)
    logits, lines = {}, []
    for name in _chosen(recipe, args.models):
        model = recipe.models[name]
        network, state = load_network(recipe, model, checkpoint_of(args.out, model, args.seed))
        exported = export_model(network, model, torch.from_numpy(inputs))
        onnx.save(exported.file, args.to / f"{name}.onnx")
        codes = exported.logit_codes(tests)
        logits[name] = codes[:REFERENCE_IMAGES]
        error = float((codes.argmax(1) != labels.numpy()).mean())
        zeros = exported.rounded.zero_shares(tests[:1000])
        shares = ", ".join(f"{100 * share:.0f}" for share in zeros.values())
        told = [shares, state["epochs"], args.seed, round(state["seconds"])]
        lines.append(f"| {name} | {100 * error:.2f} | {' | '.join(map(str, told))} |")
        _say(f"{name}: error {100 * error:.2f} %, zeros behind each ReLU {shares} %")
    np.savez_compressed(args.to / LOGITS, **logits)
    (args.to / "README.md").write_text(_readme(args, recipe, len(labels), lines))


README = """# Networks of the recipe {recipe}

Made by `python -m brownout_tools.robust` from `{path}`, which says how each was trained.
`{logits}` holds the codes of the logits that PyTorch computes with these weights and 8-bit
activations for the first {images} test images. The error is that of the same arithmetic on all
{tests} test images. Seconds are those of one thread of a machine that did other things, too.

| network | error (%) | zeros behind each ReLU (%) | epochs | seed | seconds |
|---|---|---|---|---|---|
"""


def _readme(args: argparse.Namespace, recipe: Recipe, tests: int, lines: list[str]) -> str:
    """What lies in the directory of an export, and where it came from."""
    head = README.format(
        recipe=recipe.name, path=args.recipe, logits=LOGITS, images=REFERENCE_IMAGES, tests=tests
    )
    return head + "\n".join(lines) + "\n"


def _rates(text: str) -> list[float]:
    """Parse shares of failing bits, comma-separated."""
    rates = [float(part) for part in text.split(",")]
    if not all(0 <= rate <= 1 for rate in rates):
        raise ValueError
    return rates


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m brownout_tools.robust", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run, text in (
        ("train", _train, "train models of a recipe, or go on with them"),
        ("export", _export, "write ONNX files with 8-bit activations"),
        ("evaluate", _evaluate, "robust error in PyTorch, bits flipping independently"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        command.add_argument("recipe", type=Path)
        command.add_argument("models", nargs="*", help="default: all of the recipe")
        command.add_argument("--data", type=Path, required=True, help="directory of the data set")
        command.add_argument("--out", type=Path, required=True, help="directory of checkpoints")
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--threads", type=positive, default=2)
        if name == "train":
            command.add_argument("--full", action="store_true", help="as many epochs as the paper")
            command.add_argument(
                "--brownout", type=Path, default=Path("build/release/brownout"), help="the program"
            )
        elif name == "export":
            command.add_argument("--to", type=Path, required=True, help="directory of the files")
            command.add_argument("--calibration-images", type=positive, default=1000)
        else:
            command.add_argument("--rates", type=_rates, default=[0.01], metavar="P,...")
            command.add_argument("--chips", type=positive, default=20)
            command.add_argument("--images", type=positive, default=1000)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 2 for bad input."""
    args = _parser().parse_args(arguments)
    torch.set_num_threads(args.threads)
    try:
        args.run(args, read_recipe(args.recipe))
    except (RecipeError, DieError, CheckpointError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0

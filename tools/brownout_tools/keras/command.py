"""``python -m brownout_tools.keras NAME``: a Keras network as a full-integer TFLite file.

Gives the network seeded random weights, converts it with TensorFlow's converter and writes
``network.tflite`` and, as ``inputs.npz``, made-up inputs labelled with the float network's answers.
Needs tensorflow-cpu.
"""

import argparse
import os
from pathlib import Path

import numpy as np

WORKLOADS = Path(__file__).resolve().parents[3] / "workloads" / "mlperf_tiny"
WRITTEN_INPUTS = 16


def make(name: str, directory: Path, option: str, seed: int) -> None:
    """Write the two files of a network."""
    from brownout_tools.keras.conversion import convert, enliven
    from brownout_tools.keras.networks import NETWORKS

    model = NETWORKS[name]()
    images = enliven(model, seed)
    data = convert(model, images, option)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "network.tflite").write_bytes(data)
    arrays = {"x": images[:WRITTEN_INPUTS]}
    answers = model(arrays["x"]).numpy()
    if answers.shape != arrays["x"].shape:  # a classifier
        arrays["y"] = answers.argmax(axis=1)
    np.savez(directory / "inputs.npz", **arrays)
    print(
        f"{name}: {model.count_params():,} random parameters, seed {seed}, {len(data):,} bytes: "
        f"{directory / 'network.tflite'}"
    )
    print(f"{name}: {len(arrays['x'])} made-up inputs: {directory / 'inputs.npz'}")


def main() -> int:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m brownout_tools.keras", description=__doc__)
    parser.add_argument("network", nargs="?", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print the networks and end")
    parser.add_argument("--out", type=Path, help="directory; default: workloads/mlperf_tiny/NAME")
    parser.add_argument("--option", default="int8", help="of the converter; see conversion.py")
    parser.add_argument("--seed", type=int, default=0, help="of weights and made-up inputs")
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from brownout_tools.keras.conversion import OPTIONS
        from brownout_tools.keras.networks import NETWORKS
    except ModuleNotFoundError as error:
        parser.error(f"{error}; pip install tensorflow-cpu")
    if args.list:
        print("\n".join(NETWORKS))
        return 0
    if args.network not in NETWORKS:
        parser.error(f"'{args.network}' is not one of {', '.join(NETWORKS)}")
    if args.option not in OPTIONS:
        parser.error(f"option '{args.option}' is not one of {', '.join(OPTIONS)}")
    make(args.network, args.out or WORKLOADS / args.network, args.option, args.seed)
    return 0

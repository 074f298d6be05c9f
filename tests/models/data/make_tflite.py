"""Writes chain.tflite, every operator of the TFLite importer once, with LiteRT's own output.

Needs ai-edge-litert: PYTHONPATH=tests/python python tests/models/data/make_tflite.py
"""

from pathlib import Path

import numpy as np
from random_tflite import RandomNetwork
from test_against_litert import reference

OPERATORS = ("conv", "depthwise", "add", "max_pool", "average_pool", "dense", "softmax")


def main() -> None:
    target = Path(__file__).parent / "chain.tflite"
    data, shape = RandomNetwork(18).build(OPERATORS)
    target.write_bytes(data)
    inputs = np.random.default_rng(1).integers(-128, 128, (20, *shape[1:])).astype(np.int8)
    outputs = list(reference(target, inputs).values())[-1]
    for name, codes in (("input", inputs), ("output", outputs)):
        held = (codes.astype(int) + 128).astype(np.uint8)
        target.with_suffix(f".{name}.bin").write_bytes(held.tobytes())
    print(shape, outputs.shape, np.unique(outputs).size)


if __name__ == "__main__":
    main()

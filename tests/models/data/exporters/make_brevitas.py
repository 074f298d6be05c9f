"""Write networks of this folder that Brevitas exports, and Brevitas' own outputs.

    python tests/models/data/exporters/make_brevitas.py

Made with brevitas 0.13.4, torch 2.13.0, onnx 1.23.2 and numpy 2.4.6.
"""

import sys
import tempfile
from pathlib import Path

import torch
from reference import FOLDER, without_metadata, write

sys.path.insert(0, str(FOLDER.parents[2] / "python"))
import brevitas_models

# Seeds whose networks are small and have different parts.
CASES = {
    ("qcdq", "tensor"): 10,
    ("qcdq", "zero_points"): 4,
    ("qonnx", "channel"): 1,
    ("qonnx", "power_of_two"): 7,
    ("qonnx_dynamo", "zero_points"): 14,
    ("qonnx_dynamo", "zero_point"): 3,
}
IMAGES = 16

for (form, weights), seed in CASES.items():
    network = brevitas_models.network(seed, weights)
    real = brevitas_models.images(seed, IMAGES)
    with torch.no_grad():
        output = network(torch.from_numpy(real)).numpy()
    with tempfile.TemporaryDirectory() as folder:
        model = brevitas_models.export(network, form, Path(folder) / "model.onnx")
    write(f"brevitas_{form}_{weights}", without_metadata(model), real, output)

"""Cases of bad input: a command line, the files that it meets, and what its one line must say."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from brownout_binary import BROWNOUT, ROOT

NETWORK = ROOT / "workloads/mnist_cnn/network.onnx"
IMAGES = ROOT / "workloads/mnist_cnn/test-images.idx3.gz"
LABELS = ROOT / "workloads/mnist_cnn/test-labels.idx1.gz"
AUTOENCODER = ROOT / "workloads/mnist_autoencoder.yaml"
PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
ACCELERATOR = ROOT / "configs/accelerators/edge_32x32.yaml"

WORKLOAD = f"""workload:
  name: mnist-cnn
  network: {NETWORK}
  dataset:
    format: mnist_idx
    images: {IMAGES}
    labels: {LABELS}
  preprocess: {{scale: 0.00392156862745098, mean: [0.1307], std: [0.3081]}}
accelerator: {ACCELERATOR}
memory:
  profile: {PROFILE}
  chip: {{generator: iid, kind: flip, seed: 0}}
  encoding: twos_complement
operating_point: {{weight_sram: 0.85}}
sweep: {{voltages: "1.00:0.75:0.05", chips: 2}}
run: {{batch: 100, seed: 0}}
"""

MAP = """# banks: 8
# rows: 1024
# columns: 128
# unit: Vmin
# lowest_measured: 0.8
# source: test
bank,row,column,vfail,kind
0,0,0,0.9,flip
"""


@dataclass(frozen=True)
class Case:
    """A command line in a directory with ``w.yaml``, and what its one line must say."""

    arguments: str
    says: list[str]
    replace: tuple[str, str] | None = None  # in w.yaml
    files: dict[str, str | bytes] = field(default_factory=dict)


def unknown_operator() -> bytes:
    """A network of one float operator behind the quantization of its input."""
    value = helper.make_tensor_value_info
    scale = helper.make_tensor("scale", TensorProto.FLOAT, [], [0.1])
    zero = helper.make_tensor("zero", TensorProto.UINT8, [], [128])
    graph = helper.make_graph(
        [
            helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["codes"]),
            helper.make_node("DequantizeLinear", ["codes", "scale", "zero"], ["real"]),
            helper.make_node("Tan", ["real"], ["y"], name="odd_one"),
        ],
        "net",
        [value("x", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [value("y", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [scale, zero],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    return model.SerializeToString()


def on_other_network(says: list[str], content: bytes) -> Case:
    return Case("run w.yaml", says, (str(NETWORK), "other.onnx"), files={"other.onnx": content})


def on_map(says: list[str], content: str, options: str = "") -> Case:
    return Case(f"run w.yaml --fault-map m.csv {options}", says, files={"m.csv": content})


def on_activation_sram(texts: list[str], command: str, voltage: str, content: str = "") -> Case:
    """The activation SRAM at this voltage, with this map or generated faults."""
    words = f"{command} w.yaml --set memory.activation_sram.profile={PROFILE}"
    words += f" --set operating_point.activation_sram={voltage}"
    words += " --out out" if command == "sweep" else ""
    if not content:
        return Case(words, texts)
    words += " --set memory.activation_sram.chip.map=m.csv"
    return Case(words, texts, files={"m.csv": content})


def tree(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} | {
        path: b"" for path in directory.rglob("*") if path.is_dir()
    }


def refuse(case: Case, tmp_path: Path) -> None:
    """Run the case: one line, status 2, and nothing created."""
    text = WORKLOAD
    if case.replace:
        assert case.replace[0] in text
        text = text.replace(*case.replace)
    (tmp_path / "w.yaml").write_text(text)
    for file, content in case.files.items():
        (tmp_path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = tree(tmp_path)

    result = subprocess.run(
        [BROWNOUT, *case.arguments.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.stderr.startswith("error: "), result.stderr
    assert result.stderr.rstrip("\n").isprintable(), result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.endswith("\n")
    assert result.returncode == 2
    assert result.stdout == ""
    for part in case.says:
        assert part in result.stderr
    assert tree(tmp_path) == before

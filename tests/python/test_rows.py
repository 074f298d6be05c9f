"""Networks of one dimension, (N, C, W): random ones against ONNX Runtime, and their data."""

import os
from pathlib import Path

import numpy as np
import pytest
from engine_codes import (
    UNFAITHFUL,
    compare,
    import_error,
    needs_run_network,
    run_all,
    runtime_codes,
)
from onnx import helper
from onnx_workload import command, run, runtime_outputs, with_weights, write_workload
from quantized_graph import QuantizedGraph, Tensor, with_one_input

from brownout_binary import needs_brownout

CASES = int(os.environ.get("BROWNOUT_CASES", "100"))

pytestmark = [needs_brownout, needs_run_network]


class RandomRow(QuantizedGraph):
    """`build` draws a chain of operators on rows; each returns False where it does not fit."""

    def __init__(self, case: int, form: str) -> None:
        super().__init__(case, form)
        self.input_shape = (int(self.rng.integers(1, 9)), int(self.rng.integers(4, 40)))
        self.pool[0] = Tensor(**{**vars(self.pool[0]), "shape": self.input_shape})

    def window(self, x: Tensor, small_pads: bool) -> dict:
        kernel = int(self.rng.integers(1, min(6, x.shape[1]) + 1))
        pads = self.rng.integers(0, kernel if small_pads else 4, 2)
        stride = int(self.rng.integers(1, 4))
        extent = (x.shape[1] + int(pads.sum()) - kernel) // stride + 1
        return {"kernel_shape": [kernel], "pads": pads.tolist(), "strides": [stride],
                "extent": extent}  # fmt: skip

    def conv(self) -> bool:
        x = self.pool[-1]
        window = self.window(x, False)
        extent, kernel = window.pop("extent"), window["kernel_shape"][0]
        groups = self.one_of(1, 1, x.shape[0])
        outputs = groups * int(self.rng.integers(1, 5))
        shape = (outputs, x.shape[0] // groups, kernel)
        k = int(np.prod(shape[1:]))
        self.weighted("conv", x, shape, 0, outputs, (outputs, extent), k, "Conv", group=groups,
                      **window)  # fmt: skip
        return True

    def pool_of(self, op: str) -> bool:
        x = self.pool[-1]
        window = self.window(x, True)
        extent = window.pop("extent")
        if window["kernel_shape"][0] == x.shape[1]:
            return False
        out = self.named((x.shape[0], extent), like=x)
        if op == "MaxPool":
            self.add("max_pool", op, [x.name], out, **window)
        else:
            self.unary("average_pool", op, x, out, count_include_pad=self.one_of(0, 1), **window)
        return True

    def move(self) -> bool:
        """Slice with a step, and back to more elements by padding."""
        x = self.pool[-1]
        step = self.one_of(1, 2, -1)
        start, end = (0, 2**31) if step > 0 else (-1, -(2**31))
        lists = [self.constant(np.array([v], np.int64)) for v in (start, end, 2, step)]
        out = self.named((x.shape[0], -(-x.shape[1] // abs(step))), like=x)
        self.add("slice", "Slice", [x.name, *lists], out)
        pads = self.constant(np.array([0, 1, 2, 0, 0, 1], np.int64))
        value = self.constant(self.dtype(out.zero_point))
        padded = self.named((out.shape[0] + 1, out.shape[1] + 3), like=out)
        self.add("pad", "Pad", [out.name, pads, value], padded)
        return True

    def constant_sum(self) -> bool:
        x = self.pool[-1]
        shape = (self.one_of(1, x.shape[0]), self.one_of(1, x.shape[1]))
        other = Tensor(f"c{len(self.nodes)}", shape, x.scale, self.zero_point(), 74.0)
        self.constant(self.rng.integers(0, 256, shape).astype(np.uint8), other.name)
        out = self.named(x.shape, float(x.scale) * 100)
        if self.qdq:
            self.real("sum", "Add", [self.dequantize(x), self.dequantize(other)], out)
        else:
            inputs = [e for t in (x, other) for e in (t.name, *self.parameters(t))]
            self.add("sum", "QLinearAdd", inputs + self.parameters(out), out, "com.microsoft")
        return True

    def as_planes(self) -> bool:
        """Unsqueeze, a two-dimensional convolution, Squeeze; upright, each is a copy."""
        x = self.pool[-1]
        # One channel upright could as well be a row of pixels, its channels last.
        upright = self.rng.random() < 0.3 and x.shape[0] > 1
        axis = self.constant(np.array([3 if upright else 2], np.int64))
        planes = self.named(
            (x.shape[0], *((x.shape[1], 1) if upright else (1, x.shape[1]))), like=x
        )
        self.add("unsqueeze", "Unsqueeze", [x.name, axis], planes)
        outputs = int(self.rng.integers(1, 5))
        self.weighted("conv", planes, (outputs, x.shape[0], 1, 1), 0, outputs,
                      (outputs, *planes.shape[1:]), x.shape[0], "Conv",
                      kernel_shape=[1, 1])  # fmt: skip
        made = self.pool[-1]
        row = self.named((outputs, x.shape[1]), like=made)
        self.add("squeeze", "Squeeze", [made.name, axis], row)
        return True

    def build(self):
        moves = [
            self.conv, self.conv, self.move, self.constant_sum, self.as_planes,
            lambda: self.pool_of("MaxPool"), lambda: self.pool_of("AveragePool"),
        ]  # fmt: skip
        wanted = int(self.rng.integers(2, 7))
        while len(self.kinds) < wanted:
            self.one_of(*moves)()
        x = self.pool[-1]
        if self.rng.random() < 0.5:
            mean = self.named((x.shape[0], 1), float(x.scale) * x.spread)
            self.unary("global_pool", "GlobalAveragePool", x, mean)
            x = mean
        size = int(np.prod(x.shape))
        flat = self.named((size,), like=x)
        self.add("flatten", "Flatten", [x.name], flat)
        self.weighted("dense", flat, (size, 10), 1, 10, (10,), size, "MatMul")
        return self.model()


@pytest.mark.parametrize("form", ["qoperator", "qdq"])
def test_random_rows_are_onnx_runtime_s(form: str, tmp_path: Path) -> None:
    expected, lines = [], []
    for case in range(CASES):
        network = RandomRow(case, form)
        model = network.build()
        real, codes = network.images(4)
        expected.append(runtime_codes(model, real, skipped=UNFAITHFUL))
        files = [tmp_path / f"{case}.{end}" for end in ("onnx", "in", "out")]
        files[0].write_bytes(model.SerializeToString())
        codes.transpose(0, 2, 1).astype(np.uint8).tofile(files[1])
        lines.append(" ".join(map(str, files)))
    assert run_all(lines) == ["ok"] * CASES
    found = [np.fromfile(tmp_path / f"{case}.out", np.uint8) for case in range(CASES)]
    wrong = [c for c in range(CASES) if not np.array_equal(found[c], expected[c].ravel())]
    assert not wrong, f"{len(wrong)} of {CASES} networks differ: {wrong[:20]}"
    assert np.mean([len(np.unique(codes)) > 4 for codes in expected]) > 0.5


@pytest.mark.parametrize("target", [[0, 4, 30], [0, 4, -1], [0, 24, 5], [0, 12, 10]])
def test_a_map_may_become_a_row(target: list[int], tmp_path: Path) -> None:
    made = with_one_input(6, "qdq", (4, 6, 5))
    channels, width = target[1], 120 // target[1]
    row = made.named((channels, width), like=made.pool[-1])
    made.add("reshape", "Reshape", ["input.q", made.constant(np.array(target, np.int64))], row)
    made.weighted("conv", row, (3, channels, 1), 0, 3, (3, width), channels, "Conv",
                  kernel_shape=[1])  # fmt: skip
    flat = made.named((3 * width,), like=made.pool[-1])
    made.add("flatten", "Flatten", [made.pool[-1].name], flat)
    made.weighted("dense", flat, (3 * width, 10), 1, 10, (10,), 3 * width, "MatMul")
    assert compare(made, tmp_path).max() == 0


@pytest.mark.parametrize("axes", ["channels_last", "channels_first"])
def test_faulty_rows_are_onnx_runtime_s_and_the_executors_agree(axes: str, tmp_path: Path) -> None:
    network = RandomRow(7, "qdq")
    model = network.build()
    real, _ = network.images(20)
    path = write_workload(tmp_path, model, real)
    if axes == "channels_last":
        np.savez(tmp_path / "data.npz", x=real.transpose(0, 2, 1), y=np.zeros(20, np.int64))
    options = [f"--set=workload.dataset.axes={axes}"]
    logits, report = run(path, *options)
    assert report["weights_changed"] > 0
    (expected,) = runtime_outputs(with_weights(model, path, *options), real)
    assert np.array_equal(logits["logits"], expected)
    assert not np.array_equal(expected, runtime_outputs(model, real)[0])


def test_rows_with_their_channels_last_are_onnx_runtime_s(tmp_path: Path) -> None:
    """(N, W, C) before a Transpose, as converters of Keras write it."""
    network = RandomRow(11, "qdq")
    model = network.build()
    channels, width = network.input_shape
    turn = helper.make_node("Transpose", ["rows"], ["input"], perm=[0, 2, 1])
    model.graph.node.insert(0, turn)
    model.graph.input[0].name = "rows"
    dims = model.graph.input[0].type.tensor_type.shape.dim
    dims[1].dim_value, dims[2].dim_value = width, channels
    real, _ = network.images(20)
    rows = np.ascontiguousarray(real.transpose(0, 2, 1))
    path = write_workload(tmp_path, model, rows)
    logits, _ = run(path, "--voltage=1", "--set=workload.dataset.axes=channels_last")
    assert np.array_equal(logits["logits"], runtime_outputs(model, rows)[0])


def test_data_of_another_form_are_refused(tmp_path: Path) -> None:
    network = RandomRow(7, "qdq")
    real, _ = network.images(3)
    path = write_workload(tmp_path, network.build(), real[:, :, :-1])
    done = command("run", path)
    assert done.returncode == 2 and "x" in done.stderr, done.stderr
    np.savez(tmp_path / "data.npz", images=real, labels=np.zeros(3))
    done = command("run", path)
    assert "data.npz: x: no such array in the file; it holds images, labels" in done.stderr


def test_a_kernel_of_two_dimensions_does_not_fit_a_row(tmp_path: Path) -> None:
    network = RandomRow(3, "qdq")
    x = network.pool[-1]
    network.weighted("conv", x, (2, x.shape[0], 1, 1), 0, 2, (2, x.shape[1]), x.shape[0], "Conv")
    assert "have 4 dimensions, its input has 3" in import_error(network, tmp_path)

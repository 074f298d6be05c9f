"""Small random quantized ONNX networks of every operator that the simulator supports.

Any may follow any other, with odd shapes, strides, pads, dilations, groups, zero points on both
sides and weights of 2 to 8 bits.
"""

import numpy as np
import onnx
from onnx import helper
from quantized_graph import F32, Tensor
from random_picks import Picks


class RandomNetwork(Picks):
    """`build` draws the operators."""

    # Operators: each returns False where it does not fit what there is

    def window(self, x: Tensor, dilations=True, small_pads=False) -> dict | None:
        kernel = [int(self.rng.integers(1, 5)) for _ in range(2)]
        attributes = {
            "kernel_shape": kernel,
            "strides": [int(self.rng.integers(1, 4)) for _ in range(2)],
        }
        dilation = [int(self.rng.integers(1, 3)) if dilations else 1 for _ in range(2)]
        if dilations:
            attributes["dilations"] = dilation
        pads = [int(self.rng.integers(0, 3)) for _ in range(4)]
        if small_pads:
            pads = [min(p, kernel[i % 2] - 1) for i, p in enumerate(pads)]
        attributes["pads"] = pads
        extents = []
        for d in range(2):
            room = x.shape[1 + d] + pads[d] + pads[d + 2] - dilation[d] * (kernel[d] - 1) - 1
            if room < 0:
                return None
            extents.append(room // attributes["strides"][d] + 1)
        attributes["extents"] = extents
        return attributes

    def pool_window(self, x: Tensor, **kinds) -> dict | None:
        """A window with small pads, which may round its extents up."""
        window = self.window(x, small_pads=True, **kinds)
        if window is None or self.rng.random() < 0.6 or max(window.get("dilations", [1])) > 1:
            return window
        extents = []
        for d in range(2):
            pads, stride = window["pads"][d::2], window["strides"][d]
            room = x.shape[1 + d] + sum(pads) - window["kernel_shape"][d]
            steps = -(-room // stride)
            if steps * stride >= x.shape[1 + d] + pads[0]:
                return window  # a window of padding only: ONNX and ONNX Runtime disagree
            extents.append(steps + 1)
        window |= {"ceil_mode": 1, "extents": extents}
        return window

    def conv(self) -> bool:
        x = self.pick(flat=False)
        window = self.window(x) if x else None
        if window is None:
            return False
        channels = x.shape[0]
        groups = self.one_of(
            1, 1, channels, self.one_of(*[g for g in (1, 2, 3) if channels % g == 0])
        )
        outputs = groups * int(self.rng.integers(1, 2 + 8 // groups))
        extents = window.pop("extents")
        kernel = window.pop("kernel_shape")
        shape = (outputs, channels // groups, *kernel)
        self.weighted(
            "conv",
            x,
            shape,
            0,
            outputs,
            (outputs, *extents),
            int(np.prod(shape[1:])),
            "Conv",
            group=groups,
            kernel_shape=kernel,
            **window,
        )
        return True

    def dense(self) -> bool:
        x = self.pick(flat=True)
        if x is None:
            return False
        inputs, outputs = x.shape[0], int(self.rng.integers(1, 20))
        op = self.one_of("Gemm", "MatMul")
        transposed = op == "Gemm" and self.rng.random() < 0.5
        shape = (outputs, inputs) if transposed else (inputs, outputs)
        extra = {"transB": int(transposed)} if op == "Gemm" else {}
        self.weighted(
            "dense", x, shape, 0 if transposed else 1, outputs, (outputs,), inputs, op, **extra
        )
        return True

    def flatten(self) -> bool:
        x = self.pick(flat=False)
        if x is None or np.prod(x.shape) > 300:
            return False
        out = self.named((int(np.prod(x.shape)),), like=x)
        if self.rng.random() < 0.5:
            self.add("flatten", "Flatten", [x.name], out)
        else:
            shape = self.constant(np.array([self.one_of(0, -1), out.shape[0]], np.int64))
            self.add("flatten", "Reshape", [x.name, shape], out)
        return True

    def pair(self, op: str, a: Tensor, b: Tensor, out: Tensor) -> bool:
        if self.qdq:
            self.real(op.lower(), op, [self.dequantize(a), self.dequantize(b)], out)
        else:
            inputs = [
                a.name,
                *self.parameters(a),
                b.name,
                *self.parameters(b),
                *self.parameters(out),
            ]
            self.add(op.lower(), "QLinear" + op, inputs, out, "com.microsoft")
        return True

    def elementwise(self) -> bool:
        a = self.pick()
        same = [t for t in self.pool if t.shape == a.shape]
        b = same[int(self.rng.integers(len(same)))]
        op = self.one_of("Add", "Mul")
        real = [float(t.scale) * t.spread for t in (a, b)]
        spread = np.hypot(*real) if op == "Add" else real[0] * real[1]
        return self.pair(op, a, b, self.named(a.shape, spread))

    def excite(self) -> bool:
        maps = [t for t in self.pool if not t.flat and t.shape[1:] != (1, 1)]
        for b in self.pool:
            fits = [t for t in maps if b.shape == (t.shape[0], 1, 1)]
            if fits:
                a = fits[-1]
                spread = float(a.scale) * a.spread * float(b.scale) * b.spread
                first, second = self.one_of((a, b), (b, a))
                return self.pair("Mul", first, second, self.named(a.shape, spread))
        return False

    def operand(self) -> bool:
        """With a constant: a scalar, one element per channel, or of any shape that broadcasts."""
        a = self.pick()
        shape = tuple(self.one_of(1, n) for n in a.shape) if self.rng.random() < 0.8 else ()
        if not a.flat and self.rng.random() < 0.3:
            shape = (a.shape[0], 1, 1)
        while shape and shape[0] == 1 and self.rng.random() < 0.5:
            shape = shape[1:]
        codes = self.rng.integers(self.low, self.low + 256, shape)
        b = Tensor(f"s{len(self.nodes)}", shape, self.scale(), self.zero_point(), 40.0)
        self.constant(codes.astype(self.dtype), b.name)
        op = self.one_of("Add", "Mul")
        value = float(np.abs(codes - b.zero_point).mean()) * float(b.scale)
        real = float(a.scale) * a.spread
        out = self.named(a.shape, real + value if op == "Add" else real * max(value, 0.01))
        first, second = self.one_of((a, b), (b, a))
        return self.pair(op, first, second, out)

    def max_pool(self) -> bool:
        x = self.pick(flat=False)
        window = self.pool_window(x) if x else None
        if window is None:
            return False
        out = self.named((x.shape[0], *window.pop("extents")), like=x)
        self.add("max_pool", "MaxPool", [x.name], out, **window)
        return True

    def average_pool(self) -> bool:
        x = self.pick(flat=False)
        window = self.pool_window(x, dilations=False) if x else None
        if window is None:
            return False
        window["count_include_pad"] = 0 if "ceil_mode" in window else int(self.rng.integers(2))
        if self.rng.random() < 0.2:  # the whole map: a global pool
            window = {"kernel_shape": list(x.shape[1:]), "strides": window["strides"]}
            window["extents"] = [1, 1]
        shape = (x.shape[0], *window.pop("extents"))
        real = float(x.scale) * x.spread  # with the scale of its input, means often lie at ties
        out = self.named(shape, like=x) if self.rng.random() < 0.5 else self.named(shape, real)
        self.unary("average_pool", "AveragePool", x, out, **window)
        return True

    def global_pool(self) -> bool:
        x = self.pick(flat=False)
        if x is None:
            return False
        if self.rng.random() < 0.3:
            out = self.named((x.shape[0], 1, 1), like=x)
            self.real("global_pool", "GlobalMaxPool", [self.dequantize(x)], out)
            return True
        out = self.named((x.shape[0], 1, 1), float(x.scale) * x.spread)
        self.unary("global_pool", "GlobalAveragePool", x, out)
        return True

    def concat(self) -> bool:
        x = self.pick(flat=False)  # a flattened map has its channels apart
        if x is None:
            return False
        axis = int(self.rng.integers(1, 4))
        rest = [d for d in range(len(x.shape)) if d != axis - 1]
        fits = [
            t
            for t in self.pool
            if len(t.shape) == len(x.shape) and all(t.shape[d] == x.shape[d] for d in rest)
        ]
        count = int(self.rng.integers(1, 4))
        parts = [fits[int(self.rng.integers(len(fits)))] for _ in range(count)]
        shape = list(x.shape)
        shape[axis - 1] = sum(t.shape[axis - 1] for t in parts)
        if np.prod(shape) > 2000:
            return False
        out = self.named(shape, max(float(t.scale) * t.spread for t in parts))
        if self.qdq:
            self.real("concat", "Concat", [self.dequantize(t) for t in parts], out, axis=axis)
        else:
            inputs = self.parameters(out)
            for t in parts:
                inputs += [t.name, *self.parameters(t)]
            self.add("concat", "QLinearConcat", inputs, out, "com.microsoft", axis=axis)
        return True

    def pad(self) -> bool:
        x = self.pick(flat=False)
        if x is None:
            return False
        before, after = ([int(self.rng.integers(-1, 3)) for _ in range(3)] for _ in range(2))
        for d in range(3):
            if x.shape[d] + min(before[d], 0) + min(after[d], 0) < 1:
                before[d] = after[d] = 0
        shape = [x.shape[d] + before[d] + after[d] for d in range(3)]
        if np.prod(shape) > 2000:
            return False
        pads = self.constant(np.array([0, *before, 0, *after], np.int64))
        out = self.named(shape, like=x)
        value = [self.constant(self.dtype(x.zero_point))] if self.rng.random() < 0.7 else []
        self.add("pad", "Pad", [x.name, pads, *value], out)
        return True

    def cut(self) -> bool:
        x = self.pick(flat=False)
        if x is None:
            return False
        starts, ends, steps, shape = [], [], [], []
        for d in range(3):
            start = int(self.rng.integers(0, x.shape[d]))
            end = int(self.rng.integers(start + 1, x.shape[d] + 1))
            step = 1 if d == 0 else int(self.rng.integers(1, 3))
            starts.append(start)
            ends.append(2**31 if end == x.shape[d] else end)
            steps.append(step)
            shape.append(-(-(end - start) // step))
        lists = [np.array(v, np.int64) for v in (starts, ends, [1, 2, 3], steps)]
        self.add("slice", "Slice", [x.name, *map(self.constant, lists)], self.named(shape, like=x))
        return True

    def split(self) -> bool:
        x = self.pick(flat=False)
        axis = int(self.rng.integers(3))
        if x is None or x.shape[axis] < 2:
            return False
        first = int(self.rng.integers(1, x.shape[axis]))
        sizes = [first, x.shape[axis] - first]
        parts = []
        for size in sizes:
            shape = [*x.shape[:axis], size, *x.shape[axis + 1 :]]
            parts.append(self.named(shape, like=x))
            self.done("split", parts[-1])
        inputs = [x.name, self.constant(np.array(sizes, np.int64))]
        outputs = [part.name for part in parts]
        self.nodes.append(helper.make_node("Split", inputs, outputs, axis=axis + 1))
        return True

    def function(self) -> bool:
        x = self.pick()
        real = float(x.scale) * x.spread
        kinds = ["Sigmoid", "LeakyRelu"]
        if self.qdq:
            kinds += ["HardSigmoid", "HardSwish", "Tanh", "Erf", "silu", "relu", "clip", "rescale"]
        kind = self.one_of(*kinds)
        bounded = kind in ("Sigmoid", "HardSigmoid", "Tanh", "Erf")
        out = self.named(x.shape, 0.3 if bounded else real)
        extra = (
            {"alpha": float(self.rng.uniform(0.01, 0.3))}
            if kind in ("LeakyRelu", "HardSigmoid")
            else {}
        )
        if kind in ("Sigmoid", "LeakyRelu"):
            self.unary(kind, kind, x, out, **extra)
            return True
        d = self.dequantize(x)
        if kind == "silu":
            gate = f"g{len(self.nodes)}"
            self.nodes.append(helper.make_node("Sigmoid", [d], [gate]))
            self.real(kind, "Mul", [d, gate], out)
        elif kind == "rescale":
            self.quantize(kind, d, out)
        elif kind == "relu":
            self.real(kind, "Relu", [d], out)
        elif kind == "clip":
            limits = [self.constant(F32(-0.3 * real)), self.constant(F32(0.8 * real))]
            self.real(kind, "Clip", [d, *limits], out)
        else:
            self.real(kind, kind, [d], out, **extra)
        return True

    def build(self) -> onnx.ModelProto:
        """Draw the operators; the last tensor is the output."""
        moves = [
            self.conv,
            self.conv,
            self.conv,
            self.dense,
            self.dense,
            self.flatten,
            self.elementwise,
            self.excite,
            self.operand,
            self.max_pool,
            self.average_pool,
            self.global_pool,
            self.concat,
            self.pad,
            self.cut,
            self.split,
            self.gather,
            self.shuffle,
            self.turn,
            self.fold,
            self.mirror,
            self.resize,
            self.backwards,
            self.batch_norm,
            self.function,
            self.function,
        ]
        wanted = int(self.rng.integers(2, 10))
        while len(self.kinds) < wanted:
            self.one_of(*moves)()
        if self.pool[-1].flat:
            self.dense()
        return self.model()

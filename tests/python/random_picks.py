"""Random operators that pick elements by index, and batch norms, for ``random_onnx.py``."""

import numpy as np
from onnx import helper
from quantized_graph import F32, QuantizedGraph, Tensor

LARGEST = 2000


class Picks(QuantizedGraph):
    """Each operator returns False where it does not fit what there is."""

    def indices(self, values) -> str:
        return self.constant(np.array(values, np.int64))

    def picked(self, kind: str, op: str, x: Tensor, shape, inputs: list[str], **attributes) -> bool:
        if np.prod(shape) > LARGEST:
            return False
        self.add(kind, op, [x.name, *inputs], self.named(shape, like=x), **attributes)
        return True

    def gather(self) -> bool:
        x = self.pick(flat=False)
        if x is None:
            return False
        axis = int(self.rng.integers(3))
        size = x.shape[axis]
        picks = self.rng.integers(-size, size, int(self.rng.integers(1, 9)))
        shape = [*x.shape[:axis], len(picks), *x.shape[axis + 1 :]]
        return self.picked("gather", "Gather", x, shape, [self.indices(picks)], axis=axis + 1)

    def turn(self) -> bool:
        """Height, width and channels in another order; not of the input, which may thereby be
        taken for (N, H, W, C)."""
        x = self.pick(flat=False)
        if x is None or x == self.pool[0]:
            return False
        order = [0, *(1 + int(d) for d in self.rng.permutation(3))]
        shape = [x.shape[d - 1] for d in order[1:]]
        if order == [0, 2, 3, 1]:  # channels last, which operators do not take
            return False
        return self.picked("turn", "Transpose", x, shape, [], perm=order)

    def fold(self) -> bool:
        """A part of one dimension as a part of another one; not of the input, as above."""
        x = self.pick(flat=False)
        if x is None or x == self.pool[0]:
            return False
        channels, height, width = x.shape
        part = self.one_of(*[g for g in range(1, channels + 1) if channels % g == 0])
        shape = self.one_of(
            (channels // part, part * height, width),
            (channels // part, part, height * width),
            (part, channels // part, height * width),
        )
        return self.picked("fold", "Reshape", x, shape, [self.indices([-1, *shape])])

    def shuffle(self) -> bool:
        """Reshape, Transpose, Reshape, as ShuffleNet has it."""
        x = self.pick(flat=False)
        if x is None:
            return False
        channels, *pixels = x.shape
        groups = self.one_of(*[g for g in range(1, channels + 1) if channels % g == 0])
        names = [f"shuffle{len(self.nodes)}.{i}" for i in range(2)]
        apart = self.indices([0, groups, channels // groups, *pixels])
        self.nodes.append(helper.make_node("Reshape", [x.name, apart], names[:1]))
        self.nodes.append(helper.make_node("Transpose", names[:1], names[1:], perm=[0, 2, 1, 3, 4]))
        together = self.indices([0, -1, *pixels])
        self.add("shuffle", "Reshape", [names[1], together], self.named(x.shape, like=x))
        return True

    def mirror(self) -> bool:
        """Padding with elements of the tensor."""
        x = self.pick(flat=False)
        if x is None:
            return False
        mode = self.one_of("reflect", "edge")
        most = [size if mode == "edge" else size - 1 for size in x.shape[1:]]
        draw = [min(m, 3) + 1 for m in most]
        before, after = ([0, *map(int, self.rng.integers(0, draw))] for _ in range(2))
        shape = [sum(sizes) for sizes in zip(x.shape, before, after, strict=True)]
        pads = self.indices([0, *before, 0, *after])
        return self.picked("mirror", "Pad", x, shape, [pads], mode=mode)

    def resize(self) -> bool:
        x = self.pick(flat=False)
        if x is None:
            return False
        sizes = [int(self.rng.integers(1, 2 * size + 2)) for size in x.shape[1:]]
        mode = self.one_of("asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners")
        rounding = self.one_of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
        if self.rng.random() < 0.5:
            whole = f"sizes{len(self.nodes)}"
            self.nodes.append(helper.make_node("Shape", [x.name], [whole + ".n"], end=1))
            parts = [whole + ".n", self.indices([x.shape[0], *sizes])]
            self.nodes.append(helper.make_node("Concat", parts, [whole], axis=0))
            inputs = ["", "", whole]
        else:
            scales = [F32(1), F32(1), *self.rng.uniform(0.5, 2.5, 2).astype(F32)]
            sizes = [int(np.floor(F32(x.shape[i]) * scales[i + 1])) for i in (1, 2)]
            inputs = ["", self.constant(np.array(scales, F32))]
        if min(sizes) < 1:
            return False
        attributes = {"coordinate_transformation_mode": mode, "nearest_mode": rounding}
        return self.picked("resize", "Resize", x, (x.shape[0], *sizes), inputs, **attributes)

    def backwards(self) -> bool:
        """Slice with negative steps, and with steps along channels."""
        x = self.pick(flat=False)
        if x is None:
            return False
        steps = [self.one_of(-2, -1, 2, 1), self.one_of(-2, -1), self.one_of(-3, 1)]
        starts = [0 if step > 0 else -1 for step in steps]
        ends = [2**62 if step > 0 else -(2**62) for step in steps]
        shape = [-(-size // abs(step)) for size, step in zip(x.shape, steps, strict=True)]
        lists = [self.indices(values) for values in (starts, ends, [1, 2, 3], steps)]
        return self.picked("backwards", "Slice", x, shape, lists)

    def batch_norm(self) -> bool:
        """One that follows no convolution, with a Relu or none."""
        x = self.pick(flat=False)
        if x is None:
            return False
        channels = x.shape[0]
        mean = self.rng.normal(0, 1, channels) * float(x.scale) * x.spread
        variance = (float(x.scale) * x.spread) ** 2 * self.rng.uniform(0.3, 3, channels)
        values = [self.rng.normal(1, 0.3, channels), self.rng.normal(0, 0.5, channels), mean]
        constants = [self.constant(v.astype(F32)) for v in (*values, variance)]
        edge, name = self.dequantize(x), f"norm{len(self.nodes)}"
        self.nodes.append(helper.make_node("BatchNormalization", [edge, *constants], [name + ".x"]))
        if self.rng.random() < 0.5:
            self.quantize("batch_norm", name + ".x", self.named(x.shape, 1.4))
        else:
            self.real("batch_norm", "Relu", [name + ".x"], self.named(x.shape, 1.0))
        return True

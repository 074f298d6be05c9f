"""Small int8 TFLite files, written tensor by tensor and operator by operator."""

from __future__ import annotations

from dataclasses import dataclass, field

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

Activation = schema.ActivationFunctionType
Kind = schema.BuiltinOperator
TYPES = {
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.uint8): schema.TensorType.UINT8,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.int64): schema.TensorType.INT64,
    np.dtype(np.bool_): schema.TensorType.BOOL,
    np.dtype(np.float32): schema.TensorType.FLOAT32,
}


@dataclass(frozen=True)
class Tensor:
    """A tensor of the file: its index and what the next operator must know."""

    index: int
    shape: tuple[int, ...]
    scale: float


@dataclass
class Builder:
    """Collects one graph; ``finish`` gives the file's bytes."""

    tensors: list[schema.TensorT] = field(default_factory=list)
    buffers: list[schema.BufferT] = field(default_factory=lambda: [schema.BufferT()])
    codes: list[int] = field(default_factory=list)
    operators: list[schema.OperatorT] = field(default_factory=list)

    def tensor(
        self,
        shape: tuple[int, ...],
        scales: list[float] | NDArray = (),
        zero_points: list[int] = (),
        data: NDArray | None = None,
        axis: int = 0,
        dtype: type = np.int8,
        name: str = "",
    ) -> Tensor:
        """A tensor, a constant if it has data."""
        made = schema.TensorT()
        made.name = name or f"tensor{len(self.tensors)}"
        made.shape = list(shape)
        made.type = TYPES[np.dtype(dtype if data is None else data.dtype)]
        made.buffer = 0
        if data is not None:
            assert data.shape == tuple(shape)
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            made.buffer = len(self.buffers)
            self.buffers.append(buffer)
        if len(scales):
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = [float(np.float32(scale)) for scale in scales]
            made.quantization.zeroPoint = list(zero_points)
            made.quantization.quantizedDimension = axis
        self.tensors.append(made)
        return Tensor(
            len(self.tensors) - 1, tuple(shape), float(np.float32(scales[0])) if len(scales) else 0
        )

    def operator(
        self,
        kind: int,
        inputs: list[Tensor | None],
        output: Tensor,
        options: object | None = None,
        **fields: object,
    ) -> Tensor:
        """An operator; ``options`` is the class of its options, ``fields`` their values."""
        made = schema.OperatorT()
        if kind not in self.codes:
            self.codes.append(kind)
        made.opcodeIndex = self.codes.index(kind)
        made.inputs = [-1 if tensor is None else tensor.index for tensor in inputs]
        made.outputs = [output.index]
        if options is not None:
            made.builtinOptions = options()
            name = type(made.builtinOptions).__name__.removesuffix("T")
            made.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            for key, value in fields.items():
                assert hasattr(made.builtinOptions, key), key
                setattr(made.builtinOptions, key, value)
        self.operators.append(made)
        return output

    def finish(self, first: Tensor, *outputs: Tensor) -> bytes:
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs = [first.index], [output.index for output in outputs]
        model = schema.ModelT()
        model.version, model.subgraphs, model.buffers = 3, [graph], self.buffers
        model.operatorCodes = []
        for kind in self.codes:
            code = schema.OperatorCodeT()
            code.builtinCode, code.deprecatedBuiltinCode, code.version = kind, min(kind, 127), 1
            model.operatorCodes.append(code)
        writer = flatbuffers.Builder(1024)
        writer.Finish(model.Pack(writer), file_identifier=b"TFL3")
        return bytes(writer.Output())


def convolution(**options: int) -> tuple[Builder, Tensor, Tensor]:
    """A network of one convolution that is accepted as it is."""
    builder = Builder()
    x = builder.tensor((1, 6, 6, 3), [0.1], [3], name="x")
    weights = np.ones((4, 3, 3, 3), np.int8)
    scales = [0.1, 0.2, 0.3, 0.4]
    w = builder.tensor(weights.shape, scales, [0] * 4, weights, name="w")
    bias = builder.tensor((4,), scales, [0] * 4, np.zeros(4, np.int32), name="bias")
    y = builder.tensor((1, 4, 4, 4), [0.5], [0], name="y")
    fields = {"padding": schema.Padding.VALID, "strideH": 1, "strideW": 1} | options
    builder.operator(Kind.CONV_2D, [x, w, bias], y, schema.Conv2DOptionsT, **fields)
    return builder, x, y

"""Small Keras networks around the layers that people use."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers, ops

from brownout_tools.keras.networks import batch_norm


def around(
    *steps: Callable, shape: tuple[int, ...] = (12, 11, 4), head: bool = False, stem: bool = True
) -> Callable[[], keras.Model]:
    """A convolution of images, these steps, and with a head pooling and a dense layer."""

    def make() -> keras.Model:
        x = first = keras.Input(shape)
        if stem and len(shape) == 3:
            x = layers.Conv2D(6, 3, padding="same")(x)
        for step in steps:
            x = step(x)
        if head:
            x = layers.GlobalAveragePooling2D()(x)
            x = layers.Dense(10)(x)
        return keras.Model(first, x)

    return make


def excite(x: keras.KerasTensor) -> keras.KerasTensor:
    """Squeeze and excite."""
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = layers.Conv2D(3, 1, activation="relu")(s)
    s = layers.Conv2D(x.shape[-1], 1, activation="sigmoid")(s)
    return layers.Multiply()([x, s])


def excite_dense(x: keras.KerasTensor) -> keras.KerasTensor:
    s = layers.GlobalAveragePooling2D()(x)
    s = layers.Dense(3, activation="relu")(s)
    s = layers.Dense(x.shape[-1], activation="hard_sigmoid")(s)
    return layers.Multiply()([layers.Reshape((1, 1, x.shape[-1]))(s), x])


def with_itself(merge: Callable, **options: object) -> Callable:
    """A layer of two inputs: the tensor and a convolution of it."""

    def step(x: keras.KerasTensor) -> keras.KerasTensor:
        y = layers.Conv2D(x.shape[-1], 1, **options)(x)
        return merge([x, y])

    return step


def with_pixel(merge: Callable, turned: bool = False) -> Callable:
    """A layer of two inputs: the tensor and its mean over height and width."""

    def step(x: keras.KerasTensor) -> keras.KerasTensor:
        y = layers.GlobalAveragePooling2D(keepdims=True)(x)
        return merge([y, x] if turned else [x, y])

    return step


def channel_attention(x: keras.KerasTensor) -> keras.KerasTensor:
    """Mean and maximum through the same two layers."""
    narrow, wide = layers.Dense(3, activation="relu"), layers.Dense(x.shape[-1])
    mean = wide(narrow(layers.GlobalAveragePooling2D()(x)))
    most = wide(narrow(layers.GlobalMaxPooling2D()(x)))
    gate = layers.Activation("sigmoid")(layers.Add()([mean, most]))
    return layers.Multiply()([x, layers.Reshape((1, 1, x.shape[-1]))(gate)])


def spatial_attention(x: keras.KerasTensor) -> keras.KerasTensor:
    """A factor per pixel, of the mean and the maximum of its channels."""
    both = [f(x, axis=-1, keepdims=True) for f in (ops.mean, ops.max)]
    gate = layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    return layers.Multiply()([x, gate(layers.Concatenate()(both))])


def gated_map(x: keras.KerasTensor) -> keras.KerasTensor:
    """Spatial attention: a factor per pixel."""
    return layers.Multiply()([x, layers.Conv2D(1, 1, activation="sigmoid")(x)])


LAYERS: dict[str, Callable[[], keras.Model]] = {
    "conv_valid_stride": around(layers.Conv2D(5, 3, strides=2, activation="relu")),
    "conv_dilated_same": around(layers.Conv2D(5, 3, dilation_rate=2, padding="same")),
    "conv_dilated_valid": around(layers.Conv2D(5, 3, dilation_rate=(2, 3))),
    "conv_grouped": around(layers.Conv2D(6, 3, groups=3)),
    "conv_rectangular": around(layers.Conv2D(5, (5, 1), padding="same", activation="relu6")),
    "conv_no_bias": around(layers.Conv2D(5, 3, use_bias=False)),
    "depthwise": around(layers.DepthwiseConv2D(3, padding="same", activation="relu6")),
    "depthwise_multiplier": around(layers.DepthwiseConv2D(3, depth_multiplier=3, strides=2)),
    "depthwise_dilated": around(layers.DepthwiseConv2D(3, dilation_rate=2, padding="same")),
    "depthwise_dilated_valid": around(layers.DepthwiseConv2D(3, dilation_rate=2)),
    "separable": around(layers.SeparableConv2D(8, 3, padding="same")),
    "dense": around(layers.Flatten(), layers.Dense(9, activation="relu"), layers.Dense(4)),
    "dense_no_bias": around(layers.Flatten(), layers.Dense(9, use_bias=False)),
    "dense_on_map": around(layers.Dense(5, activation="relu")),
    "dense_on_vector": around(layers.Dense(12, activation="relu"), layers.Dense(5), shape=(20,)),
    "softmax": around(layers.Flatten(), layers.Dense(7, activation="softmax")),
    "softmax_of_pixels": around(layers.Softmax()),
    "global_average": around(layers.GlobalAveragePooling2D(), layers.Dense(4)),
    "global_average_keepdims": around(
        layers.GlobalAveragePooling2D(keepdims=True), layers.Conv2D(4, 1)
    ),
    "global_average_only": around(layers.GlobalAveragePooling2D()),
    "global_max": around(layers.GlobalMaxPooling2D(), layers.Dense(4)),
    "global_max_keepdims": around(layers.GlobalMaxPooling2D(keepdims=True)),
    "average_same": around(layers.AveragePooling2D(3, 2, padding="same")),
    "average_valid": around(layers.AveragePooling2D(2)),
    "max_same": around(layers.MaxPooling2D(3, 2, padding="same")),
    "max_valid": around(layers.MaxPooling2D((2, 3))),
    "batch_norm": around(batch_norm, layers.ReLU()),
    "batch_norm_after_relu": around(layers.ReLU(), batch_norm, layers.Conv2D(4, 1)),
    "batch_norm_first": around(batch_norm, layers.Conv2D(4, 3), shape=(9, 8, 3)),
    "batch_norm_after_pool": around(layers.MaxPooling2D(), batch_norm, layers.ReLU()),
    "batch_norm_dense": around(
        layers.Flatten(), layers.Dense(9), batch_norm, layers.ReLU(), layers.Dense(3)
    ),
    "rescaling": around(layers.Rescaling(1 / 3, offset=-0.2)),
    "rescaling_channels": around(layers.Rescaling([0.5, 1, 2, 1, 1, 0.1], offset=0.1)),
    "normalization": around(layers.Normalization(mean=[0.1] * 6, variance=[0.5] * 6)),
    "add": around(with_itself(layers.Add())),
    "add_relu": around(with_itself(layers.Add()), layers.ReLU()),
    "subtract": around(with_itself(layers.Subtract())),
    "multiply": around(with_itself(layers.Multiply())),
    "average": around(with_itself(layers.Average())),
    "maximum": around(with_itself(layers.Maximum())),
    "minimum": around(with_itself(layers.Minimum())),
    "concatenate": around(with_itself(layers.Concatenate())),
    "concatenate_rows": around(with_itself(layers.Concatenate(axis=1))),
    "concatenate_relu": around(with_itself(layers.Concatenate(), activation="relu")),
    "add_pixel": around(with_pixel(layers.Add())),
    "add_pixel_turned": around(with_pixel(layers.Add(), turned=True)),
    "subtract_pixel": around(with_pixel(layers.Subtract())),
    "subtract_pixel_turned": around(with_pixel(layers.Subtract(), turned=True)),
    "multiply_pixel": around(with_pixel(layers.Multiply())),
    "multiply_map": around(gated_map),
    "relu": around(layers.ReLU()),
    "relu6": around(layers.ReLU(6.0)),
    "relu_2": around(layers.ReLU(2.0)),
    "relu_leaky": around(layers.ReLU(6.0, negative_slope=0.1)),
    "relu_0_to_1": around(layers.ReLU(1.0)),
    "leaky_relu": around(layers.LeakyReLU(0.2)),
    "prelu": around(layers.PReLU(shared_axes=[1, 2])),
    "prelu_of_elements": around(layers.PReLU()),
    "swish": around(layers.Activation("swish")),
    "hard_swish": around(layers.Activation("hard_swish")),
    "hard_sigmoid": around(layers.Activation("hard_sigmoid")),
    "sigmoid": around(layers.Activation("sigmoid")),
    "tanh": around(layers.Activation("tanh")),
    "elu": around(layers.Activation("elu")),
    "selu": around(layers.Activation("selu")),
    "gelu": around(layers.Activation("gelu")),
    "gelu_tanh": around(lambda x: ops.gelu(x, approximate=True)),
    "softplus": around(layers.Activation("softplus")),
    "mish": around(layers.Activation("mish")),
    "exponential": around(layers.Activation("exponential")),
    "absolute": around(ops.abs),
    "square": around(ops.square),
    "clip": around(lambda x: ops.clip(x, -0.5, 0.7)),
    "negative": around(lambda x: -x),
    "one_minus": around(lambda x: 1.0 - x),
    "halved": around(lambda x: x / 2),
    "zero_padding": around(layers.ZeroPadding2D(((1, 2), (0, 3))), layers.Conv2D(4, 3, 2)),
    "cropping": around(layers.Cropping2D(((1, 2), (0, 3)))),
    "upsampling": around(layers.UpSampling2D(2), layers.Conv2D(4, 3)),
    "upsampling_alone": around(layers.UpSampling2D((2, 3)), stem=False),
    "upsampling_bilinear": around(layers.UpSampling2D(2, interpolation="bilinear")),
    "resizing": around(layers.Resizing(7, 9, interpolation="nearest")),
    "reshape": around(
        layers.Flatten(), layers.Dense(24), layers.Reshape((2, 3, 4)), layers.Conv2D(3, 1)
    ),
    "reshape_map": around(layers.Reshape((11, 12, 6)), layers.Conv2D(3, 3)),
    "permute": around(layers.Permute((2, 1, 3)), layers.Conv2D(3, 3)),
    "permute_channels": around(layers.Permute((3, 1, 2)), layers.Flatten(), layers.Dense(3)),
    "dropout": around(layers.Dropout(0.5), layers.ReLU(), head=True),
    "excite": around(excite, head=True),
    "excite_dense": around(excite_dense, head=True),
    "channel_attention": around(channel_attention),
    "spatial_attention": around(spatial_attention),
    "less_its_mean": around(lambda x: x - ops.mean(x, axis=(1, 2), keepdims=True)),
    "one_row": around(lambda x: x[:, 3]),
    "flip": around(lambda x: ops.flip(x, axis=2)),
    "reflect": around(lambda x: ops.pad(x, ((0, 0), (1, 1), (2, 2), (0, 0)), mode="reflect")),
    "pixel_shuffle": around(
        layers.Conv2D(8, 1), layers.Reshape((12, 11, 2, 2, 2)), layers.Permute((1, 3, 2, 4, 5)),
        layers.Reshape((24, 22, 2)), layers.Conv2D(2, 3),
    ),
    "stack": around(lambda x: ops.stack([x, x], axis=1), layers.Flatten(), layers.Dense(2)),
    "channel_shuffle": around(
        layers.Reshape((12, 11, 2, 3)), layers.Permute((1, 2, 4, 3)), layers.Reshape((12, 11, 6)),
        layers.Conv2D(4, 1),
    ),
    # Both are used: the converter leaves a part without a reader in float, but not always.
    "split_halves": around(
        lambda x: layers.Concatenate()(ops.split(x, 2, axis=-1)[::-1]), layers.Conv2D(4, 1)
    ),
    "split_uneven": around(
        lambda x: layers.Concatenate()(ops.split(x, [1, 3], axis=-1)[::-1])
    ),
    "slice": around(lambda x: x[:, 1:-1, ::2, :]),
    "mean_of_rows": around(lambda x: ops.mean(x, axis=1, keepdims=True)),
    "mean_of_channels": around(lambda x: ops.mean(x, axis=-1, keepdims=True)),
    "max_of_channels": around(lambda x: ops.max(x, axis=-1, keepdims=True)),
    "sum_of_map": around(lambda x: ops.sum(x, axis=(1, 2))),
    "layer_norm": around(layers.LayerNormalization()),
    "group_norm": around(layers.GroupNormalization(3)),
    "conv_1d": around(
        layers.Conv1D(6, 3, padding="same", activation="relu"), layers.MaxPooling1D(2),
        layers.Conv1D(5, 3), layers.GlobalAveragePooling1D(), layers.Dense(3), shape=(16, 4),
    ),
    "conv_1d_dilated": around(layers.Conv1D(6, 3, dilation_rate=2), shape=(16, 4)),
    "conv_1d_causal": around(layers.Conv1D(6, 3, dilation_rate=2, padding="causal"), shape=(16, 4)),
    "depthwise_1d": around(
        layers.DepthwiseConv1D(3, padding="same"), layers.ReLU(), layers.GlobalMaxPooling1D(),
        layers.Dense(3), shape=(16, 4),
    ),
    "perceptron": around(
        layers.Dense(16, activation="relu"), batch_norm, layers.Dense(8, activation="tanh"),
        layers.Dense(3, activation="softmax"), shape=(10,),
    ),
    "separable_1d": around(layers.SeparableConv1D(6, 3), layers.ReLU(), shape=(16, 4)),
    "average_1d": around(layers.AveragePooling1D(2), layers.Flatten(), shape=(16, 4)),
    "conv_transpose": around(layers.Conv2DTranspose(4, 3, strides=2)),
    "conv_transpose_same": around(
        layers.Conv2DTranspose(5, 3, strides=2, padding="same", activation="relu")
    ),
    "conv_transpose_strides": around(
        layers.Conv2DTranspose(3, (2, 4), strides=(3, 1)), layers.Conv2D(4, 3)
    ),
    "conv_transpose_batch_norm": around(
        layers.Conv2DTranspose(5, 2, strides=2, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
    ),
    "conv_transpose_back": around(
        layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
        layers.Softmax(),
    ),
    "conv_transpose_1d": around(
        layers.Conv1DTranspose(5, 3, strides=2, padding="same"), shape=(12, 4), stem=False
    ),
    "conv_3d": around(layers.Conv3D(4, 3), shape=(6, 6, 6, 2)),
    "lstm": around(layers.LSTM(4), shape=(5, 3)),
    "attention": around(lambda x: layers.MultiHeadAttention(2, 4)(x, x), shape=(6, 8)),
}  # fmt: skip

"""Networks that nobody here drew: those of keras.applications, and MLPerf Tiny's in Keras."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

Make = Callable[[], keras.Model]


def application(name: str, size: int, **options: object) -> Make:
    """A network of keras.applications for small images and 10 classes."""
    make = getattr(keras.applications, name)
    return lambda: make(weights=None, input_shape=(size, size, 3), classes=10, **options)


APPLICATIONS: dict[str, Make] = {
    "MobileNet": application("MobileNet", 64, alpha=0.25),
    "MobileNetV2": application("MobileNetV2", 64, alpha=0.35),
    "MobileNetV3Small": application("MobileNetV3Small", 64, include_preprocessing=False),
    "MobileNetV3SmallMinimal": application(
        "MobileNetV3Small", 64, include_preprocessing=False, minimalistic=True
    ),
    "MobileNetV3SmallPreprocessing": application("MobileNetV3Small", 64),
    "MobileNetV3Large": application("MobileNetV3Large", 64, include_preprocessing=False),
    "EfficientNetB0": application("EfficientNetB0", 64),
    "EfficientNetV2B0": application("EfficientNetV2B0", 64),
    "ResNet50": application("ResNet50", 32),
    "ResNet50V2": application("ResNet50V2", 32),
    "DenseNet121": application("DenseNet121", 32),
    "Xception": application("Xception", 72),
    "InceptionV3": application("InceptionV3", 75),
    "InceptionResNetV2": application("InceptionResNetV2", 75),
    "NASNetMobile": application("NASNetMobile", 64),
    "VGG16": application("VGG16", 32),
    "ConvNeXtTiny": application("ConvNeXtTiny", 32),  # refused: float between layers
}


def batch_norm(x: keras.KerasTensor) -> keras.KerasTensor:
    """A batch normalization of its own."""
    return layers.BatchNormalization()(x)


def residual_block(x: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    y = layers.Conv2D(channels, 3, stride, padding="same")(x)
    y = layers.ReLU()(batch_norm(y))
    y = batch_norm(layers.Conv2D(channels, 3, padding="same")(y))
    if stride > 1:
        x = layers.Conv2D(channels, 1, stride, padding="same")(x)
    return layers.ReLU()(layers.Add()([x, y]))


def resnet8() -> keras.Model:
    """MLPerf Tiny image classification."""
    first = keras.Input((32, 32, 3))
    x = layers.ReLU()(batch_norm(layers.Conv2D(16, 3, padding="same")(first)))
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        x = residual_block(x, channels, stride)
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return keras.Model(first, layers.Dense(10, activation="softmax")(x))


def ds_cnn() -> keras.Model:
    """MLPerf Tiny keyword spotting."""
    first = keras.Input((49, 10, 1))
    x = layers.Conv2D(64, (10, 4), (2, 2), padding="same")(first)
    x = layers.Dropout(0.2)(layers.ReLU()(batch_norm(x)))
    for _ in range(4):
        x = layers.ReLU()(batch_norm(layers.DepthwiseConv2D(3, padding="same")(x)))
        x = layers.ReLU()(batch_norm(layers.Conv2D(64, 1, padding="same")(x)))
    x = layers.Dropout(0.4)(x)
    x = layers.Flatten()(layers.AveragePooling2D((25, 5))(x))
    return keras.Model(first, layers.Dense(12, activation="softmax")(x))


def vww() -> keras.Model:
    """MLPerf Tiny visual wake words: MobileNetV1, a quarter of the channels, 96 x 96."""
    first = keras.Input((96, 96, 3))
    x = layers.ReLU()(batch_norm(layers.Conv2D(8, 3, 2, padding="same")(first)))
    strided = {2, 4, 6, 12}
    widths = (16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256)
    for index, channels in enumerate(widths, start=1):
        stride = 2 if index in strided else 1
        x = layers.ReLU()(batch_norm(layers.DepthwiseConv2D(3, stride, padding="same")(x)))
        x = layers.ReLU()(batch_norm(layers.Conv2D(channels, 1, padding="same")(x)))
    x = layers.Flatten()(layers.AveragePooling2D(3)(x))
    return keras.Model(first, layers.Dense(2, activation="softmax")(x))


def anomaly() -> keras.Model:
    """MLPerf Tiny anomaly detection: a dense auto-encoder."""
    x = first = keras.Input((640,))
    for width in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = layers.ReLU()(batch_norm(layers.Dense(width)(x)))
    return keras.Model(first, layers.Dense(640)(x))


TINY: dict[str, Make] = {"resnet8": resnet8, "ds_cnn": ds_cnn, "vww": vww, "anomaly": anomaly}
NETWORKS = TINY | APPLICATIONS

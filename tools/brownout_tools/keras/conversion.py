"""Random weights for a Keras network, and TensorFlow's converter to TFLite in full integers."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

Images = NDArray[np.float32]
# int8 at both ends, float32 or uint8 there; the older quantizer; one scale for all channels, or for
# those of dense layers only; activations of 16 bits.
OPTIONS = ("int8", "float", "uint8", "old", "per_tensor", "dense_per_tensor", "int16")


def enliven(model: keras.Model, seed: int) -> Images:
    """Random weights under which every layer's activations vary, and images for calibration."""
    random = np.random.default_rng(seed)
    shape = model.inputs[0].shape[1:]
    images = random.uniform(-1, 1, (16, *shape)).astype(np.float32)
    for layer in model._flatten_layers():
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0  # one pass in training mode takes over the images' statistics
        for weight in layer._trainable_variables:
            values = random.normal(size=weight.shape)
            if "kernel" in weight.name:
                fan_in = np.prod(weight.shape[:-1])
                if "depthwise" in weight.name:
                    fan_in = np.prod(weight.shape[:2])
                values *= np.sqrt(2 / fan_in)
            elif "gamma" in weight.name:
                values = random.uniform(0.5, 1.5, weight.shape)
            elif "alpha" in weight.name:
                values = random.uniform(-0.2, 0.6, weight.shape)
            else:
                values *= 0.3
            weight.assign(values.astype(np.float32))
    model(images, training=True)
    return images


def convert(model: keras.Model, images: Images, option: str = "int8") -> bytes:
    """A full-integer file by TensorFlow's converter."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]

    def representative() -> Iterator[list[Images]]:
        for image in images:
            yield [image[np.newaxis]]

    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    ends = {"uint8": tf.uint8, "float": tf.float32}.get(option, tf.int8)
    if option == "int16":
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        ]
        ends = tf.float32
    converter.inference_input_type = converter.inference_output_type = ends
    if option == "old":
        converter.experimental_new_quantizer = False
    elif option == "per_tensor":
        converter._experimental_disable_per_channel = True
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    elif option == "dense_per_tensor":
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return converter.convert()

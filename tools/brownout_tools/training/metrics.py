"""What networks are measured by: top-1; of auto-encoders reconstruction error and ROC AUC.

The simulator has its own; tests compare the two.
"""

import numpy as np
from numpy.typing import NDArray

from brownout_tools.training.datasets import NORMAL_DIGIT

AUTOENCODERS = ("mnist_autoencoder",)


def top1(outputs: NDArray, labels: NDArray) -> float:
    """Share of the outputs (N, classes) whose largest value is that of the label (N,)."""
    return float((outputs.argmax(axis=1) == labels).mean())


def reconstruction_errors(outputs: NDArray, inputs: NDArray) -> NDArray[np.float64]:
    """Mean squared error of each image: outputs (N, elements) against inputs (N, C, H, W)."""
    return ((outputs.astype(np.float64) - inputs.reshape(len(inputs), -1)) ** 2).mean(axis=1)


def roc_auc(negatives: NDArray, positives: NDArray) -> float:
    """Chance that a positive's score is above a negative's, equal ones counted half."""
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left").sum()
    not_above = np.searchsorted(ordered, positives, "right").sum()
    return float((int(below) + int(not_above)) / (2 * len(negatives) * len(positives)))


def anomaly_auc(outputs: NDArray, inputs: NDArray, labels: NDArray, normal: int) -> float:
    """ROC AUC of telling images of other labels from the normal ones by reconstruction error."""
    errors = reconstruction_errors(outputs, inputs)
    return roc_auc(errors[labels == normal], errors[labels != normal])


def describe(network: str, outputs: NDArray, inputs: NDArray, labels: NDArray) -> str:
    """The measures of a network on real outputs (N, elements), as text."""
    if network not in AUTOENCODERS:
        return f"top-1 {100 * top1(outputs, labels):.2f} %"
    error = reconstruction_errors(outputs, inputs).mean()
    area = anomaly_auc(outputs, inputs, labels, NORMAL_DIGIT)
    return f"reconstruction error {error:.5f}, ROC AUC {100 * area:.2f} %"

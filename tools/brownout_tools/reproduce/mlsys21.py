"""Bit Error Robustness for Energy-Efficient DNN Accelerators (Stutz et al., arXiv 2006.13977)."""

from brownout_tools.reproduce.robust_error import Row, robust_error_study

MNIST_RATES = ("0.01", "0.05", "0.1", "0.15", "0.2")
CIFAR10_RATES = ("0.001", "0.005", "0.01", "0.015", "0.02", "0.025")
CHIPS = 20  # the paper has 50


def _paper(rates: tuple[str, ...], *values: float) -> dict[str, float]:
    return dict(zip(rates, values, strict=True))


MNIST = robust_error_study(
    "mlsys21_mnist",
    "MNIST: quantization, clipping, training with bit errors",
    "workloads/robust/mnist.yaml",
    (
        Row("Normal, after training", "mnist/normal.onnx", "twos_complement"),
        Row("RQuant, after training", "mnist/rquant_after.onnx"),
        Row(
            "RQuant",
            "mnist/rquant.onnx",
            paper_err=0.40,
            paper=_paper(MNIST_RATES, 0.69, 85.96, 90.20, 90.10, 89.83),
        ),
        Row("Clipping 0.1", "mnist/clip_0.1.onnx"),
        Row(
            "Clipping 0.05",
            "mnist/clip_0.05.onnx",
            paper_err=0.42,
            paper=_paper(MNIST_RATES, 0.47, 0.63, 8.67, 80.64, 89.57),
        ),
        Row(
            "Clipping 0.025",
            "mnist/clip_0.025.onnx",
            paper_err=0.43,
            paper=_paper(MNIST_RATES, 0.47, 0.56, 0.71, 1.81, 32.68),
        ),
        Row(
            "RandBET 0.05, 20 %",
            "mnist/randbet_0.05.onnx",
            paper_err=0.39,
            paper=_paper(MNIST_RATES, 0.42, 0.48, 0.53, 0.63, 0.94),
        ),
        Row("Clipping 0.05, 4 bits", "mnist/clip_0.05_4.onnx"),
        Row("RandBET 0.05, 20 %, 4 bits", "mnist/randbet_0.05_4.onnx"),
    ),
    MNIST_RATES,
    CHIPS,
)

CIFAR10 = robust_error_study(
    "mlsys21_cifar10",
    "CIFAR-10, 8 bits: quantization, clipping, training with bit errors",
    "workloads/robust/cifar10.yaml",
    (
        Row(
            "RQuant",
            "cifar10/rquant.onnx",
            paper_err=4.32,
            paper=_paper(CIFAR10_RATES, 5.54, 11.28, 32.05, 68.65, 85.28, 89.01),
        ),
        Row(
            "Clipping 0.1",
            "cifar10/clip_0.1.onnx",
            paper_err=4.82,
            paper=_paper(CIFAR10_RATES, 5.58, 6.95, 8.93, 12.22, 17.80, 27.02),
        ),
        Row(
            "RandBET 0.1, 2.5 %",
            "cifar10/randbet_0.1.onnx",
            paper_err=5.71,  # trained at 2 %
            paper=_paper(CIFAR10_RATES, 6.22, 7.00, 7.83, 8.69, 9.70, 10.91),
        ),
    ),
    (*CIFAR10_RATES, "0.05"),
    CHIPS,
)

STUDIES = (MNIST, CIFAR10)

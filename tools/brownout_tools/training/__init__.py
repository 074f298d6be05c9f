"""Training, quantization and export of the networks under ``workloads/``."""

"""Networks of papers and benchmarks, built from PyTorch: ``python -m brownout_tools.zoo``."""

"""What the CPU at hand must have for a comparison to mean something."""

import pytest

from brownout_tools.training.reference_logits import vnni_flag

needs_vnni = pytest.mark.skipif(
    vnni_flag() is None, reason="no VNNI: ONNX Runtime's u8 x s8 sums may saturate on this CPU"
)

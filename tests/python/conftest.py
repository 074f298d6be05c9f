"""Lets the tests import ``brownout_tools`` from a checkout in which it is not installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

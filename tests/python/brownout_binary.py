"""The program under test: what the environment variable BROWNOUT names, else the release build."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROWNOUT = Path(os.environ.get("BROWNOUT", ROOT / "build/release/brownout")).resolve()

needs_brownout = pytest.mark.skipif(not BROWNOUT.is_file(), reason=f"not built: {BROWNOUT.name}")

"""Lets the tests import ``brownout_tools`` from a checkout in which it is not installed.

Tests marked ``slow`` run when the environment variable BROWNOUT_SLOW is set.
"""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: minutes of work; runs when BROWNOUT_SLOW is set")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("BROWNOUT_SLOW"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow; set BROWNOUT_SLOW=1"))

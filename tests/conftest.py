"""One place for the Hypothesis profiles and the slow marker."""

import os

import pytest
from hypothesis import settings

settings.register_profile(
    "ci", derandomize=True, max_examples=50, deadline=None, print_blob=True
)
settings.register_profile(
    "wide", derandomize=False, max_examples=1000, deadline=None, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the long scans too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="a long scan: give --slow"))

"""The benchmarks on a GPU, which are in no package, for tests of their logic."""

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "benchmarks"


def load(name):
    """A module of the folder; the folder is on the path for this import only."""
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))

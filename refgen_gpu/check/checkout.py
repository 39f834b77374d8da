"""The folders of a checkout that no installed package has."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from refgen_gpu.evidence import ROOT


def folder(name: str, root: Path = ROOT) -> Path:
    """A folder of the checkout.

    Raises
    ------
    FileNotFoundError
        If there is none, because this is no checkout.

    Examples
    --------
    >>> folder("tests").name
    'tests'
    """
    found = root / name
    if not found.is_dir():
        raise FileNotFoundError(f"no folder {name}: run the check from a checkout")
    return found


def module(name: str, of: str) -> Any:
    """The module `name` of a folder of the checkout.

    Examples
    --------
    >>> module("support.calls", of="tests").__name__
    'support.calls'
    """
    path = str(folder(of))
    if path not in sys.path:
        sys.path.insert(0, path)
    return importlib.import_module(name)

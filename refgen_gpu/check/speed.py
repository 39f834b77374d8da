"""Section speed: the GPU benchmarks of the checkout."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from refgen_gpu.check.facts import attempt
from refgen_gpu.evidence import ROOT


def run(deadline: float) -> Iterator[tuple[str, Any]]:
    folder = ROOT / "benchmarks"
    if not (folder / "gpu").is_dir():
        raise FileNotFoundError("benchmarks/gpu: run the check from a checkout")
    sys.path.insert(0, str(folder))
    benchmarks = importlib.import_module("gpu")
    yield "benchmarks", list(benchmarks.BENCHMARKS)
    for name in benchmarks.BENCHMARKS:
        if time.monotonic() > deadline:
            return
        yield name, attempt(partial(benchmarks.measure, name))


def problems(results: dict[str, Any]) -> list[str]:
    """What was not measured. A target that is missed is a result, not a problem.

    Examples
    --------
    >>> problems({"benchmarks": ["a", "b"], "a": {"error": "MemoryError: "}})
    ['a: MemoryError: ', 'b: not reached']
    """
    listed = []
    for name in results.get("benchmarks", []):
        if name not in results:
            listed.append(f"{name}: not reached")
        elif "error" in results[name]:
            listed.append(f"{name}: {results[name]['error']}")
    return listed

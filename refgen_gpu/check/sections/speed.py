"""Section speed: the GPU benchmarks of the checkout, alone on the device."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

from refgen_gpu.evidence import ROOT

LIMIT = 60.0
NEEDS = ("threadpoolctl",)


def _benchmarks() -> Any:
    folder = ROOT / "benchmarks"
    if not folder.exists():
        raise FileNotFoundError("no folder benchmarks: run the check from a checkout")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module("gpu")


def steps() -> list[str]:
    """Examples
    --------
    >>> "neighbors" in steps()
    True
    """
    return list(_benchmarks().BENCHMARKS)


def needs(step: str) -> tuple[str, ...]:
    """The peers of a benchmark."""
    return tuple(_benchmarks().NEEDS.get(step, ()))


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    benchmarks = _benchmarks()
    found = benchmarks.measure(step)
    yield found  # whatever becomes of its summary
    results = {step: found}
    doubts = benchmarks.doubts(results, of_peers=False)
    yield {**found, "doubts": doubts, "rows": benchmarks.summary(results)}


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """What is no measurement of ours; a target that is missed is a result.

    Examples
    --------
    >>> problems("a", {"doubts": ["a: the answer is wrong"]})
    ['a: the answer is wrong']
    """
    return list(result["doubts"])

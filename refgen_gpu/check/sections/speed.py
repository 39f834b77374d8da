"""Section speed: the GPU benchmarks of the checkout, alone on the device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refgen_gpu.check import checkout

LIMIT = 60.0
NEEDS = ("threadpoolctl",)


def _benchmarks() -> Any:
    return checkout.module("gpu", of="benchmarks")


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

"""Section bits: the device gives the same bits as the CPU.

What is compared are the cases of every module that launches kernels, and draws and
indices beyond 2³¹ (`refgen_gpu.check.large`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

import refgen
import refgen_gpu
from refgen_gpu.backend import backend
from refgen_gpu.check import large
from refgen_gpu.check.exercise import launchers, never_launched
from refgen_gpu.check.facts import attempt

SIZE = 1_000_000


def run(deadline: float) -> Iterator[tuple[str, Any]]:
    yield "kernels", attempt(lambda: {"never launched": never_launched()})
    for name, module in launchers().items():
        yield name, attempt(partial(compared, module))
        backend().release_memory()
    yield "1e8 normals", attempt(partial(large.many_normals, deadline))
    for name, call in large.CASES.items():
        yield name, attempt(call)
        backend().release_memory()


def compared(module: ModuleType, size: int = SIZE) -> dict[str, Any]:
    """The cases of a module on the device and on the CPU.

    Returns
    -------
    dict
        How many numbers there are and how many `different` ones, with the names of the
        cases they are in, and a digest of the CPU's numbers.
    """
    count, total, where, digest = 0, 0, set(), hashlib.sha256()
    for (name, mine), (_, right) in zip(
        module.cases(refgen_gpu, size), module.cases(refgen, size), strict=True
    ):
        for device, host in zip(_arrays(mine), _arrays(right), strict=True):
            wrong = large.different(device, host)
            count, total = count + wrong, total + host.size
            where |= {name} if wrong else set()
            digest.update(host.tobytes())
    found = {"different": count, "of": total, "cpu_sha256": digest.hexdigest()}
    return found | ({"in": sorted(where)} if where else {})


def _arrays(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def problems(results: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems({"signs": {"different": 3, "of": 10}, "words": {"different": 0}})
    ['signs: 3 of 10 differ from the CPU']
    """
    listed = [f"{k}: {r['error']}" for k, r in results.items() if "error" in r]
    listed += [
        f"{kernel} is in no case of a module of refgen_gpu.kernels"
        for kernel in results.get("kernels", {}).get("never launched", [])
    ]
    return listed + [
        f"{name}: {result['different']} of {result['of']} differ from the CPU"
        + (f" in {', '.join(result['in'])}" if "in" in result else "")
        for name, result in results.items()
        if result.get("different")
    ]

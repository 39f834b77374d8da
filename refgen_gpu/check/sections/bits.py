"""Section bits: the device gives the same bits as the CPU.

What is compared are the cases of every module that launches kernels, and draws and
indices beyond 2³¹ (`refgen_gpu.check.large`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import refgen
import refgen_gpu
from refgen_gpu.backend import backend
from refgen_gpu.check import large
from refgen_gpu.check.exercise import launchers, never_launched

LIMIT = 120.0
NEEDS = ("numba",)

SIZE = 1_000_000


def steps() -> list[str]:
    """Examples
    --------
    >>> "votes" in steps(), "draws beyond 2^31" in steps()
    (True, True)
    """
    return ["kernels", *launchers(), *large.CASES, "1e8 normals"]


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    backend().release_memory()
    if step == "kernels":
        yield {"never launched": never_launched()}
    elif step == "1e8 normals":
        yield large.many_normals(deadline)
    elif step in large.CASES:
        yield large.CASES[step]()
    else:
        yield compared(launchers()[step])


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


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems("signs", {"different": 3, "of": 10, "in": ["signs"]})
    ['3 of 10 differ from the CPU in signs']
    >>> problems("words", {"different": 0, "of": 10})
    []
    """
    listed = [
        f"{kernel} is in no case of a module of refgen_gpu.kernels"
        for kernel in result.get("never launched", [])
    ]
    if result.get("different"):
        where = f" in {', '.join(result['in'])}" if "in" in result else ""
        listed.append(
            f"{result['different']} of {result['of']} differ from the CPU{where}"
        )
    if "not run" in result:
        listed.append(f"not run: {result['not run']}")
    return listed

"""Section smoke: every kernel and every public function once, on small data.

It asks whether an answer is right at all: half of the digits of the CPU's. Whether it
is as exact as it has to be is for sections bits and parity. The calls are those of the
tests' tables, so it needs the folder tests of the checkout.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import refgen
import refgen.random
import refgen_gpu
import refgen_gpu.random
from refgen.arrays import Instance, why_on_the_host
from refgen_gpu.arrays import to_device
from refgen_gpu.check import checkout
from refgen_gpu.check.compare import difference
from refgen_gpu.check.exercise import launchers

LIMIT = 30.0
NEEDS = ("numba", "sklearn")

SIZE = 100
HALF_THE_DIGITS = 2.0**-26

NOT_COMPARED = {"arrays.device_label": "the label says where it was computed"}


def _tables() -> Any:
    """The tests' tables of calls."""
    return checkout.module("support.calls", of="tests")


def steps() -> list[str]:
    """Kernels, then public functions, types and their methods, cheap modules first.

    Examples
    --------
    >>> found = steps()
    >>> "kernels.votes" in found, "disagreement.cace" in found
    (True, True)
    """
    names = [f"kernels.{name}" for name in launchers()]
    for module in _modules():
        names += [f"{module}.{name}" for name in called(module)]
    return names


def _modules() -> list[str]:
    return [
        name
        for name in refgen_gpu.__all__
        if inspect.ismodule(getattr(refgen_gpu, name))
    ]


def called(module: str) -> list[str]:
    """The public callables of a module that are on the device and have a call.

    Examples
    --------
    >>> "solve_positive" in called("linalg")
    True
    """
    tables, host = _tables(), getattr(refgen, module)
    return [
        name
        for name in tables.names(module)
        if not _is_marked(host, name) and tables.calls(module, name)
    ]


def _is_marked(module: Any, name: str) -> bool:
    """Whether a function, a type or a method of it is for the host."""
    found = module
    for part in name.split("."):
        found = getattr(found, part, None)
        if why_on_the_host(found) is not None:
            return True
    return False


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    module, _, name = step.partition(".")
    found = _of_kernels(name) if module == "kernels" else _of_calls(module, name)
    worst: dict[str, Any] = {"compared": 0}
    for case, one in found:
        worst["compared"] += 1
        if "differs" in one:
            worst.setdefault("differs", f"{case}: {one['differs']}")
        elif one["relative"] >= worst.get("relative", 0.0):
            worst |= {"relative": one["relative"], "in": case}
        yield worst
    if step in NOT_COMPARED:
        yield worst | {"not compared": NOT_COMPARED[step]}


def _of_kernels(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    cases = launchers()[name].cases
    for (case, mine), (_, right) in zip(
        cases(refgen_gpu, SIZE), cases(refgen, SIZE), strict=True
    ):
        yield case, difference(mine, right)


def _of_calls(module: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, call in enumerate(_tables().calls(module, name), start=1):
        arguments = call.arguments() if callable(call.arguments) else call.arguments
        host = call.function or _found(refgen, module, name)
        device = _on_device(call.function, module, name)
        options = {key: moved(value) for key, value in call.options.items()}
        mine = device(*map(moved, arguments), **options)
        if f"{module}.{name}" not in NOT_COMPARED:
            yield f"call {number}", difference(mine, host(*arguments, **call.options))


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems("a", {"compared": 1, "differs": "call 1: shapes (2,) and (3,)"})
    ['differs from the CPU: call 1: shapes (2,) and (3,)']
    >>> problems("a", {"compared": 3, "relative": 1.0, "in": "call 2"})
    ['differs from the CPU in call 2 by 1 of its largest number']
    """
    if "differs" in result:
        return [f"differs from the CPU: {result['differs']}"]
    if not result.get("compared") and "not compared" not in result:
        return ["nothing was compared"]
    relative = result.get("relative", 0.0)
    if relative > HALF_THE_DIGITS:
        where = f"in {result['in']} by {relative:.2g} of its largest number"
        return [f"differs from the CPU {where}"]
    return []


def _found(package: Any, module: str, name: str) -> Any:
    found = getattr(package, module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _on_device(function: Any, module: str, name: str) -> Callable:
    """What a step calls on the device: a function of a table knows its other self."""
    if function is None:
        return _found(refgen_gpu, module, name)
    return function.of(_found(refgen_gpu, module, name.partition(".")[0]))


def moved(value: Any) -> Any:
    """An argument for the device: arrays, streams, fitted estimators and displays."""
    if isinstance(value, np.ndarray | Instance):
        return to_device(value)
    if isinstance(value, refgen.random.Stream):
        return refgen_gpu.random.Stream(
            value.seed, *value.labels, replicate=value.replicate
        )
    kind = _device_class(type(value))
    if kind is None:
        return value
    # What is fitted or drawn lies on the host, on either side.
    found: Any = object.__new__(kind)
    found.__dict__.update(vars(value))
    return found


def _device_class(host: type) -> type | None:
    """The class of refgen_gpu that stands for a class of refgen."""
    parts = host.__module__.split(".")
    if parts[0] != "refgen" or len(parts) < 2 or parts[1] not in _modules():
        return None
    module = getattr(refgen_gpu, parts[1])
    found = getattr(module, host.__name__, None)
    return found if inspect.isclass(found) and found is not host else None

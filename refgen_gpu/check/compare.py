"""Results of the device beside those of the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from refgen_gpu.arrays import to_host
from refgen_gpu.placement import is_on_device


def parts(value: Any, name: str = "result") -> Iterator[tuple[str, Any]]:
    """Every array, number and text of a result by name, with arrays on the host.

    Examples
    --------
    >>> [name for name, _ in parts({"a": (1.0, "x")})]
    ['result.a.0', 'result.a.1']
    """
    if isinstance(value, dict):
        items = list(value.items())
    elif is_dataclass(value) and not isinstance(value, type):
        # The only difference that there should be: where a result was computed.
        named = [f.name for f in fields(value) if f.name != "device"]
        items = [(name, getattr(value, name)) for name in named]
    elif isinstance(value, tuple | list):
        items = list(enumerate(value))
    else:
        yield name, to_host(value) if is_on_device(value) else value
        return
    for key, part in items:
        yield from parts(part, f"{name}.{key}")


def difference(mine: Any, right: Any) -> dict[str, Any]:
    """How far a result of the device is from the CPU's, as a share of the largest.

    Returns
    -------
    dict
        ``relative``, the largest over all parts, or ``differs``, in words, where kinds,
        shapes, texts or the places of NaN and infinity are not the same.

    Examples
    --------
    >>> difference((np.array([1.0, 4.0]), 2), (np.array([1.0, 2.0]), 2))
    {'relative': 1.0}
    >>> difference(1.0, (1.0, 2.0))
    {'differs': "parts ['result'] and ['result.0', 'result.1']"}
    """
    device, host = list(parts(mine)), list(parts(right))
    names = [[name for name, _ in found] for found in (device, host)]
    if names[0] != names[1]:
        return {"differs": f"parts {names[0]} and {names[1]}"}
    worst = 0.0
    for (name, a), (_, b) in zip(device, host, strict=True):
        apart = _apart(a, b)
        if isinstance(apart, str):
            return {"differs": f"{name}: {apart}"}
        worst = max(worst, apart)
    return {"relative": worst}


def _apart(mine: Any, right: Any) -> float | str:
    if not isinstance(right, np.ndarray | np.generic | bool | int | float | complex):
        # Objects that hold figures, such as a display, are equal if both are there.
        same = mine == right or not isinstance(right, str | bytes | type(None))
        return 0.0 if same else f"{mine!r} and {right!r}"
    mine, right = np.asarray(mine), np.asarray(right)
    if (mine.shape, mine.dtype) != (right.shape, right.dtype):
        return f"{mine.dtype}{mine.shape} and {right.dtype}{right.shape}"
    if right.dtype.kind not in "fc":
        wrong = int((mine != right).sum())
        return f"{wrong} of {right.size} entries" if wrong else 0.0
    finite = np.isfinite(right)
    if not np.array_equal(mine[~finite], right[~finite], equal_nan=True):
        return "NaN or infinity in other places"
    if not finite.any():
        return 0.0
    if not np.isfinite(mine[finite]).all():
        return "NaN or infinity in other places"
    largest = np.abs(right[finite]).max()
    return float(np.abs(mine[finite] - right[finite]).max() / (largest or 1.0))

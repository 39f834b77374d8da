"""Sums of products by Einstein's convention, two operands at a time as in CuPy."""

from __future__ import annotations

from typing import Any

import numpy as np


def einsum(subscripts: str, *operands: Any, dtype: Any = None, **options: Any) -> Any:
    """As `numpy.einsum`, from the last operand on, with the terms in reverse order."""
    if np.result_type(*operands).kind not in "fc":
        return np.einsum(subscripts, *operands, dtype=dtype, **options)
    if dtype is not None:
        operands = tuple(operand.astype(dtype) for operand in operands)
    given, arrow, wanted = subscripts.replace(" ", "").partition("->")
    labels = given.split(",")
    wanted = wanted if arrow else _implied(labels)
    parts = list(operands)
    while len(parts) > 2:
        kept = set(wanted).union(*labels[:-2])
        pair = labels[-2:]
        both = "".join(dict.fromkeys("".join(pair).replace(".", "")))
        some = "..." if any("." in label for label in pair) else ""
        result = some + "".join(label for label in both if label in kept)
        parts[-2:] = [_contracted(pair, result, parts[-2:])]
        labels[-2:] = [result]
    return _contracted(labels, wanted, parts)


def _implied(labels: list[str]) -> str:
    """The labels of the result where none are given: those that stand once, sorted."""
    joined = "".join(labels)
    once = sorted(c for c in set(joined) - {"."} if joined.count(c) == 1)
    return ("..." if "." in joined else "") + "".join(once)


def _contracted(labels: list[str], wanted: str, operands: list[Any]) -> Any:
    """The second half of the terms, backwards, and then the first half."""
    summed = sorted(set("".join(labels)) - set(wanted) - {"."})
    subscripts = f"{','.join(labels)}->{wanted}"
    for label in summed:
        operands = _each(np.flip, operands, labels, label)
    if not summed:
        return np.array(np.einsum(subscripts, *operands))
    label = summed[-1]
    first, last = (_each(part, operands, labels, label) for part in (_low, _high))
    if any(x.size == 0 for x in last):
        return np.array(np.einsum(subscripts, *operands))
    return np.einsum(subscripts, *first) + np.einsum(subscripts, *last)


def _each(change: Any, operands: list, labels: list[str], summed: str) -> list:
    """The operands with every axis changed that has the label `summed`."""
    changed = []
    for array, label in zip(operands, labels, strict=True):
        before, _, after = label.partition("...")
        axes = [k for k, c in enumerate(before) if c == summed]
        axes += [-1 - k for k, c in enumerate(reversed(after)) if c == summed]
        for axis in axes:
            array = change(array, axis)
        changed.append(array)
    return changed


def _low(array: Any, axis: int) -> Any:
    return np.split(array, [(array.shape[axis] + 1) // 2], axis)[0]


def _high(array: Any, axis: int) -> Any:
    return np.split(array, [(array.shape[axis] + 1) // 2], axis)[1]


COMPUTED = {"cupy.einsum": einsum}

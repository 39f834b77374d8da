"""Draws as plain values and sums that add up exactly, in whatever order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np

from refgen.claims.kinds import InvalidMeasurement, rounding_allowance
from refgen.claims.sampled import Samples

# Bounded draws are rounded to multiples of (high − low)/GRID. Sums of these and of
# their squares are exact integers, the same in whatever order they are added.
GRID = 2**24


def plain(kind: str, part: Samples, rg: Any, shape: tuple[int, int]) -> dict[str, Any]:
    """A part as plain values: what it states about its draws, and their sums."""
    values = np.asarray(rg.arrays.to_host(part.values), float)
    if values.shape[:2] != shape:
        raise InvalidMeasurement(
            f"{shape[1]} draws for each of {shape[0]} instances were asked for, got "
            f"shape {values.shape}"
        )
    if ((part.kind or kind) in ("rate", "limit")) != (part.sizes is not None):
        raise InvalidMeasurement("limits and rates have sizes, other kinds have none")
    rhs = np.asarray(_host(part.rhs, rg), float)
    if rhs.shape not in ((), shape[:1]):
        raise InvalidMeasurement(f"rhs has shape {rhs.shape}, expected {shape[:1]}")
    if not (np.isfinite(values).all() and np.isfinite(rhs).all()):
        raise InvalidMeasurement("the claim drew NaN or infinity")
    stated = {
        "kind": part.kind,
        "rhs": np.broadcast_to(rhs, shape[:1]).tolist(),
        "precision": float(part.precision),
        "kurtosis": part.kurtosis,
        "repeats": part.repeats,
        "sizes": part.sizes,
        "order": float(part.order),
        "scale": float(part.scale),
        "sharp": part.sharp,
        "reason": part.reason,
    }
    return {"n": shape[1], **stated, **_statistics(part, values, rg)}


def _host(value: Any, rg: Any) -> Any:
    return value if isinstance(value, float | int) else rg.arrays.to_host(value)


def _statistics(part: Samples, values: Any, rg: Any) -> dict[str, Any]:
    if part.kurtosis is not None:
        return {"grid": None, "values": values.tolist()}
    if part.binary:
        if not np.isin(values, (0.0, 1.0)).all():
            raise InvalidMeasurement("draws declared binary are not all 0 or 1")
        return {"grid": 1, "low": 0.0, "high": 1.0, **_sums(values)}
    low, high = (np.asarray(_host(end, rg), float) for end in part.bounds or ())
    if not (np.isfinite(low) & np.isfinite(high) & (low < high)).all():
        raise InvalidMeasurement(f"bounds [{low}, {high}] are not finite and in order")
    # A sum of rounded terms may leave its bounds by a rounding error.
    rounding = rounding_allowance(
        np.maximum(part.scale, np.maximum(abs(low), abs(high)))
    )
    if ((values < low - rounding) | (values > high + rounding)).any():
        raise InvalidMeasurement(
            f"draws lie outside their bounds [{low}, {high}]: they reach from "
            f"{values.min():.17g} to {values.max():.17g}"
        )
    steps = np.rint(np.clip((values - low) / (high - low), 0, 1) * GRID)
    return {"grid": GRID, "low": low.tolist(), "high": high.tolist(), **_sums(steps)}


def _sums(steps: Any) -> dict[str, Any]:
    """Sums over one block of draws; sums of squares stay below 2048 · 2^48 < 2^63."""
    steps = steps.astype(np.int64)
    return {
        "sums": steps.sum(axis=1).tolist(),
        "squares": (steps**2).sum(axis=1).tolist(),
    }


_ADDED = ("n", "sums", "squares", "values")


def joined(blocks: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The parts of several blocks of draws, each with all of its draws."""
    return [reduce(added, same) for same in zip(*blocks, strict=True)]


def added(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The part with the draws of `first` and of `second` together."""
    for name in first.keys() | second.keys():
        if name not in _ADDED and not _same(first.get(name), second.get(name)):
            raise InvalidMeasurement(
                f"the claim changed {name} between draws: from {first.get(name)} to "
                f"{second.get(name)}"
            )
    total: dict[str, Any] = {"n": first["n"] + second["n"]}
    if "values" in first:
        both = zip(first["values"], second["values"], strict=True)
        total["values"] = [a + b for a, b in both]
    else:
        total |= {name: _plus(first[name], second[name]) for name in _ADDED[1:3]}
    return first | total


def _plus(a: Any, b: Any) -> Any:
    if isinstance(a, list):
        return [_plus(x, y) for x, y in zip(a, b, strict=True)]
    return a + b


def _same(a: Any, b: Any) -> bool:
    """Whether values are equal; numbers may differ by the rounding of two machines."""
    if a == b or a is None or b is None or isinstance(a, str):
        return a == b
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-12)

"""Draws, votes, neighbours and networks beyond a 32-bit index, for section bits."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from refgen_gpu.backend import backend

_MANY = 100_000_000
_PIECE = 10_000_000

# Beyond the range of a 32-bit index.
BEYOND = 2**31


def different(device: Any, host: np.ndarray) -> int:
    """How many entries differ in a bit.

    Examples
    --------
    >>> different(np.array([0.0, 1.0]), np.array([-0.0, 1.0]))
    1
    """
    found = backend().to_host(device) if not isinstance(device, np.ndarray) else device
    if (found.dtype, found.shape) != (host.dtype, host.shape):
        return max(found.size, host.size)
    unsigned = np.dtype(f"u{host.dtype.itemsize}")
    return int((found.view(unsigned) != host.view(unsigned)).sum())


def many_normals(deadline: float, n: int = _MANY) -> dict[str, int]:
    """Compare normals until the time is up, piece by piece; `of` says how many."""
    from refgen.random import Stream as Host
    from refgen_gpu.random import Stream as Device

    wrong = done = 0
    streams = [package(1, "check", "many") for package in (Host, Device)]
    while done < n and (done == 0 or time.monotonic() < deadline):
        size = min(_PIECE, n - done)
        host, device = (stream.normal(size, offset=done) for stream in streams)
        wrong += different(device, host)
        done += size
    return {"different": wrong, "of": done}


def draws() -> dict[str, Any]:
    """The last of more than 2³¹ draws."""
    from refgen.random import Stream as Host
    from refgen_gpu.random import Stream as Device

    last = 1 << 20
    n = BEYOND + last
    if _short_of(short := 8 * n):
        return {"not run": f"needs {short} bytes"}
    device = Device(0, "check", "large").uniform(n)[-last:].copy()
    host = Host(0, "check", "large").uniform(last, offset=BEYOND)
    return {"different": different(device, host), "of": last, "elements": n}


def votes() -> dict[str, Any]:
    """Squared votes of more than 2³¹ labels, against sums of two classes."""
    from refgen_gpu.kernels.votes import sum_squared_votes
    from refgen_gpu.random import Stream

    be, n_runs, n_points = backend(), 5, BEYOND // 4
    if _short_of(short := n_points * (n_runs + 8 + 8 * n_runs + 24)):
        return {"not run": f"needs {short} bytes"}
    labels = be.xp.empty((n_runs, n_points), dtype=np.int8)
    for run in range(n_runs):
        drawn = Stream(0, "check", "votes").at(run).integers(2, n_points)
        labels[run] = drawn.astype(np.int8)
    del drawn
    be.release_memory()
    squares = sum_squared_votes(labels, 0, 2)
    ones = labels.sum(axis=0, dtype=np.int64)
    wanted = ones * ones + (n_runs - ones) * (n_runs - ones)
    wrong = int((squares != wanted).sum())
    return {"different": wrong, "of": n_points, "elements": n_runs * n_points}


def neighbors() -> dict[str, Any]:
    """A tile of more than 2³¹ distances; the last queries are compared."""
    from refgen.neighbors import nearest_neighbors as on_host
    from refgen_gpu.neighbors import nearest_neighbors as on_device
    from refgen_gpu.random import Stream

    n, n_queries, last, k = 40_000, 70_000, 50, 5
    if _short_of(short := 9 * n_queries * 2**15):
        return {"not run": f"needs {short} bytes"}
    points, queries = (
        Stream(0, "check", label).normal((rows, 8))
        for label, rows in (("points", n), ("far", n_queries))
    )
    to_host = backend().to_host
    found = on_device(points, queries, k)
    wanted = on_host(to_host(points), to_host(queries[-last:]), k)
    wrong = sum(
        different(to_host(mine)[-last:], right)
        for mine, right in zip(found, wanted, strict=True)
    )
    total = sum(right.size for right in wanted)
    return {"different": wrong, "of": total, "elements": n_queries * 2**15}


def networks() -> dict[str, Any]:
    """What neurons say, more than 2³¹ numbers; the last points are compared."""
    from refgen.networks import TwoLayerNetworks as OnHost
    from refgen_gpu.networks import TwoLayerNetworks
    from refgen_gpu.random import Stream

    to_host, last, h = backend().to_host, 1000, 64
    n = BEYOND // h + last
    if _short_of(short := 8 * n * (h + 3)):
        return {"not run": f"needs {short} bytes"}
    stream = Stream(0, "check", "large networks")
    points = stream.normal((n, 2))
    sizes = {"hidden": (2, h), "biases": (h,), "output": (h, 1), "bias": (1,)}
    fields = [stream.child(name).normal(size) for name, size in sizes.items()]
    found = TwoLayerNetworks(*fields).hidden(points)[-last:].copy()
    wanted = OnHost(*map(to_host, fields)).hidden(to_host(points[-last:]))
    return {"different": different(found, wanted), "of": found.size, "elements": n * h}


CASES = {
    "draws beyond 2^31": draws,
    "votes beyond 2^31": votes,
    "neighbors beyond 2^31": neighbors,
    "networks beyond 2^31": networks,
}


def _short_of(n_bytes: int) -> bool:
    be = backend()
    be.release_memory()
    return be.free_memory() < 1.3 * n_bytes

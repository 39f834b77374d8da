"""Section bits: the device gives the same bits as the CPU, at sizes beyond 2³¹ too."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.check.facts import attempt

SIZE = 1_000_000
_MANY = 100_000_000
_PIECE = 10_000_000

# Beyond the range of a 32-bit index.
BEYOND = 2**31


def cases(n: int = SIZE) -> dict[str, Callable[[Any], Any]]:
    """One call of a stream for each kind of draw.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> cases(5)["signs"](Stream(0)).shape
    (5,)
    """
    plain = ("words", "uniform", "normal", "exponential", "signs")
    return {
        # Odd offsets: the first word is not the first of a block.
        **{kind: _plain(kind, n) for kind in plain},
        "normal, float32": lambda s: s.normal(n, offset=1, dtype=np.float32),
        "integers": lambda s: s.integers(1000, n, offset=3),
        "integers, large": lambda s: s.integers(2**63 - 1, n),
        "dirichlet": lambda s: s.dirichlet((n // 5, 5), offset=2),
        "permutation": lambda s: s.permutation(n),
        "offset near the end": lambda s: s.normal(n, offset=2**66 - n),
        "replicate": lambda s: s.at(2**64 - 1).child("x").normal(n),
    }


def _plain(kind: str, n: int) -> Callable[[Any], Any]:
    return lambda stream: getattr(stream, kind)(n, offset=3)


def run(deadline: float) -> Iterator[tuple[str, Any]]:
    for name, draw in cases().items():
        yield name, attempt(partial(same_draws, draw))
    yield "neighbors", attempt(partial(same_neighbors, 20_000, 500))
    yield "votes", attempt(same_votes)
    yield "1e8 normals", attempt(partial(different_normals, _MANY, deadline))
    for name, call in LARGE.items():
        yield name, attempt(call)
        backend().release_memory()


def problems(results: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems({"signs": {"different": 3, "of": 10}, "words": {"different": 0}})
    ['signs: 3 of 10 differ from the CPU']
    """
    listed = [f"{k}: {r['error']}" for k, r in results.items() if "error" in r]
    return listed + [
        f"{name}: {result['different']} of {result['of']} differ from the CPU"
        for name, result in results.items()
        if result.get("different")
    ]


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


def same_draws(draw: Callable[[Any], Any]) -> dict[str, Any]:
    """Draws on the device against the CPU's, with the digest of the CPU's."""
    from refgen.random import Stream as Host
    from refgen_gpu.random import Stream as Device

    host = draw(Host(0, "check", "bits"))
    count = different(draw(Device(0, "check", "bits")), host)
    digest = hashlib.sha256(host.tobytes()).hexdigest()
    return {"different": count, "of": int(host.size), "cpu_sha256": digest}


def different_normals(n: int, deadline: float) -> dict[str, int]:
    """Many normals, piece by piece; `of` says how many time sufficed for."""
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


def same_neighbors(n: int, n_queries: int) -> dict[str, int]:
    """Nearest neighbours among real points and among lattice points full of ties."""
    wrong = total = 0
    for scale in (None, 3):
        points, queries = (_points(scale, label, rows) for label, rows in
                           (("points", n), ("queries", n_queries)))  # fmt: skip
        counts = _compare_neighbors(points, queries, 10, slice(None))
        wrong, total = wrong + counts[0], total + counts[1]
    return {"different": wrong, "of": total}


def same_votes() -> dict[str, int]:
    """Vote counts; 3072 runs are the first to leave shared memory."""
    from refgen.kernels import votes as on_host
    from refgen_gpu.kernels import votes as on_device
    from refgen_gpu.random import Stream

    wrong, total, to_host = 0, 0, backend().to_host
    for n_runs, n_points, n in ((7, 1001, 10), (3071, 101, 3), (3072, 101, 3)):
        labels = Stream(0, "check", "votes").integers(n, (n_runs, n_points)) - 1
        truth = Stream(1, "check", "votes").integers(n, n_points) - 1
        host = to_host(labels)
        pairs = [
            (on_device.count_votes(labels, -1, n), on_host.count_votes(host, -1, n)),
            *zip(
                on_device.count_level_masses(labels, -1, n, truth),
                on_host.count_level_masses(host, -1, n, to_host(truth)),
                strict=True,
            ),
        ]
        wrong += sum(different(*pair) for pair in pairs)
        total += sum(wanted.size for _, wanted in pairs)
    return {"different": wrong, "of": total}


def _points(high: int | None, label: str, rows: int, columns: int = 20) -> Any:
    from refgen_gpu.random import Stream

    stream = Stream(0, "check", label)
    if high is None:
        return stream.normal((rows, columns))
    return stream.integers(high, (rows, columns)).astype(np.float64)


def _compare_neighbors(points: Any, queries: Any, k: int, rows: Any) -> tuple[int, int]:
    """Differences and entries, of the queries `rows` only."""
    from refgen.neighbors import nearest_neighbors as on_host
    from refgen_gpu.neighbors import nearest_neighbors as on_device

    to_host = backend().to_host
    found = [to_host(a)[rows] for a in on_device(points, queries, k)]
    wanted = on_host(to_host(points), to_host(queries)[rows], k)
    pairs = list(zip(found, wanted, strict=True))
    return sum(different(*pair) for pair in pairs), sum(a.size for a in wanted)


def _large_draws() -> dict[str, Any]:
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


def _large_votes() -> dict[str, Any]:
    """Squared votes of more than 2³¹ labels, against sums of two classes."""
    from refgen_gpu.kernels.votes import sum_squared_votes
    from refgen_gpu.random import Stream

    be, n_runs, n_points = backend(), 5, BEYOND // 4
    if _short_of(short := n_points * (n_runs + 8 + 8 * n_runs + 24)):
        return {"not run": f"needs {short} bytes"}
    labels = be.xp.empty((n_runs, n_points), dtype=np.int8)
    for run in range(n_runs):
        draws = Stream(0, "check", "votes").at(run).integers(2, n_points)
        labels[run] = draws.astype(np.int8)
    del draws
    be.release_memory()
    squares = sum_squared_votes(labels, 0, 2)
    ones = labels.sum(axis=0, dtype=np.int64)
    wanted = ones * ones + (n_runs - ones) * (n_runs - ones)
    wrong = int((squares != wanted).sum())
    return {"different": wrong, "of": n_points, "elements": n_runs * n_points}


def _large_neighbors() -> dict[str, Any]:
    """A tile of more than 2³¹ distances; the last queries are looked at."""
    n, n_queries, last = 40_000, 70_000, 50
    if _short_of(short := 9 * n_queries * 2**15):
        return {"not run": f"needs {short} bytes"}
    points, queries = _points(None, "points", n, 8), _points(None, "far", n_queries, 8)
    rows = slice(n_queries - last, None)
    wrong, total = _compare_neighbors(points, queries, 5, rows)
    return {"different": wrong, "of": total, "elements": n_queries * 2**15}


LARGE = {
    "draws beyond 2^31": _large_draws,
    "votes beyond 2^31": _large_votes,
    "neighbors beyond 2^31": _large_neighbors,
}


def _short_of(n_bytes: int) -> bool:
    be = backend()
    be.release_memory()
    return be.free_memory() < 1.3 * n_bytes

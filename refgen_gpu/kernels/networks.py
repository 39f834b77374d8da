"""Training of two-layer networks on the device, with the bits of the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from refgen.kernels import kernel
from refgen.kernels.packed import n_parameters, padded
from refgen_gpu.backend import backend
from refgen_gpu.chunks import in_chunks
from refgen_gpu.launch import n_blocks

# Rows of data that a block works on at once in training, and in evaluation.
_ROWS, _ROWS_OF_PART = 64, 32
# Bytes of shared memory for a block: two of them fit into an H200's multiprocessor, and
# one into those of all devices since compute capability 8.0.
_SHARED = 96 << 10
# Bytes for what neurons say in all blocks together, where it is not kept.
_ROOM = 1 << 30
_WARP, _MOST_THREADS = 32, 256
_TILE = 4  # rows, and columns, of what a thread computes at once


class Layout(NamedTuple):
    """Where the parts of a block's work are, in numbers of eight bytes.

    Attributes
    ----------
    places : list of int
        First numbers in shared memory, or −1 − those in scratch.
    n_shared, n_scratch : int
    """

    places: list[int]
    n_shared: int
    n_scratch: int


def layout(sizes: list[int], room: int) -> Layout:
    """Each part in turn in shared memory, while there is room for it.

    Examples
    --------
    >>> layout([3, 10, 2], room=8)
    Layout(places=[0, -1, 4], n_shared=6, n_scratch=10)
    """
    places, used, elsewhere = [], 0, 0
    for size in sizes:
        even = size + size % 2  # pairs of numbers are read at once
        if used + even <= room:
            places.append(used)
            used += even
        else:
            places.append(-1 - elsewhere)
            elsewhere += even
    return Layout(places, used, elsewhere)


def _parts(shape: tuple[int, int, int], rows: int, n: int, kept: int) -> list[int]:
    """Sizes of the parts of a block's work, in the order of the kernel's Work.

    What is used most comes first. `n` is the length of an order of rows, and `kept` how
    many gradients have a place.
    """
    d, h, k = shape
    outputs, size = rows * (padded(k) + 2), n_parameters(d, h, k)
    return [
        5 * rows,
        outputs,
        outputs,
        rows * (padded(h) + 2),
        k * padded(h),
        rows * (d + 1),
        size,
        size if kept > 0 else 0,
        size if kept > 1 else 0,
        *[n] * 4,
    ]


def _n_threads(n_rows: int, n_columns: int) -> int:
    """One for each tile of a product, in whole warps."""
    tiles = -(-n_rows // _TILE) * (padded(n_columns) // _TILE)
    return min(-(-tiles // _WARP) * _WARP, _MOST_THREADS)


def train_epochs(
    theta: Any, velocity: Any, status: Any, epochs: Any, X: Any, targets: Any,
    weights: Any, rows: Any, plan: Any, steps: Any, rules: Any, stops: Any,
    replicates: Any, key: Any, n_epochs: int, architecture: Any,
) -> Any:  # fmt: skip
    """Up to `n_epochs` more epochs of each network, in place, one block a network.

    Arguments and the result are those of `refgen.kernels.networks.train_epochs`, on the
    device.
    """
    be = backend()
    d, h, k, *rest = architecture
    losses = be.xp.full((len(theta), n_epochs), np.nan)
    if n_epochs == 0:
        return losses
    largest = int(plan[:, 1].max())
    sharp = bool((rules[:, 2] > 0).any())
    n_at_once = min(_ROWS, largest, rows.shape[1])
    many = min(largest, rows.shape[1]) > n_at_once
    found = layout(
        _parts(
            (d, h, k),
            n_at_once,
            rows.shape[1] if len(key) else 0,
            2 if sharp else int(many),
        ),
        _SHARED // 8,
    )
    used = key if len(key) else be.xp.zeros(3, dtype=np.uint64)
    places = be.xp.asarray(found.places)
    shared_rows = len(rows) == 1
    threads = _n_threads(n_at_once, h)

    def train_some(start: int, stop: int) -> None:
        scratch = be.xp.empty((stop - start, found.n_scratch), dtype=np.float64)
        own = [a[start:stop] for a in (theta, velocity, status, epochs)]
        plans = [a[start:stop] for a in (plan, steps, rules, stops, replicates)]
        be.launch(
            "train_networks",
            (n_blocks(stop - start, 1),),
            (threads,),
            (
                *own, X, targets, weights, rows if shared_rows else rows[start:stop],
                *plans, used, scratch, places, stop - start, n_epochs,
                0 if shared_rows else rows.shape[1], found.n_scratch, n_at_once,
                d, h, k, *rest, int(len(key) > 0), losses[start:stop],
            ),
            shared_mem=8 * found.n_shared,
        )  # fmt: skip

    in_chunks(len(theta), 8 * found.n_scratch, train_some)
    return losses


def evaluate(
    theta: Any, X: Any, architecture: Any, keep_hidden: bool
) -> tuple[Any, Any]:
    """What neurons say, and outputs: a block for some points of a network.

    Arguments and results are those of `refgen.kernels.networks.evaluate`, on the
    device.
    """
    be = backend()
    d, h, k, *rest = architecture
    members, n = len(theta), X.shape[1]
    hidden = be.xp.empty((members, n, h)) if keep_hidden else None
    out = be.xp.empty((members, n, k))
    at_once = min(_ROWS_OF_PART, n)
    blocks = n_blocks(members * -(-n // at_once), 1)
    if hidden is None:
        blocks = min(blocks, max(1, _ROOM // (8 * at_once * h)))
    room = be.xp.empty((blocks, at_once, h)) if hidden is None else hidden
    be.launch(
        "evaluate_networks",
        (blocks,),
        (_n_threads(at_once, h),),
        (
            *(be.xp.ascontiguousarray(a) for a in (theta, X)), members,
            int(keep_hidden), n, 0 if len(X) == 1 else n * d, at_once, d, h, k, *rest,
            room, out,
        ),
    )  # fmt: skip
    return hidden, out


# Activation, loss, outputs, batch, rule, and what ends training.
_CASES = (
    (1, 2, 3, 4, (0.0, 0.0, 0.0), (-np.inf, np.inf, 0.9)),
    (2, 1, 1, 1, (0.5, 0.1, 0.0), (0.3, np.inf, 0.9)),
    (3, 0, 9, 99, (0.9, 0.0, 0.1), (-np.inf, 0.1, 0.5)),
    (0, 1, 2, 7, (0.0, 0.1, 0.3), (0.2, 0.3, 0.5)),
)


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Every activation and loss; small and large batches; rules, stops, divergence.

    NaNs, whose bits machines choose, are left out.
    """
    train, at_points = (
        kernel("networks", "train_epochs"),
        kernel("networks", "evaluate"),
    )
    for activation, loss, k, batch, rule, stop in _CASES:
        for d, h in ((1, 1), (5, 19), (3, 300), (40, size // 50 + 5)):
            for step in (0.02, 1e4):
                given = _problem(rg, (d, h, k), batch, rule, stop, step)
                architecture = (d, h, k, 0.75, 0.5, activation, loss)
                losses = train(*given, 3, architecture)
                theta, X = given[0], given[4][None]
                for found in (losses, *given[:4]):
                    yield "train_epochs", _numbers(rg, found)
                if step < 1:
                    yield "evaluate", at_points(theta, X, architecture[:-1], False)[1]
                    for found in at_points(theta, X, architecture[:-1], True):
                        yield "evaluate", found


def _numbers(rg: Any, array: Any) -> Any:
    return rg.arrays.namespace(array).where(array == array, array, -1)


def _problem(
    rg: Any, shape: tuple[int, int, int], batch: int, rule: Any, stop: Any, step: float
) -> list[Any]:
    """Arguments of train_epochs for three members with rows of their own."""
    d, h, k = shape
    n, members = 75, 3
    stream = rg.random.Stream(0, "check", "networks")
    theta = 0.25 * stream.normal((members, n_parameters(d, h, k)))
    xp = rg.arrays.namespace(theta)
    v, hp, kp = (d + 1) * padded(h), padded(h), padded(k)
    theta[:, :v].reshape(members, d + 1, hp)[:, :, h:] = 0.0
    theta[:, v:].reshape(members, h + 1, kp)[:, :, k:] = 0.0
    labels = stream.child("labels").integers(max(k, 2), 2 * n)
    targets = (labels[:, None] == xp.arange(max(k, 2))).astype(np.float64)[:, :k]
    rows = [stream.child("rows").at(m).permutation(n) for m in range(members)]
    plan = [[n - 5 * m, min(batch, n - 5 * m), 3 - m % 2, m % 2 * n] for m in range(3)]
    each = [[step] * 4, rule, stop]
    return [
        theta,
        xp.zeros_like(theta),
        *(xp.zeros(members, dtype=np.int64) for _ in range(2)),
        stream.child("points").normal((n, d)),
        xp.ascontiguousarray(targets),
        0.5 + stream.child("weights").uniform(2 * n),
        xp.stack(rows).astype(np.int64),
        xp.asarray(plan, dtype=np.int64),
        *(xp.asarray([own] * members, dtype=np.float64) for own in each),
        xp.arange(members, dtype=np.uint64),
        xp.asarray([7, 8, 9], dtype=np.uint64),
    ]

"""Two-layer networks trained by gradient descent, each on its own, many at once.

Only + − × ÷ √, fused multiply-adds in products of matrices, and powers of 2 are used,
in a fixed order, so that any IEEE machine, a GPU included, gives the same bits; and a
network has the same bits alone and among others.

The parameters of a network are one row: hidden weights (d, h), hidden biases (h,),
output weights (h, k), output biases (k,), where rows of h and of k numbers are filled
up with zeros; see `packed`.
"""

from typing import Any

import numpy as np

from refgen.kernels import network_desk as on
from refgen.kernels.linked import (
    FLOATS,
    INTEGER,
    INTEGERS,
    NOTHING,
    address,
    ahead,
    floats_at,
    linked,
)  # fmt: skip
from refgen.kernels.network_desk import ROWS, new_desk
from refgen.kernels.network_epochs import train_networks
from refgen.kernels.network_passes import forward
from refgen.kernels.threads import in_threads


def train_epochs(
    theta: Any, velocity: Any, status: Any, epochs: Any, X: Any, targets: Any,
    weights: Any, rows: Any, plan: Any, steps: Any, rules: Any, stops: Any,
    replicates: Any, key: Any, n_epochs: int, architecture: Any,
) -> Any:  # fmt: skip
    """Up to `n_epochs` more epochs of each network, in place; the losses of each.

    Parameters
    ----------
    theta, velocity : arrays of shape (M, n_parameters)
        Parameters and what momentum carries; changed.
    status, epochs : int64 arrays of shape (M,)
        TRAINING or what ended it, and the epochs done; changed.
    X : array of shape (N, d)
    targets : array of shape (S·N, k)
        S sets of labels, one after another.
    weights : array of shape (S·N,)
        Of the loss of each row.
    rows : int64 array of shape (M or 1, n)
        What each network is trained on; the first ones count.
    plan : int64 array of shape (M, 4)
        Columns: number of rows, batch size, most epochs, first row in `targets`.
    steps : array of shape (M, 4)
        Step sizes of hidden weights, hidden biases, output weights, output biases.
    rules : array of shape (M, 3)
        Momentum, decay of weights, radius of SAM.
    stops : array of shape (M, 3)
        A loss, −∞ for none; a margin, ∞ for none; the share of rows that reach it.
    replicates : uint64 array of shape (M,)
    key : uint64 array of shape (3,)
        Purpose and key of the stream of shuffles; empty for rows in their order.
    architecture : (d, h, k, scales of both layers, activation, loss)

    Returns
    -------
    losses : array of shape (M, n_epochs)
        Means over the rows, each before the step that saw it; NaN where no epoch was.
    """
    d, h, k, inner, outer, activation, loss = architecture
    losses, n = np.full((len(theta), n_epochs), np.nan), rows.shape[1]
    used = key if len(key) else np.zeros(3, np.uint64)
    _check_changed((theta, velocity), np.float64)
    _check_changed((status, epochs), np.int64)
    arrays = [theta, velocity, status, epochs, losses, _plain(targets), _plain(weights),
              _plain(rows, np.int64), _plain(plan, np.int64), _plain(steps),
              _plain(rules), _plain(stops), _plain(replicates, np.uint64),
              _plain(used, np.uint64)]  # fmt: skip
    given = [np.array([inner, outer], float), _plain(X)]
    places = np.array([address(a) for a in arrays])

    def part(start, stop):
        desk, memory = new_desk((d, h, k), (activation, loss), given)
        order, words = np.empty(n, np.int64), np.empty(n + 6, np.uint64)
        train_networks(
            *map(address, (desk, places, order, words)), start, stop, n_epochs, n,
            len(rows) == 1, len(key) > 0,
        )  # fmt: skip
        del memory  # it is used until here

    train_networks.compile()
    in_threads(len(theta), n_epochs * n * (2 * d * h + 3 * h * k), part)
    return losses


def _check_changed(arrays: Any, kind: Any) -> None:
    for a in arrays:
        if a.dtype != kind or not (a.flags.c_contiguous and a.flags.writeable):
            raise ValueError(
                f"a contiguous, writable array of {kind.__name__} is needed"
            )


def _plain(array: Any, kind: Any = np.float64) -> Any:
    return np.ascontiguousarray(array, dtype=kind)


@linked(NOTHING, FLOATS, INTEGER, INTEGER, INTEGER, FLOATS)
def copy_rows(block, n, width, stride, to):
    """Rows without the zeros that fill them up."""
    for i in range(n):
        for j in range(width):
            to[i * width + j] = block[i * stride + j]


@linked(NOTHING, INTEGERS, INTEGERS, *(INTEGER,) * 5, needs=(forward, copy_rows))
def evaluate_networks(desk, arrays, first, last, n, shared, keep_hidden):
    """Networks first … last − 1 at n points, which all of them may share."""
    d, h, k, hp, kp = desk[on.D], desk[on.H], desk[on.K], desk[on.HP], desk[on.KP]
    a, o = floats_at(desk[on.A]), floats_at(desk[on.OUT])
    size = (d + 1) * hp + (h + 1) * kp
    for m in range(first, last):
        theta = ahead(floats_at(arrays[0]), m * size)
        x = ahead(floats_at(arrays[1]), 0 if shared else m * n * d)
        for start in range(0, n, ROWS):
            rows, at = min(ROWS, n - start), m * n + start
            forward(desk, theta, ahead(x, start * d), rows)
            if keep_hidden:
                copy_rows(a, rows, h, hp, ahead(floats_at(arrays[2]), at * h))
            copy_rows(o, rows, k, kp, ahead(floats_at(arrays[3]), at * k))


def evaluate(theta: Any, X: Any, architecture: Any, keep_hidden: bool) -> Any:
    """What neurons say, (M, n, h), and outputs, (M, n, k), of M networks.

    `theta` is (M, n_parameters), `X` (M or 1, n, d), and `architecture` (d, h, k,
    scales of both layers, activation). Without `keep_hidden` the first result is None,
    and takes no memory.
    """
    d, h, k, inner, outer, activation = architecture
    n, members = X.shape[1], len(theta)
    hidden = np.empty((members, n, h)) if keep_hidden else None
    outputs = np.empty((members, n, k))
    theta, X = _plain(theta), _plain(X)
    arrays = (theta, X, outputs if hidden is None else hidden, outputs)
    given = [np.array([inner, outer], float), np.zeros(0)]
    places = np.array([address(a) for a in arrays])

    def part(start, stop):
        desk, memory = new_desk((d, h, k), (activation, 0), given)
        evaluate_networks(
            address(desk), address(places), start, stop, n, len(X) == 1, keep_hidden
        )
        del memory  # it is used until here

    evaluate_networks.compile()
    in_threads(members, n * (d * h + h * k), part)
    return hidden, outputs

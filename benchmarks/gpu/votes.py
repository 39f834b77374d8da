"""Votes per point and label, and what is made of them.

The peers' ways: bins of the flattened (point, label), adding ones by scattering, and a
sum of labels equal to c for each c. All return counts of int64 in (n_points, n_levels),
and all counts are equal.
"""

from functools import partial

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.kernels import votes as own
from refgen_gpu.random import Stream

from .contest import alone, compare
from .peers import load_torch, to_host, to_torch
from .timing import copy_rate, fitting, limited, rated, timed


def votes(n_runs=100, n_points=10**6, n_levels=10):
    """Ours of every kind, and CuPy's counts."""
    labels = drawn(n_runs, n_points, n_levels)
    truth = Stream(1, "benchmark").integers(n_levels, labels.shape[1])
    found = contest(labels, n_levels, cupy_peers(labels, n_levels))
    least = 8 * (labels.size + labels.shape[1] * n_levels) / copy_rate()
    found["peers"]["read + write at copy rate"] = limited(found["ours"], least)
    others = {
        "squared votes": lambda: own.sum_squared_votes(labels, 0, n_levels),
        "level masses": lambda: own.count_level_masses(labels, 0, n_levels, truth),
    }
    entries = [
        alone(f"{what}, {sizes(labels)}", rated(timed(call), 8 * labels.size, "B/s"))
        for what, call in others.items()
    ]
    return {"entries": [found, *entries]}


def drawn(n_runs, n_points, n_levels):
    # The peers' indices and ones of the labels' size, and their counts.
    n_points = fitting(n_points, 32 * n_runs + 48 * n_levels)
    return Stream(0, "benchmark").integers(n_levels, (n_runs, n_points))


def sizes(labels):
    return f"{labels.shape[0]} x {labels.shape[1]:g}"


def contest(labels, n_levels, peers):
    def judge(ours, label, theirs):
        return {"agrees": bool(np.array_equal(to_host(ours), to_host(theirs)))}

    return compare(
        f"votes, {n_levels} labels, {sizes(labels)}",
        lambda: own.count_votes(labels, 0, n_levels),
        peers,
        judge,
        partial(rated, amount=8 * labels.size, unit="B/s"),
    )


def cupy_peers(labels, n_levels):
    xp, n = backend().xp, labels.shape[1]

    def binned():
        first = n_levels * xp.arange(n)
        counts = xp.bincount((labels + first).ravel(), minlength=n * n_levels)
        return counts.reshape(n, n_levels)

    def compared():
        levels = range(n_levels)
        return xp.stack([xp.sum(labels == c, axis=0) for c in levels], axis=1)

    return {
        "cupy.bincount": lambda: binned,
        "cupy sums of equal labels": lambda: compared,
    }


def votes_torch(n_runs=100, n_points=10**6, n_levels=10):
    torch = load_torch()
    ours = drawn(n_runs, n_points, n_levels)
    labels, n = to_torch(ours), ours.shape[1]

    def binned():
        first = n_levels * torch.arange(n, device=labels.device)
        counts = torch.bincount((labels + first).flatten(), minlength=n * n_levels)
        return counts.reshape(n, n_levels)

    def scattered():
        counts = labels.new_zeros(n, n_levels)
        return counts.scatter_add_(1, labels.T, labels.new_ones(1).expand(n, n_runs))

    def compared():
        return torch.stack([(labels == c).sum(0) for c in range(n_levels)], 1)

    peers = {
        "torch.bincount": lambda: binned,
        "torch scatter_add_": lambda: scattered,
        "torch sums of equal labels": lambda: compared,
    }
    return {"entries": [contest(ours, n_levels, peers)]}

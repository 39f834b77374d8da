"""All samples of a finite law, each with its probability."""

from __future__ import annotations

import functools
from itertools import combinations_with_replacement
from math import comb, factorial, log2, prod
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen.arrays import namespace

# Samples without regard to order, as many as are enumerated.
_MOST = 20_000
# Up to 2⁹⁰⁰ samples with regard to order: what of their numbers and of products of
# weights leaves float64 has a probability of 2⁻¹²² at most.
_MOST_BITS = 900


@functools.cache
def _counts(n_points: int, n_samples: int) -> tuple[Any, Any]:
    """How often each point is drawn, and in how many orders."""
    samples = combinations_with_replacement(range(n_points), n_samples)
    rows = [np.bincount(chosen, minlength=n_points) for chosen in samples]
    counts = np.array(rows, dtype=np.float64)
    # In whole numbers of any size, as products of factorials soon leave int64.
    orders = [factorial(n_samples) // prod(map(factorial, row)) for row in rows]
    return counts, np.array(orders, dtype=np.float64)


def check_n_samples(n_points: int, n_samples: Any) -> int:
    """`n_samples` as a number of draws so small that all samples can be tried.

    Raises
    ------
    TypeError, ValueError
        If it is no such number.
    """
    m = check_integer("n_samples", n_samples, 1, 10**6)
    if (found := comb(n_points + m - 1, m)) > _MOST:
        raise ValueError(
            f"n_samples must be smaller: {m} draws of {n_points} points make "
            f"{found:.3g} samples, more than the {_MOST:,} that are tried"
        )
    if m * log2(n_points) > _MOST_BITS:
        raise ValueError(
            f"n_samples must be smaller: in {m} draws of {n_points} points, some "
            "samples have more orders than float64 can count"
        )
    return m


def drawn_samples(weights: Any, n_samples: int) -> tuple[Any, Any]:
    """Counts (n_drawn, n_points) and probabilities (..., n_drawn) of all samples."""
    counts, orders = map(
        namespace(weights).asarray, _counts(weights.shape[-1], n_samples)
    )
    chances = (weights[..., None, :] ** counts).prod(axis=-1)
    return counts, orders * chances


def signed_samples(weights: Any, n_samples: int) -> tuple[Any, Any]:
    """The same with a random sign for each draw: sums of signs in place of counts."""
    xp, n = namespace(weights), weights.shape[-1]
    both = xp.concatenate([weights / 2, weights / 2], axis=-1)
    counts, chances = drawn_samples(both, n_samples)
    return counts[:, :n] - counts[:, n:], chances

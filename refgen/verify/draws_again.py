"""Draw again: the same draws give the same values, other draws give other ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.sampled import Draws, Samples

# So many draws are made again.
_PROBED = 64
# The first block of the second look: its draws are none of the first look's.
_ELSEWHERE = 256
# Equal blocks show a fault only if so many values are not the most common one: rare
# events of probability p fall on the same few places too, but for four of them with
# probability 1e-11 at most, whatever p.
_RARE = 4

Measure = Callable[[Instance, Draws], Sequence[Samples]]


def check_draws(
    measure: Measure, batch: Instance, size: int, stream: Any, rg: Any
) -> None:
    """Refuse draws that do not come from the stream, or not from it alone.

    Parameters
    ----------
    measure : callable
        ``measure(batch, draws)`` gives the parts of a Monte-Carlo statement.
    batch : Instance
    size : int
        Number of instances in it.
    stream : Stream
    rg : module

    Raises
    ------
    InvalidMeasurement
    """
    here = Draws(stream.at(0), _PROBED)
    first = measure(batch, here)
    again = measure(batch, here)
    elsewhere = measure(batch, Draws(stream.at(_ELSEWHERE), _PROBED))
    for a, b, c in zip(first, again, elsewhere, strict=True):
        _check_values(*(_host(part.values, rg) for part in (a, b, c)))
    if size > 1:
        order = rg.arrays.to_device(np.arange(size)[::-1].copy())
        turned = measure(batch.take(order), here)
        for a, b in zip(first, turned, strict=True):
            _check_rhs(_host(a.rhs, rg), _host(b.rhs, rg), size)


def _check_values(first: Any, again: Any, elsewhere: Any) -> None:
    if not _similar(first, again):
        raise InvalidMeasurement(
            "the same draws measured twice give other values: the claim uses global "
            "randomness, or keeps something between calls"
        )
    if np.array_equal(first, elsewhere):
        _, counts = np.unique(first, return_counts=True)
        if first.size - counts.max() >= _RARE:
            raise InvalidMeasurement(
                "two blocks of draws are the same: the claim does not draw from "
                "`draws.stream`"
            )
    elif all((x == x[:, :1]).all() for x in (first, elsewhere)):
        raise InvalidMeasurement(
            "all draws of a block are the same, and another block's are others: the "
            "draws are not independent"
        )


def _check_rhs(first: Any, turned: Any, size: int) -> None:
    one, two = (np.broadcast_to(rhs, size) for rhs in (first, turned))
    if not _similar(one, two[::-1]):
        raise InvalidMeasurement(
            "the claimed value of an instance is another one in another order of the "
            "instances: the claim mixes the instances of a batch"
        )


def _host(value: Any, rg: Any) -> Any:
    return np.asarray(value if np.isscalar(value) else rg.arrays.to_host(value), float)


def _similar(a: Any, b: Any) -> bool:
    """Equal but for rounding."""
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12)

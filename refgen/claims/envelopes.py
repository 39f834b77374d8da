"""Envelopes of limits: proven distances from the limit, which have to shrink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen.claims.kinds import Envelope, InvalidMeasurement

# The last size has to bring values ten times nearer than the first.
SHRINKS = 0.1


def evaluated(
    envelope: Envelope, sizes: Sequence[float], shape: tuple[int, ...], xp: Any
) -> Any:
    """The envelope at each size, an array of `shape`.

    It is evaluated between the sizes and beyond them as well, where it has to fall.

    Parameters
    ----------
    envelope : sequence of (coefficient, power), or callable
        See `refgen.claims.kinds.tends_to`.
    sizes : sequence of float
    shape : tuple of int
        Of the values; the last axis is that of the sizes.
    xp : module
        Array library of the instances.

    Raises
    ------
    InvalidMeasurement
        If a power is not positive, or the envelope is negative, not finite, rises with
        the size, or falls by less than a factor of ten.

    Examples
    --------
    >>> evaluated([(2.0, 1)], (10.0, 100.0), (1, 2), np).round(6).tolist()
    [[0.2, 0.02]]
    """
    all_sizes = _with_sizes_between(sizes)
    dense = (*shape[:-1], len(all_sizes))
    at = xp.asarray(all_sizes)
    found = envelope(at) if callable(envelope) else _sum_of_powers(envelope, at, dense)
    try:
        found = xp.asarray(found, float)
    except (TypeError, ValueError):
        raise InvalidMeasurement(
            f"the envelope must give numbers, one for each size, got {found!r:.80}"
        ) from None
    try:
        found = xp.broadcast_to(found, dense)
    except ValueError:
        raise InvalidMeasurement(
            f"the envelope has shape {found.shape} at {len(all_sizes)} sizes; it must "
            f"broadcast to {dense}"
        ) from None
    _check_that_it_shrinks(found, xp)
    return found[..., : 2 * len(sizes) - 1 : 2]


def _with_sizes_between(sizes: Sequence[float]) -> np.ndarray:
    """The sizes, their geometric means in between, and ten times the last."""
    steps = np.asarray(sizes)
    every = np.empty(2 * len(steps))
    every[::2] = steps
    every[1:-1:2] = np.sqrt(steps[1:] * steps[:-1])
    every[-1] = 10 * steps[-1]
    return every


def _sum_of_powers(
    terms: Sequence[tuple[Any, float]], sizes: Any, shape: tuple[int, ...]
) -> Any:
    """Σ coefficient · size^−power."""
    try:
        pairs = [(coefficient, float(power)) for coefficient, power in terms]
    except (TypeError, ValueError):
        raise InvalidMeasurement(
            "an envelope is a list of pairs (coefficient, power), such as [(2.0, 1)], "
            f"or a function of the sizes, got {terms!r:.80}"
        ) from None
    if not all(0 < power < np.inf for _, power in pairs):
        raise InvalidMeasurement(
            f"the powers of an envelope must be positive, got {[p for _, p in pairs]}"
        )
    total = 0.0 * sizes
    for coefficient, power in pairs:
        if getattr(coefficient, "ndim", 0):
            missing = len(shape) - 1 - coefficient.ndim
            coefficient = coefficient.reshape(
                *coefficient.shape, *(1,) * max(missing, 0), 1
            )
        total = total + coefficient * sizes**-power
    return total


def _check_that_it_shrinks(envelope: Any, xp: Any) -> None:
    first, last = envelope[..., 0], envelope[..., -2]
    for wrong, what in (
        (~xp.isfinite(envelope), "is not finite"),
        (envelope < 0, "is negative"),
        (
            envelope[..., 1:] > envelope[..., :-1] * (1 + 1e-12),
            "rises with the size",
        ),
        (
            last > SHRINKS * first * (1 + 1e-12),
            "at the last size is more than a tenth of that at the first: it shows no "
            "limit",
        ),
    ):
        if bool(wrong.any()):
            raise InvalidMeasurement(f"the envelope {what}")

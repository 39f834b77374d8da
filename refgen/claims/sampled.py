"""Measurements by Monte Carlo: independent draws whose mean is one side of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from refgen._checks import is_number
from refgen.claims.kinds import (
    InvalidMeasurement,
    Kind,
    check_reason,
    check_sharp,
    checked_sizes,
)


@dataclass(frozen=True)
class Draws:
    """What a Monte-Carlo claim draws with: `n` independent repetitions.

    Attributes
    ----------
    stream : Stream
        Of the package that the claim runs on; another one for every block of draws.
    n : int
    """

    stream: Any
    n: int


@dataclass(frozen=True)
class Samples:
    """Independent draws of a quantity, and what its mean is compared with.

    Attributes
    ----------
    values : array of shape (batch, n) or (batch, n, n_sizes)
        Draws; the second axis is the one of independent repetitions.
    rhs : array of shape (batch,) or float
        What the mean (identity, inequality, existence), the limit of the means along
        `sizes` (limit) or the log-log slope of the means (rate) is compared with.
    precision : float
        Up to which the claim is decided, relative to |rhs|, or to `scale` where that
        is 0 but for rounding: HOLDS says that it is true within that.
    bounds : (low, high) or None
        What all draws are known to lie in; numbers, or one for every size.
    repeats : int
        Of bounded draws: each is the mean of so many independent ones of the same law
        in these bounds, which makes the interval shorter.
    binary : bool
        Whether draws are 0 or 1: then the interval is exact.
    kurtosis : float or None
        For unbounded draws: E(X − μ)⁴ ≤ kurtosis · σ⁴ is assumed.
    sizes : tuple of float or None
        For limits and rates.
    order : float
        Of a limit: it is the L of the least-squares fit L + c · size^−order of the
        means, which lets means at finitely many sizes speak about it.
    kind : str or None
        Decides this part by another rule than the claim's own.
    scale : float
        What `precision` is relative to where `rhs` is 0. Rounding is judged against it,
        or against |rhs| where that is more: a mean contradicts `rhs` only if they are
        apart by more than `refgen.claims.kinds.rounding_allowance` of it. Draws may
        leave their bounds by as much, where |bounds| count as well.
    sharp, reason
        As in `refgen.claims.kinds.Measurement`.
    """

    values: Any
    rhs: Any
    precision: float
    bounds: tuple[Any, Any] | None = None
    repeats: int = 1
    binary: bool = False
    kurtosis: float | None = None
    sizes: tuple[float, ...] | None = None
    order: float = 1.0
    kind: Kind | None = None
    scale: float = 1.0
    sharp: float = False
    reason: str = ""


def sampled(
    values: Any,
    rhs: Any,
    precision: float = 0.1,
    *,
    bounds: tuple[Any, Any] | None = None,
    repeats: int = 1,
    binary: bool = False,
    kurtosis: float | None = None,
    sizes: Any = None,
    order: float = 1.0,
    kind: Kind | None = None,
    scale: float = 1.0,
    sharp: float = False,
    reason: str = "",
) -> Samples:
    """A Monte-Carlo measurement; see `Samples` for the arguments.

    Raises
    ------
    InvalidMeasurement
        If not exactly one thing is assumed of the draws (no interval would be valid),
        a number is out of range, or values and sizes do not fit.

    Examples
    --------
    >>> sampled(np.ones((2, 8)), 1.0, 0.1, binary=True).precision
    0.1
    """
    if sum((bounds is not None, binary, kurtosis is not None)) != 1:
        raise InvalidMeasurement(
            "say one thing about the draws: their bounds, binary, or a kurtosis"
        )
    if (
        not is_number(repeats)
        or not 1 <= repeats < np.inf
        or repeats != int(repeats)
        or (repeats > 1 and bounds is None)
    ):
        raise InvalidMeasurement(
            f"repeats must be a positive integer, and 1 without bounds, got {repeats!r}"
        )
    for name, number in (("precision", precision), ("order", order), ("scale", scale)):
        if not is_number(number) or not 0 < number < np.inf:
            raise InvalidMeasurement(f"{name} must be positive, got {number!r}")
    if kurtosis is not None and not (
        is_number(kurtosis) and 1 - 1e-12 < kurtosis < np.inf
    ):
        raise InvalidMeasurement(f"kurtosis must be at least 1, got {kurtosis!r}")
    is_pair = isinstance(bounds, tuple | list) and len(bounds) == 2
    if bounds is not None and not is_pair:
        raise InvalidMeasurement(f"bounds must be a pair (low, high), got {bounds!r}")
    check_sharp(sharp)
    check_reason(reason)
    if kind is not None and (not isinstance(kind, str) or kind not in get_args(Kind)):
        raise InvalidMeasurement(f"kind must be one of {get_args(Kind)}, got {kind!r}")
    steps = None if sizes is None else checked_sizes(sizes)
    shape = values.shape if hasattr(values, "shape") else np.shape(values)
    _check_shape(shape, steps)
    return Samples(
        values,
        rhs,
        precision,
        bounds,
        repeats,
        binary,
        kurtosis,
        steps,
        order,
        kind,
        scale,
        sharp,
        reason,
    )


def _check_shape(shape: tuple[int, ...], steps: tuple[float, ...] | None) -> None:
    wanted = 2 if steps is None else 3
    if len(shape) != wanted or (steps is not None and shape[-1] != len(steps)):
        axis = "" if steps is None else f" and an axis of {len(steps)} sizes"
        raise InvalidMeasurement(f"draws have shape {shape}; expected (batch, n){axis}")

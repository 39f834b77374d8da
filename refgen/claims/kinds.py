"""What a claim measures, and the one rule by which each kind is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from refgen.arrays import UNIT_ROUNDOFF, namespace

Kind = Literal["identity", "inequality", "limit", "rate", "existence"]


class InvalidMeasurement(ValueError):
    """A claim's code gave NaN, or no number, on a valid instance."""


@dataclass(frozen=True)
class Measurement:
    """Two sides of a claim on a batch of instances.

    Attributes
    ----------
    lhs, rhs : arrays of shape (batch, ...)
    scale : array or float
        Sum of the absolute terms on both sides: what rounding is judged against.
    terms : int
        Number of terms that were added up.
    envelope : array or float
        For limits and rates: proven distance of `lhs` from `rhs` at each size.
    kind : str or None
        Decides this part by another rule than the claim's own.
    """

    lhs: Any
    rhs: Any
    scale: Any = 1.0
    terms: int = 1
    envelope: Any = 0.0
    kind: Kind | None = None

    @property
    def tolerance(self) -> Any:
        """Rounding that the two sides may show.

        Each side is a sum of `terms` products. Adding them in any order errs by at
        most (terms − 1) u Σ|terms| (Higham 2002, section 4.2, first order), and each
        term carries at most 8 roundings of its own: up to three factors, each from
        a division and a difference, and the products. Two sides: a factor of 2.
        """
        return 2 * (self.terms + 8) * UNIT_ROUNDOFF * abs(self.scale)


def measured(
    lhs: Any,
    rhs: Any,
    scale: Any = 1.0,
    terms: int = 1,
    envelope: Any = 0.0,
    kind: Kind | None = None,
) -> Measurement:
    """A measurement; see `Measurement` for the arguments.

    Examples
    --------
    >>> float(measured(1.0, 2.0).rhs)
    2.0
    """
    return Measurement(lhs, rhs, scale, terms, envelope, kind)


@dataclass(frozen=True)
class Decision:
    """Per instance: violated or not, and how tight.

    Tightness is lhs/rhs for inequalities, error/envelope for limits and rates,
    error/rounding allowance for identities, rhs/lhs for existence.
    """

    violated: Any
    tightness: Any
    parts: tuple[DecidedPart, ...] = ()


@dataclass(frozen=True)
class DecidedPart:
    """One part of a decided measurement, entry by entry, where it was measured."""

    kind: str
    sides: Measurement
    violated: Any
    tightness: Any


def _identity(m: Measurement, xp: Any) -> tuple[Any, Any]:
    error = abs(m.lhs - m.rhs)
    return error > m.tolerance, _ratio(xp, error, m.tolerance, 0.0)


def _inequality(m: Measurement, xp: Any) -> tuple[Any, Any]:
    return m.lhs - m.rhs > m.tolerance, _ratio(xp, m.lhs, m.rhs, m.tolerance)


def _limit(m: Measurement, xp: Any) -> tuple[Any, Any]:
    error = abs(m.lhs - m.rhs)
    allowed = m.envelope + m.tolerance
    # An envelope that does not shrink along the sizes proves no limit.
    flat = (m.envelope[..., -1:] >= m.envelope[..., :1]) & (m.envelope[..., :1] > 0)
    return (error > allowed) | flat, _ratio(xp, error, allowed, 0.0)


def _existence(m: Measurement, xp: Any) -> tuple[Any, Any]:
    return m.lhs - m.rhs <= m.tolerance, _ratio(xp, m.rhs, m.lhs, m.tolerance)


_RULES: dict[Kind, Callable] = {
    "identity": _identity,
    "inequality": _inequality,
    "limit": _limit,
    "rate": _limit,  # a rate is the limit of the local log-log slopes
    "existence": _existence,
}


def _ratio(xp: Any, numerator: Any, denominator: Any, floor: Any) -> Any:
    """numerator/denominator where the denominator stands above rounding, else 0."""
    usable = denominator > floor
    return xp.where(usable, numerator / xp.where(usable, denominator, 1.0), 0.0)


def decide(kind: Kind, result: Any, batch: int) -> Decision:
    """Decide a claim's measurement, or several, on a batch of instances.

    Parameters
    ----------
    kind : str
        Rule for parts that name none.
    result : Measurement or sequence of Measurement
    batch : int
        Number of instances: the first axis of every side.

    Raises
    ------
    InvalidMeasurement
        On NaN or infinity, or if a side does not have `batch` rows.

    Examples
    --------
    >>> decide("inequality", measured(np.array([1.0, 3.0]), 2.0), 2).violated.tolist()
    [False, True]
    """
    parts = (result,) if isinstance(result, Measurement) else tuple(result)
    if not parts:
        raise InvalidMeasurement("the claim measured nothing")
    xp = namespace(*(part.lhs for part in parts))
    decided = [_decide_part(part.kind or kind, part, batch, xp) for part in parts]
    rows = (batch, -1)
    violated = xp.zeros(batch, bool)
    tightness = xp.full(batch, -xp.inf)
    for part in decided:
        violated = violated | part.violated.reshape(rows).any(axis=1)
        tightness = xp.maximum(tightness, part.tightness.reshape(rows).max(axis=1))
    return Decision(violated, tightness, tuple(decided))


def _side(xp: Any, value: Any) -> Any:
    """One side as floats, where the others are; nothing is moved there silently."""
    if xp is not np and isinstance(value, np.ndarray) and value.ndim:
        raise InvalidMeasurement(
            "the claim measured on the host what belongs on the device"
        )
    return xp.asarray(value, float)


def _decide_part(kind: Kind, part: Measurement, batch: int, xp: Any) -> DecidedPart:
    sides = (part.lhs, part.rhs, part.scale, part.envelope)
    lhs, rhs, scale, envelope = xp.broadcast_arrays(*(_side(xp, x) for x in sides))
    # A side that broadcasts beyond lhs would compare different instances.
    if lhs.ndim == 0 or lhs.shape[0] != batch or lhs.shape != _shape(part.lhs):
        raise InvalidMeasurement(
            f"the claim measured shapes {_shape(part.lhs)} and {_shape(part.rhs)} "
            f"on a batch of {batch} instances"
        )
    if not all(bool(xp.isfinite(x).all()) for x in (lhs, rhs, scale, envelope)):
        raise InvalidMeasurement("the claim measured NaN or infinity on an instance")
    checked = Measurement(lhs, rhs, scale, part.terms, envelope)
    return DecidedPart(kind, checked, *_RULES[kind](checked, xp))


def _shape(value: Any) -> tuple[int, ...]:
    return value.shape if hasattr(value, "shape") else np.shape(value)

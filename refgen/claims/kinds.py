"""Relations between what a claim measures, and the one rule that decides each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from refgen.arrays import UNIT_ROUNDOFF, namespace

Kind = Literal["identity", "inequality", "limit", "rate", "existence"]


class InvalidMeasurement(ValueError):
    """A claim's code gave NaN, or no number, on a valid instance."""


# How many roundings each side may have by default: enough for short formulas, and for
# sums of up to a thousand terms. A claim with a longer sum states its number.
ROUNDINGS = 2**10


@dataclass(frozen=True)
class Measurement:
    """One relation between two sides of a claim, on a batch of instances.

    Attributes
    ----------
    kind : str
        The relation, and the rule by which it is decided.
    lhs, rhs : arrays of shape (batch, ...), or numbers
    scale : array or float
        Sum of the absolute terms on both sides: what rounding is judged against.
    roundings : int
        Number of roundings that a side carries.
    envelope : array or float
        For limits and rates: proven distance of `lhs` from `rhs` at each size.
    """

    kind: Kind
    lhs: Any
    rhs: Any
    scale: Any = 1.0
    roundings: int = ROUNDINGS
    envelope: Any = 0.0

    @property
    def tolerance(self) -> Any:
        """What rounding may move the two sides apart.

        A number that carries n roundings is off by at most n u Σ|terms|, to first order
        and in any order of summation (Higham 2002, lemma 3.1 and section 4.2). Two
        sides: a factor of 2.
        """
        return 2 * self.roundings * UNIT_ROUNDOFF * abs(self.scale)


def equal(
    lhs: Any, rhs: Any, scale: Any = 1.0, *, roundings: int = ROUNDINGS
) -> Measurement:
    """lhs = rhs, an identity.

    Parameters
    ----------
    lhs, rhs : arrays of shape (batch, ...), or numbers
        A number stands for the whole batch.
    scale : array or float
        Sum of the absolute terms on both sides: what rounding is judged against.
    roundings : int
        Stated for sums of more than a thousand terms only.

    Examples
    --------
    >>> equal(1.0, 2.0).kind
    'identity'
    """
    return Measurement("identity", lhs, rhs, scale, roundings)


def at_most(
    lhs: Any, rhs: Any, scale: Any = 1.0, *, roundings: int = ROUNDINGS
) -> Measurement:
    """lhs ≤ rhs, an inequality; see `equal` for the arguments.

    Examples
    --------
    >>> at_most(1.0, 2.0).kind
    'inequality'
    """
    return Measurement("inequality", lhs, rhs, scale, roundings)


def ascending(
    *sides: Any, scale: Any = 1.0, roundings: int = ROUNDINGS
) -> list[Measurement]:
    """A chain a ≤ b ≤ c …, as an inequality for each pair of neighbours.

    Examples
    --------
    >>> len(ascending(1.0, 2.0, 3.0))
    2
    """
    return [at_most(a, b, scale, roundings=roundings) for a, b in pairwise(sides)]


def exceeds(
    lhs: Any, rhs: Any = 0.0, scale: Any = 1.0, *, roundings: int = ROUNDINGS
) -> Measurement:
    """lhs > rhs by more than rounding, on an instance that shows an existence.

    Examples
    --------
    >>> exceeds(0.1).kind
    'existence'
    """
    return Measurement("existence", lhs, rhs, scale, roundings)


def tends_to(
    values: Any,
    limit: Any,
    envelope: Any,
    scale: Any = 1.0,
    *,
    roundings: int = ROUNDINGS,
) -> Measurement:
    """Values → limit along the last axis, within a proven envelope that shrinks.

    Parameters
    ----------
    values : array of shape (batch, ..., n_sizes)
        For a rate: local slopes of logarithms.
    limit : array or number
    envelope : array
        Proven distance from the limit at each size; derived on the theory's page.
    scale, roundings
        As in `equal`.

    Examples
    --------
    >>> tends_to(np.array([[1.1, 1.01]]), 1.0, np.array([0.2, 0.02])).kind
    'limit'
    """
    return Measurement("limit", values, limit, scale, roundings, envelope)


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

    kind: Kind
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


def decide(kind: Kind, result: Any, batch: int, xp: Any = np) -> Decision:
    """Decide the relations that a statement returned, on a batch of instances.

    Parameters
    ----------
    kind : str
        Of the statement: its limits are those of slopes if it is a rate.
    result : Measurement, or (nested) sequences of them
    batch : int
        Number of instances: the first axis of every side that is no number.
    xp : module
        Array library of the instances.

    Raises
    ------
    InvalidMeasurement
        On NaN or infinity, if a side does not have `batch` rows, or if it is not where
        the instances are.

    Examples
    --------
    >>> decide("inequality", at_most(np.array([1.0, 3.0]), 2.0), 2).violated.tolist()
    [False, True]
    """
    parts = list(_flat(result))
    if not parts:
        raise InvalidMeasurement("the claim measured nothing")
    decided = [_decide_part(_named(part, kind), batch, xp) for part in parts]
    rows = (batch, -1)
    violated = xp.zeros(batch, bool)
    tightness = xp.full(batch, -xp.inf)
    for part in decided:
        violated = violated | part.violated.reshape(rows).any(axis=1)
        tightness = xp.maximum(tightness, part.tightness.reshape(rows).max(axis=1))
    return Decision(violated, tightness, tuple(decided))


def _flat(result: Any) -> Iterator[Measurement]:
    if isinstance(result, Measurement):
        yield result
        return
    if isinstance(result, str) or not isinstance(result, Sequence | Iterator):
        raise InvalidMeasurement(
            "a claim returns relations (equal, at_most, ascending, exceeds, tends_to), "
            f"got {type(result).__name__}"
        )
    for part in result:
        yield from _flat(part)


def _named(part: Measurement, kind: Kind) -> Measurement:
    """A limit of slopes is called a rate."""
    is_rate = part.kind == "limit" and kind == "rate"
    return replace(part, kind="rate") if is_rate else part


def _side(xp: Any, value: Any) -> Any:
    """One side as floats, where the instances are; nothing is moved there silently."""
    if getattr(value, "ndim", 0) > 0 and namespace(value) is not xp:
        raise InvalidMeasurement(
            f"the claim measured with {namespace(value).__name__}, and its instances "
            f"are arrays of {xp.__name__}"
        )
    return xp.asarray(value, float)


def _decide_part(part: Measurement, batch: int, xp: Any) -> DecidedPart:
    given = (part.lhs, part.rhs, part.scale, part.envelope)
    sides = [_side(xp, value) for value in given]
    shape = sides[0].shape or _shape_if_lhs_is_a_number(sides, batch)
    # A side that broadcasts beyond lhs would compare different instances.
    if shape[0] != batch or not all(_fits(side.shape, shape) for side in sides):
        lhs, rhs, scale, envelope = (side.shape for side in sides)
        raise InvalidMeasurement(
            f"the claim measured shapes {lhs} and {rhs} (scale {scale}, envelope "
            f"{envelope}) on a batch of {batch} instances; each must be a number or "
            "broadcast to the shape of lhs, whose first axis is the batch"
        )
    if part.kind in ("limit", "rate") and (len(shape) < 2 or shape[-1] < 2):
        raise InvalidMeasurement(
            f"values that tend to a limit have shape {shape}; they need a last axis of "
            "at least two sizes"
        )
    lhs, rhs, scale, envelope = (xp.broadcast_to(a, shape) for a in sides)
    if not all(bool(xp.isfinite(x).all()) for x in (lhs, rhs, scale, envelope)):
        raise InvalidMeasurement("the claim measured NaN or infinity on an instance")
    checked = Measurement(part.kind, lhs, rhs, scale, part.roundings, envelope)
    return DecidedPart(part.kind, checked, *_RULES[part.kind](checked, xp))


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether a side of `shape` broadcasts to `wanted` and not beyond."""
    try:
        return np.broadcast_shapes(shape, wanted) == wanted
    except ValueError:
        return False


def _shape_if_lhs_is_a_number(sides: Sequence[Any], batch: int) -> tuple[int, ...]:
    """A number on the left is compared with every entry on the right."""
    return sides[1].shape or (batch,)

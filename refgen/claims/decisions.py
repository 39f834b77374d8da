"""One rule for each kind of relation: what violates it, and how tight it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.envelopes import evaluated
from refgen.claims.kinds import InvalidMeasurement, Kind, Measurement
from refgen.claims.sampled import Samples


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
    return error > allowed, _ratio(xp, error, allowed, 0.0)


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
        On NaN or infinity, complex sides, a scale that is not positive where a side is
        not 0, an envelope that proves no limit, if a side does not have `batch` rows,
        or if it is not where the instances are.

    Examples
    --------
    >>> from refgen.claims.kinds import at_most
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
            f"got {type(result).__name__}{_hint(result)}"
        )
    for part in result:
        yield from _flat(part)


def _hint(result: Any) -> str:
    if not isinstance(result, Samples):
        return ""
    return "; a function that returns sampled(…) takes a third argument called draws"


def _named(part: Measurement, kind: Kind) -> Measurement:
    """A limit of slopes is called a rate."""
    is_rate = part.kind == "limit" and kind == "rate"
    return replace(part, kind="rate") if is_rate else part


_SIDES = ("lhs", "rhs", "scale")


def _side(xp: Any, name: str, value: Any) -> Any:
    """One side as floats, where the instances are; nothing is moved there silently."""
    if getattr(value, "ndim", 0) > 0 and namespace(value) is not xp:
        raise InvalidMeasurement(
            f"the claim measured with {namespace(value).__name__}, and its instances "
            f"are arrays of {xp.__name__}"
        )
    try:
        kind = xp.asarray(value).dtype.kind
    except (TypeError, ValueError):  # ragged, or no numbers
        kind = "O"
    if kind == "c":
        raise InvalidMeasurement(
            f"the claim measured a complex number as {name}; a side is real: take abs "
            "or .real"
        )
    if kind not in "fiub":
        raise InvalidMeasurement(
            f"{name} of a relation must be a number or an array of numbers, got "
            f"{value!r:.80}"
        )
    return xp.asarray(value, float)


def _decide_part(part: Measurement, batch: int, xp: Any) -> DecidedPart:
    sides = [_side(xp, name, getattr(part, name)) for name in _SIDES]
    shape = sides[0].shape or _shape_if_lhs_is_a_number(sides, batch)
    # A side that broadcasts beyond lhs would compare different instances.
    if shape[0] != batch or not all(_fits(side.shape, shape) for side in sides):
        lhs, rhs, scale = (side.shape for side in sides)
        raise InvalidMeasurement(
            f"the claim measured shapes {lhs} and {rhs} (scale {scale}) on a batch of "
            f"{batch} instances; each must be a number or broadcast to the shape of "
            "lhs, whose first axis is the batch"
        )
    lhs, rhs, scale = (xp.broadcast_to(a, shape) for a in sides)
    if not all(bool(xp.isfinite(x).all()) for x in (lhs, rhs, scale)):
        raise InvalidMeasurement(
            "the claim measured NaN or infinity as "
            + " and ".join(
                name
                for name, side in zip(_SIDES, (lhs, rhs, scale), strict=True)
                if not bool(xp.isfinite(side).all())
            )
        )
    if bool(((scale < 0) | ((scale == 0) & ((lhs != 0) | (rhs != 0)))).any()):
        raise InvalidMeasurement(
            "the scale of a relation must be positive wherever a side is not 0: it is "
            "the sum of the absolute terms"
        )
    envelope = _envelope(part, shape, xp)
    checked = replace(part, lhs=lhs, rhs=rhs, scale=scale, envelope=envelope)
    return DecidedPart(part.kind, checked, *_RULES[part.kind](checked, xp))


def _envelope(part: Measurement, shape: tuple[int, ...], xp: Any) -> Any:
    """The envelope at each value of a limit; 0 for other kinds."""
    if part.kind not in ("limit", "rate"):
        return xp.broadcast_to(xp.asarray(0.0), shape)
    if len(shape) < 2 or shape[-1] != len(part.sizes):
        raise InvalidMeasurement(
            f"values that tend to a limit have shape {shape}; they need a last axis of "
            f"their {len(part.sizes)} sizes"
        )
    return evaluated(part.envelope, part.sizes, shape, xp)


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether a side of `shape` broadcasts to `wanted` and not beyond."""
    try:
        return np.broadcast_shapes(shape, wanted) == wanted
    except ValueError:
        return False


def _shape_if_lhs_is_a_number(sides: Sequence[Any], batch: int) -> tuple[int, ...]:
    """A number on the left is compared with every entry on the right."""
    return sides[1].shape or (batch,)

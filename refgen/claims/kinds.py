"""Relations between the sides that a claim measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from refgen._checks import is_number
from refgen.arrays import UNIT_ROUNDOFF

Kind = Literal["identity", "inequality", "limit", "rate", "existence"]


class InvalidMeasurement(ValueError):
    """A claim's code gave NaN, no number, or a relation that decides nothing."""


# How many roundings each side may have by default: enough for short formulas, and for
# sums of up to a thousand terms. A claim with a longer sum states its number.
ROUNDINGS = 2**10

# Σ c · size^−p as pairs (c, p), or a function of the sizes that the page proves.
Envelope = Sequence[tuple[Any, float]] | Callable[[Any], Any]


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
    envelope : pairs (coefficient, power), or callable
        For limits and rates: proven distance of `lhs` from `rhs` at each size.
    sizes : tuple of float
        For limits and rates: what grows along the last axis of `lhs`.
    sharp : bool or float
        For inequalities: whether it is attained, or approached, on the domain; or the
        lhs/rhs that instances reach.
    reason : str
        Why the relation is kept although it decides less than its kind should; see
        `refgen.claims.resolution`.

    Raises
    ------
    InvalidMeasurement
        If `roundings` is not a positive integer, or `sharp` is out of range.
    """

    kind: Kind
    lhs: Any
    rhs: Any
    scale: Any = 1.0
    roundings: int = ROUNDINGS
    envelope: Any = 0.0
    sizes: tuple[float, ...] = ()
    sharp: float = False
    reason: str = ""

    def __post_init__(self) -> None:
        if type(self.roundings) is not int or self.roundings < 1:
            raise InvalidMeasurement(
                f"roundings must be a positive integer, got {self.roundings!r}"
            )
        check_sharp(self.sharp)
        check_reason(self.reason)

    @property
    def tolerance(self) -> Any:
        """What rounding may move the two sides apart; see `rounding_allowance`."""
        return rounding_allowance(self.scale, self.roundings)


def rounding_allowance(scale: Any, roundings: int = ROUNDINGS) -> Any:
    """What rounding may move two sides apart: 2 n u · scale, for n roundings of each.

    A number that carries n roundings is off by at most n u Σ|terms|, to first order
    and in any order of summation (Higham 2002, lemma 3.1 and section 4.2). Two
    sides: a factor of 2.

    Parameters
    ----------
    scale : array or float
        Sum of the absolute terms on both sides.
    roundings : int

    Examples
    --------
    >>> rounding_allowance(1.0) == 2.0**-42
    True
    """
    return 2 * roundings * UNIT_ROUNDOFF * scale


def check_sharp(sharp: Any) -> None:
    """Refuse what does not say how near to equality an inequality comes.

    Raises
    ------
    InvalidMeasurement
        If it is not True, False or a number between 0 and 1.

    Examples
    --------
    >>> check_sharp(0.9)
    """
    if isinstance(sharp, bool) or (is_number(sharp) and 0 < sharp < 1):
        return
    raise InvalidMeasurement(
        "sharp must be True, False or a number between 0 and 1 that lhs/rhs reaches, "
        f"got {sharp!r}"
    )


def check_reason(reason: Any) -> None:
    """Refuse a reason that is no text.

    Raises
    ------
    InvalidMeasurement

    Examples
    --------
    >>> check_reason("measured, not derived")
    """
    if not isinstance(reason, str):
        raise InvalidMeasurement(f"reason must be a text, got {reason!r:.80}")


def equal(
    lhs: Any,
    rhs: Any,
    scale: Any = 1.0,
    *,
    roundings: int = ROUNDINGS,
    reason: str = "",
) -> Measurement:
    """lhs = rhs, an identity.

    Parameters
    ----------
    lhs, rhs : arrays of shape (batch, ...), or numbers
        A number stands for the whole batch.
    scale : array or float
        Sum of the absolute terms on both sides: what rounding is judged against.
        Positive wherever a side is not 0.
    roundings : int
        Stated for sums of more than a thousand terms only.
    reason : str
        Why the identity is kept although a side that is off by 10⁻⁹ would pass.

    Examples
    --------
    >>> equal(1.0, 2.0).kind
    'identity'
    """
    return Measurement("identity", lhs, rhs, scale, roundings, reason=reason)


def at_most(
    lhs: Any,
    rhs: Any,
    scale: Any = 1.0,
    *,
    roundings: int = ROUNDINGS,
    sharp: float = False,
    reason: str = "",
) -> Measurement:
    """lhs ≤ rhs, an inequality; see `equal` for the arguments.

    Parameters
    ----------
    sharp : bool or float
        The inequality is attained, or approached, on the domain; instances show it. A
        number says how near they come: lhs/rhs reaches it.
    reason : str
        Why it is kept although lhs stays below half of rhs on all instances.

    Examples
    --------
    >>> at_most(1.0, 2.0).kind
    'inequality'
    """
    return Measurement(
        "inequality", lhs, rhs, scale, roundings, sharp=sharp, reason=reason
    )


def ascending(*sides: Any, scale: Any = 1.0, **options: Any) -> list[Measurement]:
    """A chain a ≤ b ≤ c …, as an inequality for each pair of neighbours.

    Parameters
    ----------
    *sides, scale
        As in `at_most`.
    **options
        Further arguments of `at_most`, for every pair.

    Raises
    ------
    InvalidMeasurement
        If there are fewer than two sides.

    Examples
    --------
    >>> len(ascending(1.0, 2.0, 3.0))
    2
    """
    if len(sides) < 2:
        raise InvalidMeasurement(f"sides must be two or more, got {len(sides)}")
    return [at_most(a, b, scale, **options) for a, b in pairwise(sides)]


def exceeds(
    lhs: Any,
    rhs: Any = 0.0,
    scale: Any = 1.0,
    *,
    roundings: int = ROUNDINGS,
    reason: str = "",
) -> Measurement:
    """lhs > rhs by more than rounding, on an instance that shows an existence.

    Examples
    --------
    >>> exceeds(0.1).kind
    'existence'
    """
    return Measurement("existence", lhs, rhs, scale, roundings, reason=reason)


def tends_to(
    values: Any,
    limit: Any,
    envelope: Envelope,
    sizes: Any,
    scale: Any = 1.0,
    *,
    roundings: int = ROUNDINGS,
    reason: str = "",
) -> Measurement:
    """Values → limit along the last axis, within a proven envelope that shrinks.

    Parameters
    ----------
    values : array of shape (batch, ..., n_sizes)
        For a rate: local slopes of logarithms.
    limit : array or number
    envelope : sequence of (coefficient, power), or callable
        Proven distance from the limit, derived on the theory's page: Σ coefficient ·
        size^−power with positive powers, or ``envelope(sizes)``, which gives an array
        (..., n) for sizes of shape (n,). Coefficients are numbers, or arrays that
        broadcast to ``values.shape[:-1]``. Falls to a tenth at least.
    sizes : sequence of float
        What grows, one number for each of the `values`.
    scale, roundings
        As in `equal`.
    reason : str
        Why it is kept although a limit that is off by 2 % would pass.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([[1.1, 1.01]])
    >>> tends_to(values, 1.0, [(2.0, 1)], sizes=[10, 100]).kind
    'limit'
    """
    steps = checked_sizes(sizes)
    return Measurement(
        "limit", values, limit, scale, roundings, envelope, steps, reason=reason
    )


def checked_sizes(sizes: Any) -> tuple[float, ...]:
    """Sizes of a limit as floats.

    Raises
    ------
    InvalidMeasurement
        If they are not at least two positive numbers in ascending order.

    Examples
    --------
    >>> checked_sizes([4, 16])
    (4.0, 16.0)
    """
    try:
        steps = tuple(float(size) for size in sizes)
    except (TypeError, ValueError):
        raise InvalidMeasurement(
            f"sizes must be a sequence of numbers, got {sizes!r:.80}"
        ) from None
    in_order = all(a < b for a, b in pairwise(steps))
    if len(steps) < 2 or not in_order or not 0 < steps[0] <= steps[-1] < float("inf"):
        raise InvalidMeasurement(
            f"sizes must be at least two positive numbers in ascending order, got "
            f"{steps}"
        )
    return steps

"""Relations between the sides that a claim measures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from refgen.arrays import UNIT_ROUNDOFF

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
    >>> import numpy as np
    >>> tends_to(np.array([[1.1, 1.01]]), 1.0, np.array([0.2, 0.02])).kind
    'limit'
    """
    return Measurement("limit", values, limit, scale, roundings, envelope)

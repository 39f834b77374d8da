"""Lengths, and the conditions on a base of bounded norm and its multiplier."""

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import Measurement, at_most, equal


def length(vectors: Any) -> Any:
    """‖θ‖ along the last axis."""
    return namespace(vectors).sqrt((vectors**2).sum(axis=-1))


def meets_norm_conditions(
    theta: Any, multiplier: Any, radius: Any
) -> tuple[Measurement, Measurement]:
    """‖θ‖ ≤ L, and μ(L − ‖θ‖) = 0: where μ > 0, ‖θ‖ = L."""
    unused = multiplier * (radius - length(theta))
    return at_most(length(theta), radius, radius, sharp=True), equal(
        unused, 0, multiplier * radius
    )

"""Lengths, and what a base of bounded norm does with the norm that it may use."""

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import Measurement, at_most, equal


def length(vectors: Any) -> Any:
    """‖θ‖ along the last axis."""
    return namespace(vectors).sqrt((vectors**2).sum(axis=-1))


def in_ball_with_price(
    theta: Any, multiplier: Any, radius: Any
) -> tuple[Measurement, Measurement]:
    """‖θ‖ ≤ L, and θ uses all of it where norm has a price: μ(L − ‖θ‖) = 0."""
    unused = multiplier * (radius - length(theta))
    return at_most(length(theta), radius, radius), equal(unused, 0, multiplier * radius)

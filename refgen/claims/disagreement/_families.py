"""Who belongs to a family of laws with few parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen.claims.disagreement.domains import finite_laws

# How far rounding may put an entry or a parameter off.
_ROUNDING = 1e-12


def not_of_family(
    build: Callable[..., Any],
    parameters: Callable[[Any], tuple[Any, ...]],
    **ranges: tuple[float, float],
) -> Callable[[Any], str | None]:
    """A function that says why a law is not `build(*t)` with t in the ranges, or None.

    Parameters
    ----------
    build : callable
        Of the parameters, 0-d arrays.
    parameters : callable
        Reads them off a law.
    **ranges : (low, high)
        Of each parameter.

    Examples
    --------
    >>> from refgen.claims.disagreement.notions import laws_in_every_order
    >>> laws_in_every_order.contains(laws_in_every_order.examples()[0])
    True
    """
    middle = build(*(np.asarray((low + high) / 2) for low, high in ranges.values()))
    shape = middle.vote_shares.shape

    def outside(law: Any) -> str | None:
        reason = finite_laws.outside(law)
        if reason:
            return reason
        if law.vote_shares.shape != shape:
            return f"vote_shares must have shape {shape}, got {law.vote_shares.shape}"
        found = [np.asarray(t) for t in parameters(law)]
        for (name, (low, high)), t in zip(ranges.items(), found, strict=True):
            if not low - _ROUNDING <= t <= high + _ROUNDING:
                return f"{name} must lie in [{low:g}, {high:g}], got {float(t):g}"
        for field, value in vars(build(*found)).items():
            if (abs(value - getattr(law, field)) > _ROUNDING).any():
                return f"{field} is not that of the family with these parameters"
        return None

    return outside

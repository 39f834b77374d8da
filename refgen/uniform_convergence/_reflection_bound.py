"""Lower bounds of ε_unif-alg by samples whose noise is that of another, negated."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence.all_wrong import log_missed
from refgen.uniform_convergence.quantiles import error_quantile

# Steps of the golden section, each of which shortens the range to 0.618 of itself: the
# least is found to 0.3 % of the range, and its value to 10⁻⁵ of what it varies by.
_STEPS = 12
_GOLDEN = (math.sqrt(5) - 1) / 2


def by_negation(delta: Any, m: Any, D: Any, ratio: Any) -> tuple[Any, Any]:
    """1 − t_{2δ + q}, and whether 2δ + q < 1; arrays have one axis."""
    xp = namespace(delta)
    p = 2 * delta + xp.exp(log_missed(m, D, ratio))
    return _above(xp, p, m, D, ratio)


def by_isoperimetry(delta: Any, m: Any, D: Any, ratio: Any) -> tuple[Any, Any]:
    """1 − t_p for the least p = δ + μ + q_μ found, and whether it is below 1."""
    xp, special = namespace(delta), special_functions(delta)

    def level(zeta: Any) -> Any:
        missed = xp.exp(log_missed(m, D, ratio, 2 * zeta))
        return delta + special.ndtr(-zeta) + missed

    # Above half the largest deviation at R² = D next to all is missed.
    most = xp.maximum((1 - ratio) * xp.sqrt(D / m) / 2, 1e-6)
    return _above(xp, _least(xp, level, xp.zeros_like(most), most), m, D, ratio)


def _least(xp: Any, f: Any, low: Any, high: Any) -> Any:
    """The least value of f that a search by golden sections meets."""
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_inner, at_outer = f(inner), f(outer)
    best = xp.minimum(at_inner, at_outer)
    for _ in range(_STEPS):
        left = at_inner < at_outer
        low, high = xp.where(left, low, inner), xp.where(left, outer, high)
        fresh = xp.where(
            left, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        )
        value = f(fresh)
        inner, outer = xp.where(left, fresh, outer), xp.where(left, inner, fresh)
        at_inner, at_outer = (
            xp.where(left, value, at_outer),
            xp.where(left, at_inner, value),
        )
        best = xp.minimum(best, value)
    return best


def _above(xp: Any, p: Any, m: Any, D: Any, ratio: Any) -> tuple[Any, Any]:
    return 1 - error_quantile(xp.minimum(p, 1.0), m, D, ratio), p < 1

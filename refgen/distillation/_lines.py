"""A line through points, and how far its slope may be off that of the population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import UNIT_ROUNDOFF, namespace, special_functions

# Where one point's share of the slope leaves less than this to the others, its residual
# is rounding, and says nothing about how far it may be off.
_LEAST_FREEDOM = 1e-8


@dataclass(frozen=True)
class Line:
    """Least squares with an intercept.

    Attributes
    ----------
    slope, intercept : float
    standard_error : float
        Of the slope, for points of any law (HC3); infinite where one point decides.
    degrees_of_freedom : float
        Of the law of Student that goes with it (Bell & McCaffrey).
    rounding : float
        What rounding may have moved the slope by.
    """

    slope: float
    intercept: float
    standard_error: float
    degrees_of_freedom: float
    rounding: float

    def radius(self, confidence_level: float) -> float:
        """Half the width of the interval of the slope."""
        quantile = special_functions().stdtrit(
            self.degrees_of_freedom, (1 + confidence_level) / 2
        )
        return float(quantile) * self.standard_error + self.rounding

    @classmethod
    def through(cls, x: Any, y: Any) -> Line | None:
        """The line through two points (x, y) or more; None if all x are equal.

        Examples
        --------
        >>> import numpy as np
        >>> line = Line.through(np.array([0.0, 1, 2, 3]), np.array([1.0, 3, 5, 7]))
        >>> line.slope, line.intercept
        (2.0, 1.0)
        """
        n = x.shape[0]
        left, right = x.mean(), y.mean()
        x, y = x - left, y - right
        squares = x @ x
        if float(x.max() - x.min()) <= _rounding_of(n) * float(abs(left)):
            return None
        slope = (x @ y) / squares
        share = x / squares
        freedom = 1 - (1 / n + x * share)
        terms = (abs(share) * (abs(y) + abs(slope * x) + abs(left) + abs(right))).sum()
        is_decided = float(freedom.min()) < _LEAST_FREEDOM
        freedom = namespace(x).maximum(freedom, _LEAST_FREEDOM)
        moved = share * (y - slope * x) / freedom
        return cls(
            float(slope),
            float(right - slope * left),
            float("inf") if is_decided else float((moved * moved).sum()) ** 0.5,
            _degrees_of_freedom(x, share, freedom),
            _rounding_of(n) * float(terms),
        )


def _rounding_of(n: int) -> float:
    """Relative to the sum of absolute terms; logarithms and centring are in it."""
    return 2 * (n + 16) * UNIT_ROUNDOFF


def _degrees_of_freedom(x: Any, share: Any, freedom: Any) -> float:
    """2 E² / Var of the estimated variance, where residuals are normal and alike.

    The estimate is Σ aᵢeᵢ² with a = w²/(1 − h), and e = (I − H) ε with
    H_ij = 1/n + x_ix_j/Σx²: the expectation is tr A(I − H), and half the variance
    tr (A(I − H))² = Σ aᵢ²(1 − 2hᵢ) + Σ aᵢaⱼH_ij², which powers of x sum up to.
    """
    n = x.shape[0]
    a = share * share / freedom
    zeroth, first, second = a.sum(), a @ x, a @ (x * x)
    scaled = (x @ x).item()
    crossed = zeroth**2 / n**2 + 2 * first**2 / (n * scaled) + (second / scaled) ** 2
    alone = (a * a * (2 * freedom - 1)).sum()
    return float((share * share).sum() ** 2 / (alone + crossed))

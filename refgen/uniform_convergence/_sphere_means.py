"""Log of the mean of an exponential over the sphere, a Bessel function, by quadrature.

CuPy has no ₀F₁, and SciPy's overflows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._rows import by_rows
from refgen.arrays import namespace

# Nodes of the trapezoidal rule after t = tanh(s), s = peak + width · sinh(y). The
# integrand falls doubly exponentially in y: with this step and reach, what the rule
# leaves out is below rounding for all dimensions from 2 on, and all concentrations.
_STEP, _REACH = 0.08, 57
_NODES = _STEP * np.arange(-_REACH, _REACH + 1)


def log_mean_of_exponential(concentration: Any, dimension: Any) -> Any:
    """log E e^(kt) for the first coordinate t of a uniform point of the unit sphere.

    Both arguments have the same shape.
    """
    shape = concentration.shape
    return by_rows(_log_means, len(_NODES), shape, concentration, dimension)


def _log_means(concentration: Any, dimension: Any) -> Any:
    xp = namespace(concentration)
    k, power = concentration[:, None], dimension[:, None] - 1
    # Both integrals by one rule: errors of the rule cancel, and 0 has the mean 1.
    excess = _log_integral(xp, k, power) - _log_integral(xp, 0 * k, power)
    return xp.maximum(excess, 0.0)


def _log_integral(xp: Any, k: Any, power: Any) -> Any:
    """log ∫ exp(k tanh s) cosh(s)^−power ds: t has the density (1 − t²)^(D/2−3/2)."""
    # The peak has k (1 − t²) = power · t, and the curvature power · (1 + t²).
    reach = power + xp.hypot(power, 2 * k)
    t = 2 * k / reach
    peak = xp.log1p(t) - xp.log(2 * power / reach) / 2
    width = 1 / xp.sqrt(power * (1 + t * t))
    # The nodes, of which the middle one is the peak.
    s = peak + width * xp.asarray(np.sinh(_NODES))
    half = xp.sinh(s / 2)
    logs = k * xp.tanh(s) - power * xp.log1p(2 * half * half)
    top = logs[:, _REACH]
    weights = xp.exp(logs - top[:, None]) * xp.asarray(np.cosh(_NODES))
    return top + xp.log(weights.sum(axis=-1) * width[:, 0])

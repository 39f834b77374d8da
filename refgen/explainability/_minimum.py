"""Minima of log-sum-exps that are convex in the logarithms of their parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refgen.arrays import namespace
from refgen.linalg import solve_positive

_STEPS, _LONGEST = 14, 1.0


def smallest(terms: Callable[..., Any], start: Any) -> Any:
    """The least Σⱼ hⱼ(θⱼ) + log meanᵢ exp Σⱼ zᵢⱼ(θⱼ) that Newton's steps meet.

    Parameters
    ----------
    terms : callable
        Of θ (..., 1, d): h, z of shape (..., m, d), and both derivatives of each.
    start : array of shape (..., d)

    Returns
    -------
    array of shape (...)
        A value that is taken, so that a bound stays one where steps are too few.

    Examples
    --------
    >>> import numpy as np
    >>> def terms(theta):  # a mean of 2 e^θ and an h of −θ
    ...     z = np.exp(theta) * np.ones((2, 1))
    ...     return (-theta, -1.0 + 0 * theta, 0 * theta), (z, z, z)
    >>> round(float(smallest(terms, np.array([3.0]))), 12)
    1.0
    """
    theta, best = start[..., None, :], None
    for _ in range(_STEPS):
        value, gradient, hessian = _expansion(*terms(theta))
        best = value if best is None else namespace(value).minimum(best, value)
        step = solve_positive(hessian, gradient[..., None])[..., 0]
        theta = theta - namespace(step).clip(step, -_LONGEST, _LONGEST)[..., None, :]
    return best


def log_mean(exponents: Any) -> tuple[Any, Any]:
    """log of the mean of exponentials along the last axis, and their shares.

    Examples
    --------
    >>> import numpy as np
    >>> log, shares = log_mean(np.array([1000.0, 1000.0]))
    >>> float(log), shares.tolist()
    (1000.0, [0.5, 0.5])
    """
    xp = namespace(exponents)
    top = exponents.max(axis=-1, keepdims=True)
    sizes = xp.exp(exponents - top)
    mean = sizes.mean(axis=-1, keepdims=True)
    shares = sizes / (sizes.shape[-1] * mean)
    return (top + xp.log(mean))[..., 0], shares


def _expansion(fixed: Any, summed: Any) -> tuple[Any, Any, Any]:
    """Value, gradient and Hessian in θ."""
    (h, h1, h2), (z, z1, z2) = fixed, summed
    xp = namespace(z)
    value, shares = log_mean(z.sum(axis=-1))
    weights = shares[..., None, :]
    mean = weights @ z1
    gradient = (h1 + mean)[..., 0, :]
    around = z1 - mean
    curved = (h2 + weights @ z2)[..., 0, :]
    spread = (around * shares[..., None]).swapaxes(-1, -2) @ around
    hessian = spread + curved[..., None] * xp.eye(curved.shape[-1])
    return h.sum(axis=(-1, -2)) + value, gradient, hessian

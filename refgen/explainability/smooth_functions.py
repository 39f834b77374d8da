"""Smooth functions of one direction, with exact local fits."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Any

from refgen._finite import finite
from refgen.arrays import namespace, special_functions
from refgen.explainability._functions import RidgeFunction, outer_products


@dataclass(frozen=True, repr=False)
class Linear(RidgeFunction):
    """w·x + β: its local fit is the function itself, and the fidelity is 0.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If a number is not finite, weights have a scale (2^±300) at which products leave
        float64, or shapes do not broadcast.

    Examples
    --------
    >>> fit = Linear([2.0, 0.0], 1.0).local_fit([3.0, 5.0], 0.5)
    >>> float(fit.value), fit.slope.tolist(), float(fit.fidelity)
    (7.0, [2.0, 0.0], 0.0)
    """

    _may_be_constant = True

    def _profile(self, at: Any) -> Any:
        return at

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        return at + 0 * variance, 1 + 0 * variance

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        return 0 * variance


@dataclass(frozen=True, repr=False)
class Sine(RidgeFunction):
    """sin(w·x + β), with exact local fits.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w, not 0.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If all weights are 0; otherwise as by `Linear`.

    Notes
    -----
    With θ = w·x + β and u = s²‖w‖²: a = e^(−u/2) sin θ, b = w e^(−u/2) cos θ and
    NF = ½(1 − e^(−u))² sin²θ + e^(−u)(sinh u − u) cos²θ. Source: derived here, claims
    LE-5 and LE-25.

    Examples
    --------
    >>> fit = Sine([1.0]).local_fit([0.0], 1e-3)
    >>> f"{float(fit.fidelity):.6g}"  # s⁶/6
    '1.66667e-19'
    """

    @finite
    def hessian(self, points: Any) -> Any:
        """∇²f at points, of shape (..., n_features, n_features).

        Examples
        --------
        >>> Sine([2.0]).hessian([-0.75]).round(6).tolist()  # 4 sin 1.5
        [[3.98998]]
        """
        at = self._along(self._as_points("points", points))
        return -namespace(at).sin(at)[..., None, None] * outer_products(self.weights)

    def _profile(self, at: Any) -> Any:
        return namespace(at).sin(at)

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        xp = namespace(variance)
        left = xp.exp(-variance / 2)
        return left * xp.sin(at), left * xp.cos(at)

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        xp = namespace(variance)
        spread, left = -xp.expm1(-2 * between) / 2, xp.exp(-2 * between)
        sine, cosine = xp.sin(at), xp.cos(at)
        even = xp.expm1(-variance) ** 2 / 2
        sine_square = spread + left * sine * sine
        cosine_square = spread + left * cosine * cosine
        return even * sine_square + _odd_rest(variance) * cosine_square


@dataclass(frozen=True, repr=False)
class Exponential(RidgeFunction):
    """exp(w·x + β), with exact local fits.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w, not 0.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If all weights are 0; otherwise as by `Linear`.

    Notes
    -----
    With u = s²‖w‖²: a = e^(w·x + β + u/2), b = aw and NF = e^(2(w·x + β))(e^(2u) −
    e^u(1 + u)). Source: derived here, claim LE-5.

    Examples
    --------
    >>> fit = Exponential([1.0]).local_fit([0.0], 1.0)
    >>> round(float(fit.value), 6), round(float(fit.fidelity), 6)  # √e, e² − 2e
    (1.648721, 1.952492)
    """

    @finite
    def hessian(self, points: Any) -> Any:
        """∇²f at points, of shape (..., n_features, n_features).

        Examples
        --------
        >>> Exponential([2.0]).hessian([0.0]).tolist()
        [[4.0]]
        """
        at = self._along(self._as_points("points", points))
        return namespace(at).exp(at)[..., None, None] * outer_products(self.weights)

    def _profile(self, at: Any) -> Any:
        return namespace(at).exp(at)

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        value = namespace(at).exp(at + variance / 2)
        return value, value

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        xp = namespace(variance)
        growth = xp.exp(2 * (at + between + variance))
        # 1 − e^(−u)(1 + u), without cancellation.
        return growth * special_functions(variance).gammainc(2.0, variance)


def _odd_rest(u: Any) -> Any:
    """e^(−u)(sinh u − u) = ½(1 − e^(−2u)) − u e^(−u)."""
    xp = namespace(u)
    small = xp.minimum(u, 2.0)
    square, total = small * small, 0.0
    for k in range(23, 1, -2):
        total = 1 / factorial(k) + square * total
    series = xp.exp(-small) * small * square * total
    return xp.where(u < 2, series, -xp.expm1(-2 * u) / 2 - u * xp.exp(-u))

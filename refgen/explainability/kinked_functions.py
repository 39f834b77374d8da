"""Functions of one direction that bend or jump: max(t, 0), |t| and 1[t > 0]."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Any

from refgen._quadrature import unit_nodes
from refgen._rows import by_entries
from refgen.arrays import namespace, special_functions
from refgen.explainability._functions import RidgeFunction
from refgen.special import normal_density

# For e^(−z²/2) times a slow function over [0, 9], beyond which e^(−z²/2) < 1e-17.
_N_NODES, _FAR = 40, 9.0
# From here on all squares are so large that exponentials of them are 0.
_LARGEST = 1e100


@dataclass(frozen=True, repr=False)
class ReLURidge(RidgeFunction):
    """max(w·x + β, 0), with exact local fits.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w, not 0.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If all weights are 0, a number is not finite, weights have a scale (2^±300) at
        which products leave float64, or shapes do not broadcast.

    Notes
    -----
    With t = (w·x + β)/σ, σ = s‖w‖, and NF = (2σ²/π)∫₀¹ q²(1 + q²)⁻² e^(−t²(1+q²)/2) dq.
    Source: derived here, claims LE-5 and LE-25.

    Examples
    --------
    >>> fit = ReLURidge([1.0]).local_fit([0.0], 1.0)
    >>> round(float(fit.fidelity), 6)  # 1/4 − 1/(2π)
    0.090845
    """

    def _profile(self, at: Any) -> Any:
        return namespace(at).maximum(at, 0.0)

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        deviation = namespace(variance).sqrt(variance)
        t = at / deviation
        value = by_entries(_positive_part, _N_NODES, at, deviation)
        return value, special_functions(t).ndtr(t)

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        return variance * by_entries(_bend, _N_NODES, at, between, variance)


@dataclass(frozen=True, repr=False)
class Absolute(RidgeFunction):
    """|w·x + β|, with exact local fits.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w, not 0.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        As by `ReLURidge`.

    Notes
    -----
    Its NF is four times that of max(w·x + β, 0), as it bends by 2 instead of by 1.
    Source: derived here, claims LE-5 and LE-25.

    Examples
    --------
    >>> fit = Absolute([1.0]).local_fit([0.0], 1.0)
    >>> round(float(fit.value), 6), float(fit.slope[0])  # √(2/π)
    (0.797885, 0.0)
    """

    def _profile(self, at: Any) -> Any:
        return abs(at)

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        deviation = namespace(variance).sqrt(variance)
        t = at / deviation
        slope = special_functions(t).erf(t * 0.5**0.5)
        return at * slope + 2 * deviation * normal_density(t), slope

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        bend = by_entries(_bend, _N_NODES, at, between, variance)
        return 4 * variance * bend


@dataclass(frozen=True, repr=False)
class Step(RidgeFunction):
    """1[w·x + β > 0], with exact local fits.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w, not 0.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        As by `ReLURidge`.

    Notes
    -----
    a = Φ(t), b = wφ(t)/σ, NF = Φ(t)Φ(−t) − φ(t)². Source: derived here, claim LE-5.

    Examples
    --------
    >>> fit = Step([1.0]).local_fit([[0.0], [9.0]], 1.0)
    >>> fit.value.round(6).tolist(), round(float(fit.fidelity[0]), 6)
    ([0.5, 1.0], 0.090845)
    """

    def _profile(self, at: Any) -> Any:
        return namespace(at).where(at > 0, 1.0, 0.0)

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        deviation = namespace(variance).sqrt(variance)
        t = at / deviation
        return special_functions(t).ndtr(t), normal_density(t) / deviation

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        return by_entries(_jump, _N_NODES, at, between, variance)


def _positive_part(at: Any, deviation: Any) -> Any:
    """E max(T, 0) of T ~ N(t, σ²), with all digits far below 0 as well."""
    xp = namespace(at)
    t = at / deviation
    direct = at * special_functions(t).ndtr(t) + deviation * normal_density(t)
    # Where these cancel: φ(t) ∫ z e^(tz − z²/2) dz, up to 37 nats below its largest.
    size = xp.maximum(-t, 1.0)
    length = 74 / (xp.sqrt(size * size + 74) + size)
    x, weights = (xp.asarray(part) for part in unit_nodes(_N_NODES))
    z = length[..., None] * x
    tail = (z * xp.exp(-z * (size[..., None] + z / 2)) * weights).sum(axis=-1) * length
    return xp.where(t < -1, deviation * normal_density(t) * tail, direct)


def _bend(at: Any, between: Any, variance: Any) -> Any:
    """(2/π) ∫₀¹ q²(1 + q²)⁻² E e^(−t²(1+q²)/2) dq."""
    q, mass = _exponentials(at, between, variance)
    return (mass * (q / (1 + q * q)) ** 2).sum(axis=-1) * (2 / pi)


def _jump(at: Any, between: Any, variance: Any) -> Any:
    """E [Φ(t)Φ(−t) − φ(t)²]."""
    q, mass = _exponentials(at, between, variance)
    xp = namespace(q)
    variance_of_step = (mass / (1 + q * q)).sum(axis=-1) / pi
    t, ratio = _standardized(at, between, variance)
    explained = xp.exp(-t * t / (1 + 2 * ratio)) / xp.sqrt(1 + 2 * ratio) / (2 * pi)
    return variance_of_step - explained


def _standardized(at: Any, between: Any, variance: Any) -> tuple[Any, Any]:
    """T and γ/σ² of t·σ ~ N(at, γ)."""
    xp = namespace(variance)
    return xp.minimum(abs(at) / xp.sqrt(variance), _LARGEST), between / variance


def _exponentials(at: Any, between: Any, variance: Any) -> tuple[Any, Any]:
    """Nodes q of [0, 1], and weights times E e^(−t²(1+q²)/2) for normal t.

    They end where the exponentials have become negligible.
    """
    t, ratio = _standardized(at, between, variance)
    xp = namespace(t)
    x, weights = (xp.asarray(part) for part in unit_nodes(_N_NODES))
    reach = _FAR * xp.sqrt(1 + ratio) * xp.sqrt(1 + 2 * ratio)
    end = xp.minimum(reach / xp.maximum(t, 1e-100), 1.0)[..., None]
    q, t, ratio = end * x, t[..., None], ratio[..., None]
    rate = 1 + q * q
    spread = 1 + rate * ratio
    mean = xp.exp(-t * t * rate / (2 * spread)) / xp.sqrt(spread)
    return q, end * weights * mean

"""Points of the phase diagram, and laws of χ² with many degrees of freedom."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.domains import integer, real, record

# Nodes in standard deviations, for the trapezoidal rule: what is left out, and the
# error of the rule for a Gaussian, are below rounding.
_STEP, _REACH = 0.25, 10.0

# Numbers of dimensions, multiples of 20.
SIZES = (2e3, 2e4, 2e5, 2e6)


@dataclass(frozen=True, repr=False)
class PhasePoint(Instance):
    """A ratio of signal to noise, and a ratio m/D in units of 1/20."""

    signal_ratio: Any
    twentieths: Any

    @property
    def sample_ratio(self) -> Any:
        return self.twentieths / 20

    def examples(self, rg: Any, sizes: Any) -> Any:
        """Linear examples of so many dimensions, multiples of 20; (..., n_sizes)."""
        xp = namespace(self.signal_ratio)
        dimension = xp.asarray(np.array(sizes))
        m = xp.rint(self.sample_ratio[..., None] * dimension)
        return rg.uniform_convergence.LinearExample(
            m, dimension, self.signal_ratio[..., None], 1.0
        )


phase_points = record(
    PhasePoint,
    "signals of 0.05 to 3 times the noise, 0.05 to 3 samples per dimension",
    signal_ratio=real(0.05, 3.0, log=True),
    twentieths=integer(1, 60),
    examples=lambda: [
        PhasePoint(np.array(a), np.array(k))
        for a, k in ((0.125, 6), (0.5, 20), (0.5, 1), (1.0, 10), (3.0, 1), (0.7, 10))
    ],
)


def log_chi_square_nodes(log_peak: Any, dimension: Any) -> tuple[Any, Any]:
    """Nodes u = log(Q/D) about a peak, and logarithms of weights, for Q ~ χ²_D.

    Parameters
    ----------
    log_peak, dimension : arrays of shape (..., 1)
        D ≥ 500, so that the integrand is nearly Gaussian there.

    Returns
    -------
    nodes, log_weights : arrays of shape (..., n_nodes)

    Examples
    --------
    >>> u, logs = log_chi_square_nodes(np.zeros(1), np.full(1, 1000.0))
    >>> round(float((np.exp(logs) * np.exp(u)).sum()), 10)  # the mean of Q/D
    1.0
    """
    xp, gammaln = namespace(dimension), special_functions(dimension).gammaln
    t = xp.asarray(np.arange(-_REACH, _REACH + _STEP / 2, _STEP))
    spread = xp.sqrt(2 / dimension)
    u, half = log_peak + spread * t, dimension / 2
    norm = half * xp.log(half) - half - gammaln(half) + xp.log(spread * _STEP)
    return u, norm - half * (xp.expm1(u) - u)


def chi_square_mean(function: Any, dimension: Any) -> Any:
    """E f(Q/D), by weights that add up to 1: no normalizing constant is used.

    Examples
    --------
    >>> round(float(chi_square_mean(lambda q: q * q, np.array(1000.0))), 12)
    1.002
    """
    dimension = dimension[..., None]
    u, logs = log_chi_square_nodes(0 * dimension, dimension)
    xp = namespace(u)
    weights = xp.exp(logs)
    total = weights.sum(axis=-1)
    return (weights * function(xp.exp(u))).sum(axis=-1) / total


def highest(power: int) -> float:
    """The largest φ(s)|s|ᵏ.

    Examples
    --------
    >>> round(highest(0), 6), round(highest(2), 6)
    (0.398942, 0.293525)
    """
    top = (power / math.e) ** (power / 2) if power else 1.0
    return top / math.sqrt(2 * math.pi)


def errors_by_quadrature(example: Any) -> list[Any]:
    """Test, training and transformed error of linear examples with D ≥ 500.

    Examples
    --------
    >>> import refgen
    >>> example = refgen.uniform_convergence.LinearExample(2000, 2000, 0.5, 1.0)
    >>> [round(float(error), 4) for error in errors_by_quadrature(example)]
    [0.3085, 0.0668, 0.6913]
    """
    xp, ndtr = namespace(example.signal), special_functions(example.signal).ndtr
    a, beta = example.signal_ratio[..., None], example.sample_ratio[..., None]
    less = beta - 1 / example.dimension[..., None]
    parts: tuple[Callable[[Any], Any], ...] = (
        lambda q: ndtr(-a / xp.sqrt(beta * q)),
        lambda q: ndtr(-(q + a) / xp.sqrt(less * q)),
        lambda q: ndtr((q - a) / xp.sqrt(less * q)),
    )
    return [chi_square_mean(part, example.dimension) for part in parts]

"""What an instance is: a network of exponential units, and the law of its data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, refuse, together
from refgen._objects import check_instance
from refgen.arrays import Instance, namespace
from refgen.uniform_convergence.sphere_caps import log_sphere_mean

# Exponents are differences of numbers up to here, which keep ten digits.
_LARGEST = 1e6


@dataclass(frozen=True, repr=False)
class ExponentialExample(Instance):
    """Labels that a weak signal tells, beside noise on a sphere; exponential units.

    A point is x = (yu, ξ) with a label y = ±1 of even odds, ‖u‖² = μ², and ξ uniform on
    the sphere of radius r in ℝᴰ. Infinitely many units exp(ω·x), ω ~ N(0, I), with
    output weights from 0, take one step of gradient on Σ y f(x): f is then
    `exponential_scores` of the sample.

    Parameters
    ----------
    n_samples : array of shape (...)
        m, the size of a sample: at least 2.
    dimension : array of shape (...)
        D, the dimension of the noise: at least 2.
    signal : array of shape (...)
        μ² > 0, up to 1e6.
    noise : array of shape (...)
        r² > 0, up to 1e6.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Examples
    --------
    >>> ExponentialExample(200, 100, 1.0, 8.0)
    ExponentialExample(n_samples=200.0, dimension=100.0, signal=1.0, noise=8.0)
    """

    n_samples: Any
    dimension: Any
    signal: Any
    noise: Any

    def __post_init__(self) -> None:
        given = {
            "n_samples": as_counts("n_samples", self.n_samples, 2),
            "dimension": as_counts("dimension", self.dimension, 2),
            "signal": as_positive("signal", self.signal),
            "noise": as_positive("noise", self.noise),
        }
        for name in ("signal", "noise"):
            wanted = f"be at most {_LARGEST:g}: it stands in an exponent"
            refuse(name, given[name], given[name] > _LARGEST, wanted)
        for name, value in zip(given, together(**given), strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def logarithmic(
        cls,
        n_samples: Any,
        signal: Any,
        noise_rate: Any = 3.0,
        dimension_rate: Any = 18.0,
    ) -> ExponentialExample:
        """r² = k ln m and D = ⌈d ln m⌉: fewer dimensions than points.

        Parameters
        ----------
        n_samples, signal : array of shape (...)
            As above.
        noise_rate, dimension_rate : array of shape (...)
            k and d, positive.

        Returns
        -------
        ExponentialExample

        Raises
        ------
        ValueError
            If a number is out of range, or shapes do not broadcast.

        Examples
        --------
        >>> ExponentialExample.logarithmic(500, 1.0).dimension.tolist()
        112.0
        """
        m, k, d = together(
            n_samples=as_counts("n_samples", n_samples, 2),
            noise_rate=as_positive("noise_rate", noise_rate),
            dimension_rate=as_positive("dimension_rate", dimension_rate),
        )
        xp = namespace(m)
        dimension = xp.maximum(xp.ceil(d * xp.log(m)), 2.0)
        return cls(m, dimension, signal, k * xp.log(m))


class ExponentialMoments(NamedTuple):
    """Of a fresh margin, in logarithms; each of shape (...)."""

    log_mean: Any
    log_variance: Any


@finite
def exponential_moments(example: ExponentialExample) -> ExponentialMoments:
    """Log of the mean and of the variance of the margin of a fresh point.

    With M(k) = E e^(kt), `log_sphere_mean`: the mean is m sinh(μ²) M(r²), the variance
    m [cosh(2μ²) M(2r²) − sinh²(μ²) M(r²)²].

    Parameters
    ----------
    example : ExponentialExample

    Returns
    -------
    ExponentialMoments
        log_mean, log_variance: arrays of shape (...).

    Raises
    ------
    ValueError
        If D is above 1e12.

    Notes
    -----
    Both are over the sample and the fresh point. Source: derived here, claim UC-26.

    Examples
    --------
    >>> moments = exponential_moments(ExponentialExample(200, 100, 1.0, 8.0))
    >>> round(float(moments.log_mean), 6), round(float(moments.log_variance), 6)
    (5.778761, 7.669342)
    """
    check_instance("example", example, ExponentialExample)
    return moments_of(example, *log_sphere_means(example))


def moments_of(
    example: ExponentialExample, once: Any, twice: Any
) -> ExponentialMoments:
    """`exponential_moments` where log M(r²) and log M(2r²) are known."""
    xp = namespace(once)
    sinh = log_sinh(xp, example.signal)
    log_m = xp.log(example.n_samples)
    larger = log_cosh(xp, 2 * example.signal) + twice
    # cosh(2μ²) = 1 + 2 sinh²(μ²) and M(2r²) ≥ M(r²)²: the share is at most one half.
    share = xp.exp(2 * (sinh + once) - larger)
    return ExponentialMoments(log_m + sinh + once, log_m + larger + xp.log1p(-share))


def log_sphere_means(example: ExponentialExample) -> tuple[Any, Any]:
    """log M(r²) and log M(2r²)."""
    r2, d = example.noise, example.dimension
    return log_sphere_mean(r2, d), log_sphere_mean(2 * r2, d)


def log_sinh(xp: Any, x: Any) -> Any:
    """log sinh x for x > 0, small ones too."""
    return x + xp.log(-xp.expm1(-2 * x)) - math.log(2)


def log_cosh(xp: Any, x: Any) -> Any:
    """log cosh x for x ≥ 0."""
    return x + xp.log1p(xp.exp(-2 * x)) - math.log(2)

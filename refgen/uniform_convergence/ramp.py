"""The linear example for every margin γ of the ramp loss, when β → 0."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import together
from refgen.arrays import namespace
from refgen.uniform_convergence._checks import as_gamma
from refgen.uniform_convergence._ratios import as_ratio


class RampLimits(NamedTuple):
    """Limits of ramp losses, and of what uniform convergence makes of them.

    Attributes
    ----------
    test, train, transformed : arrays of shape (...)
        Losses on new points, on the sample and on the transformed sample.
    uniform : array of shape (...)
        The best possible bound by uniform convergence on their differences.
    guarantee : array of shape (...)
        `train` + `uniform`, what such a bound says of the loss on new points.

    Examples
    --------
    >>> RampLimits(0.5, 0.0, 1.0, uniform=0.5, guarantee=0.5).uniform
    0.5
    """

    test: Any
    train: Any
    transformed: Any
    uniform: Any
    guarantee: Any


@finite
def ramp_limits(signal: Any, noise: Any, gamma: Any = 0.0) -> RampLimits:
    """Ramp losses of the linear example for many more dimensions than samples.

    Parameters
    ----------
    signal : array of shape (...)
        a > 0.
    noise : array of shape (...)
        V > 0.
    gamma : array of shape (...)
        γ ≥ 0; 0 is the 0-1 loss.

    Returns
    -------
    RampLimits of arrays of shape (...)
        Numbers in [0, 1], `guarantee` up to 2: limits as m/D → 0, for every failure
        probability.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Margins tend to a on new points, to a + V on the sample, to a − V on the transformed
    one; a sample can be chosen on which a share f of the margins is a − V/√f.
    Source: derived here, claims UC-14 and UC-58.

    Examples
    --------
    >>> limits = ramp_limits(4.0, 32.0, [0.0, 8.0, 100.0])
    >>> limits.uniform.tolist(), limits.guarantee.tolist()
    ([1.0, 0.5, 0.32], [1.0, 0.5, 0.96])
    """
    a, v, gamma = together(
        signal=as_ratio("signal", signal),
        noise=as_ratio("noise", noise),
        gamma=as_gamma(gamma),
    )
    xp = namespace(a)
    width = xp.where(gamma > 0, gamma, 1.0)
    sign = xp.where(a < v, 1.0, xp.where(a > v, 0.0, 0.5))
    test = xp.clip(1 - a / width, 0.0, 1.0) * (gamma > 0)
    train = xp.clip(1 - (a + v) / width, 0.0, 1.0) * (gamma > 0)
    wrong = xp.where(gamma > 0, xp.clip(1 - (a - v) / width, 0.0, 1.0), sign)
    fall = xp.where(gamma > a, xp.minimum(v, gamma - a) / width, 0.0)
    uniform = xp.maximum(_rise(xp, a, v, gamma, width), fall)
    return RampLimits(test, train, wrong, uniform, train + uniform)


def _rise(xp: Any, a: Any, v: Any, gamma: Any, width: Any) -> Any:
    """The largest gain f · (ℓ(a − V/√f) − ℓ(a)) over shares 0 < f ≤ 1."""
    # What the whole loss is away from a, and how far a margin has to move to change it.
    most, free = xp.minimum(a, width) / width, xp.maximum(a - gamma, 0.0)
    half = xp.where(free > 0, xp.minimum(v / (2 * xp.where(free > 0, free, v)), 1), 1.0)
    partly = half * (v - free * half) / width
    ratio = v / a
    # Up to γ = a/2 it is best to let the share be all wrong.
    few = xp.where(2 * gamma <= a, ratio * ratio, partly)
    return xp.where(v >= a, xp.where(gamma > 0, most, 1.0), few)

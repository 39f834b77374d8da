"""KD-6 and KD-23: many rounds of self-distillation are a threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import Measurement, at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.domains import real, record

# --- KD-6

_MANY = tuple(10.0**k for k in range(1, 16, 2))


@dataclass(frozen=True, repr=False)
class Threshold(Instance):
    """A threshold λ*, and how far another direction is from it. Shapes (...).

    Attributes
    ----------
    threshold : array
    below, above : arrays
        λ/λ* of a direction below it and of one above.
    """

    threshold: Any
    below: Any
    above: Any


def _threshold(*numbers: float) -> Threshold:
    return Threshold(*map(np.array, numbers))


thresholds = record(
    Threshold,
    "λ* from .1 to 10, directions of at most .9 λ* and at least 1.1 λ*",
    threshold=real(0.1, 10.0, log=True),
    below=real(0.05, 0.9),
    above=real(1.1, 3.0),
    examples=lambda: [_threshold(1.0, 0.8, 1.3), _threshold(2.0, 0.9, 1.1)],
)


def _left(rg: Any, case: Threshold, relative: Any, rounds: Any) -> Any:
    """What rounds of log(m)/λ* leave of λ, for many m, (batch, m)."""
    d, spectrum = rg.distillation, relative * case.threshold
    time = d.threshold_time(case.threshold[:, None], rounds)
    return d.repeated_flow_filter(spectrum[:, None, None], time, rounds)[..., 0]


@claim("KD-6", kind="limit", domain=thresholds, cost=8)
def hard_threshold(rg, case, power=1.0, factor=1.0):
    """Rounds of length log(m)/λ* keep what is above λ*, and nothing below, as m grows.

    With y = m^(1 − λ/λ*), 1 − y ≤ f ≤ e^(−y).
    """
    xp = namespace(case.threshold)
    rounds, below, above = xp.asarray(_MANY), case.below[:, None], case.above[:, None]
    weak, strong = (_left(rg, case, x, rounds) for x in (case.below, case.above))
    y = [factor * rounds ** (1 - x) for x in (below, above)]
    return (
        tends_to(strong, 1.0, lambda m: m ** (1 - above), _MANY),
        tends_to(weak, 0.0, lambda m: xp.exp(-(m ** (1 - below))), _MANY),
        at_most(1 - rounds ** (power - above), strong, sharp=True),
        at_most(strong, xp.exp(-y[1]), sharp=True),
        at_most(weak, xp.exp(-y[0]), sharp=True),
        _is_repeated(rg, case),
    )


def _is_repeated(rg: Any, case: Threshold) -> Measurement:
    """A few rounds are the power of one."""
    d, rounds = rg.distillation, namespace(case.threshold).asarray(_MANY[:2])
    spectrum = (case.above * case.threshold)[:, None, None]
    time = d.threshold_time(case.threshold[:, None], rounds)
    once = d.gradient_flow_filter(spectrum, time)
    # The power multiplies the rounding of a filter near 1.
    return equal(
        d.repeated_flow_filter(spectrum, time, rounds)[..., 0],
        d.repeated_filter(once, rounds)[..., 0],
        rounds,
    )


hard_threshold.twin("f ≤ e^(−1.03 y)", factor=1.03)
hard_threshold.twin("1 − m^(0.97 − λ/λ*) ≤ f", power=0.97)
hard_threshold.twin("1 − m^(−λ/λ*) ≤ f", power=0.0)


@hard_threshold.twin_function("nothing is left of λ* itself")
def _(rg, case):
    rounds = namespace(case.threshold).asarray(_MANY)
    left = _left(rg, case, 1 + 0 * case.threshold, rounds)
    return tends_to(left, 0.0, [(1.0, 1)], _MANY)


@hard_threshold.twin_function("the ratio of two directions grows m-fold in m rounds")
def _(rg, case):
    xp, rounds = namespace(case.threshold), 10.0
    few = xp.asarray([1.0, rounds])
    spectrum = case.threshold[:, None] * xp.stack([case.below, case.above], axis=-1)
    time = rg.distillation.threshold_time(case.threshold, rounds)[:, None]
    left = rg.distillation.repeated_flow_filter(spectrum[:, None, :], time, few)
    ratio = left[..., 1] / left[..., 0]
    return equal(ratio[:, 1], rounds * ratio[:, 0], ratio[:, 1])


# --- KD-23

_ROUNDS = tuple(10.0**k for k in range(3, 13, 3))


@dataclass(frozen=True, repr=False)
class Offset(Instance):
    """λ = λ*(1 + w/log m) for a threshold λ* and an offset w. Shapes (...)."""

    threshold: Any
    offset: Any


offsets = record(
    Offset,
    "λ* from .1 to 10, offsets from −2 to 5",
    threshold=real(0.1, 10.0, log=True),
    offset=real(-2.0, 5.0),
    examples=lambda: [
        Offset(np.array(1.0), np.array(0.0)),
        Offset(np.array(1.0), np.array(-2.0)),
        Offset(np.array(1.0), np.array(5.0)),
    ],
)


@claim("KD-23", kind="limit", domain=offsets, cost=8)
def gumbel_limit(rg, case, scale=1.0, low=1.0, high=1.0):
    """At λ = λ*(1 + w/log m), rounds of length log(m)/λ* leave e^(−e^(−w)), as m grows.

    Off by at most 2e^(−2)/(m − y), and on one side: −y − y²/(2(m − y)) ≤ log f ≤ −y.
    """
    d, xp = rg.distillation, namespace(case.threshold)
    rounds, offset = xp.asarray(_ROUNDS), case.offset[:, None]
    relative = 1 + offset / xp.log(rounds)
    time = d.threshold_time(case.threshold[:, None], rounds)
    spectrum = (relative * case.threshold[:, None])[..., None]
    left = d.repeated_flow_filter(spectrum, time, rounds)[..., 0]
    y = xp.exp(-offset)
    profile = d.gumbel_profile(scale * case.offset)[:, None]
    bounds = d.threshold_bounds(relative, rounds)
    return (
        tends_to(left, profile, lambda m: 2 * math.exp(-2) / (m - y), _ROUNDS),
        equal(bounds[0], xp.exp(-y - y**2 / (2 * (rounds - y)))),
        at_most(low * bounds[0], left, sharp=True),
        at_most(left, high * bounds[1], sharp=True),
    )


gumbel_limit.twin("e^(−e^(−1.03 w))", scale=1.03)
gumbel_limit.twin("at most 0.97 of the upper bound", high=0.97)
gumbel_limit.twin("at least 1.03 of the lower bound", low=1.03)

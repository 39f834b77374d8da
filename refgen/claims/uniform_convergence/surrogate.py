"""UC-22 and UC-59: a surrogate with fresh noise, which uniform convergence controls."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import NEGREA
from refgen.claims.uniform_convergence._chi_rule import error_by_squares, radius_rule
from refgen.claims.uniform_convergence._reaches import example as reaching_example
from refgen.claims.uniform_convergence._reaches import fields, not_reached, reached
from refgen.domains import integer, not_a, real, record
from refgen.uniform_convergence import LinearExample


@dataclass(frozen=True, repr=False)
class Surrogate(Instance):
    """An example and δ, of shape (...)."""

    example: LinearExample
    delta: Any


def _surrogate(n_samples: Any, dimension: Any, reach: Any, delta: Any) -> Surrogate:
    return Surrogate(reaching_example(n_samples, dimension, reach), delta)


def _not_surrogate(case: Any) -> str | None:
    reason = not_a(Surrogate, case) or not_reached(case.example)
    if reason:
        return reason
    return None if 0 < float(case.delta) < 1 else "delta must be between 0 and 1"


surrogates = record(
    _surrogate,
    f"{reached.description}, δ in [.001, .999]",
    **fields(),
    delta=real(0.001, 0.999),
    outside=_not_surrogate,
    examples=lambda: [
        Surrogate(reaching_example(25, 1000, 1.25), np.array(0.05)),
        Surrogate(reaching_example(40, 2, 0.02), np.array(0.05)),
    ],
)


def _errors(rg: Any, example: LinearExample) -> tuple[Any, Any]:
    """The surrogate's errors on points with noise of many lengths, and their masses."""
    radii, weights = radius_rule(example.dimension)
    wide = example.map(lambda field: field[..., None])
    lengths = namespace(radii).sqrt(wide.variance) * radii
    return rg.uniform_convergence.surrogate_error(wide, lengths), weights


@claim(
    "UC-22",
    kind="identity",
    domain=surrogates,
    source=NEGREA.sharpened("on the example"),
    cost=100,
)
def surrogate(rg, case, counted=1.0, largest=1 / 2):
    """E L̂_S(Q) = L_D(Q) = E L_D(h_S), for the classifier Q with its noise drawn anew.

    L̂_S(Q) is a mean of m independent errors in [0, ½]: by Hoeffding's inequality it is
    within √(log(2/δ)/(8m)) of L_D(Q) with probability 1 − δ, in both directions.
    """
    uc, xp, example = rg.uniform_convergence, namespace(case.delta), case.example
    errors, weights = _errors(rg, example)
    reach = example.signal_ratio * xp.sqrt(example.dimension / example.n_samples)
    radius = uc.surrogate_radius(example.n_samples, case.delta)
    missed = 2 * xp.exp(-2 * example.n_samples * (radius / largest) ** 2)
    mean = (weights * errors).sum(axis=-1)
    return (
        equal(counted * mean, error_by_squares(reach, example.dimension)),
        equal(uc.expected_errors(example).test, mean),
        at_most(errors.max(axis=-1), largest, sharp=0.99),
        equal(missed, case.delta),
    )


surrogate.twin("3 % more", counted=1.03)
surrogate.twin("errors are up to 1, so the radius is twice as large", largest=1.0)


@surrogate.twin_function("the surrogate has the classifier's error on the sample")
def _(rg, case):
    errors, weights = _errors(rg, case.example)
    train = rg.uniform_convergence.expected_errors(case.example).train
    return equal((weights * errors).sum(axis=-1), train)


# --- UC-59

SIZES = (1e4, 1e6, 1e8, 1e9)
# The largest |3y⁵ − y⁷| φ(y), rounded up.
CURVATURE = 6.621


@dataclass(frozen=True, repr=False)
class Spread(Instance):
    """Numbers m and D, and x = α/√β. Shapes (...)."""

    n_samples: Any
    dimension: Any
    reach: Any

    def example(self, dimension: Any) -> LinearExample:
        xp = namespace(self.reach)
        m, x, D = xp.broadcast_arrays(
            self.n_samples[..., None], self.reach[..., None], dimension
        )
        return reaching_example(m, D, x)


spreads = record(
    Spread,
    "2 to 40 samples in 2 to 1000 dimensions, α/√β in [0.7, 3]",
    n_samples=integer(2, 40),
    dimension=integer(2, 1000),
    reach=real(0.7, 3.0),
    examples=lambda: [Spread(np.array(25.0), np.array(1000.0), np.array(1.25))],
)


def _variance(rg: Any, case: Spread) -> Any:
    """Of the surrogate's error on one point."""
    xp = namespace(case.reach)
    example = case.example(case.dimension[..., None]).map(lambda field: field[..., 0])
    errors, weights = _errors(rg, example)
    mean = (weights * errors).sum(axis=-1, keepdims=True)
    return xp.sqrt((weights * (errors - mean) ** 2).sum(axis=-1))


@claim("UC-59", kind="limit", domain=spreads, cost=200)
def surrogate_spread(rg, case, counted=1.0):
    """√(mD) · sd(L̂_S(Q)) → xφ(x)/√2 as D → ∞, with x = α/√β fixed.

    It is not further away than C√(12/D + 48/D²), C = 6.621/(8x⁴).
    """
    uc, xp, x = rg.uniform_convergence, namespace(case.reach), case.reach
    one = case.example(case.dimension[..., None])
    here = uc.surrogate_spread(one)[..., 0] * xp.sqrt(case.n_samples)
    limit = counted * (x * xp.exp(-x * x / 2) / sqrt(4 * pi))[..., None]
    sizes = xp.asarray(SIZES)
    many = uc.surrogate_spread(case.example(sizes))
    scaled = many * xp.sqrt(case.n_samples[..., None] * sizes)
    curved = (CURVATURE / 8 / x**4)[..., None]
    return (
        tends_to(
            scaled, limit, lambda n: curved * xp.sqrt(12 / n + 48 / n**2), SIZES, 1e3
        ),
        equal(counted * here, _variance(rg, case)),
    )


surrogate_spread.twin("3 % more", counted=1.03)


@surrogate_spread.twin_function("as large as if errors were tossed: √(p(1 − p))")
def _(rg, case):
    xp = namespace(case.reach)
    example = case.example(case.dimension[..., None])
    p = rg.uniform_convergence.expected_errors(example).test[..., 0]
    found = rg.uniform_convergence.surrogate_spread(example)[..., 0]
    return equal(found * xp.sqrt(case.n_samples), xp.sqrt(p * (1 - p)))

"""UC-63: what is left of the exponential network's test error in many dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, equal
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._spheres import tail_on_sphere
from refgen.domains import integer, real, record


@dataclass(frozen=True, repr=False)
class FreshPoint(Instance):
    """Inner products of the noise of a fresh point with that of a sample.

    Attributes
    ----------
    signal : array of shape (...)
    share : array of shape (...)
        η/μ².
    products : array of shape (..., m)
        Divided by η.
    """

    signal: Any
    share: Any
    products: Any


def _fresh(signal: float, share: float, *products: float) -> FreshPoint:
    return FreshPoint(np.array(signal), np.array(share), np.array(products))


fresh_points = record(
    FreshPoint,
    "m up to 8, inner products of noise up to η < μ² ≤ 2",
    m=integer(2, 8),
    signal=real(0.05, 2.0),
    share=real(0.02, 0.98),
    products=real(-1.0, 1.0, shape=("m",)),
    examples=lambda: [
        _fresh(0.8461, 0.5 / 0.8461, 1.0, 1.0, -1.0),
        _fresh(0.8461, 0.5 / 0.8461, -1.0, -1.0, 1.0),
        _fresh(1.0, 0.02, 0.5, 0.0),
    ],
)


def wrong_patterns(case: FreshPoint) -> Any:
    """P(margin ≤ 0) for the given inner products, over all patterns of labels."""
    xp, wrong = namespace(case.signal), 0.0
    patterns = list(product((-1.0, 1.0), repeat=case.products.shape[-1]))
    signal, noise = case.signal[:, None], (case.share * case.signal)[:, None]
    for pattern in patterns:
        signs = xp.asarray(pattern)
        terms = signs * xp.exp(signs * signal + noise * case.products)
        wrong = wrong + 1.0 * (terms.sum(axis=-1) <= 0)
    return wrong / len(patterns)


@claim("UC-63", kind="inequality", domain=fresh_points, cost=300)
def binomial_test_error(rg, case, slack=1.0):
    """P(N ≥ m σ(2μ² + 2η)) − m c ≤ E L_D ≤ P(N ≥ m σ(2μ² − 2η)) + m c, N ~ Bin(m, ½).

    With c = P(|t| > η/r²): a point is wrong if too many labels differ from its own. As
    D → ∞, E L_D → P(N ≥ m σ(2μ²)), which is not 0.
    """
    u, xp = rg.uniform_convergence, namespace(case.signal)
    m, eta = case.products.shape[-1], slack * case.share * case.signal
    # At this height and in so many dimensions no cap has a mass.
    none = u.ExponentialExample(m, 1e6, case.signal, 20 * eta)
    low, high = u.exponential_error_bracket(none, eta)
    some = u.ExponentialExample(m, 100, case.signal, 2 * eta)
    wider = u.exponential_error_bracket(some, eta)
    beyond = m * tail_on_sphere(0.5 + 0 * eta, 100 + 0 * eta)
    return (
        ascending(low, wrong_patterns(case), high, sharp=True),
        equal(wider.high, xp.minimum(high + beyond, 1.0)),
        equal(wider.low, xp.maximum(low - beyond, 0.0)),
    )


binomial_test_error.twin("0.97 η for η", slack=0.97)

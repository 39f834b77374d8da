"""UC-27, UC-43 and UC-43s: how rarely the exponential network is otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.claims.uniform_convergence._spheres import (
    of_each,
    sphere_points,
    tail_on_sphere,
)
from refgen.domains import choice, integer, real, record
from refgen.special import binomial_pmf
from refgen.uniform_convergence import ExponentialExample

# --- UC-27: no inner product of noise is large


@dataclass(frozen=True, repr=False)
class NearlyOrthogonal(Instance):
    """m − 1 terms of a margin, none of whose inner products of noise is beyond η.

    Attributes
    ----------
    dimension, signal : arrays of shape (...)
    cap_dimension : array of shape (...)
        Where caps of the height η/μ² are measured.
    share : array of shape (...)
        η/μ².
    excess : array of shape (...)
        By how much r² is above ln(m − 1) + 2μ² + η.
    products : array of shape (..., m − 1)
        Inner products of noise, divided by η.
    signs : array of shape (..., m − 1)
    """

    dimension: Any
    signal: Any
    cap_dimension: Any
    share: Any
    excess: Any
    products: Any
    signs: Any

    @property
    def n_samples(self) -> Any:
        return self.products.shape[-1] + 1.0 + 0 * self.signal


def _extreme(m: int, d: Any, signal: Any, share: Any) -> NearlyOrthogonal:
    """All terms against the margin, as much as they can be."""
    d, signal, cap, share, excess = map(np.array, (d, signal, 100, share, 0.0))
    products, signs = np.ones(m - 1), np.ones(m - 1, int)
    return NearlyOrthogonal(d, signal, cap, share, excess, products, signs)


nearly_orthogonal = record(
    NearlyOrthogonal,
    "m up to 40, D up to 10⁶, η < μ² ≤ 6, inner products up to η",
    k=integer(1, 39),
    dimension=integer(2, 1_000_000),
    cap_dimension=integer(2, 100),
    signal=real(0.01, 6.0, log=True),
    share=real(0.02, 0.98),
    excess=real(0.0, 2.0),
    products=real(-1.0, 1.0, shape=("k",)),
    signs=choice(-1, 1, shape=("k",)),
    examples=lambda: [
        _extreme(2, 2, 1.0, 0.5),
        _extreme(40, 100, 6.0, 0.02),
        _extreme(40, 100, 0.01, 0.98),
        _extreme(12, 100, 0.4, 0.25),
        _extreme(30, 1_000_000, 1.0, 0.5),
    ],
)


def binomial_tail(n: Any, least: Any, most: int) -> Any:
    """P(Bin(n, ½) ≥ least), for n up to `most`."""
    xp, n, least = namespace(n), n[:, None], least[:, None]
    j = xp.arange(most + 1.0)
    mass = binomial_pmf(xp.minimum(j, n), n, 0.5)
    return xp.where((j >= least) & (j <= n), mass, 0.0).sum(axis=-1)


@claim("UC-27", kind="inequality", domain=nearly_orthogonal, cost=120)
def explicit_network(rg, case, cap=1.0, least=1.0, divergence=1.0):
    """r² ≥ ln(m − 1) + 2μ² + η, inner products in ±η: S' is all wrong, S all right.

    That fails with probability ½ m (m − 1) c at most, c = (1 − η²/r⁴)^((D−1)/2), and
    E L_D ≤ e^(−m kl(½ + ½ tanh(μ² − η) ‖ ½)) + m c.
    """
    u, xp = rg.uniform_convergence, namespace(case.signal)
    m, signal, slack = case.n_samples, case.signal, case.share * case.signal
    r2 = least * (xp.log(m - 1) + 2 * signal + slack) + case.excess
    example = rg.uniform_convergence.ExponentialExample(
        m, case.dimension, signal, r2 + 1e-12 * r2
    )
    bounds = u.exponential_cap_bounds(example, slack)
    # In units of e^(r² + μ²).
    inner = slack[:, None] * case.products - (r2 + signal)[:, None]
    terms = case.signs * xp.exp(case.signs * signal[:, None] + inner)
    others, own = terms.sum(axis=-1), xp.exp(-2 * signal)
    pressed = xp.exp(xp.log(m - 1) + slack - r2)
    tail = tail_on_sphere(case.share, case.cap_dimension)
    lens = u.cap_bound(case.share, case.cap_dimension)
    weight, single = signal - slack, u.cap_bound(slack / example.noise, case.dimension)
    wrong = binomial_tail(m, m / (1 + xp.exp(-2 * weight)), case.products.shape[-1] + 1)
    kl = weight * xp.tanh(weight) - xp.log(xp.cosh(weight))
    typical = xp.exp(-m * kl)
    return (
        ascending(others, pressed, own, scale=own, sharp=True),
        at_most(-others, pressed * xp.exp(-2 * signal), own, sharp=True),
        at_most(pressed * xp.exp(-2 * signal), 1.0, sharp=0.9),
        equal(
            u.cap_probability(case.share, case.cap_dimension),
            tail,
            (1 + case.cap_dimension) * tail,
        ),
        at_most(tail, lens**cap, (1 + case.cap_dimension) * tail, sharp=0.9),
        at_most(lens, xp.exp((1 - case.cap_dimension * case.share**2) / 2)),
        at_most(bounds.failure, m * (m - 1) / 2 * single, sharp=True),
        equal(bounds.test_error, xp.minimum(typical + m * single, 1.0), 1 + m),
        ascending(
            wrong,
            typical**divergence,
            xp.exp(-m / 2 * xp.tanh(weight) ** 2),
            sharp=0.9,
        ),
    )


explicit_network.twin("r² ≥ 0.97 (ln(m − 1) + 2μ² + η)", least=0.97)
explicit_network.twin("r² ≥ ½ (ln(m − 1) + 2μ² + η)", least=0.5)
explicit_network.twin("a probability of c^1.05", cap=1.05)
explicit_network.twin("a divergence of 1.03 kl", divergence=1.03)


# --- UC-43: moments of the margins

wide_examples = record(
    ExponentialExample,
    "m up to 10⁴, D up to 10⁴, μ² in [0.05, 2], r² in [0.01, 30]",
    n_samples=integer(2, 10_000),
    dimension=integer(2, 10_000),
    signal=real(0.05, 2.0),
    noise=real(0.01, 30.0, log=True),
    examples=lambda: [
        ExponentialExample(2, 2, 0.05, 30.0),
        ExponentialExample(2, 10_000, 0.05, 0.01),
        ExponentialExample(2, 2, 0.05, 0.1),
        ExponentialExample(2, 3, 1.0, 4.0),
        ExponentialExample(10_000, 119, 0.5, 18.0),
        ExponentialExample(2, 10_000, 2.0, 30.0),
    ],
)


@claim("UC-43", kind="inequality", domain=wide_examples, cost=300)
def logarithmic_dimension(rg, example, spread=1.0, power=4.0, pairs=1.0):
    """D of the order of ln m suffices: r² = k ln m, D ≥ d ln m for k = 3, d = 18.

    It fails with probability at most m (m − 1) cosh(2μ²) M(r²) e^(−r²), which is
    ≤ cosh(2μ²) m^(2+k²/2d−k), and E L_D ≤ var/(var + mean²), which is
    ≤ (cosh(2μ²)/sinh²(μ²)) m^(k²/d−1): log M(ρ) ≤ ρ²/2D and M(2ρ) ≤ M(ρ)⁴.
    """
    u, xp = rg.uniform_convergence, namespace(example.signal)
    m, signal, r2, d = (
        example.n_samples, example.signal, example.noise, example.dimension
    )  # fmt: skip
    once, twice = u.log_sphere_mean(r2, d), u.log_sphere_mean(2 * r2, d)
    even, sinh = xp.cosh(2 * signal), xp.sinh(signal)
    bounds = u.exponential_moment_bounds(example)
    failure = m * (m - 1) * even * xp.exp(pairs * once - r2)
    # Var/mean², and how far rounding of its exponents moves it.
    larger = even / (sinh * sinh) * xp.exp(twice - 2 * once) / m
    ratio = larger - 1 / m
    powers = u.exponential_logarithmic_bounds(m, signal)
    small = u.exponential_moment_bounds(ExponentialExample.logarithmic(m, signal))
    return (
        at_most(once, r2 * r2 / (2 * spread * d), 1 + r2, sharp=True),
        ascending(2 * once, twice, power * once, scale=1 + r2, sharp=0.9),
        equal(bounds.failure, xp.minimum(failure, 1.0), 1 + r2),
        equal(bounds.test_error, ratio / (1 + ratio), (1 + r2) * (1 + larger)),
        at_most(small.failure, powers.failure, sharp=0.9),
        at_most(small.test_error, powers.test_error),
    )


logarithmic_dimension.twin("log M(ρ) ≤ ρ²/2.06 D", spread=1.03)
logarithmic_dimension.twin("M(2ρ) ≤ M(ρ)^3.9", power=3.9)
logarithmic_dimension.twin("the factor M(r²)^1.03", pairs=1.03)

few_logarithmic = record(
    ExponentialExample,
    "m from 6 to 12, D from 33 to 45, μ² in [0.5, 1], r² in [6, 9]",
    n_samples=integer(6, 12),
    dimension=integer(33, 45),
    signal=real(0.5, 1.0),
    noise=real(6.0, 9.0),
    examples=lambda: [
        ExponentialExample(12, 45, 1.0, 7.5),
        ExponentialExample(6, 33, 0.5, 6.0),
    ],
)


def outcomes_of_network(one: Any, stream: Any, n: int) -> tuple[Any, Any]:
    """Of drawn points: whether a sample is no counterexample, whether a point is wrong.

    Margins are sums over pairs of points, in units of e^(r² + μ²).
    """
    m, d = int(one.n_samples), int(one.dimension)
    points = sphere_points(stream.child("points"), (n, m + 1, d))
    labels = stream.child("labels").signs((n, m + 1))
    xp = namespace(labels)
    alike = labels[:, :, None] * labels[:, None, :m]
    products = xp.matmul(points, points[:, :m].swapaxes(-1, -2))
    size = xp.exp(one.noise * (products - 1) - one.signal)
    own = xp.eye(m + 1)[:, :m]
    terms = (1 - own) * size
    weight = xp.exp(one.signal)
    train = (alike * terms * weight**alike).sum(axis=-1)
    other = (-alike * terms * weight**-alike).sum(axis=-1)
    right = (train[:, :m] + 1 > 0).all(axis=-1)
    wrong = (other[:, :m] - xp.exp(-2 * one.signal) < 0).all(axis=-1)
    return 1.0 - 1.0 * (right & wrong), 1.0 * (train[:, m] <= 0)


@claim("UC-43s", kind="inequality", domain=few_logarithmic, source=SIMULATED)
def simulated_network(rg, example, draws, noise_share=1.0):
    """Drawn points: failures and test errors are no more often than moments allow."""
    bounds = rg.uniform_convergence.exponential_moment_bounds(example)

    def measure(one: Any, stream: Any) -> Any:
        fewer = ExponentialExample(
            one.n_samples, one.dimension, one.signal, noise_share * one.noise
        )
        return outcomes_of_network(fewer, stream, draws.n)

    failed, wrong = of_each(example, draws, measure)
    loose = "Markov's and Cantelli's inequalities are far from the truth"
    return (
        sampled(failed, bounds.failure, binary=True, reason=loose),
        sampled(wrong, bounds.test_error, binary=True, reason=loose),
    )


simulated_network.twin(
    "half of the noise suffices",
    noise_share=0.5,
    reason="the bounds are far from the truth",
)

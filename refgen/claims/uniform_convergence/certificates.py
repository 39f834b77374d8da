"""UC-70: certificates by held-out points and by codes, and Gaussian weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._tosses import head_counts
from refgen.domains import integer, not_a, real, record

# --- UC-70: held-out points and codes


@dataclass(frozen=True, repr=False)
class Scores(Instance):
    """What a classifier gets wrong on points that it never saw. Shapes (...).

    Attributes
    ----------
    n_samples, n_errors, delta, bits : arrays
    """

    n_samples: Any
    n_errors: Any
    delta: Any
    bits: Any


def _scores(n_samples: Any, share: Any, delta: Any, bits: Any) -> Scores:
    errors = namespace(share).floor(share * (n_samples + 1.0))
    return Scores(n_samples, namespace(share).minimum(errors, n_samples), delta, bits)


def _why_no_score(case: Any) -> str | None:
    reason = not_a(Scores, case)
    if reason:
        return reason
    wrong = bool((case.n_errors > case.n_samples).any())
    return "must have at most as many errors as samples" if wrong else None


scores = record(
    _scores,
    "1 to 60 held-out points, any number of errors, δ in [1e-6, .9], up to 40 bits",
    outside=_why_no_score,
    n_samples=integer(1, 60),
    share=real(0.0, 1.0),
    delta=real(1e-6, 0.9, log=True),
    bits=real(0.0, 40.0),
    examples=lambda: [
        Scores(*map(np.array, c)) for c in ((50, 0, 0.05, 8), (60, 3, 0.1, 1))
    ],
)


def _so_few(rg: Any, case: Any, error: Any) -> Any:
    """P(at most as many errors, if the error is this)."""
    xp, k = namespace(error), head_counts(case.n_samples)
    inside = k <= case.n_errors[..., None]
    heads = xp.where(inside, k, 0.0)
    chance = rg.special.binomial_pmf(heads, case.n_samples[..., None], error[..., None])
    return xp.where(inside, chance, 0.0).sum(axis=-1)


@claim("UC-70", kind="identity", domain=scores, cost=2)
def held_out(rg, case, counted=1.0):
    """With `held_out_bound` as the error, so few errors have the probability δ.

    Chernoff's bound, of a code of 0 bits, is larger, and `pac_bayes_kl` of divergence 0
    still larger. A bit of a code costs half of δ.
    """
    uc, xp = rg.uniform_convergence, namespace(case.delta)
    n, some = case.n_samples, case.n_errors < case.n_samples
    share = case.n_errors / n
    bound = uc.held_out_bound(case.n_errors, n, case.delta)
    chance = xp.where(some, _so_few(rg, case, counted * bound), case.delta)
    plain = uc.occam_bound(share, 0.0, n, case.delta)
    rarer = case.delta * xp.exp(-np.log(2) * case.bits)
    return (
        equal(chance, case.delta),
        at_most(bound, plain, sharp=True),
        at_most(plain, uc.pac_bayes_kl(share, 0.0, n, case.delta)),
        equal(uc.occam_bound(share, case.bits, n, case.delta),
              uc.occam_bound(share, 0.0, n, rarer)),
    )  # fmt: skip


held_out.twin("0.97 of the bound", counted=0.97)


@held_out.twin_function("the mean and z deviations, as for large samples")
def _(rg, case):
    xp, n = namespace(case.delta), case.n_samples
    share = case.n_errors / n
    z = -special_functions(case.delta).ndtri(case.delta)
    wald = xp.clip(share + z * xp.sqrt(share * (1 - share) / n), 0.0, 1.0)
    return at_most(_so_few(rg, case, wald), case.delta)


# --- UC-70b: Gaussian weights


@dataclass(frozen=True, repr=False)
class GaussianWeights(Instance):
    """Posterior and prior of weights, and a point. Shapes (..., 2) and (...).

    Attributes
    ----------
    mean, prior_mean, point : arrays of shape (..., 2)
    scale, prior_scale : arrays of shape (...)
    """

    mean: Any
    prior_mean: Any
    point: Any
    scale: Any
    prior_scale: Any


gaussian_weights = record(
    GaussianWeights,
    "two weights, means in [−3, 3]², scales in [0.5, 2], a point in [0.2, 3]²",
    mean=real(-3.0, 3.0, shape=(2,)),
    prior_mean=real(-3.0, 3.0, shape=(2,)),
    point=real(0.2, 3.0, shape=(2,)),
    scale=real(0.5, 2.0),
    prior_scale=real(0.5, 2.0),
)


@claim("UC-70b", kind="identity", domain=gaussian_weights, cost=4)
def gaussian_posterior(rg, case, width=1.0):
    """Weights N(w, s²I) err at x with Φ(−y w·x/(s‖x‖)), and have the divergence stated.

    KL is D(ρ² − 1 − log ρ²)/2 + ‖w − w₀‖²/(2σ²), with the ratio ρ = s/σ of the scales.
    """
    uc, xp = rg.uniform_convergence, namespace(case.mean)
    mean, x, s = case.mean, case.point, case.scale
    margin = (mean * x).sum(axis=-1)
    error = uc.gibbs_error(margin, width * xp.sqrt((x * x).sum(axis=-1)), s)
    apart = case.mean - case.prior_mean
    distance = xp.sqrt((apart * apart).sum(axis=-1))
    divergence = uc.gaussian_divergence(distance, 2, s, width * case.prior_scale)
    log_ratio = _expected_log_ratio(case)
    size = 4 * (1 + distance / case.prior_scale + 4) ** 2
    return (
        equal(error, _one_weight_at_a_time(rg, case)),
        equal(divergence, log_ratio, size),
    )


def _one_weight_at_a_time(rg: Any, case: Any) -> Any:
    """P(w·x ≤ 0), by the law of the second weight given the first."""
    # Between nodes that are dense where w·x = 0.
    middle = -(case.mean * case.point).sum(axis=-1) / (case.scale * case.point[..., 0])
    z, weights = normal_rule(middle, n_nodes=96)
    x, s = case.point, case.scale[..., None]
    first = (case.mean[..., :1] + s * z) * x[..., :1]
    rest = (first + case.mean[..., 1:] * x[..., 1:]) / (s * x[..., 1:])
    below = rg.uniform_convergence.gibbs_error(rest, 1.0)
    return (weights * below).sum(axis=-1)


def _expected_log_ratio(case: Any) -> Any:
    """E log(posterior density / prior density), weight by weight."""
    xp, s, prior = namespace(case.mean), case.scale, case.prior_scale
    z, weights = normal_rule(0 * case.mean)
    w = case.mean[..., None] + s[..., None, None] * z
    away = (w - case.prior_mean[..., None]) / prior[..., None, None]
    log_ratio = xp.log(prior / s)[..., None, None] + (away * away - z * z) / 2
    return (weights * log_ratio).sum(axis=(-2, -1))


gaussian_posterior.twin("3 % wider", width=1.03)


@gaussian_posterior.twin_function("half the distance of the means, not its square")
def _(rg, case):
    apart = case.mean - case.prior_mean
    distance = namespace(apart).sqrt((apart * apart).sum(axis=-1))
    uc, ratio = rg.uniform_convergence, case.scale / case.prior_scale
    wider = uc.gaussian_divergence(0.0, 2, ratio)
    return equal(wider + distance / case.prior_scale / 2, _expected_log_ratio(case))

"""UC-20 and UC-42: how far posteriors are from any prior without the sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._tosses import divergence
from refgen.domains import distribution, integer, real, record
from refgen.uniform_convergence import LinearExample

# --- UC-20: any prior without the sample


@dataclass(frozen=True, repr=False)
class Posterior(Instance):
    """A few hypotheses with a prior and a posterior, and a point of UC-19's limit.

    Attributes
    ----------
    prior, posterior : array of shape (..., h)
    errors : array of shape (..., h)
        On new points.
    wrong : array of shape (..., h)
        How many of 12 transformed points are misclassified.
    ratio, width : array of shape (...)
        α and c.
    """

    prior: Any
    posterior: Any
    errors: Any
    wrong: Any
    ratio: Any
    width: Any


N_SAMPLES = 12


def _posterior(prior: Any, posterior: Any, ratio: float, width: float) -> Posterior:
    errors, wrong = np.array([0.05, 0.05]), np.array([12.0, 0.0])
    arrays = map(np.array, (prior, posterior, errors, wrong, ratio, width))
    return Posterior(*arrays)


RARE = 2.0**-40
posteriors = record(
    Posterior,
    "2 to 4 hypotheses, 12 points; α in [.02, .98], c in [.3, 30]",
    h=integer(2, 4),
    prior=distribution("h", positive=True),
    posterior=distribution("h"),
    errors=real(0.01, 0.99, shape=("h",)),
    wrong=integer(0, N_SAMPLES, shape=("h",)),
    ratio=real(0.02, 0.98),
    width=real(0.3, 30.0, log=True),
    examples=lambda: [
        _posterior([RARE, 1 - RARE], [1.0, 0.0], 0.125, 1.0),
        _posterior([0.5, 0.5], [0.5, 0.5], 0.02, 30.0),
    ],
)


def _asked(case: Posterior) -> tuple[Any, Any, Any]:
    """Errors on the sample, on the transformed one, and on new points, in the limit."""
    ndtr, t = special_functions(case.width).ndtr, 1 / case.width
    step = t / (1 + case.ratio)
    return ndtr(-t), ndtr((1 - case.ratio) * step), ndtr(-case.ratio * step)


@claim("UC-20", kind="inequality", domain=posteriors, cost=800)
def any_prior(rg, case, counted=1.0, cost=1.0):
    """KL(Q‖P) ≥ m kl(L̂_T(S)(Q)‖L_D(Q)) − log E_P e^(m kl(L̂_T(S)(h)‖L_D(h))).

    The last mean is ξ(m)/δ at most, with probability 1 − δ. A bound by P is therefore
    at least kl⁻¹(L̂_S(Q), kl(L̂_T(S)(Q)‖L_D(Q))), which is 1 − L_D(Q) if the sample is
    fitted and all of T(S) is wrong; on the linear example it is at least a floor.
    """
    uc, xp = rg.uniform_convergence, namespace(case.ratio)
    P, Q, share = case.prior, case.posterior, case.wrong / N_SAMPLES
    heard = xp.log(xp.where(Q > 0, Q, 1.0) / P)
    told = (Q * heard).sum(axis=-1)
    wrong, risk = ((Q * error).sum(axis=-1) for error in (share, case.errors))
    moment = (P * xp.exp(N_SAMPLES * uc.bernoulli_kl(share, case.errors))).sum(axis=-1)
    floor = uc.transformed_divergence_floor(wrong, risk, N_SAMPLES, 0.5)
    spent = xp.log(2 * uc.pac_bayes_constant(N_SAMPLES))
    train, transformed, test = _asked(case)
    asked = divergence(transformed, test)
    bound = uc.kl_inverse(train, asked)
    rest = 1 - case.ratio
    return (
        at_most(floor + spent - xp.log(moment), counted * told, 64.0, sharp=0.99),
        equal(uc.kl_inverse(0.0, uc.bernoulli_kl(1.0, rest)), counted * (1 - rest)),
        at_most(asked, cost / (2 * ((1 + case.ratio) * case.width) ** 2)),
        at_most(uc.data_free_floor(case.ratio), counted * bound, sharp=0.99),
    )


any_prior.twin("0.97 of it", counted=0.97)
any_prior.twin("the oracle prior makes KL/m vanish", cost=0.0)


@any_prior.twin_function("some prior certifies 0.4 at α = 1/8")
def _(rg, case):
    # 1/8 and a little less, as the floor falls with α.
    ratio = 0.125 - 0.01 * case.ratio
    return at_most(rg.uniform_convergence.data_free_floor(ratio), 0.4)


# --- UC-42: the oracle prior is optimal


@dataclass(frozen=True, repr=False)
class Spread(Instance):
    """An example, a posterior's scale, a prior's variance, and δ. Shapes (...).

    Attributes
    ----------
    n_samples, dimension, ratio : arrays
        m, D, and mv/s².
    wide : array
        The prior's variance over mv + s².
    delta : array
    """

    n_samples: Any
    dimension: Any
    ratio: Any
    wide: Any
    delta: Any


def _spread(dimension: float, ratio: float, delta: float) -> Spread:
    numbers = (4.0, dimension, ratio, 1.0, delta)
    return Spread(*map(np.array, numbers))


prior_spreads = record(
    Spread,
    "2 to 40 samples in 2 to 10⁵ dimensions, mv/s² in [.01, 100]",
    n_samples=integer(2, 40),
    dimension=integer(2, 10**5),
    ratio=real(0.01, 100.0, log=True),
    wide=real(0.2, 5.0, log=True),
    delta=real(0.01, 0.99),
    examples=lambda: [_spread(1e5, 1.0, 0.5), _spread(1e5, 100.0, 0.01)],
)


def _prior_divergence(case: Spread, square: Any) -> Any:
    """KL(N(w, s²I)‖N((w₁, 0), τ²I)) with ‖w₂‖² = mv · square."""
    xp, variance = namespace(case.ratio), case.wide * (1 + case.ratio)
    apart = case.ratio * square / variance
    return (case.dimension * (1 / variance - 1 + xp.log(variance)) + apart) / 2


@claim("UC-42", kind="inequality", domain=prior_spreads, cost=4)
def oracle_is_optimal(rg, case, counted=1.0, deviates=True):
    """KL(N(w, s²I)‖P) ≥ D/2 log(1 + mv/s²) − mv/(s² + mv) √(D/(2δ)) − log(1/δ).

    For every P that does not know S, with probability 1 − δ: here for P centred at
    (w₁, 0), by the δ-quantile of its divergence. On average N((w₁, 0), (s² + mv)I) is
    the nearest of these.
    """
    xp, D, x = namespace(case.ratio), case.dimension, case.ratio
    example = LinearExample(case.n_samples, D, 1.0, D / case.n_samples)
    uc, scale = rg.uniform_convergence, 1 / xp.sqrt(x)
    floor = uc.information_floor(example, scale, case.delta)
    told = D / 2 * xp.log1p(x)
    if not deviates:
        floor = told
    square = 2 * special_functions(x).gammaincinv(D / 2, case.delta)
    quantile = _prior_divergence(case, square)
    return (
        at_most(counted * floor, quantile, 4 * D, sharp=0.99),
        at_most(counted * told, _prior_divergence(case, D), 4 * D, sharp=True),
    )


oracle_is_optimal.twin("3 % more", counted=1.03)
oracle_is_optimal.twin("it is never below its mean", deviates=False)

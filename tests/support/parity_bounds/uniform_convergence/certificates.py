"""Divergences of coins, and certificates."""

import numpy as np

import refgen.uniform_convergence as uc
from support.mirrors import Case
from support.parity import model


def relative(arguments, want):
    """Sums of positive terms; of x − log(1 + x) a fifth is left where x is 1/2."""
    return model(48, want)


def shrunk(arguments, want):
    """What is off in a divergence moves log q by at most |log(q/p)| times as much."""
    p = arguments[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        far = abs(np.log(want / p))
    return model(48, want * (1 + np.where(np.isfinite(far), far, 0.0)))


def constant(arguments, want):
    """log m! and m log m are below 16 log 16, and γ's share errs by 16 units."""
    return model(8 * 48 + 32, want)


def spent(arguments, want):
    """A relative error of what is spent moves q by at most q − p times as much.

    The divergence is convex in q. What is spent is a sum with log ξ(m) and log(1/δ).
    """
    empirical, paid, samples, delta = arguments
    at_least = 0.69 * paid - np.log(delta)
    size = (paid - np.log(delta) + np.log(samples) + 4) / at_least
    return model(64, want) + model(64, size * (want - empirical))


def affordable(arguments, want):
    empirical, risk, samples, delta = arguments
    size = samples * uc.bernoulli_kl(empirical, risk) - np.log(delta)
    return model(64, size + np.log(samples) + 8)


def divergence(arguments, want):
    """Of ρ² − 1 the ratio's rounding counts, near ρ = 1 as much as (ρ² − 1) does."""
    _, dimension, scale, prior = arguments
    ratio = scale / prior
    return model(64, want + dimension * abs(ratio - 1) * (1 + ratio))


def error(arguments, want):
    """Φ of z with an error of z u moves by φ(z) z times it, at most 1/4."""
    return model(32, want) + model(16, 0.25)


def held_out(arguments, want):
    """A difference from 1 of a quantile; its function errs by 16 units."""
    return model(64, 1 + want)


CASES = {
    "affordable_divergence": Case(affordable),
    "bernoulli_kl": Case(relative),
    "gaussian_divergence": Case(divergence),
    "gibbs_error": Case(error),
    "held_out_bound": Case(held_out),
    "kl_inverse": Case(relative),
    "kl_lower_inverse": Case(shrunk),
    "occam_bound": Case(spent),
    "pac_bayes_constant": Case(constant),
    "pac_bayes_kl": Case(spent),
}
ELSEWHERE = {"certify_risk": "tests/uniform_convergence/test_certify.py"}

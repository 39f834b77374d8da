"""Calls of divergences of coins, and of certificates."""

import numpy as np


def chances(draws):
    """With a chance of 0, and one of 1."""
    given = draws.uniform(4)
    given[:2] = 0.0, 1.0
    return given


def _bounded(draws, d):
    return chances(draws), draws.child("bound").exponential(4)


def samples(d):
    return np.array([1.0, 7.0, 100.0, 1e7]) * d


def deltas(draws):
    return 0.001 + 0.9 * draws.child("delta").uniform(4)


def _spent(draws, d):
    """An empirical risk, what is paid for the classifier, samples and δ."""
    paid = 3 * draws.child("paid").exponential(4)
    return chances(draws), paid, samples(d), deltas(draws)


def _counted(draws, d):
    errors = np.floor((1 + samples(d)) * draws.child("errors").uniform(4))
    errors[:2] = 0.0, samples(d)[1]
    return errors, samples(d), deltas(draws)


def _affordable(draws, d):
    empirical = draws.uniform(4)
    risk = empirical + (1 - empirical) * draws.child("risk").uniform(4)
    return empirical, risk, samples(d), deltas(draws)


def _positive(draws):
    return 0.1 + draws.exponential(4)


ARGUMENTS = {
    "affordable_divergence": _affordable,
    "bernoulli_kl": lambda s, d: (chances(s), s.child("other").uniform(4)),
    "gaussian_divergence": lambda s, d: (
        _positive(s),
        np.arange(1.0, 5.0) * d,
        _positive(s.child("scale")),
        _positive(s.child("prior")),
    ),
    "gibbs_error": lambda s, d: (
        s.child("margin").normal(4),
        _positive(s),
        _positive(s.child("scale")),
    ),
    "held_out_bound": _counted,
    "kl_inverse": _bounded,
    "kl_lower_inverse": _bounded,
    "occam_bound": _spent,
    "pac_bayes_constant": lambda s, d: (samples(d),),
    "pac_bayes_kl": _spent,
}
RANGES = {
    "bernoulli_kl": (0.0, np.inf),
    "gaussian_divergence": (0.0, np.inf),
    "gibbs_error": (0.0, 1.0),
    "held_out_bound": (0.0, 1.0),
    "kl_inverse": (0.0, 1.0),
    "kl_lower_inverse": (0.0, 1.0),
    "occam_bound": (0.0, 1.0),
    "pac_bayes_constant": (2.0, np.inf),
    "pac_bayes_kl": (0.0, 1.0),
}
INFINITE = {
    "affordable_divergence": "a risk of 1 is certified whatever the divergence",
    "bernoulli_kl": "what is possible for p is impossible for q",
}

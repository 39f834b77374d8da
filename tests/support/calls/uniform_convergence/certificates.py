"""Calls of divergences of coins, and of certificates."""

import numpy as np


def chances(draws):
    """With a chance of 0, and one of 1."""
    given = draws.uniform(4)
    given[:2] = 0.0, 1.0
    return given


def _bounded(draws, d):
    return chances(draws), draws.child("bound").exponential(4)


ARGUMENTS = {
    "bernoulli_kl": lambda s, d: (chances(s), s.child("other").uniform(4)),
    "kl_inverse": _bounded,
    "kl_lower_inverse": _bounded,
}
RANGES = {
    "bernoulli_kl": (0.0, np.inf),
    "kl_inverse": (0.0, 1.0),
    "kl_lower_inverse": (0.0, 1.0),
}
INFINITE = {"bernoulli_kl": "what is possible for p is impossible for q"}

"""Divergences of coins, and certificates."""

import numpy as np

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


CASES = {
    "bernoulli_kl": Case(relative),
    "kl_inverse": Case(relative),
    "kl_lower_inverse": Case(shrunk),
}

"""UC-62: two expected errors bound every uniform-convergence bound."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.domains import integer, real, record


@dataclass(frozen=True, repr=False)
class FiniteSamples(Instance):
    """Samples that are equally likely, and an algorithm's errors on each of them.

    Attributes
    ----------
    test_errors : array of shape (..., n)
        Of the classifier of each sample.
    errors : array of shape (..., n, n)
        Of the classifier of one sample (first) on another (second). The transformation
        takes a sample to the next one, and the last to the first.
    lost : array of shape (...)
        How many samples a set of samples may leave out: δ is lost/n.
    aside : array of shape (...)
        How many samples, the first ones, are set aside.
    """

    test_errors: Any
    errors: Any
    lost: Any
    aside: Any


def _tight(share: float, aside: int = 0) -> FiniteSamples:
    """Two neighbouring gaps of 1, which a set without one sample avoids."""
    errors = np.zeros((4, 4))
    for i, gap in enumerate((1.0, 1.0, share, share)):
        errors[i, (i + 1) % 4] = gap
    return FiniteSamples(np.zeros(4), errors, np.array(1), np.array(aside))


def _beside() -> FiniteSamples:
    """The first sample is set aside; of the others' gaps two are 1, which are avoided.

    In the third one both errors are off.
    """
    errors = np.diag([0.5, 1.0, 1.0], 1) + np.diag([0.7], -3)
    test_errors = np.array([0.0, 0.0, 0.0, 0.1])
    return FiniteSamples(test_errors, errors, np.array(1), np.array(1))


finite_samples = record(
    FiniteSamples,
    "3 to 6 equally likely samples, any errors, δ and q up to 2/n",
    n=integer(3, 6),
    test_errors=real(0.0, 1.0, shape=("n",)),
    errors=real(0.0, 1.0, shape=("n", "n")),
    lost=integer(1, 2),
    aside=integer(0, 2),
    examples=lambda: [_tight(0.7), _tight(0.9), _beside()],
)


def least_bound(case: FiniteSamples) -> Any:
    """ε_unif-alg by its definition: the least of the largest gaps of sets."""
    xp, n = namespace(case.errors), case.test_errors.shape[-1]
    gaps, best = abs(case.test_errors[..., None] - case.errors), 1.0 + 0 * case.lost
    for lost in range(1, n):
        for left in combinations(range(n), n - lost):
            chosen = xp.asarray([list(left)])
            largest = gaps[:, chosen.T, chosen].max(axis=(-1, -2))
            best = xp.where(case.lost == lost, xp.minimum(best, largest), best)
    return best


@claim("UC-62", kind="inequality", domain=finite_samples, cost=100)
def expected_transfer(rg, case, pairs=2.0):
    """ε_unif-alg(m, δ) ≥ 1 − (E L + 1 − E L')/(1 − 2δ − q), from expectations alone.

    L is the error of h_S, L' its error on T(S), and T keeps the law of samples; samples
    of probability q may be set aside. Here T takes each sample to the next one.
    """
    xp, n = namespace(case.errors), case.test_errors.shape[-1]
    order = xp.arange(n)
    after = case.errors[:, order, (order + 1) % n]
    kept = order >= case.aside[:, None]
    found = rg.uniform_convergence.expected_transfer_bound(
        (case.test_errors * kept).mean(axis=-1),
        1 - ((1 - after) * kept).mean(axis=-1),
        pairs / 2 * case.lost / n,
        case.aside / n,
    )
    return at_most(found.low, least_bound(case), sharp=True)


expected_transfer.twin("1 − 1.95 δ − q", pairs=1.95)
expected_transfer.twin("1 − δ − q", pairs=1.0)

"""UC-71b: what gaps certify where test errors are known by held-out points only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence.pairs import chance_of, tuples, unavoidable
from refgen.domains import real, record

N_PAIRS, N_HELD_OUT = 2, 3


@dataclass(frozen=True, repr=False)
class CountedLaw(Instance):
    """Two kinds of pairs, with all of the transformed sample wrong.

    Attributes
    ----------
    share : array of shape (...)
        Probability of the second kind.
    first, second : arrays of shape (...)
        Test errors of both kinds.
    delta, error_probability : arrays of shape (...)
    """

    share: Any
    first: Any
    second: Any
    delta: Any
    error_probability: Any


def _edge(error: float, failure: float, delta: float = 0.001) -> CountedLaw:
    """A second kind of chance 2δ that has no test error, where the rank is 1."""
    fields = (2 * delta, error, 0.0, delta, failure)
    return CountedLaw(*map(np.array, fields))


def _none_wrong(failure: float, delta: float = 0.001) -> float:
    """The upper limit of a test error where no held-out point is wrong."""
    spent = 1 - (1 - 2 * delta) ** N_PAIRS
    return 1 - ((failure - spent) / N_PAIRS) ** (1 / N_HELD_OUT)


# What rounding moves the ends of an interval by is far below this.
_NEAR = 1e-6

counted_laws = record(
    CountedLaw,
    f"{N_PAIRS} pairs of two kinds, {N_HELD_OUT} held-out points for each",
    share=real(0.0, 1.0),
    first=real(0.0, 1.0),
    second=real(0.0, 1.0),
    delta=real(0.001, 0.45),
    error_probability=real(0.02, 0.7),
    examples=lambda: [
        _edge(_none_wrong(0.02) + _NEAR, 0.02),
        _edge(_none_wrong(1.04 * 0.02) + _NEAR, 0.02),
    ],
)


def _law(case: CountedLaw) -> Any:
    """Probabilities of the kind of a pair and its count: (..., 2 (N_HELD_OUT + 1))."""
    xp, each = namespace(case.share), []
    for share, error in ((1 - case.share, case.first), (case.share, case.second)):
        for k in range(N_HELD_OUT + 1):
            ways = math.comb(N_HELD_OUT, k)
            each.append(share * ways * error**k * (1 - error) ** (N_HELD_OUT - k))
    return xp.stack(each, axis=-1)


@claim("UC-71b", kind="inequality", domain=counted_laws, cost=300)
def counted_gap(rg, case, more=1.0):
    """With limits from counts in place of test errors the certificate is as safe.

    Its rank and its limits share the error probability.
    """
    xp, uc = namespace(case.share), rg.uniform_convergence
    kinds = tuples(xp, 2 * (N_HELD_OUT + 1), N_PAIRS)
    counts = xp.broadcast_to(kinds % (N_HELD_OUT + 1) * 1.0, kinds.shape)
    delta, level = case.delta[..., None], 1 - more * case.error_probability[..., None]
    found = uc.certified_pairs(
        xp.ones_like(delta)[..., None], counts, float(N_HELD_OUT), delta, level
    )
    gaps = 1 - xp.stack([case.first, case.second], axis=-1)
    chances = xp.stack([1 - case.share, case.share], axis=-1)
    limit = unavoidable(gaps, chances, case.delta)[..., None]
    wrong = found.lower_bound > limit + _NEAR / 4
    missed = chance_of(_law(case), kinds, wrong)
    return at_most(missed, case.error_probability, sharp=0.9)


counted_gap.twin("an error probability 4 % larger", more=1.04)

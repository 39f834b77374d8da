"""UC-71: what gaps of independent pairs certify, for every law of gaps."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.domains import choice, distribution, real, record

N_PAIRS = 3
_GAPS = (-0.25, 0.25, 0.75)


@dataclass(frozen=True, repr=False)
class GapLaw(Instance):
    """A law of the gap of a pair of samples, and what is asked of a certificate.

    Attributes
    ----------
    chances : array of shape (..., 3)
        Of the gaps −1/4, 1/4 and 3/4.
    delta, error_probability : arrays of shape (...)
    """

    chances: Any
    delta: Any
    error_probability: Any


gap_laws = record(
    GapLaw,
    "a law of three gaps, δ in [0.025, 0.4], an error probability up to 0.6",
    chances=distribution(len(_GAPS), denominator=20),
    delta=choice(0.025, 0.05, 0.1, 0.2, 0.25, 0.4),
    error_probability=real(0.001, 0.6),
    examples=lambda: [
        # Gaps of 3/4 have the chance 2δ; two or three of three have 1/2.
        GapLaw(np.array([0.5, 0.0, 0.5]), np.array(0.25), np.array(0.5 + 1e-9)),
        GapLaw(np.array([0.5, 0.0, 0.5]), np.array(0.25), np.array(0.49)),
        GapLaw(np.array([0.2, 0.4, 0.4]), np.array(0.2), np.array(0.36)),
        GapLaw(np.array([0.9, 0.0, 0.1]), np.array(0.05), np.array(0.0011)),
    ],
)


def tuples(xp: Any, n_kinds: int, n_pairs: int) -> Any:
    """All choices of a kind for each pair: shape (n_kinds^n_pairs, n_pairs)."""
    return xp.asarray(list(itertools.product(range(n_kinds), repeat=n_pairs)))


def chance_of(chances: Any, kinds: Any, event: Any) -> Any:
    """The probability of an event of independent kinds: (..., n_tuples) to (...)."""
    each = chances[..., kinds[:, 0]]
    for pair in range(1, kinds.shape[1]):
        each = each * chances[..., kinds[:, pair]]
    return namespace(chances).where(event, each, 0.0).sum(axis=-1)


def unavoidable(gaps: Any, chances: Any, delta: Any) -> Any:
    """The largest gap, 0 at least, that a pair reaches with more than 2δ."""
    xp = namespace(chances)
    larger = gaps[..., None, :] >= gaps[..., None]
    reached = xp.where(larger, chances[..., None, :], 0.0).sum(axis=-1)
    # Both may be multiples of 1/20, but for rounding.
    sure = reached > 2 * delta[..., None] + 1e-9
    return xp.where(sure, xp.maximum(gaps, 0.0), 0.0).max(axis=-1)


@claim("UC-71", kind="inequality", domain=gap_laws, cost=100)
def ranked_gap(rg, law, spent=1.0):
    """The certificate is above what a pair reaches with more than 2δ, seldom.

    The probability is at most the error probability of the certificate, for gaps of any
    law.
    """
    xp, uc = namespace(law.delta), rg.uniform_convergence
    values, kinds = xp.asarray(_GAPS), tuples(xp, len(_GAPS), N_PAIRS)
    gaps = xp.broadcast_to(values[kinds], (*law.delta.shape, *kinds.shape))
    found = uc.certified_gap(
        gaps,
        spent * law.delta[..., None],
        law.error_probability[..., None],
    )
    limit = unavoidable(values, law.chances, law.delta)[..., None]
    missed = chance_of(law.chances, kinds, found > limit)
    return at_most(missed, law.error_probability, sharp=True)


ranked_gap.twin("2δ may be 4 % smaller", spent=0.96)
ranked_gap.twin("δ in place of 2δ", spent=0.5)


@ranked_gap.twin_function("the largest gap is certified")
def _(rg, law):
    xp = namespace(law.delta)
    values, kinds = xp.asarray(_GAPS), tuples(xp, len(_GAPS), N_PAIRS)
    limit = unavoidable(values, law.chances, law.delta)[..., None]
    found = values[kinds].max(axis=-1)
    return at_most(chance_of(law.chances, kinds, found > limit), law.error_probability)

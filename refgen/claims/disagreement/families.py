"""GDE-12 to GDE-14: closed-form families and decompositions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.domains import member_laws, positive_laws
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import BETA_ROUNDINGS, beta_mean
from refgen.claims.registry import claim
from refgen.claims.sources import KIRSCH_GAL
from refgen.disagreement import BetaReliability
from refgen.domains import integer, real, record

# The other side is a sum over the nodes of the quadrature.
equal_integral = partial(equal, roundings=BETA_ROUNDINGS)

beta_laws = record(
    BetaReliability,
    "q ~ Beta(a, a) with a in [0.2, 20], slope in [−1, 1]",
    concentration=real(0.2, 20, log=True),
    slope=real(-1, 1),
    examples=lambda: [BetaReliability(1.0, 0.5), BetaReliability(0.5, 1.0)],
)


def _by_quadrature(law: BetaReliability) -> tuple[Any, Any, Any]:
    """EDR, ETE and CACE: integrals over q < ½, doubled by symmetry."""
    a, slope = law.concentration[..., None], law.slope[..., None]

    def accuracy(q: Any) -> Any:
        return 0.5 + slope * (q - 0.5)

    def mean(f: Any) -> Any:
        return 2 * beta_mean(f, a, a, upper=0.5)

    return (
        1 - mean(lambda q, rest: q**2 + rest**2),
        1 - mean(lambda q, rest: q * accuracy(q) + rest * (1 - accuracy(q))),
        2 * mean(lambda q, rest: abs(accuracy(q) - q)),
    )


@claim("GDE-12", kind="identity", domain=beta_laws, cost=100)
def beta_reliability(rg, law):
    """Beta votes with a linear reliability curve: EDR, ETE, gap and CACE."""
    edr, ete, cace = _by_quadrature(law)
    return (
        equal_integral(law.expected_disagreement(), edr),
        equal_integral(law.test_error(), ete),
        equal_integral(law.gap(), edr - ete),
        equal_integral(law.cace(), cace),
    )


@beta_reliability.twin_function("gap = (λ − 1) V")
def _(rg, law):
    edr, ete, _ = _by_quadrature(law)
    return equal_integral((law.slope - 1) * law.share_variance(), edr - ete)


@dataclass(frozen=True, repr=False)
class DirichletVotes(Instance):
    """Parameters α, shape (..., n_classes), of calibrated Dirichlet votes."""

    concentration: Any


dirichlet_laws = record(
    DirichletVotes,
    "votes ~ Dirichlet(α), αₖ in [0.2, 10], calibrated",
    k=integer(2, 6),
    concentration=real(0.2, 10, log=True, shape=("k",)),
    examples=lambda: [DirichletVotes(np.array([1.0, 1.0]))],
)


@claim("GDE-12b", kind="identity", domain=dirichlet_laws, cost=200)
def dirichlet_votes(rg, law):
    """Calibrated Dirichlet votes: EDR = ETE = 1 − Σ α(α + 1) / (α₀(α₀ + 1))."""
    alpha = law.concentration
    others = alpha.sum(axis=-1, keepdims=True) - alpha
    squares = beta_mean(lambda q, rest: q**2, alpha[..., None], others[..., None])
    edr = rg.disagreement.dirichlet_disagreement(alpha)
    return equal_integral(edr, 1 - squares.sum(axis=-1), 2)


@dirichlet_votes.twin_function("EDR = 1 − Σ (α/α₀)², as if votes did not vary")
def _(rg, law):
    alpha = law.concentration
    mean_shares = alpha / alpha.sum(axis=-1, keepdims=True)
    edr = rg.disagreement.dirichlet_disagreement(alpha)
    return equal(edr, 1 - (mean_shares**2).sum(axis=-1), 2)


@claim(
    "GDE-13",
    kind="identity",
    domain=member_laws,
    source=KIRSCH_GAL.at("proposition C.1"),
)
def disagreement_decomposes(rg, law, aleatoric=1):
    """EDR of labels drawn from members = epistemic + aleatoric part."""
    d = rg.disagreement
    parts = d.epistemic_disagreement(law) + aleatoric * d.aleatoric_disagreement(law)
    return equal(d.sampled_disagreement(law), parts, 3)


disagreement_decomposes.twin("EDR is the epistemic part", aleatoric=0)


@claim(
    "GDE-14",
    kind="inequality",
    domain=positive_laws,
    source=KIRSCH_GAL.sharpened("theorem C.7"),
)
def cross_entropy_bound(rg, law, power=1):
    """|CE − H[Ŷ|X]| ≤ (L − ℓ) CACE/2 for −log h̃ in [ℓ, L]; and ECACE = CACE."""
    d, surprise = rg.disagreement, -namespace(law.weights).log(law.vote_shares)
    smallest, largest = surprise.min(axis=(-1, -2)), surprise.max(axis=(-1, -2))
    apart = abs(d.cross_entropy(law) - d.vote_entropy(law))
    bound = (largest - smallest) ** power * d.cace(law) / 2
    return at_most(apart, bound, 2 * largest), equal(d.ecace(law), d.cace(law), 2)


cross_entropy_bound.twin("the bound without the factor L − ℓ", power=0)

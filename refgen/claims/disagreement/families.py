"""GDE-12 to GDE-14: closed-form families and decompositions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.classifier_domains import member_laws
from refgen.claims.disagreement.common import (
    KIRSCH_GAL,
    QUADRATURE_NODES,
    beta_mean,
    n_terms,
)
from refgen.claims.disagreement.domains import block_sizes, positive_laws
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.disagreement import BetaReliability

# exp of a logarithm up to 1500 (the density at the ends of the range) amplifies its
# rounding by that logarithm; near the mass the exponent is below 64.
QUADRATURE_TERMS = 64 * QUADRATURE_NODES


def _beta(concentration: Any, slope: Any) -> BetaReliability:
    return BetaReliability.trusted(concentration=concentration, slope=slope)


beta_laws = Domain(
    "beta_laws",
    "q ~ Beta(a, a) with a in [0.2, 20], slope in [−1, 1]",
    lambda: [BetaReliability(1.0, 0.5), BetaReliability(0.5, 1.0)],
    lambda: st.builds(
        lambda a, s: BetaReliability(a / 5, s / 4),
        st.integers(1, 50),
        st.integers(-4, 4),
    ),
    lambda rg, stream, size: _beta(
        0.2 * 100 ** stream.child("a").uniform(size),
        2 * stream.child("slope").uniform(size) - 1,
    ),
)


def _integrals(law: BetaReliability) -> tuple[Any, Any, Any]:
    """EDR, ETE and CACE by quadrature over q < ½, doubled by symmetry."""
    a = law.concentration[..., None]
    slope = law.slope[..., None]

    def accuracy(q: Any) -> Any:
        return 0.5 + slope * (q - 0.5)

    def right(q: Any, p: Any) -> Any:
        return q * accuracy(q) + p * (1 - accuracy(q))

    return (
        1 - 2 * beta_mean(lambda q, p: q * q + p * p, a, a, 0.5),
        1 - 2 * beta_mean(right, a, a, 0.5),
        4 * beta_mean(lambda q, p: abs(accuracy(q) - q), a, a, 0.5),
    )


@claim("GDE-12", kind="identity", domain=beta_laws, source="derived here", cost=100)
def beta_reliability(rg, law):
    """Beta votes with a linear reliability curve: EDR, ETE, gap and CACE."""
    edr, ete, cace = _integrals(law)
    return (
        measured(law.expected_disagreement(), edr, 1, QUADRATURE_TERMS),
        measured(law.test_error(), ete, 1, QUADRATURE_TERMS),
        measured(law.gap(), edr - ete, 1, QUADRATURE_TERMS),
        measured(law.cace(), cace, 1, QUADRATURE_TERMS),
    )


@beta_reliability.twin("gap = (λ − 1) V")
def _(rg, law):
    edr, ete, _ = _integrals(law)
    wrong = (law.slope - 1) * law.share_variance()
    return measured(wrong, edr - ete, 1, QUADRATURE_TERMS)


@dataclass(frozen=True, repr=False)
class DirichletVotes(Instance):
    """Parameters α, shape (..., n_classes), of calibrated Dirichlet votes."""

    concentration: Any


def _dirichlet_sample(rg: Any, stream: Any, size: int) -> DirichletVotes:
    (k,) = block_sizes(stream, (2, 6))
    return DirichletVotes(0.2 * 50 ** stream.uniform((size, k)))


dirichlet_laws = Domain(
    "dirichlet_laws",
    "votes ~ Dirichlet(α), αₖ in [0.2, 10], calibrated",
    lambda: [DirichletVotes(np.array([1.0, 1.0]))],
    lambda: st.lists(st.integers(1, 50), min_size=2, max_size=5).map(
        lambda v: DirichletVotes(np.array(v) / 5)
    ),
    _dirichlet_sample,
)


@claim(
    "GDE-12b", kind="identity", domain=dirichlet_laws, source="derived here", cost=200
)
def dirichlet_votes(rg, law):
    """Calibrated Dirichlet votes: EDR = ETE = 1 − Σ α(α + 1) / (α₀(α₀ + 1))."""
    alpha = law.concentration
    rest = alpha.sum(axis=-1, keepdims=True) - alpha
    squares = beta_mean(lambda q, p: q * q, alpha[..., None], rest[..., None])
    edr = rg.disagreement.dirichlet_disagreement(alpha)
    return measured(edr, 1 - squares.sum(axis=-1), 2, QUADRATURE_TERMS)


@dirichlet_votes.twin("1 − Σ (α/α₀)²: votes as if they did not vary")
def _(rg, law):
    alpha = law.concentration
    share = alpha / alpha.sum(axis=-1, keepdims=True)
    edr = rg.disagreement.dirichlet_disagreement(alpha)
    return measured(edr, 1 - (share**2).sum(axis=-1), 2, QUADRATURE_TERMS)


@claim(
    "GDE-13",
    kind="identity",
    domain=member_laws,
    source=f"{KIRSCH_GAL}, proposition C.1",
)
def disagreement_decomposes(rg, law):
    """EDR of labels drawn from members = epistemic + aleatoric part."""
    d = rg.disagreement
    parts = d.epistemic_disagreement(law) + d.aleatoric_disagreement(law)
    terms = math.prod(law.member_probabilities.shape[-3:])
    return measured(d.sampled_disagreement(law), parts, 3, terms)


@disagreement_decomposes.twin("EDR is the epistemic part")
def _(rg, law):
    d = rg.disagreement
    return measured(d.sampled_disagreement(law), d.epistemic_disagreement(law), 3, 500)


def _entropy_gap(rg, law):
    d = rg.disagreement
    return abs(d.cross_entropy(law) - d.vote_entropy(law))


@claim(
    "GDE-14",
    kind="inequality",
    domain=positive_laws,
    source=f"derived here; sharpens {KIRSCH_GAL}, theorem C.7",
)
def cross_entropy_bound(rg, law):
    """|CE − H[Ŷ|X]| ≤ (L − ℓ) CACE/2 for −log h̃ in [ℓ, L]; and ECACE = CACE."""
    d = rg.disagreement
    surprise = -namespace(law.vote_shares).log(law.vote_shares)
    largest = surprise.max(axis=(-1, -2))
    width = largest - surprise.min(axis=(-1, -2))
    cace = d.cace(law)
    return (
        measured(_entropy_gap(rg, law), width * cace / 2, 2 * largest, n_terms(law)),
        measured(d.ecace(law), cace, 2, n_terms(law), kind="identity"),
    )


@cross_entropy_bound.twin("the bound without the factor L − ℓ")
def _(rg, law):
    largest = -namespace(law.vote_shares).log(law.vote_shares).min(axis=(-1, -2))
    half = rg.disagreement.cace(law) / 2
    return measured(_entropy_gap(rg, law), half, 2 + 2 * largest, n_terms(law))

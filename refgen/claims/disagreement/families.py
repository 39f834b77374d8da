"""GDE-12 to GDE-14: closed-form families and decompositions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.classifier_laws import member_laws
from refgen.claims.disagreement.domains import positive_laws
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import beta_mean, beta_rule
from refgen.claims.registry import claim
from refgen.claims.sources import KIRSCH_GAL
from refgen.disagreement import BetaReliability, FiniteLaw
from refgen.domains import integer, real, record

# CACE is summed level by level, one addition after the other, over 1664 nodes.
CUMULATIVE = 2**12

beta_laws = record(
    BetaReliability,
    "q ~ Beta(a, a) with a in [0.2, 20], slope in [−1, 1]",
    concentration=real(0.2, 20, log=True),
    slope=real(-1, 1),
    examples=lambda: [BetaReliability(1.0, 0.5), BetaReliability(0.5, 1.0)],
)


def _as_finite_law(law: BetaReliability) -> FiniteLaw:
    """Nodes q < ½ of a quadrature as points, and each of them with classes exchanged.

    So level q has the votes for class 0 at q and those for class 1 at 1 − q.
    """
    xp = namespace(law.concentration)
    a, slope = law.concentration[..., None], law.slope[..., None]
    q, rest, weights = beta_rule(a, a, upper=0.5)
    votes = xp.broadcast_to(xp.stack([q, rest], axis=-1), (*weights.shape, 2))
    labels = 0.5 + slope[..., None] * (votes - 0.5)
    return FiniteLaw.trusted(
        weights=xp.concatenate([weights, weights], axis=-1),
        label_probabilities=xp.concatenate([labels, labels[..., ::-1]], axis=-2),
        vote_shares=xp.concatenate([votes, votes[..., ::-1]], axis=-2),
    )


@claim("GDE-12", kind="identity", domain=beta_laws, cost=500)
def beta_reliability(rg, law, constant=1.0):
    """Beta votes with a linear reliability curve: EDR, ETE, gap and CACE."""
    d, finite = rg.disagreement, _as_finite_law(law)
    return (
        equal(law.expected_disagreement(), d.expected_disagreement(finite), 2),
        equal(law.test_error(), d.test_error(finite), 2),
        equal(constant * law.gap(), d.gap(finite), 2),
        equal(law.cace(), d.cace(finite), 2, roundings=CUMULATIVE),
    )


beta_reliability.twin("the gap is 3 % smaller", constant=0.97)


@beta_reliability.twin_function("gap = (λ − 1) V")
def _(rg, law):
    edr = rg.disagreement.expected_disagreement(_as_finite_law(law))
    ete = rg.disagreement.test_error(_as_finite_law(law))
    return equal((law.slope - 1) * law.share_variance(), edr - ete, 2)


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
def dirichlet_votes(rg, law, constant=1.0):
    """Calibrated Dirichlet votes: EDR = ETE = 1 − Σ α(α + 1) / (α₀(α₀ + 1)).

    With equal α the disagreement determines α₀.
    """
    d, alpha = rg.disagreement, law.concentration
    others = alpha.sum(axis=-1, keepdims=True) - alpha
    squares = beta_mean(lambda q, rest: q**2, alpha[..., None], others[..., None])
    k = alpha.shape[-1]
    even = namespace(alpha).broadcast_to(alpha[..., :1], alpha.shape)
    total = k * alpha[..., 0]
    return (
        equal(constant * d.dirichlet_disagreement(alpha), 1 - squares.sum(axis=-1), 2),
        # Near 1 − 1/K an error ε of the disagreement moves α₀ by (α₀ + 1)² ε.
        equal(
            d.dirichlet_concentration(d.dirichlet_disagreement(even), k),
            total,
            2 * (1 + total) ** 2,
        ),
    )


dirichlet_votes.twin("EDR is 3 % smaller", constant=1.03)


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
disagreement_decomposes.twin("the aleatoric part counts 3 % less", aleatoric=0.97)


@claim(
    "GDE-14",
    kind="inequality",
    domain=positive_laws,
    source=KIRSCH_GAL.sharpened("theorem C.7"),
)
def cross_entropy_bound(rg, law, power=1, constant=0.5, same=1.0):
    """|CE − H[Ŷ|X]| ≤ ½ (s_max − s_min) CACE for −log h̃ in [s_min, s_max].

    Over levels that have mass; and ECACE = CACE.
    """
    d, xp = rg.disagreement, namespace(law.weights)
    surprise = -xp.log(law.vote_shares)
    has_mass = law.weights[..., None] > 0
    smallest = xp.where(has_mass, surprise, xp.inf).min(axis=(-1, -2))
    largest = xp.where(has_mass, surprise, 0.0).max(axis=(-1, -2))
    apart = abs(d.cross_entropy(law) - d.vote_entropy(law))
    bound = constant * (largest - smallest) ** power * d.cace(law)
    return (
        at_most(apart, bound, 2 * largest + 1, sharp=True),
        equal(d.ecace(law), same * d.cace(law), 2),
    )


cross_entropy_bound.twin("the constant 0.48 would do", constant=0.48)
cross_entropy_bound.twin("ECACE is 3 % smaller", same=0.97)
cross_entropy_bound.twin("the bound without the factor s_max − s_min", power=0)

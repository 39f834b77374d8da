"""GDE-15 to GDE-16d: what a finite number of runs can show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.classifier_domains import (
    ensemble_laws,
    small_classifier_laws,
)
from refgen.claims.disagreement.common import (
    beta_mean,
    first_classifiers,
    label_cells,
    mean_error,
    mean_pairwise,
    n_terms,
    runs,
)
from refgen.claims.disagreement.families import QUADRATURE_TERMS
from refgen.claims.kinds import Kind, measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim


@claim("GDE-15", kind="identity", domain=ensemble_laws, source="derived here")
def ensemble_disagreement_is_v_statistic(rg, law):
    """EDR of M runs' vote shares = (M − 1)/M × mean pairwise disagreement.

    So CACE of the ensemble is at least twice the gap of the V-statistic.
    """
    d, marginal = rg.disagreement, law.marginal()
    m = law.predictions.shape[-2]
    v_statistic = (m - 1) / m * mean_pairwise(law, rg)
    terms = n_terms(marginal) * m**2
    return (
        measured(d.expected_disagreement(marginal), v_statistic, 1, terms),
        measured(
            2 * abs(v_statistic - mean_error(law, rg)),
            d.cace(marginal),
            2,
            terms,
            kind="inequality",
        ),
    )


@ensemble_disagreement_is_v_statistic.twin(
    "CACE is at least twice the gap of the mean pairwise disagreement",
    kind="inequality",
)
def _(rg, law):
    gap = abs(mean_pairwise(law, rg) - mean_error(law, rg))
    return measured(2 * gap, rg.disagreement.cace(law.marginal()), 2, 100)


def _cace_by_counting(law):
    """Σⱼ |P(C = j) − (j/M) E #{k: nₖ = j}| from integer votes."""
    votes = law.one_hot().sum(axis=-3)
    m = law.predictions.shape[-2]
    cells = label_cells(law)
    total = 0.0
    for j in range(m + 1):
        at = votes == j
        right = (cells * at).sum(axis=(-1, -2))
        share = (law.weights * at.sum(axis=-1)).sum(axis=-1)
        total = total + abs(right - j / m * share)
    return total


def _both_wrong(law):
    """P(the first two classifiers are both wrong)."""
    pair = law.one_hot()[..., :2, :, :].sum(axis=-3)
    return (label_cells(law) * (pair == 0)).sum(axis=(-1, -2))


@claim("GDE-16", kind="identity", domain=ensemble_laws, source="derived here")
def calibration_error_by_counting(rg, law):
    """CACE of M runs from vote counts; one run: 2 err; two runs: 2 P(both wrong)."""
    d = rg.disagreement
    one, two = first_classifiers(law, 1), first_classifiers(law, 2)
    terms = n_terms(law.marginal())
    parts = [
        measured(d.cace(law.marginal()), _cace_by_counting(law), 2, terms),
        measured(d.cace(one.marginal()), 2 * mean_error(one, rg), 2, terms),
    ]
    if law.predictions.shape[-2] >= 2:
        parts.append(measured(d.cace(two.marginal()), 2 * _both_wrong(law), 2, terms))
    return parts


@calibration_error_by_counting.twin("CACE of two runs = 2 err")
def _(rg, law):
    two = first_classifiers(law, 2)
    return measured(
        rg.disagreement.cace(two.marginal()), 2 * mean_error(two, rg), 2, 20
    )


def _expected_cace(rg, law, n_runs):
    probability, ensembles = runs(law, n_runs)
    return (probability * rg.disagreement.cace(ensembles.marginal())).sum(axis=-1)


@claim(
    "GDE-16b",
    kind="inequality",
    domain=small_classifier_laws,
    source="derived here",
    cost=50,
)
def finite_ensembles_cannot_be_calibrated(rg, law):
    """E CACE of M runs ≥ ann(M) ≥ 2 |(1 − 1/M) EDR − ETE|, M = 2, 3.

    For M = 2 the first is an equality.
    """
    d, marginal = rg.disagreement, law.marginal()
    edr, ete = d.expected_disagreement(marginal), d.test_error(marginal)
    parts = []
    for m in (2, 3):
        terms = law.classifier_weights.shape[-1] ** m * n_terms(marginal)
        annealed, seen = d.annealed_cace(marginal, m), _expected_cace(rg, law, m)
        kind: Kind = "identity" if m == 2 else "inequality"
        parts += [
            measured(annealed, seen, 2, terms, kind=kind),
            measured(2 * abs((1 - 1 / m) * edr - ete), annealed, 2, terms),
            # 2 EDR/M where EDR = ETE; elsewhere less twice the gap.
            measured(
                d.finite_runs_floor(marginal, m) - 2 * abs(edr - ete),
                annealed,
                2,
                terms,
            ),
        ]
    return parts


@finite_ensembles_cannot_be_calibrated.twin("equality always", kind="identity")
def _(rg, law):
    # M = 3: up to two runs the terms have fixed signs, and equality does hold.
    annealed = rg.disagreement.annealed_cace(law.marginal(), 3)
    return measured(annealed, _expected_cace(rg, law, 3), 2, 243)


@dataclass(frozen=True, repr=False)
class SymmetricDirichlet(Instance):
    """Calibrated votes ~ Dirichlet(α, ..., α) over `n_classes` classes."""

    alpha: Any
    n_classes: Any


# α fitted to the published disagreement of AllDiff (Jiang et al. 2022, table 1).
ALL_DIFF = SymmetricDirichlet(np.array(0.348 / (0.9 - 0.348) / 10), np.array(10.0))

symmetric_dirichlet = Domain(
    "symmetric_dirichlet",
    "calibrated symmetric Dirichlet votes, α in [0.05, 5], 2 to 10 classes",
    lambda: [ALL_DIFF],
    lambda: st.builds(
        lambda a, k: SymmetricDirichlet(np.array(a / 20), np.array(float(k))),
        st.integers(1, 100),
        st.integers(2, 10),
    ),
    lambda rg, stream, size: SymmetricDirichlet(
        0.05 * 100 ** stream.child("alpha").uniform(size),
        2.0 + stream.child("classes").integers(9, size),
    ),
)


def _annealed_by_quadrature(law, n_runs):
    """Σⱼ |K ∫ Bin(j; M, q) (q − j/M) dBeta(q)|."""
    a, k = law.alpha[..., None], law.n_classes[..., None]

    def binomial(j):
        chance = math.comb(n_runs, j)
        return lambda q, p: chance * q**j * p ** (n_runs - j) * (q - j / n_runs)

    parts = [beta_mean(binomial(j), a, (k - 1) * a) for j in range(n_runs + 1)]
    return law.n_classes * sum(abs(part) for part in parts)


@claim(
    "GDE-16c",
    kind="identity",
    domain=symmetric_dirichlet,
    source="derived here (Pólya urn)",
    cost=400,
)
def annealed_error_of_dirichlet_votes(rg, law):
    """ann(M) of calibrated symmetric Dirichlet votes, M = 2 and 5."""
    return [
        measured(
            rg.disagreement.dirichlet_annealed_cace(law.alpha, law.n_classes, m),
            _annealed_by_quadrature(law, m),
            2 * law.n_classes,
            QUADRATURE_TERMS,
        )
        for m in (2, 5)
    ]


@annealed_error_of_dirichlet_votes.twin("a calibrated law has CACE 0 from M runs")
def _(rg, law):
    return measured(_annealed_by_quadrature(law, 2), 0, 20, QUADRATURE_TERMS)


SIZES = 2 ** np.arange(12, 17)


def _local_slopes(values):
    """Slopes of log value against log size between doubled sizes."""
    xp = namespace(values)
    return xp.diff(xp.log2(values), axis=-1)


def _slope_envelope(law):
    """How far the local slopes can be from −1 (derivation: theory page, GDE-16d).

    ann(M) (M + α₀) = K E|α − α₀ J/M| lies between c and c + α₀ K ε with
    ε = E|J/M − q| ≤ √(E q(1 − q) / M), c = K E|α − α₀ q|.
    """
    xp = namespace(law.alpha)
    sizes = xp.asarray(SIZES)
    a, k = law.alpha[..., None], law.n_classes[..., None]
    total = a * k
    limit = k[..., 0] * beta_mean(lambda q, p: abs(a - total * q), a, (k - 1) * a)
    variance = (k - 1) / k**2 * total / (total + 1)  # E q(1 − q), q ~ Beta(α, α₀ − α)
    excess = xp.log2(1 + total * k * xp.sqrt(variance / sizes) / limit[..., None])
    shift = xp.log2(1 + total / sizes)
    return excess[..., :-1] + shift[..., :-1]


def _annealed_sequence(rg, law):
    values = [
        rg.disagreement.dirichlet_annealed_cace(law.alpha, law.n_classes, int(m))
        for m in SIZES
    ]
    return namespace(law.alpha).stack(values, axis=-1)


@claim(
    "GDE-16d",
    kind="rate",
    domain=symmetric_dirichlet,
    source="derived here",
    cost=20_000,
    slow=True,
)
def annealed_error_decays_like_one_over_m(rg, law):
    """ann(M) of calibrated symmetric Dirichlet votes decays like 1/M."""
    slopes = _local_slopes(_annealed_sequence(rg, law))
    return measured(slopes, -1.0, 16, 1000, _slope_envelope(law))


@annealed_error_decays_like_one_over_m.twin("it decays like 1/√M")
def _(rg, law):
    slopes = _local_slopes(_annealed_sequence(rg, law))
    return measured(slopes, -0.5, 16, 1000, _slope_envelope(law))

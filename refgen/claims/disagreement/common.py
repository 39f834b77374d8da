"""Pieces that several claims measure with."""

from __future__ import annotations

import functools
from itertools import product
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.disagreement import ClassifierLaw, FiniteLaw

JIANG = "Jiang et al. 2022 (arXiv 2106.13799)"
KIRSCH_GAL = "Kirsch & Gal 2022 (arXiv 2202.01851)"


def n_terms(law: FiniteLaw) -> int:
    """Terms of a sum over points and classes."""
    return law.n_points * law.n_classes


def mean_pairwise(law: ClassifierLaw, rg: Any) -> Any:
    """Average disagreement of distinct, equally likely classifiers (0 for one)."""
    pairs = rg.disagreement.pairwise_disagreement(law)
    m = pairs.shape[-1]
    return pairs.sum(axis=(-1, -2)) / max(m * (m - 1), 1)


def mean_error(law: ClassifierLaw, rg: Any) -> Any:
    """Σ_h P(h) err(h)."""
    errors = rg.disagreement.classifier_errors(law)
    return (law.classifier_weights * errors).sum(axis=-1)


def first_classifiers(law: ClassifierLaw, m: int) -> ClassifierLaw:
    """The first `m` classifiers, equally likely."""
    weights = law.classifier_weights[..., :m]
    return ClassifierLaw.trusted(
        weights=law.weights,
        label_probabilities=law.label_probabilities,
        classifier_weights=namespace(weights).full_like(weights, 1 / weights.shape[-1]),
        predictions=law.predictions[..., :m, :],
    )


def runs(law: ClassifierLaw, n_runs: int) -> tuple[Any, ClassifierLaw]:
    """All ways to draw `n_runs` classifiers: probabilities (..., T) and ensembles.

    The ensembles carry one more batch axis, of length T = n_classifiers ** n_runs.
    """
    xp = namespace(law.weights)
    n = law.classifier_weights.shape[-1]
    drawn = xp.asarray(list(product(range(n), repeat=n_runs)))
    probability = law.classifier_weights[..., drawn].prod(axis=-1)
    ensembles = ClassifierLaw.trusted(
        weights=xp.broadcast_to(
            law.weights[..., None, :], (*probability.shape, law.weights.shape[-1])
        ),
        label_probabilities=xp.broadcast_to(
            law.label_probabilities[..., None, :, :],
            (*probability.shape, *law.label_probabilities.shape[-2:]),
        ),
        classifier_weights=xp.full((*probability.shape, n_runs), 1 / n_runs),
        predictions=law.predictions[..., drawn, :],
    )
    return probability, ensembles


def pair_means(ensembles: ClassifierLaw) -> Any:
    """Share of disagreeing pairs of runs at each point, (..., T, n_points)."""
    votes = ensembles.one_hot().sum(axis=-3)
    m = ensembles.predictions.shape[-2]
    return (m**2 - (votes**2).sum(axis=-1)) / (m * (m - 1))


def label_cells(law: FiniteLaw) -> Any:
    """P(X = x, Y = y), (..., n_points, n_classes)."""
    return law.weights[..., None] * law.label_probabilities


@functools.cache
def _quadrature() -> tuple[Any, Any, Any]:
    """Tanh-sinh nodes q in (0, 1), their complements 1 − q and log dq."""
    t = np.arange(-6.5, 6.5, 1 / 64)
    rising = np.pi * np.sinh(t)
    low = np.exp(-np.logaddexp(0, -rising))
    high = np.exp(-np.logaddexp(0, rising))
    with np.errstate(divide="ignore"):
        weight = np.log(low) + np.log(high) + np.log(np.pi * np.cosh(t))
    return low, high, weight


def beta_mean(f: Any, a: Any, b: Any, upper: float = 1.0) -> Any:
    """E[f(q, 1 − q); q ≤ upper] for q ~ Beta(a, b), by tanh-sinh quadrature.

    Deterministic and independent of any closed form: the density is normalized by
    the same rule. `f` gets nodes of shape (n_nodes,), `a` and `b` shape (..., 1).
    """
    xp = namespace(a)
    low, high, weight = (xp.asarray(part) for part in _quadrature())

    def mass(q: Any, complement: Any, scale: float) -> Any:
        with np.errstate(divide="ignore"):
            logs = (a - 1) * xp.log(q) + (b - 1) * xp.log(complement) + weight
        # Where a node underflows its mass is below 1e-300: it carries none.
        return scale * xp.where(xp.isfinite(logs), xp.exp(logs), 0.0)

    total = mass(low, high, 1.0).sum(axis=-1)
    nodes = upper * low
    rest = high if upper == 1.0 else 1 - nodes
    density = mass(nodes, rest, upper)
    return (f(nodes, rest) * density).sum(axis=-1) / total


QUADRATURE_NODES = 13 * 64

"""Masses of labels, and runs drawn from a law over classifiers."""

from __future__ import annotations

from itertools import product
from typing import Any

from refgen.arrays import namespace
from refgen.disagreement import ClassifierLaw


def label_masses(law: Any) -> Any:
    """P(X = x, Y = y), (..., n_points, n_classes)."""
    return law.weights[..., None] * law.label_probabilities


def mean_pairwise(rg: Any, law: ClassifierLaw) -> Any:
    """Mean disagreement over pairs of different classifiers (0 if there is one)."""
    pairs = rg.disagreement.pairwise_disagreement(law)
    m = pairs.shape[-1]
    return pairs.sum(axis=(-1, -2)) / max(m * (m - 1), 1)


def pair_disagreement(law: ClassifierLaw, predictions: Any) -> Any:
    """Share of pairs of different runs that disagree at each point, (..., n_points).

    `predictions` have shape (..., n_runs, n_points) and the classes of `law`.
    """
    m = predictions.shape[-2]
    classes = range(law.label_probabilities.shape[-1])
    agree = sum((predictions == k).sum(axis=-2) ** 2 for k in classes)
    return (m**2 - agree) / (m * (m - 1))


def all_runs(law: ClassifierLaw, n_runs: int) -> tuple[Any, Any]:
    """All T ways to draw `n_runs` classifiers.

    Their probabilities (..., T) and predictions (..., T, n_runs, n_points).
    """
    n = law.classifier_weights.shape[-1]
    ways = namespace(law.weights).asarray(list(product(range(n), repeat=n_runs)))
    chance = law.classifier_weights[..., ways].prod(axis=-1)
    return chance, law.predictions[..., ways, :]


def at_two_points(law: ClassifierLaw, n_runs: int) -> tuple[Any, Any, Any]:
    """Pair disagreement of all draws of `n_runs` classifiers and two points.

    At the first and at the second point, and the probabilities of the draws; all
    broadcast to (..., T, n_points, n_points).
    """
    chance, predictions = all_runs(law, n_runs)
    at_point = pair_disagreement(law, predictions)
    points = law.weights[..., :, None] * law.weights[..., None, :]
    return (
        at_point[..., :, None],
        at_point[..., None, :],
        chance[..., None, None] * points[..., None, :, :],
    )


def two_point_estimates(law: ClassifierLaw, n_runs: int) -> tuple[Any, Any]:
    """D̂ of all draws of `n_runs` classifiers and two points; their probabilities."""
    first, second, chance = at_two_points(law, n_runs)
    return (first + second) / 2, chance

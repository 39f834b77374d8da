"""Masses of labels, and runs drawn from a law over classifiers."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations_with_replacement, product
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


def all_tables(law: ClassifierLaw, n_runs: int, n_points: int) -> tuple[Any, Any]:
    """All predictions of drawn runs at drawn points, and their probabilities.

    Of shapes (..., R, P, n_runs, n_points) and (..., R, P). Runs and points are
    exchangeable: a draw stands for the same draw in all orders.
    """
    xp = namespace(law.weights)
    runs, run_chance = _multisets(law.classifier_weights, n_runs)
    points, point_chance = _multisets(law.weights, n_points)
    tables = law.predictions[..., runs, :][..., points]  # (..., R, n_runs, P, n_points)
    return (
        xp.moveaxis(tables, -2, -3),
        run_chance[..., :, None] * point_chance[..., None, :],
    )


def _multisets(weights: Any, size: int) -> tuple[Any, Any]:
    """Ways (W, size) to draw from `weights` in any order; probabilities (..., W)."""
    drawn = list(combinations_with_replacement(range(weights.shape[-1]), size))
    orders = [
        math.factorial(size) / math.prod(map(math.factorial, Counter(way).values()))
        for way in drawn
    ]
    xp = namespace(weights)
    ways = xp.asarray(drawn)
    return ways, weights[..., ways].prod(axis=-1) * xp.asarray(orders)


def all_estimates(law: ClassifierLaw, n_runs: int, n_points: int) -> tuple[Any, Any]:
    """D̂ of all draws of runs and points, and their probabilities, (..., R, P)."""
    tables, chance = all_tables(law, n_runs, n_points)
    return pair_disagreement(law, tables).mean(axis=-1), chance

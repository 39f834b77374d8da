"""The identities of ResMem on digits with noised labels and bases that were trained."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim

N_TRAIN, N_QUERIES, N_NEIGHBORS = 150, 40, 5
BANDWIDTH = 0.5


@dataclass(frozen=True, repr=False)
class TrainedBase(Instance):
    """What a base says on the rows it was trained on and on new ones.

    Shapes: `points` (..., n, d) and `queries` (..., q, d) are digits, `targets`
    (..., n, 10) one-hot labels of which a fifth is wrong, `base` (..., n, 10) and
    `base_at_queries` (..., q, 10) the base's probabilities.
    """

    points: Any
    targets: Any
    base: Any
    queries: Any
    base_at_queries: Any


def _bases() -> list[Any]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.tree import DecisionTreeClassifier

    return [
        DecisionTreeClassifier(max_depth=4, random_state=0),
        LogisticRegression(C=0.001),
        MLPClassifier((8,), max_iter=20, random_state=0),
    ]


@functools.cache
def _trained() -> tuple[TrainedBase, ...]:
    """One instance per base; training happens on first use."""
    from sklearn.datasets import load_digits

    digits, labels = load_digits(return_X_y=True)
    points, queries = np.split(digits[: N_TRAIN + N_QUERIES] / 16, [N_TRAIN])
    noised = labels[:N_TRAIN].copy()
    noised[::5] = (noised[::5] + 1) % 10
    with warnings.catch_warnings():
        # The network stops early on purpose.
        warnings.simplefilter("ignore")
        fitted = [base.fit(points, noised) for base in _bases()]
    return tuple(
        TrainedBase(
            points,
            np.eye(10)[noised],
            _normalized(base.predict_proba(points)),
            queries,
            _normalized(base.predict_proba(queries)),
        )
        for base in fitted
    )


def _normalized(shares: np.ndarray) -> np.ndarray:
    return shares / shares.sum(axis=1, keepdims=True)


digits_domain = Domain(
    "digits with noised labels",
    "a shallow tree, a regularized linear model and a tiny network trained on digits",
    _trained,
)


def _each(law: TrainedBase, measure: Any) -> Any:
    """`measure` of every instance of the batch, stacked."""
    xp = namespace(law.base)
    return xp.stack([measure(law.take(i)) for i in range(law.base.shape[0])])


def _smoothed(rg: Any, law: TrainedBase, values: Any, k: int) -> Any:
    """S values at the queries, by soft neighbours."""
    distances, found = rg.neighbors.nearest_neighbors(law.points, law.queries, k)
    weights = rg.resmem.neighbor_weights(distances, "exponential", BANDWIDTH)
    return rg.resmem.smooth(values, found, weights)


def _fit_at_training_rows(rg: Any, law: TrainedBase, k: int) -> Any:
    distances, found = rg.neighbors.nearest_neighbors(law.points, law.points, k)
    weights = rg.resmem.neighbor_weights(distances, "uniform")
    return law.base + rg.resmem.smooth(law.targets - law.base, found, weights)


def _scores(rg: Any, law: TrainedBase) -> Any:
    residuals = law.targets - law.base
    return law.base_at_queries + _smoothed(rg, law, residuals, N_NEIGHBORS)


def _by_smoother(rg: Any, law: TrainedBase) -> Any:
    """S y + (I − S) f, without residuals."""
    smoothed = [_smoothed(rg, law, v, N_NEIGHBORS) for v in (law.targets, law.base)]
    return smoothed[0] + (law.base_at_queries - smoothed[1])


@claim(
    "resmem-digits",
    kind="identity",
    domain=digits_domain,
    source="RM-7 and RM-17 on real digits, derived here",
    cost=100,
)
def identities_on_digits(rg, law):
    """On real digits: one neighbour remembers all, scores sum to 1, f = Sy + (I − S)f.

    Labels are wrong for a fifth of the rows: memory does not care.
    """
    remembered = _each(law, lambda one: _fit_at_training_rows(rg, one, 1))
    scores = _each(law, lambda one: _scores(rg, one))
    by_smoother = _each(law, lambda one: _by_smoother(rg, one))
    # A score adds f, and y and f of each neighbour, of absolute sum 3 in all.
    terms = 1 + 2 * N_NEIGHBORS
    return (
        measured(remembered, law.targets, 3, 3),
        # The ten scores of a row have absolute sum 1 + 2 as well.
        measured(scores.sum(axis=-1), 1.0, 3, 10 * terms),
        measured(scores, by_smoother, 3, terms),
    )


@identities_on_digits.twin("five neighbours remember all their labels")
def _(rg, law):
    remembered = _each(law, lambda one: _fit_at_training_rows(rg, one, N_NEIGHBORS))
    return measured(remembered, law.targets, 3, 1 + 2 * N_NEIGHBORS)


@identities_on_digits.twin("class scores are probabilities", kind="inequality")
def _(rg, law):
    scores = _each(law, lambda one: _scores(rg, one))
    return measured(-scores, 0.0, 3, 1 + 2 * N_NEIGHBORS)


@identities_on_digits.twin("ResMem is the base plus the mean of the labels")
def _(rg, law):
    scores = _each(law, lambda one: _scores(rg, one))
    labels = _each(law, lambda one: _smoothed(rg, one, one.targets, N_NEIGHBORS))
    return measured(scores, law.base_at_queries + labels, 3, 1 + 2 * N_NEIGHBORS)

"""The identities of ResMem on digits with wrong labels, and bases trained on them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import Domain
from refgen.networks import train
from refgen.random import Stream

N_TRAIN, N_QUERIES, N_NEIGHBORS = 150, 40, 5
BANDWIDTH = 0.5
WIDTHS = (8, 16, 64)


@dataclass(frozen=True, repr=False)
class TrainedBase(Instance):
    """What a base says on the rows it was trained on and on new ones.

    Shapes: `points` (..., n, d) and `queries` (..., q, d) are digits, `targets`
    (..., n, 10) one-hot labels of which a fifth is wrong, `base` (..., n, 10) and
    `base_at_queries` (..., q, 10) the base's probabilities. Of networks, `points` and
    `queries` are what their hidden neurons say of digits.
    """

    points: Any
    targets: Any
    base: Any
    queries: Any
    base_at_queries: Any


def _bases() -> list[Any]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    return [
        DecisionTreeClassifier(max_depth=4, random_state=0),
        LogisticRegression(C=0.001),
    ]


def _probabilities(base: Any, digits: np.ndarray) -> np.ndarray:
    shares = base.predict_proba(digits)
    return shares / shares.sum(axis=1, keepdims=True)


@functools.cache
def trained_bases() -> tuple[TrainedBase, ...]:
    """One instance per base; training happens on first use.

    Examples
    --------
    >>> [base.points.shape[-1] for base in trained_bases()]
    [64, 64, 8, 16, 64]
    """
    from sklearn.datasets import load_digits

    digits, labels = load_digits(return_X_y=True)
    points, queries = np.split(digits[: N_TRAIN + N_QUERIES] / 16, [N_TRAIN])
    noised = labels[:N_TRAIN].copy()
    noised[::5] = (noised[::5] + 1) % 10
    fitted = [base.fit(points, noised) for base in _bases()]
    targets = np.eye(10)[noised]
    return tuple(
        TrainedBase(
            points,
            targets,
            _probabilities(base, points),
            queries,
            _probabilities(base, queries),
        )
        for base in fitted
    ) + tuple(
        _trained_network(points, noised, queries, targets, width) for width in WIDTHS
    )


def _trained_network(
    points: np.ndarray,
    labels: np.ndarray,
    queries: np.ndarray,
    targets: np.ndarray,
    width: int,
) -> TrainedBase:
    """A network of two layers, and its hidden layer as the space of the neighbours."""
    trained = train(
        points,
        labels,
        Stream(0, "resmem-digits"),
        n_hidden=width,
        n_epochs=40,
        batch_size=10,
        step_size=0.2,
    )
    hidden = trained.networks.hidden
    return TrainedBase(
        hidden(points)[0],
        targets,
        trained.predict_proba(points)[0],
        hidden(queries)[0],
        trained.predict_proba(queries)[0],
    )


digits_domain = Domain(
    "a shallow tree, a regularized linear model, and networks of 8, 16 and 64 neurons "
    "with neighbours in their hidden layers, trained on digits",
    trained_bases,
)


def _each(law: TrainedBase, measure: Any) -> Any:
    """`measure` of every instance of the batch, stacked."""
    xp = namespace(law.base)
    return xp.stack([measure(law.take(i)) for i in range(law.base.shape[0])])


def _at_training_rows(rg: Any, law: TrainedBase, k: int) -> Any:
    """ResMem with k equal neighbours, at the rows that it has seen."""
    distances, found = rg.neighbors.nearest_neighbors(law.points, law.points, k)
    weights = rg.resmem.neighbor_weights(distances, "uniform")
    return law.base + rg.resmem.smooth(law.targets - law.base, found, weights)


def _smoothed(rg: Any, law: TrainedBase, values: Any) -> Any:
    """S values at the queries, by soft neighbours."""
    near = rg.neighbors.nearest_neighbors(law.points, law.queries, N_NEIGHBORS)
    weights = rg.resmem.neighbor_weights(near[0], "exponential", BANDWIDTH)
    return rg.resmem.smooth(values, near[1], weights)


def _scores(rg: Any, law: TrainedBase) -> Any:
    """f + S(y − f)."""
    return law.base_at_queries + _smoothed(rg, law, law.targets - law.base)


@claim(
    "resmem-digits",
    kind="identity",
    domain=digits_domain,
    source="RM-7 and RM-17 on real digits, derived here",
    cost=100,
)
def identities_on_digits(rg, law, n_neighbors=1, forgotten=1.0):
    """On real digits: one neighbour remembers all, scores sum to 1, f = Sy + (I − S)f.

    Labels are wrong for a fifth of the rows: memory does not care.
    """
    remembered = _each(law, lambda one: _at_training_rows(rg, one, n_neighbors))
    scores = _each(law, lambda one: _scores(rg, one))
    smooth_labels = _each(law, lambda one: _smoothed(rg, one, one.targets))
    smooth_base = _each(law, lambda one: _smoothed(rg, one, one.base))
    form = smooth_labels + law.base_at_queries - forgotten * smooth_base
    # f, y and the smoothed f: each has absolute sum 1 over the classes.
    return (
        equal(remembered, law.targets, 3),
        equal(scores.sum(axis=-1), 1, 3),
        equal(scores, form, 3),
    )


identities_on_digits.twin("f = Sy + fₙ − 0.97 Sfₙ", forgotten=0.97)
identities_on_digits.twin("five neighbours remember all their labels", n_neighbors=5)


@identities_on_digits.twin_function("class scores are probabilities")
def _(rg, law):
    return at_most(0, _each(law, lambda one: _scores(rg, one)), 3)


identities_on_digits.twin(
    "ResMem is the base plus the mean of the labels", forgotten=0.0
)

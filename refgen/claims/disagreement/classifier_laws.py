"""Laws over classifiers, and over members that output probabilities."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.disagreement import ClassifierLaw, MemberLaw
from refgen.domains import (
    distribution,
    first_wrong,
    integer,
    labels,
    record,
)


def two_constants() -> ClassifierLaw:
    """Two classifiers that never agree: all the noise is between runs."""
    return ClassifierLaw([1.0], [[0.5, 0.5]], [0.5, 0.5], [[0], [1]])


classifier_laws = record(
    ClassifierLaw,
    "a law over finitely many classifiers",
    h=integer(1, 5),
    n=integer(1, 6),
    k=integer(1, 4),
    weights=distribution("n"),
    label_probabilities=distribution("n", "k"),
    classifier_weights=distribution("h"),
    predictions=labels("h", "n", n_classes="k"),
    examples=lambda: [
        two_constants(),
        ClassifierLaw([1.0], [[0.0, 1.0]], [1.0], [[0]]),
    ],
)

small_classifier_laws = classifier_laws.but(
    "at most three classifiers on at most three points, for full enumeration",
    lambda: [
        two_constants(),
        ClassifierLaw([0.5, 0.5], [[1, 0], [0, 1]], [0.5, 0.5], [[0, 0], [1, 1]]),
    ],
    h=integer(1, 3),
    n=integer(1, 3),
    k=integer(1, 3),
)


def equally_likely(
    weights: Any, label_probabilities: Any, predictions: Any
) -> ClassifierLaw:
    """The law in which all given classifiers have the same probability."""
    xp, m = namespace(weights), predictions.shape[-2]
    return ClassifierLaw.trusted(
        weights=weights,
        label_probabilities=label_probabilities,
        classifier_weights=xp.full(predictions.shape[:-1], 1 / m),
        predictions=predictions,
    )


def not_equally_likely(law: Any) -> str | None:
    """Why the classifiers of a law are not all equally likely."""
    reason = classifier_laws.outside(law)
    if reason:
        return reason
    return _unequal(law.classifier_weights, "classifier_weights")


def not_uniform(law: Any) -> str | None:
    """Why the classifiers of a law, or its points, are not all equally likely."""
    return not_equally_likely(law) or _unequal(law.weights, "weights")


def _unequal(weights: Any, name: str) -> str | None:
    wrong = abs(weights * weights.size - 1) > 1e-13
    return first_wrong(wrong, weights, f"{name} must be 1/{weights.size}")


ensemble_laws = classifier_laws.but(
    "M given classifiers, equally likely",
    lambda: [
        two_constants(),
        ClassifierLaw([1.0], [[0.0, 0.0, 1.0]], [0.5, 0.5], [[0], [1]]),
    ],
    build=equally_likely,
    outside=not_equally_likely,
    h=integer(1, 6),
)

member_laws = record(
    MemberLaw,
    "equally likely members that output probabilities",
    m=integer(1, 5),
    n=integer(1, 6),
    k=integer(1, 5),
    weights=distribution("n"),
    member_probabilities=distribution("m", "n", "k"),
    examples=lambda: [MemberLaw([1.0], [[[0.5, 0.5]], [[0.5, 0.5]]])],
)

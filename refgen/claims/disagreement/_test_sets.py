"""Labelled test sets: equally likely points, certain labels, given runs."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement.classifier_laws import equally_likely
from refgen.disagreement import ClassifierLaw


def ensemble_of(law: ClassifierLaw, predictions: Any) -> ClassifierLaw:
    """The given predictions (..., m, n_points), equally likely, on the law's points."""
    return equally_likely(law.weights, law.label_probabilities, predictions)


def with_certain_labels(law: ClassifierLaw) -> ClassifierLaw:
    """The runs of `law`, on points of equal weight with their most likely labels."""
    xp, labels = namespace(law.weights), law.label_probabilities
    return equally_likely(
        xp.full(law.weights.shape, 1 / law.weights.shape[-1]),
        xp.eye(labels.shape[-1])[labels.argmax(axis=-1)],
        law.predictions,
    )


def per_instance(function: Any, *arrays: Any) -> Any:
    """A function of the arrays of one instance, for every instance of a batch."""
    xp = namespace(*arrays)

    def stacked(result: Any) -> Any:
        one = isinstance(result, tuple)
        return xp.stack([*map(xp.asarray, result)]) if one else xp.asarray(result)

    return xp.stack([stacked(function(*rows)) for rows in zip(*arrays, strict=True)])

"""Predictions of M runs, checked and coded once; every quantity starts from these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from refgen._codes import encoded, label_range
from refgen._probabilities import stored_probabilities
from refgen.disagreement._labels import (
    check_labels,
    check_predictions,
    check_runs,
    n_axes,
)
from refgen.disagreement._pairs import (
    PairStatistics,
    matrix_of_labels,
    matrix_of_probabilities,
    pairs_of_labels,
    pairs_of_probabilities,
)
from refgen.kernels import kernel

count_level_masses = kernel("votes", "count_level_masses")
count_votes = kernel("votes", "count_votes")
sum_squared_votes = kernel("votes", "sum_squared_votes")

# Up to this many integer labels, votes are counted without encoding them first.
_COUNTED_LABELS = 1024


@dataclass(frozen=True, eq=False)
class LabelRuns:
    """Hard labels of M runs on N points, and true labels where they are given.

    Attributes
    ----------
    labels : integer array of shape (n_runs, n_points)
        From `low` to `low + n_classes − 1`; class codes where `low` is 0.
    truth : integer array of shape (n_points,), or None
        In the same range.
    low, n_classes : int
        Of `counted_labels`, some of the classes may not occur.
    classes : array of shape (n_classes,), or None
        What class codes stand for; None where labels are as they were given.
    """

    labels: Any
    truth: Any
    low: int
    n_classes: int
    classes: Any = None

    @property
    def n_runs(self) -> int:
        return self.labels.shape[0]

    @property
    def n_points(self) -> int:
        return self.labels.shape[1]

    @cached_property
    def counts(self) -> Any:
        """Votes for each class, shape (n_points, n_classes)."""
        return count_votes(self.labels, self.low, self.n_classes)

    @cached_property
    def shares(self) -> Any:
        """Vote shares of each class, shape (n_points, n_classes)."""
        return self.counts / self.n_runs

    @cached_property
    def level_masses(self) -> tuple[Any, Any]:
        """w(j/M) and a(j/M) for j = 0..M; needs `truth`."""
        args = (self.labels, self.low, self.n_classes, self.truth)
        masses, right, occurs = count_level_masses(*args)
        # Integers between the labels that occur nowhere are not classes.
        masses[0] -= self.n_points * (self.n_classes - occurs.sum())
        return masses / self.n_points, right / self.n_points

    @cached_property
    def pairs(self) -> PairStatistics:
        """Pair statistics of two runs or more; needs class codes."""
        return pairs_of_labels(self.labels, self.counts)

    @cached_property
    def pair_matrix(self) -> Any:
        """Σᵢ δᵢ(a, b), shape (n_runs, n_runs); needs class codes."""
        return matrix_of_labels(self.labels, self.n_classes)

    @property
    def point_disagreement(self) -> Any:
        """Mean pairwise disagreement at each point, without an array runs × points."""
        m = self.n_runs
        squares = sum_squared_votes(self.labels, self.low, self.n_classes)
        return (m**2 - squares) / (m * (m - 1))


@dataclass(frozen=True, eq=False)
class ProbabilityRuns:
    """Class probabilities of M runs on N points, and true labels where given.

    Attributes
    ----------
    probabilities : array of shape (n_runs, n_points, n_classes)
    truth : integer array of shape (n_points,), or None
        Class indices.
    """

    probabilities: Any
    truth: Any = None

    @property
    def n_runs(self) -> int:
        return self.probabilities.shape[0]

    @property
    def n_points(self) -> int:
        return self.probabilities.shape[1]

    @property
    def n_classes(self) -> int:
        return self.probabilities.shape[2]

    @cached_property
    def shares(self) -> Any:
        """Mean probabilities of the runs, shape (n_points, n_classes)."""
        return self.probabilities.mean(axis=0)

    @cached_property
    def pairs(self) -> PairStatistics:
        """Pair statistics of two runs or more, labels drawn from the probabilities."""
        return pairs_of_probabilities(self.probabilities)

    @cached_property
    def pair_matrix(self) -> Any:
        """Σᵢ δᵢ(a, b), shape (n_runs, n_runs)."""
        return matrix_of_probabilities(self.probabilities)

    @property
    def point_disagreement(self) -> Any:
        """Mean pairwise disagreement at each point."""
        return self.pairs.point_means


def parsed(predictions: Any, coded: bool = True) -> LabelRuns | ProbabilityRuns:
    """At least two runs of hard labels or of class probabilities, by their shape.

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points) or (n_runs, n_points, n_classes)
    coded : bool
        Whether hard labels have to be class codes; else see `counted_labels`.

    Examples
    --------
    >>> parsed([["cat", "dog"], ["cat", "cat"]]).shares.tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    if n_axes(predictions) == 3:
        p = stored_probabilities("predictions", predictions, 3)
        check_runs(p.shape[0], 2)
        return ProbabilityRuns(p)
    make = coded_labels if coded else counted_labels
    return make(predictions, minimum_runs=2)


def coded_labels(
    predictions: Any,
    labels: Any = None,
    classes: Any = None,
    minimum_runs: int = 1,
    name: str = "labels",
) -> LabelRuns:
    """Hard labels as class codes from 0; errors call the true labels `name`.

    Without `classes` these are the labels that occur, sorted.

    Examples
    --------
    >>> coded_labels([["cat", "dog"], ["cat", "cat"]]).labels.tolist()
    [[0, 1], [0, 0]]
    """
    return _coded(*_checked(predictions, labels, minimum_runs, name), classes, name)


def counted_labels(
    predictions: Any, labels: Any = None, minimum_runs: int = 1
) -> LabelRuns:
    """Hard labels as the counting kernels take them, encoded only where that is needed.

    Integers of a small range are taken as they are; anything else is encoded.

    Examples
    --------
    >>> counted_labels([[5, 7], [5, 5]]).counts.tolist()
    [[2, 0, 0], [1, 0, 1]]
    """
    array, truth = _checked(predictions, labels, minimum_runs)
    bounds = [label_range(a) for a in (array, truth) if a is not None]
    if None not in bounds:
        low = min(b[0] for b in bounds if b)
        n_classes = max(b[1] for b in bounds if b) - low + 1
        if n_classes <= _COUNTED_LABELS:
            return LabelRuns(array, truth, low, n_classes)
    return _coded(array, truth, None)


def _checked(
    predictions: Any, labels: Any, minimum_runs: int, name: str = "labels"
) -> tuple[Any, Any]:
    array = check_predictions(predictions, minimum_runs)
    n_points = array.shape[1]
    return array, None if labels is None else check_labels(labels, n_points, name)


def _coded(array: Any, truth: Any, classes: Any, name: str = "labels") -> LabelRuns:
    codes, truth, known = encoded(array, truth, classes, name)
    return LabelRuns(codes, truth, 0, len(known), known)

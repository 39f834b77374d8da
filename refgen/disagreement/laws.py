"""What an instance is: finite laws of points, labels and classifiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, as_probabilities, namespace, plain_array


def _check_same(name: str, shape: tuple, other: str, other_shape: tuple) -> None:
    if shape != other_shape:
        raise ValueError(
            f"{name} has shape {shape} where {other} has {other_shape}; "
            "points, classes and batch axes must agree"
        )


@dataclass(frozen=True, repr=False)
class FiniteLaw(Instance):
    """A finite law of points and labels, and the vote shares of a random classifier.

    Parameters
    ----------
    weights : array of shape (..., n_points)
        P(X = x), each row on the simplex.
    label_probabilities : array of shape (..., n_points, n_classes)
        P(Y = k | X = x).
    vote_shares : array of shape (..., n_points, n_classes)
        P(h(x) = k) over the law of classifiers.

    Raises
    ------
    ValueError
        If shapes disagree or anything is not a probability.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> law.n_points, law.n_classes
    (1, 2)
    """

    weights: Any
    label_probabilities: Any
    vote_shares: Any

    def __post_init__(self) -> None:
        for name, ndim in (
            ("weights", 1),
            ("label_probabilities", 2),
            ("vote_shares", 2),
        ):
            checked = as_probabilities(name, getattr(self, name), ndim)
            object.__setattr__(self, name, checked)
        labels, votes = self.label_probabilities, self.vote_shares
        _check_same("label_probabilities", labels.shape, "vote_shares", votes.shape)
        _check_same("weights", self.weights.shape, "vote_shares", votes.shape[:-1])

    @property
    def n_points(self) -> int:
        return self.vote_shares.shape[-2]

    @property
    def n_classes(self) -> int:
        return self.vote_shares.shape[-1]


@dataclass(frozen=True, repr=False)
class ClassifierLaw(Instance):
    """A law over finitely many classifiers, with the law of points and labels.

    Parameters
    ----------
    weights : array of shape (..., n_points)
        P(X = x).
    label_probabilities : array of shape (..., n_points, n_classes)
        P(Y = k | X = x).
    classifier_weights : array of shape (..., n_classifiers)
        P(h).
    predictions : integer array of shape (..., n_classifiers, n_points)
        h(x), class codes in ``range(n_classes)``.

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.0, 1.0]], [0.5, 0.5], [[0], [1]])
    >>> law.marginal().vote_shares.tolist()
    [[0.5, 0.5]]
    """

    weights: Any
    label_probabilities: Any
    classifier_weights: Any
    predictions: Any

    def __post_init__(self) -> None:
        for name, ndim in (
            ("weights", 1),
            ("label_probabilities", 2),
            ("classifier_weights", 1),
        ):
            checked = as_probabilities(name, getattr(self, name), ndim)
            object.__setattr__(self, name, checked)
        codes = plain_array("predictions", self.predictions)
        if codes.dtype.kind not in "iu":
            raise TypeError(f"predictions must be integer codes, got {codes.dtype}")
        object.__setattr__(self, "predictions", codes)
        shape = (*self.classifier_weights.shape, self.weights.shape[-1])
        _check_same("predictions", codes.shape, "weights and classifier_weights", shape)
        n_classes = self.label_probabilities.shape[-1]
        if int(codes.min()) < 0 or int(codes.max()) >= n_classes:
            raise ValueError(
                f"predictions must be class codes in 0..{n_classes - 1}, "
                f"got {int(codes.min())}..{int(codes.max())}"
            )
        points = self.label_probabilities.shape[:-1]
        _check_same("label_probabilities", points, "weights", self.weights.shape)

    def one_hot(self) -> Any:
        """Predictions as indicators, (..., n_classifiers, n_points, n_classes)."""
        xp = namespace(self.predictions)
        classes = xp.arange(self.label_probabilities.shape[-1])
        return (self.predictions[..., None] == classes).astype(np.float64)

    def marginal(self) -> FiniteLaw:
        """The law of points and labels with the vote shares h̃ of this law."""
        weighted = self.classifier_weights[..., None, None] * self.one_hot()
        return FiniteLaw.trusted(
            weights=self.weights,
            label_probabilities=self.label_probabilities,
            vote_shares=_summed_in_pairs(weighted),
        )


def _summed_in_pairs(values: Any) -> Any:
    """Sums over the third axis from the end, in pairs.

    m terms carry 2 log₂ m roundings at most, so that shares that should be equal stay
    one level (`refgen.disagreement._levels`), of up to 2¹⁵ classifiers.
    """
    while (m := values.shape[-3]) > 1:
        half = m // 2
        pairs = values[..., :half, :, :] + values[..., half : 2 * half, :, :]
        if m % 2:
            pairs[..., 0, :, :] += values[..., -1, :, :]
        values = pairs
    return values[..., 0, :, :]


@dataclass(frozen=True, repr=False)
class MemberLaw(Instance):
    """Equally likely members that output class probabilities.

    Parameters
    ----------
    weights : array of shape (..., n_points)
        P(X = x).
    member_probabilities : array of shape (..., n_members, n_points, n_classes)
        p(k | x, ω) for each member ω.

    Examples
    --------
    >>> MemberLaw([1.0], [[[0.3, 0.7]]]).member_probabilities.shape
    (1, 1, 2)
    """

    weights: Any
    member_probabilities: Any

    def __post_init__(self) -> None:
        for name, ndim in (("weights", 1), ("member_probabilities", 3)):
            checked = as_probabilities(name, getattr(self, name), ndim)
            object.__setattr__(self, name, checked)
        members = self.member_probabilities.shape
        shape = (*members[:-3], members[-2])
        _check_same("weights", self.weights.shape, "the members' points", shape)

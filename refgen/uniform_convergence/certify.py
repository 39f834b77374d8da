"""Certify the error of a classifier from the data that it learns from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils import check_random_state

from refgen._checks import check_open_unit
from refgen._estimators.data import check_labels, check_numbers
from refgen._estimators.outputs import finite_floats, labels_predicted
from refgen._estimators.parameters import check_kind
from refgen._estimators.rows import take_points
from refgen._label_types import as_labels
from refgen._naming import check_seed, naming
from refgen._scales import check_scale
from refgen.uniform_convergence._certificate_result import RiskCertificate
from refgen.uniform_convergence.certificates import held_out_bound, pac_bayes_kl
from refgen.uniform_convergence.gibbs import gaussian_divergence, gibbs_error

# Lengths of the prior's mean that are tried; each has its share of δ.
_LENGTHS = 2.0 ** np.arange(0, 8, 0.5)
# Where the posterior's mean may be between both classifiers: free of charge.
_SHARES = np.linspace(0, 1, 11)

_INDEPENDENT = "rows are independent draws of one population"
_SPLIT = "the split into two parts does not depend on the rows"


def certify_risk(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    delta: float = 0.05,
    prior_share: float = 0.5,
    random_state: Any = 0,
) -> RiskCertificate:
    """Bounds on the error of a classifier that are not vacuous on real data.

    The rows are split at random. A clone learns the first part, and its errors on the
    second give a bound by held-out points. A linear classifier of two classes has a
    PAC-Bayes bound besides: the weights learned on the first part are the mean of a
    prior, and those of the posterior may use all rows.

    Parameters
    ----------
    estimator : classifier
        It is cloned, and not changed. A pipeline that ends in a linear classifier is
        linear in what its other steps, fitted on the first part, make of X.
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
    y : array of shape (n_samples,)
        Classes.
    delta : float
        δ in (0, 1): each bound holds with probability 1 − δ.
    prior_share : float
        The share of the rows in the first part, in (0, 1).
    random_state : int, RandomState instance or None
        Of the split.

    Returns
    -------
    RiskCertificate

    Raises
    ------
    TypeError
        If `estimator` is no classifier.
    ValueError
        If shapes disagree, a number is out of range, a part has no rows, the first
        part has one class only, or the estimator does not predict one class a row.

    Notes
    -----
    Weights are drawn from N(μw, I), where w is between the directions learned on the
    first part and on all rows; the prior is the same with the first one. μ is the best
    of 16 lengths, for each of which the bound holds with probability 1 − δ/16. An
    intercept is the weight of one more feature, which is the same for all rows: the
    root mean square length of the first part. Source: claims UC-69b, UC-70 and UC-70b.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), LogisticRegression())
    >>> found = certify_risk(model, X, y)
    >>> round(found.held_out_bound, 2), round(found.pac_bayes_bound, 2)
    (0.05, 0.09)
    """
    check_kind(estimator, is_classifier, "classifier")
    delta = check_open_unit("delta", delta)
    share = check_open_unit("prior_share", prior_share)
    rng = check_random_state(check_seed(random_state))
    X, labels = _data(X, y)
    first, second = _parts(rng.permutation(len(labels)), share, labels)
    prior = _fitted(clone(estimator), take_points(X, first), labels[first])
    wrong = _predicted(prior, take_points(X, second), len(second)) != labels[second]
    bound = float(held_out_bound(int(wrong.sum()), len(second), delta))
    why_not = _why_not_linear(prior, len(np.unique(labels)))
    found = dict.fromkeys(_OF_POSTERIOR)
    if not why_not:
        found = _posterior(_Split.of(prior, X, labels, first, second), delta)
    return RiskCertificate(
        held_out_bound=bound,
        held_out_error=float(wrong.mean()),
        why_not=why_not,
        delta=delta,
        n_prior=len(first),
        n_samples=len(second),
        assumptions=(_INDEPENDENT, _SPLIT),
        **found,
    )


_OF_POSTERIOR = (
    "pac_bayes_bound",
    "deterministic_bound",
    "gibbs_error",
    "divergence",
    "sharpness",
    "share_of_all",
)


def _data(X: Any, y: Any) -> tuple[Any, np.ndarray]:
    check_numbers(X, is_read=True)
    check_labels(y)
    labels = np.asarray(as_labels("y", y))
    with naming("X"):
        X = X if hasattr(X, "shape") else np.asarray(X)
    if labels.ndim != 1 or not X.shape or X.shape[0] != len(labels):
        raise ValueError(
            "X must have shape (n_samples, n_features) and y (n_samples,), got "
            f"{X.shape} and {labels.shape}"
        )
    if len(labels) and len(np.unique(labels)) < 2:
        raise ValueError("y holds one class only; a classifier needs two")
    if hasattr(X, "tocsr"):
        X = X.tocsr()
        numbers = X.data
    else:
        numbers = X
    if getattr(numbers, "dtype", None) is not None and numbers.dtype.kind in "fiu":
        check_scale("X", numbers.ravel(), int(numbers.size > 0))
    return X, labels


def _parts(
    order: np.ndarray, share: float, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    n_prior = int(share * len(order))
    first, second = order[:n_prior], order[n_prior:]
    if n_prior < 2 or len(np.unique(labels[first])) < 2:
        raise ValueError(
            f"the first part has {n_prior} of {len(order)} rows and fewer than two "
            "classes; give more rows, or a larger prior_share"
        )
    return first, second


def _fitted(model: Any, X: Any, labels: np.ndarray) -> Any:
    with naming("X", "y"):
        return model.fit(X, labels)


def _predicted(model: Any, X: Any, n_rows: int) -> np.ndarray:
    with naming("X", "estimator"):
        return labels_predicted(model, X, n_rows)


def _last(model: Any) -> Any:
    return model[-1] if hasattr(model, "steps") else model


def _why_not_linear(model: Any, n_classes: int) -> str:
    """Why a fitted classifier has no Gaussian posterior; empty if it has."""
    if n_classes != 2:
        return f"there are {n_classes} classes, and not two"
    if not hasattr(_last(model), "coef_"):
        return f"{type(_last(model)).__name__} is not linear: it has no coef_"
    shape = np.shape(_last(model).coef_)
    if math.prod(shape[:-1]) != 1:
        return f"coef_ has the shape {shape}, and not one row for both classes"
    return ""


@dataclass(frozen=True)
class _Split:
    """The second part, with signs of its labels, as both classifiers see it.

    Attributes
    ----------
    margins : tuple of arrays (n_samples,)
        Of the directions learned on the first part, and on all rows.
    lengths : array (n_samples,)
    distance : float
        Between both directions.
    """

    margins: tuple[np.ndarray, np.ndarray]
    lengths: np.ndarray
    distance: float

    @classmethod
    def of(
        cls,
        prior: Any,
        X: Any,
        labels: np.ndarray,
        first: np.ndarray,
        second: np.ndarray,
    ) -> _Split:
        features = prior[:-1].transform(X) if hasattr(prior, "steps") else X
        everything = _fitted(clone(_last(prior)), features, labels)
        dense = features.toarray() if hasattr(features, "toarray") else features
        points = finite_floats(prior, dense, len(labels))
        constant = float(np.sqrt(np.square(points[first]).sum(axis=1).mean())) or 1.0
        points = np.column_stack([points, np.full(len(points), constant)])[second]
        signs = np.where(labels[second] == prior.classes_[1], 1.0, -1.0)
        learned = [_direction(model, constant) for model in (_last(prior), everything)]
        before, after = (signs * (points @ w) for w in learned)
        lengths = np.linalg.norm(points, axis=1)
        distance = float(np.linalg.norm(learned[1] - learned[0]))
        return cls((before, after), lengths, distance)


def _direction(model: Any, constant: float) -> np.ndarray:
    """Weights of length 1, that of the constant feature last; 0 if all are 0."""
    intercept = np.ravel(getattr(model, "intercept_", 0.0))[0] / constant
    coefficients = model.coef_
    if hasattr(coefficients, "toarray"):
        coefficients = coefficients.toarray()
    weights = np.append(np.ravel(coefficients), intercept)
    length = np.linalg.norm(weights)
    return weights / length if length else weights


def _posterior(split: _Split, delta: float) -> dict[str, Any]:
    """The bound of the best posterior, and what it is made of."""
    length, share = (a.ravel() for a in np.meshgrid(_LENGTHS, _SHARES, indexing="ij"))
    before, after = split.margins
    errors = np.array(
        [
            gibbs_error(mu * ((1 - t) * before + t * after), split.lengths).mean()
            for mu, t in zip(length, share, strict=True)
        ]
    )
    spent = gaussian_divergence(length * share * split.distance, 1)
    bounds = pac_bayes_kl(errors, spent, len(before), delta / len(_LENGTHS))
    best = int(bounds.argmin())
    bound = float(bounds[best])
    parts = errors[best], spent[best], length[best], share[best]
    values = (bound, min(2 * bound, 1.0), *map(float, parts))
    return dict(zip(_OF_POSTERIOR, values, strict=True))

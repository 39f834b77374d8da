"""Can uniform convergence explain it? An audit of an estimator on data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils import check_random_state

from refgen._checks import check_open_unit, is_integer
from refgen._estimators.outputs import labels_predicted
from refgen._estimators.parameters import check_kind
from refgen._naming import check_seed
from refgen._shown import shown
from refgen.uniform_convergence._audit_data import (
    denial,
    disjoint_samples,
    negation,
    noise_columns,
    points_and_labels,
    transformed,
)
from refgen.uniform_convergence._audit_result import (
    AuditedSample,
    UniformConvergenceAudit,
)
from refgen.uniform_convergence._sample_bounds import sample_bounds
from refgen.uniform_convergence.pairs import PairsCertificate, certified_pairs

# Below this the data deny that noise columns might as well have the other sign.
_DENIED = 1e-6


def audit(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    noise_features: Any = None,
    transform: Callable[..., Any] | None = None,
    delta: float = 0.05,
    confidence_level: float = 0.95,
    n_samples: int = 2,
    sample_size: int | None = None,
    random_state: Any = 0,
) -> UniformConvergenceAudit:
    """Certify what every bound by uniform convergence has to admit for an estimator.

    The points are cut into samples that share none. The estimator learns from each, and
    is tried on the transformed sample, which is as likely as the sample itself. Where
    it fails there and succeeds on new points, no bound for all of its outputs is small.

    Parameters
    ----------
    estimator : classifier
        It is cloned. Without `noise_features` or `transform` it must be linear (have a
        ``coef_`` when it is fitted), and gets no certificate.
    X : array of shape (n_points, n_features)
    y : array of shape (n_points,)
    noise_features : array of numbers of columns, or a mask of columns, optional
        Columns whose signs may be changed together without changing the law of points;
        `with_noise` appends such columns.
    transform : callable, optional
        ``transform(X, y)`` gives points and labels of the transformed sample. The law
        of samples must be the same before and after.
    delta : float
        δ in (0, 1), with which bounds by uniform convergence may fail.
    confidence_level : float
        In (0, 1), of the certificate.
    n_samples : int
        How many samples. (2δ)^n_samples has to be at most half of the certificate's
        error probability, or there is no certificate.
    sample_size : int, optional
        m, the points of each; by default n_points // max(n_samples, 2).
    random_state : int, RandomState instance or None
        Of the cut into samples.

    Returns
    -------
    UniformConvergenceAudit

    Raises
    ------
    TypeError
        If the estimator is no classifier, X holds no numbers, or a transform is no
        function, or returns no pair.
    ValueError
        If shapes disagree, an option is out of range, both transformations are given,
        a sample has one class only, or a model that is not linear has neither.

    Notes
    -----
    What is certified is ε_unif-alg(m, δ), which concerns estimator and law of points;
    the confidence is about the draw of the points. The gap of a sample is its error on
    the transformed sample less an upper limit of its test error. Source: Nagarajan &
    Kolter 2019 (arXiv 1902.04742); the certificate is derived here, claims UC-71,
    UC-71b and UC-72; the doubt of the premise is claim UC-73.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from refgen.random import Stream
    >>> from refgen.uniform_convergence import with_noise
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = (X - X.mean(axis=0)) / X.std(axis=0)
    >>> noisy = with_noise(X, 3000, 4000.0, Stream(0, "docs"))
    >>> learner = LogisticRegression(fit_intercept=False)
    >>> found = audit(learner, noisy, y, noise_features=range(30, 3030))
    >>> found.certified, round(found.lower_bound, 2), round(found.test_error, 2)
    (True, 0.6, 0.17)
    """
    plan = _Plan.of(estimator, delta, confidence_level)
    points, labels = points_and_labels(X, y)
    if noise_features is not None and transform is not None:
        raise ValueError("give noise_features or transform, not both")
    columns, p_value = None, None
    if noise_features is not None:
        columns = noise_columns(noise_features, points.shape[1])
        transform, p_value = negation(columns), denial(points, labels, columns)
    elif transform is not None and not callable(transform):
        raise TypeError(
            f"transform must be a function of (X, y), got {shown(transform)}"
        )
    rng = check_random_state(check_seed(random_state))
    cut = disjoint_samples(labels, n_samples, sample_size, rng)
    tried = [plan.tried(points, labels, *rows, transform) for rows in cut]
    own = cut[0][0]
    found = plan.certificate(tried)
    reason = plan.objection(found, len(tried), transform, p_value)
    return UniformConvergenceAudit(
        lower_bound=0.0 if reason else float(found.lower_bound),
        certified=not reason,
        reason=reason,
        delta=plan.delta,
        confidence_level=plan.level,
        n_points=len(labels),
        sample_size=len(own),
        samples=_samples(tried, found),
        rank=0 if reason else int(found.rank),
        asymmetry=p_value,
        bounds=sample_bounds(tried[0].model, points[own], labels[own], plan.delta),
        assumptions=_assumptions(estimator, columns, transform, len(own)),
    )


@dataclass(frozen=True)
class _Tried:
    """A fitted model and its errors; those on held-out points are counted."""

    model: Any
    train_error: float
    transformed_error: float | None
    n_wrong: int
    n_held_out: int


@dataclass(frozen=True)
class _Plan:
    """What is audited, and how surely."""

    estimator: Any
    delta: float
    level: float

    @classmethod
    def of(cls, estimator: Any, delta: Any, level: Any) -> _Plan:
        check_kind(estimator, is_classifier, "classifier")
        delta = check_open_unit("delta", delta)
        return cls(estimator, delta, check_open_unit("confidence_level", level))

    def tried(
        self, X: np.ndarray, y: np.ndarray, own: Any, others: Any, transform: Any
    ) -> _Tried:
        """A clone that learned from some rows, on these and on all others."""
        model = clone(self.estimator).fit(X[own], y[own])
        if transform is None and not hasattr(model, "coef_"):
            raise ValueError(
                "without noise_features or a transform the estimator must be linear, "
                f"and {type(model).__name__} has no coef_; give noise_features, or a "
                "transform that preserves the law of samples"
            )
        turned = None
        if transform is not None:
            pair = transformed(transform, X[own], y[own], np.unique(y))
            turned = float(_wrong(model, *pair).mean())
        missed = _wrong(model, X[others], y[others])
        train = float(_wrong(model, X[own], y[own]).mean())
        return _Tried(model, train, turned, int(missed.sum()), len(others))

    def certificate(self, tried: list[_Tried]) -> PairsCertificate:
        return certified_pairs(
            [t.transformed_error or 0.0 for t in tried],
            [t.n_wrong for t in tried],
            [t.n_held_out for t in tried],
            self.delta,
            self.level,
        )

    def objection(
        self, found: PairsCertificate, n: int, transform: Any, p_value: float | None
    ) -> str:
        """Why there is no certificate; empty if there is one."""
        if transform is None:
            return (
                "no transformation that preserves the law of samples is known; name "
                "noise features, or give a transform"
            )
        if self.delta >= 0.5:
            return (
                f"2δ is {2 * self.delta:g}, and a set of samples of probability 1 − δ "
                "need not hold a sample together with its transform unless 2δ < 1"
            )
        if not int(found.rank):
            half = (1 - self.level) / 2
            least = math.ceil(math.log(half) / math.log(2 * self.delta))
            return (
                f"{n} sample(s) are too few for this δ and confidence; it takes "
                f"{least}, or a δ of at most {half ** (1 / n) / 2:.3g}"
            )
        if p_value is not None and p_value < _DENIED:
            return (
                "the data deny that noise features might as well have the other sign "
                f"(p-value {p_value:.1g})"
            )
        if float(found.lower_bound) <= 0:
            return (
                "errors on transformed samples are not above the upper limits of test "
                "errors"
            )
        return ""


def _wrong(model: Any, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    return labels_predicted(model, X, len(y)) != y


def _samples(tried: list[_Tried], found: PairsCertificate) -> tuple[AuditedSample, ...]:
    return tuple(
        AuditedSample(
            t.train_error,
            t.transformed_error,
            t.n_wrong / t.n_held_out,
            float(found.test_errors_low[i]),
            float(found.test_errors_high[i]),
            t.n_held_out,
        )
        for i, t in enumerate(tried)
    )


def _assumptions(
    estimator: Any, columns: Any, transform: Any, sample_size: int
) -> tuple[str, ...]:
    said = ["points are independent draws of one law"]
    if columns is not None:
        said.append(
            f"with the signs of {len(columns)} noise features changed together, a "
            "point is as likely as before; columns of with_noise are so exactly, of "
            "others it is your claim"
        )
    elif transform is not None:
        said.append("transform preserves the law of samples, which is your claim")
    said.append(
        f"the bound is about this estimator with {sample_size} points, and about "
        "errors without a margin"
    )
    seeds = [v for k, v in estimator.get_params().items() if "random_state" in k]
    if not all(is_integer(seed) for seed in seeds):
        said.append(
            "where the estimator draws random numbers, the bound holds for one of its "
            "seeds, which nobody knows"
        )
    return tuple(said)

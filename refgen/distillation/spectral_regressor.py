"""Linear and kernel regression by early stopping or a penalty, chosen on the path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from refgen._checks import check_choice
from refgen._estimators.parameters import is_positive
from refgen._shown import shown
from refgen.distillation._directions import Directions
from refgen.distillation._left_out_fits import LeftOut
from refgen.distillation._spectral_base import SpectralBase, as_candidates
from refgen.distillation.filters import (
    gradient_descent_filter,
    gradient_flow_filter,
    ridge_filter,
)

# What is tried by "auto": so many numbers, evenly spaced on the logarithmic scale.
_CANDIDATES = 100
# Steps up to which gradient descent is tried, and the largest condition number up to
# which weak directions are followed.
_STEPS, _CONDITION = 1000, 1e6
# Steps that anybody waits for, when each is taken without each row.
_MOST_STEPS = 10**6
# Penalties of so short a time are still in the range of float64.
_SHORTEST = 1e-300
_STRENGTHS = {"gradient_flow": "time", "gradient_descent": "n_steps", "ridge": "alpha"}


class SpectralFilterRegressor(SpectralBase):
    """Least squares by a filter of eigendirections, for a path of strengths at once.

    Gradient flow or gradient descent from 0 that stops early, or ridge regression: each
    keeps a share of every eigendirection of the data. One eigendecomposition gives the
    whole path, and leave-one-out errors all along it choose the strength.

    Parameters
    ----------
    filter : {"gradient_flow", "gradient_descent", "ridge"}, default="gradient_flow"
        The shares 1 − e^(−λt), 1 − (1 − ηλ)^m and λ/(λ + ρ).
    time : "auto", float or array of floats, default="auto"
        Training time t ≥ 0 of the flow, for the loss ‖y − Xβ‖²/(2n); infinity is
        training to the end. Of several, or of 100 for "auto", the one with the least
        leave-one-out error is taken. Read by "gradient_flow" only.
    n_steps : "auto", int or array of ints, default="auto"
        Steps m of gradient descent, likewise; "auto" tries up to 1000. Read by
        "gradient_descent" only.
    step_size : "auto" or float, default="auto"
        η, below twice the inverse of the largest eigenvalue; "auto" is that inverse.
        Read by "gradient_descent" only.
    alpha : "auto", float or array of floats, default="auto"
        Penalty nρ, as in scikit-learn's `Ridge`, likewise. Read by "ridge" only.
    kernel : None, str or callable, default=None
        None means the features; otherwise a kernel of
        `sklearn.metrics.pairwise.pairwise_kernels`, or "precomputed".
    gamma, degree, coef0, kernel_params
        Of the kernel, as in scikit-learn's `KernelRidge`.
    fit_intercept : bool, default=True
        An intercept that follows the coefficients at once: data are centred.

    Attributes
    ----------
    strength_ : float
        The time, the number of steps or the penalty that was taken.
    strengths_ : array of shape (n_strengths,)
        All that were tried, or the given one.
    loo_scores_ : array of shape (n_strengths,)
        Their mean squared leave-one-out errors. Only if there were several.
    step_size_ : float
        Only with "gradient_descent".
    spectrum_ : array of shape (n_directions,)
        Eigenvalues of XᵀX/n of the centred data, or those of the kernel, that are not 0
        up to rounding.
    filter_ : array of shape (n_directions,)
        The share that is kept of each direction.
    coef_, dual_coef_, intercept_, X_fit_
        As in `SelfDistilledRidge`.
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if `X` of `fit` has feature names that are all strings.

    Notes
    -----
    Leave-one-out is exact for all three: for ridge regression by a quotient (claim
    KD-26), for gradient flow by the inverse Laplace transform of these quotients (claim
    KD-41), to about ten digits, and for gradient descent by its recursion for all rows
    side by side. A row of weight above 1 counts as that many rows, of which one is left
    out; a row of less weight is left out whole.

    Directions in which the rows do not differ are left at 0, in infinite time as well.

    Source: claims KD-1, KD-4 and KD-5 for the filters; leave-one-out derived here.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = SpectralFilterRegressor().fit(X, y)
    >>> round(model.score(X, y), 3)
    0.514
    >>> model.predict_path(X[:5]).shape
    (100, 5)
    """

    def __init__(
        self,
        filter: str = "gradient_flow",
        *,
        time: Any = "auto",
        n_steps: Any = "auto",
        step_size: Any = "auto",
        alpha: Any = "auto",
        kernel: Any = None,
        gamma: Any = None,
        degree: Any = 3,
        coef0: Any = 1,
        kernel_params: Any = None,
        fit_intercept: bool = True,
    ) -> None:
        self.filter = filter
        self.time = time
        self.n_steps = n_steps
        self.step_size = step_size
        self.alpha = alpha
        self.kernel = kernel
        self.gamma = gamma
        self.degree = degree
        self.coef0 = coef0
        self.kernel_params = kernel_params
        self.fit_intercept = fit_intercept

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SpectralFilterRegressor:
        """Find the directions, try all strengths, and take the best.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features)
            For kernel="precomputed" the kernels between all rows.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array of shape (n_samples,), default=None

        Raises
        ------
        ValueError
            If a parameter is out of range, X and y are not valid data, a kernel is not
            positive semidefinite, `step_size` makes gradient descent diverge, or rows
            cannot be left out.
        TypeError
            If X or y holds something else than numbers.
        """
        check_choice("filter", self.filter, _STRENGTHS)
        given = self._given()
        self._check_step_size()
        of = self._directions(X, y, sample_weight)
        for name in ("loo_scores_", "step_size_"):
            self.__dict__.pop(name, None)
        if self.filter == "gradient_descent":
            self.step_size_ = self._step(of)
        self.strengths_ = _tried(self.filter, of) if given is None else given
        best = 0
        if len(self.strengths_) > 1:
            left_out = LeftOut(of)
            scores = [left_out.score(e).mean() for e in self._left_out(left_out)]
            self.loo_scores_ = np.array(scores)
            best = int(np.argmin(scores))
        self.strength_ = float(self.strengths_[best])
        self._total = of.total
        self.spectrum_ = of.spectrum
        self.filter_ = self._shares(self.strengths_[best : best + 1])[0]
        self._set_coefficients(of, self.filter_[:, None])
        # For the path: from directions to coefficients, and the limit of each.
        self._back, self._limit, self._center = (
            of.back(np.eye(len(of.spectrum))),
            of.limit,
            of.center,
        )
        return self

    def predict_path(self, X: Any) -> Any:
        """Predictions by all of `strengths_`.

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)

        Returns
        -------
        array of shape (n_strengths, n_points) or (n_strengths, n_points, n_outputs)
        """
        points = self._seen_again(X)
        turned = self._features(points) @ self._back - self._mean @ self._back
        kept = self._shares(self.strengths_)[:, :, None] * self._limit
        found = turned @ kept + self._center
        return found[..., 0] if self._output_shape == () else found

    def _shares(self, strengths: np.ndarray) -> np.ndarray:
        """The filter at every strength, (n_strengths, n_directions)."""
        if not self.spectrum_.size:
            return np.zeros((len(strengths), 0))
        if self.filter == "gradient_flow":
            return gradient_flow_filter(self.spectrum_, strengths)
        if self.filter == "ridge":
            return ridge_filter(self.spectrum_, strengths / self._total)
        return gradient_descent_filter(self.spectrum_, strengths, self.step_size_)

    def _left_out(self, left_out: LeftOut) -> Iterable[np.ndarray]:
        """Residuals of rows left out, at every strength."""
        if self.filter == "gradient_flow":
            return left_out.flow(self.strengths_)
        if self.filter == "ridge":
            total = left_out.of.total
            return (left_out.ridge(a / total, 0)[0] for a in self.strengths_)
        return left_out.descent(self.strengths_, self.step_size_)

    def _given(self) -> np.ndarray | None:
        """The strengths that the user gives, in ascending order; None for "auto"."""
        given = {name: self._strengths(name) for name in _STRENGTHS.values()}
        return given[_STRENGTHS[self.filter]]

    def _strengths(self, name: str) -> np.ndarray | None:
        value = getattr(self, name)
        if isinstance(value, str) and value == "auto":
            return None
        if name == "time" and _is_endless(value):
            return np.array([np.inf])
        found = np.unique(as_candidates(name, value, whole=name == "n_steps"))
        if name == "n_steps" and len(found) > 1 and found[-1] > _MOST_STEPS:
            raise ValueError(
                f"n_steps must be at most {_MOST_STEPS} where several are tried, as "
                f"each is taken without each row, got {found[-1]:g}; use gradient flow"
            )
        if name == "time" and len(found) > 1 and found[0] < _SHORTEST:
            raise ValueError(
                f"time must be at least {_SHORTEST:g} where there are several, got "
                f"{found[0]:g}"
            )
        return found

    def _check_step_size(self) -> None:
        value = self.step_size
        if not (isinstance(value, str) and value == "auto") and not is_positive(value):
            raise ValueError(
                f"step_size must be a positive number or 'auto', got {shown(value)}"
            )

    def _step(self, of: Directions) -> float:
        """The step size, unless gradient descent diverges with it."""
        largest = of.spectrum.max(initial=0.0)
        if not isinstance(self.step_size, str):
            step = float(self.step_size)
            if step * largest >= 2:
                raise ValueError(
                    f"step_size must be below 2 / {largest:.6g} = {2 / largest:.6g}, "
                    "twice the inverse of the largest eigenvalue of XᵀX/n, or gradient "
                    f"descent diverges; got {step:.6g}"
                )
            return step
        return 1 / largest if largest > 0 else 1.0


def _tried(name: str, of: Directions) -> np.ndarray:
    """Strengths from where hardly anything is learned to where nearly all is."""
    if name == "gradient_descent":
        counts = np.geomspace(1, _STEPS, _CANDIDATES)
        return np.unique(np.rint(counts))
    largest = of.spectrum.max(initial=0.0) or 1.0
    least = max(of.spectrum.min(initial=largest), largest / _CONDITION)
    penalties = np.geomspace(10 * largest, least / 10, _CANDIDATES)
    return 1 / penalties if name == "gradient_flow" else penalties[::-1] * of.total


def _is_endless(value: Any) -> bool:
    return isinstance(value, float | np.floating) and value == np.inf

"""Ridge regression that is distilled into itself, mixed with the labels as data say."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import as_float, check_integer, is_number
from refgen._shown import shown
from refgen.distillation._directions import Directions
from refgen.distillation._left_out_fits import LeftOut
from refgen.distillation._mixes import (
    best_terms,
    combined,
    filter_of,
    mixing_of,
    terms_of,
)
from refgen.distillation._spectral_base import SpectralBase, as_candidates

# Terms of more students cancel too much to be chosen by.
_MOST_CHOSEN = 16


class SelfDistilledRidge(SpectralBase):
    """Ridge regression, and students of it that see labels and its predictions.

    The first round is ridge regression on y. Each further one is ridge regression with
    the same penalty on (1 − ξ)y + ξ·(what the round before predicts).

    Parameters
    ----------
    alpha : float or array of floats, default=1.0
        Penalty of the squared coefficients, as in scikit-learn's `Ridge`, of all
        rounds. Of several the one with the least leave-one-out error of the *last*
        round is taken.
    n_rounds : int, default=2
        Rounds of training: 1 is ridge regression, 2 a teacher and its student.
    mixing : {"optimal", "pure"} or float, default="optimal"
        ξ: "pure" is 1; a number may also be negative or above 1; "optimal" has the
        least leave-one-out error, each round and each output with a ξ of its own; 0
        where the error changes by no more than rounding.
    kernel : None, str or callable, default=None
        None means ridge regression on the features; otherwise kernel ridge regression
        with a kernel of `sklearn.metrics.pairwise.pairwise_kernels`, or "precomputed".
    gamma, degree, coef0, kernel_params
        Of the kernel, as in scikit-learn's `KernelRidge`.
    fit_intercept : bool, default=True
        An intercept without a penalty, for kernels as well.

    Attributes
    ----------
    alpha_ : float
    mixing_ : float or array of shape (n_rounds − 1,) or (n_outputs, n_rounds − 1)
        ξ of the students, the first one first: a float for one student and one output.
        Infinite if only a limit of mixes has the least error.
    coef_ : array of shape (n_features,) or (n_outputs, n_features)
        Only without a kernel.
    dual_coef_ : array of shape (n_samples,) or (n_samples, n_outputs)
        Only with a kernel.
    intercept_ : float or array of shape (n_outputs,)
    spectrum_ : array of shape (n_directions,)
        Eigenvalues of XᵀX/n of the centred data, or those of the kernel, that are not 0
        up to rounding.
    filter_ : array of shape (n_directions,) or (n_directions, n_outputs)
        What is kept of each direction's limit; may leave [0, 1] if ξ does.
    loo_scores_ : array of shape (n_alphas,)
        Mean squared leave-one-out errors of the last round. Only if `alpha` or
        `mixing` was chosen by them.
    X_fit_ : array of shape (n_samples, n_features)
        Only with a kernel.
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if `X` of `fit` has feature names that are all strings.

    Notes
    -----
    Leave-one-out is exact: every round is trained without the row, in closed form
    (claims KD-26 and KD-26k). A row of weight above 1 counts as that many rows, of
    which one is left out; a row of less weight is left out whole.

    With ξ = "optimal" and a penalty that is the best for ridge regression, there is
    nothing to gain at that penalty (claim KD-12); give several penalties, of which a
    smaller one with a student may be better. If weak directions of the data need no
    more penalty than strong ones, there is nothing to gain at all (claim KD-39).

    Directions in which the rows do not differ are left at 0, whatever the penalty.

    Source: *Optimal Unconstrained Self-Distillation in Ridge Regression* (arXiv
    2602.17565) for the mix; its choice from data is derived here.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = SelfDistilledRidge(alpha=1.0).fit(X, y)
    >>> round(model.mixing_, 2), round(model.score(X, y), 3)
    (-1.62, 0.51)
    """

    def __init__(
        self,
        alpha: Any = 1.0,
        *,
        n_rounds: int = 2,
        mixing: Any = "optimal",
        kernel: Any = None,
        gamma: Any = None,
        degree: Any = 3,
        coef0: Any = 1,
        kernel_params: Any = None,
        fit_intercept: bool = True,
    ) -> None:
        self.alpha = alpha
        self.n_rounds = n_rounds
        self.mixing = mixing
        self.kernel = kernel
        self.gamma = gamma
        self.degree = degree
        self.coef0 = coef0
        self.kernel_params = kernel_params
        self.fit_intercept = fit_intercept

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SelfDistilledRidge:
        """Fit all rounds, from one eigendecomposition.

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
            positive semidefinite, or rows cannot be left out: there is one row only, or
            `alpha` is so small that each row determines its own prediction.
        TypeError
            If X or y holds something else than numbers.
        """
        alphas = as_candidates("alpha", self.alpha)
        k = check_integer("n_rounds", self.n_rounds, 1) - 1
        self._check_mixing()
        of = self._directions(X, y, sample_weight)
        self.__dict__.pop("loo_scores_", None)
        if len(alphas) == 1 and not self._chooses_mix(k):
            self.alpha_ = float(alphas[0])
            share = _share(of, self.alpha_)
            self._keep(of, self._recursion(share, k), self._fixed(k))
            return self
        if k > _MOST_CHOSEN:
            raise ValueError(
                f"n_rounds must be at most {_MOST_CHOSEN + 1} where alpha or mixing is "
                f"chosen by leave-one-out, got {self.n_rounds}"
            )
        self._choose(of, alphas, k)
        return self

    def _choose(self, of: Directions, alphas: np.ndarray, k: int) -> None:
        """The penalty and the mix with the least leave-one-out error."""
        left_out, scores, mixes = LeftOut(of), [], []
        for alpha in alphas:
            penalty = alpha / of.total
            if self._chooses_mix(k):
                residuals, rounding = left_out.ridge_with_rounding(penalty, k)
                terms, last = best_terms(residuals, rounding, of.weights)
            else:
                residuals = left_out.ridge(penalty, k)
                terms = np.repeat(
                    terms_of(self._fixed(k))[:, None], of.labels.shape[1], axis=1
                )
                last = combined(residuals, terms)
            scores.append(left_out.score(last).mean())
            mixes.append(terms)
        best = int(np.argmin(scores))
        self.alpha_, self.loo_scores_ = float(alphas[best]), np.array(scores)
        share = filter_of(_share(of, self.alpha_), mixes[best])
        self._keep(of, share, mixing_of(mixes[best]))

    def _chooses_mix(self, k: int) -> bool:
        return self.mixing == "optimal" and k > 0

    def _recursion(self, share: np.ndarray, k: int) -> np.ndarray:
        """The filter of rounds in turn."""
        found = share
        with np.errstate(over="ignore", invalid="ignore"):  # refused next
            for xi in self._fixed(k):
                found = share * (1 - xi + xi * found)
        if not np.isfinite(found).all():
            raise ValueError(
                f"mixing={self.mixing} over n_rounds={self.n_rounds} grows beyond "
                "float64; use fewer rounds, or a number between -1 and 1"
            )
        return found[:, None]

    def _keep(self, of: Directions, share: np.ndarray, mixing: np.ndarray) -> None:
        outputs = of.labels.shape[1]
        share = np.broadcast_to(share, (len(of.spectrum), outputs))
        self._set_coefficients(of, share)
        single = self._output_shape == ()
        self.spectrum_ = of.spectrum
        self.filter_ = share[:, 0].copy() if single else share.copy()
        mixing = np.broadcast_to(mixing.T, (outputs, len(mixing)))
        self.mixing_ = mixing[0].copy() if single else mixing.copy()
        if single and len(self.mixing_) == 1:
            self.mixing_ = float(self.mixing_[0])

    def _fixed(self, k: int) -> np.ndarray:
        """ξ of all students, if it is not chosen; there may be none."""
        value = {"pure": 1.0, "optimal": 0.0}.get(self.mixing, self.mixing)
        return np.full(k, float(value))

    def _check_mixing(self) -> None:
        if isinstance(self.mixing, str) and self.mixing in ("pure", "optimal"):
            return
        if not is_number(self.mixing) or not abs(as_float(self.mixing)) <= 1e6:
            raise ValueError(
                "mixing must be 'optimal', 'pure' or a number of at most 1e6 in "
                f"absolute value, got {shown(self.mixing)}"
            )


def _share(of: Directions, alpha: float) -> np.ndarray:
    """λ/(λ + ρ)."""
    return of.spectrum / (of.spectrum + alpha / of.total)

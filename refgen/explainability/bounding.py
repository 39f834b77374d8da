"""How large can a model's risk be, by what its explanations say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from refgen._checks import check_choice, check_integer, check_open_unit
from refgen._numbers import as_positive
from refgen._scales import check_scale
from refgen.explainability._bound_data import BoundData, positive_number
from refgen.explainability._bound_forms import leave_one_out, split
from refgen.explainability._bound_result import (
    ExplainabilityBound,
    ExplainabilitySweep,
)
from refgen.explainability._uniform_form import uniform
from refgen.random import Stream

# Averages of more draws are the same to all printed digits.
_MOST_DRAWS = 10_000

METHODS = {"leave_one_out": leave_one_out, "split": split, "uniform": uniform}


def explainability_bound(
    model: Any,
    X: Any,
    y: Any,
    scale: float,
    X_unlabeled: Any,
    *,
    output_range: tuple[float, float],
    method: str = "leave_one_out",
    penalty: float = 0.05,
    delta: float = 0.05,
    n_draws: int = 16,
    random_state: Any = 0,
) -> ExplainabilityBound:
    """Bound the expected squared error of a model by errors of its explanations.

    The model may have been trained on X and y in any way: no label of a new point is
    needed. What is needed are new points without labels.

    Parameters
    ----------
    model : fitted regressor, or callable
        ``model.predict(X)``, or ``model(X)``, gives a number for each point. For the
        probability of a class give ``lambda X: classifier.predict_proba(X)[:, 1]``.
    X : array or frame of shape (n_points, n_features)
        The sample: numbers only. Categories have to be encoded by the model; where that
        makes neighbours meaningless, so is the bound.
    y : array of shape (n_points,)
    scale : float
        s > 0: neighbours of x are N(x, s²I), in the units of X.
    X_unlabeled : array or frame of shape (n, n_features)
        New points, which the model was not trained on.
    output_range : (low, high)
        What labels and outputs cannot leave, known without the data.
    method : {"leave_one_out", "split", "uniform"}
        "leave_one_out": explanations are fitted to the labels, and their error is
        estimated by leaving points out. An estimate with approximate intervals, which
        is informative on a few hundred points. "split": they are fitted to one half of
        the labels, and tried on the other: the bound is proved, and weaker. "uniform":
        the classical bound for all explanations at once, proved, and vacuous unless
        there are very many points, or the penalty is so large that explanations hardly
        explain.
    penalty : float
        λ > 0 of the ridge regression, where the weights of points add up to 1.
    delta : float
        δ in (0, 1), with which the bound may fail.
    n_draws : int
        K from 2 to 10,000: neighbours that are drawn for each point.
    random_state : int, RandomState instance or None
        Of neighbours, and of the halves.

    Returns
    -------
    ExplainabilityBound

    Raises
    ------
    TypeError
        If X, y or what the model returns is not numeric.
    ValueError
        If shapes or columns disagree, an option is out of range, a label or output
        leaves the declared range, or there are too few points.

    Notes
    -----
    √R ≤ √E(ḡ − f)² + √E(ḡ − y)² with ḡ the mean of K explanations. So the bound says
    that the model is near to something whose error is known. Scale, range and penalty
    must be chosen without these data, or the scale with `explainability_sweep`.
    Intervals of "leave_one_out" take errors of left-out points for independent: in
    simulations 97.5 % limits of E(ḡ − y)² held in 83 % of samples of 30 points, and in
    94 % of 300; the bound on the risk held in 99 %. Source: derived
    here, claims LE-18, 19, 32, 33, 34 and 58.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> X, y = load_diabetes(return_X_y=True)
    >>> X, order = X * len(X) ** 0.5, np.random.default_rng(0).permutation(len(X))
    >>> own, new = order[:300], order[300:]
    >>> ridge = Ridge(30.0).fit(X[own], y[own])
    >>> predict = lambda X: ridge.predict(X).clip(25, 346)
    >>> found = explainability_bound(
    ...     predict, X[own], y[own], 2.6, X[new], output_range=(25, 346), n_draws=4
    ... )
    >>> found.vacuous, round(found.estimate / found.trivial, 3)
    (False, 0.038)
    """
    plan = _Plan.of(method, penalty, delta, n_draws, random_state)
    data = BoundData.of(model, X, y, X_unlabeled, output_range)
    return plan.bound(data, positive_number("scale", scale), plan.delta)


def explainability_sweep(
    model: Any,
    X: Any,
    y: Any,
    scales: Sequence[float],
    X_unlabeled: Any,
    *,
    output_range: tuple[float, float],
    method: str = "leave_one_out",
    penalty: float = 0.05,
    delta: float = 0.05,
    n_draws: int = 16,
    random_state: Any = 0,
) -> ExplainabilitySweep:
    """Bounds at several scales, of which the least may be taken.

    Each has δ/(number of scales) as its share of δ, so that with probability 1 − δ all
    of them hold.

    Parameters
    ----------
    scales : sequence of float
        Positive, one or more.
    model, X, y, X_unlabeled, output_range, method, penalty, delta, n_draws, \
random_state
        As in `explainability_bound`. All scales have the same draws.

    Returns
    -------
    ExplainabilitySweep

    Raises
    ------
    TypeError, ValueError
        As `explainability_bound`, or if there is no scale.

    Notes
    -----
    Source: derived here, claims LE-18, 34 and 58.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X, new = rng.uniform(-1, 1, (2, 200, 1))
    >>> found = explainability_sweep(
    ...     lambda X: X[:, 0], X, X[:, 0], [0.1, 0.5], new, output_range=(-1, 1)
    ... )
    >>> [bound.scale for bound in found.bounds], found.best.vacuous
    ([0.1, 0.5], False)
    """
    plan = _Plan.of(method, penalty, delta, n_draws, random_state)
    chosen = check_scale("scales", as_positive("scales", scales, 1))
    if chosen.ndim > 1:
        raise ValueError(f"scales must be a sequence, got shape {chosen.shape}")
    data = BoundData.of(model, X, y, X_unlabeled, output_range)
    share = plan.delta / len(chosen)
    found = tuple(plan.bound(data, float(scale), share) for scale in chosen)
    return ExplainabilitySweep(found, plan.delta)


@dataclass(frozen=True)
class _Plan:
    """How a bound is made."""

    method: str
    penalty: float
    delta: float
    n_draws: int
    stream: Stream

    @classmethod
    def of(
        cls, method: Any, penalty: Any, delta: Any, n_draws: Any, random_state: Any
    ) -> _Plan:
        from sklearn.utils import check_random_state

        from refgen._naming import check_seed

        rng = check_random_state(check_seed(random_state))
        return cls(
            check_choice("method", method, METHODS),
            positive_number("penalty", penalty),
            check_open_unit("delta", delta),
            check_integer("n_draws", n_draws, 2, _MOST_DRAWS),
            Stream(int(rng.randint(2**31 - 1)), "explainability bound"),
        )

    def bound(self, data: BoundData, scale: float, delta: float) -> ExplainabilityBound:
        make = METHODS[self.method]
        return make(data, scale, self.penalty, delta, self.n_draws, self.stream)

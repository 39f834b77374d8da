"""Does memorizing the residuals help here? Paired losses on rows held out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import norm
from sklearn.base import clone, is_classifier
from sklearn.model_selection import KFold, StratifiedKFold, check_cv

from refgen._checks import as_float, check_open_unit, is_number
from refgen._estimators.folds import check_at_most_once, checked_folds
from refgen._estimators.rows import take_points, take_rows
from refgen._estimators.splits import check_cv_setting
from refgen._naming import check_seed, naming
from refgen._shown import shown
from refgen.arrays import on_the_host, refuse_masked
from refgen.resmem._estimator_base import ResMemBase
from refgen.resmem._losses import check_loss, losses, paired_data, rounding_of_gain

# Rows of different folds that are each other's neighbours; see memorization_pays.
_DOUBLING = 2.0
_LARGEST_NOISE = 2.0**511


@on_the_host("plain numbers")
@dataclass(frozen=True)
class MemorizationVerdict:
    """Whether remembered residuals lower the risk, and by how much.

    Attributes
    ----------
    verdict : str
        "yes" if the interval of the gain is above `rounding`, "no" if it is below
        −`rounding`, else "undecided".
    gain : float
        Mean loss of the base minus that of ResMem on rows held out.
    low, high : float
        Ends of the gain's interval.
    rounding : float
        What rounding may have added to the gain, or taken from it; see
        `memorization_pays`.
    base_risk, resmem_risk, knn_risk : float
        Mean losses on rows held out; k-NN has the neighbours and weights of ResMem.
    rule : str or None
        What the noise rule says, if `noise` was given: "yes" if σ² Σw² is below the
        base's risk minus σ² by more than `rounding`, else "no".
    noise_cost : float or None
        σ² Σⱼwⱼ², the noise that memory adds to each prediction; σ²/k for k equal
        weights.
    loss : str
        "squared_error", "zero_one" or "brier".
    confidence_level : float
    n_folds, n_samples : int
    assumptions : tuple of str
        What has to hold for the interval, and for the rule.
    """

    verdict: str
    gain: float
    low: float
    high: float
    rounding: float
    base_risk: float
    resmem_risk: float
    knn_risk: float
    rule: str | None
    noise_cost: float | None
    loss: str
    confidence_level: float
    n_folds: int
    n_samples: int
    assumptions: tuple[str, ...]

    @property
    def interval(self) -> tuple[float, float]:
        return self.low, self.high

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def memorization_pays(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    cv: Any = 5,
    loss: str | None = None,
    noise: float | None = None,
    confidence_level: float = 0.95,
    random_state: Any = None,
    **fit_params: Any,
) -> MemorizationVerdict:
    """Compare a base with its ResMem by cross-validation, row by row.

    Parameters
    ----------
    estimator : ResMemRegressor or ResMemClassifier
        Cloned and fitted in every fold; both sides are taken from the same fit.
    X : array, data frame or sparse matrix of shape (n_samples, n_features)
    y : array of shape (n_samples,) or (n_samples, n_outputs)
    cv : int, splitter or iterable
        Folds; shuffled, and stratified for classes, if an integer. No row may be held
        out twice: its losses would count as independent.
    loss : {"squared_error", "zero_one", "brier"}, optional
        By default "squared_error" (mean over outputs) for regression and "zero_one"
        for classes; "brier" is the squared error of the class scores.
    noise : float, optional
        Standard deviation σ of the label noise, if known; then `rule` says what the
        noise rule of RM-15 and RM-16 predicts. Regression only.
    confidence_level : float
        In (0, 1).
    random_state : int, RandomState instance or None
        Of the shuffling, if `cv` is an integer.
    **fit_params : dict
        Passed to ``fit``, rows selected for each fold.

    Raises
    ------
    TypeError
        If `estimator` is not a ResMem estimator, or `X`, `y` or the weights are masked.
    ValueError
        If `loss`, `noise` or `confidence_level` is not as above, the folds hold out
        fewer than two rows, a row twice or a row trained on, or squared errors overflow
        or vanish in float64.

    Notes
    -----
    Normal interval of the mean difference in loss over all rows held out, as by Bayle
    et al. (2020, "Cross-validation confidence intervals for test error"), but with
    twice the variance if there are several folds: rows that are each other's
    neighbours carry the product of their residuals twice, and (a + b)² ≤ 2a² + 2b².
    One fold needs no such factor. The rule: with noise of variance σ²
    independent of the base, memory replaces the base's excess risk, its risk minus
    σ², by σ² Σw² plus a term that vanishes for many rows; for the linear problem
    with Σ = I and k equal weights it reads σ² < k(1 − L)². Source: claims RM-15
    and RM-16.

    A gain that rounding can explain is no gain. Errors of a base that fits perfectly
    are its rounding: a prediction that sums n training rows is known up to
    min(n + 5, 8 √(n + 5)) roundings of max |y| + max |base|, and ResMem's up to three
    times that. `rounding` is the mean of what this may change of the two losses; the
    unit is that of float64, or of the base's predictions if these are coarser.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from refgen.resmem.estimators import ResMemRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> nearest = ResMemRegressor(weights="nearest")
    >>> memorization_pays(nearest, X, y, random_state=0).verdict
    'no'
    """
    if not isinstance(estimator, ResMemBase):
        raise TypeError(
            f"estimator must be a ResMemRegressor or ResMemClassifier, got "
            f"{estimator!r}; wrap the base in one of them"
        )
    loss = check_loss(estimator, loss)
    confidence_level = check_open_unit("confidence_level", confidence_level)
    noise = _checked_noise(estimator, noise)
    cv, random_state = check_cv_setting(cv), check_seed(random_state)
    X, y = paired_data(estimator, X, y)
    for name, value in fit_params.items():
        refuse_masked(name, value)
    with naming("cv"):
        folds = checked_folds(_folds(estimator, cv, random_state, X, y), len(y))
    check_at_most_once(folds, len(y))
    n_held_out = sum(len(test) for _, test in folds)
    if n_held_out < 2:
        raise ValueError(
            f"cv holds out {n_held_out} row, and an interval needs at least 2"
        )
    parts = [_fold(estimator, X, y, fold, fit_params, loss) for fold in folds]
    base, resmem, knn, squares, rounded = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    gain = base - resmem
    mean, rounding = float(gain.mean()), float(rounded.mean())
    shared = _DOUBLING if len(folds) > 1 else 1.0
    error = np.sqrt(shared / len(gain)) * _deviation(gain)
    half = float(norm.isf((1 - confidence_level) / 2) * error)
    cost = None if noise is None else float(noise**2 * squares.mean())
    return MemorizationVerdict(
        _verdict(mean - half - rounding, mean + half + rounding),
        mean,
        mean - half,
        mean + half,
        rounding,
        float(base.mean()),
        float(resmem.mean()),
        float(knn.mean()),
        _rule(cost, float(base.mean()) - rounding, noise),
        cost,
        loss,
        confidence_level,
        len(folds),
        len(base),
        _assumptions(noise),
    )


def _deviation(gain: np.ndarray) -> float:
    """The standard deviation; squares of the gains themselves may overflow."""
    unit = float(abs(gain).max()) or 1.0
    return unit * float((gain / unit).std(ddof=1))


def _checked_noise(estimator: Any, noise: Any) -> float | None:
    if noise is None:
        return None
    if is_classifier(estimator):
        raise ValueError("noise is a rule about regression; leave it out for classes")
    if not is_number(noise) or not 0 <= as_float(noise) < _LARGEST_NOISE:
        raise ValueError(
            "noise must be a finite number of at least 0 whose square is finite, got "
            f"{shown(noise)}"
        )
    return float(noise)


def _folds(estimator: Any, cv: Any, random_state: Any, X: Any, y: np.ndarray) -> Any:
    classes = is_classifier(estimator)
    if isinstance(cv, int):
        kind = StratifiedKFold if classes else KFold
        cv = kind(cv, shuffle=True, random_state=random_state)
    return check_cv(cv, y, classifier=classes).split(X, y)


def _fold(
    estimator: Any, X: Any, y: np.ndarray, fold: Any, params: dict, loss: str
) -> tuple[np.ndarray, ...]:
    """Losses of base, ResMem and k-NN, Σw², and rounding, for each row held out."""
    train, test = fold
    own = {name: take_rows(value, train, len(y)) for name, value in params.items()}
    model = clone(estimator).fit(take_points(X, train), y[train], **own)
    points = take_points(X, test)
    base, added = model.base_scores(points), model.residual_scores(points)
    return (
        losses(model, y[test], base, loss),
        losses(model, y[test], base + added, loss),
        losses(model, y[test], model.neighbor_scores(points), loss),
        model.weight_squares(points),
        rounding_of_gain(model, points, y[test], base, added, loss),
    )


def _verdict(low: float, high: float) -> str:
    return "yes" if low > 0 else "no" if high < 0 else "undecided"


def _rule(cost: float | None, base_risk: float, noise: float | None) -> str | None:
    if cost is None or noise is None:
        return None
    return "yes" if cost < base_risk - noise**2 else "no"


def _assumptions(noise: float | None) -> tuple[str, ...]:
    stated = (
        "rows are independent and identically distributed",
        "the base hardly changes with one training row, and rows are so many that the "
        "mean difference in loss is normal",
        "the gain meant is that of the folds' own fits, on their training rows",
        "a prediction from n training rows is accurate to the smaller of n + 5 and "
        "8 √(n + 5) roundings of the largest number that it is made of",
    )
    if noise is None:
        return stated
    return (
        *stated,
        "for the rule: labels have independent noise of standard deviation "
        f"{noise:g}, the base hardly depends on it, and neighbours are so near that "
        "what the base misses is the same there",
    )

"""Does self-distillation of early-stopped gradient flow pay on these data?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit
from sklearn.utils import check_random_state

from refgen._checks import check_not_negative, check_open_unit
from refgen._estimators.parameters import check_flag
from refgen._naming import check_seed
from refgen._scales import check_scale
from refgen.arrays import as_floats, on_the_host, refuse_masked
from refgen.distillation._gains import Directions, Gains, gains

# Singular values below this share of the largest, times the size of X, are rounding.
_RANK = 2.0**-50
# Eigenvalues that agree to this share count as one.
_SAME = 1e-9


@on_the_host("plain numbers")
@dataclass(frozen=True)
class DistillationVerdict:
    """Whether a student of early-stopped gradient flow pays, and by how much.

    Attributes
    ----------
    verdict : str
        "yes" if `low` is above 0, "no" if `high` is at most `smallest_gain` or the
        rule says "no", else "undecided".
    gain : float
        Estimated risk of the best single stopping time minus that of the best pair.
    low, high : float
        Some pair gains `low` at least, and no pair gains more than `high`; both at
        once, with the confidence asked for.
    smallest_gain : float
        What counts as a gain, in units of the risk.
    teacher_time, student_time : float
        Of the pair, for the loss ‖y − Xβ‖²/(2n).
    alone_time : float
        The best single time.
    risk_alone, risk_pair : float
        Their estimated risks, which are unbiased, and so may be negative.
    rule : str
        Whether some weights of the directions let a student win (claim KD-22): "no"
        if no student can win in any weights, "yes" if one can in some, "undecided"
        if the data do not say.
    noise : float
        σ, given or estimated.
    confidence_level : float
    n_directions, n_samples : int
        Directions in which the data vary, and rows.
    assumptions : tuple of str
        What the verdict rests on.
    """

    verdict: str
    gain: float
    low: float
    high: float
    smallest_gain: float
    teacher_time: float
    student_time: float
    alone_time: float
    risk_alone: float
    risk_pair: float
    rule: str
    noise: float
    confidence_level: float
    n_directions: int
    n_samples: int
    assumptions: tuple[str, ...]

    @property
    def interval(self) -> tuple[float, float]:
        return self.low, self.high

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def distillation_pays(
    X: Any,
    y: Any,
    *,
    noise: float | None = None,
    fit_intercept: bool = True,
    smallest_gain: float = 0.05,
    confidence_level: float = 0.95,
    random_state: Any = 0,
) -> DistillationVerdict:
    """Decide from data whether a student could beat the best stopped teacher.

    Teacher and student are linear models trained by gradient flow, the student on the
    teacher's outputs; the risk is the mean squared error of predictions at the rows of
    X, without the labels' noise.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
    y : array of shape (n_samples,)
    noise : float, optional
        Standard deviation σ of the labels' noise; by default estimated from what least
        squares leaves, which needs more rows than directions.
    fit_intercept : bool
        Whether to take the means out of X and y.
    smallest_gain : float
        What counts as a gain, as a share of the risk of least squares, σ²r/n for r
        directions.
    confidence_level : float
        In (0, 1).
    random_state : int, RandomState instance or None
        Of the draws that find how far estimates may be off.

    Raises
    ------
    TypeError
        If X or y is masked or not numeric.
    ValueError
        If shapes disagree, X or y is constant, a number is out of range, or the noise
        is to be estimated and there are no more rows than directions.

    Notes
    -----
    Along an eigendirection the data show λ^½β* and noise of variance σ²/n. Gains are
    estimated without bias, for all pairs of a grid of times against all single ones;
    the width of the band around them is a quantile of the largest standardized error
    in 499 draws from the estimate, at half of the error probability. The other half
    serves the rule: an interval for the best time ln(1 + snr)/λ of every direction.
    Source: derived here, claims KD-8 and KD-22.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> distillation_pays(X, y).verdict
    'undecided'
    """
    for name, value in (("X", X), ("y", y)):
        refuse_masked(name, value)
    if noise is not None:
        noise = check_not_negative("noise", noise)
        check_scale("noise", np.array(noise))
    smallest_gain = check_not_negative("smallest_gain", smallest_gain)
    level = check_open_unit("confidence_level", confidence_level)
    rng = check_random_state(check_seed(random_state))
    check_flag("fit_intercept", fit_intercept)
    features, labels = _data(X, y, fit_intercept)
    shown = _directions(features, labels, noise, int(fit_intercept))
    # In units of the largest number; squares of others may overflow or vanish.
    unit = max(float(abs(shown.observed).max()), shown.variance**0.5)
    scaled = replace(
        shown, observed=shown.observed / unit, variance=shown.variance / unit**2
    )
    half = (1 + level) / 2
    found = gains(scaled, half, rng)
    # A student that wins in sample wins in some weights.
    rule = "yes" if found.low > 0 else _rule(scaled, half)
    smallest = smallest_gain * scaled.variance * len(scaled.spectrum)
    area = unit**2
    return DistillationVerdict(
        verdict=_word(found, rule, smallest),
        gain=area * found.gain,
        low=area * found.low,
        high=area * found.high,
        smallest_gain=area * smallest,
        teacher_time=found.times[0],
        student_time=found.times[1],
        alone_time=found.alone,
        risk_alone=area * found.risks[0],
        risk_pair=area * found.risks[1],
        rule=rule,
        noise=float(np.sqrt(shown.variance * len(labels))),
        confidence_level=level,
        n_directions=len(shown.spectrum),
        n_samples=len(labels),
        assumptions=_assumptions(noise),
    )


def _data(X: Any, y: Any, fit_intercept: bool) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels, without their means if there is an intercept."""
    features = np.asarray(check_scale("X", as_floats("X", X, 2), 2))
    labels = np.asarray(check_scale("y", as_floats("y", y, 1), 1))
    if features.ndim != 2 or labels.shape != features.shape[:1]:
        raise ValueError(
            f"X must have shape (n_samples, n_features) and y (n_samples,), got "
            f"{features.shape} and {labels.shape}"
        )
    for name, array in (("X", features), ("y", labels)):
        if fit_intercept and not np.ptp(array, axis=0).any():
            raise ValueError(f"{name} is constant; it must vary to be learned from")
    if fit_intercept:
        # What rounding leaves of a constant column would count as a direction.
        varies = np.ptp(features, axis=0) > 0
        features = np.where(varies, features - features.mean(axis=0), 0.0)
        labels = labels - labels.mean()
    return features, labels


def _directions(
    X: np.ndarray, y: np.ndarray, noise: float | None, n_means: int
) -> Directions:
    """What X and y show of each direction, by singular values."""
    n = len(y)
    left, values, _ = np.linalg.svd(X, full_matrices=False)
    left = left[:, values > sum(X.shape) * _RANK * values[0]]
    values = values[: left.shape[1]]
    if not (values.size and (left.T @ y).any()):
        raise ValueError("X or y is 0 but for its mean; there is nothing to learn")
    observed = left.T @ y
    freedom = np.inf
    if noise is None:
        freedom = n - len(values) - n_means
        if freedom < 1:
            raise ValueError(
                f"noise must be given where X has {n} rows and varies in "
                f"{len(values)} direction(s): no rows are left to estimate it from"
            )
        left_over = y - left @ observed
        noise = float(np.sqrt(left_over @ left_over / freedom))
    return Directions(values**2 / n, observed / np.sqrt(n), noise**2 / n, freedom)


def _rule(shown: Directions, level: float) -> str:
    """Whether best stopping times increase with the eigenvalue, as far as is known."""
    if shown.variance == 0:
        return "no"
    error = (1 - level) / (2 * len(shown.spectrum))
    reach = -ndtri(error) if np.isinf(shown.freedom) else -stdtrit(shown.freedom, error)
    size = abs(shown.observed) / np.sqrt(shown.variance)
    first = np.log1p(np.maximum(size - reach, 0.0) ** 2) / shown.spectrum
    last = np.log1p((size + reach) ** 2) / shown.spectrum
    # Of the directions that are stronger by more than rounding.
    stronger = np.searchsorted(-shown.spectrum, -shown.spectrum * (1 + _SAME), "left")
    weaker = stronger > 0
    before = stronger[weaker] - 1
    if (last[weaker] < np.maximum.accumulate(first)[before]).any():
        return "yes"
    if (first[weaker] >= np.maximum.accumulate(last)[before]).all():
        return "no"
    return "undecided"


def _word(found: Gains, rule: str, smallest: float) -> str:
    if rule == "no" or found.high <= smallest:
        return "no"
    return "yes" if found.low > 0 else "undecided"


def _assumptions(noise: float | None) -> tuple[str, ...]:
    known = (
        "the noise is estimated from what least squares leaves, so the mean of the "
        "labels is linear in X"
        if noise is None
        else f"the noise has the standard deviation {noise:g}"
    )
    return (
        "labels have independent normal noise of one standard deviation",
        known,
        "the risk meant is that at the rows of X, averaged over the labels' noise",
        "teacher and student are linear, start at 0 and are trained by gradient flow "
        "or small steps on the squared error; the times are among those of a grid",
        "errors of estimated gains spread as they do around the observed signal",
    )

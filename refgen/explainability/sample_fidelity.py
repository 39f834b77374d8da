"""Tools for the mirrored fidelity of a model on data: train, test, and left out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from refgen._checks import check_integer, check_not_negative, check_open_unit, is_number
from refgen._shown import shown
from refgen.explainability._explained_rows import check_same_columns
from refgen.explainability._mirrored_curves import errors_at_sources, errors_at_targets
from refgen.explainability._sample_values import (
    checked_scales,
    is_array,
    sample_values,
    seeded_stream,
)
from refgen.explainability.neighborhoods import GaussianNeighborhoods


class MirroredFidelity(NamedTuple):
    """Mirrored neighborhood fidelity of a model: errors, of which 0 is the best.

    All fields are numbers, or arrays with an entry for each scale.

    Attributes
    ----------
    scale : array
    train, train_standard_error : array
        Of the sample, by Monte Carlo: the error is that of the draws of sources.
    test, test_standard_error : array or None
        On rows that the explanations have not seen; the error is that of the draws of
        rows and of sources. None without such rows.
    test_low, test_high : array or None
        Ends of Student's interval for rows of the same law, the explanations being
        given. Errors are skewed, so that it is too short where rows are few or the
        scale is small: an interval of level 0.95 from 30 rows was seen to cover 0.57.
    """

    scale: Any
    train: Any
    train_standard_error: Any
    test: Any
    test_standard_error: Any
    test_low: Any
    test_high: Any


class LeftOutFidelity(NamedTuple):
    """Leave-one-out estimate of the mirrored fidelity on new rows, by scale.

    All fields are numbers, or arrays with an entry for each scale.

    Attributes
    ----------
    scale : array
    left_out, left_out_standard_error : array
        The error, of which 0 is the best, and what the draws of sources add to it. That
        the rows are a sample is not in it.
    train, train_standard_error : array
        The same for explanations that have seen their targets.
    """

    scale: Any
    left_out: Any
    left_out_standard_error: Any
    train: Any
    train_standard_error: Any


def mirrored_neighborhood_fidelity(
    model: Any,
    X: Any,
    scale: Any,
    *,
    X_test: Any = None,
    penalty: float = 0.01,
    offset: float | None = None,
    n_draws: int = 1000,
    confidence_level: float = 0.95,
    output: int | None = None,
    random_state: Any = 0,
) -> MirroredFidelity:
    """How far explanations that are built near a row are off at the row.

    Sources are drawn near the rows, and have the explanation that is best for the rows
    of X: weighted least squares with a ridge (`mirrored_fit`). The model is asked at
    rows only, never between them.

    Parameters
    ----------
    model : fitted estimator, callable, or array of shape (n_rows,)
        A regressor, a classifier with probabilities or scores, a function of points, or
        its values at the rows.
    X : array or data frame of shape (n_rows, n_features)
        Rows that the model has not been trained on: on its own it is rougher, and what
        is estimated is not its fidelity on new rows. Columns of
        numbers count, and should have the same units, as neighbourhoods are N(x, s²I),
        and means near 0, as the ridge depends on where 0 is.
    scale : float or list of floats
        s > 0, the standard deviation of each coordinate of a source. All scales share
        their draws.
    X_test : array or data frame, optional
        Rows that X has not, at least two.
    penalty : float
        λ > 0 of the ridge, relative to the sum of the weights. It is on the intercept,
        too.
    offset : float, optional
        It is subtracted from the model's numbers, so that the ridge draws them there;
        by default their mean over X.
    n_draws : int
        How many sources.
    confidence_level : float
        In (0, 1), of the interval for new rows.
    output : int, optional
        Which output of the model is meant; of two classes the second by default.
    random_state : int, RandomState instance or None

    Returns
    -------
    MirroredFidelity

    Raises
    ------
    TypeError
        If X holds no numbers, or an option is of another type.
    ValueError
        If shapes or columns disagree, a number is out of range, the penalty is too
        small for unique fits, or the model returns NaN or another shape.

    Notes
    -----
    Source: definition by Li et al. 2021 (poster); the explanations are derived here,
    section "Explanations from a sample" of the theory's page.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> X = Stream(0, "docs").normal((100, 2))
    >>> found = mirrored_neighborhood_fidelity(
    ...     lambda X: X[:, 0] ** 2, X[:50], [0.3, 1.0], X_test=X[50:]
    ... )
    >>> found.train.round(2).tolist(), found.test.round(2).tolist()
    ([0.02, 0.36], [0.3, 0.82])
    """
    scales, stream, draws = _drawing(scale, random_state, n_draws)
    ridge = _positive(penalty)
    level = check_open_unit("confidence_level", confidence_level)
    points, values = sample_values(model, X, output, 1, "X")
    shift = _shift(offset, values)
    values = values - shift
    each = np.atleast_1d(scales)
    train = [
        errors_at_sources(points, values, s, ridge, draws, stream)[0] for s in each
    ]
    test: tuple = (None, None, None, None)
    if X_test is not None:
        check_same_columns(X, X_test, "X_test")
        new = _new_rows(model, X_test, output, points)
        targets = new.points, new.values - shift
        errors = [
            errors_at_targets(
                GaussianNeighborhoods(points, s), values, ridge, targets, draws, stream
            )
            for s in each
        ]
        test = _with_interval(scales, errors, level)
    return MirroredFidelity(scales, *_means(scales, train), *test)


def leave_one_out_mnf(
    model: Any,
    X: Any,
    scale: Any,
    *,
    penalty: float = 0.01,
    offset: float | None = None,
    n_draws: int = 1000,
    output: int | None = None,
    random_state: Any = 0,
) -> LeftOutFidelity:
    """The mirrored fidelity on new rows, estimated from the rows at hand.

    Each row is left out of the explanations that are tried on it, without fitting any
    of them again.

    Parameters
    ----------
    model, X, scale, penalty, offset, n_draws, output, random_state
        As those of `mirrored_neighborhood_fidelity`. There are two rows at least.
        Labels in place of the model give an estimate of the risk of explanations.

    Returns
    -------
    LeftOutFidelity

    Raises
    ------
    TypeError, ValueError
        As `mirrored_neighborhood_fidelity`.

    Notes
    -----
    The estimate is for explanations of one row less, and for a penalty that does not
    change when a row is left out: at scales so small that a row has most of the weight
    near it, that is a heavy one, and the estimate too large. The spread over samples is
    not in the standard error, and the usual one of a mean over rows would be too small.
    Source: derived here, section "Explanations from a sample" of the theory's page.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> X = Stream(0, "docs").normal((100, 2))[:50]
    >>> found = leave_one_out_mnf(X[:, 0] ** 2, X, [0.3, 1.0])
    >>> found.left_out.round(2).tolist(), found.train.round(2).tolist()
    ([0.18, 0.45], [0.02, 0.36])
    """
    scales, stream, draws = _drawing(scale, random_state, n_draws)
    ridge = _positive(penalty)
    points, values = sample_values(model, X, output, 2, "X")
    values = values - _shift(offset, values)
    train, left_out = zip(
        *(
            errors_at_sources(points, values, s, ridge, draws, stream)
            for s in np.atleast_1d(scales)
        ),
        strict=True,
    )
    return LeftOutFidelity(scales, *_means(scales, left_out), *_means(scales, train))


def _drawing(scale: Any, random_state: Any, n_draws: Any) -> tuple[Any, Any, int]:
    stream = seeded_stream(random_state, "mirrored fidelity")
    return checked_scales(scale), stream, check_integer("n_draws", n_draws, 2)


def _positive(penalty: Any) -> float:
    number = check_not_negative("penalty", penalty)
    if number == 0:
        raise ValueError(
            "penalty must be above 0: where few rows are near a source, a fit without "
            "a ridge is not unique"
        )
    return number


def _shift(offset: Any, values: Any) -> float:
    if offset is None:
        return float(values.mean())
    if not is_number(offset) or not np.isfinite(offset):
        raise ValueError(f"offset must be a finite number or None, got {shown(offset)}")
    return float(offset)


def _new_rows(model: Any, X_test: Any, output: Any, points: Any) -> Any:
    if is_array(model):
        raise ValueError(
            "X_test needs a model that can be asked there, and model holds values; "
            "give an estimator or a function, or leave X_test out"
        )
    new = sample_values(model, X_test, output, 2, "X_test")
    if new.points.shape[1] != points.shape[1]:
        raise ValueError(
            f"X_test has {new.points.shape[1]} columns of numbers and X has "
            f"{points.shape[1]}; both need the same"
        )
    return new


def _means(scales: Any, errors: Any) -> tuple[Any, Any]:
    """Means with the standard errors of independent draws.

    Sources are near all rows in turn, which makes their error smaller, not larger.
    """
    each = np.stack(errors)
    error = each.std(axis=1, ddof=1) / np.sqrt(each.shape[1])
    return _like(scales, each.mean(axis=1)), _like(scales, error)


def _with_interval(scales: Any, errors: Any, level: float) -> tuple[Any, ...]:
    """Means over independent rows, their standard errors, and ends of intervals."""
    mean, error = _means(scales, errors)
    reach = stats.t.ppf((1 + level) / 2, len(errors[0]) - 1) * error
    return mean, error, mean - reach, mean + reach


def _like(scales: Any, found: Any) -> Any:
    return np.asarray(found).reshape(scales.shape)

"""Intervals for exponents of power laws, from intervals for means."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import refuse
from refgen.intervals._checks import floats
from refgen.intervals.interval import Interval


def loglog_slope(sizes: Any, means: Any) -> Interval:
    """Interval for the least-squares slope of log mean against log size.

    It holds whenever all the intervals of the means hold, so its error probability
    is at most the sum of theirs: the slope Σ cᵢ log meanᵢ is linear in the logs, and is
    largest or smallest where every mean is at an end of its interval. If the means are
    a·size^b, the slope is b.

    Parameters
    ----------
    sizes : array_like of shape (..., n_sizes)
        Positive and distinct, at least two of them.
    means : Interval, or pair (low, high) of array_like, of shape (..., n_sizes)
        Intervals of the means, their lower ends above 0.

    Returns
    -------
    Interval
        Of shape (...), up to the rounding of float64.

    Raises
    ------
    TypeError
        If an argument is not numeric, or `means` is neither of the two.
    ValueError
        If an argument is out of range, or shapes do not match.

    Examples
    --------
    >>> slope = loglog_slope([10, 100], ([0.9, 0.09], [1.1, 0.11]))
    >>> [round(float(end), 4) for end in (slope.low, slope.high)]
    [-1.0872, -0.9128]
    """
    x, low, high = _check_logs(sizes, means)
    return _slope(x, low, high)


def local_slopes(sizes: Any, means: Any) -> Interval:
    """Intervals for the slopes between consecutive sizes, which all hold together.

    Parameters and errors are those of `loglog_slope`; the result has shape
    (..., n_sizes − 1).

    Examples
    --------
    >>> slopes = local_slopes([1, 2, 4], ([1.0, 2.0, 8.0], [1.0, 2.0, 8.0]))
    >>> slopes.low.round(12).tolist()
    [1.0, 2.0]
    """
    pairs = (
        np.stack([logs[..., :-1], logs[..., 1:]], axis=-1)
        for logs in _check_logs(sizes, means)
    )
    return _slope(*pairs)


def _slope(x: Any, low: Any, high: Any) -> Interval:
    centred = x - x.mean(axis=-1, keepdims=True)
    weights = centred / (centred**2).sum(axis=-1, keepdims=True)
    up, down = np.maximum(weights, 0), np.minimum(weights, 0)
    ends = [(up * a + down * b).sum(axis=-1) for a, b in ((low, high), (high, low))]
    return Interval(ends[0], ends[1])


def _check_logs(sizes: Any, means: Any) -> tuple[Any, Any, Any]:
    """Logs of the sizes and of the ends of the means."""
    sizes = floats("sizes", sizes, 1)
    refuse("sizes", sizes, sizes <= 0, "be positive")
    if sizes.shape[-1] < 2:
        raise ValueError("sizes must hold at least 2 sizes, got 1")
    x = np.log(sizes)
    # Sizes whose logs round to the same number are as good as equal.
    if (np.diff(np.sort(x, axis=-1), axis=-1) == 0).any():
        raise ValueError(
            "sizes must be distinct; join the samples of equal sizes first"
        )
    means = _as_interval(means)
    if means.low.ndim == 0 or means.low.shape[-1] != sizes.shape[-1]:
        raise ValueError(
            f"means must have shape (..., {sizes.shape[-1]}), one mean for every "
            f"size, got {means.low.shape}"
        )
    hint = "; take more samples, or fewer sizes"
    refuse("means.low", means.low, means.low <= 0, "be positive to have logs", hint)
    refuse("means.low", means.low, means.is_empty, "be at most means.high")
    return x, np.log(means.low), np.log(means.high)


def _as_interval(means: Any) -> Interval:
    if isinstance(means, Interval):
        return means
    if not isinstance(means, (tuple, list)) or len(means) != 2:
        raise TypeError(
            "means must be an Interval or a pair (low, high), "
            f"got {type(means).__name__}"
        )
    return Interval(*means)

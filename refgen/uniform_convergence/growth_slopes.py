"""Powers with which curves grow, by least squares of logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from refgen._checks import check_open_unit
from refgen._numbers import as_not_negative, as_positive
from refgen.arrays import on_the_host


@on_the_host("plain numbers")
@dataclass(frozen=True)
class GrowthSlope:
    """The slope of ln(curve) in ln(n_samples), by least squares.

    Attributes
    ----------
    slope : float
    low, high : float
        Ends of its interval, for independent normal errors of one variance. Parts of
        one sample are not independent: read it as how well a power fits. Infinite for
        fewer than three points.
    n_points : int
    n_left_out : int
        Points that are 0 and have no logarithm.
    """

    slope: float
    low: float
    high: float
    n_points: int
    n_left_out: int


@on_the_host("plain numbers")
def growth_slope(
    sizes: Any, values: Any, confidence_level: float = 0.95
) -> GrowthSlope:
    """Fit a power of the sample size, by least squares of logarithms.

    Parameters
    ----------
    sizes : array of shape (n_sizes,)
        Positive, not all equal.
    values : array of shape (n_sizes,) or (n_sizes, n_repeats)
        Not negative; 0 is left out.
    confidence_level : float
        In (0, 1).

    Returns
    -------
    GrowthSlope

    Raises
    ------
    ValueError
        If a number is out of range, shapes differ, or fewer than two sizes have a
        positive value.

    Examples
    --------
    >>> round(growth_slope([100, 200, 400], [1.0, 0.5, 0.25]).slope, 12)
    -1.0
    """
    level = check_open_unit("confidence_level", confidence_level)
    x, y = checked_curve(sizes, values)
    x = np.broadcast_to(np.log(x)[:, None], y.shape)[y > 0]
    y, n_left_out = np.log(y[y > 0]), int((y <= 0).sum())
    if len(np.unique(x)) < 2:
        raise ValueError("values must be positive at two sizes at least")
    away = x - x.mean()
    slope = float(away @ y / (away @ away))
    freedom, reach = len(y) - 2, np.inf
    if freedom:
        rest = y - y.mean() - slope * away
        error = np.sqrt(rest @ rest / freedom / (away @ away))
        reach = float(stdtrit(freedom, (1 + level) / 2) * error)
    return GrowthSlope(slope, slope - reach, slope + reach, len(y), n_left_out)


def checked_curve(sizes: Any, values: Any) -> tuple[np.ndarray, np.ndarray]:
    """Sizes and values of one curve, (n_sizes,) and (n_sizes, n_repeats).

    Raises
    ------
    ValueError
        If a number is out of range, or shapes differ.

    Examples
    --------
    >>> checked_curve([10], [0.5])[1].shape
    (1, 1)
    """
    x, y = as_positive("sizes", sizes, 1), as_not_negative("values", values, 1)
    if x.ndim != 1 or y.ndim > 2 or len(y) != len(x):
        raise ValueError(
            "values must have one row or number for each of the sizes, got shapes "
            f"{y.shape} and {x.shape}"
        )
    return x, y.reshape(len(x), -1)

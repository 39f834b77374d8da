"""Noise in columns of its own: appended to data, or doubted where others claim it."""

from __future__ import annotations

import math
from typing import Any

from refgen._checks import MOST_ENTRIES, check_integer
from refgen._numbers import as_positive, in_one_place
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.random import Stream


def with_noise(X: Any, n_features: int, noise: float, stream: Stream) -> Any:
    """Data with columns of independent normal noise behind their own columns.

    Parameters
    ----------
    X : array of shape (n_samples, n_own)
    n_features : int
        How many columns of noise, from 1.
    noise : float
        V > 0, the expected squared length of the noise of a point; each entry has the
        variance V/n_features.
    stream : Stream

    Returns
    -------
    array of shape (n_samples, n_own + n_features)

    Raises
    ------
    TypeError, ValueError
        If X is no matrix of finite numbers, or another argument is out of range.

    Notes
    -----
    The noise of a point has the same law with its sign changed, whatever its other
    columns and its label: to change it preserves the law of samples exactly.

    Examples
    --------
    >>> X = with_noise([[1.0], [2.0]], 3, 0.5, Stream(0, "docs"))
    >>> X[:, 0].tolist(), X.shape
    ([1.0, 2.0], (2, 4))
    """
    check_instance("stream", stream, Stream)
    points = as_floats("X", X, 2)
    if points.ndim != 2:
        raise ValueError(
            f"X must have shape (n_samples, n_features), got {points.shape}"
        )
    n = len(points)
    width = check_integer("n_features", n_features, 1, MOST_ENTRIES // n)
    area = check_scale("noise", as_positive("noise", noise))
    if area.ndim:
        raise ValueError(f"noise must be one number, got shape {area.shape}")
    drawn = math.sqrt(float(area) / width) * stream.normal((n, width))
    points, drawn = in_one_place(X=points, noise=drawn)
    return namespace(points).concatenate((points, drawn), axis=1)


def asymmetry_p_value(values: Any) -> Any:
    """How surprising values are if each point might as well have the other sign.

    Parameters
    ----------
    values : array of shape (..., n_points, n_features)

    Returns
    -------
    array of shape (...)
        In [0, 1]. If the signs of points are independent and both equally likely, given
        all else, it is at most p with probability at most p, for every p.

    Raises
    ------
    ValueError
        If there is no point or feature, or values are not finite.

    Notes
    -----
    2 n_features exp(−t²/2), at most 1, with the largest t = |sum|/length of a column:
    Hoeffding's inequality for a sum of random signs, for all columns. One sign turns
    all of the features of a point. Source: derived here, claim UC-73.

    Examples
    --------
    >>> float(asymmetry_p_value([[1.0], [-2.0], [0.5]]))
    1.0
    >>> bool(asymmetry_p_value([[1.0]] * 30) < 1e-5)
    True
    """
    values = as_floats("values", values, 2)
    xp = namespace(values)
    largest = abs(values).max(axis=-2, keepdims=True)
    scaled = values / xp.where(largest > 0, largest, 1.0)
    length = xp.sqrt((scaled * scaled).sum(axis=-2))
    reach = abs(scaled.sum(axis=-2)) / xp.where(length > 0, length, 1.0)
    t = reach.max(axis=-1)
    return xp.minimum(1.0, 2 * values.shape[-1] * xp.exp(-t * t / 2))

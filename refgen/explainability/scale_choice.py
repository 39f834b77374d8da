"""The scale of neighbourhoods, chosen from data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refgen.explainability._sample_values import checked_scales, sample_values
from refgen.explainability.sample_fidelity import leave_one_out_mnf


class BestScale(NamedTuple):
    """The scale at which explanations from a sample are best on new rows.

    Attributes
    ----------
    scale : float
        The one with the smallest error left out.
    scales : array of shape (n_scales,)
        Those that were tried.
    left_out, left_out_standard_error, train : array of shape (n_scales,)
        As those of `leave_one_out_mnf`.
    """

    scale: float
    scales: Any
    left_out: Any
    left_out_standard_error: Any
    train: Any


def best_scale(
    model: Any,
    X: Any,
    scales: Any = None,
    *,
    penalty: float = 0.01,
    offset: float | None = None,
    n_draws: int = 1000,
    output: int | None = None,
    random_state: Any = 0,
) -> BestScale:
    """The scale with the smallest leave-one-out mirrored fidelity.

    Narrow neighbourhoods hold too few rows for an explanation, wide ones too much of
    the function.

    Parameters
    ----------
    model : fitted estimator, callable, or array of shape (n_rows,)
        As that of `mirrored_neighborhood_fidelity`.
    X : array or data frame of shape (n_rows, n_features)
        Two rows at least, which the model has not been trained on.
    scales : list of floats, optional
        Scales to try; by default thirteen from a tenth of the root mean square of the
        columns' standard deviations to ten times that.
    penalty, offset, n_draws, output, random_state
        As those of `mirrored_neighborhood_fidelity`.

    Returns
    -------
    BestScale

    Raises
    ------
    TypeError, ValueError
        As `leave_one_out_mnf`; also if no column of X varies and no scales are given.

    Notes
    -----
    A bound that is to hold for the scale that was chosen has to pay for the choice.
    Source: derived here.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> X = Stream(0, "docs").normal((200, 2))
    >>> found = best_scale(lambda X: np.sin(2 * X[:, 0]), X)
    >>> round(found.scale, 2)
    0.22
    """
    points, values = sample_values(model, X, output, 2, "X")
    if scales is None:
        scales = _typical(points) * np.logspace(-1, 1, 13)
    scales = np.atleast_1d(checked_scales(scales, "scales"))
    found = leave_one_out_mnf(
        values,
        points,
        scales,
        penalty=penalty,
        offset=offset,
        n_draws=n_draws,
        random_state=random_state,
    )
    best = float(found.scale[int(found.left_out.argmin())])
    return BestScale(
        best, found.scale, found.left_out, found.left_out_standard_error, found.train
    )


def _typical(points: Any) -> float:
    size = float(np.sqrt(points.var(axis=0).mean()))
    if size == 0:
        raise ValueError(
            "X has equal rows only, which give no scale; give scales to try"
        )
    return size

"""The probabilities nearest to scores that sum to one."""

from __future__ import annotations

from typing import Any

from refgen.arrays import as_floats, namespace


def project_on_simplex(scores: Any) -> Any:
    """Euclidean projection on {p : p ≥ 0, Σp = 1}, along the last axis.

    Parameters
    ----------
    scores : array of shape (..., n_classes)

    Returns
    -------
    array of shape (..., n_classes)
        max(scores − τ, 0) with the τ for which it sums to one. Scores that are
        probabilities already stay what they are, up to rounding; the order of the
        classes is kept, except that some may tie at 0.

    Notes
    -----
    The squared error to a one-hot label never grows: claim RM-17p. Source: Held, Wolfe
    & Crowder (1974); Duchi et al. (2008).

    Examples
    --------
    >>> project_on_simplex([1.25, -0.25]).tolist()
    [1.0, 0.0]
    """
    scores = as_floats("scores", scores, 1)
    xp, n = namespace(scores), scores.shape[-1]
    # The projection does not depend on a shift of all scores; large ones round less so.
    scores = scores - scores.max(axis=-1, keepdims=True)
    falling = -xp.sort(-scores, axis=-1)
    # The τ that would be right if exactly the j largest scores stayed positive; the
    # right j is the largest for which the j-th score is above its τ.
    thresholds = (falling.cumsum(axis=-1) - 1) / (xp.arange(n) + 1)
    n_positive = (falling > thresholds).sum(axis=-1, keepdims=True)
    kept = xp.maximum(n_positive, 1) - 1
    positive = xp.maximum(scores - xp.take_along_axis(thresholds, kept, axis=-1), 0.0)
    return positive / positive.sum(axis=-1, keepdims=True)

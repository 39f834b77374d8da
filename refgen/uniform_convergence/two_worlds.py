"""How well any estimate of a risk can do that sees the sample and the classifier."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, refuse, together
from refgen.arrays import UNIT_ROUNDOFF, namespace, special_functions

# Each sample point is a step over all points.
_LARGEST = 1e4


@finite
def two_worlds_floor(n_points: Any, n_samples: Any, precision: Any) -> Any:
    """The least sum of failure probabilities over a memorized and a learned world.

    All labels of N points are equally likely, and a sample is m uniform draws of points
    with their labels. In the first world the classifier is the truth, in the second one
    of those that fit the sample, drawn at random. The pair of sample and classifier has
    the same law in both, so that an estimate of the risk from this pair cannot tell.

    Parameters
    ----------
    n_points : array of shape (...)
        N, from 1 to 10,000.
    n_samples : array of shape (...)
        m, from 1 to 10,000.
    precision : array of shape (...)
        η > 0: an estimate fails where it is off by η or more.

    Returns
    -------
    array of shape (...)
        P(risk of the second world's classifier ≥ 2η), which is the sum of both failure
        probabilities of the best estimate.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    The risk is Bin(N − k, ½)/N if k points were seen. Where 2ηN is a whole number but
    for rounding, it counts as one. Source: derived here; sharpens Gastpar et al. 2024
    (arXiv 2309.13658); claim UC-37.

    Examples
    --------
    >>> round(float(two_worlds_floor(5, 3, 0.2)), 12)
    0.3875
    """
    points, samples, precision = together(
        n_points=as_counts("n_points", n_points),
        n_samples=as_counts("n_samples", n_samples),
        precision=as_positive("precision", precision),
    )
    for name, count in (("n_points", points), ("n_samples", samples)):
        refuse(name, count, count > _LARGEST, "be at most 10,000")
    xp = namespace(points)
    # More than N wrong points are as impossible as N + 1.
    share = xp.minimum(2 * precision, 2.0)
    least = xp.ceil(share * points * (1 - 4 * UNIT_ROUNDOFF))
    seen = _seen(xp, points, samples)
    unseen = points[..., None] - xp.arange(seen.shape[-1])
    wrong = xp.minimum(least[..., None], xp.maximum(unseen, 1.0))
    tail = special_functions(points).betainc(
        wrong, xp.maximum(unseen - wrong + 1, 1.0), 0.5
    )
    return xp.where(unseen >= least[..., None], seen * tail, 0.0).sum(axis=-1)


def _seen(xp: Any, points: Any, samples: Any) -> Any:
    """P(k points are seen) along a last axis, k from 0 on."""
    most = int(xp.minimum(points, samples).max())
    k = xp.arange(most + 1)
    share = xp.minimum(k / points[..., None], 1.0)
    found = xp.zeros((*points.shape, most + 1))
    found[..., 0] = 1.0
    for j in range(int(samples.max())):
        new = found * share
        new[..., 1:] += (found * (1 - share))[..., :-1]
        found = xp.where(j < samples[..., None], new, found)
    return found

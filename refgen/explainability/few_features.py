"""Explanations with a few features."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, as_positive, in_one_place
from refgen.arrays import as_floats, namespace


@finite
def sparse_fidelity(slope: Any, fidelity: Any, scale: Any, n_features: int) -> Any:
    """The neighborhood fidelity of the best explanation with so many features.

    Parameters
    ----------
    slope : array of shape (..., d)
        Coefficients b of the best linear explanation.
    fidelity : array of shape (...)
        Its mean square error over neighbours, at least 0, which is best.
    scale : array of shape (...)
        s > 0 of neighbours N(x, s²I).
    n_features : int
        k, from 1 to d.

    Returns
    -------
    array of shape (...)
        fidelity + s² Σ b² over all but the k largest |b|: the best explanation with k
        features keeps these coefficients, and needs no other fit.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    For independent features with an s of their own, give b·s as `slope` and 1 as
    `scale`. Source: derived here, claim LE-62c.

    Examples
    --------
    >>> sparse_fidelity([3.0, -1.0, 0.5], 0.25, 2.0, 1).tolist()
    5.25
    """
    slope, fidelity, scale = in_one_place(
        slope=as_floats("slope", slope, 1),
        fidelity=as_not_negative("fidelity", fidelity),
        scale=as_positive("scale", scale),
    )
    k = check_integer("n_features", n_features, 1, slope.shape[-1])
    batch_shape(slope=slope.shape[:-1], fidelity=fidelity.shape, scale=scale.shape)
    effects = namespace(slope).sort(abs(slope * scale[..., None]), axis=-1)
    dropped = effects[..., : effects.shape[-1] - k]
    return fidelity + (dropped * dropped).sum(axis=-1)

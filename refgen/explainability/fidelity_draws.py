"""Neighborhood fidelity from draws, without a bias."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._local_ridge import local_ridge


class DrawnFidelity(NamedTuple):
    """An estimate of the fidelity of the best explanation.

    Attributes
    ----------
    fidelity : array of shape (...)
        An unbiased estimate of NF, an error of which 0 is the best. It may be below 0
        where NF is next to 0.
    standard_error : array of shape (...)
        Of the estimate, to first order: with fewer than a thousand draws it is often
        too small, as the estimate is skewed.
    """

    fidelity: Any
    standard_error: Any


@finite
def drawn_fidelity(normals: Any, values: Any) -> DrawnFidelity:
    """Fidelity of the best explanation of a point, from draws of its neighbours.

    Parameters
    ----------
    normals : array of shape (..., n_draws, n_features)
        Standard normal ε; the neighbours of x are x + sε. At least 2d + 4 of them.
    values : array of shape (..., n_draws)
        f(x + sε).

    Returns
    -------
    DrawnFidelity

    Raises
    ------
    ValueError
        If there are fewer draws, the draws of one half lie in a hyperplane, a number is
        not finite, or shapes disagree.

    Notes
    -----
    Half of the draws give an affine function by least squares, which is subtracted; of
    the rest, Var f − ‖E fε‖² is estimated from all pairs of the other half. Then the
    halves change places. So there is no error at all where f is affine. Source: derived
    here; theory page, "Fidelity from draws".

    Examples
    --------
    >>> from refgen.random import Stream
    >>> normals = Stream(0, "docs").normal((1000, 2))
    >>> found = drawn_fidelity(normals, normals[:, 0] * normals[:, 1])  # NF is 1
    >>> round(float(found.fidelity), 2), round(float(found.standard_error), 2)
    (0.99, 0.1)
    """
    normals, values = in_one_place(
        normals=check_scale("normals", as_floats("normals", normals, 2), 2),
        values=check_scale("values", as_floats("values", values, 1), 1),
    )
    n, d = normals.shape[-2:]
    if values.shape[-1] != n:
        raise ValueError(
            f"values has shape {values.shape} for {n} draws; give one for each"
        )
    if n < 2 * d + 4:
        raise ValueError(
            f"normals must hold at least 2 n_features + 4 = {2 * d + 4} draws, got {n}"
        )
    batch_shape(normals=normals.shape[:-2], values=values.shape[:-1])
    first, last = slice(0, n // 2), slice(n // 2, n)
    parts = [
        _of_pairs(_rest(normals, values, one, other), normals[..., other, :])
        for one, other in ((first, last), (last, first))
    ]
    xp = namespace(normals)
    variance = (parts[0][1] + parts[1][1]) / 4
    return DrawnFidelity((parts[0][0] + parts[1][0]) / 2, xp.sqrt(variance))


def _rest(normals: Any, values: Any, one: slice, other: slice) -> Any:
    """What an affine fit of one part leaves of the other."""
    xp = namespace(normals)
    own, taught = normals[..., one, :], values[..., one]
    logs = xp.zeros((1, own.shape[-2]))
    try:
        fit = local_ridge(own, taught, logs, 0.0, penalized_intercept=False)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "normals of one half lie in a hyperplane; draw them independently"
        ) from error
    products = normals[..., other, :] @ fit.coefficients.swapaxes(-1, -2)
    return values[..., other] - fit.intercepts - products[..., 0]


def _of_pairs(rest: Any, normals: Any) -> tuple[Any, Any]:
    """The mean of (r² + r′²)/2 − rr′(1 + ε·ε′) over pairs, and its variance.

    The variance is that of 2/n Σ h(i), h(i) the mean over the partners of draw i.
    """
    xp, n = namespace(rest), rest.shape[-1]
    squares = rest * rest
    moments = xp.einsum("...i,...ij->...j", rest, normals)
    crossed = rest.sum(axis=-1)[..., None] + xp.einsum(
        "...j,...ij->...i", moments, normals
    )
    own = squares * (1 + (normals * normals).sum(axis=-1))
    alone = (squares.sum(axis=-1)[..., None] - squares) / 2
    each = squares / 2 + (alone - rest * crossed + own) / (n - 1)
    mean = each.mean(axis=-1)
    spread = ((each - mean[..., None]) ** 2).sum(axis=-1) / (n - 1)
    return mean, 4 * spread / n

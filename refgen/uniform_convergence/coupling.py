"""Two samples: all margins of the classifier of one on the other are equal."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen.arrays import as_floats, namespace
from refgen.linalg import solve_positive


@finite
def coupled_noise(noise: Any, weight_length: Any, fresh_noise: Any) -> Any:
    """Noise of a sample whose classifier has equal margins on another sample.

    Parameters
    ----------
    noise : array of shape (..., m, D)
        Ξ̃, the noise vectors of the other sample, each times its label; m ≤ D.
    weight_length : array of shape (...)
        ‖w₂‖ > 0, the length of the noise part of the classifier's weights.
    fresh_noise : array of shape (..., m, D)
        Noise vectors of a third sample, which fill up what is not determined.

    Returns
    -------
    array of shape (..., m, D)
        Ξ, with rows that sum to w₂. On the other sample the classifier has the margin
        a − ‖w₂‖κ at every point, κ² = 1/1ᵀ(Ξ̃Ξ̃ᵀ)⁻¹1.

    Raises
    ------
    ValueError
        If shapes disagree, there are more points than dimensions, or rows of `noise`
        are linearly dependent.

    Notes
    -----
    If Ξ̃ and the third sample have independent entries N(0, v), and ‖w₂‖²/(mv) follows
    χ² with D degrees of freedom, so have the entries of Ξ. Source: derived here, claims
    UC-40 and UC-40b.

    Examples
    --------
    >>> coupled_noise([[1.0, 0.0], [0.0, 2.0]], 1.0, [[0.0, 0.0], [0.0, 0.0]]).round(3)
    array([[-0.447, -0.224],
           [-0.447, -0.224]])
    """
    noise, fresh, length = in_one_place(
        noise=as_floats("noise", noise, 2),
        fresh_noise=as_floats("fresh_noise", fresh_noise, 2),
        weight_length=as_positive("weight_length", weight_length),
    )
    _check_shapes(noise, fresh, length)
    xp = namespace(noise)
    gram = xp.matmul(noise, noise.swapaxes(-1, -2))
    along = -(noise * _solved(gram, xp.ones((*noise.shape[:-1], 1)))).sum(axis=-2)
    size = xp.sqrt((along * along).sum(axis=-1))
    mean = along * (length / size)[..., None] / noise.shape[-2]
    return mean[..., None, :] + fresh - fresh.mean(axis=-2, keepdims=True)


def _solved(gram: Any, ones: Any) -> Any:
    try:
        return solve_positive(gram, ones)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "noise has points that are linearly dependent; the coupling needs as many "
            "directions as points"
        ) from error


def _check_shapes(noise: Any, fresh: Any, length: Any) -> None:
    m, D = noise.shape[-2:]
    if fresh.shape[-2:] != (m, D):
        raise ValueError(
            f"fresh_noise has shape {fresh.shape} where noise has {noise.shape}; their "
            "last two axes must agree"
        )
    if m > D:
        raise ValueError(
            f"noise has {m} points in {D} dimension(s); the coupling needs at least as "
            "many dimensions as points"
        )
    batch_shape(
        noise=noise.shape[:-2],
        fresh_noise=fresh.shape[:-2],
        weight_length=length.shape,
    )

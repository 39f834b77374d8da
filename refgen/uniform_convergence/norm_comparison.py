"""How bounds by norms of weights compare, and what a change of weights can do."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_counts, as_not_negative, in_one_place
from refgen._scales import check_scale
from refgen.arrays import namespace


@finite
def two_thirds_norm(values: Any) -> Any:
    """(Σ|vᵢ|^⅔)^(3/2): how the bound of Bartlett et al. adds layers.

    Parameters
    ----------
    values : array of shape (..., n_layers)
        At least 0.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a number is negative, or so large or small that products leave float64.

    Notes
    -----
    Source: Bartlett et al. 2017 (arXiv 1706.08498), claim UC-32.

    Examples
    --------
    >>> round(float(two_thirds_norm([1.0, 8.0])), 4)
    11.1803
    """
    values = check_scale("values", as_not_negative("values", values, 1), 1)
    xp = namespace(values)
    largest = values.max(axis=-1)
    unit = xp.where(largest > 0, largest, 1.0)
    roots = xp.cbrt(values / unit[..., None])
    total = (roots * roots).sum(axis=-1)
    return largest * total * xp.sqrt(total)


@finite
def width_factor(widths: Any) -> Any:
    """Σ√nᵢ: how far the bound of Bartlett et al. is above one by Frobenius norms.

    Parameters
    ----------
    widths : array of shape (..., n_layers)
        Output units nᵢ ≥ 1 of each layer, which have one column of weights each.

    Returns
    -------
    array of shape (...)
        The least c with (Σ‖Δᵢ‖₂,₁^⅔)^(3/2) ≤ c √Σ‖Δᵢ‖²_F for all matrices of so many
        columns.

    Raises
    ------
    ValueError
        If a number is not a whole one of at least 1.

    Notes
    -----
    With L layers of width h at most, it is at most L√h, the factor of Neyshabur et al.
    Source: derived here, claim UC-32.

    Examples
    --------
    >>> float(width_factor([100, 1]))
    11.0
    """
    widths = as_counts("widths", widths)
    if not widths.ndim:
        raise ValueError("widths must have one number for each layer, got one number")
    return namespace(widths).sqrt(widths).sum(axis=-1)


def perturbation_constant(depth: Any) -> Any:
    """(1 + 1/L)^L − 1: what a relative change of weights does to outputs at most.

    Parameters
    ----------
    depth : array of shape (...)
        L ≥ 1, the number of layers of weights.

    Returns
    -------
    array of shape (...)
        From 1 for one layer to e − 1 in the limit.

    Raises
    ------
    ValueError
        If a number is not a whole one of at least 1.

    Notes
    -----
    The least c with Π(1 + rᵢ) − 1 ≤ c Σrᵢ wherever Σrᵢ ≤ 1. Source: derived here;
    sharpens lemma 2 of Neyshabur et al. 2018 (arXiv 1707.09564), claim UC-33.

    Examples
    --------
    >>> perturbation_constant([1, 2]).tolist()
    [1.0, 1.25]
    """
    depth = as_counts("depth", depth)
    xp = namespace(depth)
    return xp.expm1(depth * xp.log1p(1 / depth))


@finite
def perturbation_bound(norms: Any, ratios: Any, input_norm: Any) -> Any:
    """How far outputs move at most if the weights of all layers do.

    Parameters
    ----------
    norms : array of shape (..., n_layers)
        Spectral norms of the weights, at least 0.
    ratios : array of shape (..., n_layers)
        Spectral norms of the changes, as shares rᵢ ≥ 0 of `norms`.
    input_norm : array of shape (...)
        ‖x‖ ≥ 0.

    Returns
    -------
    array of shape (...)
        ‖x‖ Π‖Wᵢ‖ (Π(1 + rᵢ) − 1).

    Raises
    ------
    ValueError
        If a number is negative, or too large or small for products, norms and ratios
        are of different depths, or leading axes do not broadcast.

    Notes
    -----
    For networks without biases whose activations are 0 at 0 and 1-Lipschitz. Source:
    derived here; sharpens lemma 2 of Neyshabur et al. 2018 (arXiv 1707.09564), claim
    UC-33.

    Examples
    --------
    >>> float(perturbation_bound([2.0, 3.0], [0.5, 0.5], 1.0))
    7.5
    """
    norms, ratios, size = in_one_place(
        norms=check_scale("norms", as_not_negative("norms", norms, 1)),
        ratios=check_scale("ratios", as_not_negative("ratios", ratios, 1)),
        input_norm=check_scale("input_norm", as_not_negative("input_norm", input_norm)),
    )
    if norms.shape[-1] != ratios.shape[-1]:
        raise ValueError(
            "norms and ratios must have one number for each layer, got shapes "
            f"{norms.shape} and {ratios.shape}"
        )
    shapes = {"norms": norms.shape[:-1], "ratios": ratios.shape[:-1]}
    batch_shape(**shapes, input_norm=size.shape)
    xp = namespace(norms)
    growth = xp.expm1(xp.log1p(ratios).sum(axis=-1))
    return size * norms.prod(axis=-1) * growth

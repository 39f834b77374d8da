"""Fidelity averaged over positions: by frequencies, and by the kinks of a line."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, as_positive, in_one_place
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace, special_functions

# From here on exponentials of −u² are 0.
_FAR = 40.0
# Pairs of kinks at once.
_AT_ONCE = 2**20


def transfer(u: Any) -> Any:
    """How much of each frequency an affine explanation misses, averaged over position.

    Parameters
    ----------
    u : array of shape (...)
        s‖ω‖ ≥ 0, the frequency times the scale of the neighbourhoods.

    Returns
    -------
    array of shape (...)
        T(u) = 1 − e^(−u²)(1 + u²) in [0, 1]: the mean fidelity (an error, 0 is best) of
        a stationary random function is its spectral measure, weighted by T.

    Raises
    ------
    ValueError
        If a number is negative or not finite.

    Notes
    -----
    As an incomplete gamma function, without cancellation. Source: derived here, claim
    LE-8b.

    Examples
    --------
    >>> transfer([0.0, 0.1, 1.0, 10.0]).round(6).tolist()
    [0.0, 5e-05, 0.264241, 1.0]
    """
    u = as_not_negative("u", u)
    near = namespace(u).minimum(u, _FAR)
    return special_functions(u).gammainc(2.0, near * near)


@finite
def piecewise_linear_fidelity(kinks: Any, changes: Any, scale: Any) -> Any:
    """∫ NF over all positions on the line, for a function that is piecewise linear.

    Parameters
    ----------
    kinks : array of shape (..., n_kinks)
        κ, where the slope changes.
    changes : array of shape (..., n_kinks)
        c, by how much.
    scale : array of shape (...)
        s > 0, the standard deviation of a neighbour.

    Returns
    -------
    array of shape (...)
        s³ Σ c_j c_l G((κ_j − κ_l)/s), of the best affine explanations: an error, 0 is
        best. One kink has c²s³/(3√π), so that it grows as s³ and not as s⁴.

    Raises
    ------
    ValueError
        If `scale` is not positive, a number is not finite or leaves float64, or shapes
        do not fit.

    Notes
    -----
    3√π G(Δ) = (1 − 2D²)e^(−D²) + 2√π D³ erfc D with D = |Δ|/2. Rounding is relative to
    s³(Σ|c|)², as it is for changes that cancel each other. Source: derived here, claims
    LE-8 and LE-25p.

    Examples
    --------
    >>> round(float(piecewise_linear_fidelity([0.0], [1.0], 1.0)), 6)  # 1/(3√π)
    0.188063
    """
    kinks, changes, scale = in_one_place(
        kinks=as_floats("kinks", kinks, 1),
        changes=as_floats("changes", changes, 1),
        scale=check_scale("scale", as_positive("scale", scale)),
    )
    if kinks.shape[-1] != changes.shape[-1]:
        raise ValueError(
            f"changes must have one entry for each kink, got {changes.shape[-1]} for "
            f"{kinks.shape[-1]} kink(s)"
        )
    k = kinks.shape[-1]
    shape = batch_shape(
        kinks=kinks.shape[:-1], changes=changes.shape[:-1], scale=scale.shape
    )
    xp = namespace(kinks)
    at = xp.broadcast_to(kinks, (*shape, k)) / scale[..., None]
    total, step = xp.zeros(shape), max(1, _AT_ONCE // (at.size or 1))
    for start in range(0, k, step):
        some = slice(start, start + step)
        both = _overlap(at[..., some, None] - at[..., None, :])
        rows = (both * changes[..., None, :]).sum(axis=-1)
        total = total + (rows * changes[..., some]).sum(axis=-1)
    return scale * scale * scale * total


def _overlap(apart: Any) -> Any:
    """G, of kinks that are so many scales apart."""
    half = namespace(apart).minimum(abs(apart) / 2, _FAR)
    square = half * half
    erfc = special_functions(half).erfc(half)
    near = (1 - 2 * square) * namespace(half).exp(-square)
    return (near + 2 * sqrt(pi) * half * square * erfc) / (3 * sqrt(pi))

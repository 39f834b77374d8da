"""What the kernel of LIME does to normal draws."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import as_positive, together
from refgen.arrays import namespace


@finite
def kernel_scale(scale: Any, kernel_width: Any) -> Any:
    """The s of neighbourhoods without weights that explain as LIME's weighted ones do.

    Parameters
    ----------
    scale : array of shape (...)
        σ > 0: draws are N(x, σ²I).
    kernel_width : array of shape (...)
        w > 0, in units of σ: a draw x + σu has the weight exp(−‖u‖²/(2w²)). The package
        lime takes w = 0.75 √n_features by default, and draws around the row with
        ``sample_around_instance=True`` only.

    Returns
    -------
    array of shape (...)
        s = σw/√(1 + w²) < σ: with enough draws LIME gives the explanation of least
        neighborhood fidelity (an error) over N(x, s²I).

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim LE-62; the kernel is that of Ribeiro, Singh & Guestrin
    2016 (arXiv 1602.04938) as their package has it.

    Examples
    --------
    >>> kernel_scale(1.0, [0.75, 0.75 * 30**0.5]).round(4).tolist()
    [0.6, 0.9716]
    """
    scale, width = together(
        scale=as_positive("scale", scale),
        kernel_width=as_positive("kernel_width", kernel_width),
    )
    return scale * (width / namespace(width).hypot(width, 1.0))


@finite
def kernel_efficiency(kernel_width: Any, n_features: int) -> Any:
    """The share of LIME's draws that its weights leave, in (0, 1].

    Parameters
    ----------
    kernel_width : array of shape (...)
        w > 0, as in `kernel_scale`.
    n_features : int
        d ≥ 1.

    Returns
    -------
    array of shape (...)
        (E weight)²/E weight² = (w√(w² + 2)/(1 + w²))^d: n weighted draws count as this
        share of n draws without weights. It may underflow to 0.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range or not finite.

    Notes
    -----
    Draws from N(x, s²I) with the s of `kernel_scale` all count. Source: derived here,
    claim LE-62b.

    Examples
    --------
    >>> kernel_efficiency([1.0, 0.75 * 30**0.5], 30).round(4).tolist()
    [0.0134, 0.9541]
    """
    width = as_positive("kernel_width", kernel_width)
    d = check_integer("n_features", n_features, 1)
    xp = namespace(width)
    # 1 − 1/(1 + w²)² without a difference; w² may overflow.
    narrow = xp.minimum(width, 1.0)
    shares = narrow * xp.sqrt(narrow * narrow + 2) / (1 + narrow * narrow)
    wide = 1 / xp.maximum(width, 1.0) ** 2
    return xp.where(width < 1, shares, xp.sqrt(1 + 2 * wide) / (1 + wide)) ** d

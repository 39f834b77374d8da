"""How far rounding moves a base that is fitted to points."""

from __future__ import annotations

from typing import Any

from refgen.arrays import UNIT_ROUNDOFF, namespace
from refgen.kernels import kernel

eigvalsh = kernel("factors", "eigvalsh")


def condition_of_fit(points: Any, multiplier: Any = 0.0) -> Any:
    """1 + tr Σ̂/(λ + μ) for points (..., n, d), λ the least eigenvalue of Σ̂ = XᵀX/n.

    Along an eigenvector the base is off by the gradient's rounding over λ + μ; where
    its length is fixed, that moves the others, too. Eigenvalues that may be roundings
    of 0 do not count: nothing is fitted along them.
    """
    xp, (n, d) = namespace(points), points.shape[-2:]
    trace = (points**2).sum(axis=(-1, -2)) / n
    spectrum = eigvalsh(xp.matmul(points.swapaxes(-1, -2), points) / n)
    kept = spectrum > 4 * (n + d) * UNIT_ROUNDOFF * trace[..., None]
    shifted = xp.where(kept, spectrum, 1.0) + xp.asarray(multiplier)[..., None]
    inverse = xp.where(kept, 1 / shifted, 0.0).max(axis=-1)
    return 1 + trace * inverse

"""The mean square root of a Poisson count."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace

# From here on the series in 1/λ has all digits; it is that of the central moments.
_LARGE, _TERMS = 64.0, 160
_SERIES = (
    1.0,
    -1 / 8,
    -7 / 128,
    -75 / 1024,
    -5509 / 32768,
    -144207 / 262144,
    -9825299 / 4194304,
    -412640371 / 33554432,
    -164900635757 / 2147483648,
    -9551552651355 / 17179869184,
    -1258954518672825 / 274877906944,
)


def mean_poisson_root(mean: Any) -> Any:
    """E √N for N of Poisson's law with means λ ≥ 0.

    Examples
    --------
    >>> import numpy as np
    >>> mean_poisson_root(np.array([0.0, 1e-20, 1.0, 100.0])).round(5).tolist()
    [0.0, 0.0, 0.77319, 9.98744]
    """
    xp = namespace(mean)
    small, large = xp.minimum(mean, _LARGE), xp.maximum(mean, _LARGE)
    term, total = xp.exp(-small), 0.0
    for k in range(1, _TERMS):
        term = term * (small / k)
        total = total + term * k**0.5
    rest = 0.0
    for coefficient in reversed(_SERIES):
        rest = rest / large + coefficient
    return xp.where(mean < _LARGE, total, xp.sqrt(large) * rest)

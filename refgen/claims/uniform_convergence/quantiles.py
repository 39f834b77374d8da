"""UC-8: the test error of the linear example is random by one χ variable."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._levels import level, levels

any_levels = levels(
    "2 to 2000 samples, 2 to 10⁵ dimensions, a/V in [.02, 2], δ in (0, 1)",
    lambda: [
        level(100, 35068, 0.05),
        level(100, 61928, 0.01),
        level(2, 2, 0.5, 1.0),
    ],
)


def _chance(example: Any, error: Any, freedom: float) -> tuple[Any, Any]:
    """Pr[Φ(−a/(v√m R)) ≤ error], and how far rounding of the error moves it."""
    xp, special = namespace(error), special_functions(error)
    z = special.ndtri(error)
    D = freedom * example.dimension
    square = (example.signal_ratio * example.dimension / z) ** 2 / example.n_samples
    # z moves by a rounding of the error over the density; R² twice as much as z.
    slope = error * math.sqrt(2 * math.pi) * xp.exp(z * z / 2) / abs(z)
    return special.gammainc(D / 2, square / 2), 1 + 2 * (1 + slope) * xp.sqrt(D)


@claim("UC-8", kind="identity", domain=any_levels, cost=2)
def error_quantiles(rg, case, freedom=1.0, other=False):
    """t_p = Φ(−a/(v√(m χ²_{D,p}))) is the p-quantile of the test error."""
    p = case.delta if other else 1 - case.delta
    error = rg.uniform_convergence.test_error_quantile(case.example, p)
    xp = namespace(error)
    # Errors of which float64 knows nothing but that they are almost 0 are left out.
    seen = error > 1e-280
    chance, scale = _chance(case.example, xp.where(seen, error, 0.25), freedom)
    return equal(xp.where(seen, chance, 1 - case.delta), 1 - case.delta, scale)


error_quantiles.twin("1.03 D degrees of freedom", freedom=1.03)
error_quantiles.twin("the δ-quantile is not passed with chance 1 − δ", other=True)

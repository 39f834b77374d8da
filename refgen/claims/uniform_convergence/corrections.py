"""UC-56: how far errors are from their limits, to first order in 1/D."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import tends_to
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._phase_points import (
    SIZES,
    PhasePoint,
    errors_by_quadrature,
    highest,
    phase_points,
)


class _Bounds:
    """Bounds on derivatives of Φ(s), s = r√q ± t/√q, at q = 1 and for all q ≥ ½.

    With T = r√q + t/√q ≤ |s| + `apart`; see the page.
    """

    def __init__(self, apart: Any) -> None:
        self.apart = apart

    def most(self, k: int, j: int) -> Any:
        """The largest φ(s) |s|ᵏ Tʲ."""
        parts = range(j + 1)
        return sum(
            math.comb(j, i) * self.apart ** (j - i) * highest(k + i) for i in parts
        )

    def first(self) -> Any:
        return self.most(0, 1) / 2

    def second(self) -> Any:
        return self.most(1, 2) / 4 + 0.75 * self.most(0, 1)

    def third(self) -> Any:
        tail = 9 / 8 * self.most(1, 2) + 15 / 8 * self.most(0, 1)
        return (self.most(2, 3) + self.most(0, 3)) / 8 + tail

    def fourth(self) -> Any:
        """For all q ≥ ½."""
        high = (self.most(3, 4) + 3 * self.most(1, 4)) / 16
        middle = 9 / 8 * (self.most(2, 3) + self.most(0, 3))
        low = 87 / 16 * self.most(1, 2) + 105 / 16 * self.most(0, 1)
        return 16 * (high + middle + low)

    def turned(self) -> Any:
        """Of the derivative of the second one in the logarithm of r and t."""
        squares = self.most(3, 2) / 4 + 0.75 * self.most(1, 2)
        return squares + 0.75 * (self.most(2, 1) + self.most(0, 1))

    def rest(self) -> tuple[Any, Any]:
        """Coefficients of 1/D and 1/D² in what D times the Taylor series leaves."""
        jumps = 1 + self.first() + self.second() / 2 + self.third() / 6
        fourth = namespace(self.apart).maximum(self.fourth() / 24, 16 * jumps)
        return 4 / 3 * self.third() + 12 * fourth, 48 * fourth


def _envelope(point: PhasePoint, bounds: _Bounds, fewer: bool) -> Any:
    """With `fewer` samples, m − 1 for m, besides."""

    def bound(sizes: Any) -> Any:
        xp = namespace(point.signal_ratio)
        D = xp.asarray(sizes)
        near, far = (part[..., None] for part in bounds.rest())
        m = point.sample_ratio[..., None] * D
        change = -xp.log1p(-1 / m) / 2
        square = change * change * (highest(1) + highest(3)) / 2
        square = square + highest(1) / (4 * m * m) / (1 - 1 / m)
        more = bounds.turned()[..., None] * change + D * square
        return near / D + far / (D * D) + (more if fewer else 0.0)

    return bound


@claim("UC-56", kind="limit", domain=phase_points, cost=800)
def corrections(rg, point, factor=1.0, samples=1.0):
    """D (p − its limit) tends to a closed form; (x³ − 3x)φ(x)/4, x = α/√β, for p_te."""
    uc, alpha, beta = rg.uniform_convergence, point.signal_ratio, point.sample_ratio
    xp = namespace(alpha)
    D = xp.asarray(np.array(SIZES))
    found, limits = (
        errors_by_quadrature(point.examples(rg, SIZES)),
        uc.limit_errors(alpha, beta),
    )
    ends = uc.limit_corrections(alpha, samples * beta)
    # Of m there are 100 at least.
    apart = 2 * xp.sqrt(alpha / (0.99 * beta))
    names = ((0 * apart, False), (0 * apart, True), (apart, True))
    return [
        tends_to(
            D * (values - limit[..., None]),
            factor * end[..., None],
            _envelope(point, _Bounds(width), fewer),
            SIZES,
            D * values,
        )
        for values, limit, end, (width, fewer) in zip(
            found, limits, ends, names, strict=True
        )
    ]


corrections.twin("corrections 3 % larger", factor=1.03)
corrections.twin("β 3 % larger", samples=1.03)

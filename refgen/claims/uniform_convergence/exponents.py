"""UC-39: how fast errors fall with the dimension."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.claims.uniform_convergence._phase_points import log_chi_square_nodes
from refgen.domains import integer, real, record

SIZES = (1e3, 1e4, 1e5, 1e6, 1e7)


@dataclass(frozen=True, repr=False)
class Rates(Instance):
    """A number of samples and a ratio of signal to noise below 1."""

    n_samples: Any
    signal_ratio: Any


rates = record(
    Rates,
    "2 to 40 samples, signals of 0.05 to 0.95 times the noise",
    n_samples=integer(2, 40),
    signal_ratio=real(0.05, 0.95),
    examples=lambda: [
        Rates(np.array(m), np.array(a))
        for m, a in ((2, 0.125), (4, 0.125), (16, 0.125), (2, 0.95), (40, 0.95))
    ],
)


@dataclass(frozen=True)
class _Error:
    """Φ(−√D σ(q)) in the mean over q = Q/D, with σ = (β₁ q + β₀)/√q."""

    slope: Any
    start: Any

    def peak(self) -> Any:
        """Where (q − 1 − log q + σ²)/2 is least: (1 + β₁²)q² − q − β₀² = 0."""
        xp, more = namespace(self.start), 1 + self.slope * self.slope
        root = xp.sqrt(1 + 4 * more * (self.start * self.start))
        return (1 + root) / (2 * more)

    def at(self, q: Any) -> Any:
        return (self.slope * q + self.start) / namespace(q).sqrt(q)

    def rate(self, q: Any) -> Any:
        """(q − 1 − log q + σ²)/2."""
        return (q - 1 - namespace(q).log(q) + self.at(q) ** 2) / 2


def _errors(case: Rates) -> tuple[_Error, _Error, _Error]:
    """Test and training error, and one less the transformed error."""
    xp = namespace(case.signal_ratio)
    alpha, m = case.signal_ratio, case.n_samples + 0.0
    own = 1 / xp.sqrt(m - 1)
    new = _Error(0 * alpha, alpha / xp.sqrt(m))
    return new, _Error(own, own * alpha), _Error(own, -own * alpha)


def _mean_rates(error: _Error) -> Any:
    """−log p/D for each of the sizes, by a sum about the peak."""
    xp, log_ndtr = namespace(error.start), special_functions(error.start).log_ndtr
    D = xp.asarray(np.array(SIZES))[:, None]
    peak = xp.log(error.peak())[..., None, None]
    u, logs = log_chi_square_nodes(peak, D)
    part = _Error(error.slope[..., None, None], error.start[..., None, None])
    logs = logs + log_ndtr(-xp.sqrt(D) * part.at(xp.exp(u)))
    top = logs.max(axis=-1, keepdims=True)
    total = xp.log(xp.exp(logs - top).sum(axis=-1)) + top[..., 0]
    return -total / D[:, 0]


def _envelope(error: _Error) -> Callable[[Any], Any]:
    """How far −log p/D may be from J; see the page."""

    def bound(sizes: Any) -> Any:
        xp = namespace(error.start)
        D, h = xp.asarray(sizes), xp.asarray(sizes) ** -0.5
        q = error.peak()[..., None]
        slope, start = error.slope[..., None], error.start[..., None]
        sides = start / xp.sqrt(q), start / xp.sqrt(q * xp.exp(h))
        least = xp.sqrt(D) * (slope * xp.sqrt(q) + xp.minimum(*sides))
        most = xp.sqrt(D) * (slope * xp.sqrt(q * xp.exp(h)) + xp.maximum(*sides))
        rest = start * start / q
        near = (1 + rest) * xp.exp(h) + rest
        tail = xp.log(1 / least + most) + math.log(8 * math.pi**2) / 2
        return (near / 4 + tail + 1 / (6 * D)) / D

    return bound


@claim(
    "UC-39",
    kind="rate",
    domain=rates,
    source=NAGARAJAN_KOLTER.sharpened("theorem 3.1: how fast errors fall"),
    cost=900,
)
def exponents(rg, case, share=1.0, apart=2.0, rate=None):
    """−log p/D → J for p_te, p_tr and 1 − p_S′, and J_tr − J_S′ = 2α/(m − 1).

    Each J is the least (q − 1 − log q + σ²)/2. p ≤ e^(−JD)/2, without ½ for 1 − p_S′.
    """
    m, xp = case.n_samples + 0.0, namespace(case.signal_ratio)
    found = rg.uniform_convergence.error_exponents(case.signal_ratio, m)
    D = xp.asarray(np.array(SIZES))
    parts = []
    factors = (2.0, 2.0, 1.0)
    for error, exponent, factor in zip(_errors(case), found, factors, strict=True):
        limit = share * (exponent if rate is None else rate(error))[..., None]
        values, least = _mean_rates(error), error.rate(error.peak())
        parts += [
            tends_to(values, limit, _envelope(error), SIZES),
            equal(exponent, least, 1 + exponent),
            at_most(exponent[..., None] + math.log(factor) / D, values, 10, sharp=True),
        ]
    difference = apart * case.signal_ratio / (m - 1)
    return [*parts, equal(found.train - found.not_transformed, difference, found.train)]


exponents.twin("R² = D: exponents σ(1)²/2", rate=lambda error: error.at(1.0) ** 2 / 2)
exponents.twin("exponents 3 % larger", share=1.03)
exponents.twin("2.06 α/(m − 1)", apart=2.06)

"""LE-11 and 11p: wider neighbourhoods, and those of fewer features, are less apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.explainability._lines import lines
from refgen.claims.explainability.domains import samples
from refgen.claims.kinds import ascending, at_most
from refgen.claims.registry import claim
from refgen.domains import integer, real
from refgen.explainability import GaussianNeighborhoods


def _with(sample: Any, points: Any, scale: Any) -> Any:
    return type(sample).trusted(points=points, scale=scale)


@claim("LE-11", kind="inequality", domain=lines, cost=512)
def wider_neighborhoods(rg, sample, growth=1.02):
    """ρ_S does not increase with the scale s."""

    def rho(factor: float) -> Any:
        wider = _with(sample, sample.points, factor * sample.scale)
        return rg.explainability.line_disjointedness(wider)

    narrow, scale = rho(1.0), 2 * sample.n_points**0.5
    return (
        *ascending(rho(4 * growth), rho(1.5 * growth), narrow, scale=scale),
        at_most(rho(growth), narrow, scale, sharp=True),
    )


wider_neighborhoods.twin("neighbourhoods that are 2 % narrower do", growth=0.98)


@wider_neighborhoods.twin_function("ρ_S increases with s")
def _(rg, sample):
    wider = _with(sample, sample.points, 1.5 * sample.scale)
    rho = rg.explainability.line_disjointedness
    return at_most(rho(sample), rho(wider), 2 * sample.n_points**0.5)


# --- LE-11p

planes = samples.but(
    "2 or 3 points in the plane, of size 1, scales in [4, 8]",
    n=integer(2, 3),
    d=integer(2, 2),
    scale=real(4.0, 8.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0, 0.0], [6.0, 0.0]], 4.0),
        GaussianNeighborhoods([[0.0, 1.0], [3.0, 0.0], [-3.0, 2.0]], 4.0),
    ],
)
_FAR, _STEP = 8.6, 0.2


def _in_the_plane(sample: Any) -> Any:
    """∫ √(Σ pᵢ²/m) as a mean over the points, by the rule of the product of two lines.

    For points that are 2.3 s apart at most the rule leaves out 10⁻⁹.
    """
    xp = namespace(sample.points)
    line = xp.asarray(np.arange(-_FAR, _FAR + _STEP / 2, _STEP))
    weights = xp.exp(-line * line / 2)
    weights = (weights[:, None] * weights).ravel() / (2 * math.pi / _STEP**2)
    steps = xp.stack([x.ravel() for x in xp.meshgrid(line, line)], axis=-1)
    places = sample.points / sample.scale[..., None, None]
    found = 0.0
    for i in range(sample.n_points):
        logs = [
            -((steps + (places[..., i, :] - places[..., j, :])[..., None, :]) ** 2).sum(
                axis=-1
            )
            / 2
            for j in range(sample.n_points)
        ]
        top = xp.stack(logs).max(axis=0)
        terms = [xp.exp(log - top) for log in logs]
        squares = sum(term * term for term in terms) * sample.n_points
        found = found + (weights * xp.sqrt(squares) / sum(terms)).sum(axis=-1)
    return found / sample.n_points


@claim("LE-11p", kind="inequality", domain=planes, cost=4096)
def fewer_features(rg, sample, stretch=1.0):
    """Without a feature ρ_S is at most as large; equal if the feature is constant."""
    xp, whole = namespace(sample.points), _in_the_plane(sample)
    first = _with(sample, stretch * sample.points[..., :1], sample.scale)
    constant = _with(sample, sample.points * xp.asarray([1.0, 0.0]), sample.scale)
    rho = rg.explainability.line_disjointedness(first)
    # 10⁻⁸, for what the rule in the plane leaves out.
    scale = 4e4 + 0 * whole
    return (
        at_most(rho, whole, scale, sharp=True),
        at_most(rho, _in_the_plane(constant), scale, sharp=True),
    )


fewer_features.twin("with the first feature stretched by 3 %", stretch=1.03)

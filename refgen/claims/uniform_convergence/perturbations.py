"""UC-33 and UC-33b: what a relative change of weights does to the outputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import NEYSHABUR_2018
from refgen.claims.uniform_convergence._linear_algebra import spectral_norm
from refgen.domains import integer, matrix, real, record, vector

DEPTH = 3


@dataclass(frozen=True, repr=False)
class Moved(Instance):
    """A network of three layers, directions in which its weights move, and how far.

    Attributes
    ----------
    weights, directions : arrays of shape (..., 3, h, h)
    shares : array of shape (..., 3)
        Spectral norms of the changes, in those of the weights, before `total` scales
        them.
    total : array of shape (...)
        What they add up to, at most 1.
    point : array of shape (..., h)
    """

    weights: Any
    directions: Any
    shares: Any
    total: Any
    point: Any


def _scalars(*shares: float, total: float = 1.0) -> Moved:
    one = np.ones((DEPTH, 1, 1))
    return Moved(one, one, np.array(shares), np.array(total), np.ones(1))


moved_networks = record(
    Moved,
    "three layers of up to 3 units, changed by shares whose sum is at most 1",
    h=integer(1, 3),
    weights=matrix(DEPTH, "h", "h"),
    directions=matrix(DEPTH, "h", "h"),
    shares=real(0.01, 1.0, shape=(DEPTH,)),
    total=real(0.1, 1.0),
    point=vector("h"),
    examples=lambda: [_scalars(1.0, 1.0, 1.0), _scalars(1.0, 0.5, 0.1, total=0.5)],
)


def _outputs(weights: Any, point: Any) -> Any:
    """A network with ReLU after all layers but the last."""
    xp, units = namespace(point), point
    for i in range(DEPTH):
        units = units if i == 0 else xp.maximum(units, 0.0)
        units = (weights[..., i, :, :] @ units[..., None])[..., 0]
    return units


def _length(vectors: Any) -> Any:
    return namespace(vectors).sqrt((vectors**2).sum(axis=-1))


@claim(
    "UC-33",
    kind="inequality",
    domain=moved_networks,
    source=NEYSHABUR_2018.sharpened("lemma 2"),
)
def outputs_of_moved_networks(rg, case, share=1.0):
    """‖f_{W+U} − f_W‖ ≤ BΠ‖Wᵢ‖(Π(1 + rᵢ) − 1) ≤ BΠ‖Wᵢ‖ c Σrᵢ, c = (1 + 1/L)^L − 1."""
    uc, xp = rg.uniform_convergence, namespace(case.point)
    norms, sizes = spectral_norm(case.weights), spectral_norm(case.directions)
    ratios = case.shares * (case.total / case.shares.sum(axis=-1))[..., None]
    # A direction of 0 moves nothing.
    moves = xp.where(sizes > 0, ratios * norms / xp.where(sizes > 0, sizes, 1.0), 0.0)
    changed = case.weights + moves[..., None, None] * case.directions
    found = _length(_outputs(changed, case.point) - _outputs(case.weights, case.point))
    longest = _length(case.point)
    scale = longest * norms.prod(axis=-1)
    linear = scale * ratios.sum(axis=-1)
    constant = float(uc.perturbation_constant(DEPTH))
    bound = uc.perturbation_bound(norms, ratios, longest)
    return [
        *ascending(
            found, share * bound, share * constant * linear, scale=4 * scale, sharp=True
        ),
        at_most(constant * linear, (math.e - 1) * linear, 4 * scale),
    ]


outputs_of_moved_networks.twin("97 % of the constant would do", share=0.97)


# --- UC-33b


@dataclass(frozen=True, repr=False)
class Depth(Instance):
    """L, an array of shape (...)."""

    depth: Any


depths = record(
    Depth,
    "from 1 to 20 layers",
    depth=integer(1, 20),
    examples=lambda: [Depth(np.array(depth)) for depth in (2, 3, 5)],
)

# Times as many layers.
DEEPER = (1, 10, 100, 1000)


@claim("UC-33b", kind="identity", domain=depths)
def scalar_networks_reach_it(rg, case, more=0, share=1.0):
    """(1 + 1/L)^L − 1 is reached by scalar networks, and tends to e − 1."""
    uc, depth = rg.uniform_convergence, case.depth
    xp = namespace(depth)
    output = xp.ones(depth.shape)
    for i in range(20):
        output = xp.where(i < depth, output + output / depth, output)
    deep = uc.perturbation_constant(depth[..., None] * xp.asarray(DEEPER))
    return [
        equal(share * uc.perturbation_constant(depth + more), output - 1, 3.0),
        tends_to(deep, math.e - 1, [(math.e / 2 / depth, 1)], DEEPER, 3.0),
    ]


scalar_networks_reach_it.twin("(1 + 1/(L + 1))^(L + 1) − 1 is reached", more=1)
scalar_networks_reach_it.twin("97 % of it is reached", share=0.97)

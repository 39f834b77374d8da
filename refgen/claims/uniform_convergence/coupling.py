"""UC-40: a coupling of two samples under which all margins are equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.domains import first_wrong, integer, matrix, not_a, real, record

# --- UC-40: equal margins


@dataclass(frozen=True, repr=False)
class Pair(Instance):
    """Noise of two samples of m points in D dimensions, and a length.

    Attributes
    ----------
    noise, fresh : arrays of shape (..., m, D)
    length : array of shape (...)
    """

    noise: Any
    fresh: Any
    length: Any


def _pair(left: Any, right: Any, fresh: Any, sizes: Any, length: Any) -> Pair:
    """Noise from its singular vectors and values, so that it is of full rank."""
    m = left.shape[-1]
    noise = namespace(left).matmul(left * sizes[..., None, :], right[..., :m, :])
    return Pair(noise, fresh[..., :m, :], length)


def _not_a_pair(pair: Any) -> str | None:
    """Why noise is not that of two samples of at most 4 points."""
    reason = not_a(Pair, pair)
    if reason:
        return reason
    m, D = pair.noise.shape[-2:]
    if pair.fresh.shape[-2:] != (m, D) or not 1 <= m <= min(D, 4) or D > 6:
        return f"noise must be of 1 to 4 points in at most 6 dimensions, got {(m, D)}"
    return first_wrong(pair.length <= 0, pair.length, "length must be positive")


def _example_pair(m: int, D: int, length: float) -> Pair:
    turned = np.eye(m, D) + 0.5 * np.eye(m, D, 1) - 0.2
    return Pair(turned, np.ones((m, D)), np.array(length))


pairs = record(
    _pair,
    "1 to 4 points in 4 to 6 dimensions, of condition up to 10",
    m=integer(1, 4),
    D=integer(4, 6),
    left=matrix("m", "m", kind="orthogonal"),
    right=matrix("D", "D", kind="orthogonal"),
    fresh=matrix("D", "D"),
    sizes=real(0.3, 3.0, shape=("m",)),
    length=real(0.1, 10.0, log=True),
    outside=_not_a_pair,
    examples=lambda: [_example_pair(3, 5, 2.0), _example_pair(4, 4, 0.5)],
)


def _distance(noise: Any) -> Any:
    """κ: how far the flat through the points is from the origin, by orthogonalizing."""
    xp = namespace(noise)
    rest = noise[..., 0, :]
    axes: list[Any] = []
    for i in range(1, noise.shape[-2]):
        axis = noise[..., i, :] - noise[..., 0, :]
        for _ in range(2):
            for other in axes:
                axis = axis - (axis * other).sum(axis=-1, keepdims=True) * other
        axes.append(axis / xp.sqrt((axis * axis).sum(axis=-1, keepdims=True)))
    for axis in axes:
        rest = rest - (rest * axis).sum(axis=-1, keepdims=True) * axis
    return xp.sqrt((rest * rest).sum(axis=-1))


@claim("UC-40", kind="identity", domain=pairs)
def equal_margins(rg, pair, length=1.0):
    """All margins of h_S on S̃ are a − ‖w₂‖κ, κ² = 1/1ᵀ(Ξ̃Ξ̃ᵀ)⁻¹1.

    κ is the distance of the origin from the flat through the noise vectors of S̃.
    """
    xp = namespace(pair.length)
    noise = rg.uniform_convergence.coupled_noise(pair.noise, pair.length, pair.fresh)
    weights = noise.sum(axis=-2)
    found = (pair.noise * weights[..., None, :]).sum(axis=-1)
    margin = -length * pair.length * _distance(pair.noise)
    size = xp.sqrt((pair.noise * pair.noise).sum(axis=(-1, -2)))
    added = abs(pair.fresh).sum(axis=(-1, -2))
    # Singular values are from 0.2 on: systems have a condition of a few hundred.
    scale = 1e3 * size * (pair.length + added)
    return (
        equal(found, margin[..., None] + 0 * found, scale[..., None]),
        equal(xp.sqrt((weights * weights).sum(axis=-1)), pair.length, scale),
    )


equal_margins.twin("1.03 times as far below a", length=1.03)


@equal_margins.twin_function("weights along −Ξ̃ᵀ1 will do")
def _(rg, pair):
    xp, total = namespace(pair.length), pair.noise.sum(axis=-2)
    size = xp.sqrt((total * total).sum(axis=-1))
    weights = -total * (pair.length / size)[..., None]
    found = (pair.noise * weights[..., None, :]).sum(axis=-1)
    margin = -pair.length * _distance(pair.noise)
    return equal(found, margin[..., None] + 0 * found, size[..., None])


# --- UC-40b: both are samples

# Pairs of samples whose mean is one draw.
REPEATS = 4


@dataclass(frozen=True, repr=False)
class Sizes(Instance):
    """m points in D dimensions."""

    n_samples: Any
    dimension: Any


def _sizes(n_samples: Any, more: Any) -> Sizes:
    return Sizes(n_samples, n_samples + more)


def _not_sizes(sizes: Any) -> str | None:
    reason = not_a(Sizes, sizes)
    if reason:
        return reason
    m, D = float(sizes.n_samples), float(sizes.dimension)
    inside = m % 1 == D % 1 == 0 and 2 <= m <= D <= 6
    return None if inside else f"there must be 2 ≤ m ≤ D ≤ 6, got {m:g} and {D:g}"


some_sizes = record(
    _sizes,
    "2 to 3 points in up to 3 more dimensions",
    n_samples=integer(2, 3),
    more=integer(0, 3),
    outside=_not_sizes,
    examples=lambda: [Sizes(np.array(2), np.array(2)), Sizes(np.array(3), np.array(6))],
)


def _of_each(rg: Any, sizes: Sizes, draws: Any, freedom: float) -> Any:
    """Chances that should be uniform, of (batch, draws.n, REPEATS, 3)."""
    xp = namespace(sizes.dimension)
    each = []
    for i in range(sizes.dimension.shape[0]):
        m, D = int(sizes.n_samples[i]), int(sizes.dimension[i])
        stream, n = draws.stream.child("instance", str(i)), draws.n * REPEATS
        other, fresh = (stream.child(s).normal((n, m, D)) for s in ("other", "fresh"))
        radius = stream.child("radius").normal((n, D))
        length = xp.sqrt(m * (radius * radius).sum(axis=-1))
        noise = rg.uniform_convergence.coupled_noise(other, length, fresh)
        found = xp.stack(_chances(noise, other, freedom), axis=-1)
        each.append(found.reshape(draws.n, REPEATS, 3))
    return xp.stack(each)


def _chances(noise: Any, other: Any, freedom: float) -> list[Any]:
    """Of κ², of a noise vector's length, and of the angle between two of them."""
    xp, special = namespace(noise), special_functions(noise)
    m, D = noise.shape[-2:]
    kappa = _distance(other)
    first, second = noise[:, 0], noise[:, 1]
    square = (first * first).sum(axis=-1)
    along = (first * second).sum(axis=-1) / xp.sqrt(square)
    half = xp.full(kappa.shape, (D - m + freedom) / 2)
    return [
        special.gammainc(half, m * kappa * kappa / 2),
        special.gammainc(xp.full(kappa.shape, D / 2), square / 2),
        special.ndtr(along),
    ]


@claim("UC-40b", kind="identity", domain=some_sizes)
def both_are_samples(rg, sizes, draws, freedom=1.0):
    """Ξ has the law of noise, and κ² = vR'²/m with R'² ~ χ² of D − m + 1 degrees.

    So all margins of h_S on S̃ are a − vRR'. The laws' chances are uniform: their means
    are ½, and their mean squares ⅓.
    """
    chances = _of_each(rg, sizes, draws, freedom)
    return tuple(
        sampled(
            (chances[..., k] ** power).mean(axis=-1),
            1 / (1 + power),
            bounds=(0, 1),
            repeats=REPEATS,
        )
        for k in range(3)
        for power in (1, 2)
    )


both_are_samples.twin(
    "D − m + 1.5 degrees of freedom",
    freedom=1.5,
    reason="means of draws resolve 7 %, and numbers of degrees of freedom are whole",
)

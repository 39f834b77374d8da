"""LE-22 and 22c: the disjointedness of many points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.explainability._known_samples import Numbers
from refgen.claims.kinds import equal, tends_to
from refgen.claims.quadrature import normal_rule, unit_nodes
from refgen.claims.registry import claim
from refgen.domains import integer, real, record

# --- LE-22


@dataclass(frozen=True, repr=False)
class NormalPoints(Numbers):
    """Normal points, and the scale of neighbourhoods.

    Attributes
    ----------
    spectrum : array of shape (..., 1 to 3)
        Variances along the principal axes.
    scale : array of shape (...)
    """

    spectrum: Any
    scale: Any


normal_points = record(
    NormalPoints,
    "normal points in 1 to 3 dimensions, variances in [0.05, 4], scales in [0.7, 5]",
    d=integer(1, 3),
    spectrum=real(0.05, 4.0, shape=("d",), log=True),
    scale=real(0.7, 5.0, log=True),
    examples=lambda: [
        NormalPoints([1.0], 1.0),
        NormalPoints([2.0, 1.0, 1.0], 1.6),
        NormalPoints([4.0, 0.05], 0.7),
    ],
)

_N_NODES, _REACH = 96, 12.0


def _on_an_axis(ratio: Any) -> Any:
    """∫ √(E p²) for points N(0, τ²), with x = τ/s of `ratio` and in units of s."""
    xp = namespace(ratio)
    at, step = xp.arange(_N_NODES) / (_N_NODES - 1), 1 / (_N_NODES - 1)
    reach = _REACH * xp.sqrt(1 + 2 * ratio * ratio)[..., None]
    nodes = reach * (2 * at - 1)
    z, weights = normal_rule(0 * ratio, n_nodes=80)
    apart = nodes[..., None] - ratio[..., None, None] * z[..., None, :]
    mean = (weights[..., None, :] * xp.exp(-apart * apart)).sum(axis=-1) / (2 * math.pi)
    return (xp.sqrt(mean) * 2 * reach * step).sum(axis=-1)


@claim("LE-22", kind="identity", domain=normal_points, cost=400)
def many_normal_points(rg, points, twice=2.0, power=0.25):
    """ρ_S of normal points tends to ρ_∞ = ∫ √(E p²) = Πⱼ (1 + 2τⱼ²/s²)^¼."""
    xp = namespace(points.spectrum)
    ratios, naive = xp.sqrt(points.spectrum) / points.scale[..., None], 1.0
    for j in range(ratios.shape[-1]):
        naive = naive * _on_an_axis(ratios[..., j])
    changed = points.spectrum * (twice / 2)
    rho = rg.explainability.population_disjointedness(changed, points.scale)
    rho = rho ** (4 * power)
    return equal(rho, naive, rho + naive)


many_normal_points.twin("1 + 2.06 τ²/s²", twice=2.06)
many_normal_points.twin("the power 0.26 for ¼", power=0.26)
many_normal_points.twin("(1 + τ²/s²)^½", twice=1.0, power=0.5)

# --- LE-22c


@dataclass(frozen=True, repr=False)
class PowerLaw(Numbers):
    """Points X ≥ 1 on a line with Pr[X > r] = r^(−α), and intervals of half width s.

    Attributes
    ----------
    tail, half_width : arrays of shape (...)
        α and s.
    """

    tail: Any
    half_width: Any


power_laws = record(
    PowerLaw,
    "tails of 0.2 to 0.5, half widths of 0.05 to 0.5",
    tail=real(0.2, 0.5),
    half_width=real(0.05, 0.5, log=True),
    examples=lambda: [PowerLaw(0.25, 0.5), PowerLaw(0.5, 0.5), PowerLaw(0.5, 0.05)],
)

# Expected numbers of points, and how many times more give a slope.
SIZES, RATIO = (1e9, 1e15, 1e25, 1e40), 100.0
FEW = 5.0


def _envelope(law: PowerLaw) -> Any:
    """−2 log(1 − κ M^(−e))/log 100 at M = 2sαm, as the page proves."""
    xp, tail = namespace(law.tail), law.tail
    power = 1 / (1 + tail)
    gamma = special_functions(tail).gamma(1 - power)
    most = xp.maximum(2 * math.sqrt(2) / (1 - tail), 1 / xp.sqrt(tail)) / gamma

    def envelope(sizes: Any) -> Any:
        count = (2 * law.half_width * tail)[..., None] * xp.asarray(sizes)
        share = most[..., None] * count ** (0.5 - power)[..., None]
        return -2 * xp.log1p(-xp.minimum(share, 0.99)) / math.log(RATIO)

    return envelope


@claim("LE-22c", kind="rate", domain=power_laws, cost=2000)
def heavy_tails(rg, law, dimension=1.0, tail=1.0):
    """ρ_S grows as m^((d − α)/(2(d + α))) for points with a tail r^(−α), α < d."""
    e, xp = rg.explainability, namespace(law.tail)
    sizes = xp.asarray(SIZES)
    both = xp.stack([sizes, RATIO * sizes])
    rho = e.heavy_tail_disjointedness(
        both, law.tail[..., None, None], law.half_width[..., None, None]
    )
    few = e.heavy_tail_disjointedness(FEW, law.tail, law.half_width)
    slopes = xp.log(rho[..., 1, :] / rho[..., 0, :]) / math.log(RATIO)
    limit = e.heavy_tail_exponent(tail * law.tail, dimension)
    return [
        tends_to(slopes, limit[..., None], _envelope(law), SIZES),
        equal(few, _by_counts(law), 2 * few),
    ]


def _panels(xp: Any) -> tuple[Any, Any]:
    """Gauss's nodes on each of 60 equal parts of [0, 1]."""
    x, weights = unit_nodes(xp, 16)
    nodes = (xp.arange(60)[:, None] + x) / 60
    return nodes.reshape(-1), (xp.ones((60, 1)) * weights / 60).reshape(-1)


def _by_counts(law: PowerLaw) -> Any:
    """The same for 5 points on average, as ∫ Σₙ √n Pr[N = n], counts by quadrature."""
    xp, s = namespace(law.tail), law.half_width[..., None]
    x, weights = _panels(xp)
    u, shares = unit_nodes(xp, 12)

    def mean_roots(low: Any, width: Any) -> Any:
        """E √N where points from `low` to low + width are covered."""
        width = width[..., None]
        density = law.tail[..., None, None] / (low[..., None] + width * u)
        density = density * (low[..., None] + width * u) ** -law.tail[..., None, None]
        mean = FEW * (density * width * shares).sum(axis=-1)
        chance, total = xp.exp(-mean), 0.0
        for n in range(1, 50):
            chance = chance * mean / n
            total = total + math.sqrt(n) * chance
        return total

    inside = (mean_roots(1 + 0 * x, 2 * s * x * x) * 4 * s * x * weights).sum(-1)
    reach = 3 + 37 / law.tail[..., None]
    low = xp.exp(reach * x)
    outside = (mean_roots(low, 2 * s + 0 * x) * low * reach * weights).sum(axis=-1)
    return (inside + outside) / (2 * s[..., 0] * math.sqrt(FEW))


heavy_tails.twin("a tail 3 % heavier", tail=0.97)
heavy_tails.twin("½, as for points that never meet", tail=1e-9)

"""GDE-16e: with finitely many levels the annealed CACE decays like 1/√M."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import LATTICE, lattice_steps
from refgen.claims.disagreement.lattice_laws import EXCHANGED, calibrated_laws
from refgen.claims.kinds import at_most, tends_to
from refgen.claims.registry import claim
from refgen.disagreement import FiniteLaw

# M/LATTICE: M q is a whole number at every level q.
BLOCKS = (15, 50, 160)
_laws = calibrated_laws("class_aggregated", k=(2, 4), on_lattice=True)
calibrated_lattice_laws = _laws.but(
    "laws with class-aggregated calibration, votes that are multiples of 1/10",
    lambda: [EXCHANGED],
    outside=_laws.outside,
)

# Logarithms of three factorials up to 1600!, 10⁴ in size, are exponentiated. With four
# roundings each they count as 128 sums of the default number of roundings.
OF_FACTORIALS = 128


def _levels(law: FiniteLaw) -> tuple[Any, Any]:
    """Levels 1/LATTICE, …, 1 − 1/LATTICE and their masses w(q), (batch, n_levels)."""
    xp = namespace(law.weights)
    steps = xp.arange(1, LATTICE)
    at_level = lattice_steps(law.vote_shares)[..., None] == steps
    masses = (law.weights[..., None, None] * at_level).sum(axis=(-2, -3))
    return steps / LATTICE, masses


def _smallest_distance(masses: Any) -> Any:
    """Between levels with mass; 1 if there are not two of them."""
    xp, n = namespace(masses), masses.shape[-1]
    apart = abs(xp.arange(n)[:, None] - xp.arange(n)) / LATTICE
    occur = (masses[..., :, None] > 0) & (masses[..., None, :] > 0) & (apart > 0)
    return xp.where(occur, apart, 1.0).min(axis=(-1, -2))


def _limit(law: FiniteLaw) -> Any:
    q, masses = _levels(law)
    return (masses * namespace(q).sqrt(2 * q * (1 - q) / math.pi)).sum(axis=-1)


def _envelope(law: FiniteLaw, stirling: float) -> Any:
    """Stirling's part and the one of overlapping levels; derived on the page."""
    xp, (q, masses) = namespace(law.weights), _levels(law)
    distance = _smallest_distance(masses)[..., None]
    parts = masses * xp.sqrt(2 * q * (1 - q) / math.pi)

    def bound(blocks: Any) -> Any:
        m = LATTICE * blocks
        series = 1 / (q * (1 - q))[:, None] - 12 * m / (12 * m + 1)
        overlap = xp.exp(-m * distance**2 / 2) * xp.sqrt(m)
        first = stirling * (parts @ series) / (12 * m)
        return first + 4 * masses.sum(axis=-1)[..., None] * overlap

    return bound


@claim("GDE-16e", kind="limit", domain=calibrated_lattice_laws, cost=1_000)
def few_levels_decay_slowly(rg, law, power=0.5, stirling=1.0, part=1.0):
    """√M ann(M) → Σ w(q) √(2q(1 − q)/π) for calibrated laws of finitely many levels.

    From below, M q whole; the distance is O(1/M).
    """
    xp, envelope = namespace(law.weights), _envelope(law, stirling)
    n_runs = [LATTICE * block for block in BLOCKS]
    annealed = [m**power * rg.disagreement.annealed_cace(law, m) for m in n_runs]
    scaled, limit = xp.stack(annealed, axis=-1), part * _limit(law)[..., None]
    distance, scale = envelope(xp.asarray(BLOCKS)), OF_FACTORIALS * law.n_classes
    return (
        tends_to(scaled, limit, envelope, BLOCKS, scale),
        at_most(scaled, limit, scale, sharp=True),
        at_most(limit - scaled, distance, scale, sharp=True),
    )


few_levels_decay_slowly.twin("M ann(M) stays bounded, as for Dirichlet votes", power=1)
few_levels_decay_slowly.twin("it decays like M^−0.52", power=0.52)
few_levels_decay_slowly.twin("the limit is 3 % smaller", part=0.97)
few_levels_decay_slowly.twin("0.97 of Stirling's part would do", stirling=0.97)

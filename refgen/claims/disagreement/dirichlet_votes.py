"""GDE-16c and GDE-16d: finitely many runs with calibrated Dirichlet votes."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement.domains import symmetric_dirichlet_votes
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.quadrature import beta_rule
from refgen.claims.registry import claim


def _annealed_by_quadrature(law: Any, n_runs: int) -> Any:
    """Σⱼ |K ∫ Bin(j; M, q) (q − j/M) dBeta(q)|."""
    a, k = law.alpha[..., None], law.n_classes[..., None]
    q, rest, weights = beta_rule(a, (k - 1) * a)
    total = 0.0
    for j in range(n_runs + 1):
        chances = math.comb(n_runs, j) * q**j * rest ** (n_runs - j)
        imbalance = (weights * chances * (q - j / n_runs)).sum(axis=-1)
        total = total + abs(imbalance)
    return law.n_classes * total


@claim(
    "GDE-16c",
    kind="identity",
    domain=symmetric_dirichlet_votes,
    source="derived here (Pólya urn)",
    cost=500,
)
def annealed_error_of_dirichlet_votes(rg, law, concentration=1.0, runs=(2, 5, 12)):
    """ann(M) of calibrated symmetric Dirichlet votes, M = 2, 5, 12, in closed form."""
    annealed = rg.disagreement.dirichlet_annealed_cace
    return [
        equal(
            annealed(concentration * law.alpha, law.n_classes, m),
            _annealed_by_quadrature(law, m),
            2 * law.n_classes,
        )
        for m in runs
    ]


annealed_error_of_dirichlet_votes.twin("α is 3 % larger", concentration=1.03)


@annealed_error_of_dirichlet_votes.twin_function(
    "a calibrated law has CACE 0 from M runs"
)
def _(rg, law):
    return equal(
        rg.disagreement.dirichlet_annealed_cace(law.alpha, law.n_classes, 2), 0, 2
    )


# --- GDE-16d: the rate, where K divides M

# M/K; the limits of the page are those of large M.
BLOCKS = (2, 8, 32, 128)


def _limit(law: Any) -> Any:
    """c = K E|α − α₀q|: twice the part below 1/K, where the integrand is smooth."""
    a, k = law.alpha[..., None], law.n_classes[..., None]
    q, _, weights = beta_rule(a, (k - 1) * a, upper=1 / k)
    return 2 * (k[..., 0] * a[..., 0] * (weights * (1 - k * q)).sum(axis=-1))


def _shift(law: Any, n_runs: Any) -> tuple[Any, Any]:
    """κ α₀/(12 M (M + α₀)), and how far log(c/√(M (M + α₀)) ann(M)) may be below it."""
    k = law.n_classes[..., None]
    total = law.alpha[..., None] * k
    kappa = k**2 / (k - 1) - 1
    first = kappa * total / (12 * n_runs * (n_runs + total))
    return first, total * (k**3 + (k / (k - 1)) ** 3) / (120 * n_runs**4)


def _envelope(law: Any) -> Any:
    """Distance of √(M (M + α₀)) ann(M) from c, M = K · size; derived on the page."""
    xp, k = namespace(law.alpha), law.n_classes[..., None]

    def distance(sizes: Any) -> Any:
        return _limit(law)[..., None] * xp.expm1(_shift(law, k * sizes)[0])

    return distance


@claim("GDE-16d", kind="limit", domain=symmetric_dirichlet_votes, cost=1_000)
def annealed_error_decays_like_one_over_m(rg, law, order=1.0, factor=1.0):
    """√(M (M + α₀)) ann(M) → K E|α − α₀q| for calibrated Dirichlet votes, K | M.

    The logarithm of limit over value is κ α₀/(12 M (M + α₀)) at most, and O(M⁻⁴) below
    it; κ = K²/(K − 1) − 1.
    """
    xp, k = namespace(law.alpha), law.n_classes[..., None]
    n_runs = k * xp.asarray(BLOCKS)
    annealed = rg.disagreement.dirichlet_annealed_cace(law.alpha[..., None], k, n_runs)
    scaled = xp.sqrt((n_runs * (n_runs + law.alpha[..., None] * k)) ** order) * annealed
    limit = _limit(law)[..., None]
    first, rest = _shift(law, n_runs)
    # Logarithms up to (K α + 1) log M are exponentiated.
    scale = 10 * (1 + law.alpha[..., None] * k)
    return (
        tends_to(scaled, limit, _envelope(law), BLOCKS, scale * limit),
        at_most(xp.log(limit / scaled), factor * first, scale, sharp=True),
        at_most(first - rest, xp.log(limit / scaled), scale, sharp=True),
    )


annealed_error_decays_like_one_over_m.twin("it decays like M^−0.97", order=0.97)
annealed_error_decays_like_one_over_m.twin("it decays like 1/√M", order=0.5)
annealed_error_decays_like_one_over_m.twin("κ is 3 % smaller", factor=0.97)

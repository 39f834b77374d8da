"""GDE-16c and GDE-16d: finitely many runs with calibrated Dirichlet votes."""

import math

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement.domains import symmetric_dirichlet_votes
from refgen.claims.kinds import equal, tends_to
from refgen.claims.quadrature import BETA_ROUNDINGS, beta_mean
from refgen.claims.registry import claim


def _annealed_by_quadrature(law, n_runs):
    """Σⱼ |K ∫ Bin(j; M, q) (q − j/M) dBeta(q)|."""
    a, k = law.alpha[..., None], law.n_classes[..., None]

    def binomial(j):
        chance = math.comb(n_runs, j)
        return lambda q, p: chance * q**j * p ** (n_runs - j) * (q - j / n_runs)

    parts = [beta_mean(binomial(j), a, (k - 1) * a) for j in range(n_runs + 1)]
    return law.n_classes * sum(abs(part) for part in parts)


@claim(
    "GDE-16c",
    kind="identity",
    domain=symmetric_dirichlet_votes,
    source="derived here (Pólya urn)",
    cost=400,
)
def annealed_error_of_dirichlet_votes(rg, law):
    """ann(M) of calibrated symmetric Dirichlet votes, M = 2 and 5."""
    return [
        equal(
            rg.disagreement.dirichlet_annealed_cace(law.alpha, law.n_classes, m),
            _annealed_by_quadrature(law, m),
            2 * law.n_classes,
            roundings=BETA_ROUNDINGS,
        )
        for m in (2, 5)
    ]


@annealed_error_of_dirichlet_votes.twin_function(
    "a calibrated law has CACE 0 from M runs"
)
def _(rg, law):
    return equal(_annealed_by_quadrature(law, 2), 0, 20, roundings=BETA_ROUNDINGS)


SIZES = 2 ** np.arange(12, 17)


def _local_slopes(rg, law):
    """Slopes of log ann(M) against log M between doubled numbers of runs."""
    xp, d = namespace(law.alpha), rg.disagreement
    values = [
        d.dirichlet_annealed_cace(law.alpha, law.n_classes, int(m)) for m in SIZES
    ]
    return xp.diff(xp.log2(xp.stack(values, axis=-1)), axis=-1)


def _slope_envelope(law):
    """How far the local slopes can be from −1 (derivation: theory page, GDE-16d).

    ann(M) (M + α₀) = K E|α − α₀ J/M| lies between c and c + α₀ K ε with
    ε = E|J/M − q| ≤ √(E q(1 − q) / M), c = K E|α − α₀ q|.
    """
    xp = namespace(law.alpha)
    sizes = xp.asarray(SIZES)
    a, k = law.alpha[..., None], law.n_classes[..., None]
    total = a * k
    limit = k[..., 0] * beta_mean(lambda q, p: abs(a - total * q), a, (k - 1) * a)
    variance = (k - 1) / k**2 * total / (total + 1)  # E q(1 − q), q ~ Beta(α, α₀ − α)
    excess = xp.log2(1 + total * k * xp.sqrt(variance / sizes) / limit[..., None])
    shift = xp.log2(1 + total / sizes)
    return excess[..., :-1] + shift[..., :-1]


@claim("GDE-16d", kind="rate", domain=symmetric_dirichlet_votes, cost=20_000, slow=True)
def annealed_error_decays_like_one_over_m(rg, law, order=-1.0):
    """ann(M) of calibrated symmetric Dirichlet votes decays like 1/M."""
    return tends_to(_local_slopes(rg, law), order, _slope_envelope(law), 16)


annealed_error_decays_like_one_over_m.twin("it decays like 1/√M", order=-0.5)

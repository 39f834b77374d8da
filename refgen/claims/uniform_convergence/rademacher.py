"""UC-16 and UC-16s: outputs of the algorithm fit random signs."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.claims.uniform_convergence._chi_rule import above_by_squares
from refgen.claims.uniform_convergence._reaches import reached
from refgen.domains import integer, not_a, real, record
from refgen.uniform_convergence import LinearExample


def _by_squares(example: LinearExample, own: float) -> Any:
    """½ Pr[X ≥ αD] − ½ Pr[X ≤ −αD] with 2X = (√m + 1)A − (√m − 1)B."""
    xp, D = namespace(example.signal), example.dimension
    root, reach = xp.sqrt(example.n_samples), 2 * example.signal_ratio * D
    up, down = root + own, root - own
    wrong = above_by_squares(D, reach / up, down / up)
    return (wrong - above_by_squares(D, reach / down, up / down)) / 2


@claim("UC-16", kind="identity", domain=reached, cost=150)
def own_outputs(rg, example, own=1.0):
    """Losses of the algorithm's outputs correlate with signs by ½(p_S′ − p_tr).

    The right side is half the difference of two probabilities of a law of two χ²
    variables; that such a correlation is there is UC-16s.
    """
    found = rg.uniform_convergence.output_rademacher(example)
    return equal(found, _by_squares(example, own))


own_outputs.twin("a point meets 0.97 of its own noise", own=0.97)


@own_outputs.twin_function("at most ½√(log m/m), as for a class that can be learned")
def _(rg, example):
    xp, m = namespace(example.signal), example.n_samples
    found = rg.uniform_convergence.output_rademacher(example)
    return equal(
        xp.maximum(found, xp.sqrt(xp.log(m) / m) / 2), xp.sqrt(xp.log(m) / m) / 2
    )


# --- UC-16s: the correlation itself, by drawn samples and all signs

N_SAMPLES, MOST_DIMENSIONS = 4, 10
SIGNS = np.array([*product((-1.0, 1.0), repeat=N_SAMPLES)])


def _few(dimension: Any, ratio: Any) -> LinearExample:
    return LinearExample(N_SAMPLES + 0 * dimension, dimension, ratio, 1 + 0 * ratio)


def _not_few(example: Any) -> str | None:
    reason = not_a(LinearExample, example)
    if reason:
        return reason
    m, D = float(example.n_samples), float(example.dimension)
    ratio = float(example.signal_ratio)
    if (
        m == N_SAMPLES
        and 2 <= D <= MOST_DIMENSIONS
        and ratio <= 0.5
        and float(example.noise) == 1
    ):
        return None
    return (
        f"there must be {N_SAMPLES} samples in 2 to {MOST_DIMENSIONS} dimensions, a "
        "noise of 1 and a signal of at most 1/2"
    )


few_points = record(
    _few,
    "4 samples in 2 to 10 dimensions, signals of up to half of the noise",
    dimension=integer(2, MOST_DIMENSIONS),
    ratio=real(0.05, 0.5),
    outside=_not_few,
    examples=lambda: [_few(np.array(5.0), np.array(0.125))],
)


def _correlation(example: LinearExample, noise: Any) -> Any:
    """Mean over signs σ of Σ σᵢ ℓᵢ/m, for the classifier trained on noise −σᵢ ξᵢ."""
    xp, total = namespace(noise), 0.0
    for signs in xp.asarray(SIGNS):
        weights = -(signs[:, None] * noise).sum(axis=-2, keepdims=True)
        margins = example.signal[:, None, None] + (noise * weights).sum(axis=-1)
        total = total + (signs * (margins <= 0)).mean(axis=-1)
    return total / len(SIGNS)


@claim("UC-16s", kind="identity", domain=few_points, source=SIMULATED, cost=4)
def drawn_outputs(rg, example, draws, counted=1.0):
    """E Σ σᵢ ℓᵢ(h of S with noise −σᵢξᵢ)/m = ½(p_S′ − p_tr), over samples and signs."""
    xp, D = namespace(example.signal), example.dimension
    shape = (len(D), draws.n, N_SAMPLES, MOST_DIMENSIONS)
    noise = draws.stream.child("noise").normal(shape)
    there = xp.arange(MOST_DIMENSIONS) < D[:, None]
    size = xp.where(there, xp.sqrt(example.variance)[:, None], 0.0)
    values = _correlation(example, noise * size[:, None, None, :])
    found = rg.uniform_convergence.output_rademacher(example)
    return sampled(counted * values, found, bounds=(-0.5, 0.5))


drawn_outputs.twin(
    "half as much",
    counted=0.5,
    reason="the simulation resolves 10 %; UC-16 has a nearer twin, by quadrature",
)

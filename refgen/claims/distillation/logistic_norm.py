"""KD-15h and KD-49: on hard labels logistic regression grows without end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation.logistic import (
    STEP_SIZE,
    STEPS,
    hard,
    linear_teachers,
    trained,
)
from refgen.claims.kinds import ascending, at_most, equal, tends_to
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.domains import integer, real, record
from refgen.linalg import solve_positive

# --- KD-15h: hard labels


@dataclass(frozen=True, repr=False)
class OrthogonalInputs(Instance):
    """Lengths of orthogonal inputs, shape (..., n)."""

    lengths: Any


orthogonal_inputs = record(
    OrthogonalInputs,
    "up to 4 orthogonal inputs of length 0.3 to 3",
    n=integer(1, 4),
    lengths=real(0.3, 3, shape=("n",), log=True),
    examples=lambda: [OrthogonalInputs(np.array([1.0]))],
)

TIMES = (1e2, 1e10, 1e40, 1e150)


def _time_to(margin: Any) -> Any:
    """∫₀^m (1 + eᵘ) du, the time times ‖x‖², on steps of length 1 from m down."""
    xp = namespace(margin)
    nodes, weights = unit_nodes(xp, 12)
    total, high = 0.0 * margin, margin
    for _ in range(32):
        low = xp.maximum(high - 1, 0.0)
        u = low[..., None] + (high - low)[..., None] * nodes
        total = total + (high - low) * ((1 + xp.exp(u)) * weights).sum(axis=-1)
        high = low
    return total


@claim("KD-15h", kind="limit", domain=orthogonal_inputs, cost=50)
def hard_labels(rg, inputs, power=1.0, share=1.0):
    """On hard labels the norm grows like log t, for ever: ‖w‖/log t → √Σ 1/‖xᵢ‖².

    For orthogonal inputs and gradient flow, where margins solve m + eᵐ − 1 = ‖x‖²t. The
    limit is the length of the shortest vector with margins of 1.
    """
    xp, square = namespace(inputs.lengths), inputs.lengths**2
    early = rg.distillation.hard_label_margin(square, 100.0)
    times = xp.asarray(TIMES)
    margins = rg.distillation.hard_label_margin(square[..., None], times)
    norms = xp.sqrt((margins**2 / square[..., None]).sum(axis=-2))
    limit = share * xp.sqrt((1 / square).sum(axis=-1, keepdims=True))
    # |m − log t| ≤ |log ‖x‖²| + 1.2 from ‖x‖²t = 1 on.
    apart = xp.sqrt(((abs(xp.log(square)) + 1.2) ** 2 / square).sum(axis=-1))
    return (
        equal(_time_to(early), 100 * square, 100 * square),
        tends_to(
            norms / xp.log(times) ** power,
            limit,
            lambda sizes: apart[:, None] / xp.log(xp.asarray(sizes)),
            TIMES,
            10 * limit,
        ),
    )


hard_labels.twin("like (log t)^1.04", power=1.04)
hard_labels.twin("to a limit", power=0.0)
hard_labels.twin("‖w‖/log t → 0.97 of that", share=0.97)


# --- KD-49: any independent inputs


def _shortest(signed: Any) -> Any:
    """The least norm of a vector with margins of at least 1 on rows of yᵢxᵢ.

    Its square is the largest 1ᵀα over sets of rows with Kα = 1 and α ≥ 0, by duality.
    """
    xp, n = namespace(signed), signed.shape[-2]
    best = xp.zeros(len(signed))
    for size in range(1, n + 1):
        for chosen in combinations(range(n), size):
            rows = xp.stack([signed[:, i] for i in chosen], axis=1)
            ones = xp.ones((len(rows), size, 1))
            alpha = solve_positive(rows @ rows.swapaxes(-1, -2), ones)[..., 0]
            value = xp.where((alpha >= 0).all(axis=-1), alpha.sum(axis=-1), 0.0)
            best = xp.maximum(best, value)
    return xp.sqrt(best)


def _loss(margin: Any) -> Any:
    return namespace(margin).log1p(namespace(margin).exp(-margin))


def _longest(length: Any, n: int, time: Any) -> Any:
    """The least c‖û‖ + √(c²‖û‖² + 2tL) over some c, L = n log(1 + e^(−c)) ≥ L(cû)."""
    xp, best = namespace(length), float("inf")
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        c = share * xp.log(time)
        far = c * length
        best = xp.minimum(best, far + xp.sqrt(far**2 + 2 * time * n * _loss(c)))
    return best


@claim("KD-49", kind="inequality", domain=linear_teachers, cost=1500)
def growing_norm(rg, teacher, share=1.0):
    """Hard labels: ‖û‖ min mᵢ ≤ ‖w‖ ≤ ‖û‖ max mᵢ, û the shortest with margins ≥ 1.

    After any time. Steps of η ≤ 4/λ_max(XᵀX) for a time t = ηk make min mᵢ at least
    −log(e^L − 1), L = n log(1 + 1/t) + ‖û‖² log²t/2t: margins and norm grow like log t.
    """
    x, w = teacher.inputs, teacher.coefficients
    xp, n = namespace(x), x.shape[-2]
    labels = hard((x @ w[..., None])[..., 0])
    signed = (2 * labels - 1)[..., None] * x
    length = _shortest(signed)[:, None]
    student = trained(x, labels)
    norms = xp.sqrt((student**2).sum(axis=-2))
    margins = signed @ student
    time = STEP_SIZE * xp.asarray(STEPS)
    loss = n * _loss(xp.log(time)) + (length * xp.log(time)) ** 2 / (2 * time)
    least, most = share * length * margins.min(axis=-2), length * margins.max(axis=-2)
    return (
        ascending(least, norms, most, scale=norms, sharp=True),
        at_most(-xp.log(xp.expm1(loss)), margins.min(axis=-2), 10.0),
        at_most(norms, _longest(length, n, time), 10 * length),
    )


growing_norm.twin("‖w‖ ≥ 1.03 ‖û‖ min mᵢ", share=1.03)

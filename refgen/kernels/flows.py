"""Logistic gradient flow with two kinds of points, by Runge and Kutta's method.

The dual weights a of a point with a right label and b of one with a flipped label obey
a' = σ(−m) − r and b' = σ(−q) − s, where m and q are the margins of such points, and r
and s what their targets are short of 1. Only + − × ÷ are used, in a fixed order and
without fused multiply-adds, so that any IEEE machine, a GPU included, gives the same
bits.
"""

import numpy as np

from refgen.kernels import compiled
from refgen.kernels.exponentials import FARTHEST, falling
from refgen.kernels.threads import in_threads

# Steps at first, unless the flow is so fast that more are needed to be stable; at most.
FIRST_STEPS, MOST_STEPS = 16, 1 << 20

# Operations per problem, roughly: some thousand steps of four stages.
_OPERATIONS = 1 << 20


@compiled
def _short_of_one(margin):
    """σ(−m) = 1/(1 + eᵐ), from e^(−|m|)."""
    half, above, below = falling(min(abs(margin), FARTHEST))
    above = half * above
    return (above if margin >= 0.0 else below) / (below + above)


@compiled
def _margins(a, b, model):
    """Of points with a right and with a flipped label."""
    shared = model[2] * (model[0] * a - model[1] * b)
    return shared + model[3] * a, model[3] * b - shared


@compiled
def _speeds(a, b, model, rest):
    """a' and b' of the dual weights."""
    m, q = _margins(a, b, model)
    return _short_of_one(m) - rest[0], _short_of_one(q) - rest[1]


@compiled
def _integrate(time, model, rest, n_steps):
    """Dual weights after `n_steps` equal steps from 0."""
    a, b, h = 0.0, 0.0, time / n_steps
    for _ in range(n_steps):
        a1, b1 = _speeds(a, b, model, rest)
        a2, b2 = _speeds(a + 0.5 * h * a1, b + 0.5 * h * b1, model, rest)
        a3, b3 = _speeds(a + 0.5 * h * a2, b + 0.5 * h * b2, model, rest)
        a4, b4 = _speeds(a + h * a3, b + h * b3, model, rest)
        a += h / 6.0 * (a1 + 2.0 * (a2 + a3) + a4)
        b += h / 6.0 * (b1 + 2.0 * (b2 + b3) + b4)
    return a, b


@compiled
def _moved(a, b, c, d, model):
    """The larger change of both margins m from (a, b) to (c, d), over 1 + |m|."""
    before, after = _margins(a, b, model), _margins(c, d, model)
    return max(
        abs(after[0] - before[0]) / (1.0 + abs(after[0])),
        abs(after[1] - before[1]) / (1.0 + abs(after[1])),
    )


@compiled
def _integrate_each(time, model, rest, tolerance, duals, error):
    for i in range(len(time)):
        # No speed changes faster than at this rate: stable from the first step on.
        rate = (model[i, 2] * (model[i, 0] + model[i, 1]) + model[i, 3]) / 4.0
        n_steps = FIRST_STEPS
        while n_steps < rate * time[i] and n_steps < MOST_STEPS:
            n_steps *= 2
        a, b = _integrate(time[i], model[i], rest[i], n_steps)
        last_a, last_b, error[i] = a, b, np.inf
        while error[i] > tolerance and n_steps < MOST_STEPS:
            n_steps *= 2
            last_a, last_b = a, b
            a, b = _integrate(time[i], model[i], rest[i], n_steps)
            error[i] = _moved(last_a, last_b, a, b, model[i])
        # Errors shrink by 16 with each halving: the leading one is taken out.
        duals[i, 0] = a + (a - last_a) / 15.0
        duals[i, 1] = b + (b - last_b) / 15.0


def logistic_duals(time, model, rest, tolerance):
    """Dual weights (B, 2) at `time`, and by how much halving the steps moved margins.

    `model` has the columns n_clean, n_flipped, μ² and κ; `rest` those of r and s. Steps
    are halved until margins m move by less than `tolerance` (1 + |m|), or there are
    2²⁰; that last move is the second result, (B,).
    """
    duals, error = np.zeros((len(time), 2)), np.zeros(len(time))
    given = [np.require(a, None, ["C", "A", "W"]) for a in (time, model, rest)]

    def part(start, stop):
        rows = slice(start, stop)
        mine = [a[rows] for a in given]
        _integrate_each(*mine, tolerance, duals[rows], error[rows])

    in_threads(len(time), _OPERATIONS, part)
    return duals, error

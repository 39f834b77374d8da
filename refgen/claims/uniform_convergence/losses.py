"""UC-4 and 4s: what a classifier of the linear example loses on new points."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.claims.uniform_convergence.domains import (
    few_points,
    linear_examples,
    of_each,
)

# --- UC-4

# γ, in deviations of a margin.
STEPS = (0.0, 1e-9, 0.75, 2.0)


def _spread(example: Any) -> Any:
    """s = v√m R at R² = D."""
    return example.noise * namespace(example.noise).sqrt(example.sample_ratio)


def _mean_loss(rg: Any, example: Any, spread: Any, gamma: Any) -> Any:
    """The mean ramp loss of margins N(a, s²), between its kinks at 0 and γ."""
    low = namespace(spread).clip(-example.signal / spread, -11.0, 0.0)
    z, weights = normal_rule(low, low + gamma / spread)
    margins = spread[..., None] * (z - low[..., None])
    loss = rg.uniform_convergence.ramp_loss(margins, gamma[..., None])
    return (weights * loss).sum(axis=-1)


@claim("UC-4", kind="identity", domain=linear_examples, cost=80)
def new_margins(rg, example, width=1.0, further=0.0):
    """A new margin is N(a, v²mR²), and a loss its mean over this law, for every γ."""
    radius, s = namespace(example.signal).sqrt(example.dimension), _spread(example)
    wide = width * s * example.n_samples**further
    expected_loss = rg.uniform_convergence.expected_loss
    return [
        equal(
            expected_loss(example, radius, step * s),
            _mean_loss(rg, example, wide, step * s),
        )
        for step in STEPS
    ]


new_margins.twin("a spread 3 % larger", width=1.03)
new_margins.twin("s = √(vm) ‖w₂‖, which is vmR", further=0.5)


@new_margins.twin_function("the loss at γ is Pr[M < γ]")
def _(rg, example):
    radius, s = namespace(example.signal).sqrt(example.dimension), _spread(example)
    share = special_functions(s).ndtr((2 * s - example.signal) / s)
    return equal(rg.uniform_convergence.expected_loss(example, radius, 2 * s), share)


# --- UC-4s

REPEATS = 8  # samples whose mean is one draw


@claim("UC-4s", kind="identity", domain=few_points, source=SIMULATED)
def losses_on_drawn_points(rg, example, draws, further=1.0):
    """New points lose as much as the length of the noise in the weights says.

    Shown by the difference for each classifier, with 1 added.
    """
    uc = rg.uniform_convergence

    def measure(stream: Any, one: Any) -> Any:
        n = draws.n * REPEATS
        sample = uc.LinearSample.draw(one, n, stream.child("sample"))
        others = uc.LinearSample.draw(one, n, stream.child("new points"))
        weights, xp = sample.weights, namespace(sample.noise)
        noise = xp.sqrt((weights[..., 1:] ** 2).sum(axis=-1))
        radius = noise / xp.sqrt(one.n_samples * one.variance)
        gamma = one.signal / 2
        lost = uc.ramp_loss(others.margins(weights), gamma).mean(axis=-1)
        off = lost - uc.expected_loss(one, further * radius, gamma)
        return 1 + off.reshape(draws.n, REPEATS).mean(axis=-1)

    values = of_each(example, draws, measure)
    return sampled(values, 1.0, 0.02, bounds=(0, 2), repeats=REPEATS)


losses_on_drawn_points.twin("the spread is 15 % larger", further=1.15)

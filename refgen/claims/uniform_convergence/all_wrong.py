"""UC-7b and UC-7c: how likely the transformed sample is wrong everywhere."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.uniform_convergence._levels import level, levels
from refgen.claims.uniform_convergence._radii import radii_between
from refgen.claims.uniform_convergence._simulated import drawn_margins, few_points

# Samples whose mean is one draw.
REPEATS = 4

small_levels = levels(
    "5 to 40 samples in 10 to 1000 dimensions, a/V in [.02, 2], δ in (0, 1)",
    lambda: [
        level(20, 60, 0.1, 0.05),
        level(20, 400, 0.1),
        level(5, 10, 0.5, 0.5),
    ],
    n_samples=(5, 40.5),
    dimension=(10, 1000),
)


def missed_up_to(rg: Any, example: Any, excess: Any, high: Any, shift: Any) -> Any:
    """Pr[min margin < a + excess · V + shift · v√m R, R/√D < high], by panels."""
    xp, beta = namespace(high), example.sample_ratio
    half = shift * xp.sqrt(beta) / 2
    kink = half + xp.sqrt(half * half + xp.maximum(excess, 0.0))
    before = radii_between(example.dimension, 0 * high, xp.minimum(kink, high))[1]
    r, weights = radii_between(example.dimension, kink, high)
    up = (r * r - excess[:, None]) / (xp.sqrt(beta)[:, None] * r) - shift[:, None]
    tail = rg.uniform_convergence.max_deviation_sf(example.n_samples[:, None], up)
    return before.sum(axis=-1) + (weights * tail).sum(axis=-1)


@claim("UC-7b", kind="identity", domain=small_levels, cost=2000)
def all_wrong(rg, case, wrong=2.0, right=0.0):
    """Pr[all of S' wrong] = E[1 − H_m((a + vR² − 2a)/(v√m R))], and 0 for 2a if none.

    With 0 for 2a it is the chance that the sample has no error.
    """
    uc, example = rg.uniform_convergence, case.example
    none = 0 * example.signal
    missed, spoilt = (
        missed_up_to(rg, example, (share - 1) * example.signal_ratio, none + 1e3, none)
        for share in (wrong, right)
    )
    log_missed = uc.log_probability_not_all_wrong(example)
    return (
        equal(namespace(missed).exp(log_missed), missed, example.dimension),
        equal(uc.probability_all_wrong(example, none), 1 - spoilt, example.dimension),
    )


all_wrong.twin("a point of S' is wrong from 1.97 a on", wrong=1.97)
all_wrong.twin("a training point is wrong up to 0.05 a", right=0.05)


@claim("UC-7c", kind="identity", domain=few_points)
def all_wrong_of_samples(rg, case, draws, wrong=2.0):
    """The same, by margins of samples that are drawn point by point."""
    xp, example = namespace(case.delta), case.example
    drawn = drawn_margins(example, draws, REPEATS)
    relations = []
    for least, given in ((wrong * example.signal, None), (0 * case.delta, 0.0)):
        reached = (drawn.margins >= least[:, None, None]) | ~drawn.is_point
        chance = rg.uniform_convergence.probability_all_wrong(example, given)
        relations.append(_compared(xp, reached.all(axis=-1), chance))
    return tuple(relations)


def _compared(xp: Any, seen: Any, chance: Any) -> Any:
    """An event, or that it does not happen: what is likelier takes few draws."""
    rare = chance < 0.5
    values = xp.where(seen != rare[:, None], 1.0, 0.0)
    values = values.reshape(values.shape[0], -1, REPEATS).mean(axis=-1)
    likely = xp.maximum(chance, 1 - chance)
    return sampled(values, likely, bounds=(0, 1), repeats=REPEATS)


all_wrong_of_samples.twin(
    "a point of S' is wrong from 1.5 a on",
    wrong=1.5,
    reason="means of draws resolve a few per cent",
)


@all_wrong_of_samples.twin_function("points of S' are wrong independently")
def _(rg, case, draws):
    example = case.example
    drawn = drawn_margins(example, draws, REPEATS)
    wrong = drawn.margins[..., 0] >= 2 * example.signal[:, None]
    xp = namespace(case.delta)
    chance = rg.uniform_convergence.probability_all_wrong(example)
    alone = chance ** (1 / example.n_samples)
    return _compared(xp, wrong, alone)

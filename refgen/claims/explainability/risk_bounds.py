"""LE-18 and 58: bounds on the risk of a function from errors of explanations."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.explainability._worlds import (
    FIELDS,
    FOLLOWER,
    MEMORIZER,
    World,
    mirrored_error,
    risk,
    spread,
    worlds,
)
from refgen.claims.kinds import at_most, equal, rounding_allowance
from refgen.claims.registry import claim
from refgen.claims.sources import LI
from refgen.domains import distribution, record

# --- LE-18


@dataclass(frozen=True, repr=False)
class SampledWorld(World):
    """A world, and a sample: how often it has each point.

    Attributes
    ----------
    shares : array of shape (..., n)
    """

    shares: Any

    @property
    def sample(self) -> World:
        return World(
            self.shares, self.neighbors, self.labels, self.outputs, self.explanations
        )


def _sampled(case: World, shares: list[float]) -> SampledWorld:
    return SampledWorld(**vars(case), shares=np.array(shares))


sampled_worlds = record(
    SampledWorld,
    "1 to 4 points and sources, any sample, outputs in [−1/2, 1/2]",
    **FIELDS,
    shares=distribution("n"),
    examples=lambda: [_sampled(c, [1.0, 0.0]) for c in (MEMORIZER, FOLLOWER)],
)


def _deviation(case: SampledWorld) -> Any:
    """By how much the error against labels is larger than on the sample."""
    own = mirrored_error(case.sample, case.labels)
    return namespace(own).maximum(mirrored_error(case, case.labels) - own, 0.0)


@claim(
    "LE-18",
    kind="inequality",
    domain=sampled_worlds,
    cost=4,
    source=LI.recalled("theorem 1, poster form; constants and proof derived here"),
)
def risk_by_explanations(rg, case, counted=1.0, deviating=1.0):
    """√R ≤ √MNF + √((√R_S + √MNF_S)² + Δ), and R ≤ 4R_S + 2MNF + 4MNF_S + 2Δ is more.

    Δ is what the error of explanations against labels deviates by.
    """
    sample = case.sample
    found = rg.explainability.uniform_risk_bounds(
        risk(sample),
        mirrored_error(sample, case.outputs),
        counted * mirrored_error(case, case.outputs),
        deviating * _deviation(case),
    )
    return [
        at_most(risk(case), found.root, 4.0, sharp=True),
        at_most(found.root, found.linear, 8.0),
    ]


risk_by_explanations.twin("0.97 of the fidelity on new points", counted=0.97)
risk_by_explanations.twin("no deviation", deviating=0.0)


@risk_by_explanations.twin_function("R_S + MNF_S + Δ: unit constants and one fidelity")
def _(rg, case):
    sample = case.sample
    own = risk(sample) + mirrored_error(sample, case.outputs)
    return at_most(risk(case), own + _deviation(case), 4.0)


# --- LE-58

# MNF − V may be 0: what rounding takes of it counts by its root. So much is added.
ROUNDING = rounding_allowance(1.0, 64)

MOST_DRAWS = 3


def _of_averages(case: World, n: int, targets: Any) -> Any:
    """E of the squared error of the mean of n explanations, from all choices."""
    xp, k = namespace(case.law), case.neighbors.shape[-1]
    total: Any = 0.0
    for chosen in itertools.product(range(k), repeat=n):
        likely, mean = xp.ones(case.labels.shape), xp.zeros(case.labels.shape)
        for z in chosen:
            likely = likely * case.neighbors[..., z]
            mean = mean + case.explanations[..., z] / n
        total = total + likely * (mean - targets) ** 2
    return (case.law * total).sum(axis=-1)


def _same(rg: Any, case: World, n: int, out: Any) -> Any:
    """The bound by means is that by single ones with so much taken out.

    Roots of what is 0 but for rounding have few digits: something is added.
    """
    le, added = rg.explainability, 1e-6
    singly = [added + mirrored_error(case, t) for t in (case.labels, case.outputs)]
    means = [added + _of_averages(case, n, t) for t in (case.labels, case.outputs)]
    xp = namespace(out)
    out = xp.minimum(out, xp.minimum(*singly))  # twins take out more than there is
    return equal(le.risk_bound(*means), le.risk_bound(*singly, out), 8.0)


@claim("LE-58", kind="inequality", domain=worlds, cost=160)
def averages_of_few(rg, case, share=1.0):
    """The mean of K explanations is off by MNF − (1 − 1/K)V, and bounds fall with K.

    The last one, with V, is that of LE-33.
    """
    le, spreads = rg.explainability, spread(case)
    error = ROUNDING + mirrored_error(case, case.labels)
    fidelity = ROUNDING + mirrored_error(case, case.outputs)
    relations, last = [], le.risk_bound(error, fidelity)
    for n in range(2, MOST_DRAWS + 1):
        out = (1 - 1 / n) * spreads
        averaged = _of_averages(case, n, case.outputs)
        bound = le.risk_bound(error, fidelity, out)
        direct = le.risk_bound(_of_averages(case, n, case.labels), averaged)
        relations += [
            equal(averaged, fidelity - share * out, 4.0),
            _same(rg, case, n, share * out),
            at_most(risk(case), direct, 4.0, sharp=True),
            at_most(direct, bound, 4.0, sharp=True),
            at_most(bound, last, 4.0, sharp=True),
        ]
        last = bound
    bound = le.risk_bound(error, fidelity, spreads)
    relations += [
        at_most(risk(case), bound, 4.0, sharp=True),
        at_most(bound, last, 4.0, sharp=True),
    ]
    return relations


averages_of_few.twin("1.03 (1 − 1/K)V", share=1.03)


@averages_of_few.twin_function("V/K is left of the spread, and none of it is taken out")
def _(rg, case):
    averaged = _of_averages(case, 2, case.outputs)
    return equal(averaged, mirrored_error(case, case.outputs), 4.0)

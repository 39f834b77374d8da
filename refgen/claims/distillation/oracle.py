"""KD-35 and KD-36: labels mixed in, and how many rounds reach the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._problems import (
    alone,
    published_problem,
    spectral_problems,
)
from refgen.claims.distillation.stopping import Ordered, between, ordered
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.distillation import SpectralProblem
from refgen.domains import integer, real, record

# --- KD-35: the best weight of labels


@dataclass(frozen=True, repr=False)
class Relabelled(Instance):
    """A problem, a teacher's filter, and some weight of true labels.

    Attributes
    ----------
    problem : SpectralProblem
    teacher_filter : array of shape (..., n_directions)
    label_weight : array of shape (...)
    """

    problem: SpectralProblem
    teacher_filter: Any
    label_weight: Any


relabelled = record(
    Relabelled,
    "problems in up to 6 directions, filters in [0, 0.98], weights in [−1, 2]",
    d=integer(1, 6),
    problem=spectral_problems,
    teacher_filter=real(0, 0.98, shape=("d",)),
    label_weight=real(-1, 2),
    examples=lambda: [
        Relabelled(published_problem(), np.array([0.9, 0.7]), np.array(0.5))
    ],
)


def _mixed(rg: Any, case: Relabelled, weight: Any) -> Any:
    """The risk of a student trained to the end on labels of that weight and outputs."""
    s = case.teacher_filter
    return rg.distillation.spectral_risk(case.problem, s + weight[..., None] * (1 - s))


@claim("KD-35", kind="identity", domain=relabelled)
def best_label_weight(rg, case, factor=1.0):
    """A student trained to the end on labels of weight α: the best α is D/C.

    It learns α + (1 − α)s and gains D²/C over its teacher, where D = Σ w(f* − s)(1 − s)
    and C = Σ w(1 − s)². Any other α gains less.
    """
    best, gain = rg.distillation.optimal_label_weight(case.problem, case.teacher_filter)
    none = 0.0 * case.label_weight
    teacher, student = (_mixed(rg, case, weight) for weight in (none, factor * best))
    problem = case.problem
    size = (problem.signal + problem.variance[..., None]).sum(axis=-1)
    scale = 4 * size * (1 + best**2 + case.label_weight**2)
    other = _mixed(rg, case, case.label_weight)
    return equal(teacher - student, gain, scale), at_most(student, other, scale)


best_label_weight.twin("1.03 times that weight", factor=1.03)
best_label_weight.twin("the weight with its sign flipped", factor=-1.0)

# --- KD-35m: labels help where outputs do not


def _rising(case: Ordered) -> Any:
    """Best times that do not decrease with the eigenvalue, (..., n_directions)."""
    weaker = case.spectrum[..., None, :] < case.spectrum[..., None]
    return case.first[..., None] + (weaker * case.delays[..., None, :]).sum(axis=-1)


@claim("KD-35m", kind="inequality", domain=ordered, cost=8)
def labels_reverse_the_bias(rg, case, tilt=0.0, delay=1.0):
    """α + (1 − α)s is the filter at T + ln(1/(1 − α))/λ: later for weak directions.

    So labels of any weight α in [0, 1) cannot help a student trained to the end, in any
    direction, if best times do not decrease with λ: some time of the teacher is at
    least as good in every direction.
    """
    d, xp = rg.distillation, namespace(case.spectrum)
    relative = case.spectrum / case.spectrum.max(axis=-1)[..., None]
    problem = case.problem(rg, _rising(case) * relative**-tilt)
    # Any positive number is such a logarithm: the student's time serves.
    extra = case.student_time[..., None]
    met = case.teacher_time[..., None] + delay * extra / case.spectrum
    s = d.gradient_flow_filter(case.spectrum, case.teacher_time)
    learned = d.distilled_filter(s, xp.ones(s.shape), -xp.expm1(-case.student_time))
    low, high = between(d.direction_stopping_times(problem), met)
    parts = [
        equal(1 - learned, xp.exp(-case.spectrum * met), 2.0),
        at_most(low, high, low + high, sharp=True),
    ]
    student, scale = alone(rg, problem, learned), problem.signal + 1
    for time in (low, high):
        share = -xp.expm1(-case.spectrum * time[..., None])
        parts.append(at_most(alone(rg, problem, share), student, scale, sharp=True))
    return parts


labels_reverse_the_bias.twin("0.97 of that delay", delay=0.97)
labels_reverse_the_bias.twin("T may decrease like λ^−0.02", tilt=0.02)

# --- KD-36: how many rounds reach the oracle, in two directions


@dataclass(frozen=True, repr=False)
class TwoDirections(Instance):
    """Two directions, Wiener filters, and a schedule of rounds.

    Attributes
    ----------
    larger, ratio : arrays of shape (...)
        λ₁, and λ₂/λ₁ < 1.
    attenuation : array of shape (...)
        −ln f₁ of the stronger direction.
    excess : array of shape (...)
        How far f₂ is below what one round of the same f₁ gives.
    shares : array of shape (..., n_rounds)
        Unequal rounds: how −ln f₁ is divided among them, up to their sum.
    """

    larger: Any
    ratio: Any
    attenuation: Any
    excess: Any
    shares: Any

    def weaker(self, first: Any) -> Any:
        """−ln of what a round learns of the weaker one, given that of the stronger."""
        xp = namespace(first)
        ratio = self.ratio.reshape(self.ratio.shape + (1,) * (first.ndim - 1))
        return -xp.log1p(-((-xp.expm1(-first)) ** ratio))

    def problem(self, rg: Any) -> Any:
        """The one with σ²/n = 1; −ln f = ln(1 + 1/snr)."""
        xp = namespace(self.ratio)
        wanted = (1 + self.excess) * self.weaker(self.attenuation)
        attenuation = xp.stack([self.attenuation, wanted], axis=-1)
        spectrum = xp.stack([self.larger, self.ratio * self.larger], axis=-1)
        beta = xp.sqrt(1 / xp.expm1(attenuation) / spectrum)
        return rg.distillation.SpectralProblem(spectrum, beta, 1.0, 1)


two_directions = record(
    TwoDirections,
    "λ₂/λ₁ in [0.2, 0.8], f₁ in [0.37, 0.99], up to 6 rounds of any length",
    larger=real(0.5, 2.0),
    ratio=real(0.2, 0.8),
    attenuation=real(0.01, 1.0, log=True),
    excess=real(0.02, 1.0, log=True),
    shares=real(0.05, 1.0, shape=(6,)),
)


@claim("KD-36", kind="inequality", domain=two_directions, cost=20)
def rounds_to_the_oracle(rg, case, factor=1.0):
    """Two directions: m rounds can be the Wiener filter iff m equal ones overshoot.

    Equal rounds that learn f₁ learn no more than f₂ of the weaker direction iff m is at
    least `oracle_rounds`; fewer rounds of any lengths that learn f₁ learn more of it.
    """
    xp, problem = namespace(case.ratio), case.problem(rg)
    rounds = rg.distillation.oracle_rounds(problem)
    wanted = factor * (1 + case.excess) * case.weaker(case.attenuation)
    equal_rounds = rounds * case.weaker(case.attenuation / rounds)
    # Fewer rounds: those beyond are none, and the others share what they had.
    used = xp.arange(case.shares.shape[-1]) < rounds[:, None] - 1
    taken = xp.where(used, case.shares, 0.0)
    taken = taken / taken.sum(axis=-1, keepdims=True) * case.attenuation[:, None]
    learned = xp.where(used, case.weaker(xp.where(used, taken, 1.0)), 0.0).sum(axis=-1)
    return (
        at_most(wanted, equal_rounds, wanted + equal_rounds, sharp=0.9),
        at_most(learned, wanted, wanted + learned, sharp=0.9),
    )


rounds_to_the_oracle.twin("they reach 1.03 times the logarithm of f₂", factor=1.03)
rounds_to_the_oracle.twin("0.97 of it takes as many", factor=0.97)

"""KD-27 and KD-34: students win without noise where a metric correlates directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation.risk import published_pair
from refgen.claims.kinds import at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.domains import choice, real, record

# --- KD-27: how correlated two directions may be


@dataclass(frozen=True, repr=False)
class Correlated(Instance):
    """Filters in two directions, which a metric correlates, and a target.

    Attributes
    ----------
    teacher_filter, student_filter, coefficients : array of shape (..., 2)
    sign : integer array of shape (...)
        0 for a positive correlation, 1 for a negative one.
    """

    teacher_filter: Any
    student_filter: Any
    coefficients: Any
    sign: Any

    def signed(self, correlation: Any) -> Any:
        return correlation * (1.0 - 2.0 * self.sign)


correlated = record(
    Correlated,
    "filters in [0.05, 0.95] in two directions, a target, a sign",
    teacher_filter=real(0.05, 0.95, shape=(2,)),
    student_filter=real(0.05, 0.95, shape=(2,)),
    coefficients=real(-1, 1, shape=(2,)),
    sign=choice(0, 1),
    examples=lambda: [
        Correlated(
            published_pair().teacher_filter,
            published_pair().student_filter,
            np.ones(2),
            np.array(1),
        )
    ],
)


def _risks(rg: Any, case: Correlated, target: Any, correlation: Any) -> list[Any]:
    """Of teacher and student without noise, in the metric of a correlation."""
    xp, turn = namespace(target), case.signed(correlation)[..., None, None]
    metric = xp.eye(2) + turn * (1 - xp.eye(2))
    problem = rg.distillation.SpectralProblem(xp.ones(target.shape), target, 0.0, 1)
    s, u = case.teacher_filter, case.student_filter
    return [rg.distillation.out_of_sample_risk(problem, f, metric) for f in (s, s * u)]


def _hardest_target(case: Correlated) -> Any:
    """The target of which a student loses least: ∓√(d² − 1) of the other direction."""
    xp, lacking = namespace(case.teacher_filter), 1 - case.teacher_filter
    ratio = (1 - case.teacher_filter * case.student_filter) / lacking
    root = xp.sqrt((ratio - 1) * (ratio + 1))
    turned = xp.stack([root[..., 1], -case.signed(root[..., 0])], axis=-1)
    return turned / xp.sqrt((turned**2).sum(axis=-1, keepdims=True)) / lacking


@claim("KD-27", kind="inequality", domain=correlated)
def tolerated_correlation(rg, case, factor=1.0):
    """Without noise no student wins iff |ϱ| ≤ √((d₁² − 1)(d₂² − 1))/(d₁d₂ − 1).

    For two directions that the metric correlates by ϱ, and dₖ = (1 − sₖuₖ)/(1 − sₖ). At
    that ϱ there is a target for which student and teacher are equally good.
    """
    s, u = case.teacher_filter, case.student_filter
    bound = rg.distillation.tolerated_correlation(s, u)
    at = namespace(s).minimum(factor * bound, 1.0)
    parts = []
    for share in (1.0, 0.5):
        teacher, student = _risks(rg, case, case.coefficients, share * at)
        parts.append(at_most(teacher, student, 8.0, sharp=0.9))
    hardest = _hardest_target(case)
    scale = 4 * (hardest**2).sum(axis=-1)
    teacher, student = _risks(rg, case, hardest, at)
    return parts, equal(teacher, student, scale)


tolerated_correlation.twin("1.03 of that correlation", factor=1.03)
tolerated_correlation.twin("0.97 of it", factor=0.97)


@tolerated_correlation.twin_function("up to a correlation of 0.95")
def _(rg, case):
    correlation = 0.95 + 0.0 * case.teacher_filter[..., 0]
    hardest = _hardest_target(case)
    teacher, student = _risks(rg, case, hardest, correlation)
    return at_most(teacher, student, 4 * (hardest**2).sum(axis=-1))


# --- KD-34: every correlation lets some student win


@dataclass(frozen=True, repr=False)
class CorrelatedFlow(Instance):
    """Gradient flow in two directions of different eigenvalue, which are correlated.

    Attributes
    ----------
    smaller, ratio : arrays of shape (...)
        The smaller eigenvalue, and the larger one over it.
    learned : array of shape (...)
        The share that the teacher learned of the direction of the larger one.
    correlation : array of shape (...)
        ϱ > 0.
    sign : integer array of shape (...)
    """

    smaller: Any
    ratio: Any
    learned: Any
    correlation: Any
    sign: Any

    @property
    def spectrum(self) -> Any:
        larger = self.ratio * self.smaller
        return namespace(larger).stack([larger, self.smaller], axis=-1)

    def taught(self, rg: Any, student_time: Any) -> Correlated:
        xp, spectrum = namespace(self.ratio), self.spectrum
        time = -xp.log1p(-self.learned) / spectrum[..., 0]
        flow = rg.distillation.gradient_flow_filter
        return Correlated.trusted(
            teacher_filter=flow(spectrum, time),
            student_filter=flow(spectrum, student_time),
            coefficients=xp.ones(spectrum.shape),
            sign=self.sign,
        )


correlated_flows = record(
    CorrelatedFlow,
    "two eigenvalues at least 2 times apart, |ϱ| ≥ 0.2",
    smaller=real(0.1, 2.0, log=True),
    ratio=real(2.0, 6.0),
    learned=real(0.1, 0.9),
    correlation=real(0.2, 0.99),
    sign=choice(0, 1),
)


@claim("KD-34", kind="existence", domain=correlated_flows, cost=200)
def every_correlation_pays(rg, case, factor=0.97):
    """Without noise, in every metric that correlates two directions of different λ.

    A student of a teacher of any age is better for some target, if it trains long
    enough: the correlation that is tolerated falls below ϱ.
    """
    xp, wanted = namespace(case.ratio), factor * case.correlation
    shortest = 0 * case.ratio
    longest = shortest + 20 / case.smaller
    for _ in range(40):
        middle = (shortest + longest) / 2
        taught = case.taught(rg, middle)
        filters = taught.teacher_filter, taught.student_filter
        tolerated = rg.distillation.tolerated_correlation(*filters) > wanted
        shortest = xp.where(tolerated, middle, shortest)
        longest = xp.where(tolerated, longest, middle)
    taught = case.taught(rg, longest)
    hardest = _hardest_target(taught)
    teacher, student = _risks(rg, taught, hardest, case.correlation)
    return exceeds(teacher, student, 4 * (hardest**2).sum(axis=-1))


every_correlation_pays.twin("as soon as 1.03 ϱ is tolerated only", factor=1.03)

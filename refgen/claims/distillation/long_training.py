"""KD-10 and KD-10p: a student that trains for long, and the best pair of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._problems import published_problem, spectral_problems
from refgen.claims.kinds import ascending, at_most, tends_to
from refgen.claims.registry import claim
from refgen.distillation import SpectralProblem
from refgen.domains import choice, integer, real, record, vector

# In units of 1/λ of the smallest eigenvalue: e^(λt̃) is far from overflow.
SIZES = (4.0, 8.0, 16.0, 32.0)


@dataclass(frozen=True, repr=False)
class LongTrained(Instance):
    """Directions of one smallest eigenvalue and of others that are well above it.

    Attributes
    ----------
    smallest : array of shape (...)
    apart : array of shape (..., n_directions)
        λ/λ_min − 1 of all directions but the first.
    shared : integer array of shape (..., n_directions)
        1 where a direction has the smallest eigenvalue all the same.
    coefficients : array of shape (..., n_directions)
    noise, teacher_time : arrays of shape (...)
    """

    smallest: Any
    apart: Any
    shared: Any
    coefficients: Any
    noise: Any
    teacher_time: Any

    @property
    def at_bottom(self) -> Any:
        xp = namespace(self.apart)
        return (self.shared == 1) | (xp.arange(self.apart.shape[-1]) == 0)

    @property
    def spectrum(self) -> Any:
        beyond = namespace(self.apart).where(self.at_bottom, 0.0, self.apart)
        return self.smallest[..., None] * (1 + beyond)


long_trained = record(
    LongTrained,
    "up to 5 directions, the smallest eigenvalue perhaps shared, others 1.3 to 6 times",
    d=integer(1, 5),
    smallest=real(0.1, 2.0, log=True),
    apart=real(0.3, 5.0, shape=("d",)),
    shared=choice(0, 1, shape=("d",)),
    coefficients=vector("d"),
    noise=real(0.1, 2.0, log=True),
    teacher_time=real(0.1, 4.0),
    examples=lambda: [
        LongTrained(
            np.array(0.2),
            np.array([0.3, 1.0]),
            np.array([0, 0]),
            np.array([0.1**0.5, 50**0.5]),
            np.array(1.0),
            np.array(4.0),
        )
    ],
)


def _limit(rg: Any, case: LongTrained, where: Any) -> Any:
    """2 Σ w s (f* − s) over some directions."""
    problem = _problem(rg, case)
    weight = problem.signal + problem.variance[..., None]
    s = -namespace(weight).expm1(-case.spectrum * case.teacher_time[..., None])
    terms = 2 * weight * s * (rg.distillation.wiener_filter(problem) - s)
    return namespace(weight).where(where, terms, 0.0).sum(axis=-1)


def _problem(rg: Any, case: LongTrained) -> Any:
    return rg.distillation.SpectralProblem(
        case.spectrum, case.coefficients, case.noise, 1
    )


def _envelope(case: LongTrained, weight: Any) -> Any:
    """w e^(−λt̃) of the bottom directions, 2w e^(−(λ − λ_min)t̃) of the others."""
    xp = namespace(weight)
    bottom = xp.where(case.at_bottom, weight, 0.0)[..., None]
    others = xp.where(case.at_bottom, 0.0, 2 * weight)[..., None]
    beyond = (case.spectrum / case.smallest[..., None] - 1)[..., None]
    # A bit more for the rounding of eigenvalues, which sizes multiply.
    return lambda sizes: (
        (bottom + 0 * beyond) * xp.exp(-sizes) + others * xp.exp(-beyond * sizes)
    ).sum(axis=-2)


def _tends(rg: Any, case: LongTrained, limit: Any) -> Any:
    """e^(λt̃) times the change of risk, for students that train ever longer."""
    xp, problem = namespace(case.apart), _problem(rg, case)
    weight = problem.signal + problem.variance[..., None]
    change = rg.distillation.flow_risk_change
    values = [
        np.exp(size) * change(problem, case.teacher_time, size / case.smallest)
        for size in SIZES
    ]
    scale = 4 * weight.sum(axis=-1)[..., None]
    envelope = _envelope(case, weight)
    return tends_to(xp.stack(values, axis=-1), limit[..., None], envelope, SIZES, scale)


@claim("KD-10", kind="limit", domain=long_trained, cost=8)
def long_trained_student(rg, case, factor=1.0):
    """e^(λt̃) (risk of the student − risk of its teacher) → 2 Σ w s (f* − s) as t̃ → ∞.

    The sum is over the directions of the smallest eigenvalue λ. So a student that
    trains for long enough is better if the teacher over-fits these, and worse if it
    under-fits them; where the sum is 0, other directions decide.
    """
    return _tends(rg, case, factor * _limit(rg, case, case.at_bottom))


long_trained_student.twin("0.97 of the limit", factor=0.97)


@long_trained_student.twin_function("the top direction decides")
def _(rg, case):
    top = case.spectrum == case.spectrum.max(axis=-1)[..., None]
    return _tends(rg, case, _limit(rg, case, top))


@long_trained_student.twin_function("one direction of the smallest eigenvalue decides")
def _(rg, case):
    first = namespace(case.apart).arange(case.apart.shape[-1]) == 0
    return _tends(rg, case, _limit(rg, case, first & case.at_bottom))


# --- KD-10p: the best times


@dataclass(frozen=True, repr=False)
class Timed(Instance):
    """A problem, and times of a teacher and its student.

    Attributes
    ----------
    problem : SpectralProblem
    teacher_time, student_time : arrays of shape (...)
    """

    problem: SpectralProblem
    teacher_time: Any
    student_time: Any


timed = record(
    Timed,
    "problems in up to 4 directions, times in [0.01, 100]",
    problem=spectral_problems.but("up to 4 directions", d=integer(1, 4)),
    teacher_time=real(0.01, 100.0, log=True),
    student_time=real(0.01, 100.0, log=True),
    examples=lambda: [
        Timed(published_problem(), np.array(7.456), np.array(time))
        for time in (7.456, 100.0)
    ],
)


@claim("KD-10p", kind="inequality", domain=timed, cost=4000)
def best_pair(rg, case, factor=1.0):
    """No times of teacher and student have less risk than the best pair.

    Nor have the best stopped teacher and its best student, who are better in this order
    than the pair and the teacher. For λβ*² = (20, 0.02), λ = (0.4, 0.2), σ²/n = 1 the
    three have 1.4795, 1.4030 and 1.3711.
    """
    d, problem = rg.distillation, case.problem
    alone, teacher = d.optimal_stopping(problem)
    _, student = d.optimal_student(problem, alone)
    *_, pair = d.optimal_pair(problem)
    times = case.teacher_time, case.student_time
    first, second = (d.gradient_flow_filter(problem.spectrum, time) for time in times)
    weight = (problem.signal + problem.variance[..., None]).sum(axis=-1)
    pair, scale = factor * pair, 4 * weight
    other = d.spectral_risk(problem, first * second)
    return (
        ascending(pair, student, teacher, scale=scale, sharp=True),
        at_most(pair, other, scale, sharp=True),
        at_most(teacher, d.spectral_risk(problem, first), scale, sharp=0.9),
    )


best_pair.twin("1.03 times its risk", factor=1.03)

"""KD-8 and KD-9: what teacher and student risk, with and without noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._problems import alone, spectral_problems
from refgen.claims.distillation._retrained import (
    descended,
    in_sample_root,
    retrained,
    risk_of_matrix,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.distillation import SpectralProblem
from refgen.domains import integer, real, record

# --- KD-8: the midpoint of both filters


def _by_matrices(case: Any) -> tuple[Any, Any]:
    """Risks of teacher and student in sample, by matrices that act on labels."""
    points, root = case.points, in_sample_root(case)
    teacher = descended(points, case.step_size, case.teacher_steps)
    own = descended(points, case.step_size, case.student_steps)
    student = own @ (points @ teacher)
    return risk_of_matrix(case, teacher, root), risk_of_matrix(case, student, root)


def _scale(case: Any) -> Any:
    """What bias and noise are at most; products of matrices round λ‖β*‖²."""
    energy = case.largest * (case.coefficients**2).sum(axis=-1)
    return 2 * energy + 2 * case.noise**2


@claim("KD-8", kind="identity", domain=retrained, cost=40)
def midpoint_rule(rg, case, counted=1.0, midpoint=1.0):
    """In sample, filters risk Σ λβ*²(1 − f)² + σ²f²/n: the midpoint decides.

    The student's risk minus its teacher's is the sum of 2w s(1 − u)(f* − s(1 + u)/2)
    with w = λβ*² + σ²/n: it is better along a direction iff the midpoint s(1 + u)/2 of
    both filters is above the Wiener filter f*.
    """
    d, problem, scale = rg.distillation, case.problem(rg, counted), _scale(case)
    s, u = case.filters(rg)
    teacher, student = _by_matrices(case)
    weight = problem.signal + problem.variance[..., None]
    moved = (midpoint - 1) * (weight * s * (1 - u) * s * (1 + u)).sum(axis=-1)
    change = d.risk_change(problem, s, u) - moved
    return (
        equal(d.spectral_risk(problem, s), teacher, scale),
        equal(d.spectral_risk(problem, s * u), student, scale),
        equal(change, student - teacher, scale),
        _midpoint_decides(d, problem, s, u, midpoint * s * (1 + u) / 2),
    )


def _midpoint_decides(d: Any, problem: Any, s: Any, u: Any, middle: Any) -> Any:
    """What the student gains is of the sign of the midpoint minus the Wiener filter."""
    signal, variance = problem.signal, problem.variance[..., None]

    def risk(f: Any) -> Any:
        return signal * (1 - f) ** 2 + variance * f**2

    above = middle - d.wiener_filter(problem)
    return at_most((risk(s * u) - risk(s)) * above, 0.0, signal + variance)


midpoint_rule.twin("the noise counts 0.97 σ²/n", counted=0.97)
midpoint_rule.twin("0.97 of the midpoint decides", midpoint=0.97)


@midpoint_rule.twin_function("variance linear in the filter")
def _(rg, case):
    problem, (s, _) = case.problem(rg), case.filters(rg)
    risk = problem.signal * (1 - s) ** 2 + problem.variance[..., None] * s
    heard = namespace(s).where(case.spectrum > 0, risk, 0.0).sum(axis=-1)
    return equal(heard, _by_matrices(case)[0], _scale(case))


@midpoint_rule.twin_function("the student is better iff the teacher over-fits, s > f*")
def _(rg, case):
    s, u = case.filters(rg)
    return _midpoint_decides(rg.distillation, case.problem(rg), s, u, s)


# --- KD-9: without noise


@dataclass(frozen=True, repr=False)
class Taught(Instance):
    """A problem, and the filters of a teacher and of its student.

    Attributes
    ----------
    problem : SpectralProblem
    teacher_filter, student_filter : array of shape (..., n_directions)
    """

    problem: SpectralProblem
    teacher_filter: Any
    student_filter: Any


def published_pair() -> Taught:
    """λ = (2, 1), T = 0.5, t̃ = 0.1, β* = (1, 1): the example of KD-9."""
    spectrum = np.array([2.0, 1.0])
    problem = SpectralProblem(spectrum, np.ones(2), 0.0, 1)
    return Taught(problem, *(-np.expm1(-spectrum * time) for time in (0.5, 0.1)))


noiseless = record(
    Taught,
    "problems without noise in up to 6 directions, filters in [0, 1]",
    d=integer(1, 6),
    problem=spectral_problems.but("no noise", noise=0.0),
    teacher_filter=real(0, 1, shape=("d",)),
    student_filter=real(0, 1, shape=("d",)),
    examples=lambda: [published_pair()],
)


@claim("KD-9", kind="inequality", domain=noiseless)
def without_noise(rg, case, factor=1.0, lacking=2.0):
    """σ = 0: the student is worse by Σ λβ*² s(1 − u)[2 − s(1 + u)], in each direction.

    So it is worse in every risk that is a sum over directions.
    """
    d, problem = rg.distillation, case.problem
    s, u, signal = case.teacher_filter, case.student_filter, problem.signal
    added = (signal * s * (1 - u) * (lacking - s * (1 + u))).sum(axis=-1)
    teacher, student = (d.spectral_risk(problem, f) for f in (s, s * u))
    each = [alone(rg, problem, f) for f in (s, s * u)]
    scale = 4 * signal.sum(axis=-1)
    return (
        equal(student - teacher, added, scale),
        at_most(factor * each[0], each[1], 4 * signal, sharp=True),
    )


without_noise.twin("1.03 times the teacher's risk", factor=1.03)
without_noise.twin("with 1.95 in place of 2", lacking=1.95)


@without_noise.twin_function("in every metric, correlated directions too")
def _(rg, case):
    """All directions have the correlation −0.999 with those beside them."""
    d, problem = rg.distillation, case.problem
    xp, place = namespace(problem.spectrum), case.teacher_filter.shape[-1]
    signs = 1.0 - 2.0 * (xp.arange(place) % 2)
    metric = 0.999 * signs[:, None] * signs + 0.001 * xp.eye(place)
    s, u = case.teacher_filter, case.student_filter
    teacher, student = (d.out_of_sample_risk(problem, f, metric) for f in (s, s * u))
    return at_most(teacher, student, 4 * place * (problem.coefficients**2).sum(axis=-1))

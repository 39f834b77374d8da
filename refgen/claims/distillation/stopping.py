"""KD-22: when a student of early-stopped gradient flow can win, and when it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._problems import alone
from refgen.claims.kinds import at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.domains import integer, real, record, spectrum

# --- KD-22: it cannot if the best times of directions do not increase with λ


@dataclass(frozen=True, repr=False)
class Ordered(Instance):
    """Directions, of which stronger ones have no later best time; teacher and student.

    Attributes
    ----------
    spectrum : array of shape (..., n_directions)
    first : array of shape (...)
        The best time of the strongest direction.
    delays : array of shape (..., n_directions)
        What each direction adds to the best times of all weaker ones.
    teacher_time, student_time : arrays of shape (...)
    """

    spectrum: Any
    first: Any
    delays: Any
    teacher_time: Any
    student_time: Any

    @property
    def best(self) -> Any:
        """Best times T of the directions, (..., n_directions)."""
        stronger = self.spectrum[..., None, :] > self.spectrum[..., None]
        return self.first[..., None] + (stronger * self.delays[..., None, :]).sum(-1)

    def problem(self, rg: Any, best: Any) -> Any:
        """One with these best times, σ²/n = 1."""
        xp = namespace(best)
        beta = xp.sqrt(xp.expm1(self.spectrum * best) / self.spectrum)
        return rg.distillation.SpectralProblem(self.spectrum, beta, 1.0, 1)


ordered = record(
    Ordered,
    "up to 5 eigenvalues of condition up to 20, best times that do not increase with λ",
    d=integer(1, 5),
    spectrum=spectrum("d", smallest=0.1, largest=2.0, singular=False),
    first=real(0.05, 2.0),
    delays=real(0.0, 1.5, shape=("d",)),
    teacher_time=real(0.05, 6.0),
    student_time=real(0.05, 6.0),
    examples=lambda: [
        Ordered(np.array([2.0, 0.5]), np.array(1.0), np.zeros(2), *map(np.array, times))
        for times in ((2.0, 1.2), (0.99, 5.0), (0.95, 0.05))
    ],
)


def between(best: Any, met: Any) -> list[Any]:
    """The ends of what all intervals between best times and the student's share."""
    xp = namespace(best)
    low = xp.minimum(best, met).max(axis=-1)
    return [low, xp.maximum(best, met).min(axis=-1)]


def _student(spectrum: Any, teacher: Any, student: Any) -> tuple[Any, Any]:
    """What the student learns in each direction, and when its teacher had learned it.

    −log(1 − su)/λ, by what is missing where little is.
    """
    xp = namespace(spectrum)
    left = xp.exp(-spectrum * teacher[..., None])
    lacking = xp.exp(-spectrum * student[..., None])
    s, u = (-xp.expm1(-spectrum * t[..., None]) for t in (teacher, student))
    missing = left + lacking * s
    met = xp.where(s * u < 0.5, -xp.log1p(-s * u), -xp.log(missing)) / spectrum
    return s * u, met


@claim("KD-22", kind="inequality", domain=ordered, cost=8)
def no_student_pays(rg, case, tilt=0.0):
    """T = ln(1 + snr)/λ does not increase with λ: no student beats early stopping.

    For all times of teacher and student there is a teacher's time between T and the
    time at which it had learned what the student learns, in every direction; there it
    is at least as good in every direction.
    """
    d, xp = rg.distillation, namespace(case.spectrum)
    relative = case.spectrum / case.spectrum.max(axis=-1)[..., None]
    best = case.best * relative**tilt
    problem, (learned, met) = (
        case.problem(rg, best),
        _student(case.spectrum, case.teacher_time, case.student_time),
    )
    low, high = between(d.direction_stopping_times(problem), met)
    scale = problem.signal + 1
    student = alone(rg, problem, learned)
    parts = [at_most(low, high, low + high, sharp=True)]
    for time in (low, high):
        share = -xp.expm1(-case.spectrum * time[..., None])
        parts.append(at_most(alone(rg, problem, share), student, scale, sharp=True))
    return parts


no_student_pays.twin("T may increase like λ^0.02", tilt=0.02)
no_student_pays.twin("T may be λ times as large", tilt=1.0)

# --- KD-22d: what decides


@dataclass(frozen=True, repr=False)
class Ranked(Instance):
    """Eigenvalues that are multiples of 0.2, and best times that are those of 0.3.

    Attributes
    ----------
    eigenvalues, best : integer array of shape (..., n_directions)
    """

    eigenvalues: Any
    best: Any

    def problem(self, rg: Any) -> Any:
        """One of σ = 3 and 9 labels."""
        spectrum, best = 0.2 * self.eigenvalues, 0.3 * self.best
        beta = namespace(spectrum).sqrt(
            namespace(spectrum).expm1(spectrum * best) / spectrum
        )
        return rg.distillation.SpectralProblem(spectrum, beta, 3.0, 9)


ranked = record(
    Ranked,
    "up to 4 directions, many of the same eigenvalue or best time",
    d=integer(2, 4),
    eigenvalues=integer(1, 5, shape=("d",)),
    best=integer(1, 6, shape=("d",)),
    examples=lambda: [
        Ranked(np.array(values), np.array(best))
        for values, best in (([1, 2], [1, 2]), ([2, 2], [1, 2]), ([1, 2], [2, 2]))
    ],
)


def _most_apart(case: Ranked, tied: bool) -> tuple[Any, Any]:
    """How much later the stronger one of a pair is best, at most, and the mid time."""
    xp, weaker = namespace(case.best), case.eigenvalues[..., None, :]
    below = weaker < case.eigenvalues[..., None]
    if tied:
        below = weaker <= case.eigenvalues[..., None]
    later = case.best[..., None] - case.best[..., None, :]
    later = xp.where(below, later, -9).reshape(*case.best.shape[:-1], -1)
    both = (case.best[..., None] + case.best[..., None, :]).reshape(later.shape)
    chosen = later.argmax(axis=-1)[..., None]
    middle = xp.take_along_axis(both, chosen, axis=-1)[..., 0] / 2
    return later.max(axis=-1), 0.3 * middle


@claim("KD-22d", kind="identity", domain=ranked)
def a_pair_decides(rg, case, tied=False, least=1):
    """Self-distillation can pay iff T_b < T_a for some λ_b < λ_a.

    If it is so, a teacher that stops between T_b and T_a has students that no time of
    it matches in both directions, and otherwise some time matches in all.
    """
    later, middle = _most_apart(case, tied)
    decided = 1.0 * rg.distillation.self_distillation_can_pay(case.problem(rg))
    spectrum = 0.2 * case.eigenvalues
    _, met = _student(spectrum, middle, 10.0 + 0.0 * middle)
    low, high = between(0.3 * case.best, met)
    return (
        equal(decided, 1.0 * (later >= least), reason="yes or no"),
        equal(decided, 1.0 * (low > high * (1 + 1e-9)), reason="yes or no"),
    )


a_pair_decides.twin("with λ_b = λ_a, too", tied=True, reason="eigenvalues are whole")
a_pair_decides.twin("with T_b = T_a, too", least=0, reason="times are whole")

# --- KD-22t: it can if the weakest direction has the earliest best time


@dataclass(frozen=True, repr=False)
class WeakestFirst(Instance):
    """A weakest direction, whose best time is a share of the others' earliest one.

    Attributes
    ----------
    smallest : array of shape (...)
    apart, best : array of shape (..., n_directions)
        λ/λ_min of the other directions, and their best times.
    share : array of shape (...)
    """

    smallest: Any
    apart: Any
    best: Any
    share: Any

    def problem(self, rg: Any, factor: float) -> Any:
        xp = namespace(self.best)
        earliest = factor * self.share * self.best.min(axis=-1)
        times = xp.concatenate([self.best, earliest[..., None]], axis=-1)
        one = 0 * self.apart[..., :1] + 1
        relative = xp.concatenate([self.apart, one], axis=-1)
        values = self.smallest[..., None] * relative
        beta = xp.sqrt(xp.expm1(values * times) / values)
        return rg.distillation.SpectralProblem(values, beta, 1.0, 1)


weakest_first = record(
    WeakestFirst,
    "up to 4 directions above the weakest, 1.2 to 6 times, T of that at most 0.97",
    d=integer(1, 4),
    smallest=real(0.1, 2.0, log=True),
    apart=real(1.2, 6.0, shape=("d",)),
    best=real(0.2, 1.0, shape=("d",)),
    share=real(0.02, 0.97),
    examples=lambda: [
        WeakestFirst(np.array(0.2), np.array([2.0]), np.array([0.9]), np.array(share))
        for share in (0.02, 0.97)
    ],
)


@claim("KD-22t", kind="existence", domain=weakest_first, cost=400)
def student_pays(rg, case, factor=1.0):
    """T of the weakest direction is the smallest, not all are equal: a student wins.

    It beats the best stopped teacher in sample, and in any weights of the directions.
    In two directions it wins iff 1 + snr₂ < (1 + snr₁)^(λ₂/λ₁).
    """
    d, problem = rg.distillation, case.problem(rg, factor)
    xp = namespace(problem.spectrum)
    teacher, _ = d.optimal_stopping(problem)
    student, _ = d.optimal_student(problem, teacher)
    student = xp.where(xp.isinf(student), 40 / case.smallest, student)
    lacking = xp.exp(-problem.spectrum * student[..., None])
    # Each direction changes by s e [2w(f* − s) + w s e].
    scale = (4 * (problem.signal + 1) * lacking).sum(axis=-1)
    change = d.flow_risk_change(problem, teacher, student)
    return exceeds(0.0 * change, change, scale)


student_pays.twin("T of the weakest up to 1.02 of the others", factor=1.05)


@student_pays.twin_function("the best stopped teacher cannot be beaten")
def _(rg, case):
    d, problem = rg.distillation, case.problem(rg, 1.0)
    teacher, _ = d.optimal_stopping(problem)
    share = d.gradient_flow_filter(problem.spectrum, teacher)
    student = d.gradient_flow_filter(problem.spectrum, 2 * teacher)
    scale = problem.signal.sum(axis=-1) + problem.n_directions
    risks = [d.spectral_risk(problem, f) for f in (share, share * student)]
    return at_most(risks[0], risks[1], scale)

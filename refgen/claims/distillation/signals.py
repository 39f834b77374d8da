"""KD-22r and KD-37: targets for which no student pays, in ridge regression and flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._problems import alone
from refgen.claims.distillation.stopping import between
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.domains import integer, real, record, spectrum


@dataclass(frozen=True, repr=False)
class SourceCondition(Instance):
    """Eigenvalues, and squares of coefficients that do not increase with them.

    Attributes
    ----------
    spectrum, extra : array of shape (..., n_directions)
        β*² is a sum of `extra` over the eigenvalues that are not below the own one.
    noise : array of shape (...)
    penalty, student_penalty : arrays of shape (...)
        Of the ridge regressions of teacher and student.
    """

    spectrum: Any
    extra: Any
    noise: Any
    penalty: Any
    student_penalty: Any

    def problem(self, rg: Any, tilt: float) -> Any:
        xp = namespace(self.spectrum)
        not_below = self.spectrum[..., None, :] >= self.spectrum[..., None]
        square = (not_below * self.extra[..., None, :]).sum(axis=-1)
        beta = xp.sqrt(square * self.spectrum**tilt)
        return rg.distillation.SpectralProblem(self.spectrum, beta, self.noise, 1)


source_conditions = record(
    SourceCondition,
    "up to 5 directions, β*² that does not increase with λ, σ² up to 10⁶",
    d=integer(2, 5),
    spectrum=spectrum("d", smallest=0.1, largest=10.0, singular=False),
    extra=real(0, 1, shape=("d",)),
    noise=real(0.1, 1000.0, log=True),
    penalty=real(0.01, 10.0, log=True),
    student_penalty=real(0.01, 10.0, log=True),
    examples=lambda: [
        SourceCondition(
            np.array([1.0, 2.0]), np.array([0.0, 1.0]), *map(np.array, numbers)
        )
        for numbers in ((0.5, 0.2, 0.1), (1000.0, 0.1, 0.1), (1.0, 0.98, 0.01))
    ],
)


# --- KD-22r: ridge regression


@claim("KD-22r", kind="inequality", domain=source_conditions, cost=8)
def no_ridge_student_pays(rg, case, tilt=0.0):
    """β*² does not increase with λ: no student beats the best ridge regression.

    Some penalty between a direction's best one, σ²/(nβ*²), and the student's ρ + ρ̃ +
    ρρ̃/λ serves all directions, and is at least as good in each.
    """
    d, problem = rg.distillation, case.problem(rg, tilt)
    first, second = case.penalty[..., None], case.student_penalty[..., None]
    met = first + second + first * second / case.spectrum
    # Inverses of penalties: a direction without signal wants an infinite one.
    square = problem.coefficients**2 / problem.variance[..., None]
    low, high = between(square, 1 / met)
    s, u = (d.ridge_filter(case.spectrum, p[..., 0]) for p in (first, second))
    student = alone(rg, problem, s * u)
    scale = problem.signal + problem.variance[..., None]
    parts = [at_most(low, high, low + high, sharp=True)]
    for inverse in (low, high):
        ratio = case.spectrum * inverse[..., None]
        share = ratio / (1 + ratio)
        parts.append(at_most(alone(rg, problem, share), student, scale, sharp=True))
    return parts


no_ridge_student_pays.twin("if β*² is λ^0.01", tilt=0.01)
no_ridge_student_pays.twin("if β*² is λ", tilt=1.0)

# --- KD-37: gradient flow


@claim("KD-37", kind="inequality", domain=source_conditions)
def no_student_pays_on_rough_targets(rg, case, tilt=0.0):
    """If β*² does not increase with λ, best times do not either: no student pays.

    ln(1 + x)/x decreases. Where β*² increases between two eigenvalues by any factor,
    best times do, too, once the noise is large enough.
    """
    problem = case.problem(rg, tilt)
    best = rg.distillation.direction_stopping_times(problem)
    weaker = case.spectrum[..., None, :] <= case.spectrum[..., None]
    earlier = namespace(best).where(weaker, best[..., None, :], best[..., None])
    earliest = earlier.min(axis=-1)
    return at_most(best, earliest, best + earliest, sharp=True)


no_student_pays_on_rough_targets.twin("if β*² is λ^0.01", tilt=0.01)

"""Teacher and student by matrices: designs, gradient descent and risks without filters.

Nothing here uses a filter or an eigenvector: estimates are matrices that act on labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import Instance, namespace
from refgen.domains import integer, matrix, real, record, spectrum, vector

MOST_STEPS = 12


@dataclass(frozen=True, repr=False)
class Retrained(Instance):
    """A design X = U √(nΛ) Vᵀ, a target and noise, and steps of gradient descent.

    Attributes
    ----------
    left : array of shape (..., n, n)
        U.
    right : array of shape (..., d, d)
        V.
    eigenvalues : array of shape (..., d)
        Those beyond n are not used: there X is 0.
    coefficients : array of shape (..., d)
        β* in the columns of V.
    noise, relative_step : arrays of shape (...)
    teacher_steps, student_steps : integer arrays of shape (...)
    """

    left: Any
    right: Any
    eigenvalues: Any
    coefficients: Any
    noise: Any
    relative_step: Any
    teacher_steps: Any
    student_steps: Any

    @property
    def n_samples(self) -> int:
        return self.left.shape[-1]

    @property
    def spectrum(self) -> Any:
        """Λ, 0 in directions that no row has."""
        xp, d = namespace(self.eigenvalues), self.eigenvalues.shape[-1]
        return xp.where(xp.arange(d) < self.n_samples, self.eigenvalues, 0.0)

    @property
    def points(self) -> Any:
        """X, (..., n, d)."""
        k = min(self.n_samples, self.right.shape[-1])
        roots = namespace(self.left).sqrt(self.n_samples * self.spectrum[..., :k])
        columns = self.left[..., :k] * roots[..., None, :]
        return columns @ self.right[..., :k].swapaxes(-1, -2)

    @property
    def target(self) -> Any:
        """β* in the coordinates of the columns of X, (..., d)."""
        return (self.right @ self.coefficients[..., None])[..., 0]

    @property
    def step_size(self) -> Any:
        return self.relative_step / (self.spectrum.max(axis=-1) + (self.largest == 0))

    @property
    def largest(self) -> Any:
        return self.spectrum.max(axis=-1)

    def problem(self, rg: Any, counted: float = 1.0) -> Any:
        """The same in eigendirections; `counted` multiplies σ²."""
        noise = self.noise * counted**0.5
        return rg.distillation.SpectralProblem(
            self.spectrum, self.coefficients, noise, self.n_samples
        )

    def filters(self, rg: Any) -> tuple[Any, Any]:
        """Those of teacher and student, by the formula."""
        descent = rg.distillation.gradient_descent_filter
        return tuple(
            descent(self.spectrum, steps, self.step_size)
            for steps in (self.teacher_steps, self.student_steps)
        )


def descended(points: Any, step_size: Any, n_steps: Any) -> Any:
    """The matrix A with β̂ = A y after steps of gradient descent from 0, (..., d, n)."""
    xp, n = namespace(points), points.shape[-2]
    to_labels = points.swapaxes(-1, -2) / n
    gram, step = to_labels @ points, step_size[..., None, None]
    found = xp.zeros(to_labels.shape)
    for done in range(MOST_STEPS):
        moved = found + step * (to_labels - gram @ found)
        found = xp.where(n_steps[..., None, None] > done, moved, found)
    return found


def risk_of_matrix(case: Retrained, estimate: Any, root: Any) -> Any:
    """E ‖R(β̂ − β*)‖² for β̂ = A y, of bias and of noise, with Σ = RᵀR."""
    missing = case.target - (estimate @ (case.points @ case.target[..., None]))[..., 0]
    bias = ((root @ missing[..., None])[..., 0] ** 2).sum(axis=-1)
    return bias + case.noise**2 * ((root @ estimate) ** 2).sum(axis=(-1, -2))


def in_sample_root(case: Retrained) -> Any:
    """The R of XᵀX/n."""
    return case.points / case.n_samples**0.5


retrained = record(
    Retrained,
    "designs of up to 6 rows and 5 columns, null directions too, up to 12 steps",
    n=integer(1, 6),
    d=integer(1, 5),
    left=matrix("n", "n", kind="orthogonal"),
    right=matrix("d", "d", kind="orthogonal"),
    eigenvalues=spectrum("d", smallest=0.1, largest=10.0),
    coefficients=vector("d"),
    noise=real(0.1, 2.0, log=True),
    relative_step=real(0.05, 0.9),
    teacher_steps=integer(0, MOST_STEPS),
    student_steps=integer(0, MOST_STEPS),
)

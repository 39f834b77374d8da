"""Models of label noise as explicit matrices, and with times that matter to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.distillation import LabelNoiseModel, noise_fitting_time
from refgen.domains import choice, first_wrong, integer, not_a, real, record
from refgen.kernels import kernel

_eigh = kernel("factors", "eigh")

# Relative distances from the time at which a teacher is undecided on flipped labels.
_TIED = 1e-6

# Of κT_fit, where teachers' times are multiples of T_fit.
_EARLIEST = 0.01

# --- Designs


@dataclass(frozen=True, repr=False)
class NoisyDesign(Instance):
    """Points with true labels, of which some are flipped, and times of training.

    Attributes
    ----------
    labels : array of shape (..., n)
        True labels, 1 or −1.
    flipped : array of shape (..., n)
        1 where the training label is the other one, else 0.
    shared, private, teacher_time, student_time, test_noise : arrays of shape (...)
    """

    labels: Any
    flipped: Any
    shared: Any
    private: Any
    teacher_time: Any
    student_time: Any
    test_noise: Any

    @property
    def model(self) -> LabelNoiseModel:
        n_flipped = self.flipped.sum(axis=-1)
        n_clean = self.labels.shape[-1] - n_flipped
        return LabelNoiseModel(n_clean, n_flipped, self.shared, self.private)

    @property
    def training_labels(self) -> Any:
        return self.labels * (1 - 2 * self.flipped)

    @property
    def condition(self) -> Any:
        """λ₁/κ, which multiplies the rounding of eigenvectors."""
        return 1 + self.labels.shape[-1] * self.shared / self.private

    def trained(self, *times: Any) -> tuple[Any, Any]:
        """Scores and dual coefficients after training in turn, by the matrix XXᵀ."""
        xp, y = namespace(self.shared), self.labels
        matrix = self.shared[..., None, None] * y[..., :, None] * y[..., None, :]
        own = self.private[..., None, None] * xp.eye(y.shape[-1])
        values, vectors = _eigh(matrix + own)
        along = (vectors * self.training_labels[..., :, None]).sum(axis=-2)
        for time in times:
            along = along * (1 - xp.exp(-values * time[..., None]))
        parts = (vectors * w[..., None, :] for w in (along, along / values))
        scores, duals = (part.sum(axis=-1) for part in parts)
        return scores, duals

    def fresh_score(self, duals: Any) -> Any:
        """The mean score over its deviation at a fresh point, by the coefficients."""
        xp, size = namespace(duals), self.private[..., None] ** 0.5
        top = self.shared * (self.labels * duals).sum(axis=-1)
        norm = xp.sqrt(((size * duals) ** 2).sum(axis=-1))
        return top / (self.test_noise * norm)


def _noisy_design(
    labels: Any, share: Any, shared: Any, private: Any,
    teacher: Any, student: Any, test_noise: Any,
) -> NoisyDesign:  # fmt: skip
    """Some labels are flipped, fewer than half; no teacher is undecided on these."""
    xp, n = namespace(labels), labels.shape[-1]
    most = (n - 1) // 2
    n_flipped = xp.minimum(1 + xp.floor(share * most), most)
    flipped = 1.0 * (xp.arange(n) < n_flipped[..., None])
    a0, top = 1 - 2 * n_flipped / n, shared * n + private
    time = teacher / private
    learned, own = -xp.expm1(-top * time) * a0, -xp.expm1(-teacher) * (1 + a0)
    time = xp.where(abs(learned - own) < _TIED * learned, 1.1 * time, time)
    parts = shared, private, time, student / private, test_noise
    return NoisyDesign(1.0 * labels, flipped, *parts)


def not_a_noisy_design(case: Any) -> str | None:
    """Why these are no points with labels, of which fewer than half are flipped."""
    reason = not_a(NoisyDesign, case)
    if reason:
        return reason
    y, flipped = np.asarray(case.labels), np.asarray(case.flipped)
    if y.ndim != 1 or y.shape != flipped.shape:
        return f"labels and flipped must be rows of one length, got {y.shape}"
    if not 0 < 2 * flipped.sum() < len(y):
        return "flipped must mark at least one label, and fewer than half of them"
    given = [case.shared, case.private, case.teacher_time, case.student_time]
    numbers = np.array([*given, case.test_noise], float)
    return (
        first_wrong(~np.isin(y, (-1, 1)), y, "labels must be 1 or −1")
        or first_wrong(~np.isin(flipped, (0, 1)), flipped, "flipped must be 0 or 1")
        or first_wrong(~(numbers > 0), numbers, "all numbers must be positive")
    )


def _example(n: int, n_flipped: int, *numbers: float) -> NoisyDesign:
    labels, place = np.ones(n), np.arange(n)
    labels[1::2] = -1.0
    return NoisyDesign(labels, 1.0 * (place < n_flipped), *map(np.array, numbers))


noisy_designs = record(
    _noisy_design,
    "3 to 8 points, fewer than half of the labels flipped, μ² and κ in [0.05, 5]",
    n=integer(3, 8),
    labels=choice(-1, 1, shape=("n",)),
    share=real(0, 1),
    shared=real(0.05, 5, log=True),
    private=real(0.05, 5, log=True),
    teacher=real(0.05, 8, log=True),
    student=real(0.02, 8, log=True),
    test_noise=real(0.2, 4, log=True),
    outside=not_a_noisy_design,
    examples=lambda: [
        _example(60, 9, 1.21, 0.8, 3.0, 1.0, 0.35),
        _example(60, 9, 1.21, 0.8, 2.0, 2.5, 0.35),
        _example(60, 9, 1.21, 0.8, 6.0, 0.4, 0.35),
        _example(60, 9, 1.21, 0.8, 0.3, 2.0, 0.35),  # does not fit flipped labels
        _example(3, 1, 0.05, 0.63, 12.7, 9.4, 0.2),  # scores that are nearly equal
    ],
)

# --- Models


@dataclass(frozen=True, repr=False)
class NoisyTraining(Instance):
    """A model of label noise, and times of a teacher and its student.

    Attributes
    ----------
    model : LabelNoiseModel
    teacher_time, student_time, test_noise : arrays of shape (...)
    """

    model: LabelNoiseModel
    teacher_time: Any
    student_time: Any
    test_noise: Any


def _noisy_training(
    n_flipped: Any, surplus: Any, shared: Any, private: Any,
    teacher: Any, student: Any, test_noise: Any,
) -> NoisyTraining:  # fmt: skip
    """Teachers' times are multiples of that from which flipped labels are fitted.

    Where that is near 0, it takes more digits than there are to tell times from it.
    """
    model = LabelNoiseModel(n_flipped + surplus, n_flipped, shared, private)
    fitted, xp = noise_fitting_time(model), namespace(shared)
    unit = xp.where(fitted * private > _EARLIEST, fitted, 1 / private)
    return NoisyTraining(model, unit * teacher, student / private, test_noise)


def not_a_noisy_training(case: Any) -> str | None:
    """Why there is no model with positive times and a positive noise."""
    reason = not_a(NoisyTraining, case)
    if reason:
        return reason
    given = [case.teacher_time, case.student_time, case.test_noise]
    numbers = np.array(given, float)
    return first_wrong(~(numbers > 0), numbers, "all numbers must be positive")


def example(teacher: float, student: float, test_noise: float = 0.35) -> NoisyTraining:
    """Nine of 60 labels flipped, μ = 1.1, κ = 0.8."""
    model = LabelNoiseModel(51, 9, 1.21, 0.8)
    return NoisyTraining(model, *map(np.array, (teacher, student, test_noise)))


# Where it exists, the time from which flipped labels are fitted is never met exactly.
noisy_trainings = record(
    _noisy_training,
    "1 to 20 flipped labels and more right ones, μ² and κ in [0.05, 5]",
    n_flipped=integer(1, 20),
    surplus=integer(1, 60),
    shared=real(0.05, 5, log=True),
    private=real(0.05, 5, log=True),
    teacher=real(0.35, 6.1, log=True),
    student=real(0.01, 5, log=True),
    test_noise=real(0.2, 4, log=True),
    outside=not_a_noisy_training,
    examples=lambda: [
        example(2.0, 2.5),
        example(0.98 * 0.66328531, 1.0),  # just before flipped labels are fitted
        example(1.02 * 0.66328531, 1.0),
        example(0.13, 0.13),
    ],
)

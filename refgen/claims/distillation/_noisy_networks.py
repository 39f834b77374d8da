"""Linear networks that learn labels of which some are flipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._noisy_logistic import LogisticCase
from refgen.distillation import LabelNoiseModel, gradient_descent_filter
from refgen.domains import first_wrong, integer, not_a, real, record

# Relative distance from a tie, where a teacher is undecided on flipped labels.
_TIED = 1e-4

_PLACES = 6

# --- Only the output layer is trained, on squared loss


@dataclass(frozen=True, repr=False)
class NoisySteps(Instance):
    """A model of label noise, and steps of gradient descent of teacher and student.

    Attributes
    ----------
    model : LabelNoiseModel
    relative_step : array of shape (...)
        In units of 1/λ₁, for the sum of squared losses.
    teacher_steps, student_steps : integer arrays of shape (...)
    """

    model: LabelNoiseModel
    relative_step: Any
    teacher_steps: Any
    student_steps: Any

    @property
    def step_size(self) -> Any:
        return self.relative_step / self.model.spectrum[..., 0]


def _noisy_steps(
    n_flipped: Any, surplus: Any, shared: Any, private: Any,
    relative_step: Any, teacher: Any, student_steps: Any,
) -> NoisySteps:  # fmt: skip
    """No teacher has learned all, or is undecided on flipped labels."""
    model = LabelNoiseModel(n_flipped + surplus, n_flipped, shared, private)
    xp, a0 = namespace(shared), model.label_correlation
    size = relative_step / model.spectrum[..., 0]
    teacher_steps = xp.ceil(teacher / -xp.log1p(-size * private))
    learned = gradient_descent_filter(model.spectrum, teacher_steps, size)
    top, own = learned[..., 0] * a0, learned[..., 1] * (1 + a0)
    tied = abs(top - own) < _TIED * top
    private = xp.where(tied, 1.1 * private, private)
    model = LabelNoiseModel(n_flipped + surplus, n_flipped, shared, private)
    return NoisySteps(model, relative_step, teacher_steps, student_steps)


def not_noisy_steps(case: Any) -> str | None:
    """Why there is no model with steps that are neither too long nor none."""
    reason = not_a(NoisySteps, case)
    if reason:
        return reason
    step = np.asarray(case.relative_step, float)
    steps = np.array([case.teacher_steps, case.student_steps], float)
    return first_wrong(
        ~((step > 0) & (step < 1)), step, "relative_step must be in (0, 1)"
    ) or first_wrong(~(steps >= 1), steps, "numbers of steps must be at least 1")


def _steps(n: tuple[int, int], *numbers: float) -> NoisySteps:
    model = LabelNoiseModel(*n, *numbers[:2])
    return NoisySteps(model, *map(np.array, numbers[2:]))


# Private features are not so small that their weights take thousands of steps.
noisy_steps = record(
    _noisy_steps,
    "3 to 6 points, μ² and κ in [0.2, 2], ηλ₁ in [0.05, 0.95]",
    n_flipped=integer(1, 2),
    surplus=integer(1, 2),
    shared=real(0.2, 2, log=True),
    private=real(0.2, 2, log=True),
    relative_step=real(0.05, 0.95),
    teacher=real(0.02, 6.0),
    student_steps=integer(1, 80),
    outside=not_noisy_steps,
    examples=lambda: [
        _steps((4, 2), 0.5, 1.0, 0.5, 8, 4),
        _steps((4, 2), 0.5, 1.0, 0.5, 2, 4),
        _steps((4, 2), 2.0, 1.0, 0.5, 2, 100),  # does not fit flipped labels
        _steps((17, 3), 1.21, 0.8, 0.9, 90, 10),
    ],
)


def _n_places(model: LabelNoiseModel) -> int:
    """For points; the same for all models of a domain, whatever they stand with."""
    return max(_PLACES, int(model.n_samples.max()))


def points_of(model: LabelNoiseModel) -> tuple[Any, Any]:
    """X of points whose true label is 1, flipped ones first, and their labels.

    Models may have fewer points than there are places: see `there`.
    """
    xp, n = namespace(model.shared), _n_places(model)
    size = model.shared.shape
    top = xp.sqrt(model.shared)[..., None, None] + xp.zeros((*size, n, 1))
    own = xp.sqrt(model.private)[..., None, None] * xp.eye(n)
    labels = xp.where(xp.arange(n) < model.n_flipped[..., None], -1.0, 1.0)
    return xp.concatenate([top, own], axis=-1), labels


def rows_of(model: LabelNoiseModel) -> list[list[int]]:
    """Which rows of the points of a batch, one after another, are there."""
    n = _n_places(model)
    counts = [int(count) for count in model.n_samples]
    return [list(range(b * n, b * n + counts[b])) for b in range(len(counts))]


def there(model: LabelNoiseModel) -> Any:
    """1 for points that a model has, 0 for others."""
    xp = namespace(model.shared)
    return 1.0 * (xp.arange(_n_places(model)) < model.n_samples[..., None])


def readout_scores(
    rg: Any, model: LabelNoiseModel, targets: Any, n_steps: Any, step_size: Any
) -> Any:
    """Scores f(x) = V⊤x after steps on Σ (f − target)²/2, (batch, n)."""
    points, _ = points_of(model)
    xp, (size, n, d) = namespace(points), points.shape
    axes = xp.broadcast_to(xp.eye(d), (size, d, d))
    first = rg.networks.TwoLayerNetworks(
        axes,
        xp.zeros((size, d)),
        xp.zeros((size, d, 1)),
        xp.zeros((size, 1)),
        rg.networks.Architecture("linear"),
    )
    ensemble = rg.networks.train(
        points.reshape(-1, d),
        targets.reshape(-1),
        rg.random.Stream(0),
        n_members=size,
        initial=first,
        loss="squared",
        bias=False,
        train_hidden=False,
        shuffle=False,
        batch_size=n,
        n_epochs=n_steps,
        step_size=step_size * model.n_samples,  # of the mean
        rows=rows_of(model),
    )
    return there(model) * ensemble.outputs(points)[..., 0]


# --- Both layers are trained, on logistic loss


def network_margins(
    rg: Any, case: LogisticCase, chances: Any, time: Any, n_steps: int, scale: float
) -> Any:
    """Margins (batch, n) of f(x) = αV⊤U⊤x after steps of both layers.

    `chances` are targets: those of the training label of each point. At first U is
    (I, I) and V is (1, …, 1, −1, …, −1)/√d, so that f is 0 and the tangent kernel is
    4α² times that of a linear model: times are divided by that.
    """
    model = case.model
    points, labels = points_of(model)
    xp, (size, n, d) = namespace(points), points.shape
    axes = xp.concatenate([xp.eye(d)] * 2, axis=1)
    signs = xp.concatenate([xp.ones((d, 1)), -xp.ones((d, 1))]) / d**0.5
    first = rg.networks.TwoLayerNetworks(
        xp.broadcast_to(axes, (size, d, 2 * d)),
        xp.zeros((size, 2 * d)),
        xp.broadcast_to(signs, (size, 2 * d, 1)),
        xp.zeros((size, 1)),
        rg.networks.Architecture("linear", 1.0, scale),
    )
    targets = xp.where(labels < 0, 1 - chances, chances)
    ensemble = rg.networks.train(
        points.reshape(-1, d),
        targets.reshape(-1, 1),
        rg.random.Stream(0),
        n_members=size,
        initial=first,
        loss="logistic",
        bias=False,
        shuffle=False,
        batch_size=n,
        n_epochs=n_steps,
        step_size=time / n_steps * model.n_samples / (4 * scale**2),
        rows=rows_of(model),
    )
    return there(model) * labels * ensemble.outputs(points)[..., 0]

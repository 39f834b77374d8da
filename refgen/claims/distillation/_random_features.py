"""Networks whose output layer is trained only, and a student of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import (
    choice,
    first_wrong,
    integer,
    matrix,
    not_a,
    real,
    record,
    vector,
)
from refgen.kernels import kernel

_eigh = kernel("factors", "eigh")

# Numbers of steps that a teacher may have been stopped at.
MOST_STEPS = 16


@dataclass(frozen=True, repr=False)
class RandomFeatures(Instance):
    """Points, ReLU neurons, and labels with as much of each eigendirection.

    Attributes
    ----------
    points : array of shape (..., n, d)
    weights, biases : arrays of shape (..., d, h) and (..., h)
        Of the neurons.
    signs : array of shape (..., n)
        Coordinates of the labels in eigenvectors of ΦΦᵀ/n, 1 or −1.
    relative_step : array of shape (...)
        In units of the inverse of the largest eigenvalue.
    teacher_steps, student_steps : integer arrays of shape (...)
    """

    points: Any
    weights: Any
    biases: Any
    signs: Any
    relative_step: Any
    teacher_steps: Any
    student_steps: Any

    @property
    def directions(self) -> tuple[Any, Any]:
        """Eigenvalues and eigenvectors of ΦΦᵀ/n, for what neurons say of points, Φ."""
        xp, n = namespace(self.points), self.points.shape[-2]
        inputs = self.points @ self.weights + self.biases[..., None, :]
        features = xp.maximum(inputs, 0.0)
        values, vectors = _eigh(features @ features.swapaxes(-1, -2) / n)
        return xp.maximum(values, 0.0), vectors

    def step_size(self, values: Any) -> Any:
        largest = values.max(axis=-1)
        return self.relative_step / (largest + (largest == 0))

    def trained(self, rg: Any, targets: Any, n_steps: Any, step_size: Any) -> Any:
        """Scores of networks, (batch, k, n), after numbers of steps, (batch, k).

        Targets are (batch, n). All k networks of an instance start with outputs of 0.
        """
        xp, (size, n, d) = namespace(self.points), self.points.shape
        k, h = n_steps.shape[-1], self.biases.shape[-1]
        repeated = [xp.repeat(part, k, axis=0) for part in (self.weights, self.biases)]
        nothing = xp.zeros((size * k, h, 1)), xp.zeros((size * k, 1))
        ensemble = rg.networks.train(
            self.points.reshape(-1, d),
            targets.reshape(-1),
            rg.random.Stream(0),
            n_members=size * k,
            initial=rg.networks.TwoLayerNetworks(*repeated, *nothing),
            loss="squared",
            bias=False,
            train_hidden=False,
            shuffle=False,
            batch_size=n,
            n_epochs=n_steps.reshape(-1),
            step_size=xp.repeat(step_size, k),
            rows=xp.repeat(xp.arange(size * n).reshape(size, n), k, axis=0),
        )
        outputs = ensemble.outputs(xp.repeat(self.points, k, axis=0))
        return outputs.reshape(size, k, n)


def along(vectors: Any, scores: Any) -> Any:
    """Coordinates in eigenvectors, (batch, k, n)."""
    return scores @ vectors


def labels_of(case: RandomFeatures, vectors: Any) -> Any:
    return (vectors @ case.signs[..., None])[..., 0]


def not_random_features(case: Any) -> str | None:
    """Why these are no networks with labels and numbers of steps."""
    reason = not_a(RandomFeatures, case)
    if reason:
        return reason
    signs, steps = (
        np.asarray(part)
        for part in (case.signs, [case.teacher_steps, case.student_steps])
    )
    if np.shape(case.points)[-2] != signs.shape[-1]:
        return f"there are {np.shape(case.points)[-2]} points and {signs.size} signs"
    return first_wrong(~np.isin(signs, (-1, 1)), signs, "signs must be 1 or −1") or (
        first_wrong(steps < 1, steps, "numbers of steps must be at least 1")
    )


def _example(n_steps: tuple[int, int], relative_step: float) -> RandomFeatures:
    """|x| in two neurons, and two that see one half of four points."""
    points = np.array([[-1.5], [-0.5], [0.75], [1.0]])
    weights, biases = np.array([[1.0, -1.0, 0.5]]), np.array([0.0, 0.0, 0.25])
    signs, numbers = np.array([1, -1, -1, 1]), map(np.array, (relative_step, *n_steps))
    return RandomFeatures(points, weights, biases, signs, *numbers)


random_features = record(
    RandomFeatures,
    "2 to 6 points in up to 3 dimensions, 1 to 6 ReLU neurons, ηλ₁ in [0.05, 1.9]",
    n=integer(2, 6),
    d=integer(1, 3),
    h=integer(1, 6),
    points=real(-1.5, 1.5, shape=("n", "d")),
    weights=matrix("d", "h"),
    biases=vector("h"),
    signs=choice(-1, 1, shape=("n",)),
    relative_step=real(0.05, 1.9),
    teacher_steps=integer(1, MOST_STEPS),
    student_steps=integer(1, MOST_STEPS),
    outside=not_random_features,
    examples=lambda: [_example((3, 5), 0.5), _example((12, 2), 1.9)],
)

short_steps = random_features.but(
    "these networks with ηλ₁ in [0.05, 0.95]",
    lambda: [_example((3, 8), 0.9), _example((8, 8), 0.5)],
    relative_step=real(0.05, 0.95),
    outside=not_random_features,
)

long_steps = random_features.but(
    "these networks with ηλ₁ = 1.6",
    lambda: [_example((1, 2), 1.6)],
    relative_step=real(1.6, 1.6),
    outside=not_random_features,
)

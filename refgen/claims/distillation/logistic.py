"""KD-15: on soft labels logistic regression ends at a projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import PHUONG_LAMPERT
from refgen.domains import first_wrong, integer, matrix, not_a, real, record, vector

# --- KD-15: soft labels


@dataclass(frozen=True, repr=False)
class LinearTeacher(Instance):
    """Inputs, and the coefficients of a linear teacher.

    Attributes
    ----------
    inputs : array of shape (..., n, p)
    coefficients : array of shape (..., p)
    """

    inputs: Any
    coefficients: Any


# Singular values of the inputs, and the largest length of w.
_LEAST, _MOST, _LENGTH = 0.7, 1.4, 1.0


def _teacher(
    left: Any, scales: Any, right: Any, direction: Any, length: Any
) -> LinearTeacher:
    """Inputs of the given singular values."""
    n = scales.shape[-1]
    inputs = (left * scales[..., None, :]) @ right[..., :n, :]
    return LinearTeacher(inputs, length[..., None] * direction)


def not_a_teacher(case: Any) -> str | None:
    """Why there are no independent inputs of even size with a short w."""
    reason = not_a(LinearTeacher, case)
    if reason:
        return reason
    x, w = np.asarray(case.inputs, float), np.asarray(case.coefficients, float)
    if x.ndim != 2 or w.shape != x.shape[1:] or len(x) > len(w):
        return f"inputs must have the axes (n, p) with n ≤ p, got shape {x.shape}"
    if not (np.isfinite(x).all() and np.isfinite(w).all()):
        return "inputs and coefficients must be finite"
    values, length = np.linalg.svd(x, compute_uv=False), np.sqrt((w**2).sum())
    low, high = _LEAST * (1 - 1e-9), _MOST * (1 + 1e-9)
    inside = (values >= low) & (values <= high)
    return first_wrong(
        ~inside, values, f"singular values must lie in [{_LEAST}, {_MOST}]"
    ) or first_wrong(
        length > _LENGTH * (1 + 1e-9), length, f"‖w‖ must be at most {_LENGTH}"
    )


def _example(inputs: list[list[float]], coefficients: list[float]) -> LinearTeacher:
    return LinearTeacher(np.array(inputs), np.array(coefficients))


linear_teachers = record(
    _teacher,
    "up to 3 independent inputs in up to 5 dimensions, singular values in [0.7, 1.4]",
    n=integer(1, 3),
    p=integer(3, 5),
    left=matrix("n", "n", kind="orthogonal"),
    right=matrix("p", "p", kind="orthogonal"),
    scales=real(_LEAST, _MOST, shape=("n",)),
    direction=vector("p", norm=1),
    length=real(0.1, _LENGTH),
    outside=not_a_teacher,
    examples=lambda: [
        _example([[1.0, 0.0, 0.0]], [0.6, 0.8, 0.0]),
        _example([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0]], [0.0, 0.6, 0.8]),
    ],
)


def _sigmoid(margins: Any) -> Any:
    return 1 / (1 + namespace(margins).exp(-margins))


def hard(margins: Any) -> Any:
    """Hard labels of 0 and 1."""
    return namespace(margins).where(margins > 0, 1.0, 0.0)


STEPS = (16, 64, 256)
STEP_SIZE = 4 / _MOST**2


def trained(inputs: Any, labels: Any) -> Any:
    """Coefficients after each of the numbers of steps, (batch, p, steps)."""
    xp, found = namespace(inputs), []
    student = xp.zeros((len(inputs), inputs.shape[-1]))
    for step in range(STEPS[-1]):
        if step in STEPS:
            found.append(student)
        wrong = labels - _sigmoid((inputs @ student[..., None])[..., 0])
        student = student + STEP_SIZE * (wrong[:, None, :] @ inputs)[:, 0]
    return xp.stack([*found, student], axis=-1)


def _shrinking(length: Any) -> Any:
    """‖w‖ qᵗ, as the slope of σ is at least that at the largest possible margin."""
    far = 2 * _MOST * _LENGTH
    slope = 1 / (2 + 2 * np.cosh(far))
    factor = 1 - STEP_SIZE * slope * _LEAST**2
    return lambda sizes: length[:, None, None] * factor**sizes


@claim(
    "KD-15",
    kind="limit",
    domain=linear_teachers,
    source=PHUONG_LAMPERT.recalled("students of soft labels reach the projection"),
    cost=1000,
)
def soft_labels(rg, teacher, labels=_sigmoid, share=1.0, projected=True):
    """On soft labels σ(⟨w, xᵢ⟩) gradient descent from 0 goes to w projected on the xᵢ.

    Steps of size η ≤ 4/λ_max(XᵀX) bring it nearer by a factor of at least
    1 − η λ_min(XXᵀ) σ'(2 ‖w‖ max‖xᵢ‖).
    """
    x, w = teacher.inputs, teacher.coefficients
    limit = rg.distillation.logistic_limit(x, w) if projected else w
    length = namespace(w).sqrt((w**2).sum(axis=-1))
    student = trained(x, labels((x @ w[..., None])[..., 0]))
    scale = length[:, None, None]
    return tends_to(student, share * limit[..., None], _shrinking(length), STEPS, scale)


soft_labels.twin("to 1.03 times that", share=1.03)
soft_labels.twin("to w itself", projected=False)
soft_labels.twin("on hard labels too", labels=hard)

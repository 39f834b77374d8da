"""KD-4 and KD-4s: gradient descent, in whole steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.domains import integer, real, record, spectrum

# --- KD-4: gradient descent


@dataclass(frozen=True, repr=False)
class Descent(Instance):
    """Gradient descent with stable steps.

    Attributes
    ----------
    spectrum : array of shape (..., n_directions)
    n_steps, relative_step : array of shape (...)
        The step in units of the inverse of the largest eigenvalue.
    """

    spectrum: Any
    n_steps: Any
    relative_step: Any

    @property
    def step_size(self) -> Any:
        return self.relative_step / self.spectrum.max(axis=-1)


def _descent(spectrum: list[float], n_steps: int, relative_step: float) -> Descent:
    return Descent(np.array(spectrum), np.array(n_steps), np.array(relative_step))


descents = record(
    Descent,
    "up to 6 eigenvalues of condition up to 100, up to 40 steps, ηλ ≤ 1.9",
    d=integer(1, 6),
    spectrum=spectrum("d", smallest=0.1, largest=10.0, singular=False),
    n_steps=integer(0, 40),
    relative_step=real(0.05, 1.9),
    examples=lambda: [
        _descent([2.0, 1.0], 3, 0.5),
        _descent([2.0, 1.0], 0, 1.0),
        _descent([2.0, 1.0], 5, 1.0),
        _descent([2.0, 1.0, 0.1], 7, 1.9),
    ],
)


@claim("KD-4", kind="identity", domain=descents, cost=8)
def discrete_descent(rg, descent, missing=0, longer=1.0):
    """m steps of gradient descent of size η learn the share 1 − (1 − ηλ)^m."""
    xp = namespace(descent.spectrum)
    step = descent.step_size[..., None] * descent.spectrum
    learned = xp.zeros(step.shape)
    for done in range(40):
        moved = learned + step * (1 - learned)
        learned = xp.where(descent.n_steps[..., None] > done + missing, moved, learned)
    share = rg.distillation.gradient_descent_filter(
        descent.spectrum, descent.n_steps, longer * descent.step_size
    )
    # A step of more than 1/λ multiplies the rounding of what is missing by up to 1.
    return equal(share, learned, 2)


discrete_descent.twin("steps that are 3 % longer", longer=1.03)
discrete_descent.twin("a step fewer", missing=1)


@discrete_descent.twin_function("the filter of gradient flow at time ηm")
def _(rg, descent):
    flow = rg.distillation.gradient_flow_filter(
        descent.spectrum, descent.n_steps * descent.step_size
    )
    found = descent.spectrum, descent.n_steps, descent.step_size
    return equal(rg.distillation.gradient_descent_filter(*found), flow)


# --- KD-4s


@dataclass(frozen=True, repr=False)
class DescendingPair(Instance):
    """Gradient descent of teacher and student along two directions. Shapes (...).

    Attributes
    ----------
    step : array
        ηλ₁.
    ratio : array
        λ₂/λ₁.
    teacher, student : arrays
        Numbers of steps.
    """

    step: Any
    ratio: Any
    teacher: Any
    student: Any

    @property
    def spectrum(self) -> Any:
        """ηλ₁ and ηλ₂: eigenvalues for steps of size 1."""
        return namespace(self.step).stack([self.step, self.ratio * self.step], axis=-1)


def _descending(*numbers: float) -> DescendingPair:
    return DescendingPair(*map(np.array, numbers))


descending_pairs = record(
    DescendingPair,
    "ηλ₁ from .02 to .95, λ₂/λ₁ from .05 to .97, up to 40 steps of each",
    step=real(0.02, 0.95),
    ratio=real(0.05, 0.97),
    teacher=integer(1, 40),
    student=integer(1, 40),
    examples=lambda: [
        _descending(0.5, 0.5, 3, 5),
        _descending(0.95, 0.97, 40, 40),
        _descending(0.02, 0.97, 1, 1),
        _descending(0.5, 0.97, 40, 1),
        _descending(0.05, 0.97, 36, 5),
    ],
)
overshooting_pairs = descending_pairs.but(
    "the same with ηλ₁ = 1.6",
    examples=lambda: [_descending(1.6, 0.9, 2, 3)],
    step=real(1.6, 1.6),
    teacher=integer(1, 6),
    student=integer(1, 6),
)
# Numbers of steps that a teacher may have been stopped at.
_STOPS = 40


def _learned(rg: Any, pairs: DescendingPair) -> tuple[Any, Any]:
    """What a student has, (batch, 2), and teachers at any step, (batch, 2, m)."""
    d, xp, spectrum = rg.distillation, namespace(pairs.step), pairs.spectrum
    descent = d.gradient_descent_filter
    each = [descent(spectrum, steps, 1.0) for steps in (pairs.teacher, pairs.student)]
    stops = xp.arange(1.0, _STOPS + 1)
    stopped = descent(spectrum[:, None, :], stops, 1.0).swapaxes(-1, -2)
    return d.distilled_filter(*each), stopped


@claim("KD-4s", kind="inequality", domain=descending_pairs, cost=32)
def descent_exaggerates(rg, pairs, slack=1.0):
    """Descent with ηλ₁ < 1: if a student has no more along λ₁, it has less along λ₂.

    Than a teacher stopped after any number of steps: no exact match is needed.
    """
    d, xp = rg.distillation, namespace(pairs.step)
    rates = d.gradient_descent_rates(pairs.spectrum, 1.0)
    times = d.equivalent_time(rates, pairs.teacher, pairs.student)
    lost = d.lost_time(
        rates,
        xp.maximum(pairs.teacher, pairs.student),
        xp.minimum(pairs.teacher, pairs.student),
    )
    both, stopped = _learned(rg, pairs)
    stops = xp.arange(1.0, _STOPS + 1)
    # Filters that are saturated along λ₁ tell no numbers of steps apart; times do.
    has_no_more = stops >= slack * times[:, :1]
    student = xp.where(has_no_more, both[:, 1:], 0.0)
    return (
        equal(d.gradient_flow_filter(rates[..., None], times)[..., 0], both),
        at_most(student, stopped[:, 1], sharp=True),
        exceeds(lost[:, 1], lost[:, 0], lost[:, 1]),
    )


descent_exaggerates.twin("if it needs 3 % more steps along λ₁", slack=0.97)


@descent_exaggerates.twin_function("with ηλ₁ = 1.6, too", domain=overshooting_pairs)
def _(rg, pairs):
    both, stopped = _learned(rg, pairs)
    has_no_more = both[:, :1] <= stopped[:, 0]
    student = namespace(both).where(has_no_more, both[:, 1:], 0.0)
    return at_most(student, stopped[:, 1])

"""KD-4: what training does to each eigendirection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.domains import integer, real, record, spectrum


@dataclass(frozen=True, repr=False)
class Descent(Instance):
    """Gradient descent with steps of size 1/λ at most, for the largest eigenvalue.

    Attributes
    ----------
    spectrum : array of shape (..., n_directions)
    n_steps, relative_step : array of shape (...)
    """

    spectrum: Any
    n_steps: Any
    relative_step: Any

    @property
    def step_size(self) -> Any:
        return self.relative_step / self.spectrum.max(axis=-1)


descents = record(
    Descent,
    "up to 6 eigenvalues of condition up to 100, up to 40 steps, ηλ ≤ 0.9",
    d=integer(1, 6),
    spectrum=spectrum("d", smallest=0.1, largest=10.0, singular=False),
    n_steps=integer(0, 40),
    relative_step=real(0.05, 0.9),
    examples=lambda: [Descent(np.array([2.0, 1.0]), np.array(3.0), np.array(0.5))],
)


@claim("KD-4", kind="identity", domain=descents)
def discrete_descent(rg, descent, missing=0):
    """m steps of gradient descent of size η learn the share 1 − (1 − ηλ)^m."""
    xp = namespace(descent.spectrum)
    step = descent.step_size[..., None] * descent.spectrum
    learned = xp.zeros(step.shape)
    for done in range(40):
        moved = learned + step * (1 - learned)
        learned = xp.where(descent.n_steps[..., None] > done + missing, moved, learned)
    share = rg.distillation.gradient_descent_filter(
        descent.spectrum, descent.n_steps, descent.step_size
    )
    return equal(share, learned)


discrete_descent.twin("a step fewer", missing=1, reason="steps are whole")


@discrete_descent.twin_function("the filter of gradient flow at time ηm")
def _(rg, descent):
    flow = rg.distillation.gradient_flow_filter(
        descent.spectrum, descent.n_steps * descent.step_size
    )
    found = descent.spectrum, descent.n_steps, descent.step_size
    return equal(rg.distillation.gradient_descent_filter(*found), flow)


@claim("KD-5", kind="identity", domain=descents)
def ridge_share(rg, descent, share=1.0):
    """Ridge regression leaves the share λ/(λ + ρ): both sides of its equation agree."""
    penalty = descent.relative_step
    left = share * rg.distillation.ridge_filter(descent.spectrum, penalty)
    spectrum = descent.spectrum
    return equal(spectrum * (1 - left), penalty[..., None] * left, spectrum)


ridge_share.twin("0.97 of it", share=0.97)


@claim("KD-1", kind="identity", domain=descents)
def flow_share(rg, descent, share=1.0):
    """Gradient flow adds times: what is missing multiplies."""
    flow, time = rg.distillation.gradient_flow_filter, descent.relative_step
    once = flow(descent.spectrum, time)
    return equal(flow(descent.spectrum, 2 * time), once * (2 - share * once), 2)


flow_share.twin("0.97 of the product", share=0.97)

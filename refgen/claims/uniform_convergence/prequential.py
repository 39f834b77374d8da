"""UC-34 and UC-67: distance from the initialization, as a sum over the points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import integer, matrix, real, record, vector
from refgen.linalg import solve_positive

# Added to products of gradients, so that K is far from singular.
RIDGE = 0.5


@dataclass(frozen=True, repr=False)
class Interpolation(Instance):
    """Gradients at the points, the targets there, and the noise of these.

    Attributes
    ----------
    gradients : array of shape (..., m, p)
    targets : array of shape (..., m)
    noise : array of shape (...)
    """

    gradients: Any
    targets: Any
    noise: Any

    @property
    def kernel(self) -> Any:
        """K = JJᵀ + ½I: every point has a parameter of its own, besides the p."""
        m, gradients = self.targets.shape[-1], self.gradients
        own = RIDGE * namespace(gradients).eye(m)
        return gradients @ gradients.swapaxes(-1, -2) + own


interpolations = record(
    Interpolation,
    "up to 4 points, up to 3 parameters that they share and one of each point",
    m=integer(1, 4),
    p=integer(1, 3),
    gradients=matrix("m", "p"),
    targets=vector("m"),
    noise=real(0.1, 2.0),
    examples=lambda: [
        Interpolation(np.zeros((3, 1)), np.zeros(3), np.array(1.0)),
        Interpolation(np.ones((4, 1)), np.array([1.0, -1, 1, -1]), np.array(0.5)),
    ],
)


def _by_refitting(kernel: Any, targets: Any) -> tuple[Any, Any]:
    """Errors and variances, by a fit of the points before each."""
    errors, variances = [targets[..., 0]], [kernel[..., 0, 0]]
    for i in range(1, targets.shape[-1]):
        across = kernel[..., :i, i, None]
        weights = solve_positive(kernel[..., :i, :i], across)[..., 0]
        errors.append(targets[..., i] - (weights * targets[..., :i]).sum(axis=-1))
        explained = (weights * across[..., 0]).sum(axis=-1)
        variances.append(kernel[..., i, i] - explained)
    xp = namespace(kernel)
    return xp.stack(errors, axis=-1), xp.stack(variances, axis=-1)


def _at_once(kernel: Any, targets: Any) -> Any:
    """yᵀK⁻¹y of the first i points, for each i."""
    found = []
    for i in range(1, targets.shape[-1] + 1):
        y = targets[..., :i]
        weights = solve_positive(kernel[..., :i, :i], y[..., None])[..., 0]
        found.append((weights * y).sum(axis=-1))
    return namespace(kernel).stack(found, axis=-1)


def _rounding_scale(kernel: Any, targets: Any) -> Any:
    """Of yᵀK⁻¹y: ‖y‖²/½ times the condition number, at most tr K/½."""
    trace = namespace(kernel).einsum("...ii->...", kernel)
    return (1e-300 + (targets**2).sum(axis=-1)) / RIDGE * (1 + trace / RIDGE)


@claim("UC-34", kind="identity", domain=interpolations)
def distance_is_prequential(rg, case, counted=1.0):
    """yᵀK⁻¹y = Σ eᵢ²/sᵢ over points, which never falls as points are added."""
    xp, kernel = namespace(case.targets), case.kernel
    found = rg.uniform_convergence.prequential_distance(kernel, case.targets)
    errors, variances = _by_refitting(kernel, case.targets)
    scale = _rounding_scale(kernel, case.targets)
    trace = xp.einsum("...ii->...", kernel)
    unit = (1 + trace / RIDGE) * (trace + abs(case.targets).sum(axis=-1))
    return [
        equal(
            (counted * found.errors**2 / found.variances).cumsum(axis=-1),
            _at_once(kernel, case.targets),
            scale[..., None],
        ),
        equal(found.errors, errors, unit[..., None]),
        equal(found.variances, variances, unit[..., None]),
        equal(
            found.squared_distances,
            _at_once(kernel, case.targets),
            scale[..., None],
        ),
    ]


distance_is_prequential.twin("terms 3 % larger", counted=1.03)


@distance_is_prequential.twin_function("the sum of squared errors, without variances")
def plain_residuals(rg, case):
    found = rg.uniform_convergence.prequential_distance(case.kernel, case.targets)
    scale = _rounding_scale(case.kernel, case.targets)
    plain = (found.errors**2).cumsum(axis=-1)
    return equal(plain, _at_once(case.kernel, case.targets), scale[..., None])


# --- UC-67


def _mean_over_signs(case: Interpolation) -> Any:
    """Mean of yᵀK⁻¹y over all labels y = mean ± σ."""
    xp, m = namespace(case.targets), case.targets.shape[-1]
    total = 0.0
    for number in range(2**m):
        signs = xp.asarray([1.0 - 2 * (number >> i & 1) for i in range(m)])
        y = case.targets + case.noise[..., None] * signs
        weights = solve_positive(case.kernel, y[..., None])[..., 0]
        total = total + (weights * y).sum(axis=-1)
    return total / 2**m


@claim("UC-67", kind="identity", domain=interpolations)
def noise_moves_away(rg, case, noise=1.0):
    """E‖θ − θ₀‖² = E y'K⁻¹E y + σ² tr K⁻¹; each point adds at least σ²/K(xᵢ, xᵢ)."""
    uc, xp, kernel = rg.uniform_convergence, namespace(case.targets), case.kernel
    sigma = noise * case.noise
    found = uc.noisy_squared_distance(kernel, case.targets, sigma)
    scale = _rounding_scale(kernel, abs(case.targets) + case.noise[..., None])
    steps = found - xp.concatenate([0 * found[..., :1], found[..., :-1]], axis=-1)
    diagonal = xp.einsum("...ii->...i", kernel)
    least = (sigma**2)[..., None] / diagonal
    return [
        equal(found[..., -1], _mean_over_signs(case), scale),
        at_most(least, steps, scale[..., None], sharp=True),
    ]


noise_moves_away.twin("noise that is 3 % larger", noise=1.03)

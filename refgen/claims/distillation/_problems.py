"""Problems in eigendirections, which claims of several sections are about."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.distillation import SpectralProblem
from refgen.domains import integer, real, record, spectrum, vector


def published_problem() -> SpectralProblem:
    """λβ*² = (20, 0.02), λ = (0.4, 0.2), σ²/n = 1: the example of KD-10."""
    return SpectralProblem([0.4, 0.2], [50**0.5, 0.1**0.5], 1.0, 1)


spectral_problems = record(
    SpectralProblem,
    "up to 6 directions, null ones too, of condition up to 100",
    d=integer(1, 6),
    spectrum=spectrum("d", smallest=0.1, largest=10.0),
    coefficients=vector("d"),
    noise=real(0.1, 2.0, log=True),
    n_samples=integer(1, 50),
)


def alone(rg: Any, problem: Any, filter: Any) -> Any:
    """The risk in every direction, as a problem of its own, (..., n_directions)."""
    xp, shape = namespace(problem.spectrum), problem.spectrum.shape
    each = rg.distillation.SpectralProblem(
        problem.spectrum[..., None],
        problem.coefficients[..., None],
        xp.broadcast_to(problem.noise[..., None], shape),
        xp.broadcast_to(problem.n_samples[..., None], shape),
    )
    return rg.distillation.spectral_risk(each, filter[..., None])

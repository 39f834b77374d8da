"""Linear problems and designs: each domain is a strategy and a sampler of one set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.domains import block_sizes
from refgen.claims.model import Domain
from refgen.resmem import LinearProblem

# Eigenvalues are 0 or in [SMALLEST, LARGEST]: condition numbers up to 50.
SMALLEST, LARGEST = 0.2, 10.0


def anisotropic_problem() -> LinearProblem:
    """Three different eigenvalues, an active constraint: the example of RM-5."""
    return LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6)


def _problem(spectrum: Any, coefficients: Any, radius: Any) -> LinearProblem:
    xp = namespace(spectrum)
    noise = xp.zeros(spectrum.shape[:-1])
    return LinearProblem.trusted(
        spectrum=spectrum, coefficients=coefficients, radius=radius, noise=noise
    )


# --- pieces of samplers and strategies


def unit_vectors(stream: Any, shape: tuple[int, ...]) -> Any:
    """Points of the unit sphere along the last axis; a quarter with simple numbers."""
    normal = stream.normal(shape)
    xp = namespace(normal)
    simple = stream.child("simple").uniform(shape[:-1]) < 0.25
    vectors = xp.where(simple[..., None], xp.rint(normal), normal)
    length = xp.sqrt((vectors**2).sum(axis=-1, keepdims=True))
    first = xp.eye(shape[-1])[0]
    return xp.where(length > 0, vectors / xp.where(length > 0, length, 1.0), first)


def spectra(stream: Any, shape: tuple[int, ...], smallest: float = SMALLEST) -> Any:
    """Log-uniform eigenvalues; a third with ties, a fifth with zeros."""
    u = stream.uniform(shape)
    xp = namespace(u)
    mix = stream.child("mix").uniform((2, *shape[:-1]))[..., None]
    # Three levels only: most eigenvalues are shared.
    tied = xp.where(mix[0] < 1 / 3, xp.floor(3 * u) / 3, u)
    values = smallest * (LARGEST / smallest) ** tied
    zero = (mix[1] < 0.2) & (stream.child("zeros").uniform(shape) < 0.4)
    return xp.where(zero, 0.0, values)


def radii(stream: Any, size: int) -> Any:
    """L in (0.05, 1.25): one in five is above ‖θ*‖ = 1, where nothing binds."""
    return 0.05 + 1.2 * stream.uniform(size)


def _unit(integers: list[int]) -> Any:
    vector = np.array(integers, float)
    length = np.sqrt((vector**2).sum())
    return vector / length if length > 0 else np.eye(len(vector))[0]


def unit_lists(d: int) -> Any:
    """Strategy of points of the unit sphere in `d` dimensions."""
    return st.lists(st.integers(-4, 4), min_size=d, max_size=d).map(_unit)


def spectrum_lists(d: int, low: int = 0) -> Any:
    """Strategy of `d` eigenvalues; with `low` 0 some are zero."""
    entries = st.lists(st.integers(low, 50), min_size=d, max_size=d)
    return entries.map(lambda numbers: np.array(numbers) * SMALLEST)


_radius = st.integers(1, 25).map(lambda i: i / 20)


# --- problems


def sample_problems(rg: Any, stream: Any, size: int) -> LinearProblem:
    """A batch of `linear_problems`."""
    (d,) = block_sizes(stream, (1, 6))
    spectrum = spectra(stream.child("spectrum"), (size, d))
    theta = unit_vectors(stream.child("coefficients"), (size, d))
    return _problem(spectrum, theta, radii(stream.child("radius"), size))


def _problems() -> Any:
    return st.integers(1, 4).flatmap(
        lambda d: st.builds(LinearProblem, spectrum_lists(d), unit_lists(d), _radius)
    )


linear_problems = Domain(
    "linear_problems",
    "Σ of condition up to 50, singular ones too, ‖θ*‖ = 1, L in (0.05, 1.25]",
    lambda: [
        anisotropic_problem(),
        LinearProblem([1.0], [1.0], 0.5),
        LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5),
        LinearProblem([10.0, 0.2, 0.0], [0.6, 0.0, 0.8], 0.5),
        LinearProblem([2.0, 1.0], [0.6, 0.8], 1.25),  # inactive
        LinearProblem([0.0, 1.0], [1.0, 0.0], 0.5),  # nothing can be learnt
    ],
    _problems,
    sample_problems,
)


def _isotropic(rg: Any, stream: Any, size: int) -> LinearProblem:
    (d,) = block_sizes(stream, (1, 6))
    theta = unit_vectors(stream.child("coefficients"), (size, d))
    ones = namespace(theta).ones((size, d))
    return _problem(ones, theta, 0.95 * stream.child("radius").uniform(size) + 0.02)


isotropic_problems = Domain(
    "isotropic_problems",
    "Σ = I, ‖θ*‖ = 1, L in (0.02, 0.97)",
    lambda: [
        LinearProblem([1.0], [1.0], 0.5),
        LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5),
    ],
    lambda: st.integers(1, 4).flatmap(
        lambda d: st.builds(
            lambda theta, i: LinearProblem(np.ones(d), theta, i / 20),
            unit_lists(d),
            st.integers(1, 19),
        )
    ),
    _isotropic,
)


# --- designs


@dataclass(frozen=True, repr=False)
class DesignedProblem(Instance):
    """A problem, and training points in the eigenvectors of its Σ.

    Attributes
    ----------
    points : array of shape (..., n_points, n_features)
    spectrum, coefficients : arrays of shape (..., n_features)
    radius : array of shape (...)
    """

    points: Any
    spectrum: Any
    coefficients: Any
    radius: Any

    @property
    def problem(self) -> LinearProblem:
        return _problem(self.spectrum, self.coefficients, self.radius)

    @property
    def labels(self) -> Any:
        """⟨θ*, xᵢ⟩, without noise, (..., n_points)."""
        return (self.points * self.coefficients[..., None, :]).sum(axis=-1)


def designed(points: Any, problem: LinearProblem) -> DesignedProblem:
    """The training points `points` for a problem."""
    return DesignedProblem(
        np.asarray(points, float),
        problem.spectrum,
        problem.coefficients,
        np.asarray(problem.radius, float),
    )


def _designs(rg: Any, stream: Any, size: int) -> DesignedProblem:
    d, n = block_sizes(stream, (1, 5), (1, 16))
    spectrum = spectra(stream.child("spectrum"), (size, d))
    theta = unit_vectors(stream.child("coefficients"), (size, d))
    points = stream.child("points").normal((size, n, d))
    xp = namespace(points)
    # A quarter on a lattice, where points repeat and coordinates vanish.
    lattice = stream.child("lattice").uniform(size)[:, None, None] < 0.25
    points = xp.where(lattice, xp.rint(points), points)
    points = xp.sqrt(spectrum)[:, None] * points
    return DesignedProblem.trusted(
        points=points,
        spectrum=spectrum,
        coefficients=theta,
        radius=radii(stream.child("radius"), size),
    )


def _small_designs() -> Any:
    def build(shape: tuple[int, int]) -> Any:
        n, d = shape
        entries = st.lists(st.integers(-3, 3), min_size=n * d, max_size=n * d)
        points = entries.map(lambda numbers: np.array(numbers, float).reshape(n, d))
        problems = st.builds(LinearProblem, spectrum_lists(d), unit_lists(d), _radius)
        return st.builds(designed, points, problems)

    return st.tuples(st.integers(1, 5), st.integers(1, 3)).flatmap(build)


designs = Domain(
    "designs",
    "training points, repeated ones and fewer than features too, and a problem",
    lambda: [
        designed(
            [[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]], LinearProblem([1, 1], [0.6, 0.8], 0.5)
        ),
        designed([[1.0, 2.0, 0.0]], anisotropic_problem()),  # fewer than features
        designed([[0.0], [0.0]], LinearProblem([1.0], [1.0], 0.5)),  # no information
        designed([[1.0, 0.0]], LinearProblem([1.0, 1.0], [0.6, 0.8], 1.25)),  # inactive
    ],
    _small_designs,
    _designs,
)

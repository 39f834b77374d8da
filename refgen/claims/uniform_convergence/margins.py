"""UC-5 and 5s: the joint law of all margins of a sample."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.claims.uniform_convergence.domains import few_points, of_each

# Samples whose mean is one draw.
REPEATS = 12
# Turned by so much, a cosine changes with small changes of its argument.
TURN = 0.8


def _phases(example: Any) -> tuple[Any, Any]:
    """s₁ and s₂ of a combination s₁M₁ + s₂M₂ that varies by about 1.5."""
    spread = example.noise * namespace(example.noise).sqrt(example.sample_ratio)
    return 1.0 / spread, 0.5 / spread


def _exact(example: Any, twice: float) -> Any:
    """E cos(s₁(M₁ − a − V) + s₂(M₂ − a − V) + turn), from the law of noise vectors.

    Each of the D coordinates adds a quadratic form of m normal variables, of which a
    characteristic function is a determinant: (1 − ivσ)² + mv²(s₁² + s₂²), σ = s₁ + s₂.
    """
    xp, v = namespace(example.noise), example.variance
    first, second = _phases(example)
    total = first + second
    squares = example.n_samples * v * v * (first * first + second * second)
    real, imaginary = 1 - (v * total) ** 2 + squares, -twice * v * total
    size = xp.sqrt(real * real + imaginary * imaginary)
    angle = example.dimension * xp.arctan2(imaginary, real) / 2
    height = xp.exp(-example.dimension * xp.log(size) / 2)
    return height * xp.cos(angle + total * example.noise - TURN)


def _mean_cosines(example: Any, margins: Any, n: int) -> Any:
    """Draws of what `_exact` is the mean of, (n,), by margins (n · REPEATS, m)."""
    first, second = _phases(example)
    off = margins - example.signal - example.noise
    cosines = namespace(off).cos(first * off[:, 0] + second * off[:, 1] + TURN)
    return cosines.reshape(n, REPEATS).mean(axis=-1)


@claim("UC-5", kind="identity", domain=few_points)
def law_of_margins(rg, example, draws, added=0.0, twice=2.0):
    """Margins are a + vR² + v√m R (gⱼ − ḡ), jointly with R and independent g.

    Shown by E cos(s₁M₁ + s₂M₂ + t), which follows from the law of the noise.
    """

    def measure(stream: Any, one: Any) -> Any:
        found = rg.uniform_convergence.draw_margins(one, draws.n * REPEATS, stream)
        shift = stream.child("added").normal(found.noise_radius.shape)
        step = one.variance * found.noise_radius * shift
        return _mean_cosines(one, found.train + added * step[:, None], draws.n)

    values = of_each(example, draws, measure)
    claimed = _exact(example, twice)
    return sampled(values, claimed, 0.1, bounds=(-1, 1), repeats=REPEATS)


law_of_margins.twin("g is not centred", added=1.0)
law_of_margins.twin("R² has a mean of 1.03 D", twice=2.06)


@claim("UC-5s", kind="identity", domain=few_points, source=SIMULATED)
def simulated_law_of_margins(rg, example, draws, twice=2.0):
    """The law of UC-5 is that of the margins of samples, point by point."""

    def measure(stream: Any, one: Any) -> Any:
        sample = rg.uniform_convergence.LinearSample.draw(
            one, draws.n * REPEATS, stream
        )
        return _mean_cosines(one, sample.margins(), draws.n)

    values = of_each(example, draws, measure)
    claimed = _exact(example, twice)
    return sampled(values, claimed, 0.1, bounds=(-1, 1), repeats=REPEATS)


simulated_law_of_margins.twin("R² has a mean of 1.03 D", twice=2.06)

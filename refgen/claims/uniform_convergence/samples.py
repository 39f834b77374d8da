"""UC-2, 3 and 3b: samples of the linear example and their classifiers."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import NAGARAJAN_KOLTER, SIMULATED
from refgen.claims.uniform_convergence.domains import few_points, of_each
from refgen.domains import choice, integer, matrix, real, record
from refgen.uniform_convergence import LinearSample

samples = record(
    LinearSample,
    "2 to 6 points with 2 to 5 noise coordinates",
    m=integer(2, 6),
    D=integer(2, 5),
    labels=choice(-1.0, 1.0, shape=("m",)),
    noise=matrix("m", "D"),
    signal=real(0.5, 32.0, log=True),
    examples=lambda: [LinearSample([1.0, -1.0], [[1.0, 0.5], [0.25, 2.0]], 4.0)],
)


def _gram(sample: Any) -> Any:
    """Inner products of the vectors y x₂, (..., m, m)."""
    signed = sample.labels[..., None] * sample.noise
    return namespace(signed).matmul(signed, signed.swapaxes(-1, -2))


def _size(sample: Any) -> Any:
    """What a margin is the sum of, at most."""
    return sample.signal + abs(_gram(sample)).sum(axis=(-1, -2))


# --- UC-2


@claim(
    "UC-2",
    kind="identity",
    domain=samples,
    source=NAGARAJAN_KOLTER.recalled("the samples S′ of section 3"),
)
def two_transformed_samples(rg, sample, total=2.0):
    """(x₁, −x₂, y) and (−x₁, x₂, −y) have the same margins, M′ = 2a − M."""
    weights, scale = sample.weights, _size(sample)[..., None]
    margins = sample.signal[..., None] + _gram(sample).sum(axis=-1)
    transformed = sample.transformed().margins(weights)
    other = rg.uniform_convergence.LinearSample(
        -sample.labels, sample.noise, sample.signal
    )
    return (
        equal(transformed, total * sample.signal[..., None] - margins, scale),
        equal(other.margins(weights), transformed, scale),
    )


two_transformed_samples.twin("both margins add up to 2.03 a", total=2.03)


@two_transformed_samples.twin_function("(x₁, −x₂, −y) does as well")
def _(rg, sample):
    xp, noise = namespace(sample.noise), -sample.noise
    first = sample.features[..., :1]
    points = xp.concatenate([first, noise], axis=-1)
    margins = -sample.labels * xp.matmul(points, sample.weights[..., None])[..., 0]
    transformed = sample.transformed().margins(sample.weights)
    return equal(margins, transformed, _size(sample)[..., None])


# --- UC-3


def _descended(sample: Any, size: int) -> Any:
    """One pass of unit steps on Σ y h(x) over batches, from the last point on."""
    points = sample.features
    weights = 0 * points[..., 0, :]
    for end in range(points.shape[-2], 0, -size):
        for j in range(max(end - size, 0), end):
            weights = weights + sample.labels[..., j, None] * points[..., j, :]
    return weights


@claim("UC-3", kind="identity", domain=samples, source=NAGARAJAN_KOLTER.recalled("w"))
def weights_of_a_pass(rg, sample, signal=1.0):
    """w = Σ yx for all orders and batches, and ‖w‖² = ma + ‖Σ yx₂‖²."""
    weights, m = sample.weights, sample.labels.shape[-1]
    size = _size(sample)
    squares = signal * m * sample.signal + _gram(sample).sum(axis=(-1, -2))
    root = namespace(size).sqrt(m * size)[..., None]
    return (
        equal(weights, _descended(sample, 1), root),
        equal(weights, _descended(sample, 2), root),
        equal((weights * weights).sum(axis=-1), squares, m * size),
    )


weights_of_a_pass.twin("the signal counts 3 % more", signal=1.03)

# --- UC-3b

REPEATS = 8  # samples whose mean is one draw


@claim("UC-3b", kind="identity", domain=few_points, source=SIMULATED)
def expected_norm(rg, example, draws, power=1.0):
    """E‖w‖² = m(a + V): the norm grows as √m. Shown relative to it."""

    def measure(stream: Any, one: Any) -> Any:
        drawn = rg.uniform_convergence.LinearSample.draw(one, draws.n * REPEATS, stream)
        weights = drawn.weights
        return (weights * weights).sum(axis=-1).reshape(draws.n, REPEATS).mean(axis=-1)

    claimed = example.n_samples * (example.signal + example.noise)
    values = of_each(example, draws, measure) / claimed[..., None]
    # ‖w‖² is a constant and a χ² variable of 2 or more degrees: a mean of 8 has a
    # kurtosis of up to 3 + 6/8.
    relative = example.n_samples ** (power - 1.0)
    return sampled(values, relative, 0.1, kurtosis=4.0)


expected_norm.twin("E‖w‖² grows as m^1.05", power=1.05)
expected_norm.twin("the norm does not grow with m", power=0.0)

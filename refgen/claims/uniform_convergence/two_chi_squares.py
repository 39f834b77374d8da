"""UC-45, 45b, 45c and 50: what a point's own noise adds, as a difference of two χ²."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._chi_rule import square_rule
from refgen.claims.uniform_convergence.domains import linear_examples, not_tiny
from refgen.domains import integer, not_a, real, record
from refgen.uniform_convergence import LinearExample

# --- UC-45


def _mean_tail(example: Any, slope: Any, shift: Any) -> Any:
    """Pr[B ≥ slope·A + shift] for independent A, B of the law χ² with D degrees."""
    square, weights = square_rule(example.dimension)
    beyond = (slope[..., None] * square + shift[..., None]) / 2
    half = (example.dimension / 2)[..., None]
    tail = special_functions(shift).gammaincc(half, beyond)
    return not_tiny((weights * tail).sum(axis=-1))


@claim("UC-45", kind="identity", domain=linear_examples, cost=400)
def two_chi_squares(rg, example, width=1.0):
    """ξⱼ·w₂/v = ½[(√m + 1)A − (√m − 1)B] in law, for independent χ² variables.

    A point of the sample is wrong if that is at most −αD, one of the transformed sample
    if it is at least αD, a new one if √m(B − A) ≥ 2αD.
    """
    uc, xp = rg.uniform_convergence, namespace(example.signal)
    found, root = uc.expected_errors(example), xp.sqrt(example.n_samples)
    shift = 2 * example.signal_ratio * example.dimension
    more, fewer = root + width, root - width
    return (
        equal(found.train, _mean_tail(example, more / fewer, shift / fewer)),
        equal(found.transformed, _mean_tail(example, fewer / more, shift / more)),
        equal(found.test, _mean_tail(example, root / root, shift / root)),
    )


two_chi_squares.twin("1.03 in place of 1 beside √m", width=1.03)

# --- UC-45b


@claim("UC-45b", kind="identity", domain=linear_examples, cost=400)
def reflected_density(rg, example, beside=-1.0):
    """f(−x) = e^(−2x/(m − 1)) f(x) for the density f of ξⱼ·w₂/v.

    Integrated from x = αD over half a deviation of x, by parts: the train error there
    falls by what the transformed error, weighted by the exponential, does.
    """
    xp, D = namespace(example.signal), example.dimension
    rate = (2 * D / (example.n_samples + beside))[..., None]
    deviation = xp.sqrt(example.n_samples / D)[..., None]
    width = xp.minimum(0.5 * deviation, 1 / rate)
    x, weights = unit_nodes(xp, 12)
    # Both ends and the nodes between them, in units of the signal ratio.
    steps = width * xp.concatenate([xp.asarray([0.0, 1.0]), x])
    ratio = example.signal_ratio[..., None] + steps
    uc, noise = rg.uniform_convergence, example.noise[..., None]
    others = example.n_samples[..., None], D[..., None]
    logs = uc.log_expected_errors(uc.LinearExample(*others, ratio * noise, noise))
    # All relative to what the transformed error at the first end contributes.
    first = logs.transformed[..., :1]
    transformed = xp.exp(logs.transformed - first - rate * steps)
    train = xp.exp(logs.train - first + rate * ratio[..., :1])
    between = (rate * width)[..., 0] * (weights * transformed[..., 2:]).sum(axis=-1)
    fall = transformed[..., 0] - transformed[..., 1] - between
    scale = 2 - first[..., 0] - logs.train[..., 0]
    return equal(train[..., 0] - train[..., 1], fall, scale)


reflected_density.twin("the exponent 2x/m", beside=0.0)
reflected_density.twin("the exponent 2x/(m − 0.97)", beside=-0.97)

# --- UC-45c


@claim("UC-45c", kind="identity", domain=linear_examples, cost=80)
def two_special_cases(rg, example, side=1.0):
    """D = 2: p_test = ½e^(−2α/√m). No signal: p_train is a Beta probability."""
    uc, m, D = rg.uniform_convergence, example.n_samples, example.dimension
    xp, special = namespace(m), special_functions(m)
    plane = uc.LinearExample(m, 0 * D + 2, example.signal, example.noise)
    ratio = side * 2 * example.signal_ratio / xp.sqrt(m)
    silent = uc.LinearExample(m, D, 1e-30 * example.noise, example.noise)
    share = special.betainc(D / 2, D / 2, 0.5 - side / (2 * xp.sqrt(m)))
    return (
        equal(uc.expected_errors(plane).test, xp.exp(-ratio) / 2),
        equal(uc.expected_errors(silent).train, share),
    )


two_special_cases.twin("3 % more of α, or of 1/√m", side=1.03)

# --- UC-50


def _not_even(example: Any) -> str | None:
    reason = not_a(LinearExample, example)
    if reason or float(example.dimension) % 2 == 0:
        return reason
    return f"dimension must be even, got {float(example.dimension):g}"


even = record(
    lambda n_samples, half, signal, noise: LinearExample(
        n_samples, 2 * half, signal, noise
    ),
    "2 to 40 samples in 2, 4, … 200 noise dimensions, signal and noise in [0.5, 32]",
    outside=_not_even,
    n_samples=integer(2, 40),
    half=integer(1, 100),
    signal=real(0.5, 32.0, log=True),
    noise=real(0.5, 32.0, log=True),
)


def _log_sum(example: Any, scale: Any, ratio: Any) -> Any:
    """log Σ_{i < k} Pr[Poisson(c) = i] Pr[N_k < k − i] for k = D/2 and c = αD/scale.

    N_k counts failures before k successes, of chance 1/(1 + ratio) each.
    """
    xp, special = namespace(scale), special_functions(scale)
    k = (example.dimension / 2)[..., None]
    c = (example.signal_ratio * example.dimension / scale)[..., None]
    i = xp.arange(float(k.max()))
    left = xp.maximum(k - i, 1.0)
    few = special.betainc(k, left, 1 / (1 + ratio[..., None]))
    seen = (i < k) & (few > 0)
    logs = special.xlogy(i, c) - c - special.gammaln(i + 1)
    logs = xp.where(seen, logs + xp.log(xp.where(seen, few, 1.0)), -1e300)
    top = logs.max(axis=-1)
    return top + xp.log(xp.exp(logs - top[..., None]).sum(axis=-1))


@claim("UC-50", kind="identity", domain=even, cost=80)
def finite_sums(rg, example, beside=1.0):
    """For even D expected errors are sums of D/2 positive terms.

    Shown by logarithms.
    """
    logs = rg.uniform_convergence.log_expected_errors(example)
    root = namespace(example.signal).sqrt(example.n_samples)
    more, fewer = root + beside, root - beside
    by_sums = (
        _log_sum(example, root, root / root),
        _log_sum(example, fewer, more / fewer),
        _log_sum(example, more, fewer / more),
    )
    return [
        equal(mine, right, 1 - right)
        for mine, right in zip(logs[:3], by_sums, strict=True)
    ]


finite_sums.twin("0.97 in place of 1 beside √m", beside=0.97)

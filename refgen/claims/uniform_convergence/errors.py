"""UC-6, 6b and 6s: expected errors on new points, on the sample and its transform."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.claims.uniform_convergence._chi_rule import square_rule
from refgen.claims.uniform_convergence.domains import (
    few_points,
    linear_examples,
    not_tiny,
    of_each,
)

# --- UC-6


def _averaged(example: Any, own: float, left: float) -> tuple[Any, Any, Any]:
    """Expected errors by Gauss's rule in z, for Q the quantile of χ² at Φ(z)."""
    xp, special = namespace(example.signal), special_functions(example.signal)
    square, weights = square_rule(example.dimension)
    fields = (example.signal, example.variance, example.n_samples)
    a, v, m = (field[..., None] for field in fields)
    deviation = v * xp.sqrt((m - left) * square)

    def mean(margin: Any, spread: Any) -> Any:
        return not_tiny((weights * special.ndtr(-margin / spread)).sum(axis=-1))

    return (
        mean(a, v * xp.sqrt(m * square)),
        mean(a + own * v * square, deviation),
        mean(a - own * v * square, deviation),
    )


@claim("UC-6", kind="identity", domain=linear_examples, cost=160)
def errors_by_one_integral(rg, example, own=1.0, left=1.0):
    """Expected errors are χ² means of Φ: a point's own noise adds ±vQ to its margin."""
    found = rg.uniform_convergence.expected_errors(example)
    return [
        equal(mine, right)
        for mine, right in zip(found, _averaged(example, own, left), strict=True)
    ]


errors_by_one_integral.twin("the own noise counts 3 % more", own=1.03)
errors_by_one_integral.twin("a point of the sample is as a new one", own=0.0)
errors_by_one_integral.twin("the deviation is v√(mQ) on the sample, too", left=0.0)

# --- UC-6b


@claim("UC-6b", kind="inequality", domain=linear_examples, cost=40)
def train_error_bound(rg, example, factor=2.0):
    """p_train ≤ Φ(−2√(αD/(m − 1))), with no concentration of norms."""
    xp, special = namespace(example.signal), special_functions(example.signal)
    found = rg.uniform_convergence.log_expected_errors(example).train
    ratio = example.signal_ratio * example.dimension / (example.n_samples - 1)
    bound = special.log_ndtr(-factor * xp.sqrt(ratio))
    # Both are logarithms, so that −bound is at most −log p: of small sizes first.
    return at_most(-bound, -found, 1 - bound, sharp=0.9)


train_error_bound.twin("the factor 2.06 would do", factor=2.06)

# --- UC-6s

REPEATS = 8  # samples whose mean is one draw


@claim("UC-6s", kind="identity", domain=few_points, source=SIMULATED)
def simulated_errors(rg, example, draws, factor=1.0):
    """Wrong points in drawn samples, and by drawn margins, are as many as UC-6 says.

    Shown with 1 added, which is what they are compared relative to.
    """
    uc, n = rg.uniform_convergence, draws.n * REPEATS
    expected = uc.expected_errors(example)

    def direct(stream: Any, one: Any) -> Any:
        sample = uc.LinearSample.draw(one, n, stream)
        own, other = sample.margins(), sample.transformed().margins(sample.weights)
        return _shares(draws.n, (own <= 0).mean(axis=-1), (other <= 0).mean(axis=-1))

    def by_margins(stream: Any, one: Any) -> Any:
        drawn = uc.draw_margins(one, n, stream.child("margins"))
        own, other = (drawn.train <= 0), (drawn.transformed <= 0)
        shares = (drawn.test_error, own.mean(axis=-1), other.mean(axis=-1))
        return _shares(draws.n, *shares)

    sampled_points = of_each(example, draws, direct)
    sampled_margins = of_each(example, draws, by_margins)
    found = [sampled_points[:, 0], sampled_points[:, 1]]
    found += [sampled_margins[:, i] for i in range(3)]
    claimed = [expected.train, expected.transformed, *expected]
    return [
        sampled(1 + values, 1 + factor * error, 0.02, bounds=(1, 2), repeats=REPEATS)
        for values, error in zip(found, claimed, strict=True)
    ]


def _shares(n: int, *shares: Any) -> Any:
    """Means over repeated samples, (number of shares, n)."""
    xp = namespace(*shares)
    return xp.stack([share.reshape(n, REPEATS).mean(axis=-1) for share in shares])


simulated_errors.twin("errors 4 % larger", factor=1.04)


@simulated_errors.twin_function("on the sample as on new points")
def _(rg, example, draws):
    uc = rg.uniform_convergence

    def measure(stream: Any, one: Any) -> Any:
        drawn = uc.draw_margins(one, draws.n * REPEATS, stream)
        return _shares(draws.n, (drawn.train <= 0).mean(axis=-1))[0]

    values = of_each(example, draws, measure)
    claimed = uc.expected_errors(example).test
    return sampled(values, claimed, 0.1, bounds=(0, 1), repeats=REPEATS)

"""The robust mean covers unbounded laws of the promised kurtosis."""

import numpy as np
import pytest
from scipy import stats
from support.coverage import ALPHA, covers, shrunk

from refgen.intervals import (
    robust_mean,
)
from refgen.intervals.robust import _best_blocks
from refgen.random import Stream


def laplace(stream, shape):
    return stream.signs(shape) * stream.child("size").exponential(shape)


def student(stream, shape):
    return stats.t.ppf(stream.uniform(shape), 5)


def skewed(stream, shape):
    return stream.exponential(shape) - 1


UNBOUNDED = {
    "normal": (lambda stream, shape: stream.normal(shape), 3),
    "laplace": (laplace, 6),
    "student": (student, 9),
    "exponential": (skewed, 9),
    "signs": (lambda stream, shape: stream.signs(shape), 1),
}


@pytest.mark.parametrize("law", UNBOUNDED)
@pytest.mark.parametrize("error_probability", [0.5, ALPHA, 1e-3])
def test_robust_mean_covers(law, error_probability):
    draw, kurtosis = UNBOUNDED[law]
    samples = 100 + draw(Stream(15, "robust"), (1000, 400))
    interval = robust_mean(samples, error_probability, kurtosis)
    assert covers(~interval.contains(100), error_probability)


@pytest.mark.parametrize("law", UNBOUNDED)
def test_a_quarter_of_the_robust_interval_loses_coverage(law):
    # Half of it is enough for these laws: its inequalities are sharp for other laws.
    draw, kurtosis = UNBOUNDED[law]
    samples = draw(Stream(16, "robust"), (1000, 400))
    quarter = shrunk(robust_mean(samples, ALPHA, kurtosis), 0.25)
    assert not covers(~quarter.contains(0), ALPHA)


def rare_jump(probability, n):
    """Exact misses for a variable that is 1 with some probability and otherwise 0."""
    counts = np.arange(n + 1)
    samples = (np.arange(n) < counts[:, None]).astype(float)
    return samples, stats.binom.pmf(counts, n, probability)


def test_a_wrong_kurtosis_loses_coverage():
    n, p = 200, 0.005
    samples, probability = rare_jump(p, n)
    true_kurtosis = 1 / (p * (1 - p)) - 3
    promised = robust_mean(samples, ALPHA, 3)
    # With probability 0.37 no jump is among the 200 samples: they look constant.
    assert true_kurtosis > 190
    assert probability @ promised.contains(p) < 0.7
    with pytest.raises(ValueError, match="samples must be at least 16"):
        robust_mean(samples, ALPHA, true_kurtosis)


@pytest.mark.parametrize("error_probability", [ALPHA, 0.9])
def test_robust_mean_covers_rare_jumps_exactly_at_their_kurtosis(error_probability):
    n, p = 400, 0.1
    samples, probability = rare_jump(p, n)
    kurtosis = 1 / (p * (1 - p)) - 3
    # The order matters only if there are several blocks; here there is one.
    share = error_probability / 3
    assert _best_blocks(n, share, kurtosis)[0] == 1
    interval = robust_mean(samples, error_probability, kurtosis)
    assert probability @ interval.contains(p) >= 1 - error_probability


@pytest.mark.parametrize("error_probability", [0.5, ALPHA, 1e-3, 2.0**-20])
@pytest.mark.parametrize("kurtosis", [1, 3, 100, 1e9])
def test_the_constants_of_the_median_are_those_derived(error_probability, kurtosis):
    n, share = 10_000, error_probability / 3
    k, t_squared = _best_blocks(n, share, kurtosis)
    size = n // k
    moment = 3 + (kurtosis - 3) / size
    p = min(1 / (1 + t_squared), moment / t_squared**2)
    assert stats.binom.sf((k - 1) // 2, k, p) == pytest.approx(share, rel=1e-9)
    # No other number of blocks is better.
    for other in range(1, 301, 2):
        q = stats.beta.ppf(share, (other + 1) / 2, (other + 1) / 2)
        fourth = np.sqrt((3 + (kurtosis - 3) / (n // other)) / q)
        best = min(1 / q - 1, fourth) / (n // other)
        assert best >= t_squared / size * (1 - 1e-9)


def test_the_variance_bound_is_the_one_derived():
    # E exp(−λ D) ≤ exp(−λ E D + λ² E D²/2), minimized over λ, for D of two signs: 0
    # or 2 with probability one half each, E D = 1, E D² = 2 = (κ + 3)/2 at κ = 1.
    n_pairs = 200
    for s in (0.1, 0.3, 0.9):
        exact = stats.binom.cdf(n_pairs * (1 - s) / 2, n_pairs, 0.5)
        assert exact <= np.exp(-n_pairs * s**2 / (1 + 3))
    # The moments of D follow from those of the law.
    x = np.array([-2.0, 0.0, 1.0])
    w = np.array([0.2, 0.4, 0.4])
    variance = w @ x**2
    kurtosis = w @ x**4 / variance**2
    d = (x[:, None] - x) ** 2 / 2
    assert np.einsum("i,j,ij", w, w, d) == pytest.approx(variance)
    second = np.einsum("i,j,ij", w, w, d**2)
    assert second == pytest.approx((kurtosis + 3) / 2 * variance**2)


@pytest.mark.parametrize("error_probability", [ALPHA, 2.0**-20])
def test_robust_mean_is_the_formula_of_its_notes(error_probability):
    samples, kurtosis = student(Stream(21, "formula"), 1000) + 5, 9
    share = error_probability / 3
    n_blocks, t_squared = _best_blocks(1000, share, kurtosis)
    size = 1000 // n_blocks
    means = [samples[i * size : (i + 1) * size].mean() for i in range(n_blocks)]
    shrinkage = np.sqrt((kurtosis + 3) * np.log(1 / share) / 500)
    variance = samples.var(ddof=1) / (1 - shrinkage)
    radius = np.sqrt(t_squared * variance / size)
    interval = robust_mean(samples, error_probability, kurtosis)
    assert n_blocks == 1 or error_probability < ALPHA
    assert interval.low == pytest.approx(np.median(means) - radius, rel=1e-10)
    assert interval.high == pytest.approx(np.median(means) + radius, rel=1e-10)


def test_robust_mean_moves_with_the_units_to_the_bit():
    samples = Stream(17, "units").normal((3, 500))
    unit = robust_mean(samples, ALPHA, 3)
    for exponent in (-900, 3, 900):
        moved = robust_mean(np.ldexp(samples, exponent), ALPHA, 3)
        assert (moved.low == np.ldexp(unit.low, exponent)).all()
        assert (moved.high == np.ldexp(unit.high, exponent)).all()


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e300, 1e-300])
def test_constants_are_covered_up_to_their_rounding(constant):
    interval = robust_mean(np.full((2, 301), constant), ALPHA, 3)
    assert interval.contains(constant).all()
    assert (interval.width <= 1e-10 * abs(constant) + 1e-12).all()


def test_the_number_of_samples_that_is_asked_for_is_enough():
    with pytest.raises(ValueError, match="at least 50 for") as error:
        robust_mean(np.zeros(49), ALPHA, 3)
    assert "got 49" in str(error.value)
    assert robust_mean(Stream(18).normal(50), ALPHA, 3).contains(0)


# Slopes

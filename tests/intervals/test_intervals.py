"""Intervals against exact tails, and their coverage on known laws.

Where a law is small, the coverage is summed exactly. Elsewhere it is counted, and
`covers` refuses only counts that have a probability below 2**-20 at the promised
coverage. It also has to refuse the false twin, an interval that is too short.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.coverage import ALPHA, EXACT, covers, shrunk

from refgen.arrays import UNIT_ROUNDOFF
from refgen.intervals import (
    BettingSequence,
    Interval,
    clopper_pearson,
    empirical_bernstein,
    hoeffding,
    local_slopes,
    loglog_slope,
    robust_mean,
    spend,
)
from refgen.random import Stream


def binomial_coverage(interval, n, p):
    """Exact P(p in interval) if interval[k] is the one after k successes of n."""
    weights = stats.binom.pmf(np.arange(n + 1), n, p[:, None])
    return (weights * interval.contains(p[:, None])).sum(axis=1)


# Interval and spend


def test_interval_has_a_batch_like_any_instance():
    interval = Interval([[0.0], [0.5]], [1.0, 2.0])
    assert interval.low.shape == interval.high.shape == (2, 2)
    assert interval.width.tolist() == [[1.0, 2.0], [0.5, 1.5]]
    assert interval.take(1).high.tolist() == [1.0, 2.0]
    assert interval.contains([0.25, 2.0]).tolist() == [[True, True], [False, True]]


def test_an_empty_interval_contains_nothing():
    interval = Interval(0.5, 0.25)
    assert interval.is_empty
    assert interval.width == 0
    assert not interval.contains([0.25, 0.3, 0.5]).any()


def test_looks_spend_the_error_and_no_more():
    spent = spend(ALPHA, np.arange(1, 10**6))
    # The share that is left is 6/π² Σ_{k > K} k⁻², between 6/π²/(K + 1) and 6/π²/K.
    rest = 6 / np.pi**2 * ALPHA
    assert ALPHA - rest / (10**6 - 1) - EXACT <= spent.sum() < ALPHA
    assert spend([0.1, 0.2], [[1], [2]]).shape == (2, 2)


def test_spending_holds_at_all_looks_and_a_fixed_interval_does_not():
    sums = (Stream(3, "looks").uniform((1000, 2000)) < 0.5).cumsum(axis=1)
    looks = np.unique(np.geomspace(1, 2000, 200).astype(int))
    successes = sums[:, looks - 1]

    def ever_missed(error_probability):
        found = clopper_pearson(successes, looks, error_probability)
        return ~found.contains(0.5).all(axis=1)

    assert covers(ever_missed(spend(ALPHA, np.arange(1, len(looks) + 1))), ALPHA)
    assert not covers(ever_missed(ALPHA), ALPHA)


# Clopper and Pearson


@given(
    st.integers(1, 3000).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n)),
    ),
    st.sampled_from([0.5, 0.05, 1e-3, 2.0**-20, 1e-12]),
)
def test_the_ends_have_exact_binomial_tails(counts, error_probability):
    k, n = counts
    interval = clopper_pearson(k, n, error_probability)
    half = error_probability / 2

    # SciPy's tails have some ten digits. An end is rounded to float64, which changes
    # the tail by the rounding times the tail's derivative, a beta density.
    def allowed(density):
        return 1e-10 * half + 4 * UNIT_ROUNDOFF * density

    if k > 0:
        tail = stats.binom.sf(k - 1, n, interval.low)
        assert abs(tail - half) <= allowed(stats.beta.pdf(interval.low, k, n - k + 1))
    if k < n:
        tail = stats.binom.cdf(k, n, interval.high)
        assert abs(tail - half) <= allowed(stats.beta.pdf(interval.high, k + 1, n - k))
    assert interval.low >= 0
    assert interval.high <= 1
    assert interval.contains(k / n)


def test_no_or_all_successes_have_closed_forms():
    ends = clopper_pearson([0, 7], 7, ALPHA)
    root = (ALPHA / 2) ** (1 / 7)
    assert ends.low.tolist() == [0.0, pytest.approx(root)]
    assert ends.high.tolist() == [pytest.approx(1 - root), 1.0]


@pytest.mark.parametrize("n", [1, 2, 10, 57, 300])
@pytest.mark.parametrize("error_probability", [0.3, ALPHA, 1e-3])
def test_clopper_pearson_covers_exactly(n, error_probability):
    interval = clopper_pearson(np.arange(n + 1), n, error_probability)
    p = np.linspace(0, 1, 501)
    coverage = binomial_coverage(interval, n, p)
    assert coverage.min() >= 1 - error_probability - EXACT
    twin = binomial_coverage(shrunk(interval, 0.5), n, p)
    assert twin.min() < 1 - error_probability


# Bounded variables


@pytest.mark.parametrize("error_probability", [0.3, ALPHA, 2.0**-20])
def test_radii_spend_the_error_of_their_inequalities(error_probability):
    n, variance = 10_000, 0.09
    radius = hoeffding(0.5, n, error_probability).high - 0.5
    assert 2 * np.exp(-2 * n * radius**2) == pytest.approx(error_probability)
    radius = empirical_bernstein(0.5, variance, n, error_probability).high - 0.5
    # Bennett's inequality on both sides and theorem 10 of Maurer & Pontil, a third
    # each; their theorem 4 rounds the sum up by replacing n by n − 1 in one term.
    log = np.log(3 / error_probability)
    deviation = np.sqrt(variance) + np.sqrt(2 * log / (n - 1))
    sharp = deviation * np.sqrt(2 * log / n) + log / (3 * n)
    assert sharp <= radius <= sharp * (1 + 1 / n)


def test_the_smallest_error_probability_has_a_radius():
    log = np.log(2) * 1075  # 2 / 5e-324 is beyond float64
    radius = hoeffding(0.5, 1e6, 5e-324).high - 0.5
    assert radius == pytest.approx(np.sqrt(log / 2e6))


@pytest.mark.parametrize("n", [1, 20, 400])
def test_hoeffding_covers_bernoulli_exactly(n):
    interval = hoeffding(np.arange(n + 1) / n, n, ALPHA)
    coverage = binomial_coverage(interval, n, np.linspace(0, 1, 101))
    assert coverage.min() >= 1 - ALPHA - EXACT
    twin = binomial_coverage(shrunk(interval, 0.5), n, np.linspace(0, 1, 101))
    assert twin.min() < 1 - ALPHA


def bernoulli_moments(n):
    mean = np.arange(n + 1) / n
    return mean, n / (n - 1) * mean * (1 - mean)


@pytest.mark.parametrize("n", [2, 20, 400, 5000])
def test_empirical_bernstein_covers_bernoulli_exactly(n):
    interval = empirical_bernstein(*bernoulli_moments(n), n, ALPHA)
    coverage = binomial_coverage(interval, n, np.linspace(0, 1, 101))
    assert coverage.min() >= 1 - ALPHA - EXACT


def test_half_of_empirical_bernstein_loses_coverage():
    # With few samples the last term is so large that half of it would be enough.
    interval = empirical_bernstein(*bernoulli_moments(5000), 5000, ALPHA)
    half = binomial_coverage(shrunk(interval, 0.5), 5000, np.array([0.5]))
    assert half[0] < 1 - ALPHA


def three_point_law(n):
    """All counts of −1, 0 and 2 among n samples, their probabilities, the mean."""
    values, weights = np.array([-1.0, 0.0, 2.0]), np.array([0.5, 0.3, 0.2])
    counts = np.array(list(itertools.product(range(n + 1), repeat=3)))
    counts = counts[counts.sum(axis=1) == n]
    probability = stats.multinomial.pmf(counts, n, weights)
    mean = counts @ values / n
    variance = (counts * (values - mean[:, None]) ** 2).sum(axis=1) / (n - 1)
    return mean, variance, probability, values @ weights


def test_other_ranges_cover_a_three_point_law_exactly():
    n = 30
    mean, variance, probability, true = three_point_law(n)
    for interval in (
        hoeffding(mean, n, 0.2, -1, 2),
        empirical_bernstein(mean, variance, n, 0.2, -1, 2),
    ):
        assert probability @ interval.contains(true) >= 0.8 - EXACT
    wrong_range = hoeffding(mean, n, 0.2, mean - 0.5, mean + 0.5)
    assert probability @ wrong_range.contains(true) < 0.8


def test_bernstein_is_shorter_than_hoeffding_where_little_varies():
    n = 1000
    bernstein = empirical_bernstein(*bernoulli_moments(n), n, ALPHA)
    general = hoeffding(np.arange(n + 1) / n, n, ALPHA)
    assert bernstein.width[10] < general.width[10]
    assert bernstein.width[500] > general.width[500]


def test_bounded_intervals_move_with_the_units():
    mean, variance, n = np.array([0.2, 0.5]), np.array([0.1, 0.2]), 50
    for unit, moved in (
        (hoeffding(mean, n, ALPHA), hoeffding(4 * mean - 1, n, ALPHA, -1, 3)),
        (
            empirical_bernstein(mean, variance, n, ALPHA),
            empirical_bernstein(4 * mean - 1, 16 * variance, n, ALPHA, -1, 3),
        ),
    ):
        assert moved.low == pytest.approx(4 * unit.low - 1)
        assert moved.high == pytest.approx(4 * unit.high - 1)


def test_a_variance_may_leave_its_range_by_rounding():
    for n in range(2, 40, 2):
        samples = np.repeat([0.1, 0.7], n // 2)
        variance = samples.var(ddof=1)
        assert empirical_bernstein(0.4, variance, n, ALPHA, 0.1, 0.7).contains(0.4)


def test_a_mean_may_leave_the_range_by_rounding():
    mean = np.mean([0.1] * 3)
    assert mean > 0.1
    assert hoeffding(mean, 3, ALPHA, 0, 0.1).high == 0.1


# Betting


@pytest.mark.parametrize("exponent", [-2.0, -0.5, 0.0, 1.0, 3.0])
def test_exact_power_laws_have_their_exponent(exponent):
    sizes = np.array([[1, 10, 100], [3, 8, 5]])
    means = 7 * sizes**exponent
    for slope in (
        loglog_slope(sizes, (means, means)),
        local_slopes(sizes, Interval(means, means)),
    ):
        assert slope.low == pytest.approx(exponent, abs=1e-13)
        assert slope.high == pytest.approx(exponent, abs=1e-13)
    assert local_slopes(sizes, (means, means)).low.shape == (2, 2)


def test_local_slopes_are_those_of_neighbours():
    slopes = local_slopes([1, 2, 4, 8], (np.array([1.0, 2, 8, 4]),) * 2)
    np.testing.assert_allclose(slopes.low, [1, 2, -1], rtol=1e-13)
    np.testing.assert_allclose(slopes.high, [1, 2, -1], rtol=1e-13)


def test_slope_ends_are_the_extremes_over_all_means():
    sizes = np.array([1.0, 2.0, 5.0, 30.0])
    low = np.array([2.0, 1.0, 0.4, 0.1])
    high = low * [1.1, 1.5, 1.2, 2.0]
    slope = loglog_slope(sizes, (low, high))
    corners = [
        np.polyfit(np.log(sizes), np.log(means), 1)[0]
        for means in itertools.product(*zip(low, high, strict=True))
    ]
    assert slope.low == pytest.approx(min(corners))
    assert slope.high == pytest.approx(max(corners))


def slope_of_errors(stream, factor):
    """Interval for the slope of P(error) = size^(−1/2), from counts at four sizes."""
    sizes = np.array([4, 16, 64, 256])
    errors = stream.uniform((1000, 500, 4)) < sizes**-0.5
    means = clopper_pearson(errors.sum(axis=1), 500, ALPHA / 4)
    return loglog_slope(sizes, shrunk(means, factor))


def test_slopes_of_counts_cover_and_much_shorter_means_do_not():
    assert covers(~slope_of_errors(Stream(19), 1.0).contains(-0.5), ALPHA)
    # All means are rarely at their worst ends together: half the width would be enough.
    assert not covers(~slope_of_errors(Stream(20), 0.25).contains(-0.5), ALPHA)


# Bad input

NAN, INF = float("nan"), float("inf")
BAD = [
    (lambda: Interval(NAN, 1.0), "low holds NaN"),
    (lambda: Interval([0.0, 0.1], [1.0, 1.0, 1.0]), "low (2,), high (3,)"),
    (lambda: Interval(0.0, 1.0).contains(INF), "value holds NaN or infinity"),
    (lambda: spend(0.0, 1), "error_probability must be strictly between 0 and 1"),
    (lambda: spend(0.1, 0), "look must be at least 1, got 0"),
    (lambda: clopper_pearson(11, 10, 0.05), "at most n_trials, got 11 of 10"),
    (lambda: clopper_pearson(-1, 10, 0.05), "successes must be at least 0, got -1"),
    (lambda: clopper_pearson(1.5, 10, 0.05), "successes must be a whole number"),
    (lambda: clopper_pearson(0, 0, 0.05), "n_trials must be at least 1"),
    (lambda: clopper_pearson([], 10, 0.05), "successes is empty"),
    (lambda: clopper_pearson(NAN, 10, 0.05), "successes holds NaN"),
    (lambda: clopper_pearson(1, 10, 1.0), "0 and 1, got 1.0"),
    (lambda: clopper_pearson([1, 2], [3] * 3, 0.1), "successes (2,), n_trials (3,)"),
    (lambda: hoeffding(1.5, 10, 0.05), "[low, high] = [0.0, 1.0], got 1.5"),
    (lambda: hoeffding(0.5, 10, 0.05, 1, 1), "low must be below high, got low 1.0"),
    (lambda: hoeffding(0.5, 10, -0.1), "error_probability must be"),
    (lambda: hoeffding(0.5, 0, 0.1), "n must be at least 1, got 0"),
    (lambda: hoeffding(0.5, 2.5, 0.1), "n must be a whole number, got 2.5"),
    (lambda: hoeffding(0.5, 9, 0.1, high=INF), "high holds NaN or infinity"),
    (lambda: empirical_bernstein(0.5, 0.1, 1, 0.1), "n must be at least 2, got 1"),
    (lambda: empirical_bernstein(0.5, -0.1, 9, 0.1), "variance must be at least 0"),
    (lambda: empirical_bernstein(0.5, 0.3, 9, 0.1), "variance must be at most"),
    (
        lambda: BettingSequence(1.0),
        "error_probability must be strictly between 0 and 1",
    ),
    (lambda: BettingSequence(0.1, low=2.0), "low must be below high"),
    (lambda: BettingSequence(0.1, -1e308, 1e308), "high - low must be finite"),
    (lambda: hoeffding(0.5, 9, 0.1, -1e308, 1e308), "high - low must be finite"),
    (lambda: BettingSequence(0.1, n_candidates=1), "n_candidates must be at least 2"),
    (lambda: BettingSequence(0.1).update([0.5, 1.5]), "[0.0, 1.0], got 1.5"),
    (lambda: BettingSequence(0.1).update([0.5, NAN]), "samples holds NaN"),
    (lambda: BettingSequence(0.1).update([]), "samples is empty"),
    (lambda: BettingSequence(0.1).update(0.5), "samples must have at least 1 dim"),
    (
        lambda: BettingSequence(0.1).update([[0.5]]).update([0.5]),
        "samples must have shape (1, n), as in earlier blocks, got (1,)",
    ),
    (lambda: robust_mean([NAN] * 99, 0.05, 3), "samples holds NaN"),
    (lambda: robust_mean([0.0] * 99, 0.05, 0.9), "kurtosis must be at least 1"),
    (lambda: robust_mean([0.0] * 99, 1.5, 3), "error_probability must be"),
    (lambda: robust_mean([], 0.05, 3), "samples is empty"),
    (lambda: loglog_slope([1, 2], ([0, 1], [1, 2])), "means.low must be positive"),
    (lambda: loglog_slope([1, 2], ([2, 1], [1, 2])), "at most means.high, got 2.0"),
    (lambda: loglog_slope([1, 1], ([1, 1], [1, 2])), "sizes must be distinct"),
    (lambda: loglog_slope([0, 1], ([1, 1], [1, 2])), "sizes must be positive, got 0"),
    (lambda: loglog_slope([1], ([1], [1])), "sizes must hold at least 2"),
    (lambda: loglog_slope([1, 2], ([1] * 3, [1] * 3)), "shape (..., 2), one mean for"),
    (lambda: local_slopes([1, 2], (1.0, 2.0)), "means must have shape (..., 2)"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[m for _, m in BAD])
def test_bad_values_are_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)


WRONG = [
    (lambda: clopper_pearson("1", 10, 0.05), "successes must hold real numbers"),
    (lambda: spend(np.ma.masked_array([0.1]), 1), "error_probability is a masked"),
    (lambda: BettingSequence(0.1, low=[0.0]), "low must be a single number"),
    (lambda: BettingSequence([0.1]), "error_probability must be a number"),
    (lambda: robust_mean([0.0] * 99, 0.05, [3, 4]), "kurtosis must be a single"),
    (lambda: robust_mean([0.0] * 99, [0.05], 3), "error_probability must be a number"),
    (lambda: loglog_slope([1, 2], 0.5), "means must be an Interval or a pair"),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[m for _, m in WRONG])
def test_wrong_kinds_are_named(call, message):
    with pytest.raises(TypeError) as error:
        call()
    assert message in str(error.value)

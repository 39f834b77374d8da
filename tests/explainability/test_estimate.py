"""Estimates of the disjointedness factor against integrals, and what they refuse."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import norm
from sklearn.datasets import load_diabetes

from refgen.explainability import (
    GaussianNeighborhoods,
    chernoff_interval,
    disjointedness,
    disjointedness_bracket,
    disjointedness_from_chi_square,
    disjointedness_ratios,
    effective_sample_size,
    line_disjointedness,
    paired_bernstein_interval,
    ratio_variance_bound,
    sampled_disjointedness,
    system_complexity,
    two_point_disjointedness,
)
from refgen.explainability._mean_interval import bounded_mean
from refgen.explainability._mixture import (
    _owners,
    draw_neighbors,
    log_densities,
    mixture_sums,
)
from refgen.explainability.sampled_disjointedness import _cut
from refgen.random import Stream

STREAM = Stream(0, "estimate")
POINTS = np.array([[0.0], [0.3], [2.0], [7.0]])


def sample_in_space(m=40, d=5, s=0.8):
    return GaussianNeighborhoods(STREAM.normal((m, d)), s)


def test_on_a_line_as_by_adaptive_quadrature():
    lengths, s = np.array([1.0, 3.0, 0.5, 0.0]), 0.7

    def root(x, lengths):
        densities = np.exp(-(((x - POINTS[:, 0]) / s) ** 2) / 2) / (
            s * np.sqrt(2 * np.pi)
        )
        return np.sqrt(((densities * lengths) ** 2).mean())

    right, _ = quad(
        root, -6, 13, (lengths,), epsabs=1e-12, epsrel=1e-12, limit=200,
        points=[0.0, 2.0, 4.5, 7.0],
    )  # fmt: skip
    found = line_disjointedness(GaussianNeighborhoods(POINTS, s), lengths)
    assert abs(found - right) < 1e-10


@pytest.mark.parametrize("distance", [0.0, 1.0, 8.0, 30.0])
def test_on_a_line_two_points_have_their_closed_form(distance):
    found = line_disjointedness(GaussianNeighborhoods([[0.0], [distance]], 1.0))
    assert abs(found - two_point_disjointedness(distance, 1.0)) < 1e-14


def test_sums_are_those_of_a_matrix():
    sample, queries = sample_in_space(), 2 * STREAM.child("q").normal((7, 5))
    logs = norm.logpdf(queries[:, None], sample.points, sample.scale).sum(axis=-1)
    first, second = log_densities(sample, mixture_sums(sample, queries))
    np.testing.assert_allclose(first, logsumexp(logs, axis=1), rtol=0, atol=1e-12)
    np.testing.assert_allclose(second, logsumexp(2 * logs, axis=1), rtol=0, atol=1e-12)
    sizes = np.exp(2 * first - second)
    np.testing.assert_allclose(effective_sample_size(sample, queries), sizes, 1e-12)
    alike = GaussianNeighborhoods(1e-9 * STREAM.normal((3, 5)), 1.0)
    near = effective_sample_size(alike, STREAM.child("near").normal((200, 5)))
    assert (near <= 3).all()  # where rounding would go beyond
    assert ratio_variance_bound(1.0, 16) == 0


def test_every_point_has_as_many_draws():
    for n in (7, 21, 3, 10):
        draws, u = np.arange(n)[:, None], STREAM.uniform((n, 50))
        owners = _owners(draws, u, 7, n)
        np.testing.assert_array_equal(owners, np.floor((draws + u) * 7 / n))
        assert _owners(draws, np.array(1 - 2.0**-53), 7, n).max() == 6


def test_neighbors_are_as_far_as_the_scale_says():
    sample = GaussianNeighborhoods(3 * STREAM.normal((2, 7, 5)), [0.5, 2.0])
    neighbors, owners = draw_neighbors(sample, 70_000, STREAM, 0, 70_000)
    points = np.take_along_axis(sample.points, owners[..., None], axis=1)
    squares = ((neighbors - points) ** 2).mean(axis=(1, 2)) / sample.scale**2
    assert (abs(squares - 1) < 5 * (2 / 350_000) ** 0.5).all()


def test_parts_of_the_draws_are_the_same_draws(monkeypatch):
    sample = GaussianNeighborhoods(STREAM.normal((2, 9, 3)), [0.5, 2.0])
    whole = disjointedness_ratios(sample, 50, STREAM)
    monkeypatch.setattr(sampled_disjointedness, "_AT_ONCE", 42)
    np.testing.assert_array_equal(disjointedness_ratios(sample, 50, STREAM), whole)
    monkeypatch.setattr(sampled_disjointedness, "MOST_ENTRIES", 50 * 2 * 3 - 1)
    with pytest.raises(ValueError, match="got 50 draws of 6 coordinates"):
        disjointedness_ratios(sample, 50, STREAM)


def test_intervals_hold_and_shrink():
    s = np.array([0.2, 0.7, 3.0])
    sample = GaussianNeighborhoods(np.broadcast_to(POINTS, (3, 4, 1)), s)
    norms = np.sqrt(1 + POINTS[:, 0] ** 2)
    right = line_disjointedness(sample), line_disjointedness(sample, norms)
    for n, widest in ((400, 0.4), (40_000, 0.03)):
        rho = disjointedness(sample, n, STREAM)
        found = system_complexity(sample, 2.0, n, STREAM)
        for mean, truth in ((rho, right[0]), (found, right[1])):
            assert ((mean.low <= truth) & (truth <= mean.high)).all()
            assert (abs(mean.value - truth) < 5 * mean.standard_error).all()
            assert (mean.high - mean.low < widest * truth).all()


def test_standard_errors_are_those_of_strata():
    points = np.array([[0.0], [0.5], [20.0]])  # ratios vary between the points
    sample = GaussianNeighborhoods(np.broadcast_to(points, (2000, 3, 1)), 1.0)
    found = disjointedness(sample, 60, STREAM)
    assert 0.95 < found.value.std() / (found.standard_error**2).mean() ** 0.5 < 1.05


def test_the_interval_is_the_common_part_of_two_with_half_the_error_each():
    one = np.array(1.0)
    for draws in (np.array([1.0, 1.4] * 300), np.array([1.0] * 500 + [3.0] * 2)):
        n, mean = len(draws), (draws.mean() - 1) / 2
        half = ((draws[::2] - draws[1::2]) ** 2).mean() / 8
        both = (
            chernoff_interval(mean, n, 0.025),
            paired_bernstein_interval(mean, half, n, 0.025),
        )
        found = bounded_mean(draws, one, 3 * one, 0.05 * one)
        assert found.low == pytest.approx(1 + 2 * max(b.low for b in both), rel=1e-12)
        assert found.high == pytest.approx(1 + 2 * min(b.high for b in both), rel=1e-12)
    rounded = bounded_mean(np.full(4, np.nextafter(3.0, 4.0)), one, 3 * one, 0.05 * one)
    assert rounded.value == rounded.high == 3.0


def test_what_is_known_without_draws_cuts_the_interval():
    sample = sample_in_space(s=6.0)
    plain, known = disjointedness(sample, 100, STREAM), disjointedness_bracket(sample)
    draws, one = disjointedness_ratios(sample, 100, STREAM), np.array(1.0)
    assert plain == bounded_mean(draws, one, 40**0.5 * one, 0.05 * one)
    cut = disjointedness(sample, 100, STREAM, bracket=True)
    assert (cut.low, cut.high) == (
        max(plain.low, known.low),
        min(plain.high, known.high),
    )
    assert cut.high - cut.low < (plain.high - plain.low) / 10
    missed = plain._replace(low=plain.low + 9, high=plain.high + 9)
    assert _cut(missed, known)[2:] == known
    with pytest.raises(TypeError, match="bracket must be True or False, got 1"):
        disjointedness(sample, 2, STREAM, bracket=1)


@pytest.mark.parametrize("d", [1, 10])
def test_points_at_one_place_and_points_far_apart(d):
    same = GaussianNeighborhoods(np.ones((5, d)), 0.5)
    apart = GaussianNeighborhoods(1e6 * np.arange(5.0)[:, None] + np.zeros(d), 0.5)
    alone = GaussianNeighborhoods(np.ones((1, d)), 0.5)
    for sample, right in ((same, 1.0), (apart, 5**0.5), (alone, 1.0)):
        found = disjointedness(sample, 10, STREAM)
        assert abs(found.value - right) < 1e-15
        assert found.low <= found.value <= found.high
        assert found.standard_error == 0.0
    assert disjointedness(alone, 2, STREAM).high == 1.0


def test_of_diabetes():
    """3.06 and 1.33 by another simulation, with an error of about 0.02."""
    points = load_diabetes(scaled=False).data
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    sample = GaussianNeighborhoods(np.broadcast_to(points, (2, 442, 10)), [1.6, 3.9])
    found = disjointedness(sample, 26_520, STREAM)
    assert (abs(found.value - [3.06, 1.33]) < 0.04).all()
    assert (found.standard_error < [0.01, 0.002]).all()


def test_copies_turns_and_units_change_nothing():
    sample = sample_in_space()
    turn = np.linalg.qr(STREAM.child("turn").normal((5, 5)))[0]
    others = (
        (np.repeat(sample.points, 2, axis=0), sample.scale),
        (sample.points @ turn + 3.0, sample.scale),
        (9.0 * sample.points, 9.0 * sample.scale),
    )
    right = disjointedness(sample, 20_000, STREAM)
    for points, scale in others:
        found = disjointedness(GaussianNeighborhoods(points, scale), 20_000, STREAM)
        error = np.hypot(found.standard_error, right.standard_error)
        assert abs(found.value - right.value) < 5 * error


def test_intervals_of_a_mean_as_in_closed_form():
    n, delta = 1000, 0.05
    low, high = chernoff_interval(0.0, n, delta)
    assert (low, high) == (0.0, pytest.approx(-np.expm1(np.log(delta / 2) / n)))
    low, high = chernoff_interval(0.25, n, delta)
    for end in (low, high):
        entropy = 0.25 * np.log(0.25 / end) + 0.75 * np.log(0.75 / (1 - end))
        assert entropy == pytest.approx(np.log(2 / delta) / n, rel=1e-10)
    share = np.log(3 / delta) / n
    low, high = paired_bernstein_interval(0.5, 0.0, n, delta)
    assert high - 0.5 == pytest.approx(0.5 - low)
    assert high - 0.5 == pytest.approx(2 * share + share / 3, rel=1e-12)
    assert paired_bernstein_interval(0.0, 0.0, n, delta).low == 0.0


REFUSED = [
    (lambda s: disjointedness(s, 9, STREAM), "n_draws must be even.*9"),
    (lambda s: disjointedness(s, 0, STREAM), "n_draws"),
    (lambda s: disjointedness(s, 8, STREAM, 1.0), "error_probability"),
    (lambda s: disjointedness_ratios(s, 8, STREAM, [1.0]), "lengths must have one"),
    (lambda s: disjointedness_ratios(s, 8, STREAM, -np.ones(40)), "lengths must not"),
    (lambda s: effective_sample_size(s, [[1.0]]), "queries must have 5 features"),
    (lambda s: disjointedness_from_chi_square(3.5, 4), "be at most m − 1"),
    (lambda s: line_disjointedness(s), "sample must have one feature, got 5"),
    (lambda s: system_complexity(s, -1.0, 8, STREAM), "norm_bound"),
    (lambda s: paired_bernstein_interval(0.5, 0.501, 8, 0.1), "half_square"),
    (lambda s: paired_bernstein_interval(0.5, 0.1, 9, 0.1), "n_draws must be even"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call(sample_in_space())

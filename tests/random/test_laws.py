"""Draws follow their laws, with a stated probability of a false alarm."""

import itertools

import numpy as np
import pytest
from scipy import stats
from support.draws import ALARM, MANY, numpy_uniform

from refgen.kernels import random as kernels
from refgen.random import Stream


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        ("uniform", stats.uniform.cdf),
        ("normal", stats.norm.cdf),
        ("exponential", stats.expon.cdf),
    ],
)
def test_draws_follow_their_law(kind, law):
    values = getattr(Stream(2, kind), kind)(MANY)
    assert stats.kstest(values, law).pvalue > ALARM


def test_normal_tails_have_their_mass():
    values = abs(Stream(2, "tails").normal(MANY))
    for limit in (1.4395, 2.0, 3.0, 4.0):
        tail = 2 * stats.norm.sf(limit)
        hits = int((values > limit).sum())
        assert stats.binomtest(hits, MANY, tail).pvalue > ALARM


def test_uniforms_stay_inside_the_unit_interval():
    # The extreme words give numbers half a step from either end.
    ends = numpy_uniform(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert ends.tolist() == [2.0**-53, 1 - 2.0**-53]
    assert [kernels._unit(np.uint64(w)) for w in (0, 2**64 - 1)] == ends.tolist()


def test_dirichlet_rows_are_uniform_on_the_simplex():
    rows = Stream(3).dirichlet((50_000, 4))
    # Four quotients rounded to half an ulp of at most 1, and two roundings of the sum.
    assert abs(rows.sum(axis=-1) - 1).max() <= 6 * 2.0**-53
    for column in rows.T:
        assert stats.kstest(column, stats.beta(1, 3).cdf).pvalue > ALARM


def test_integers_fill_their_range_evenly():
    counts = np.bincount(Stream(4).integers(7, 70_000), minlength=7)
    assert len(counts) == 7
    assert stats.chisquare(counts).pvalue > ALARM


@pytest.mark.parametrize("high", [1, 2, 10**9 + 7, 2**63 - 1])
def test_integers_are_the_high_half_of_a_product(high):
    stream = Stream(4, "high")
    values = stream.integers(high, 500)
    expected = [int(w) * high >> 64 for w in stream.words(500)]
    assert values.dtype == np.int64
    assert values.tolist() == expected
    assert 0 <= min(expected) <= max(expected) < high


def test_signs_are_balanced_top_bits():
    stream = Stream(5, "signs")
    signs = stream.signs(MANY)
    assert ((signs < 0) == (stream.words(MANY) >= 2**63)).all()
    assert set(signs.tolist()) == {-1.0, 1.0}
    heads = int((signs > 0).sum())
    assert stats.binomtest(heads, MANY).pvalue > ALARM


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_a_permutation_sorts_the_words(n):
    stream = Stream(6, "permutation")
    order = stream.permutation(n)
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(n))
    assert (np.diff(stream.words(n)[order].astype(float)) >= 0).all()


def test_permutations_of_three_are_uniform():
    stream = Stream(6, "S3")
    orders = [tuple(stream.at(i).permutation(3).tolist()) for i in range(6000)]
    counts = [orders.count(p) for p in itertools.permutations(range(3))]
    assert sum(counts) == 6000
    assert stats.chisquare(counts).pvalue > ALARM

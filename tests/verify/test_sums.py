"""What looks keep of their draws, what they refuse, and the intervals from them."""

import numpy as np
import pytest

import refgen as rg
from refgen import intervals
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.sampled import sampled
from refgen.verify.judging import _n_intervals
from refgen.verify.mean_intervals import mean_interval, over_looks
from refgen.verify.sums import GRID, added, plain


def kept(values, **options):
    values = np.asarray(values, float)[None]
    part = sampled(values, 0.5, **{"bounds": (0.0, 1.0)} | options)
    return plain("identity", part, rg, values.shape)


@pytest.mark.parametrize("beyond", [1e-12, 1e-3, 0.1])
@pytest.mark.parametrize("side", [-1, 1])
def test_draws_stay_within_their_bounds_to_rounding(beyond, side):
    value = 0.5 + side * (0.5 + beyond)
    with pytest.raises(InvalidMeasurement, match="outside their bounds"):
        kept([0.2, value])


def test_draws_that_leave_their_bounds_by_a_rounding_are_at_them():
    assert kept([1 + 1e-13, -1e-13])["sums"] == [GRID]
    # What a rounding is depends on the size of the bounds, or of the scale.
    high = 1e6 + 1
    assert kept([high + 1e-8, 1e6 - 1e-8], bounds=(1e6, high))["sums"] == [GRID]
    assert kept([1 + 1e-8, 0.0], scale=1e6)["sums"] == [GRID]


@pytest.mark.parametrize("moved", [1e-6, 0.01, 0.09])
def test_bounds_are_the_same_in_all_draws(moved):
    first, second = kept([0.5]), kept([0.5], bounds=(0.0, 1.0 + moved))
    with pytest.raises(InvalidMeasurement, match="changed high between draws"):
        added(first, second)


def test_sums_of_two_looks_are_those_of_all_draws():
    values = [0.25, 0.5, 1.0, 0.125]
    both = added(kept(values[:1]), kept(values[1:]))
    assert both["n"] == 4
    assert both["sums"] == [round(sum(values) * GRID)]
    assert both["squares"] == [round(sum(v**2 for v in values) * GRID**2)]


def test_a_part_of_another_kind_than_the_claim_has_its_own_rules():
    values = np.full((1, 4, 2), 0.5)
    part = sampled(values, 0.5, bounds=(0.0, 1.0), sizes=(1, 2), kind="limit")
    assert plain("identity", part, rg, (1, 4))["kind"] == "limit"
    single = sampled(values[..., 0], 0.5, bounds=(0.0, 1.0), kind="identity")
    assert plain("limit", single, rg, (1, 4))["kind"] == "identity"


def test_every_instance_part_and_size_has_an_interval_of_its_own():
    means = {"rhs": [0.0, 1.0], "sizes": None}
    limits = {"rhs": [0.0, 1.0], "sizes": (1.0, 2.0, 3.0)}
    one = {"rhs": [0.0], "sizes": None}
    assert _n_intervals([{"parts": [means, limits]}, {"parts": [one]}]) == 2 + 6 + 1


def test_intervals_leave_room_for_the_rounding_of_draws():
    n, value = 256, 1 / 3
    part = kept([value] * n)
    mean, half = part["sums"][0] / (n * GRID), 0.05 / 2
    two = intervals.empirical_bernstein(mean, 0.0, n, half)
    low, high = mean_interval(part, 0.05)
    assert low == pytest.approx(two.low - 1 / GRID, abs=1e-15)
    assert high == pytest.approx(two.high + 1 / GRID, abs=1e-15)


def test_looks_that_contradict_each_other_give_the_range_between_them():
    looks = [kept([0.0] * 512), kept([1.0] * 2**14)]
    low, high = over_looks(looks, 0.05)
    first = mean_interval(looks[0], float(intervals.spend(0.05, 1)))
    both = added(*looks)
    second = mean_interval(both, float(intervals.spend(0.05, 2)))
    assert first[1][0] < second[0][0]
    assert (low[0], high[0]) == (first[1][0], second[0][0])

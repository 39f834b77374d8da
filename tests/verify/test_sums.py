"""What a look keeps of its draws, and what it refuses."""

import numpy as np
import pytest

import refgen as rg
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.sampled import sampled
from refgen.verify.sums import GRID, added, plain


def kept(values, **options):
    values = np.asarray(values, float)[None]
    part = sampled(values, 0.5, **{"bounds": (0.0, 1.0)} | options)
    return plain("identity", part, rg, values.shape)


@pytest.mark.parametrize("beyond", [1e-8, 1e-3, 0.1])
@pytest.mark.parametrize("side", [-1, 1])
def test_draws_stay_within_their_bounds_to_rounding(beyond, side):
    value = 0.5 + side * (0.5 + beyond)
    with pytest.raises(InvalidMeasurement, match="outside their bounds"):
        kept([0.2, value])


def test_draws_that_leave_their_bounds_by_a_rounding_are_at_them():
    assert kept([1 + 1e-12, -1e-12])["sums"] == [GRID]


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

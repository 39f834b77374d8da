"""A verdict says how finely it was decided."""

import numpy as np
import pytest

from refgen.arrays import UNIT_ROUNDOFF
from refgen.claims import (
    InvalidMeasurement,
    at_most,
    decide,
    equal,
    exceeds,
    tends_to,
)
from refgen.claims.resolution import combined, resolved


def resolution_of(relation, kind="identity"):
    return resolved(decide(kind, relation, len(relation.lhs)).parts[0])


def is_refuted_when_moved(relation, move, kind):
    moved = equal(relation.lhs, relation.rhs * (1 + move), relation.scale)
    if kind == "limit":
        moved = tends_to(
            relation.lhs, relation.rhs * (1 + move), relation.envelope, relation.sizes
        )
    return bool(decide(kind, moved, len(relation.lhs)).violated.any())


RELATIONS = {
    "identity": equal(np.array([0.5, 2.0]), np.array([0.5, 2.0]), 4.0),
    "limit": tends_to(np.array([[3.5, 2.01]]), 2.0, [(1.6, 1)], [1, 100]),
}


@pytest.mark.parametrize("kind", RELATIONS)
def test_a_side_moved_by_more_than_the_resolution_is_refuted(kind):
    relation = RELATIONS[kind]
    found = resolution_of(relation, kind)
    for move in (found.up, -found.down):
        assert is_refuted_when_moved(relation, 1.01 * move, kind)
        assert not is_refuted_when_moved(relation, 0.99 * move, kind)
    assert found.resolution == max(found.up, found.down)


def test_where_the_stated_side_is_zero_it_is_moved_by_its_scale():
    found = resolution_of(equal(np.zeros(3), 0.0, 4.0))
    assert found.resolution == pytest.approx(2 * 2**10 * UNIT_ROUNDOFF)


def test_the_sharpest_instance_decides():
    coarse, fine = (
        [resolution_of(equal(np.ones(1), 1.0, scale))] for scale in (100.0, 1.0)
    )
    for both in (combined(coarse, fine), combined(fine, coarse)):
        assert both[0].resolution == fine[0].resolution


def looseness(relation, kind="identity"):
    return resolution_of(relation, kind).looseness


def test_an_identity_resolves_a_billionth():
    assert looseness(equal(np.ones(2), 1.0)) is None
    assert "identity: resolves" in looseness(equal(np.ones(2), 1.0, 1e15))
    assert "coarser than 1.0e-09" in looseness(equal(np.ones(2), 1.0, 1e5))


def test_a_limit_resolves_two_per_cent():
    values = np.ones((1, 2))
    assert looseness(tends_to(values, 1.0, [(0.1, 1)], [1, 10]), "limit") is None
    coarse = tends_to(values, 1.0, [(0.3, 1)], [1, 10])
    assert looseness(coarse, "limit") == "limit: resolves 3 %, coarser than 2 %"


def test_an_inequality_reaches_half_of_its_bound_and_a_sharp_one_all_of_it():
    sides = np.array([0.1, 0.6])
    assert looseness(at_most(sides, 1.0)) is None
    assert "reaches 0.1 only, of 0.5" in looseness(at_most(sides[:1], 1.0))
    assert looseness(at_most(sides, 1.0, sharp=0.59)) is None
    assert "reaches 0.6 only, of 0.61" in looseness(at_most(sides, 1.0, sharp=0.61))
    assert "sharp inequality" in looseness(at_most(sides, 1.0, sharp=True))
    assert looseness(at_most(sides, 0.6, sharp=True)) is None


def test_a_scale_that_hides_both_sides_of_an_inequality_is_loose():
    assert "more than both sides are" in looseness(at_most(np.ones(2), 2.0, 1e15))
    shown, hidden = (
        [resolution_of(at_most(np.ones(1), 1.5, scale))] for scale in (1.0, 1e15)
    )
    assert combined(hidden, shown)[0].looseness is None


def test_a_large_allowance_for_rounding_is_earned():
    many = {"roundings": 2**16}
    allowance = 2 * 2**16 * UNIT_ROUNDOFF
    assert "for rounding" in looseness(equal(np.ones(1), 1.0, **many))
    assert looseness(equal(np.ones(1) + 0.02 * allowance, 1.0, **many)) is None
    assert looseness(equal(np.ones(1), 1.0, roundings=2**12)) is None


def test_existence_has_no_resolution():
    found = resolution_of(exceeds(np.ones(1), 0.5))
    assert (found.resolution, found.looseness) == (None, None)


def test_the_margin_is_the_largest_relative_violation():
    found = resolution_of(at_most(np.array([1.0, 1.03, 1.01]), 1.0))
    assert found.margin == pytest.approx(0.03 / 1.03)
    assert resolution_of(at_most(np.ones(3), 1.0)).margin is None


@pytest.mark.parametrize("sides", [([1.03], [1.01]), ([1.01], [1.03])])
def test_of_two_batches_the_larger_margin_counts(sides):
    parts = [[resolution_of(at_most(np.array(side), 1.0))] for side in sides]
    assert combined(*parts)[0].margin == pytest.approx(0.03 / 1.03)


@pytest.mark.parametrize("roundings", [(2**16, 2**10), (2**10, 2**16)])
def test_of_two_batches_the_larger_allowance_counts(roundings):
    parts = [[resolution_of(equal(np.ones(1), 1.0, roundings=n))] for n in roundings]
    assert combined(*parts)[0].allowance == 2 * 2**16 * UNIT_ROUNDOFF


def test_a_relation_that_one_batch_lacks_is_kept():
    one, two = (resolution_of(at_most(np.array([x]), 1.0)) for x in (0.2, 0.9))
    assert combined([two], [two, one])[1] is one
    assert combined([two, one], [two])[1] is one


def test_an_instance_whose_side_is_zero_hides_no_inflated_scale():
    """Where rhs is 0 a side is moved by its scale, which may be anything."""
    sides = np.array([0.0, 0.5])
    inflated = resolution_of(equal(sides, sides, 1e8))
    assert "coarser than" in inflated.looseness
    wide = tends_to(sides[:, None] * np.ones(2), sides[:, None], [(sides, 1)], [1, 10])
    assert "coarser than" in looseness(wide, "limit")


def test_an_inequality_whose_bound_is_never_positive_is_judged_by_its_scale():
    far = at_most(np.full(2, -99.5), np.zeros(2), 102)
    assert "1 − (rhs − lhs)/scale reaches" in looseness(far)
    assert looseness(at_most(np.array([-60.0, -0.1]), np.zeros(2), 102)) is None


def test_relations_keep_their_places():
    one, two = (
        [resolution_of(at_most(np.ones(1), 1.0, sharp=s))] for s in (True, False)
    )
    with pytest.raises(InvalidMeasurement, match=r"relation 1 .* is not the same"):
        combined(one, two)

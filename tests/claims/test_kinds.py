"""One decision rule per kind of relation."""

import numpy as np
import pytest

from refgen.arrays import UNIT_ROUNDOFF
from refgen.claims import (
    InvalidMeasurement,
    ascending,
    at_most,
    decide,
    equal,
    exceeds,
    sampled,
    tends_to,
)
from refgen.claims.kinds import ROUNDINGS

KINDS = {"identity": equal, "inequality": at_most, "existence": exceeds}


def one(kind, lhs, rhs, *args, **kwargs):
    relation = KINDS[kind](np.array([lhs]), rhs, *args, **kwargs)
    result = decide(kind, relation, 1)
    return bool(result.violated[0]), float(result.tightness[0])


@pytest.mark.parametrize("options", [{}, {"roundings": 2**16}])
def test_identity_allows_the_stated_roundings_and_no_more(options):
    allowance = 2 * options.get("roundings", ROUNDINGS) * UNIT_ROUNDOFF
    assert one("identity", 1 + allowance * 0.9, 1.0, **options)[0] is False
    assert one("identity", 1 + allowance * 1.2, 1.0, **options)[0] is True


def test_rounding_is_judged_against_the_scale_not_the_result():
    assert one("identity", 1e-12, 0.0, 1e4)[0] is False
    assert one("identity", 1e-12, 0.0, 1.0)[0] is True


def test_inequality_is_one_sided_and_reports_the_ratio():
    assert one("inequality", 1.0, 2.0) == (False, 0.5)
    assert one("inequality", 2.0, 1.0)[0] is True


def test_the_tightest_entry_counts():
    result = decide("inequality", at_most(np.array([[0.5, 0.9, 0.1]]), 1.0), 1)
    assert float(result.tightness[0]) == 0.9


def test_a_ratio_of_roundings_is_not_tightness():
    assert one("inequality", 1e-17, 1e-18) == (False, 0.0)


def test_existence_needs_a_strict_difference():
    assert one("existence", 0.1, 0.0)[0] is False
    assert one("existence", 1e-17, 0.0)[0] is True


@pytest.mark.parametrize("kind", ["limit", "rate"])
def test_limits_stay_within_their_envelope(kind):
    values = np.array([[1.5, 1.02]])
    inside, outside = (
        decide(kind, tends_to(values, 1.0, [(c, 1)], [1, 20]), 1) for c in (0.6, 0.3)
    )
    assert not inside.violated[0]
    assert outside.violated[0]
    assert {part.kind for part in (*inside.parts, *outside.parts)} == {kind}


@pytest.mark.parametrize(("off", "violated"), [(0.099, False), (0.101, True)])
def test_a_limit_is_violated_right_beyond_its_envelope(off, violated):
    relation = tends_to(np.array([[1.0, 1 + off]]), 1.0, [(1.0, 1)], [1, 10])
    assert decide("limit", relation, 1).violated.tolist() == [violated]


def test_an_envelope_may_differ_between_instances():
    values = np.array([[1.5, 1.02], [3.0, 1.1]])
    relation = tends_to(values, 1.0, [(np.array([0.6, 1.0]), 1)], [1, 20])
    assert decide("limit", relation, 2).violated.tolist() == [False, True]


ENVELOPES_THAT_PROVE_NOTHING = {
    "is negative": lambda n: -1 / n,
    "is not finite": lambda n: n * np.inf,
    "more than a tenth": [(1.0, 0.5)],
    "rises": lambda n: np.where(n < 5, 1.0, np.where(n < 9, 2.0, 0.01)),
    "powers of an envelope must be positive": [(1.0, 0.0)],
    "must broadcast": lambda n: np.ones((3, 4)),
    "pairs": 0.5,
    r"such as \[\(2.0, 1\)\], .* got \(2.0, 1\)": (2.0, 1),
    "pairs .* got .*'a'": [("a", "b")],
    "must give numbers, one for each size, got 'x'": lambda n: "x",
}


@pytest.mark.parametrize("problem", ENVELOPES_THAT_PROVE_NOTHING)
def test_an_envelope_that_does_not_shrink_is_an_error(problem):
    envelope = ENVELOPES_THAT_PROVE_NOTHING[problem]
    relation = tends_to(np.ones((1, 2)), 1.0, envelope, [2, 20])
    with pytest.raises(InvalidMeasurement, match=problem):
        decide("limit", relation, 1)


def test_an_envelope_falls_beyond_the_last_size_too():
    relation = tends_to(
        np.ones((1, 2)), 1.0, lambda n: np.where(n > 20, 1.0, 1 / n), [1, 20]
    )
    with pytest.raises(InvalidMeasurement, match="rises"):
        decide("limit", relation, 1)


def test_a_chain_is_violated_by_any_of_its_steps():
    ordered = ascending(np.array([1.0]), 2.0, 2.0, 3.0)
    broken = ascending(np.array([1.0]), 2.0, 1.5, 3.0)
    assert not decide("inequality", ordered, 1).violated[0]
    assert decide("inequality", broken, 1).violated.tolist() == [True]
    assert [part.kind for part in ordered] == ["inequality"] * 3


def test_every_relation_keeps_its_scale_and_roundings():
    options = {"scale": 7.0, "roundings": 2**16}
    limit = tends_to(1.0, 1.0, [(0.1, 1)], [1, 10], **options)
    parts = [*ascending(1.0, 2.0, 3.0, **options), limit]
    parts += [relation(1.0, 2.0, **options) for relation in KINDS.values()]
    assert {(part.scale, part.roundings) for part in parts} == {(7.0, 2**16)}


def test_parts_of_several_kinds_may_be_nested():
    two = np.array([2.0, 2.0])
    result = [equal(two, 2.0), (ascending(1.0, two, 3.0), exceeds(two, 1.0))]
    decision = decide("identity", result, 2)
    assert [part.kind for part in decision.parts] == [
        "identity", "inequality", "inequality", "existence",
    ]  # fmt: skip
    assert not decision.violated.any()


@pytest.mark.parametrize(
    ("relation", "violated"),
    [
        (equal(0.5, 0.5), [False, False]),
        (at_most(2.0, np.array([3.0, 1.0])), [False, True]),
        (at_most(2.0, np.array([[3.0, 2.5], [3.0, 1.0]])), [False, True]),
        (exceeds(np.array([1.0, 0.0])), [False, True]),
    ],
)
def test_a_number_stands_for_the_whole_batch(relation, violated):
    assert decide("identity", relation, 2).violated.tolist() == violated


def test_sides_of_different_instances_are_not_compared():
    with pytest.raises(InvalidMeasurement, match="shapes"):
        decide("identity", equal(np.zeros(3), np.zeros((3, 1))), 3)
    with pytest.raises(InvalidMeasurement, match="shapes"):
        decide("identity", equal(0.0, np.zeros(2)), 3)
    with pytest.raises(InvalidMeasurement, match=r"scale \(2,\)"):
        decide("identity", equal(np.zeros(3), 0.0, np.ones(2)), 3)


@pytest.mark.parametrize(
    "bad", [np.array([np.nan]), np.array([np.inf]), np.array([1.0, 2.0]), np.nan]
)
def test_nan_or_a_wrong_batch_is_an_error_not_a_verdict(bad):
    with pytest.raises(InvalidMeasurement):
        decide("identity", equal(bad, 1.0), 1)


@pytest.mark.parametrize("wrong", ["a", None, [[1], [1, 2]]])
@pytest.mark.parametrize("name", ["lhs", "rhs", "scale"])
def test_a_side_that_is_no_number_is_named(name, wrong):
    sides = {"lhs": np.ones(2), "rhs": 1.0, "scale": 1.0}
    with pytest.raises(InvalidMeasurement, match=f"{name} of a relation must be a num"):
        decide("identity", equal(**sides | {name: wrong}), 2)
    with pytest.raises(InvalidMeasurement, match=f"NaN or infinity as {name}$"):
        decide("identity", equal(**sides | {name: np.nan}), 2)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("row", [0, 1])
def test_one_bad_number_among_good_ones_is_an_error(bad, row):
    side = np.array([1.0, 1.0])
    side[row] = bad
    for relation in (equal(side, 1.0), at_most(1.0, side), exceeds(side, 0.5)):
        with pytest.raises(InvalidMeasurement, match="NaN or infinity"):
            decide(relation.kind, relation, 2)


@pytest.mark.parametrize("scale", [np.nan, np.inf])
def test_nan_in_a_scale_is_an_error(scale):
    with pytest.raises(InvalidMeasurement, match="NaN or infinity"):
        decide("identity", equal(np.ones(1), 1.0, scale), 1)


@pytest.mark.parametrize("scale", [0.0, -1.0, np.array([1.0, 0.0])])
def test_a_scale_is_positive_where_a_side_is_not_zero(scale):
    with pytest.raises(InvalidMeasurement, match="must be positive"):
        decide("identity", equal(np.ones(2), 1.0, scale), 2)
    nothing = equal(np.zeros(2), 0.0, abs(scale))
    assert not decide("identity", nothing, 2).violated.any()


@pytest.mark.parametrize("roundings", [float("nan"), 1e16, 0, -3, True, 2.0])
def test_roundings_are_a_positive_integer(roundings):
    for relation in (equal, at_most, exceeds):
        with pytest.raises(InvalidMeasurement, match="positive integer"):
            relation(1.0, 1.0, roundings=roundings)


@pytest.mark.parametrize("sharp", [1.5, -0.5, 2, 0, 1, np.nan, "x", None, [1]])
def test_sharp_is_a_ratio(sharp):
    with pytest.raises(InvalidMeasurement, match="between 0 and 1"):
        at_most(1.0, 1.0, sharp=sharp)
    with pytest.raises(InvalidMeasurement, match="between 0 and 1"):
        sampled(np.zeros((1, 8)), 0.5, binary=True, sharp=sharp)


def test_a_reason_is_a_text():
    for relation in (equal, at_most, exceeds):
        with pytest.raises(InvalidMeasurement, match="reason must be a text, got True"):
            relation(1.0, 1.0, reason=True)


def test_fewer_than_two_sides_do_not_ascend():
    with pytest.raises(InvalidMeasurement, match="sides must be two or more, got 1"):
        ascending(1.0)


def test_sides_are_real():
    with pytest.raises(InvalidMeasurement, match="complex"):
        decide("identity", equal(np.array([1j]), 1.0), 1)


def test_measuring_nothing_is_an_error():
    with pytest.raises(InvalidMeasurement, match="nothing"):
        decide("identity", [], 1)


def test_a_limit_needs_sizes():
    with pytest.raises(InvalidMeasurement, match="last axis of their 2 sizes"):
        decide("limit", tends_to(np.ones(3), 1.0, [(1, 1)], [1, 10]), 3)
    for sizes in ([1.0], [2.0, 1.0], [0.0, 1.0], [1.0, np.inf], [1.0, np.nan]):
        with pytest.raises(InvalidMeasurement, match="at least two positive numbers"):
            tends_to(np.ones((3, 2)), 1.0, [(1, 1)], sizes)


@pytest.mark.parametrize("sizes", [100, None, "ab", [1.0, None]])
def test_sizes_are_numbers(sizes):
    with pytest.raises(InvalidMeasurement, match="sizes must be a sequence of numbers"):
        tends_to(np.ones((3, 2)), 1.0, [(1, 1)], sizes)


def test_draws_need_a_function_that_takes_them():
    with pytest.raises(InvalidMeasurement, match=r"Samples; .* called draws"):
        decide("identity", sampled(np.zeros((1, 8)), 0.0, binary=True), 1)


def test_only_relations_are_measured():
    with pytest.raises(InvalidMeasurement, match="got str"):
        decide("identity", "equal", 1)
    with pytest.raises(InvalidMeasurement, match=r"returns relations .* got float"):
        decide("identity", 1.0, 1)
    with pytest.raises(InvalidMeasurement, match="got bool"):
        decide("identity", [equal(1.0, 1.0), True], 1)

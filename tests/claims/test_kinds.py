"""One decision rule per kind."""

import numpy as np
import pytest

from refgen.arrays import UNIT_ROUNDOFF
from refgen.claims import InvalidMeasurement, decide, measured


def one(kind, *args, **kwargs):
    lhs, *rest = args
    result = decide(kind, measured(np.array([lhs]), *rest, **kwargs), 1)
    return bool(result.violated[0]), float(result.tightness[0])


def test_identity_allows_the_rounding_of_its_terms_and_no_more():
    allowance = 2 * (10 + 8) * UNIT_ROUNDOFF
    assert one("identity", 1 + allowance * 0.9, 1.0, 1.0, 10)[0] is False
    assert one("identity", 1 + allowance * 1.2, 1.0, 1.0, 10)[0] is True


def test_rounding_is_judged_against_the_scale_not_the_result():
    assert one("identity", 1e-13, 0.0, scale=1e4)[0] is False
    assert one("identity", 1e-13, 0.0, scale=1.0)[0] is True


def test_inequality_is_one_sided_and_reports_the_ratio():
    assert one("inequality", 1.0, 2.0) == (False, 0.5)
    assert one("inequality", 2.0, 1.0)[0] is True


def test_a_ratio_of_roundings_is_not_tightness():
    assert one("inequality", 1e-17, 1e-18) == (False, 0.0)


def test_existence_needs_a_strict_difference():
    assert one("existence", 0.1, 0.0)[0] is False
    assert one("existence", 1e-17, 0.0)[0] is True


@pytest.mark.parametrize("kind", ["limit", "rate"])
def test_limits_stay_within_a_shrinking_envelope(kind):
    values, envelope = [[1.5, 1.2]], np.array([[0.6, 0.3]])
    inside = decide(kind, measured(np.array(values), 1.0, envelope=envelope), 1)
    outside = decide(kind, measured(np.array(values), 1.0, envelope=envelope / 2), 1)
    constant = decide(
        kind, measured(np.array(values), 1.0, envelope=np.full((1, 2), 9.0)), 1
    )
    growing = decide(
        kind, measured(np.array(values), 1.0, envelope=envelope[:, ::-1]), 1
    )
    assert [bool(d.violated[0]) for d in (inside, outside, growing, constant)] == [
        False,
        True,
        True,
        True,
    ]


def test_parts_may_be_of_another_kind():
    parts = [
        measured(np.array([1.0]), 2.0),
        measured(np.array([1.0]), 2.0, kind="identity"),
    ]
    assert not decide("inequality", parts[:1], 1).violated[0]
    assert decide("inequality", parts, 1).violated[0]


def test_sides_of_different_instances_are_not_compared():
    with pytest.raises(InvalidMeasurement, match="shapes"):
        decide("identity", measured(np.zeros(3), np.zeros((3, 1))), 3)


@pytest.mark.parametrize(
    "bad", [np.array([np.nan]), np.array([np.inf]), np.array([1.0, 2.0]), 1.0]
)
def test_nan_or_a_wrong_batch_is_an_error_not_a_verdict(bad):
    with pytest.raises(InvalidMeasurement):
        decide("identity", measured(bad, 1.0), 1)


def test_measuring_nothing_is_an_error():
    with pytest.raises(InvalidMeasurement, match="nothing"):
        decide("identity", [], 1)

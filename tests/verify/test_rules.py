"""The rules of a verdict, one by one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import refgen
from refgen.arrays import Instance
from refgen.claims import Claim, at_most, decide, equal
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.resolution import LIMITS, PartResolution
from refgen.domains import Domain
from refgen.verify.again import check_varies, measured
from refgen.verify.judging import _state
from refgen.verify.outcomes import Outcome, merged
from refgen.verify.report import TwinResult
from refgen.verify.results import _Judged, _verdict
from refgen.verify.tally import ClaimError


@pytest.mark.parametrize(
    ("kind", "low", "high", "state"),
    [
        # Of 1 within 0.1.
        ("identity", 0.95, 1.05, "holds"),
        ("identity", 0.85, 1.05, "open"),
        ("identity", 1.01, 1.05, "refuted"),
        ("identity", 0.95, 0.99, "refuted"),
        ("limit", 1.01, 1.05, "holds"),
        ("limit", 1.11, 1.2, "refuted"),
        ("limit", 0.8, 0.89, "refuted"),
        ("rate", 0.95, 0.99, "holds"),
        ("rate", 0.85, 0.99, "open"),
        ("inequality", 0.5, 1.1, "holds"),
        ("inequality", 0.5, 1.15, "open"),
        ("inequality", 1.01, 1.05, "refuted"),
        ("existence", 1.01, 3.0, "holds"),
        ("existence", 0.9, 3.0, "open"),
        ("existence", 0.2, 1.0, "refuted"),
    ],
)
def test_states_follow_from_intervals(kind, low, high, state):
    assert _state(kind, low, high, 1.0, 0.1) == state


@pytest.mark.parametrize("kind", ["identity", "limit", "rate", "monte carlo"])
@pytest.mark.parametrize("side", ["up", "down"])
def test_each_kind_has_a_limit_of_resolution(kind, side):
    limit = {"identity": 1e-9, "limit": 0.02, "rate": 0.02, "monte carlo": 0.1}[kind]
    assert LIMITS[kind] == limit
    of = {"kind": "identity", "monte_carlo": True}
    of = of if kind == "monte carlo" else {"kind": kind}
    fine = {"up": limit / 2, "down": limit / 2}
    assert PartResolution(**of, **fine).looseness is None
    coarse = fine | {side: 1.01 * limit}
    assert "coarser than" in PartResolution(**of, **coarse).looseness


@pytest.mark.parametrize(
    ("refuted", "verdict"),
    [
        ((), "HOLDS (power untested)"),
        ((True, True), "HOLDS"),
        ((True, False), "POWERLESS"),
        ((False, True), "POWERLESS"),
    ],
)
def test_every_twin_has_to_be_refuted(refuted, verdict):
    twins = [TwinResult("twin", each, 1, None) for each in refuted]
    assert _verdict(_Judged(Outcome(), None, False), twins) == verdict


def test_resolutions_of_all_tasks_count():
    def outcome(up, tightness):
        part = PartResolution("inequality", up=up, down=up, tightness=tightness)
        return Outcome(1, parts=[part.to_dict()])

    (part,) = merged([outcome(0.1, 0.9), outcome(0.3, 0.2)]).parts
    assert (part["up"], part["tightness"]) == (0.1, 0.9)


@dataclass(frozen=True, repr=False)
class Number(Instance):
    x: Any


NUMBERS = Number(np.linspace(1.0, 2.0, 9))


def measured_again(measure, kind="identity"):
    """What `measured` says of a statement on nine numbers."""
    claim = Claim(kind, Domain("numbers", lambda: []), measure)
    return measured(claim, refgen, NUMBERS, 9)


@pytest.mark.parametrize("apart", [1e-11, 1e-6])
def test_a_second_measurement_agrees_to_rounding(apart):
    def knows_its_batch(rg, number):
        return equal(number.x * (1 + apart * (len(number.x) == 9)), number.x, 2)

    with pytest.raises(ClaimError, match="another value when an instance stands alone"):
        measured_again(knows_its_batch)


def test_another_order_is_another_order():
    def depends_on_its_place(rg, number):
        place = np.arange(len(number.x))
        # The first, the last and the tightest are as they are alone.
        return at_most(number.x - 0.5 * ((place > 0) & (place < 3)), 10)

    with pytest.raises(ClaimError, match="stands in another order"):
        measured_again(depends_on_its_place, "inequality")


def test_one_side_may_be_the_same_everywhere():
    decided = [
        decide("identity", equal(np.array([0.0, size]), 0.0, 1.0), 2)
        for size in (1e-20, 2e-20)
    ]
    check_varies(decided)
    with pytest.raises(InvalidMeasurement, match="does not depend on them"):
        check_varies([decide("identity", equal(np.zeros(2), 0.0, 1.0), 2)] * 2)

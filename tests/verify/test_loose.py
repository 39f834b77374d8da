"""A claim that would also hold if it were false is LOOSE, or says why it is kept."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from refgen.arrays import Instance
from refgen.claims import Claim, at_most, equal, exceeds, sampled, tends_to
from refgen.domains import real, record
from refgen.verify import PROFILES, verify_claim
from refgen.verify.report import row


@dataclass(frozen=True, repr=False)
class Share(Instance):
    """A number."""

    x: Any


shares = record(
    Share,
    "numbers in [½, 1]",
    x=real(0.5, 1),
    examples=lambda: [Share(np.array(0.75)), Share(np.array(1.0))],
)


def verified(kind, measure, twins=({"factor": 1.03},)):
    """The result of a claim on `shares`; each twin is a dict of changed arguments."""
    declared = Claim(kind, shares, measure, "TEST", "nowhere")
    for number, changed in enumerate(twins):
        declared.twin(f"another number, {number}", **changed)
    return verify_claim(declared, PROFILES["quick"])


LOOSE = {
    "an identity whose scale is inflated": (
        "identity",
        lambda rg, share, factor=1.0: equal(factor * share.x, share.x, 1e6),
        "identity: resolves 2.3e-07, coarser than 1.0e-09",
    ),
    "an identity that allows more roundings than it has": (
        "identity",
        lambda rg, share, factor=1.0: equal(factor * share.x, share.x, roundings=2**16),
        "allows 1.5e-11 of the scale for rounding, and no error reaches",
    ),
    "an inequality that is far from its bound": (
        "inequality",
        lambda rg, share, factor=1.0: [
            at_most(share.x, 3),
            at_most(factor * share.x, 1),
        ],
        "inequality: lhs/rhs reaches 0.333 only",
    ),
    "an inequality that is called sharp and is not": (
        "inequality",
        lambda rg, share, factor=1.0: at_most(factor * share.x, 1.02, sharp=True),
        "sharp inequality: lhs/rhs reaches 0.98 only",
    ),
    "a limit with sizes that do not go far enough": (
        "limit",
        lambda rg, share, factor=1.0: tends_to(
            share.x[:, None] * (factor + 0.4 / np.array([1, 10])),
            share.x[:, None],
            [(share.x / 2, 1)],
            [1, 10],
        ),
        "limit: resolves 9 %, coarser than 2 %",
    ),
    "a simulation that is stopped too early": (
        "identity",
        lambda rg, share, draws, factor=1.0: sampled(
            factor
            * share.x[:, None]
            * 2
            * draws.stream.uniform((len(share.x), draws.n)),
            share.x,
            0.3,
            bounds=(0, 4),
        ),
        "coarser than 10 %",
    ),
}


@pytest.mark.parametrize("what", LOOSE)
def test_it_is_loose(what):
    kind, measure, expected = LOOSE[what]
    result = verified(kind, measure, twins=[{"factor": 2.0}])
    assert result.verdict == "LOOSE"
    assert not result.ok
    assert any(expected in loose for loose in result.loose)


def test_a_reason_keeps_a_loose_relation_and_is_reported():
    result = verified(
        "inequality",
        lambda rg, share, factor=1.0: [
            at_most(share.x, 3, reason="the published bound"),
            at_most(factor * share.x, 1),
        ],
    )
    assert result.verdict == "HOLDS"
    assert result.reasons == [
        "inequality: lhs/rhs reaches 0.333 only, of 0.5: the published bound"
    ]


def test_a_result_says_how_finely_it_was_decided():
    result = verified(
        "identity", lambda rg, share, factor=1.0: equal(factor * share.x, share.x)
    )
    assert result.resolution == pytest.approx(2.27e-13, rel=0.01)
    assert "2.3e-13" in row(result)


def test_existence_is_never_loose():
    result = verified(
        "existence",
        lambda rg, share, threshold=0.1: exceeds(share.x, threshold),
        twins=[{"threshold": 1.0}],
    )
    assert (result.verdict, result.resolution) == ("HOLDS", None)


def at_most_one(rg, share, bound=1.0, power=1.0, name="x"):
    return at_most(getattr(share, name) ** power, bound, sharp=True)


def twin_of(**changed):
    return verified("inequality", at_most_one, [changed]).twins[0]


def test_a_twin_is_near_if_its_numbers_are_or_if_its_largest_violation_is():
    by_number = twin_of(bound=0.95)
    assert by_number.is_near
    assert by_number.distance == pytest.approx(0.05)
    far = twin_of(bound=0.9)
    assert not far.is_near
    assert far.distance == pytest.approx(0.1)
    by_violation = verified(
        "inequality",
        lambda rg, share, bound=lambda x: 1.0: at_most(share.x, bound(share.x)),
        [{"bound": lambda x: 1.04 - 0.08 * x}],
    ).twins[0]
    assert by_violation.is_near
    assert by_violation.distance == pytest.approx(0.04)


def test_a_result_is_as_coarse_as_its_coarsest_relation():
    result = verified(
        "identity",
        lambda rg, share, factor=1.0: [
            equal(factor * share.x, share.x, scale) for scale in (1.0, 1e3, 1.0)
        ],
    )
    assert result.resolution == pytest.approx(2.27e-10, rel=0.01)


def test_a_twin_is_as_near_as_its_numbers_if_its_violation_is_larger():
    twin = verified(
        "inequality",
        lambda rg, share, factor=1.0: at_most(share.x, 10 * (1 - factor) + 1),
        [{"factor": 1.03}],
    ).twins[0]
    assert (twin.distance, twin.is_near) == (pytest.approx(0.03), True)


def test_a_twin_on_another_domain_is_no_near_miss():
    declared = Claim("inequality", shares, at_most_one, "TEST", "nowhere")
    declared.twin("up to 1.01", domain=shares.but("to 1.01", x=real(0.5, 1.01)))
    assert not verify_claim(declared, PROFILES["quick"]).twins[0].is_near


def test_the_nearest_twin_is_the_one_that_is_shown():
    result = verified("inequality", at_most_one, [{"bound": 0.6}, {"bound": 0.96}])
    assert result.nearest_twin is result.twins[1]
    assert "4 %" in row(result)

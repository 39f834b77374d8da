"""True simulated claims are refuted no more often than a run may be wrong."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom
from support.sampled_claims import one

import refgen_gpu
from refgen.claims import Claim, all_claims, get, sampled
from refgen.verify import PROFILES, judging, verify_claim

ALARM = 1e-6  # a true statement about chance fails this rarely
QUICK, ERROR_PROBABILITY = PROFILES["quick"], 1e-3
SIMULATED = [claim.id for claim in all_claims() if claim.monte_carlo]


def n_refuted(claim, n_seeds):
    """How many of so many runs in the quick budget refute the claim."""
    alone = replace(claim, twins=[])
    results = (
        verify_claim(alone, QUICK, seed=s, error_probability=ERROR_PROBABILITY)
        for s in range(n_seeds)
    )
    return sum(result.verdict == "REFUTED" for result in results)


def most_false_alarms(n_seeds):
    """5 of 200: more have a probability of ALARM at most."""
    return binom.isf(ALARM, n_seeds, ERROR_PROBABILITY)


@pytest.mark.slow
@pytest.mark.parametrize("id", SIMULATED)
def test_two_hundred_seeds(id):
    assert n_refuted(get(id), 200) <= most_false_alarms(200)


def test_the_seeds_show_a_planted_error():
    true = get("GDE-17s")
    off = replace(true, measure=functools.partial(true.measure, share=1.08))
    assert n_refuted(true, 10) <= most_false_alarms(10) < n_refuted(off, 10)


KINDS = ["identity", "inequality", "existence"]


def constant(kind, value, claimed, **assumed):
    """A claim about draws that are all the same."""

    def measure(rg, instance, draws):
        """A mean."""
        return sampled(np.full((1, draws.n), value), claimed, **assumed)

    return Claim(kind, one(0.5), measure, "TEST", "nowhere")


def verdict_of(claim):
    return verify_claim(claim, QUICK).verdict


@pytest.mark.parametrize("assumed", [{"bounds": (0, 1)}, {"binary": True}])
@pytest.mark.parametrize(("value", "ulps"), [(0.0, -1), (1.0, 1)])
def test_an_interval_that_ends_at_a_bound_leaves_room_for_rounding(
    assumed, value, ulps, monkeypatch
):
    """Where all runs agree their disagreement came out as −2.2e-16."""
    claim = constant("identity", value, value + ulps * 2.0**-52, **assumed)
    assert verdict_of(claim) == "HOLDS (power untested)"
    monkeypatch.setattr(judging, "rounding_of", lambda part, rhs: 0.0)
    assert verdict_of(claim) == "REFUTED"


def test_rounding_refutes_no_claim_on_a_device(device):
    """All draws are 0, at a bound, and the claimed value is −4e-16 of a device."""

    def measure(rg, instance, draws):
        """A mean."""
        zeros = rg.arrays.to_device(np.zeros((1, draws.n)))
        claimed = rg.arrays.to_device(np.full(1, -4e-16))
        return sampled(zeros, claimed, bounds=(0, 1))

    for kind in ("identity", "inequality"):
        claim = Claim(kind, one(0.5), measure, "TEST", "nowhere")
        found = verify_claim(claim, QUICK, rg=refgen_gpu)
        assert found.verdict.startswith(("HOLDS", "LOOSE"))
        assert "(rounding may move it by 2.3e-13)" in found.decision


def test_draws_without_any_noise_leave_room_for_rounding():
    for value in (1 / 3, 1e6 / 3):
        claim = constant("identity", value, value * (1 + 2.0**-50), kurtosis=3.0)
        result = verify_claim(claim, QUICK)
        assert result.verdict == "HOLDS (power untested)"
        # Nothing smaller would have been seen.
        assert result.resolution == pytest.approx(2.0**-42 / min(value, 1), rel=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_off_by_more_than_rounding_is_refuted(kind):
    # Of a scale of 1 the allowance is 2.3e-13.
    off = -1e-12 if kind == "inequality" else 1e-12
    assert verdict_of(constant(kind, 1.0, 1.0 + off, kurtosis=3.0)) == "REFUTED"


def test_a_scale_says_what_rounding_is():
    claim = constant("identity", 1.0, 1 + 1e-8, kurtosis=3.0, scale=1e6)
    result = verify_claim(claim, QUICK)
    assert result.verdict.startswith("HOLDS")
    assert "(rounding may move it by 2.3e-07)" in result.decision


def test_an_existence_is_no_difference_of_a_rounding():
    claim = constant("existence", 1.0, 1 - 2.0**-50, kurtosis=3.0)
    assert verdict_of(claim) == "REFUTED"


def test_what_is_below_rounding_is_zero():
    equal = constant("identity", 1e-14, 2e-14, kurtosis=3.0)
    result = verify_claim(equal, QUICK)
    assert result.decision.endswith("true within 0.1 (rounding may move it by 2.3e-13)")
    below = constant("inequality", 2e-14, 1e-14, kurtosis=3.0)
    result = verify_claim(below, QUICK)
    assert result.verdict == "LOOSE"
    assert result.loose == ["inequality: rounding is allowed more than both sides are"]
    far = constant("inequality", -1.0, 1e-14, kurtosis=3.0)
    (why,) = verify_claim(far, QUICK).loose
    assert why.startswith("inequality: lhs/rhs reaches -1e+14 only")

"""Monte-Carlo claims: wrong no more often than stated, however often one looks."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import binom
from support.sampled_claims import (
    LAWS,
    Mean,
    coins,
    decided,
    eight,
    looked_at,
    make,
    normals,
    one,
)

import refgen
import refgen_gpu
from refgen import intervals
from refgen.arrays import namespace
from refgen.claims import Claim, get, sampled
from refgen.domains import Domain
from refgen.random import Stream
from refgen.verify import (
    PROFILES,
    Profile,
    drawing,
    judging,
    mean_intervals,
    verify,
    verify_claim,
)
from refgen.verify.sums import added
from refgen.verify.tally import ClaimError

ALARM = 2**-20  # a true statement about chance fails this rarely


def n_refuted(claim, n_claims, error_probability, n_looks=3):
    """How many of `n_claims` independent simulations of a claim are refuted.

    No simulation decides that the claim holds, as the precision of `make` is too fine.
    Intervals only narrow from look to look, so that judging all looks together shows
    whether any of them would have refuted the claim.
    """
    runs = (list(looked_at(claim, n_looks, seed)) for seed in range(n_claims))
    verdicts = (judging.judge(claim.kind, r, error_probability) for r in runs)
    return sum(verdict.state == "refuted" for verdict in verdicts)


def at_most(n_claims, error_probability):
    """A number of wrong claims that is exceeded with probability ALARM at most."""
    return binom.isf(ALARM, n_claims, error_probability)


@pytest.mark.parametrize("kind", ["identity", "inequality"])
@pytest.mark.parametrize(
    ("law", "n"), [("binary", 1000), ("bounded", 250), ("kurtosis", 100)]
)
def test_true_claims_at_the_boundary_are_rarely_refuted(law, n, kind):
    assert n_refuted(make(law, kind), n, 0.05) <= at_most(n, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["identity", "inequality"])
@pytest.mark.parametrize("law", LAWS)
def test_ten_thousand_true_claims_at_the_boundary(law, kind):
    assert n_refuted(make(law, kind), 10_000, 1e-3) <= at_most(10_000, 1e-3)


MISTAKES = {
    "looks": (intervals, "spend", lambda error_probability, look: error_probability),
    "instances": (judging, "_n_intervals", lambda look: 1),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_boundary_shows_an_error_probability_that_is_not_shared(
    mistake, monkeypatch
):
    monkeypatch.setattr(*MISTAKES[mistake])
    assert n_refuted(make("binary"), 400, 0.05, n_looks=6) > at_most(400, 0.05)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("kind", ["identity", "inequality"])
def test_false_claims_two_precisions_off_are_refuted(law, kind, seed):
    claim = make(law, kind, off=0.2, precision=0.1, domain=one)
    verdict = decided(claim, 8, 1e-4, seed)
    assert verdict.state == "refuted"
    assert verdict.instance.startswith("Mean(m=")


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("kind", "off"), [("identity", 0.0), ("inequality", -0.1), ("existence", 0.1)]
)
def test_true_claims_well_inside_hold(law, kind, off, seed):
    claim = make(law, kind, off=off, precision=0.1, domain=one)
    verdict = decided(claim, 8, 1e-4, seed)
    assert verdict.state == "holds"
    assert verdict.tightness <= 1
    assert verdict.instance is None


@pytest.mark.parametrize("kind", ["identity", "inequality"])
def test_what_is_false_within_its_precision_is_refuted_too(kind):
    assert judging._state(kind, 1.01, 1.02, rhs=1.0, precision=0.1) == "refuted"


def test_an_existence_of_nothing_is_refuted():
    assert decided(make("binary", "existence", off=-0.2), 5).state == "refuted"


def test_a_budget_that_ends_too_soon_leaves_a_claim_undecided():
    tiny = Profile("tiny", 16, 1, False, draws=256)
    result = verify_claim(make("binary", precision=0.01), tiny)
    assert result.verdict == "UNDECIDED"
    assert result.n_draws == 256
    assert "not decided within 3.3 %" in result.decision


def test_a_claim_is_refuted_by_a_single_instance():
    means = Domain("means", lambda: [Mean(np.array(m)) for m in (0.3, 0.6)])
    verdict = decided(make("binary", precision=0.1, domain=lambda m: means), 5)
    assert (verdict.state, verdict.instance) == ("refuted", "Mean(m=0.6)")


def test_intervals_of_all_looks_share_what_a_statement_may_spend(monkeypatch):
    spent = []
    original = mean_intervals.mean_interval

    def recorded(part, error_probability):
        spent.append(error_probability * np.size(part["sums"]))
        return original(part, error_probability)

    monkeypatch.setattr(mean_intervals, "mean_interval", recorded)
    looks = list(looked_at(make("binary"), 6))
    judging.judge("identity", looks, 0.05)
    assert len(spent) == 6
    assert sum(spent) <= 0.05
    # Only a little is left for looks that come later.
    assert sum(spent) > 0.04


def test_statements_of_a_run_share_its_error_probability(monkeypatch):
    spent = {}
    original = judging.judge

    def recorded(kind, looks, error_probability):
        drawn = json.dumps(looks[0])
        spent[drawn] = error_probability
        return original(kind, looks, error_probability)

    monkeypatch.setattr(judging, "judge", recorded)
    report = verify(["GDE-17s", "GDE-19s", "GDE-6"], profile="quick")
    assert len(spent) == report.n_monte_carlo == 4
    assert sum(spent.values()) == pytest.approx(report.error_probability, rel=1e-12)


SIMULATED = ["GDE-17s", "GDE-19j", "GDE-19s", "GDE-22s"]


@pytest.mark.parametrize("id", SIMULATED)
@pytest.mark.parametrize("seed", range(3))
def test_simulated_claims_are_decided_quickly(id, seed):
    report = verify([id], profile="quick", seed=seed)
    assert report.results[0].verdict == "HOLDS"


def along(sizes, means, kind, rhs, precision, order=1.0, noise=0.05):
    """A claim about known means, with draws that have bounded noise."""

    def measure(rg, instance, draws):
        """Means along sizes."""
        shape = (1, draws.n, len(sizes))
        values = np.array(means) + noise * (2 * draws.stream.uniform(shape) - 1)
        low, high = np.array(means) - noise, np.array(means) + noise
        options = {"bounds": (low, high), "sizes": sizes, "order": order}
        return sampled(values, rhs, precision / abs(rhs), **options)

    return Claim(kind, one(0.0), measure, "TEST-along", "nowhere")


SIZES = np.array([4.0, 16.0, 64.0])


def test_a_power_law_has_its_exponent_as_rate():
    means = 3 * SIZES**-0.5
    verdict = decided(along(SIZES, means, "rate", -0.5, 0.05), 8)
    assert verdict.state == "holds"
    assert verdict.words.startswith("log-log slope of the means at sizes 4, 16, 64 in")
    assert decided(along(SIZES, means, "rate", -1, 0.05), 8).state == "refuted"


def test_a_limit_is_what_the_fit_of_its_order_tends_to():
    means = 0.7 + 2 * SIZES**-0.5
    verdict = decided(along(SIZES, means, "limit", 0.7, 0.02, 0.5), 8)
    assert verdict.state == "holds"
    assert "fitted as L + c·size^-0.5, in [" in verdict.words
    assert decided(along(SIZES, means, "limit", 0.6, 0.02, 0.5), 8).state == "refuted"
    # The order is part of the claim: another one extrapolates to another limit.
    assert decided(along(SIZES, means, "limit", 0.7, 0.02, 1.0), 8).state == "refuted"


def test_a_rate_is_open_while_an_interval_holds_no_logarithm():
    few = along(SIZES, [1.0, 0.1, 0.001], "rate", -2.5, 0.3, noise=0.5)
    verdict = decided(few, 2)
    assert verdict.state == "open"
    assert "[-inf, inf]" in verdict.words
    assert verdict.tightness is None


def test_a_kurtosis_that_needs_more_draws_leaves_the_first_looks_open():
    claim = make("kurtosis", precision=0.5, domain=one)
    heavy = sampled(np.zeros((1, 8)), 0.0, 0.1, kurtosis=60.0)

    def measure(rg, instance, draws):
        """A mean."""
        return sampled(normals(instance, draws), 0.5, 0.5, kurtosis=heavy.kurtosis)

    claim = Claim("identity", one(0.5), measure, "TEST", "nowhere")
    assert decided(claim, 1).state == "open"
    assert decided(claim, 8).state == "holds"


WORDS = {
    "identity": (0.0, "claimed = 0.3: true within 33 %"),
    "inequality": (0.0, "claimed ≤ 0.3: true within 33 %"),
    "existence": (0.1, "claimed > 0.2: true"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_the_decision_is_stated_in_words(kind):
    off, expected = WORDS[kind]
    words = decided(make("binary", kind, off, 0.1, one), 8, 1e-4).words
    assert words.startswith("mean in [0.")
    assert " draws, " in words
    assert words.endswith(expected)
    false = {"existence": -0.2}.get(kind, 0.2)
    assert decided(make("binary", kind, false, 0.1, one), 8).words.endswith(": false")


def table_of(law):
    """A claim whose draws depend only on their number, not on their block."""
    true, draw, assumed = LAWS[law]
    instance = Mean(np.full(8, true))
    table = draw(instance, SimpleNamespace(stream=Stream(0, "table"), n=4096))

    def measure(rg, instance, draws):
        """A mean."""
        first = draws.stream.replicate
        return sampled(table[:, first : first + draws.n], true, 0.02, **assumed)

    return Claim("identity", eight(true), measure, "TEST", "nowhere")


@pytest.mark.parametrize("law", LAWS)
def test_verdicts_do_not_depend_on_the_blocks(law, monkeypatch):
    whole = list(looked_at(table_of(law), 5))
    assert len(whole[-1][0]["instances"]) == 8
    monkeypatch.setattr(drawing, "BLOCK", 48)
    pieces = list(looked_at(table_of(law), 5))
    assert pieces == whole
    judged = [judging.judge("identity", looks, 0.05) for looks in (whole, pieces)]
    assert judged[0] == judged[1]


def test_looks_double_the_draws_and_never_repeat_one():
    blocks = [block for look in range(8) for block in drawing._blocks(look)]
    ends = [start + n for start, n in blocks]
    assert [start for start, _ in blocks] == [0, *ends[:-1]]
    assert ends[-1] == 256 * 2**7
    assert max(n for _, n in blocks) == drawing.BLOCK


@pytest.mark.parametrize("law", LAWS)
def test_a_look_is_the_same_wherever_it_is_drawn_and_however_it_is_kept(law):
    looks, again = (list(looked_at(make(law), 3)) for _ in range(2))
    assert looks == again
    kept = json.loads(json.dumps(looks, allow_nan=False))
    verdict = judging.judge("identity", looks, 0.05)
    assert judging.judge("identity", kept, 0.05) == verdict


@pytest.mark.parametrize("law", ["binary", "bounded"])
def test_sums_do_not_grow_with_the_draws(law):
    *_, last = looked_at(make(law), 9)
    assert last[0]["parts"][0]["n"] == 2**15
    assert len(json.dumps(last)) < 2000


def test_sums_give_the_interval_of_the_draws_themselves():
    claim = table_of("bounded")
    looks = list(looked_at(claim, 5))
    low, high = mean_intervals.over_looks([_total(looks)], 0.05)
    values = claim.measure(refgen, None, SimpleNamespace(stream=Stream(0), n=4096))
    values = values.values
    share = float(intervals.spend(0.05, 1)) / 2
    moments = values.mean(axis=1), values.var(axis=1, ddof=1)
    exact = intervals.empirical_bernstein(*moments, 4096, share)
    other = intervals.hoeffding(moments[0], 4096, share)
    assert np.allclose(low, np.maximum(exact.low, other.low), rtol=0, atol=2e-7)
    assert np.allclose(high, np.minimum(exact.high, other.high), rtol=0, atol=2e-7)


def _total(looks):
    total, *others = (look[0]["parts"][0] for look in looks)
    for part in others:
        total = added(total, part)
    return total


@pytest.mark.parametrize("law", LAWS)
def test_verdicts_do_not_depend_on_the_package(law, device):
    claim = make(law, precision=0.05)
    here, there = (decided(claim, 4, rg=rg) for rg in (refgen, refgen_gpu))
    assert here.state == there.state
    assert here.words == there.words


@pytest.mark.parametrize("id", SIMULATED)
def test_simulated_claims_draw_the_same_on_the_device(id, device):
    claim, settings = get(id), SimpleNamespace(seed=1, simulated=8, small=2)
    here, there = (
        drawing.draw(claim, claim, rg, 0, settings) for rg in (refgen, refgen_gpu)
    )
    assert len(here) == len(there)
    for ours, theirs in zip(here, there, strict=True):
        assert ours["instances"] == theirs["instances"]
        for a, b in zip(ours["parts"], theirs["parts"], strict=True):
            assert added(a, b)["n"] == 512  # both state the same
            if "values" in a:
                np.testing.assert_allclose(a["values"], b["values"], rtol=1e-9)
                continue
            # Rounding in another order moves a bounded draw by one step at most.
            assert np.abs(np.subtract(a["sums"], b["sums"])).max() <= 256


def test_measuring_on_the_host_what_is_on_the_device_is_an_error(device):
    def measure(rg, instance, draws):
        """A mean."""
        return sampled(np.zeros((1, draws.n)), 0.0, 0.1, binary=True)

    claim = Claim("identity", one(0.0), measure, "TEST", "nowhere")
    with pytest.raises(ClaimError, match="measured on the host"):
        decided(claim, 1, rg=refgen_gpu)


def test_simulated_choices_have_their_probabilities():
    from refgen.claims.draws import choices, counts

    weights = np.array([[0.2, 0.0, 0.8], [0.5, 0.5, 0.0]])
    found = counts(choices(weights, Stream(0, "choices"), (20_000,)), 3)
    low, high = (binom.isf(p, 20_000, weights) for p in (1 - ALARM, ALARM))
    assert ((low <= found) & (found <= high)).all()


def test_simulated_estimates_are_those_of_the_package():
    from refgen.claims.disagreement import simulated

    law = get("GDE-19j").domain.examples()[0].take(None)
    draws = SimpleNamespace(stream=Stream(0, "estimates"), n=20)
    tables = simulated._tables(law, draws)
    simulated_values = simulated._estimates(law, draws, 24, 200)[0]
    package = [refgen.disagreement.disagreement(table) for table in tables]
    assert namespace(simulated_values) is np
    assert np.allclose(simulated_values, package, rtol=0, atol=1e-12)


def test_instances_are_counted_once():
    result = verify_claim(get("GDE-17s"), PROFILES["quick"])
    examples = len(get("GDE-17s").domain.examples())
    quick = PROFILES["quick"].simulated
    assert examples + quick < result.n_instances <= examples + quick + quick // 4


def test_looks_that_do_not_fit_together_are_the_claims_error():
    seen = []

    def measure(rg, law, draws):
        """A claim that moves its bounds."""
        seen.append(draws)
        values = draws.stream.uniform((len(law.weights), draws.n))
        return sampled(values, 0.5, 1e-9, bounds=(0, 1 + len(seen)))

    result = verify_claim(replace(get("GDE-17s"), measure=measure), PROFILES["quick"])
    assert result.verdict == "ERROR"
    assert "InvalidMeasurement" in result.error


def test_an_extrapolated_limit_is_as_wide_as_the_means_allow():
    """The fit of any means in their intervals lies in the limit's, ends attained."""
    sizes, order = np.array([4.0, 16.0, 64.0]), 0.5
    low, high = np.array([1.0, 1.3, 1.2]), np.array([1.5, 1.4, 1.9])
    design = np.stack([np.ones(3), sizes**-order], axis=1)
    corners = np.stack(np.meshgrid(*zip(low, high, strict=True)), axis=-1).reshape(
        -1, 3
    )
    fits = np.linalg.lstsq(design, corners.T, rcond=None)[0][0]
    found = mean_intervals.extrapolated(sizes, order, low, high)
    np.testing.assert_allclose(found, (fits.min(), fits.max()), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "interval", "margin"),
    [
        ("inequality", (0.2, 0.5), None),  # true with room
        ("inequality", (1.25, 1.5), 0.25),
        ("existence", (1.5, 2.0), None),
        ("existence", (0.25, 0.5), 0.5),
        ("identity", (0.25, 0.5), 0.5),
        ("identity", (1.25, 1.5), 0.25),
        ("identity", (0.5, 1.5), None),
    ],
)
def test_only_a_violation_has_a_margin(kind, interval, margin):
    part = {"kind": kind, "sharp": False, "reason": "", "precision": 0.1, "scale": 1}
    assert judging._resolution(part, interval, 1.0, 1.0).margin == margin


def test_a_twin_within_the_precision_of_its_claim_is_drawn_for_until_it_falls():
    """The claim holds within 0.1; its twin, 0.03 off, does not."""

    def measure(rg, instance, draws, off=0.0):
        """A mean."""
        return sampled(coins(instance, draws), 0.3 + off, 1 / 3, binary=True)

    claim = Claim("identity", one(0.3), measure, "TEST-near", "nowhere")
    claim.twin("a tenth more", off=0.03)
    result = verify_claim(claim, PROFILES["default"])
    assert result.n_draws < 2**12
    assert [twin.refuted for twin in result.twins] == [True]

"""Monte-Carlo claims that break a rule of the engine are errors, or stay undecided."""

from dataclasses import replace

import numpy as np
import pytest
from support.sampled_claims import LAWS, Mean, coins, eight, looked_at, make, one

import refgen
from refgen.claims import Claim, InvalidMeasurement, sampled
from refgen.verify import PROFILES, drawing, judging, verify, verify_claim
from refgen.verify.statements import StatementRun
from refgen.verify.tasks import Settings, perform

QUICK = PROFILES["quick"]


def drawn_by(values, domain=None, rhs=0.3, **options):
    """A claim whose draws are ``values(instance, draws)``."""

    def measure(rg, instance, draws):
        """A mean."""
        found = values(instance, draws)
        right = rhs(instance) if callable(rhs) else rhs
        return sampled(found, right, 0.1, **options or {"binary": True})

    where = domain or one(0.3)
    return Claim("identity", where, measure, "TEST-1", "nowhere")


def error_of(values, domain=None, **options):
    result = verify_claim(drawn_by(values, domain, **options), QUICK)
    assert result.verdict == "ERROR", result.decision
    return result.error


def test_the_honest_claim_holds():
    honest = drawn_by(coins, eight(0.3))
    result = verify_claim(honest, replace(QUICK, draws=2**14))
    assert result.verdict.startswith("HOLDS")


def test_global_randomness_is_an_error():
    def values(instance, draws):
        return (np.random.default_rng().random((len(instance.m), draws.n)) < 0.3) + 0.0

    error = error_of(values)
    assert "the same draws measured twice give other values" in error


def test_the_same_draws_in_every_block_are_an_error():
    def values(instance, draws):
        chance = np.random.default_rng(0).random((len(instance.m), draws.n))
        return (chance < 0.3) + 0.0

    assert "two blocks of draws are the same" in error_of(values)


def test_one_draw_that_is_repeated_is_an_error():
    def values(instance, draws):
        first = draws.stream.uniform((len(instance.m), 1))
        return np.broadcast_to(first, (len(instance.m), draws.n))

    error = error_of(values, rhs=0.5, bounds=(0, 1))
    assert "all draws of a block are the same" in error


def test_draws_of_a_constant_are_none_of_these():
    def values(instance, draws):
        return np.zeros((len(instance.m), draws.n))

    result = verify_claim(drawn_by(values, rhs=0.0), replace(QUICK, draws=2**9))
    assert result.error is None


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("p", [1e-3, 1e-2, 0.1])
def test_rare_events_are_not_taken_for_equal_blocks(p, seed):
    def values(instance, draws):
        shape = (len(instance.m), draws.n)
        return (draws.stream.uniform(shape) < p) + 0.0

    tiny = replace(QUICK, draws=2**8)
    assert verify_claim(drawn_by(values, rhs=p), tiny, seed=seed).error is None


def test_a_claim_that_writes_its_instance_is_an_error():
    def values(instance, draws):
        instance.m[...] = 0.3
        return coins(instance, draws)

    assert "the claim writes into its own instance" in error_of(values)


def test_a_claimed_value_that_mixes_the_instances_is_an_error():
    error = error_of(
        coins, eight(0.3), rhs=lambda instance: np.arange(len(instance.m)) / 10
    )
    assert "the claim mixes the instances of a batch" in error


def test_a_sampler_without_variety_is_an_error():
    same = replace(eight(0.3), sample=lambda rg, stream, size: Mean(np.full(size, 0.3)))
    assert "draws are the same one" in error_of(coins, same)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sampler_of_nan_or_infinity_is_an_error(value):
    broken = replace(
        eight(0.3), sample=lambda rg, stream, size: Mean(np.full(size, value))
    )
    assert "NaN or infinity" in error_of(coins, broken)


# --- A refutation is confirmed by other draws


def stages(claim, profile=QUICK, error_probability=0.05, seed=0):
    """The run of a statement to its end, and the tasks that it did."""
    settings = Settings(seed, 0, 0, profile.draws)
    run = StatementRun(claim, 0, settings, 512, error_probability)
    while (task := run.next_task()) is not None:
        run.accept(task, perform(claim, task, settings, "refgen"))
    return run, [task.stage for task, _ in run.counted]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("domain", [one, eight])
def test_a_false_claim_is_refuted_by_two_sets_of_draws(law, domain):
    claim = make(law, off=0.2, precision=0.1, domain=domain)
    run, done = stages(claim)
    assert run.verdict.state == "refuted"
    assert done[-2:] == ["sample", "confirm"]
    assert done.count("confirm") == 1
    assert "; other draws: mean in [" in run.verdict.words
    first, second = run.verdict.words.split("; other draws: ")
    assert first.split(" by ")[1].split()[0] == second.split(" by ")[1].split()[0]
    assert first != second


def test_the_draws_that_confirm_are_those_of_the_instance_that_refutes():
    claim = make("binary", off=0.2, precision=0.1, domain=eight)
    settings = Settings(0, 0, 0, 256, small=0)
    look = drawing.draw(claim, claim, refgen, 0, settings)
    number = drawing.again_number(0, 5, look)
    again = drawing.draw_again(claim, claim, refgen, number, settings)
    assert again[0]["instances"] == [look[0]["instances"][5]]
    assert again[0]["parts"][0]["n"] == 256
    assert again[0]["parts"][0]["sums"] != [look[0]["parts"][0]["sums"][5]]


def lucky():
    """The mean is 0.3; only the draws of the looks are far off."""

    def values(instance, draws):
        mean = 0.3 if "again" in draws.stream.labels else 0.6
        return (draws.stream.uniform((len(instance.m), draws.n)) < mean) + 0.0

    return drawn_by(values)


def test_a_refutation_that_other_draws_do_not_confirm_stays_undecided():
    run, done = stages(lucky())
    assert run.verdict.state == "open"
    assert done == ["sample", "confirm"] * 5
    assert ": false; but not by other draws: mean in [" in run.verdict.words
    result = verify_claim(lucky(), QUICK)
    assert result.verdict == "UNDECIDED"
    assert result.violation is None
    assert "but not by other draws" in result.decision


def test_doubts_about_a_refutation_do_not_go_away(monkeypatch):
    """Later looks that hold do not undo what refuted the statement before."""
    honest = judging.judge
    calls = []

    def misjudged(kind, looks, error_probability):
        calls.append(looks)
        verdict = honest(kind, looks, error_probability)
        wrong = replace(verdict, state="refuted", instance="it", words="far off: false")
        return wrong if len(calls) == 1 else verdict

    monkeypatch.setattr(judging, "judge", misjudged)
    run, done = stages(drawn_by(coins))
    assert done == ["sample", "confirm", "sample", "sample", "sample", "sample"]
    assert run.verdict.state == "open"
    assert run.verdict.words.startswith("far off: false; but not by other draws")


def test_a_true_claim_is_refuted_only_if_both_sets_miss():
    # At the boundary, with an error probability at which the first set often misses.
    claim = make("binary", precision=1e-9, domain=one)
    found = [stages(claim, error_probability=0.2, seed=seed) for seed in range(400)]
    first = sum("confirm" in done for _, done in found)
    both = sum(run.verdict.state == "refuted" for run, _ in found)
    assert first > 20
    assert both < first / 4


def test_confirmations_are_kept_and_the_same_for_any_workers(tmp_path, monkeypatch):
    ids, options = ["GDE-17s", "GDE-19j"], {"profile": "quick"}
    report = verify(ids, run=tmp_path, **options)
    decisions = [twin.decision for r in report.results for twin in r.twins]
    assert any("; other draws: " in decision for decision in decisions)
    assert verify(ids, n_jobs=2, **options).to_json() == report.to_json()
    monkeypatch.delattr("refgen.verify.schedule.perform_all")
    assert verify(ids, run=tmp_path, **options).to_json() == report.to_json()


def test_two_sets_of_draws_that_exclude_each_other_are_an_error():
    """Means of .3 and of .9 both refute a claimed .1, and no mean is both."""
    first = make("binary", off=0.2, precision=0.01, domain=one)
    other = make("binary", mean=0.9, off=0.8, precision=0.01, domain=one)
    looks, others = (list(looked_at(claim, 5)) for claim in (first, other))
    verdict = judging.judge("identity", looks, 0.01)
    assert verdict.state == "refuted"
    assert judging.confirmed("identity", verdict, looks[-1], 0.01).state == "refuted"
    with pytest.raises(InvalidMeasurement, match="sets of draws exclude each other"):
        judging.confirmed("identity", verdict, others[-1], 0.01)


def test_a_simulated_claim_has_a_part_of_its_kind():
    def measure(rg, instance, draws):
        """A mean."""
        values = coins(instance, draws)
        return sampled(values, 0.5, 0.1, binary=True, kind="inequality")

    claim = Claim("identity", one(0.3), measure, "TEST-kind", "nowhere")
    assert "declared of kind 'identity' and sampled" in verify_claim(claim, QUICK).error

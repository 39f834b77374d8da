"""Claims that break a rule of the engine are errors that say so; they never hold."""

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import refgen
from refgen import domains as dom
from refgen.arrays import Instance
from refgen.claims import Claim, at_most, equal
from refgen.domains import Domain
from refgen.verify import PROFILES, verify_claim
from refgen.verify.again import confirm
from refgen.verify.scan import pinned
from refgen.verify.tally import ClaimError, Tally

QUICK = replace(PROFILES["quick"], instances=600)


@dataclass(frozen=True, repr=False)
class Point(Instance):
    x: Any
    y: Any


@dataclass(frozen=True, repr=False)
class Pair(Instance):
    """An instance in an instance."""

    point: Point
    z: Any


def unit():
    return dom.real(0, 1)


points = dom.record(Point, "points of the unit square", x=unit(), y=unit())
PINNED = Point(np.array(0.25), np.array(0.5))


def claimed(measure, domain=points, kind="identity"):
    def stated(rg, p):
        """A statement."""
        return measure(p)

    return Claim(kind, domain, stated, "TEST-1", "nowhere")


def error_of(measure, domain=points, kind="identity"):
    result = verify_claim(claimed(measure, domain, kind), QUICK)
    assert result.verdict == "ERROR", result
    return result.error


# --- Instances are read-only


def writes_equal(p):
    p.x[...] = p.y
    return equal(p.x, p.y)


def test_a_claim_that_writes_its_instance_is_an_error():
    assert "the claim writes into its own instance" in error_of(writes_equal)


def test_nested_instances_are_read_only_too():
    def writes(pair):
        np.multiply(pair.point.x, 0, out=pair.point.x)
        return equal(pair.point.x, 0.0)

    nested = dom.record(Pair, "pairs", point=points, z=unit())
    assert "the claim writes into its own instance" in error_of(writes, nested)


def test_pinned_examples_are_read_only_and_stay_as_they_are():
    example = Point(np.array(0.25), np.array(0.5))
    finite = Domain("a point", lambda: [example])
    assert "the claim writes into its own instance" in error_of(writes_equal, finite)
    assert (example.x, example.y) == (0.25, 0.5)
    assert example.x.flags.writeable


def test_a_protection_that_is_lifted_is_found_by_comparing():
    def writes(p):
        p.x.base.flags.writeable = True
        p.x.flags.writeable = True
        return writes_equal(p)

    assert "the claim writes into its own instance" in error_of(writes)


def test_what_a_device_cannot_protect_is_compared(device):
    import refgen_gpu

    finite = Domain("a point", lambda: [PINNED])
    with pytest.raises(ClaimError, match="writes into its own instance"):
        pinned(claimed(writes_equal, finite), refgen_gpu, Tally())


# --- An instance has the same value alone, in another order, twice


@pytest.mark.parametrize(
    "lhs",
    [
        lambda x: abs(x - x[::-1]),
        lambda x: x / (x.max() + 1),
        lambda x: x / len(x),
        np.sort,
        lambda x: x - x[0],
    ],
)
def test_a_claim_that_mixes_the_instances_of_a_batch_is_an_error(lhs):
    error = error_of(lambda p: at_most(lhs(p.x), 1.0), kind="inequality")
    assert "it mixes the instances of a batch" in error


def test_a_scale_of_the_whole_batch_is_an_error():
    error = error_of(lambda p: equal(p.x + p.y, p.y + p.x, p.x.max() + 1))
    assert "its scale is" in error


def test_roundings_that_grow_with_the_batch_are_an_error():
    error = error_of(lambda p: equal(p.x, p.x + 0.0, roundings=len(p.x)))
    assert "another number of roundings" in error


def randomly(p):
    return at_most(p.x * np.random.default_rng().random(), 1.0)


def test_global_randomness_is_an_error():
    error = error_of(randomly, kind="inequality")
    assert "two measurements of the same instances differ" in error
    assert "global randomness" in error


def test_random_numbers_that_are_the_same_for_every_batch_are_an_error():
    def seeded(p):
        chance = np.random.default_rng(0).random(len(p.x))
        return at_most(p.x * chance, 1.0)

    assert "draws random numbers for it" in error_of(seeded, kind="inequality")


def test_a_memory_between_calls_is_an_error():
    calls = itertools.count(1)
    error = error_of(lambda p: at_most(p.x / next(calls), 1.0), kind="inequality")
    assert "keeps something between calls" in error


def test_examples_are_measured_again_too():
    finite = Domain("a point", lambda: [PINNED])
    assert "global randomness" in error_of(randomly, finite, "inequality")
    error = error_of(lambda p: equal(p.x.sum() + 0 * p.x, 0.25), finite)
    assert "when an instance stands repeated" in error


# --- A claim depends on its instances, and a sampler draws different ones


def test_a_claim_that_ignores_its_instances_is_an_error():
    error = error_of(lambda p: [equal(p.x, p.x), equal(0.1 + 0.2, 0.3)])
    assert "relation 2 of the claim measures 0.30000000000000004 and 0.3" in error
    assert "it does not depend on them" in error


def test_a_reason_keeps_a_relation_of_constants():
    kept = equal(0.1 + 0.2, 0.3, reason="the rounding of Python itself")
    claim = claimed(lambda p: [equal(p.x, p.x), kept])
    assert verify_claim(claim, QUICK).verdict.startswith("HOLDS")


def test_a_relation_that_depends_on_sizes_only_may_be_the_same_in_a_block():
    lines = dom.record(
        Point,
        "points",
        n=dom.integer(1, 6),
        x=dom.real(0, 1, shape=("n",)),
        y=unit(),
    )
    claim = claimed(lambda p: equal(p.x.shape[-1], p.x.shape[-1]), lines)
    assert verify_claim(claim, QUICK).verdict.startswith("HOLDS")


def one_point(rg, stream, size):
    return Point(np.full(size, 0.25), np.full(size, 0.5))


def with_sampler(sample):
    return Domain("points", lambda: [PINNED], lambda: st.just(PINNED), sample)


def test_a_sampler_without_variety_is_an_error():
    error = error_of(lambda p: equal(p.x, p.x), with_sampler(one_point))
    assert "all instances that the domain draws are the same one" in error


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("block", [0, 1])
def test_a_sampler_of_nan_or_infinity_is_an_error(value, block):
    def sample(rg, stream, size):
        x = stream.uniform(size)
        x[-1] = value if stream.replicate == block else 0.0
        return Point(x, stream.child("y").uniform(size))

    error = error_of(lambda p: equal(p.y, p.y), with_sampler(sample))
    assert (
        error
        == "InvalidInstance: the domain draws NaN or infinity in 'x', in its domain"
    )


@pytest.mark.parametrize(
    ("examples", "problem"),
    [
        (lambda: None, "examples must return a list of instances, got NoneType"),
        (lambda: [1.0], "derives from refgen.arrays.Instance, got float"),
        (list, "the domain has no instance: give it examples, or"),
        (lambda: [Point(np.array(np.nan), np.array(1.0))], "NaN or infinity in 'x'"),
    ],
)
def test_examples_are_finite_instances(examples, problem):
    assert problem in error_of(lambda p: equal(p.x, p.x), Domain("none", examples))


@pytest.mark.parametrize("answer", [True, False, "", np.bool_(False)])
def test_an_answer_that_is_no_reason_is_an_error(answer):
    domain = dom.record(Point, "points", x=unit(), y=unit(), outside=lambda p: answer)
    error = error_of(lambda p: equal(p.x, p.x), domain)
    assert "outside of the domain of 'points' must return None for a member" in error


def test_blocks_of_one_instance_each_may_differ_between_blocks():
    def sample(rg, stream, size):
        u = stream.uniform(2)
        return Point(np.full(size, u[0]), np.full(size, u[1]))

    claim = claimed(lambda p: equal(p.x, p.x), with_sampler(sample))
    assert verify_claim(claim, QUICK).verdict.startswith("HOLDS")


def test_a_violation_stays_as_it_was_drawn_while_it_is_confirmed():
    def writes(rg, p):
        p.x.base.flags.writeable = True
        p.x.flags.writeable = True
        p.x[...] = 9.0
        return at_most(p.x, 1.0)

    violation = Point(np.array(2.0), np.array(0.0))
    statement = Claim("inequality", points, writes, "TEST-1", "nowhere")
    confirm(statement, refgen, violation)
    assert violation.x == 2.0


# --- A violation is confirmed


def violating_at(calls):
    """x ≤ 1, but for some calls of the function."""
    count = itertools.count()

    def measure(p):
        return at_most(p.x, -1.0 if next(count) in calls else 1.0)

    return measure


def test_a_violation_that_comes_and_goes_is_an_error():
    # Not in the first block, where every value is measured again: in the second one.
    domain = replace(points, examples=list)
    n_first = sum(1 for _ in recorded_calls(domain))
    error = error_of(violating_at({n_first - 1}), domain, "inequality")
    assert "a violation that comes and goes" in error


def recorded_calls(domain):
    calls = []

    def measure(p):
        calls.append(len(p.x))
        return at_most(p.x, 1.0)

    verify_claim(claimed(measure, domain, "inequality"), QUICK)
    return calls[: calls.index(600 - 512) + 1]  # the second block is a short one


@pytest.mark.parametrize("seed", range(3))
def test_a_violation_that_the_search_cannot_repeat_is_an_error(seed):
    chance = np.random.default_rng(seed)

    def measure(p):
        alone = len(p.x) == 1
        return at_most(p.x, -1.0 if alone and chance.random() < 0.5 else 1.0)

    error = error_of(measure, replace(points, examples=list), "inequality")
    assert "comes and goes" in error or "measures another value" in error


def test_a_violation_that_needs_the_batch_is_an_error():
    def measure(p):
        many = len(p.x) == 600 - 512
        return at_most(p.x, -1.0 if many else 1.0)

    error = error_of(measure, kind="inequality")
    assert "comes and goes: measured a second time, alone" in error


# --- Rare sets


def peak(p):
    """1 on a set of probability 2e-6, with slopes that lead to it."""
    return 1 - abs(p.x - 0.3141) - abs(p.y - 0.2718)


def without_ascent(monkeypatch):
    monkeypatch.setattr("refgen.verify.tasks.rounds_of", lambda *args: (0, 0))


@pytest.mark.parametrize("seed", range(5))
def test_a_rare_violation_that_the_scan_misses_is_found_by_the_ascent(
    seed, monkeypatch
):
    claim = claimed(lambda p: at_most(peak(p), 0.999), kind="inequality")
    scans = replace(PROFILES["default"], search_examples=0, instances=20_000)
    found = verify_claim(claim, scans, seed=seed)
    assert found.verdict == "REFUTED"
    assert "check('TEST-1', Point(x=0.31" in found.reproduce
    without_ascent(monkeypatch)
    assert verify_claim(claim, scans, seed=seed).verdict.startswith("HOLDS")


def test_the_tightest_instance_of_the_ascent_is_the_claims():
    claim = claimed(lambda p: at_most(peak(p), 1.0), kind="inequality")
    assert verify_claim(claim, PROFILES["quick"]).tightness > 0.995

"""The engine refutes what is false, says what failed, and never skips."""

import weakref
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import refgen
from refgen.arrays import Instance
from refgen.claims import Claim, Twin, UnknownClaim, at_most
from refgen.domains import Domain
from refgen.random import Stream
from refgen.verify import PROFILES, verify, verify_claim
from refgen.verify.scan import BLOCK, scan
from refgen.verify.tally import Tally, evaluate

QUICK = PROFILES["quick"]


@dataclass(frozen=True, repr=False)
class Number(Instance):
    x: Any


numbers = Domain(
    "integers from 0 to 100",
    lambda: [Number(np.array(0.0))],
    lambda: st.integers(0, 100).map(lambda n: Number(np.array(float(n)))),
    lambda rg, stream, size: Number(stream.integers(101, size).astype(float)),
)


def below(limit):
    def measure(rg, n):
        """x ≤ limit."""
        return at_most(n.x, limit)

    return measure


def fails_above(limit):
    def measure(rg, n):
        """Raises above the limit."""
        if (n.x > limit).any():
            raise ZeroDivisionError("no such number")
        return at_most(n.x, 1000)

    return measure


def make(measure, twin=None, twin_domain=numbers):
    twins = [Twin("inequality", twin_domain, twin or below(50), "at most 50")]
    return Claim("inequality", numbers, measure, "TEST-1", "nowhere", twins=twins)


def test_a_true_claim_holds_and_reports_its_tightest_instance():
    result = verify_claim(make(below(100)), QUICK)
    assert result.verdict == "HOLDS"
    assert result.tightness == 1
    assert result.tightest == "Number(x=100.0)"
    assert result.n_instances == 1 + 4000 + QUICK.search_examples
    assert result.n_twins_refuted == 1


def test_a_false_claim_is_refuted_on_the_shrunk_instance():
    result = verify_claim(make(below(60)), PROFILES["default"])
    assert result.verdict == "REFUTED"
    assert result.violation == "Number(x=61.0)"
    assert "check('TEST-1', Number(x=61.0))" in result.reproduce


def test_a_twin_that_survives_makes_the_claim_powerless():
    result = verify_claim(make(below(100), twin=below(200)), QUICK)
    assert result.verdict == "POWERLESS"
    assert not result.ok


@pytest.mark.parametrize("value", [np.nan])
def test_nan_on_a_valid_instance_is_an_error(value):
    result = verify_claim(make(lambda rg, n: at_most(n.x * value, 1.0)), QUICK)
    assert result.verdict == "ERROR"
    assert "NaN" in result.error


def test_an_exception_in_the_code_is_a_failure_and_names_the_instance():
    result = verify_claim(make(fails_above(90)), QUICK)
    assert result.verdict == "ERROR"
    assert "ZeroDivisionError: no such number" in result.error


def test_an_exception_in_a_twin_does_not_count_as_refuted():
    result = verify_claim(make(below(100), twin=fails_above(90)), QUICK)
    assert result.verdict == "ERROR"
    assert result.n_twins_refuted == 0


def test_a_failing_domain_is_an_error_of_its_claim_only():
    def broken(*args):
        raise ArithmeticError("no instances")

    def broken_strategy():
        return st.integers(0, 100).map(broken)

    for where, how in (
        ("examples", broken),
        ("strategy", broken),
        ("strategy", broken_strategy),
        ("sample", broken),
    ):
        domain = replace(numbers, **{where: how})
        result = verify_claim(replace(make(below(100)), domain=domain), QUICK)
        assert result.verdict == "ERROR"
        assert "ArithmeticError: no instances, in its domain" in result.error


def test_halves_begin_when_the_whole_has_let_go_of_its_memory():
    held = []

    def measure(rg, n):
        """x ≤ 100; a batch that is too large runs out of memory."""
        assert all(ref() is None for ref in held)
        temporary = n.x + 1
        held.append(weakref.ref(temporary))
        if len(temporary) > 100:
            raise MemoryError
        return at_most(n.x, 100)

    tally = Tally()
    stream, blocks = Stream(3, "scan"), range(1, 2)
    scan(make(measure), refgen, tally, 2 * BLOCK, stream, BLOCK, blocks)
    assert (tally.n_instances, len(held)) == (BLOCK, 15)


def test_odd_batches_lose_no_instance_when_memory_is_short():
    def measure(rg, n):
        """x ≤ 100; more than two instances run out of memory."""
        if len(n.x) > 2:
            raise MemoryError
        return at_most(n.x, 100)

    batch = Number(np.array([0.0, 1.0, 2.0, 3.0, 101.0]))
    assert evaluate(make(measure), refgen, batch, 5).violated.tolist() == 4 * [
        False
    ] + [True]


def test_scans_do_not_depend_on_how_far_they_go():
    claim = make(below(100))
    tallies = [Tally(), Tally()]
    for tally, n in zip(tallies, (BLOCK, 3 * BLOCK), strict=True):
        blocks = range(-(-n // BLOCK))
        scan(claim, refgen, tally, n, Stream(3, "scan"), BLOCK, blocks)
    assert [tally.n_instances for tally in tallies] == [BLOCK, 3 * BLOCK]
    first = numbers.sample(None, Stream(3, "scan").at(0), BLOCK)
    again = numbers.sample(None, Stream(3, "scan").at(0), BLOCK)
    assert (first.x == again.x).all()


def test_the_same_seed_gives_the_same_report():
    runs = [verify(["GDE-5", "GDE-6"], profile="quick", seed=7) for _ in range(2)]
    assert runs[0].to_json() == runs[1].to_json()
    assert set(runs[0].timings()) == {"GDE-5", "GDE-6"}


def test_an_error_shows_both_ends_of_a_huge_instance_and_a_violation_all_of_it():
    huge = Domain("one", lambda: [Number(np.zeros(10_000))])
    failing = verify_claim(replace(make(fails_above(-1)), domain=huge), QUICK)
    assert failing.error.startswith("ZeroDivisionError: no such number, on Number(x=[0")
    assert failing.error.endswith("0.0])")
    assert len(failing.error) < 2100
    false = verify_claim(replace(make(below(-1)), domain=huge), QUICK)
    assert false.violation == repr(Number(np.zeros(10_000)))
    assert false.violation in false.reproduce


def test_interruption_keeps_what_is_finished():
    def stop(result):
        raise KeyboardInterrupt

    report = verify(["GDE-5", "GDE-6"], profile="quick", on_result=stop)
    assert report.interrupted
    assert not report.ok
    assert [result.id for result in report.results] == ["GDE-5"]


def test_quick_names_the_claims_it_leaves_out():
    report = verify(["RM-12*", "digits"], profile="quick", n_instances=10)
    assert report.left_out == ["RM-12k"]  # digits was asked for by name


def test_unknown_ids_get_the_nearest_names():
    with pytest.raises(UnknownClaim, match="GDE-6"):
        verify(["gde6"])


@pytest.mark.parametrize(
    ("argument", "match"),
    [
        ({"profile": "fast"}, "profile must be one of"),
        ({"n_instances": 0}, "n_instances must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_bad_arguments_are_named(argument, match):
    with pytest.raises(ValueError, match=match):
        verify(["GDE-6"], **argument)


def test_a_claim_without_a_twin_holds_with_its_power_untested():
    result = verify_claim(replace(make(below(100)), twins=[]), QUICK)
    assert result.verdict == "HOLDS (power untested)"
    assert result.ok


def test_a_report_prints_as_a_table():
    header, one, two = str(verify(["GDE-5", "audit"], profile="quick")).splitlines()
    assert len(header) == len(one) == len(two)
    assert header.startswith("claim  verdict  ")

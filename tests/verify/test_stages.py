"""What the run of a statement does, in which order, and what it cannot see."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import refgen
import refgen_gpu
from refgen import domains as dom
from refgen.arrays import Instance
from refgen.claims import Claim, Twin, at_most, get
from refgen.domains import Domain
from refgen.verify import PROFILES, verify_claim
from refgen.verify.ascent import ascend
from refgen.verify.outcomes import Outcome
from refgen.verify.scan import undetected_share
from refgen.verify.statements import StatementRun
from refgen.verify.tally import Tally
from refgen.verify.tasks import Settings, perform, plan

SETTINGS = Settings(seed=0, search_examples=5, instances=20 * 8192, draws=256)
QUICK = PROFILES["quick"]


@dataclass(frozen=True, repr=False)
class Number(Instance):
    x: Any


numbers = dom.record(
    Number,
    "from 0 to 1",
    x=dom.real(0, 1),
    examples=lambda: [Number(np.array(0.5))],
)
one_number = Domain("a number", lambda: [Number(np.array(0.5))])


def below(limit, domain=numbers, twin=0.25):
    def at(limit):
        def measure(rg, n):
            """x is at most a number."""
            return at_most(n.x, limit)

        return measure

    twins = [Twin("inequality", domain, at(twin), "less")]
    return Claim("inequality", domain, at(limit), "TEST-1", "nowhere", twins=twins)


def run_of(claim, index=0, settings=SETTINGS):
    """The run of a statement, done in order, and the tasks that counted."""
    run = StatementRun(claim, index, settings, 512, 1e-3)
    while (task := run.next_task()) is not None:
        run.accept(task, perform(claim, task, settings, "refgen"))
    return run, [(task.stage, task.block) for task, _ in run.counted]


def test_all_blocks_are_in_exactly_one_task():
    from refgen.verify.tasks import _scan_blocks

    blocks = [b for number in range(5) for b in _scan_blocks(number, 16)]
    assert blocks == list(range(1 + 4 * 16))


def test_a_claim_is_searched_before_it_is_scanned_and_climbs_at_the_end():
    _, done = run_of(below(2.0))
    assert done[:3] == [("pinned", 0), ("search", 0), ("scan", 0)]
    assert done[-1] == ("ascent", 0)
    assert [stage for stage, _ in done[3:-1]] == ["scan"] * 20


def test_all_instances_are_scanned_once():
    run, _ = run_of(below(2.0))
    assert run.outcome().n_scanned == SETTINGS.instances
    assert run.outcome().n_violating == 0


def test_the_first_block_of_a_refuted_twin_says_how_common_violations_are():
    run, done = run_of(below(2.0), index=1)  # the example refutes it, too
    assert done == [("pinned", 0), ("scan", 0)]
    outcome = run.outcome()
    assert outcome.violation == "Number(x=0.5)"
    assert outcome.n_scanned == 512
    assert 0.6 < outcome.n_violating / outcome.n_scanned < 0.9


def test_a_twin_that_its_first_block_refutes_is_not_searched():
    run, done = run_of(below(2.0, twin=0.75), index=1)
    assert done == [("pinned", 0), ("scan", 0)]
    assert run.outcome().n_instances == 1 + 512


def test_a_twin_that_survives_does_all_that_a_claim_does():
    claim = below(2.0, twin=1.5)
    assert sorted(run_of(claim, 1)[1]) == sorted(run_of(claim, 0)[1])


def test_a_claim_that_the_search_refutes_is_scanned_for_one_block():
    run, done = run_of(below(0.7), settings=replace(SETTINGS, search_examples=50))
    assert done == [("pinned", 0), ("search", 0), ("scan", 0)]
    assert run.outcome().n_violating > 0


def test_a_finite_domain_has_examples_only():
    claim = below(2.0, one_number)
    assert [task.stage for task in plan(claim, 0, SETTINGS, 512)] == ["pinned"]
    assert run_of(claim, 1)[1] == [("pinned", 0)]


def test_climbs_need_fields_and_a_budget():
    other = Domain(
        "numbers",
        numbers.examples,
        lambda: st.just(Number(np.array(0.5))),
        numbers.sample,
    )
    assert plan(below(2.0, other), 0, SETTINGS, 512)[-1].stage == "scan"
    few = replace(SETTINGS, instances=300)
    assert plan(below(2.0), 0, few, 512)[-1].stage == "scan"
    assert plan(below(2.0), 0, SETTINGS, 512)[-1].stage == "ascent"
    costly = replace(below(2.0), cost=1000)
    assert plan(costly, 0, SETTINGS, 512)[-1].stage == "scan"


def test_instances_of_the_climb_are_tried_and_not_scanned():
    settings = Settings(0, 0, 2048, 256)
    run, done = run_of(below(2.0), settings=settings)
    assert done[-1] == ("ascent", 0)
    n = run.outcome().n_instances
    assert run.outcome().n_scanned == 2048 < n
    climb = perform(run.claim, run.tasks[-1], settings, "refgen")
    assert n == 1 + 2048 + climb.n_instances
    assert climb.n_scanned == 0


def test_a_search_waits_for_the_first_block_of_a_twin():
    run = StatementRun(below(2.0), 1, SETTINGS, 512, 1e-3)
    pinned = run.next_task()
    assert run.next_task() is None
    run.accept(pinned, Outcome(1))
    first = run.next_task()
    assert (first.stage, first.block) == ("scan", 0)
    assert run.next_task() is None
    run.accept(first, Outcome(512))
    assert run.next_task().stage == "search"
    assert run.next_task() is None


def test_an_error_ends_a_statement_at_once():
    run = StatementRun(below(2.0), 1, SETTINGS, 512, 1e-3)
    run.accept(run.next_task(), Outcome(1, error="it broke"))
    assert run.is_done


@pytest.mark.parametrize("n", [1, 10, 512, 10**5])
def test_rarer_violations_than_the_undetected_share_are_missed_more_often(n):
    share = undetected_share(n)
    assert (1 - share) ** n == pytest.approx(0.05, rel=1e-9)


def test_a_report_says_what_its_scan_cannot_see():
    result = verify_claim(below(2.0), QUICK)
    assert result.missed == undetected_share(4000)
    assert 0.6 < result.twins[0].share < 0.9
    finite = verify_claim(below(2.0, one_number), QUICK)
    assert finite.missed is None
    assert finite.twins[0].share is None


def test_the_share_of_violations_is_one_of_scanned_instances():
    claim = below(2.0, twin=0.75)
    run, _ = run_of(claim, 1, Settings(0, QUICK.search_examples, 4000, 256))
    outcome = run.outcome()
    assert outcome.n_scanned < outcome.n_instances
    share = verify_claim(claim, QUICK).twins[0].share
    assert share == outcome.n_violating / outcome.n_scanned


@pytest.mark.parametrize("id", ["GDE-6", "RM-4"])
def test_climbs_go_the_same_way_on_the_device(id, device):
    claim, tallies = get(id), []
    for package in (refgen, refgen_gpu):
        tallies.append(Tally())
        ascend(claim, package, tallies[-1], 2048, package.random.Stream(0, id), 512)
    here, there = tallies
    assert here.n_instances == there.n_instances
    assert here.violation is there.violation is None
    assert here.tightness == pytest.approx(there.tightness, rel=0.5)

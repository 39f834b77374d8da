"""A domain knows its members, and says in plain words why an instance is none."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from support.fields import FIELDS, SIZES
from support.strategies import small_values

import refgen as rg
from refgen import domains as dom
from refgen.arrays import Instance
from refgen.claims import all_claims, at_most
from refgen.claims.model import Claim
from refgen.disagreement import ClassifierLaw, FiniteLaw, MemberLaw
from refgen.domains import Domain
from refgen.random import Stream
from refgen.resmem import LinearProblem
from refgen.verify import OutsideDomain, check, verify_claim
from refgen.verify.members import require_members

LAWS = dom.record(
    FiniteLaw,
    "two classes, two points or more, every class has votes",
    n=dom.integer(2, 4),
    k=2,
    weights=dom.distribution("n"),
    label_probabilities=dom.distribution("n", "k", denominator=4),
    vote_shares=dom.distribution("n", "k", positive=True),
)
PROBLEMS = dom.record(
    LinearProblem,
    "Σ of condition 50, ‖θ*‖ = 1, L in [0.1, 1]",
    d=dom.integer(1, 3),
    spectrum=dom.spectrum("d", smallest=0.2, largest=10.0),
    coefficients=dom.vector("d", norm=1),
    radius=dom.real(0.1, 1),
    noise=0.0,
)
HALF = [0.5, 0.5]


@dataclass(frozen=True, repr=False)
class PointOfProblem(Instance):
    """A point, and a problem of its dimension."""

    point: Any
    problem: Any


@pytest.mark.parametrize("name", FIELDS)
def test_drawn_values_are_members_of_their_field(name):
    field = FIELDS[name][0]
    drawn = field.bulk(rg, Stream(0, "members"), 300, SIZES)
    small = small_values(field.small(SIZES), 30)
    assert {field.outside(value, SIZES) for value in [*drawn, *small]} == {None}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (dom.real(0.04, 1.24), 3, "must lie in [0.04, 1.24], got 3"),
        (dom.real(0.04, 1.24), np.nan, "must lie in [0.04, 1.24], got nan"),
        (dom.real(0, 1, members=(0, np.inf)), -1, "must lie in [0, inf], got -1"),
        (dom.integer(2, 5), 2.5, "must be an integer from 2 to 5, got 2.5"),
        (dom.integer(2, 5), 6, "must be an integer from 2 to 5, got 6"),
        (dom.choice(1, 2.5), 2, "must be one of 1, 2.5, got 2"),
        (dom.labels("n", n_classes="k"), [0, 4, 1],
         "must be class codes below 4, got 4"),
        (dom.labels("n", n_classes=3), [0, -1, 1],
         "must be class codes below 3, got -1"),
        (dom.distribution("n"), [0.5, 0.6, -0.1], "must be at least 0, got -0.1"),
        (dom.distribution("n"), [0.5, 0.75, 0.25], "must sum to 1, got 1.5"),
        (dom.distribution("n"), [0.5, 0.25, 0], "must sum to 1, got 0.75"),
        (dom.distribution("n"), [0.5, np.nan, 0.1], "must be at least 0, got nan"),
        (dom.distribution("n", positive=True), [1, 0, 0], "must be positive, got 0"),
        (dom.distribution("n", denominator=4), [0.5, 0.3, 0.2],
         "must be multiples of 1/4, got 0.3"),
        (dom.vector("n"), [1, np.inf, 0], "must be finite, got inf"),
        (dom.vector("n", norm=2), [1, 0, 0], "must have norm 2, got 1"),
        (dom.matrix(2, 2), [[np.inf, 0], [0, 0]], "must be finite, got inf"),
        (dom.matrix(2, 2, kind="symmetric"), [[1, 2], [1, 1]], "must be symmetric"),
        (dom.matrix(2, 2, kind="psd"), [[1, 2], [1, 1]], "must be symmetric"),
        (dom.matrix(2, 2, kind="psd"), [[1, 0], [0, -1]],
         "must have no negative eigenvalue, got -1"),
        (dom.matrix(2, 2, kind="orthogonal"), [[1, 0], [0, 2]],
         "must be 0 from orthogonal, got 3"),
        (dom.matrix(2, 2, kind="stochastic"), [[1, 0], [0, 2]],
         "must sum to 1, got 2"),
        (dom.spectrum("n", smallest=0.2, largest=10), [30, 0.2, 0],
         "has condition 150, at most 50"),
        (dom.spectrum("n", smallest=0.2, largest=10), [30, 20, 0],
         "must be 0 or in [0.2, 10], got 30"),
        (dom.spectrum("n", smallest=0.2, largest=10, singular=False), [1, 2, 0],
         "must be in [0.2, 10], got 0"),
        (dom.spectrum("n", smallest=0.2, largest=10), [1, 2, -1],
         "must be 0 or in [0.2, 10], got -1"),
    ],
)  # fmt: skip
def test_a_field_says_what_it_wants_and_what_it_got(field, value, reason):
    assert field.outside(np.asarray(value, float), SIZES) == reason


@pytest.mark.parametrize(
    ("domain", "instance", "reason"),
    [
        (LAWS, 3.0, "must be of type FiniteLaw, got float"),
        (LAWS, None, "must be of type FiniteLaw, got NoneType"),
        (LAWS, LinearProblem([1.0], [1.0], 0.5),
         "must be of type FiniteLaw, got LinearProblem"),
        (LAWS, FiniteLaw(HALF, [[1, 0, 0]] * 2, [[1 / 3] * 3] * 2),
         "k must be 2, got 3"),
        (LAWS, FiniteLaw([1.0], [[1, 0]], [HALF]), "n must be at least 2, got 1"),
        (LAWS, FiniteLaw(HALF, [[1, 0]] * 2, [[1, 0]] * 2),
         "vote_shares must be positive, got 0"),
        (LAWS, FiniteLaw([HALF], [[[1, 0]] * 2], [[HALF] * 2]),
         "weights must have the axes (n), got shape (1, 2)"),
        (PROBLEMS, LinearProblem([30.0, 0.2], [1, 0], 0.5),
         "spectrum has condition 150, at most 50"),
        (PROBLEMS, LinearProblem([1.0], [1.0], 3.0),
         "radius must lie in [0.1, 1], got 3"),
        (PROBLEMS, LinearProblem([1.0], [1.0], 0.5, 0.3), "noise must be 0, got 0.3"),
    ],
)  # fmt: skip
def test_a_record_of_an_instance_type_says_it_of_its_fields(domain, instance, reason):
    assert domain.outside(instance) == reason
    assert not domain.contains(instance)


def test_shapes_that_disagree_are_outside_without_an_error():
    law = FiniteLaw.trusted(
        weights=np.ones(2) / 2,
        label_probabilities=np.ones((3, 2)) / 2,
        vote_shares=np.ones((2, 2)) / 2,
    )
    wanted = "label_probabilities must have the axes (n, k), n = 2, got (3, 2)"
    assert LAWS.outside(law) == wanted
    broken = FiniteLaw.trusted(weights="half")
    assert LAWS.outside(broken) == "weights must hold numbers, got <U4"


def test_larger_sizes_than_drawn_are_members_smaller_ones_are_not():
    many = FiniteLaw(np.full(9, 1 / 9), [[1, 0]] * 9, [HALF] * 9)
    assert LAWS.contains(many)


def test_records_in_a_record_are_asked_too_and_share_its_sizes():
    pairs = dom.record(
        PointOfProblem,
        "a vector and a problem of its dimension",
        d=dom.integer(1, 3),
        point=dom.vector("d"),
        problem=PROBLEMS,
    )
    inside = LinearProblem([1.0, 1.0], [1.0, 0.0], 0.5)
    assert pairs.contains(PointOfProblem(np.ones(2), inside))
    for point, problem, reason in [
        (np.ones(2), LinearProblem([1.0, 1.0], [1.0, 0.0], 3.0),
         "problem radius must lie in [0.1, 1], got 3"),
        (np.ones(3), inside,
         "problem spectrum must have the axes (d), d = 3, got (2,)"),
        (np.ones(2), 3.0, "problem must be of type LinearProblem, got float"),
    ]:  # fmt: skip
        assert pairs.outside(PointOfProblem(point, problem)) == reason


def test_a_condition_besides_the_fields_stays_with_changed_fields():
    def uneven(law):
        return None if law.weights[0] > 0.5 else "must have its weight in front"

    laws = dom.record(FiniteLaw, "uneven laws", outside=uneven, **LAWS.fields)
    assert laws.outside(3.0) == "must be of type FiniteLaw, got float"
    even = FiniteLaw(HALF, [[1, 0]] * 2, [HALF] * 2)
    assert laws.outside(even) == "must have its weight in front"
    assert (
        laws.but("three points", n=3).outside(
            FiniteLaw([0.2, 0.4, 0.4], [[1, 0]] * 3, [HALF] * 3)
        )
        == "must have its weight in front"
    )


def test_what_a_function_builds_is_not_known_unless_it_is_said():
    def build(u):
        return LinearProblem.trusted(spectrum=u)

    silent = dom.record(build, "problems", u=dom.real(0, 1, shape=(1,)))
    assert not silent.knows_its_members
    assert silent.outside(3.0) is None
    with pytest.raises(NotImplementedError, match="'problems' does not say what"):
        silent.contains(3.0)
    said = dom.record(build, "problems", outside=PROBLEMS.outside,
                      u=dom.real(0, 1, shape=(1,)))  # fmt: skip
    assert said.knows_its_members
    assert not said.contains(3.0)
    assert not said.but("others", u=0.5).knows_its_members


def test_a_finite_domain_contains_its_examples_and_nothing_else():
    laws = [FiniteLaw([1.0], [[1, 0]], [HALF]), MemberLaw([1.0], [[[1, 0]]])]
    domain = Domain("two laws", lambda: laws)
    assert all(domain.contains(law) for law in laws)
    assert domain.contains(FiniteLaw([1.0], [[1, 0]], [HALF]))
    other = FiniteLaw([1.0], [[0, 1]], [HALF])
    assert domain.outside(other) == "is none of the domain's 2 instances"
    wanted = "must be of type FiniteLaw or MemberLaw, got float"
    assert domain.outside(3.0) == wanted


def test_any_value_of_a_strategy_counts_as_a_member():
    assert dom.given(st.integers(0, 9)).outside(np.array(99), {}) is None


# --- the claims' domains

DOMAINS = {
    id(statement.domain): (claim.id, statement.domain)
    for claim in all_claims()
    for statement in (claim, *claim.twins)
}
ALL = [domain for _, domain in DOMAINS.values()]


def test_domains_of_claims_know_their_members():
    silent = {id for id, domain in DOMAINS.values() if not domain.knows_its_members}
    assert silent == set()


@pytest.mark.parametrize("domain", ALL, ids=lambda domain: domain.description)
def test_every_domain_contains_what_it_pins_and_draws(domain):
    drawn = list(domain.examples())
    if not domain.is_finite:
        batches = [domain.sample(rg, Stream(7).at(b), 40) for b in range(6)]
        drawn += [batch.take(i) for batch in batches for i in range(40)]
        drawn += small_values(domain.strategy(), 20)
    assert {domain.outside(instance) for instance in drawn} == {None}


@pytest.mark.parametrize("instance", [3.0, None, "law", PointOfProblem(1, 2)])
def test_every_domain_refuses_other_types_in_plain_words(instance):
    for domain in ALL:
        assert isinstance(domain.outside(instance), str), domain.description


@pytest.mark.parametrize(
    ("id", "instance", "reason"),
    [
        ("RM-2", LinearProblem([1.0, 1e-300], [1.0, 0.0], 0.5),
         "spectrum has condition 1e.300, at most"),
        ("RM-2", FiniteLaw([1.0], [[1, 0]], [HALF]), "must be of type LinearProblem"),
        ("GDE-3", FiniteLaw([1.0], [[1, 0]], [HALF]), "lacks class-wise calibration"),
        ("GDE-8b", FiniteLaw([1.0], [[1, 0, 0]], [[0.5, 0.3, 0.2]]),
         "k must be 2, got 3"),
        ("GDE-10", FiniteLaw([1.0], [[0.25, 0.75]], [[0.25, 0.75]]),
         "vote_shares must be multiples of 1/10, got 0.25"),
        ("GDE-15", ClassifierLaw([1.0], [HALF], [0.4, 0.6], [[0], [1]]),
         "classifier_weights must be 1/2, got 0.4"),
        ("RM-4", LinearProblem([1.0], [1.0], 0.5), "must be of type"),
    ],
)  # fmt: skip
def test_a_check_outside_the_domain_is_its_own_answer(id, instance, reason):
    with pytest.raises(OutsideDomain, match=f"outside the domain of {id}: .*{reason}"):
        check(id, instance)


def test_a_check_inside_the_domain_is_as_before():
    assert check("RM-2", LinearProblem([1.0, 0.5], [0.6, 0.8], 3.0))
    assert check("GDE-3", FiniteLaw([1.0], [[0.35, 0.65]], [[0.35, 0.65]]))


@pytest.mark.parametrize("stage", ["examples", "strategy", "sample"])
def test_an_instance_that_its_own_domain_calls_outside_is_an_error(stage):
    inside, outside = (LinearProblem([1.0], [1.0], r) for r in (0.5, 3.0))

    def at(name):
        return outside if stage == name else inside

    domain = Domain(
        "short ones",
        lambda: [at("examples")],
        lambda: st.just(at("strategy")),
        lambda rg, stream, size: at("sample").map(lambda a: np.array([a] * size)),
        PROBLEMS.outside,
    )
    claim = Claim("inequality", domain, lambda rg, p: at_most(p.radius, 9), "TEST")
    result = verify_claim(claim)
    assert result.verdict == "ERROR"
    assert "radius must lie in [0.1, 1], got 3" in result.error


def test_every_row_that_is_asked_about_has_to_be_a_member():
    claim = Claim("inequality", PROBLEMS, lambda rg, p: at_most(p.radius, 9), "TEST")
    one = LinearProblem([1.0], [1.0], 0.5)
    batch = replace(one.map(lambda a: np.array([a] * 3)), radius=[0.5, 0.5, 3.0])
    require_members(claim, rg, batch, {0, 1})
    with pytest.raises(OutsideDomain, match="radius must lie"):
        require_members(claim, rg, batch, {0, 2})


def test_the_last_row_of_a_block_is_asked_about():
    def sample(rg, stream, size):
        draws = PROBLEMS.sample(rg, stream, size)
        draws.radius[-1] = 3.0
        return draws

    examples = [LinearProblem([1.0], [1.0], 0.5)]
    strategy = PROBLEMS.strategy
    domain = Domain("long", lambda: examples, strategy, sample, PROBLEMS.outside)
    claim = Claim("inequality", domain, lambda rg, p: at_most(p.radius, 9), "TEST")
    assert "radius must lie in [0.1, 1], got 3" in verify_claim(claim).error

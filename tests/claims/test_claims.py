"""Every claim holds on its domain, and every false twin is refuted."""

import numpy as np
import pytest
from support.strategies import small_values

import refgen as rg
from refgen.claims import all_claims
from refgen.random import Stream
from refgen.verify import PROFILES, verify_claim

CLAIMS = all_claims()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_holds_and_its_twins_are_refuted(claim):
    result = verify_claim(claim, PROFILES["quick"])
    assert result.error is None
    assert result.violation is None
    assert [twin.text for twin in result.twins if not twin.refuted] == []
    assert result.loose == []
    assert result.verdict == "HOLDS"
    assert any(twin.is_near or twin.reason for twin in result.twins), "no near-miss"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_holds_under_many_seeds(claim, seed):
    assert verify_claim(claim, PROFILES["default"], seed=seed).verdict == "HOLDS"


DOMAINS = {
    statement.domain.description: statement.domain
    for claim in CLAIMS
    for statement in (claim, *claim.twins)
    if not statement.domain.is_finite
}


def assert_valid(instance):
    """The constructor leaves numbers as they are; it may make floats of counts."""
    built = type(instance)(**vars(instance))
    assert repr(built.map(in_floats)) == repr(instance.map(in_floats))


def in_floats(array):
    return np.asarray(array, float) if np.asarray(array).dtype.kind in "iu" else array


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_sampled_instances_are_valid(domain):
    """Samplers skip validation: the constructor must accept what they draw."""
    for block in range(3):
        batch = domain.sample(rg, Stream(0, "test", replicate=block), 20)
        for i in range(20):
            instance = batch.take(i)
            assert_valid(instance)


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_searched_instances_are_valid(domain):
    for instance in small_values(domain.strategy(), 20):
        assert_valid(instance)


def test_no_two_domains_are_described_alike():
    domains = {id(s.domain): s.domain for c in CLAIMS for s in (c, *c.twins)}
    assert len({d.description for d in domains.values()}) == len(domains)

"""What the domains of laws promise, and the extreme cases of their theorems."""

import numpy as np
import pytest
from support.strategies import small_values

import refgen as rg
from refgen.claims import get
from refgen.claims.disagreement import domains, lattice_laws
from refgen.claims.disagreement.bins import few_classes_laws
from refgen.disagreement import FiniteLaw
from refgen.random import Stream
from refgen.verify import check

CALIBRATED = {
    "canonical": (lattice_laws.canonical_laws, "cwce"),
    "class-wise": (lattice_laws.class_wise_laws, "cwce"),
    "class-aggregated": (lattice_laws.class_aggregated_laws, "cace"),
    "two classes": (lattice_laws.class_aggregated_binary_laws, "cace"),
    "class-aggregated, few classes": (few_classes_laws, "cace"),
    "top-label": (lattice_laws.top_label_laws, "top_label_ece"),
    "gde": (lattice_laws.gde_laws, "gap"),
}


@pytest.mark.parametrize("notion", CALIBRATED)
def test_calibrated_laws_are_calibrated_and_not_trivially(notion):
    domain, error = CALIBRATED[notion]
    moved = drawn = 0
    for block in range(5):
        law = domain.sample(rg, Stream(1, "calibrated", replicate=block), 200)
        assert abs(getattr(rg.disagreement, error)(law)).max() < 1e-12
        difference = abs(law.label_probabilities - law.vote_shares).max(axis=(1, 2))
        moved += int((difference > 0.05).sum())
        drawn += len(difference)
    assert moved > 0.3 * drawn  # "calibrated implies" is tested on other p than h̃, too


@pytest.mark.parametrize("notion", CALIBRATED)
def test_examples_and_searched_laws_are_calibrated_too(notion):
    domain, error = CALIBRATED[notion]
    for law in (*domain.examples(), *small_values(domain.strategy(), 30)):
        assert abs(getattr(rg.disagreement, error)(law)) < 1e-12


def test_some_calibrated_laws_have_many_different_votes():
    n_rows = set()
    for block in range(20):
        law = lattice_laws.class_wise_laws.sample(rg, Stream(2, "rows").at(block), 50)
        rows = np.sort(np.rint(10 * law.vote_shares), axis=-1)  # turned rows are equal
        n_rows |= {len(np.unique(instance, axis=0)) for instance in rows}
    assert {1, 2, 3, 4} <= n_rows


def test_laws_over_classifiers_with_gde_have_it_and_not_trivially():
    moved = 0
    for block in range(40):
        law = get("GDE-20").domain.sample(rg, Stream(1, "gde").at(block), 25)
        votes = law.marginal()
        assert abs(rg.disagreement.gap(votes)).max() < 1e-12
        difference = abs(votes.label_probabilities - votes.vote_shares)
        moved += int((difference.max(axis=(1, 2)) > 0.05).sum())
    assert moved > 300


def test_the_wrong_classifier_is_always_wrong():
    for block in range(5):
        law = domains.wrong_laws.sample(rg, Stream(3, "wrong").at(block), 100)
        assert (rg.disagreement.test_error(law) == 1).all()
        assert (law.vote_shares.max(axis=-1) == 1).all()


def test_one_half_is_attained_by_a_wrong_classifier():
    law = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
    assert abs(rg.disagreement.gap(law)) == rg.disagreement.cace(law) / 2 == 1
    assert check("GDE-6", law)


def test_two_runs_attain_the_annealed_value_and_three_need_not():
    """GDE-16b: Jensen's inequality is an equality up to two runs."""
    from refgen.claims.disagreement.finite_runs import _expected_cace

    law = get("GDE-16b").domain.sample(rg, Stream(0, "annealed"), 200)
    for m, equal in ((2, True), (3, False)):
        seen = _expected_cace(rg, law, m)
        annealed = rg.disagreement.annealed_cace(law.marginal(), m)
        assert np.allclose(seen, annealed, rtol=0, atol=1e-12) == equal

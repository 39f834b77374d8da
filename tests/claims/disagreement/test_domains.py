"""What the domains of laws promise, and the extreme cases of their theorems."""

import numpy as np
import pytest

import refgen as rg
from refgen.claims import get
from refgen.disagreement import FiniteLaw
from refgen.random import Stream
from refgen.verify import check

NOTIONS = {
    "GDE-3": "cwce",
    "GDE-4": "cace",
    "GDE-10": "cwce",
    "GDE-22b": "cace",
}


@pytest.mark.parametrize("id", NOTIONS)
def test_calibrated_laws_are_calibrated_and_not_trivially(id):
    domain = get(id).domain
    moved = drawn = 0
    for block in range(5):
        law = domain.sample(rg, Stream(1, "calibrated", replicate=block), 200)
        assert getattr(rg.disagreement, NOTIONS[id])(law).max() < 1e-12
        difference = abs(law.label_probabilities - law.vote_shares).max(axis=(1, 2))
        moved += int((difference > 0.05).sum())
        drawn += len(difference)
    assert moved > 0.3 * drawn  # "calibrated implies" is not tested on p = h̃ alone


def test_laws_over_classifiers_with_gde_have_it():
    law = get("GDE-20").domain.sample(rg, Stream(1, "gde"), 200)
    assert abs(rg.disagreement.gap(law.marginal())).max() < 1e-12


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

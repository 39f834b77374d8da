"""Who belongs to the families of laws that sections 8 to 10, 15 and 20 state."""

from dataclasses import replace

import numpy as np
import pytest

from refgen.claims.disagreement import lattice_laws
from refgen.claims.disagreement.dimensions import laws_with_zeros
from refgen.claims.disagreement.dispersion import gde_classifier_laws
from refgen.claims.disagreement.finite_runs import several_runs
from refgen.claims.disagreement.members import runs_with_probabilities
from refgen.claims.disagreement.notions import (
    laws_in_every_order,
    laws_on_the_line_of_gde,
    laws_with_two_exchanged,
)
from refgen.claims.disagreement.regions import laws_moved_orthogonally
from refgen.disagreement import ClassifierLaw, FiniteLaw, MemberLaw

FAMILIES = [
    laws_in_every_order,
    laws_on_the_line_of_gde,
    laws_with_two_exchanged,
    laws_moved_orthogonally,
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.description)
def test_a_family_contains_its_laws_and_no_other(family):
    law = family.examples()[0]
    assert family.outside(law) is None
    one = FiniteLaw([1.0], [[1.0]], [[1.0]])
    assert "vote_shares must have shape" in family.outside(one)
    labels = np.roll(law.label_probabilities, 1, axis=-1)
    assert family.outside(replace(law, label_probabilities=labels)) is not None
    assert "must be of type FiniteLaw" in family.outside(3.0)


def test_a_parameter_out_of_range_is_outside():
    law = laws_in_every_order.build(np.array(0.005))
    reason = laws_in_every_order.outside(law)
    assert reason == "delta must lie in [0.01, 0.2], got 0.005"


@pytest.mark.parametrize(
    ("domain", "law", "reason"),
    [
        (
            several_runs,
            ClassifierLaw([1.0], [[1.0, 0.0]], [1.0], [[0]]),
            "must have at least two classifiers, got 1",
        ),
        (
            runs_with_probabilities,
            MemberLaw([1.0], [[[1.0]]]),
            "must have at least two runs, got 1",
        ),
        (
            runs_with_probabilities,
            MemberLaw([0.5, 0.5 + 1e-12], [[[1.0]] * 2] * 2),
            "weights must be 1/2",
        ),
        (
            gde_classifier_laws,
            ClassifierLaw([1.0], [[0.0, 1.0]], [1.0], [[0]]),
            "lacks EDR = ETE: off by 1",
        ),
        (
            laws_with_zeros,
            FiniteLaw([1.0, 0.0], [[1.0, 0.0]] * 2, [[1.0, 0.0]] * 2),
            "weights must be positive, got 0",
        ),
    ],
)
def test_what_is_outside_is_said(domain, law, reason):
    assert domain.outside(law) == reason


@pytest.mark.parametrize("notion", ["gde", "canonical", "class_wise"])
def test_a_law_that_is_nearly_calibrated_is_outside(notion):
    domain = getattr(lattice_laws, f"{notion}_laws")
    off = FiniteLaw([1.0], [[0.3 + 1e-9, 0.7 - 1e-9]], [[0.3, 0.7]])
    assert domain.outside(lattice_laws.UNMOVED) is None
    assert "off by" in domain.outside(off)


def test_a_law_over_classifiers_that_nearly_has_gde_is_outside():
    law = ClassifierLaw([1.0], [[0.6, 0.4]], [0.6, 0.4], [[0], [1]])
    off = replace(law, label_probabilities=[[0.6 + 1e-9, 0.4 - 1e-9]])
    assert gde_classifier_laws.outside(law) is None
    assert "lacks EDR = ETE: off by 2e-10" in gde_classifier_laws.outside(off)

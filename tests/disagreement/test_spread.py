"""Ratio of disagreement to error, and the bound of its variance, against loops."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refgen.disagreement as rd
from refgen.random import Stream


def drawn_law(seed, h, n, k):
    draws = Stream(seed)
    labels = draws.child("p").dirichlet((n, k))
    codes = draws.integers(k, (h, n))
    return rd.ClassifierLaw(
        draws.dirichlet((n,)), labels, draws.child("h").dirichlet((h,)), codes
    )


@given(st.integers(0, 999), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_bound_and_ratio_equal_loops(seed, h, n, k):
    law = drawn_law(seed, h, n, k)
    w, errors = law.classifier_weights, rd.classifier_errors(law)
    differ = rd.pairwise_disagreement(law)
    ratio, theta = 0.0, 0.0
    for a, b in product(range(h), repeat=2):
        theta += w[a] * w[b] * differ[a, b]
        if errors[a] + errors[b] > 1e-12:
            ratio = max(ratio, differ[a, b] / (errors[a] + errors[b]))
    mean = sum(w[a] * errors[a] for a in range(h))
    variance = sum(w[a] * (errors[a] - mean) ** 2 for a in range(h))
    # The larger root x of x² = θ(2κμ − θ) + κ √(2v) x.
    slope, rest = ratio * np.sqrt(2 * variance), theta * (2 * ratio * mean - theta)
    root = max(np.roots([1.0, -slope, -max(rest, 0.0)]).real)
    assert rd.disagreement_error_ratio(law) == pytest.approx(ratio, abs=1e-12)
    assert rd.pairwise_variance_bound(law) == pytest.approx(root**2, abs=1e-7)


def test_classifiers_without_error_have_ratio_zero():
    law = rd.ClassifierLaw([1.0], [[1.0, 0.0]], [0.5, 0.5], [[0], [0]])
    assert rd.disagreement_error_ratio(law) == 0
    assert rd.pairwise_variance_bound(law) == 0


def test_pairs_outside_the_support_do_not_count():
    law = rd.ClassifierLaw([1.0], [[0.5, 0.5]], [1.0, 0.0], [[0], [1]])
    assert rd.disagreement_error_ratio(law) == 0


@pytest.mark.parametrize("m", [2, 3, 5])
def test_equally_likely_constants_attain_the_bound(m):
    shares = np.full(m, 1 / m)
    law = rd.ClassifierLaw([1.0], [shares], shares, np.arange(m)[:, None])
    variance = rd.variance_components(law)["20"]
    assert rd.disagreement_error_ratio(law) == pytest.approx(m / (2 * (m - 1)))
    assert rd.pairwise_variance_bound(law) == pytest.approx(float(variance))


@pytest.mark.parametrize("rare", [1e-3, 1e-9])
def test_small_errors_count_as_large_ones_do(rare):
    weights, truth = [rare, 1 - rare], [[1.0, 0.0]] * 2
    law = rd.ClassifierLaw(weights, truth, [0.5, 0.5], [[0, 0], [1, 0]])
    assert rd.disagreement_error_ratio(law) == pytest.approx(1.0)
    variance = float(rd.variance_components(law)["20"])
    assert rd.pairwise_variance_bound(law) >= variance * (1 - 1e-9)

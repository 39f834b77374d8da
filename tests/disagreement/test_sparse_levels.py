"""Levels that are met once say nothing about calibration, and say so."""

import warnings

import numpy as np
import pytest

import refgen.disagreement as rd
from refgen.disagreement import SparseLevelsWarning, audit

RNG = np.random.default_rng(0)


def probabilities(n_points, n_classes=3, decimals=17):
    p = RNG.dirichlet(np.ones(n_classes), size=(2, n_points)).round(decimals)
    p[..., -1] = 1 - p[..., :-1].sum(axis=-1)
    return abs(p)


def labels_of(shares):
    return (shares.cumsum(axis=-1) < RNG.random(len(shares))[:, None]).sum(axis=-1)


@pytest.mark.parametrize("right", [True, False])
def test_cace_of_continuous_shares_is_twice_the_error_whatever_the_calibration(right):
    p = probabilities(200)
    labels = labels_of(p.mean(axis=0)) if right else RNG.integers(3, size=200)
    with pytest.warns(SparseLevelsWarning, match="600 levels on 200 labelled points"):
        found = audit(p, labels, members="sample")
    assert found.cace == pytest.approx(2 * found.error, rel=1e-12)


def test_bins_tell_calibrated_shares_from_others():
    p = probabilities(4000)
    good = labels_of(p.mean(axis=0))
    for labels, is_calibrated in ((good, True), (RNG.integers(3, size=4000), False)):
        with pytest.warns(SparseLevelsWarning, match="Compare binned_cace with cace_n"):
            found = audit(p, labels, members="sample")
        assert (found.binned_cace < 2 * found.cace_noise_floor) is is_calibrated


@pytest.mark.parametrize("n_points", [2, 7, 40, 1000])
@pytest.mark.parametrize("n_runs", [2, 3, 10])
def test_hard_labels_do_not_warn(n_runs, n_points):
    runs = RNG.integers(3, size=(n_runs, n_points))
    labels = RNG.integers(3, size=n_points)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SparseLevelsWarning)
        assert audit(runs, labels).holds
        assert audit(np.eye(3)[runs], labels).holds
        rd.ensemble_cace(runs, labels)


def test_few_levels_on_many_points_do_not_warn():
    p = probabilities(5000, 2, decimals=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SparseLevelsWarning)
        assert audit(p, labels_of(p.mean(axis=0)), members="sample").cace < 0.5
        audit(probabilities(50), members="sample")  # without labels


def test_laws_that_are_known_do_not_warn():
    p = probabilities(1)[0]
    law = rd.FiniteLaw([1.0], [[1.0, 0.0, 0.0]], p)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SparseLevelsWarning)
        assert rd.cace(law) == pytest.approx(2 * rd.test_error(law))


def test_the_warning_shows_the_line_of_the_call():
    p = probabilities(20)
    with pytest.warns(SparseLevelsWarning) as caught:
        audit(p, labels_of(p.mean(axis=0)), members="sample")
    assert [warning.filename for warning in caught] == [__file__]

"""Estimators and displays of refgen_gpu: results are where the input was."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import parametrize_with_checks
from support.contract import run_check
from support.parity import assert_on_device, assert_same_bits, assert_within
from support.prediction_bounds import estimate_bounds

import refgen.disagreement as on_host
import refgen_gpu.disagreement as on_gpu
from refgen_gpu import NoDeviceError
from refgen_gpu.arrays import to_device, to_host

X, Y = load_iris(return_X_y=True)
METHODS = ("run_predictions", "predict_proba", "predict")


@parametrize_with_checks(
    [on_gpu.DisagreementErrorEstimator(GaussianNB(), n_runs=3, random_state=0)]
)
def test_scikit_learn_contract(device, estimator, check):
    run_check(estimator, check)


def fitted(package, points=X[::2], labels=Y[::2], **settings):
    settings = {"n_runs": 6, "random_state": 0, **settings}
    return package.DisagreementErrorEstimator(**settings).fit(points, labels)


@pytest.mark.parametrize("labels", [Y, np.array(["a", "b", "c"])[Y]], ids=["n", "text"])
def test_numpy_in_numpy_out_and_as_on_the_host(device, labels):
    mine, right = (fitted(p, X[::2], labels[::2]) for p in (on_gpu, on_host))
    for name in METHODS:
        got, want = getattr(mine, name)(X), getattr(right, name)(X)
        assert isinstance(got, np.ndarray)
        np.testing.assert_array_equal(got, want)
        assert got.dtype == want.dtype
    assert mine.score(X, labels) == right.score(X, labels)


def test_device_arrays_in_device_arrays_out(device):
    points, labels = to_device(X), to_device(Y)
    mine = fitted(on_gpu, points[::2], labels[::2])
    right = fitted(on_host)
    for name in METHODS:
        got = getattr(mine, name)(points)
        assert_on_device(got, device)
        assert_same_bits(got, getattr(right, name)(X))
    # An estimator fitted on device arrays predicts for host arrays, and the reverse.
    assert isinstance(mine.predict(X), np.ndarray)
    assert_on_device(fitted(on_gpu).predict(points), device)


@pytest.mark.parametrize("interval", ["jackknife", "normal", "hoeffding"])
@pytest.mark.parametrize("move", [np.asarray, to_device], ids=["numpy", "device"])
def test_error_estimates_agree(device, interval, move):
    got = fitted(on_gpu, interval=interval).error_estimate(move(X[1::2]))
    want = fitted(on_host, interval=interval).error_estimate(X[1::2])
    bounds = estimate_bounds(want, "hard", 6, 75, 3)
    assert_within(got, want, lambda name: bounds.get(name.split(".")[-1], 0.0))


def test_a_fitted_estimator_survives_pickling(device):
    mine = fitted(on_gpu, to_device(X), to_device(Y))
    again = pickle.loads(pickle.dumps(mine))
    np.testing.assert_array_equal(again.predict(X), mine.predict(X))
    # All its arrays are on the host.
    assert isinstance(again.classes_, np.ndarray)


def test_runs_train_without_a_device_and_votes_need_one(monkeypatch):
    monkeypatch.setattr("refgen_gpu.backend._cupy_backend", refuse)
    ensemble = fitted(on_gpu)
    assert ensemble.run_predictions(X).shape == (6, 150)
    for name in ("predict_proba", "predict", "error_estimate"):
        with pytest.raises(NoDeviceError):
            getattr(ensemble, name)(X)


def refuse():
    raise NoDeviceError("none")


DRAWN = ("shares", "accuracy", "mass", "run_disagreement", "run_errors")


@pytest.mark.parametrize("move", [np.asarray, to_device], ids=["numpy", "device"])
def test_displays_show_the_same(device, move):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    runs = fitted(on_host).run_predictions(X)
    mine = on_gpu.DisagreementDisplay.from_predictions(move(runs), move(Y))
    right = on_host.DisagreementDisplay.from_predictions(runs, Y)
    ensemble = fitted(on_gpu)
    seen = on_gpu.DisagreementDisplay.from_estimator(ensemble, move(X), move(Y))
    pyplot.close("all")
    for name in DRAWN:
        for display in (mine, seen):
            drawn = getattr(display, name)
            assert isinstance(drawn, np.ndarray)
            # Quotients of counts: no sum is rounded.
            np.testing.assert_array_equal(drawn, getattr(right, name))


def test_a_display_takes_arrays_of_the_device(device):
    values = np.array([0.0, 1.0])
    display = on_gpu.DisagreementDisplay(*[to_device(values)] * 5)
    np.testing.assert_array_equal(display.shares, to_host(values))


def test_scores_are_the_hosts_for_any_mixture_of_arrays(device):
    ours = on_gpu.DisagreementErrorEstimator(random_state=0).fit(X, Y)
    wanted = on_host.DisagreementErrorEstimator(random_state=0).fit(X, Y).score(X, Y)
    assert ours.score(X, Y) == wanted
    assert ours.score(to_device(X), to_device(Y)) == wanted
    assert ours.score(to_device(X), Y) == wanted


def test_text_labels_cannot_be_predicted_onto_a_device(device):
    names = np.array(["a", "b", "c"])[Y]
    ours = on_gpu.DisagreementErrorEstimator(random_state=0)
    ours.fit(X, names)
    assert set(ours.predict(X)) <= set(names)
    with pytest.raises(TypeError, match="predict on NumPy X"):
        ours.predict(to_device(X))


def test_estimates_say_where_they_were_computed(device):
    runs = to_device([[0, 1, 1], [1, 1, 1], [0, 1, 0]])
    estimate = on_gpu.disagreement_estimate(runs)
    assert estimate.device == device.device
    audited = on_gpu.audit(runs).to_dict()
    assert audited["estimate"]["device"] == device.device


def test_laws_of_either_package_are_laws(device):
    law = on_gpu.FiniteLaw([1.0], [[0.5, 0.5]], [[0.5, 0.5]])
    assert isinstance(law, on_host.FiniteLaw)
    empirical = on_gpu.empirical_law([[0, 1]], [0, 1])
    assert isinstance(empirical, on_gpu.FiniteLaw)
    assert not isinstance(empirical, on_gpu.ClassifierLaw)

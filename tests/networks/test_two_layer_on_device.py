"""Estimators of two layers train on a device, and take what they are given."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from support.parity import assert_on_device

import refgen.networks as on_host
import refgen_gpu.networks as on_gpu
from refgen_gpu.arrays import to_device, to_host

X, KINDS = load_iris(return_X_y=True)
X, KINDS = X[::3] / 8, KINDS[::3]
SETTINGS = {"n_hidden": 4, "n_members": 2, "n_epochs": 2, "random_state": 0}


@pytest.mark.parametrize(
    ("name", "y", "methods"),
    [
        ("TwoLayerClassifier", KINDS, ("predict", "predict_proba")),
        ("TwoLayerRegressor", X[:, 0], ("predict", "member_predictions")),
    ],
)
def test_what_comes_in_decides_what_goes_out(device, name, y, methods):
    for more in ({}, {"early_stopping": True}):
        right = getattr(on_host, name)(**SETTINGS, **more).fit(X, y)
        ours = getattr(on_gpu, name)(**SETTINGS, **more)
        for move in (np.asarray, to_device):
            ours.fit(move(X), move(y))
            assert isinstance(ours.ensemble_.loss_curves, np.ndarray)
            weights = (
                e.networks.hidden_weights for e in (ours.ensemble_, right.ensemble_)
            )
            assert np.array_equal(*weights)
            for method in methods:
                got = getattr(ours, method)(move(X))
                if move is to_device:
                    assert_on_device(got, device)
                want = getattr(right, method)(X)
                np.testing.assert_allclose(to_host(got), want, rtol=1e-12)
        again = pickle.loads(pickle.dumps(ours))
        assert again.predict(X).tolist() == ours.predict(X).tolist()

"""Estimators by filters take what they are given: NumPy or device arrays."""

import pickle

import numpy as np
import pytest
from support.estimator_data import X, Y
from support.parity import assert_on_device

import refgen.distillation as on_host
import refgen_gpu.distillation as on_gpu
from refgen_gpu.arrays import to_device, to_host

SETTINGS = {
    "SelfDistilledRidge": {"alpha": [0.1, 1.0], "kernel": "rbf"},
    "SpectralFilterRegressor": {"time": [1.0, 10.0]},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_comes_in_decides_what_goes_out(device, name):
    ours, right = (getattr(p, name)(**SETTINGS[name]) for p in (on_gpu, on_host))
    weights = 1.0 + np.arange(150) % 3
    right.fit(X, Y, sample_weight=weights)
    for move in (np.asarray, to_device):
        ours.fit(move(X), move(Y), sample_weight=move(weights))
        got = ours.predict(move(X))
        if move is to_device:
            assert_on_device(got, device)
        assert to_host(got).tolist() == right.predict(X).tolist()
        assert ours.score(move(X), move(Y)) == right.score(X, Y)
    assert isinstance(ours.intercept_, float)
    again = pickle.loads(pickle.dumps(ours))
    assert again.predict(X).tolist() == right.predict(X).tolist()


def test_paths_come_back_where_points_are(device):
    model = on_gpu.SpectralFilterRegressor(time=[1.0, 10.0]).fit(X, Y)
    path = model.predict_path(to_device(X))
    assert_on_device(path, device)
    assert to_host(path).tolist() == model.predict_path(X).tolist()

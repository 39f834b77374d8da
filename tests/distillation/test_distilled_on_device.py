"""Distilled estimators take what they are given: NumPy or device arrays."""

import pickle

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from support.estimator_data import IRIS, KINDS, STUMP, TREE, X, Y
from support.parity import assert_on_device

import refgen.distillation as on_host
import refgen_gpu.distillation as on_gpu
from refgen_gpu.arrays import to_device, to_host


def test_what_comes_in_decides_what_goes_out(device):
    for kind, data, methods in (
        ("Regressor", (X, Y), ("predict",)),
        ("Classifier", (IRIS, KINDS), ("predict", "predict_proba")),
    ):
        models = (STUMP,) if kind == "Regressor" else (TREE, Ridge())
        ours, right = (
            getattr(package, f"Distilled{kind}")(*models, label_weight=0.5)
            for package in (on_gpu, on_host)
        )
        weights = 1.0 + np.arange(150) % 3
        right.fit(*data, sample_weight=weights)
        for move in (np.asarray, to_device):
            ours.fit(*map(move, data), sample_weight=move(weights))
            assert isinstance(ours.targets_, np.ndarray)
            for name in methods:
                got = getattr(ours, name)(move(data[0]))
                if move is to_device:
                    assert_on_device(got, device)
                assert to_host(got).tolist() == getattr(right, name)(data[0]).tolist()
            assert ours.score(*map(move, data)) == right.score(*data)
        again = pickle.loads(pickle.dumps(ours))
        assert again.predict(data[0]).tolist() == right.predict(data[0]).tolist()


def test_text_labels_cannot_be_predicted_onto_a_device(device):
    names = np.array(["a", "b", "c"])[KINDS]
    model = on_gpu.DistilledClassifier(TREE).fit(to_device(IRIS), names)
    assert_on_device(model.predict_proba(to_device(IRIS)), device)
    with pytest.raises(TypeError, match="predict on NumPy X"):
        model.predict(to_device(IRIS))

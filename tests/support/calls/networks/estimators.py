"""Calls of estimators of two layers."""

import numpy as np

from refgen.networks import TwoLayerClassifier, TwoLayerRegressor
from support.calls import Call, fitting, trained

X = np.stack([np.arange(12.0) % 5, np.arange(12.0) % 3], axis=1) / 2
Y, KINDS = X @ [1.0, -2.0], np.arange(12) % 2

SETTINGS = {
    "n_members": 2,
    "activation": "tanh",
    "scaling": "standard",
    "initialization": "he_normal",
    "bias": True,
    "n_epochs": 2,
    "batch_size": 5,
    "shuffle": True,
    "step_size": 0.1,
    "momentum": 0.5,
    "weight_decay": 0.01,
    "sam_radius": 0.01,
    "stop_loss": 10.0,
    "early_stopping": True,
    "validation_fraction": 0.2,
    "n_iter_no_change": 3,
    "random_state": 0,
    "verbose": False,
}


def classifier():
    return TwoLayerClassifier(3, n_members=2, n_epochs=2, random_state=0)


def regressor():
    return TwoLayerRegressor(3, n_members=2, n_epochs=2, random_state=0)


def said(model):
    return model.predict_proba(X) if hasattr(model, "classes_") else model.predict(X)


def of(make, y):
    return lambda: (make().fit(X, y), X)


CALLS = {
    "TwoLayerClassifier": Call(
        (3,),
        {**SETTINGS, "loss": "logistic", "stop_margin": -9.0, "stop_share": 0.9},
        trained(TwoLayerClassifier, X, KINDS, said),
    ),
    "TwoLayerClassifier.fit": Call((X, KINDS), function=fitting(classifier(), said)),
    "TwoLayerClassifier.member_predictions": of(classifier, KINDS),
    "TwoLayerClassifier.member_probabilities": of(classifier, KINDS),
    "TwoLayerClassifier.predict": of(classifier, KINDS),
    "TwoLayerClassifier.predict_proba": of(classifier, KINDS),
    "TwoLayerRegressor": Call((3,), SETTINGS, trained(TwoLayerRegressor, X, Y, said)),
    "TwoLayerRegressor.fit": Call((X, Y), function=fitting(regressor(), said)),
    "TwoLayerRegressor.member_predictions": of(regressor, Y),
    "TwoLayerRegressor.predict": of(regressor, Y),
}
LABELS = (("TwoLayerClassifier.fit", "y"),)
NEVER = "a goal that never ends it"
MEANINGFUL = {
    (name, parameter, given): reason
    for name in ("TwoLayerClassifier", "TwoLayerRegressor")
    for parameter, given, reason in (
        ("batch_size", "none", "all of the rows"),
        ("random_state", "none", "a new seed each time"),
        ("stop_loss", "none", NEVER),
        ("stop_loss", "-inf", NEVER),
    )
} | {("TwoLayerClassifier", "stop_margin", given): NEVER for given in ("none", "inf")}

"""Calls of ensembles: what they say of points, and how right it is."""

import functools
import os
import tempfile
from dataclasses import fields

import numpy as np
from sklearn.neural_network import MLPRegressor

from refgen.networks import train
from refgen.random import Stream
from support.calls import Call, endless
from support.calls.networks.training import data
from support.calls.networks.two_layer import asked as networks_asked
from support.calls.networks.two_layer import networks

X = np.random.default_rng(0).normal(size=(8, 2))
Y = (X[:, 0] > 0).astype(int)


@functools.cache
def two():
    """Members that choose between two classes."""
    return train(X, Y, Stream(0, "calls"), n_members=2, n_hidden=3, n_epochs=2)


@functools.cache
def path():
    """A file, for as long as the tests run."""
    folder = tempfile.mkdtemp()
    name = os.path.join(folder, "two.npz")
    two().save(name)
    return name


@functools.cache
def model():
    return MLPRegressor(
        hidden_layer_sizes=3, max_iter=20, tol=10, n_iter_no_change=9, random_state=0
    ).fit(X, X[:, 0])


def at_points():
    return two(), X


def compared():
    return two(), X, Y


def of_three():
    return networks(Stream(0, "calls"), 2)


def parts(draws, d):
    """What an ensemble is made of."""
    made = train(*data(draws, d), n_members=2, n_hidden=3, n_epochs=2, batch_size=4)
    return tuple(getattr(made, field.name) for field in fields(made))


ARGUMENTS = {"Ensemble": parts}
CALLS = {
    "Ensemble.error": compared,
    "Ensemble.finite": lambda: (two(),),
    "Ensemble.from_networks": Call(lambda: (of_three(),), {"loss": "cross_entropy"}),
    "Ensemble.gradients": compared,
    "Ensemble.losses": compared,
    "Ensemble.margins": compared,
    "Ensemble.mean_prediction": at_points,
    "Ensemble.predict_proba": at_points,
    "Ensemble.save": lambda: (two(), path()),
    "Ensemble.to_sklearn": lambda: (two(),),
    "Ensemble.vote": at_points,
    "Ensemble.votes": at_points,
    "TwoLayerNetworks.distance": lambda: (of_three(), of_three()),
    "TwoLayerNetworks.frobenius_norms": lambda: (of_three(),),
    "TwoLayerNetworks.gradients": lambda: (
        *networks_asked(Stream(0, "calls"), 2),
        np.ones((5, 2)),
    ),
    "TwoLayerNetworks.minus": lambda: (of_three(), of_three()),
    "TwoLayerNetworks.spectral_norms": lambda: (of_three(),),
    "TwoLayerNetworks.without_scales": lambda: (of_three(),),
    "from_sklearn": lambda: (model(),),
    "load_ensemble": lambda: (path(),),
}

KEPT = {
    ("Ensemble.save", "path"): "a word is the name of a file, which would be written",
    ("load_ensemble", "path"): "a word is the name of a file, which may be there",
}
DIVERGED = "a member may have diverged"
MEANINGFUL = {
    ("Ensemble", "loss_curves", "nothing"): "no epoch was done",
    **{
        ("Ensemble", name, given): DIVERGED
        for name in ("loss_curves", "velocity")
        for given in ("nan inside", "only nan", "-inf inside", "only -inf")
    },
    **endless(DIVERGED, ("Ensemble", "loss_curves"), ("Ensemble", "velocity")),
}

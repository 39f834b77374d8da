"""Calls of training, and of trained networks."""

import numpy as np

from refgen.networks import initial_networks, train
from refgen.random import Stream
from support.calls import Call, endless

N = 8


def data(draws, d):
    """Points, labels of two classes, and a stream."""
    points = draws.child("points").normal((N, d))
    return points, points[:, 0] > points[:, 0].mean(), draws.child("training")


def ensemble(draws, d):
    return train(*data(draws, d), n_members=2, n_hidden=3, n_epochs=2, batch_size=4)


def asked():
    """Trained networks, and points."""
    draws = Stream(0, "calls")
    return ensemble(draws, 2), draws.child("new").normal((5, 2))


def of_their_own():
    """Data and settings of each member's own."""
    draws = Stream(0, "own")
    points = draws.child("points").normal((2, N, 3))
    return points, draws.child("numbers").normal((2, N, 2)), draws.child("training")


SMALL = {"n_members": 2, "n_hidden": 3, "n_epochs": 3, "step_size": 0.125}
EACH = SMALL | {
    "loss": "squared",
    "n_epochs": np.array([3, 2]),
    "batch_size": np.array([4, 3]),
    "step_size": np.array([0.125, 0.0625]),
    "momentum": np.array([0.0, 0.5]),
    "weight_decay": np.array([0.0, 0.25]),
    "sam_radius": np.array([0.0, 0.125]),
    "stop_loss": np.array([0.25, 0.5]),
    "stop_margin": np.array([2.0, 0.5]),
    "stop_share": np.array([0.5, 0.75]),
    "rows": np.array([[0, 1, 2, 3], [4, 4, 6, 7]]),
    "sample_weight": np.array([[1.0, 2.0] * 4, [0.5, 0.0] * 4]),
}
SOFT = np.array([[0.75, 0.25], [0.0, 1.0]] * 4)


def train_calls():
    points, _, stream = data(Stream(0, "calls"), 2)
    return [
        Call((*data(Stream(0, "calls"), 2),), SMALL),
        Call(of_their_own(), EACH),
        Call((points, SOFT, stream), SMALL | {"batch_size": None, "stop_loss": 0.875}),
        Call(
            (points, np.array([0, 2, 1, 1, 0, 2, 0, 0]), stream),
            SMALL
            | {"loss": "logistic", "classes": np.array([0, 1, 2]), "initial": start()},
        ),
    ]


def start():
    return initial_networks(Stream(0, "start"), 2, 3, 3, n_members=2)


ARGUMENTS = {
    "snapshots": lambda draws, d: (*data(draws, d), np.array([0, 2, 3])),
    "train": data,
}
CALLS = {
    "snapshots": [
        Call((*data(Stream(0, "calls"), 2), [0, 2, 3]), {"n_hidden": 3}),
        Call((*data(Stream(0, "calls"), 2), np.array([1, 2])), {"step_size": 0.25}),
    ],
    "train": train_calls(),
    "Ensemble.distance_from_initialization": lambda: asked()[:1],
    "Ensemble.outputs": asked,
    "Ensemble.predict": asked,
}
ELSEWHERE = {
    "TrainingWarning": "a category of warnings",
}
LABELS = (("train", "classes"), ("snapshots", "y"), ("train", "y"))
NEVER = "a goal that never ends it"
MEANINGFUL = {
    ("train", "batch_size", "none"): "all of the rows",
    ("train", "initial", "none"): "random networks",
    ("train", "classes", "none"): "the classes of the labels",
    ("train", "rows", "ragged"): "rows of each member's own",
    ("train", "rows", "none"): "all of the rows",
    ("train", "sample_weight", "none"): "equal weights of 1",
    ("train", "stop_loss", "none"): NEVER,
    ("train", "stop_margin", "none"): NEVER,
    ("train", "stop_loss", "-inf"): NEVER,
    ("train", "stop_loss", "-inf inside"): NEVER,
    ("train", "stop_loss", "only -inf"): NEVER,
    **endless(NEVER, ("train", "stop_margin")),
}
INFINITE = {"train": "losses of epochs that a member does not need are NaN"}

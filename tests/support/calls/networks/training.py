"""Calls of training, and of trained networks."""

from refgen.networks import train
from refgen.random import Stream

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


ARGUMENTS = {"train": data}
CALLS = {
    "Ensemble.distance_from_initialization": lambda: asked()[:1],
    "Ensemble.outputs": asked,
    "Ensemble.predict": asked,
}
ELSEWHERE = {
    "Ensemble": "train makes it, from networks of one shape",
    "TrainingWarning": "a category of warnings",
}

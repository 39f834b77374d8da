"""Data and comparisons for trainings of networks."""

import numpy as np

from refgen.random import Stream


def data(n, d, n_classes):
    """Points around a centre for each class, and their classes."""
    stream = Stream(0, "networks")
    y = np.arange(n) % n_classes
    centres = stream.child("centres").normal((n_classes, d))
    return centres[y] + stream.child("noise").normal((n, d)) / 2, y


def assert_same_training(one, other):
    """Every bit of two ensembles is equal; a shorter curve has NaN at its end."""
    n = min(one.loss_curves.shape[1], other.loss_curves.shape[1])
    for ensemble in (one, other):
        assert np.isnan(ensemble.loss_curves[:, n:]).all()
    pairs = [(one.loss_curves[:, :n], other.loss_curves[:, :n])]
    pairs += [(getattr(one, k), getattr(other, k)) for k in ("n_epochs", "status")]
    pairs += [(one.velocity, other.velocity)]
    for name in ("networks", "initial"):
        networks = [vars(getattr(e, name)) for e in (one, other)]
        pairs += [
            tuple(fields[key] for fields in networks)
            for key in networks[0]
            if key != "architecture"
        ]
    for a, b in pairs:
        np.testing.assert_array_equal(a, b)

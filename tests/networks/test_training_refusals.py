"""Arguments of training that are refused, by name, with what would be right."""

import inspect
import re

import numpy as np
import pytest
from support.networks import data

from refgen.networks import _session, initial_networks, train
from refgen.random import Stream

X, Y = data(30, 4, 3)
ALL = np.ones((1, 30), bool)
START = initial_networks(Stream(0), 4, 5, 3, n_members=2)

REFUSED = {
    "X holds NaN": {"X": np.where(np.arange(120).reshape(30, 4) == 7, np.nan, X)},
    "X must have at least 2": {"X": X[:, 0]},
    "X must have shape": {"X": X[None, None]},
    "X has 3 sets of 30 rows": {"X": np.stack([X] * 3)},
    "X has the scale": {"X": X * 1e150},
    "X is empty": {"X": X[:0]},
    "y has 29 labels for the 30 rows": {"y": Y[1:]},
    "labels need one axis of 30 rows, such as y.ravel()": {"y": Y[:, None]},
    "indicators or probabilities of classes must be": {"y": np.eye(3, dtype=int)[Y]},
    "y has one class, 0;": {"y": Y * 0},
    "y has one class, 'a'": {"y": ["a"] * 30},
    "y has one class for member 1, 2;": {"y": np.stack([Y, Y * 0 + 2])},
    "y holds 2, which is not among the classes 0, 1": {"classes": [0, 1]},
    "classes must be a 1-D array of two": {"classes": [0, 0, 1, 2]},
    "classes must be a 1-D array of": {"classes": [1], "y": Y * 0 + 1},
    "classes must be those of the columns": {"classes": [4, 5], "y": np.eye(3)[Y]},
    "classes have no meaning": {"classes": [0, 1, 2], "loss": "squared"},
    "y, classes mix": {"classes": ["a", "b", "c"]},
    "y has 3 sets": {"y": np.stack([Y] * 3)},
    "y must have shape": {"y": Y[None, None]},
    "y holds NaN": {"y": np.where(Y == 0, np.nan, Y)},
    "y must sum to 1": {"y": np.eye(3)[Y] * 2},
    "y must lie in": {"y": np.eye(3)[Y] * 2, "loss": "logistic"},
    "y must lie in [0, 1], got -1": {"y": -np.eye(3)[Y], "loss": "logistic"},
    "y has probabilities of one class": {"y": np.ones((30, 1))},
    "y mixes types": {"y": [None, *Y[1:]]},
    "y must hold real numbers": {"y": ["a"] * 30, "loss": "squared"},
    "stream must be a Stream": {"stream": 0},
    "stream has the replicate": {"stream": Stream(0, replicate=2**64 - 1)},
    "n_members must be at least 1": {"n_members": 0},
    "n_hidden must be at least 1": {"n_hidden": 0},
    "must give at most 2**40": {"n_hidden": 10**15},
    "activation must be one of": {"activation": "step"},
    "loss must be one of": {"loss": "hinge"},
    "scaling must be one of": {"scaling": "wide"},
    "initialization must be one of": {"initialization": "zeros"},
    "initialization must be 'auto'": {"initialization": "he_normal", "scaling": "ntk"},
    "vary must be one of": {"vary": "nothing"},
    "bias must be True or False": {"bias": 1},
    "train_hidden must be True or": {"train_hidden": "no"},
    "shuffle must be True or False": {"shuffle": None},
    "n_epochs must be a whole number": {"n_epochs": 2.5},
    "n_epochs must hold whole": {"n_epochs": True},
    "n_epochs must be at least 0": {"n_epochs": -1},
    "n_epochs must be such that": {"n_epochs": 2**40},
    "n_epochs must be one number": {"n_epochs": [3, 3, 3]},
    "batch_size must be at least 1": {"batch_size": 0},
    "batch_size must be at most": {"batch_size": 2**60},
    "step_size must not be negative": {"step_size": [0.1, -0.1]},
    "step_size has the scale": {"step_size": 1e200},
    "step_size holds NaN": {"step_size": np.inf},
    "momentum must be below 1": {"momentum": 1},
    "weight_decay must not be": {"weight_decay": -1},
    "sam_radius must not be": {"sam_radius": -1},
    "stop_loss holds NaN": {"stop_loss": np.inf},
    "stop_margin holds NaN": {"stop_margin": [np.nan, 1.0]},
    "stop_share must lie in (0, 1]": {"stop_share": 0},
    "rows must lie in [0, 30)": {"rows": [[0, 30], [1, 2]]},
    "rows must hold integers": {"rows": [[0.5], [1.5]]},
    "rows leave member 0 without any row;": {"rows": [[], []]},
    "rows must hold integers, got dtype bool": {"rows": [True] * 29},
    "rows are given for 3": {"rows": [[0], [1], [2]]},
    "rows of True and False": {"rows": np.ones((2, 29), bool)},
    "rows leave member 1 without": {"rows": [[True] * 30, [False] * 30]},
    "rows leave member 1 without any row;": {"rows": np.eye(2, 1, dtype=bool) @ ALL},
    "rows of a member must be one": {"rows": [np.zeros((2, 2), int)] * 2},
    "rows must have shape": {"rows": np.zeros((2, 2, 2), int)},
    "sample_weight must not be": {"sample_weight": -np.ones(30)},
    "sample_weight must have shape": {"sample_weight": np.ones(29)},
    "sample_weight has the scale": {"sample_weight": np.full(30, 1e200)},
    "sample_weight has 3 sets": {"sample_weight": np.ones((3, 30))},
    "sample_weight must have a weight above 0": {"sample_weight": np.zeros(30)},
    "initial must be a TwoLayer": {"initial": 3},
    "initial has networks of 4 features and 3": {"initial": START, "y": Y % 2 == 0},
    "n_hidden is 6, and networks that are given": {"initial": START, "n_hidden": 6},
    "activation is 'tanh', and networks": {"initial": START, "activation": "tanh"},
    "initial has networks of shape": {"initial": START, "n_members": 3},
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_trained_on_is_refused(text):
    given = {"X": X, "y": Y, "stream": Stream(0), "n_members": 2, "n_epochs": 2}
    given |= REFUSED[text]
    with pytest.raises((TypeError, ValueError), match=re.escape(text)):
        train(given.pop("X"), given.pop("y"), given.pop("stream"), **given)


def test_networks_of_numbers_that_are_not_finite_are_no_start():
    broken = START.map(lambda a: np.where(a == a.max(), np.inf, a))
    with pytest.raises(ValueError, match="initial holds NaN or infinity"):
        train(X, Y, Stream(0), n_members=2, initial=broken)


def test_weights_are_counted_of_all_members():
    with pytest.raises(ValueError, match="at most 2\\*\\*40 weights"):
        initial_networks(Stream(0), 4, 2**20, 3, n_members=2**20)


def test_defaults_do_not_contradict_networks_that_are_given():
    """The number of neurons and the activation are those of the networks."""
    found = train(X, Y, Stream(0), n_members=2, n_epochs=1, initial=START)
    assert found.networks.n_hidden == 5
    options = inspect.signature(train).parameters
    assert {n: options[n].default for n in _session._DEFAULTS} == _session._DEFAULTS

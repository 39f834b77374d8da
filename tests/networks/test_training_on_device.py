"""Training on a device: the bits of the CPU, and nothing moved there silently."""

import re

import numpy as np
import pytest
from support.networks import assert_same_training, data

import refgen.networks
import refgen.random
import refgen_gpu.networks
import refgen_gpu.random
from refgen.networks import TrainingWarning
from refgen_gpu.arrays import to_device, to_host

N = 18
X, Y = data(N, 4, 3)
SMALL = {"n_members": 3, "n_hidden": 5, "n_epochs": 3, "batch_size": 7}
MASKS = np.array([np.arange(N) < 9, np.arange(N) % 2 == 0, np.arange(N) > 0])
SETTINGS = {
    "step_size": np.array([0.1, 0.02, 0.3]),
    "batch_size": np.array([7, 18, 1]),
    "n_epochs": np.array([2, 4, 3]),
    "momentum": np.array([0.0, 0.9, 0.5]),
    "weight_decay": np.array([0.0, 0.1, 0.01]),
    "sam_radius": np.array([0.0, 0.05, 0.0]),
    "stop_loss": np.array([-np.inf, 0.9, 5.0]),
    "stop_margin": np.array([np.inf, -9.0, 0.0]),
    "stop_share": np.array([0.99, 0.5, 0.8]),
    "sample_weight": np.stack([np.ones(N), np.arange(1.0 * N), Y / 2]),
}
CASES = [
    {},
    SETTINGS,
    {"rows": np.array([[0, 1, 2, 3], [4, 4, 6, 7], [17, 2, 9, 9]])},
    {"rows": MASKS},
    {"rows": np.arange(5), "shuffle": False, "bias": False},
    {"X": np.stack([X, 2 * X, X[::-1]]), "y": np.stack([Y, 2 - Y, np.roll(Y, 1)])},
    {"X": np.stack([X, 2 * X, X[::-1]]), "rows": MASKS, "train_hidden": False},
    {"y": np.eye(3)[Y], "loss": "squared", "scaling": "mean_field"},
    {"y": Y % 2, "loss": "logistic", "vary": "order", "activation": "tanh"},
    {"y": Y % 2 == 0, "vary": "initialization", "batch_size": None, "scaling": "ntk"},
]


def on_host(**given):
    options = SMALL | {"X": X, "y": Y} | given
    points, labels = options.pop("X"), options.pop("y")
    stream = refgen.random.Stream(4, "device")
    return refgen.networks.train(points, labels, stream, **options)


def on_device(**given):
    options = SMALL | {"X": X, "y": Y} | given
    options = {name: moved(value) for name, value in options.items()}
    points, labels = options.pop("X"), options.pop("y")
    stream = refgen_gpu.random.Stream(4, "device")
    return refgen_gpu.networks.train(points, labels, stream, **options)


def moved(value):
    return to_device(value) if isinstance(value, np.ndarray) else value


@pytest.mark.usefixtures("device")
@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
@pytest.mark.parametrize("given", CASES, ids=lambda given: ", ".join(given)[:40])
def test_training_has_the_bits_of_the_cpu(given):
    assert_same_training(to_host(on_device(**given)), on_host(**given))


@pytest.mark.usefixtures("device")
def test_training_goes_on_with_the_same_bits():
    first = on_device(n_epochs=2, momentum=0.9)
    whole = on_host(n_epochs=5, momentum=0.9)
    again = on_device(n_epochs=5, momentum=0.9, resume=first)
    assert_same_training(to_host(again), whole)
    goal = {"stop_margin": 0.0, "stop_share": 0.4, "n_epochs": 6}
    stopped = on_device(**goal)
    assert_same_training(to_host(on_device(**goal, resume=stopped)), on_host(**goal))


@pytest.mark.usefixtures("device")
def test_a_file_of_one_place_is_gone_on_with_in_the_other(tmp_path):
    whole = on_host(n_epochs=6)
    here, there = tmp_path / "here", tmp_path / "there"
    on_host(n_epochs=3, checkpoint=here)
    assert_same_training(to_host(on_device(n_epochs=6, checkpoint=here)), whole)
    on_device(n_epochs=3, checkpoint=there)
    assert_same_training(on_host(n_epochs=6, checkpoint=there), whole)


@pytest.mark.usefixtures("device")
def test_what_happened_is_told_as_on_the_cpu(capfd):
    for given in (
        {"stop_margin": 30.0, "stop_loss": 1e-9},
        {"stop_margin": 30.0, "rows": MASKS, "X": np.stack([X, 2 * X, X[::-1]])},
        {"loss": "squared", "y": Y - 1.0, "step_size": np.array([0.1, 1e80, 0.1])},
        {"X": X * 100, "step_size": 1e-9},
    ):
        with pytest.warns(TrainingWarning) as there:
            on_device(**given, verbose=True)
        with pytest.warns(TrainingWarning) as here:
            on_host(**given)
        assert [str(w.message) for w in there] == [str(w.message) for w in here]
        assert there[0].filename == __file__


def elsewhere():
    """Arguments on the host, or on the device where the others are on the host."""
    stream, other = refgen.random.Stream(0), refgen_gpu.random.Stream(0)
    start = refgen.networks.initial_networks(stream, 4, 5, 3, n_members=3)
    points, labels = to_device(X), to_device(Y)
    device, host = refgen_gpu.networks.train, refgen.networks.train
    return {
        "X is on the host": (device, X, labels, other, {}),
        "y is on the host": (device, points, Y, other, {}),
        "y must hold numbers to live on a": (device, points, ["a", "b"] * 9, other, {}),
        "step_size is on the": (device, points, labels, other, {"step_size": X[:3, 0]}),
        "initial.hidden_weights is on": (
            device, points, labels, other, {"initial": start},
        ),
        "stream and X are not in one": (device, points, labels, stream, {}),
        "stream and X are not": (host, X, Y, other, {}),
        "y and X are not": (host, points, Y, other, {}),
        "rows and X are not": (host, X, Y, stream, {"rows": to_device(np.arange(5))}),
        "sample_weight and X are not": (
            host, points, labels, other, {"sample_weight": np.ones(N)},
        ),
        "stop_margin and X are not": (
            host, points, labels, other, {"stop_margin": np.ones(3)},
        ),
        "initial and X are not": (host, points, labels, other, {"initial": start}),
        "resume and X are not": (host, points, labels, other, {"resume": on_host()}),
    }  # fmt: skip


@pytest.mark.usefixtures("device")
def test_nothing_is_moved_silently():
    for text, (function, points, labels, stream, given) in elsewhere().items():
        options = {"n_members": 3, "n_epochs": 1} | given
        with pytest.raises((TypeError, ValueError), match=re.escape(text)):
            function(points, labels, stream, **options)


@pytest.mark.usefixtures("device")
def test_snapshots_are_those_of_the_cpu():
    stream = refgen_gpu.random.Stream(4, "device")
    options = {name: value for name, value in SMALL.items() if name != "n_epochs"}
    found = refgen_gpu.networks.snapshots(
        to_device(X), to_device(Y), stream, [0, 1, 3], **options
    )
    for n, ensemble in zip([0, 1, 3], found, strict=True):
        assert_same_training(to_host(ensemble), on_host(n_epochs=n))

"""Ensembles on a device: the same outputs there, and all that rests on them."""

import numpy as np
import pytest
from support.parity import assert_on_device, assert_same_bits, assert_within, model

import refgen_gpu.networks
from refgen.networks import train
from refgen.networks.two_layer import FIELDS
from refgen.random import Stream
from refgen_gpu.arrays import to_device, to_host

RNG = np.random.default_rng(5)
X = RNG.normal(size=(9, 3))
LABELS = {"three": np.abs(X).argmax(axis=1), "two": np.where(X[:, 0] > 0, 7, 3)}
LOSSES = {"three": "cross_entropy", "two": "logistic"}


def on_host(which, y=None):
    y = LABELS[which] if y is None else y
    return train(
        X, y, Stream(0), n_members=3, n_hidden=5, n_epochs=8, loss=LOSSES[which],
    )  # fmt: skip


@pytest.fixture(params=["three", "two"])
def both(request, device):
    """An ensemble here and there, its points and labels, and what outputs add up to."""
    ours = on_host(request.param)
    y = LABELS[request.param]
    return ours, to_device(ours), y, to_device(y)


def test_outputs_and_choices_have_the_same_bits(both, device):
    ours, there, y, y_there = both
    points = to_device(X)
    for method in ("outputs", "predict", "votes", "vote"):
        found = getattr(there, method)(points)
        assert_on_device(found, device)
        assert_same_bits(to_host(found), getattr(ours, method)(X))
    found = there.margins(points, y_there)
    assert_on_device(found, device)
    assert_same_bits(to_host(found), ours.margins(X, y))


def test_losses_and_probabilities_agree_up_to_rounding(both, device):
    ours, there, y, y_there = both
    points = to_device(X)
    sizes = 4 + abs(ours.outputs(X)).sum(axis=-1)
    found = there.losses(points, y_there)
    assert_on_device(found, device)
    assert_within(to_host(found), ours.losses(X, y), model(16, sizes))
    chances = there.predict_proba(points)
    assert_on_device(chances, device)
    assert_within(to_host(chances), ours.predict_proba(X), model(16, sizes[..., None]))
    assert_within(
        to_host(there.mean_prediction(points)), ours.mean_prediction(X),
        model(20, sizes.max()),
    )  # fmt: skip
    assert_within(to_host(there.error(points, y_there)), ours.error(X, y), model(4, 1))


def test_gradients_and_norms_agree_up_to_rounding(both, device):
    ours, there, y, y_there = both
    found, expected = there.gradients(to_device(X), y_there), ours.gradients(X, y)
    sizes = 4 + abs(ours.outputs(X)).max()
    weights = max(abs(getattr(ours.networks, name)).max() for name in FIELDS)
    largest = sizes * (1 + weights) * (1 + abs(X).max()) * (1 + abs(weights * X).max())
    for name in FIELDS:
        part = getattr(found, name)
        assert_on_device(part, device)
        assert_within(to_host(part), getattr(expected, name), model(64, 16 * largest))
    for name in ("frobenius_norms", "spectral_norms"):
        for mine, right in zip(
            getattr(there.networks, name)(), getattr(ours.networks, name)(), strict=True
        ):
            assert_on_device(mine, device)
            assert_within(to_host(mine), right, model(256, 4 * right))
    away = ours.distance_from_initialization()
    assert_within(
        to_host(there.distance_from_initialization()), away, model(64, away)
    )  # fmt: skip


@pytest.mark.parametrize(
    "index", [1, slice(0, 2), [2, 0], np.array([True, False, True])]
)
def test_members_are_chosen_there_as_here(both, index):
    ours, there, _, _ = both
    chosen = there[index].predict(to_device(X))
    assert_same_bits(to_host(chosen), ours[index].predict(X))
    assert np.array_equal(there[index].outcomes, ours[index].outcomes)
    if isinstance(index, np.ndarray):
        chosen = there[to_device(index)].predict(to_device(X))
        assert_same_bits(to_host(chosen), ours[index].predict(X))


def test_what_goes_there_comes_back(both):
    ours, there, _, _ = both
    back = to_host(there)
    assert_same_bits(back.networks.output_weights, ours.networks.output_weights)
    assert back.task == ours.task
    assert len(there) == len(list(there)) == 3


def test_nothing_is_moved_silently(both, tmp_path):
    ours, there, y, y_there = both
    with pytest.raises(TypeError, match="on the host"):
        there.losses(to_device(X), y)
    with pytest.raises(TypeError, match="on the host"):
        ours.losses(X, y_there)
    for asked in (lambda: there.save(tmp_path / "there.npz"), there.to_sklearn):
        with pytest.raises(TypeError, match=r"on a device.*to_host"):
            asked()
    assert list(tmp_path.iterdir()) == []


def test_members_that_diverged_are_refused_there(both):
    _, there, _, y_there = both
    there.status[1] = 3
    assert to_host(there.is_finite).tolist() == [True, False, True]
    with pytest.raises(ValueError, match=r"member 1 \(1 of 3\) diverged"):
        there.error(to_device(X), y_there)
    assert len(there.finite()) == 2


def test_labels_of_text_are_compared_but_not_returned(device):
    words = np.array(["a", "b", "c"])[LABELS["three"]]
    ours = on_host("three", words)
    there, points = to_device(ours), to_device(X)
    assert_same_bits(to_host(there.margins(points, words)), ours.margins(X, words))
    assert_same_bits(
        to_host(there.margins(points, words.tolist())), ours.margins(X, words)
    )
    with pytest.raises(TypeError, match="classes are text"):
        there.predict(points)


def test_weights_on_a_device_make_an_ensemble_there(both, device):
    ours, there, _, _ = both
    task, networks = ours.task, there.networks
    made = refgen_gpu.networks.Ensemble.from_networks(
        networks, loss=task.loss, classes=list(task.classes), initial=there.initial
    )
    found = made.predict(to_device(X))
    assert_on_device(found, device)
    assert_same_bits(to_host(found), ours.predict(X))
    with pytest.raises(TypeError, match=r"networks.* on the host"):
        refgen_gpu.networks.Ensemble.from_networks(ours.networks, loss=task.loss)


def test_points_are_where_the_networks_are(both):
    ours, there, _, _ = both
    for asked in (lambda: there.outputs(X), lambda: ours.outputs(to_device(X))):
        with pytest.raises(TypeError, match="on the host"):
            asked()

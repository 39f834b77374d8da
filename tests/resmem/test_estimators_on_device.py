"""ResMem's estimators take what they are given: NumPy or device arrays."""

import pickle

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from support.estimator_data import ALL_WEIGHTS, IRIS, KINDS, STUMP, TREE, X, Y
from support.parity import assert_on_device, assert_same_bits, model

import refgen.resmem.estimators as on_host
import refgen_gpu.resmem
import refgen_gpu.resmem.estimators as on_gpu
from refgen._simplex import project_on_simplex
from refgen.resmem.estimators import ResMemRegressor
from refgen.resmem.selection import (
    bandwidth_grid,
    leave_one_out_scores,
    without_self,
)
from refgen_gpu.arrays import to_device, to_host


def fitted(package, move=np.asarray, **settings):
    regressor = package.ResMemRegressor(STUMP, **settings)
    classifier = package.ResMemClassifier(TREE, **settings)
    return (
        regressor.fit(move(X[:30]), move(Y[:30])),
        classifier.fit(move(IRIS[::5]), move(KINDS[::5])),
    )


METHODS = (
    ("predict", "base_scores", "residual_scores", "neighbor_scores", "weight_squares"),
    ("predict", "class_scores", "decision_function", "predict_proba"),
)


@pytest.mark.parametrize(
    "settings",
    [
        {"weights": "nearest"},
        {"weights": "uniform", "n_neighbors": "auto"},
        {"bandwidth": "auto"},
        {"embedding": StandardScaler(), "residuals": "cross_val"},
    ],
)
def test_what_comes_in_decides_what_goes_out(device, settings):
    for move in (np.asarray, to_device):
        mine, right = fitted(on_gpu, move, **settings), fitted(on_host, **settings)
        data = zip(mine, right, METHODS, (X[:25], IRIS[::7]), strict=True)
        # Emulated searches are slow: few points.
        for ours, theirs, methods, points in data:
            for name in methods:
                got, want = (
                    getattr(ours, name)(move(points)),
                    getattr(theirs, name)(points),
                )
                if move is to_device:
                    assert_on_device(got, device)
                else:
                    assert isinstance(got, np.ndarray)
                # Weights of at most 20 neighbours: an exponential, a division, sums.
                limit = model(3 * 20 + 20, 3 * max(1.0, abs(want).max()))
                np.testing.assert_allclose(to_host(got), want, rtol=0, atol=limit)
            assert isinstance(ours.points_, np.ndarray)
            assert ours.n_neighbors_ == theirs.n_neighbors_
            again = pickle.loads(pickle.dumps(ours))
            np.testing.assert_array_equal(again.predict(points), ours.predict(points))


@pytest.mark.parametrize("weights", ALL_WEIGHTS)
def test_choices_and_projections_on_the_device(device, weights):
    distances, indices = on_host.ResMemRegressor._search(X[:30], X[:30], 5)
    neighbours = tuple(map(to_device, (distances, indices)))
    ours = without_self(*neighbours)
    right = without_self(distances, indices)
    assert_same_bits(ours, right)
    got = refgen_gpu.resmem.leave_one_out_scores(
        *ours, to_device(Y[:30]), weights, [0.1, 0.3]
    )
    want = leave_one_out_scores(*right, Y[:30], weights, [0.1, 0.3])
    assert_on_device(got, device)
    # 30 squares of differences of means of 4, with two roundings more from exp.
    limit = model(30 + 2 * (3 * 4 + 8), want.max() + (Y[:30] ** 2).max())
    np.testing.assert_allclose(to_host(got), want, rtol=0, atol=limit)
    grids = bandwidth_grid(ours[0]), bandwidth_grid(right[0])
    np.testing.assert_allclose(to_host(grids[0]), grids[1], rtol=model(120, 1))
    scores = np.random.default_rng(0).normal(size=(7, 4))
    projected = refgen_gpu.resmem.project_on_simplex(to_device(scores))
    assert_on_device(projected, device)
    limit = model(4 * 4, abs(scores).sum(axis=1).max())
    want = project_on_simplex(scores)
    np.testing.assert_allclose(to_host(projected), want, rtol=0, atol=limit)


def test_scores_and_weights_on_the_device(device):
    weight = to_device(np.arange(40) % 3)
    points, y = X[:40], Y[:40]
    ours = on_gpu.ResMemRegressor(STUMP).fit(
        to_device(points), to_device(y), sample_weight=weight
    )
    right = ResMemRegressor(STUMP).fit(points, y, sample_weight=np.arange(40) % 3)
    got = ours.score(to_device(points), to_device(y))
    assert got == pytest.approx(right.score(points, y), rel=1e-12)
    flowers, kinds = IRIS[::5], KINDS[::5]
    model = on_gpu.ResMemClassifier(TREE).fit(to_device(flowers), kinds)
    assert model.score(to_device(flowers), kinds) == model.score(flowers, kinds)


def test_text_labels_cannot_be_predicted_onto_a_device(device):
    names = np.array(["a", "b", "c"])[KINDS]
    ours = on_gpu.ResMemClassifier(TREE).fit(IRIS[::5], names[::5])
    assert set(ours.predict(IRIS[:5])) <= set(names)
    with pytest.raises(TypeError, match="predict on NumPy X"):
        ours.predict(to_device(IRIS[:5]))

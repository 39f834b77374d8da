"""The audit certifies what it may, and says why where it certifies nothing."""

import json
import re

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from refgen.random import Stream
from refgen.uniform_convergence import LinearExample, audit, with_noise

# Logistic regression that hardly learns: its weights are a multiple of Σ yᵢxᵢ.
ONE_STEP = LogisticRegression(C=1e-6, fit_intercept=False)
PLAIN = LogisticRegression()


class Recording(LogisticRegression):
    """It keeps the samples that it and its clones learn from."""

    seen = ()

    def fit(self, X, y):
        type(self).seen = (*self.seen, (X, y))
        return super().fit(X, y)


def drawn(example, n_points, stream):
    """Points of the linear example, with one coordinate of signal."""
    y = stream.child("labels").signs(n_points)
    signal = np.sqrt(example.signal / example.n_samples) * y[:, None]
    width, noise = int(example.dimension), float(example.noise)
    return with_noise(signal, width, noise, stream.child("noise")), y.astype(int)


@pytest.fixture(scope="module")
def example():
    """Points of an example with m = 50, and which of their features are noise."""
    X, y = drawn(LinearExample(50, 3000, 4.0, 8.0), 100, Stream(0, "audit"))
    return X, y, np.arange(1, 3001)


@pytest.fixture(scope="module")
def pixels():
    X, y = load_digits(n_class=2, return_X_y=True)
    return X / 16, y


def test_it_finds_that_uniform_convergence_fails_in_the_linear_example(example):
    X, y, noise = example
    signs = np.where(np.arange(X.shape[1]) < 1, -1, 1)
    for found in (
        audit(ONE_STEP, X, y, noise_features=noise),
        # Signal and labels changed instead, which is as good (UC-2).
        audit(ONE_STEP, X, y, transform=lambda X, y: (X * signs, -y)),
    ):
        assert found.certified
        assert not found.reason
        assert found.lower_bound >= 0.9
        assert found.test_error <= 0.1
        assert found.verdict.endswith(f"a gap of {found.lower_bound:.3f} or more.")
    assert (found.sample_size, found.rank, len(found.samples)) == (50, 2, 2)
    assert {s.train_error for s in found.samples} == {0.0}
    assert found.transformed_error == 1.0
    names = ["VC dimension", "Norm and margin", "PAC-Bayes"]
    assert [(b.name, b.vacuous) for b in found.bounds] == [(n, True) for n in names]
    assert json.loads(json.dumps(found.to_dict()))["delta"] == 0.05
    assert found.sample_rows()[1][:3] == ("sample 2", 0.0, 1.0)
    assert not hasattr(ONE_STEP, "coef_")


def test_plain_digits_have_no_certificate(pixels):
    found = audit(PLAIN, *pixels)
    assert (found.certified, found.lower_bound, found.rank) == (False, 0.0, 0)
    assert found.verdict.startswith("No certificate: no transformation that preserves")
    assert found.transformed_error is None
    assert found.test_error < 0.01
    # Nor may all pixels be called noise.
    found = audit(PLAIN, *pixels, noise_features=range(64))
    assert found.transformed_error > 0.9
    assert found.asymmetry < 1e-20
    assert (found.certified, found.lower_bound) == (False, 0.0)
    assert "the data deny that noise" in found.reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"delta": 0.5}, "2δ is 1, and a set of samples of probability 1 − δ"),
        ({"delta": 0.2}, "2 sample(s) are too few for this δ and confidence; it takes"),
        ({"n_samples": 1}, "takes 2, or a δ of at most 0.0125"),
    ],
)
def test_too_little_is_no_certificate(example, options, reason):
    X, y, noise = example
    found = audit(ONE_STEP, X, y, noise_features=noise, **options)
    assert (found.certified, found.lower_bound, found.rank) == (False, 0.0, 0)
    assert reason in found.reason
    assert found.verdict.startswith("No certificate: ")


def test_noise_that_is_not_learned_gives_no_certificate(pixels):
    X, y = pixels
    noisy = with_noise(X, 3, 1e-4, Stream(0, "audit"))
    found = audit(KNeighborsClassifier(), noisy, y, noise_features=[64, 65, 66])
    assert "errors on transformed samples are not above" in found.reason
    assert found.bounds == ()
    assert found.asymmetry > 1e-6
    assert found.transformed_error == np.mean(
        [s.transformed_error for s in found.samples]
    )
    assert 0.0 in {s.transformed_error for s in found.samples}


def test_classic_bounds_say_something_of_many_points_in_a_plane():
    draws = np.random.default_rng(0)
    y = np.where(draws.random(10_000) < 0.5, 1, 0)
    X = draws.normal(size=(10_000, 1)) / 8 + 2 * y[:, None]
    found = audit(Recording(), X, y, n_samples=1, sample_size=9000)
    vc, norm, pac_bayes = found.bounds
    own, labels = Recording.seen[-1]
    model, points = PLAIN.fit(own, labels), np.hstack([own, np.ones_like(own)])
    unit = np.append(model.coef_, model.intercept_)
    margins = np.where(labels, 1, -1) * (points @ unit) / np.linalg.norm(unit)
    margin = np.median(margins)
    width = 2 * np.linalg.norm(points) / 9000 / margin
    width += 3 * np.sqrt(np.log(2 / 0.05) / 18_000)
    loss = (1 - np.clip(margins, 0, margin) / margin).mean()
    assert norm.value == pytest.approx(loss + width)
    # Half lines in one dimension, the intercept being the second weight.
    labelings = 2 * 18_000
    width = np.sqrt(8 / 9000 * np.log(4 * labelings / 0.05))
    assert vc.value == pytest.approx(found.samples[0].train_error + width)
    assert 0 < pac_bayes.value < norm.value < 1
    assert not vc.vacuous
    # Through the origin there are two labelings of any points of a line.
    found = audit(LogisticRegression(fit_intercept=False), X, y, sample_size=100)
    width = np.sqrt(8 / 100 * np.log(4 * 2 / 0.05))
    assert found.bounds[0].value == pytest.approx(found.samples[0].train_error + width)


def test_more_samples_and_one_sample(example):
    X, y, noise = example
    found = audit(ONE_STEP, X, y, noise_features=noise, n_samples=5)
    assert (found.rank, found.sample_size, len(found.samples)) == (3, 20, 5)
    few = X[:, 1:4]
    found = audit(Recording(), few, y, n_samples=5)
    assert len({x for sample, _ in Recording.seen[-5:] for x in sample[:, 0]}) == 100
    for (own, labels), sample in zip(Recording.seen[-5:], found.samples, strict=True):
        others = ~np.isin(few[:, 0], own[:, 0])
        wrong = LogisticRegression().fit(own, labels).predict(few[others]) != y[others]
        assert (sample.test_error, sample.n_held_out) == (wrong.mean(), 80)
    options = {"n_samples": 1, "sample_size": 60, "delta": 0.01}
    found = audit(ONE_STEP, X, y, noise_features=noise, **options)
    assert found.certified
    assert found.samples[0].n_held_out == 40


def test_one_class_is_enough_to_deny_the_premise(pixels):
    X, y = (array[:80] for array in pixels)
    column = np.where(y == 1, 1, Stream(0, "audit").signs(len(y)))
    noisy = np.hstack([X, column[:, None]])
    found = audit(PLAIN, noisy, y, noise_features=[64])
    # Hoeffding's inequality, for both signs and both classes.
    assert found.asymmetry == pytest.approx(4 * np.exp(-sum(y == 1) / 2))
    assert "the data deny that noise" in found.reason


def test_seeds_are_said(example):
    X, y, noise = example
    fixed = RidgeClassifier(fit_intercept=False, random_state=0)
    said = audit(fixed, X, y, noise_features=noise).assumptions
    assert not any("seeds" in sentence for sentence in said)
    drawn = make_pipeline(PCA(2, random_state=0), RidgeClassifier())
    for learner in (RidgeClassifier(), drawn):
        said = audit(learner, X, y, noise_features=noise).assumptions
        assert any("seeds" in sentence for sentence in said)


def test_a_transform_may_change_what_it_is_given(example):
    X, y, noise = example
    before = X.copy()

    def negate(X, y):
        X[:, noise] *= -1
        return X, y

    found = audit(ONE_STEP, X, y, transform=negate)
    assert found.samples == audit(ONE_STEP, X, y, noise_features=noise).samples
    assert (before == X).all()


def test_a_transform_may_return_classes_that_the_sample_lacks(pixels):
    X, y = (array[:40] for array in pixels)
    rare = np.append(y[:-1], 2)
    found = audit(PLAIN, X, rare, transform=lambda X, y: (X, np.full_like(y, 2)))
    assert 1.0 in {s.transformed_error for s in found.samples}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"noise_features": [0, 3001]}, "in [0, 3001), got 3001"),
        ({"noise_features": [-1]}, "in [0, 3001), got -1"),
        ({"noise_features": [2, 2]}, "got one of them twice"),
        ({"noise_features": []}, "must name columns of X"),
        ({"noise_features": [[1], [2, 3]]}, "noise_features: "),
        ({"noise_features": [True]}, "an entry for each of 3001 columns"),
        ({"noise_features": [1], "transform": len}, "not both"),
        ({"transform": "negate"}, "transform must be a function of (X, y)"),
        ({"transform": lambda X, y: X}, "transform must return a pair (X, y)"),
        ({"transform": lambda X, y: (X[1:], y)}, "as many points and features"),
        ({"transform": lambda X, y: (X, y[1:])}, "and labels (49,)"),
        ({"transform": lambda X, y: (X, 3 * y)}, "returned the label"),
        ({"delta": 1.0}, "delta"),
        ({"n_samples": 60}, "ask for 60 samples of 2 points that share none"),
        ({"n_samples": 1, "sample_size": 100}, "and for other points to test on"),
        ({"sample_size": 60}, "n_samples and sample_size ask for 2 samples of 60"),
        ({"n_samples": 40}, "has one class only; ask for fewer or larger"),
    ],
)
def test_bad_options_are_refused(example, options, message):
    X, y, _ = example
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        audit(ONE_STEP, X, y, **options)


def test_arrays_of_a_device_are_taken(device, pixels):
    from refgen_gpu.arrays import to_device
    from refgen_gpu.uniform_convergence import audit as of_device

    there = [to_device(array) for array in pixels]
    assert of_device(PLAIN, *there) == audit(PLAIN, *pixels)


def test_bad_estimators_and_labels_are_refused(example):
    X, y, _ = example
    with pytest.raises(ValueError, match="KNeighborsClassifier has no coef_"):
        audit(KNeighborsClassifier(), X, y)
    with pytest.raises(TypeError, match="must be a classifier instance"):
        audit(LogisticRegression, X, y)
    with pytest.raises(ValueError, match="y holds one class only"):
        audit(ONE_STEP, X, np.ones_like(y))

"""What a base says of its classes, as probabilities in the order of all classes."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from refgen._estimators.outputs import probabilities_of

X = np.array([[-2.0], [-1.0], [1.0], [3.0]])
EXACT = {"rtol": 16 * 2.0**-53, "atol": 0}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_a_decision_of_two_classes_is_the_logit_of_the_second(temperature):
    model = LinearSVC().fit(X, [0, 0, 1, 1])
    found = probabilities_of(model, X, 4, np.array([0, 1]), temperature)
    second = 1 / (1 + np.exp(-model.decision_function(X) / temperature))
    np.testing.assert_allclose(found, np.stack([1 - second, second], axis=1), 1e-13)


def test_classes_that_a_base_has_not_seen_have_probability_0():
    model = LogisticRegression().fit(X, [1, 1, 3, 3])
    found = probabilities_of(model, X, 4, np.array([0, 1, 2, 3]), 1.0)
    assert (found[:, [0, 2]] == 0).all()
    np.testing.assert_allclose(found[:, [1, 3]], model.predict_proba(X), **EXACT)


def test_a_temperature_divides_the_logits_of_probabilities():
    model = LogisticRegression().fit(X, [0, 0, 1, 1])
    found = probabilities_of(model, X, 4, np.array([0, 1]), 2.0)
    second = 1 / (1 + np.exp(-model.decision_function(X) / 2))
    np.testing.assert_allclose(found[:, 1], second, 1e-13)

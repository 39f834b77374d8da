"""Fits of the reversed pair, against plain loops."""

import numpy as np
import pytest

from refgen.explainability._local_ridge import local_ridge
from refgen.random import Stream


def by_loop(X, y, weights, penalties):
    """Coefficients and hat matrix of one weighted ridge fit."""
    design = np.c_[np.ones(len(X)), X]
    inverse = np.linalg.inv(design.T * weights @ design + np.diag(penalties))
    return inverse @ (design.T @ (weights * y)), design @ inverse @ design.T * weights


@pytest.mark.parametrize("penalized", [True, False])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_many_fits_by_a_loop(penalized, batch):
    """Two outputs share the factors; weights of any size are as good."""
    draws, q, m, d = Stream(0, "ridge"), 3, 7, 2
    X = draws.child("X").normal((*batch, m, d)) + 3
    Y = draws.child("Y").normal((2, *batch, m))
    logs = draws.child("w").normal((*batch, q, m))
    size = draws.child("size").exponential((*batch, q))
    fit = local_ridge(X, Y, logs, size, penalized_intercept=penalized)
    for at in np.ndindex(2, *batch, q):
        output, *rest, j = at
        rest, penalties = tuple(rest), np.full(d + 1, size[at[1:]])
        penalties[0] *= penalized
        points, values = X[rest], Y[(output, *rest)]
        weights = np.exp(logs[(*rest, j)])
        found, hat = by_loop(points, values, weights, penalties)
        own = np.append(fit.intercepts[at], fit.coefficients[at])
        np.testing.assert_allclose(own, found, rtol=1e-9)
        left = values - np.c_[np.ones(m), points] @ found
        np.testing.assert_allclose(fit.residuals[at], left, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(fit.leverages[at[1:]], np.diag(hat), rtol=1e-9)


def test_a_fit_that_is_not_unique():
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        local_ridge(np.ones((3, 1)), np.ones(3), np.zeros((1, 3)), 0.0)


def test_weights_that_are_small_beside_the_penalty():
    """All is 0 then; a free intercept is the weighted mean."""
    X, y, logs = np.array([[0.0], [1.0]]), np.array([1.0, 4.0]), np.full((1, 2), -2e3)
    for penalized, intercept in ((True, 0.0), (False, 2.5)):
        fit = local_ridge(X, y, logs, 1.0, penalized_intercept=penalized)
        np.testing.assert_allclose(fit.intercepts, intercept, atol=1e-200)
        np.testing.assert_allclose(fit.coefficients, 0, atol=1e-200)

"""What classic bounds say of a linear classifier, from its own sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.uniform_convergence._audit_result import SampleBound
from refgen.uniform_convergence.certificates import pac_bayes_kl
from refgen.uniform_convergence.gibbs import gaussian_divergence, gibbs_error
from refgen.uniform_convergence.losses import ramp_loss
from refgen.uniform_convergence.norm_ball import norm_ball_complexity
from refgen.uniform_convergence.vc import vc_bound

# Spreads of the weights of a randomized classifier, whose own have the length 1.
_SPREADS = 2.0 ** np.arange(-10, 3)


def sample_bounds(
    model: Any, X: np.ndarray, y: np.ndarray, delta: float
) -> tuple[SampleBound, ...]:
    """Bounds on the test error of a fitted linear classifier of two classes.

    An intercept counts as the weight of one more feature, which is 1. There are no
    bounds for other models, for more classes, or where a weight is not finite.
    """
    weights = _weights(model, X.shape[1])
    if weights is None:
        return ()
    points = np.hstack([X, np.ones((len(X), 1))]) if len(weights) > X.shape[1] else X
    signs = np.where(y == model.classes_[1], 1.0, -1.0)
    unit = weights / np.linalg.norm(weights)
    margins = signs * (points @ unit)
    return (
        _by_dimension(margins, points.shape[1], delta),
        _by_norm(margins, points, delta),
        _by_prior(margins, points, delta),
    )


def _weights(model: Any, n_features: int) -> np.ndarray | None:
    """Weights of a linear classifier of two classes, the intercept last if it has one.

    None if the model is not of this kind.
    """
    if len(getattr(model, "classes_", ())) != 2 or not hasattr(model, "coef_"):
        return None
    weights = np.asarray(model.coef_, dtype=float).ravel()
    if getattr(model, "fit_intercept", True):
        weights = np.append(weights, getattr(model, "intercept_", 0.0))
    if weights.size - n_features not in (0, 1):
        return None
    return weights if np.isfinite(weights).all() and weights.any() else None


def _by_dimension(margins: np.ndarray, dimension: int, delta: float) -> SampleBound:
    value = (margins <= 0).mean() + vc_bound(len(margins), dimension, delta)
    text = f"of all linear classifiers of {dimension} weights"
    return _bound("VC dimension", value, text)


def _by_norm(margins: np.ndarray, points: np.ndarray, delta: float) -> SampleBound:
    """With the median margin, though a margin must not be chosen by the sample."""
    margin = float(np.median(margins))
    text = "of all linear classifiers of this norm; but the choice of a margin is free"
    if margin <= 0:
        return _bound("Norm and margin", math.inf, text)
    loss = float(np.mean(ramp_loss(margins, margin)))
    reach = 2 * float(norm_ball_complexity(points, 1.0)) / margin
    rest = 3 * math.sqrt(math.log(2 / delta) / (2 * len(margins)))
    return _bound("Norm and margin", loss + reach + rest, text)


def _by_prior(margins: np.ndarray, points: np.ndarray, delta: float) -> SampleBound:
    """Twice the risk with random weights (UC-21), by the best of the spreads."""
    lengths = np.linalg.norm(points, axis=1)
    inside = lengths > 0
    errors = np.ones((len(_SPREADS), len(points)))
    errors[:, inside] = gibbs_error(margins[inside], lengths[inside], _SPREADS[:, None])
    # Larger ones give larger bounds, and digits are left of them.
    risk = np.maximum(errors.mean(axis=1), 1e-100)
    cost = gaussian_divergence(1.0, points.shape[1], _SPREADS, _SPREADS)
    risks = pac_bayes_kl(risk, cost, float(len(points)), delta / len(_SPREADS))
    text = "twice the risk with normal weights around these, against some around 0"
    return _bound("PAC-Bayes", 2 * risks.min(), text)


def _bound(name: str, value: Any, text: str) -> SampleBound:
    # None of them has something to say from 1 on.
    least = min(float(value), 1.0)
    return SampleBound(name, least, least >= 1, text)

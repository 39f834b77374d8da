"""Exact explanations of networks, of scikit-learn and of `refgen.networks`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from refgen._estimators.data import check_numbers
from refgen._numbers import as_positive
from refgen._shown import shown
from refgen.arrays import as_floats, namespace
from refgen.explainability._local_fit import LocalFit
from refgen.explainability._trained_members import column_of, members, of_estimator
from refgen.explainability.relu_networks import TwoLayerReLU
from refgen.networks import Ensemble, TwoLayerClassifier, TwoLayerRegressor

# Inputs of neurons that are in memory at once.
_ENTRIES = 2**23

_WANTED = (
    "a fitted MLPRegressor or MLPClassifier with activation='relu' and one hidden "
    "layer, or a TwoLayerRegressor or TwoLayerClassifier, alone or behind "
    "StandardScaler, MinMaxScaler or MaxAbsScaler in a Pipeline, or an Ensemble of "
    "refgen.networks"
)
_OF_SCIKIT_LEARN = MLPClassifier, MLPRegressor
_OF_REFGEN = TwoLayerClassifier, TwoLayerRegressor


def exact_local_fit(
    estimator: Any, X: Any, scale: Any, *, output: Any = None
) -> LocalFit:
    """The best linear explanations of a trained ReLU network, exactly.

    Parameters
    ----------
    estimator : MLPRegressor, MLPClassifier, Pipeline of scalers before one, or Ensemble
        As in `relu_network`. Of a classifier the logit is explained: what it computes
        before probabilities are made of it.
    X : array or data frame of shape (n_samples, n_features)
        Where explanations are asked, in the units that `estimator` takes.
    scale : float
        s > 0: a neighbour of x is drawn from N(x, s²I), in these units.
    output : int or class label, optional
        As in `relu_network`.

    Returns
    -------
    LocalFit
        Of shapes (n_samples,), (n_samples, n_features) and (n_samples,), where X is;
        with (n_members,) in front for an ensemble.
        No sample is drawn, so that there is no standard error. The fidelity is an
        error: 0 is best.

    Raises
    ------
    TypeError
        If `estimator` is no such network, or X is not numeric.
    ValueError
        If X has other features than the training data, a number is out of range or
        not finite, or there are several outputs and none is chosen.

    Notes
    -----
    Source: derived here, claims LE-5n and LE-25n.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.neural_network import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = MLPRegressor(hidden_layer_sizes=8, max_iter=500, random_state=0)
    >>> fit = exact_local_fit(model.fit(20 * X, y / 100), 20 * X, scale=0.5)
    >>> fit.value.shape, fit.slope.shape, fit.fidelity.shape
    ((442,), (442, 10), (442,))
    """
    network = relu_network(estimator, output=output)
    points = _points(estimator, X, network.n_features)
    if (own := as_positive("scale", scale).shape) != ():
        raise ValueError(f"scale must be one number for all rows, got shape {own}")
    batch = network.intercept.shape
    entries = network.n_neurons * math.prod(batch)
    xp, step = namespace(points), max(1, _ENTRIES // entries)
    network = network.map(xp.asarray)
    if batch:
        network = network.map(
            lambda array: array[(slice(None),) * len(batch) + (None,)]
        )
    fits = [
        network.local_fit(points[i : i + step], scale)
        for i in range(0, len(points), step)
    ]
    axes = len(batch)
    return LocalFit(
        *(xp.concatenate(parts, axis=axes) for parts in zip(*fits, strict=True))
    )


def relu_network(estimator: Any, *, output: Any = None) -> TwoLayerReLU:
    """A trained network as `TwoLayerReLU`, scalers included.

    Parameters
    ----------
    estimator : MLPRegressor, MLPClassifier, Pipeline of scalers before one, or Ensemble
        Fitted, with ``activation="relu"`` and one hidden layer. Scalers are
        StandardScaler, MinMaxScaler without clipping, and MaxAbsScaler. In the place of
        scikit-learn's networks may be a TwoLayerRegressor, whose mean over members is a
        wider network, or a TwoLayerClassifier of one member. All members of an
        `Ensemble` of `refgen.networks` are taken; none may have diverged.
    output : int or class label, optional
        Which output, where there are several: the number of a target, or a class. Of
        two classes, the logit of the second one, ``classes_[1]``, by default.

    Returns
    -------
    TwoLayerReLU
        It predicts what a regressor predicts. Of a classifier it gives the logit:
        log p/(1 − p) for two classes, or for several labels of a point; for more than
        two classes what softmax makes probabilities of. Of shape (n_members,) for an
        ensemble.

    Raises
    ------
    TypeError
        If `estimator` is no such network.
    ValueError
        If there are several outputs and `output` is not one of them.

    Examples
    --------
    >>> from sklearn.neural_network import MLPClassifier
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    >>> model = MLPClassifier(4, solver="lbfgs", random_state=0).fit(X, y)
    >>> logits = relu_network(model).values(X)
    >>> shares = 1 / (1 + np.exp(-logits))
    >>> bool(np.allclose(shares, model.predict_proba(X)[:, 1]))
    True
    """
    if isinstance(estimator, Ensemble):
        return members(estimator, output)
    scalers, network = _parts(estimator)
    found = (
        _of_scikit_learn(network, output)
        if isinstance(network, _OF_SCIKIT_LEARN)
        else of_estimator(network, output)
    )
    weights, biases = found.weights, found.biases
    for scaler in reversed(scalers):
        factor, shift = _affine(scaler)
        weights, biases = factor * weights, biases + weights @ shift
    return TwoLayerReLU(weights, biases, found.output, found.intercept)


def _of_scikit_learn(network: Any, output: Any) -> TwoLayerReLU:
    hidden, last = (np.asarray(matrix, float) for matrix in network.coefs_)
    biases, shifts = (np.asarray(row, float) for row in network.intercepts_)
    of_classes, n_outputs = is_classifier(network), last.shape[1]
    names = list(network.classes_) if of_classes else list(range(n_outputs))
    column, sign = column_of(of_classes, names, n_outputs, output)
    return TwoLayerReLU(hidden.T, biases, sign * last[:, column], sign * shifts[column])


def _parts(estimator: Any) -> tuple[list[Any], Any]:
    """The scalers and the network."""
    scalers: list[Any] = []
    network = estimator
    if isinstance(estimator, Pipeline):
        *before, network = (step for _, step in estimator.steps)
        scalers = [
            step for step in before if step is not None and step != "passthrough"
        ]
    if not isinstance(network, (*_OF_SCIKIT_LEARN, *_OF_REFGEN)):
        raise TypeError(f"estimator must be {_WANTED}, got {shown(network)}")
    for step in (*scalers, network):
        check_is_fitted(step)
    if isinstance(network, _OF_REFGEN):
        return scalers, network
    if network.activation != "relu" or len(network.coefs_) != 2:
        raise TypeError(
            f"estimator must be {_WANTED}; this one has activation="
            f"{network.activation!r} and {len(network.coefs_) - 1} hidden layer(s)"
        )
    if not is_classifier(network) and network.out_activation_ != "identity":
        raise TypeError(
            "estimator must predict a sum of its neurons; this one has out_activation_="
            f"{network.out_activation_!r}: fit it with the squared error"
        )
    return scalers, network


def _affine(scaler: Any) -> tuple[Any, Any]:
    """(m, a) of a scaler that maps each feature x to mx + a."""
    if isinstance(scaler, StandardScaler):
        factor = (
            1 / scaler.scale_ if scaler.with_std else np.ones(scaler.n_features_in_)
        )
        mean = scaler.mean_ if scaler.with_mean else np.zeros(scaler.n_features_in_)
        return factor, -mean * factor
    if isinstance(scaler, MinMaxScaler) and not scaler.clip:
        return scaler.scale_, scaler.min_
    if isinstance(scaler, MaxAbsScaler) and not getattr(scaler, "clip", False):
        return 1 / scaler.scale_, np.zeros(scaler.n_features_in_)
    raise TypeError(
        f"estimator has the step {scaler!r}, and only networks behind StandardScaler, "
        "MinMaxScaler or MaxAbsScaler, without clipping, are explained exactly; give "
        "the network alone, and X transformed"
    )


def _points(estimator: Any, X: Any, n_features: int) -> Any:
    """X as an array; columns of a frame are in the order of the training data."""
    if hasattr(X, "columns"):
        check_numbers(X)
        scalers, network = (
            ([], None) if isinstance(estimator, Ensemble) else _parts(estimator)
        )
        first = [*scalers, network][0]
        if hasattr(first, "feature_names_in_"):
            validate_data(first, X, reset=False, skip_check_array=True)
        X = np.asarray(X, dtype=np.float64)
    points = as_floats("X", X, 2)
    if points.ndim != 2 or points.shape[1] != n_features:
        raise ValueError(
            f"X must have shape (n_samples, {n_features}), as the training data of "
            f"estimator, got {points.shape}"
        )
    return points

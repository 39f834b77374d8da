"""Ensembles as networks of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import LabelBinarizer

from refgen.networks._saved import refuse_device

ACTIVATIONS = {"linear": "identity", "relu": "relu", "tanh": "tanh"}


def to_estimators(ensemble: Any) -> Any:
    """Fitted estimators: one, or a list, nested as members are.

    Examples
    --------
    >>> from refgen.networks import Ensemble, TwoLayerNetworks
    >>> networks = TwoLayerNetworks([[1.0]], [0.0], [[1.0]], [-1.0])
    >>> one = Ensemble.from_networks(networks, loss="squared")
    >>> to_estimators(one).predict([[3.0]]).tolist()
    [2.0]
    """
    refuse_device(ensemble)
    ensemble._refuse_diverged()
    networks, task = ensemble.networks, ensemble.task
    if networks.architecture.activation not in ACTIVATIONS:
        raise ValueError(
            "scikit-learn has no neurons with the activation "
            f"{networks.architecture.activation!r}"
        )
    if task.loss == "logistic" and networks.n_outputs > 1:
        raise ValueError(
            "scikit-learn has no classes of one against the rest: the ensemble has "
            f"{networks.n_outputs} outputs and the loss 'logistic'"
        )
    if ensemble.batch_shape:
        return [to_estimators(member) for member in ensemble]
    return _estimator(ensemble)


def _estimator(member: Any) -> Any:
    plain, task = member.networks.without_scales(), member.task
    weights, biases = plain.output_weights, plain.output_biases
    if task.loss == "cross_entropy" and plain.n_outputs == 2:
        weights, biases = weights[:, 1:] - weights[:, :1], biases[1:] - biases[:1]
    kind = MLPRegressor if task.classes is None else MLPClassifier
    model = kind(
        hidden_layer_sizes=(plain.n_hidden,),
        activation=ACTIVATIONS[plain.architecture.activation],
        solver="sgd",
        alpha=0.0,
    )
    model.coefs_ = [np.array(plain.hidden_weights), np.array(weights)]
    model.intercepts_ = [np.array(plain.hidden_biases), np.array(biases)]
    model.n_layers_, model.n_outputs_ = 3, len(biases)
    model.n_features_in_, model.out_activation_ = plain.n_features, "identity"
    if task.classes is not None:
        model._label_binarizer = LabelBinarizer().fit(task.classes)
        model.classes_ = model._label_binarizer.classes_
        model.out_activation_ = "logistic" if len(biases) == 1 else "softmax"
        if task.classes != tuple(model.classes_.tolist()):
            _reorder(model, task.classes)
    _set_history(model, member)
    return model


def _reorder(model: Any, classes: tuple) -> None:
    """Outputs in ascending order of labels, as scikit-learn has them."""
    last = len(model.coefs_) - 1
    weights, biases = model.coefs_[last], model.intercepts_[last]
    if model.n_outputs_ == 1:
        model.coefs_[last], model.intercepts_[last] = -weights, -biases
    else:
        places = [classes.index(label) for label in model.classes_.tolist()]
        model.coefs_[last] = weights[:, places]
        model.intercepts_[last] = biases[places]


def _set_history(model: Any, member: Any) -> None:
    """What scikit-learn remembers of training, also to train further."""
    n = int(member.n_epochs)
    model.n_iter_, model.t_ = n, 0
    model.loss_curve_ = [float(loss) for loss in member.loss_curves[:n]]
    model.loss_ = model.loss_curve_[-1] if n else np.nan
    model.best_loss_ = min(model.loss_curve_, default=np.inf)
    model.validation_scores_, model.best_validation_score_ = None, None
    model._no_improvement_count = 0

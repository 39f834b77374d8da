"""Networks of scikit-learn, in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import LabelBinarizer

from refgen._shown import shown
from refgen.networks._architecture import Architecture
from refgen.networks._saved import refuse_device
from refgen.networks.ensemble import Ensemble
from refgen.networks.two_layer import TwoLayerNetworks

_ACTIVATIONS = {"linear": "identity", "relu": "relu", "tanh": "tanh"}
_OURS = {theirs: ours for ours, theirs in _ACTIVATIONS.items()}
_LOSSES = {"identity": "squared", "logistic": "logistic", "softmax": "cross_entropy"}


def to_estimators(ensemble: Ensemble) -> Any:
    """Fitted estimators: one, or a list, nested as members are.

    Examples
    --------
    >>> networks = TwoLayerNetworks([[1.0]], [0.0], [[1.0]], [-1.0])
    >>> one = Ensemble.from_networks(networks, loss="squared")
    >>> to_estimators(one).predict([[3.0]]).tolist()
    [2.0]
    """
    refuse_device(ensemble)
    ensemble._refuse_diverged()
    networks, task = ensemble.networks, ensemble.task
    if networks.architecture.activation not in _ACTIVATIONS:
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


def _estimator(member: Ensemble) -> Any:
    plain, task = member.networks.without_scales(), member.task
    weights, biases = plain.output_weights, plain.output_biases
    if task.loss == "cross_entropy" and plain.n_outputs == 2:
        weights, biases = weights[:, 1:] - weights[:, :1], biases[1:] - biases[:1]
    kind = MLPRegressor if task.classes is None else MLPClassifier
    model = kind(
        hidden_layer_sizes=(plain.n_hidden,),
        activation=_ACTIVATIONS[plain.architecture.activation],
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


def _set_history(model: Any, member: Ensemble) -> None:
    """What scikit-learn remembers of training, also to train further."""
    n = int(member.n_epochs)
    model.n_iter_, model.t_ = n, 0
    model.loss_curve_ = [float(loss) for loss in member.loss_curves[:n]]
    model.loss_ = model.loss_curve_[-1] if n else np.nan
    model.best_loss_ = min(model.loss_curve_, default=np.inf)
    model.validation_scores_, model.best_validation_score_ = None, None
    model._no_improvement_count = 0


def from_estimators(models: Any, initial: TwoLayerNetworks | None) -> Ensemble:
    """The ensemble of one estimator, or of several.

    Examples
    --------
    >>> from_estimators([MLPRegressor()], None)
    Traceback (most recent call last):
    ValueError: models[0] is not fitted; fit it first
    """
    if isinstance(models, MLPClassifier | MLPRegressor):
        return _joined([_checked("models", models)], initial, ())
    if not isinstance(models, Sequence | np.ndarray) or isinstance(models, str | bytes):
        raise TypeError(
            "models must be an MLPClassifier or MLPRegressor, or a list of them, got "
            f"{shown(models)}"
        )
    if not len(models):
        raise ValueError("models is empty; give one estimator at least")
    fitted = [_checked(f"models[{i}]", model) for i, model in enumerate(models)]
    return _joined(fitted, initial, (len(fitted),))


def _checked(name: str, model: Any) -> Any:
    if not isinstance(model, MLPClassifier | MLPRegressor):
        raise TypeError(
            f"{name} must be an MLPClassifier or MLPRegressor, got {shown(model)}"
        )
    if not hasattr(model, "coefs_"):
        raise ValueError(f"{name} is not fitted; fit it first")
    if len(model.coefs_) != 2:
        raise ValueError(
            f"{name} has {len(model.coefs_) - 1} hidden layers; networks here have one"
        )
    if model.activation not in _OURS:
        raise ValueError(
            f"{name} has the activation {model.activation!r}; those known here are "
            "'identity', 'relu' and 'tanh'"
        )
    several = model.out_activation_ == "logistic" and model.n_outputs_ > 1
    if model.out_activation_ not in _LOSSES or several:
        raise ValueError(
            f"{name} has {model.n_outputs_} output(s) with the activation "
            f"{model.out_activation_!r}; its loss is none of those known here"
        )
    return model


def _described(model: Any) -> tuple:
    classes = tuple(model.classes_.tolist()) if hasattr(model, "classes_") else None
    shapes = [coefs.shape for coefs in model.coefs_]
    return shapes, model.activation, model.out_activation_, classes


def _joined(models: list, initial: Any, batch: tuple[int, ...]) -> Ensemble:
    first = _described(models[0])
    for i, model in enumerate(models):
        if _described(model) != first:
            raise ValueError(
                f"models[{i}] is not as models[0]: they have shapes, activations and "
                f"classes {_described(model)} and {first}"
            )

    def stacked(part: str, layer: int) -> np.ndarray:
        arrays = [getattr(model, part)[layer] for model in models]
        return np.stack(arrays).reshape(batch + arrays[0].shape)

    networks = TwoLayerNetworks(
        stacked("coefs_", 0),
        stacked("intercepts_", 0),
        stacked("coefs_", 1),
        stacked("intercepts_", 1),
        Architecture(_OURS[models[0].activation]),  # type: ignore[arg-type]
    )
    loss, classes = _LOSSES[first[2]], first[3]
    found = Ensemble.from_networks(
        networks, loss=loss, classes=classes, initial=initial
    )
    curves = [getattr(model, "loss_curve_", []) for model in models]
    history = np.full((len(models), max(map(len, curves))), np.nan)
    for i, curve in enumerate(curves):
        history[i, : len(curve)] = curve
    epochs = np.array([model.n_iter_ for model in models], dtype=np.int64)
    values = {**vars(found), "loss_curves": history.reshape(*batch, history.shape[1]),
              "n_epochs": epochs.reshape(batch)}  # fmt: skip
    return Ensemble.trusted(**values)

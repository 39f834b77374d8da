"""Networks of scikit-learn as ensembles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from refgen._shown import shown
from refgen.networks._architecture import Architecture
from refgen.networks._exported import ACTIVATIONS
from refgen.networks.ensemble import Ensemble
from refgen.networks.two_layer import TwoLayerNetworks

_OURS = {theirs: ours for ours, theirs in ACTIVATIONS.items()}
_LOSSES = {"identity": "squared", "logistic": "logistic", "softmax": "cross_entropy"}


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

"""Explanations of ReLU networks of scikit-learn, without draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen.arrays import namespace
from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability._local_statistics import MOST_RANKED, LocalStatistics
from refgen.explainability._question import Question
from refgen.explainability.exact_fit import relu_network
from refgen.explainability.few_features import sparse_fidelity
from refgen.explainability.relu_networks import TwoLayerReLU
from refgen.networks import Ensemble


class ExactModel(ExplainedModel):
    """A network as a function of points: what it computes before any probability."""

    def __init__(self, model: Any, output: Any) -> None:
        named, classes = output, _classes_of(model)
        if isinstance(model, Ensemble):
            self._of_member(model)
        if output is None and len(classes) > 2:
            raise ValueError(
                f"exact explanations of {len(classes)} classes are of one of "
                "them for all rows; say by output=0, …, which"
            )
        if output is not None and len(classes):
            # The number of an output stands for a class.
            checked = check_integer("output", output, 0)
            if checked >= len(classes):
                raise ValueError(
                    f"output is {output}, and the model has {len(classes)} "
                    "classes, numbered from 0"
                )
            named = classes[checked]
        self.network = relu_network(model, output=named)
        self._named = model
        super().__init__(self._values, None)

    def _values(self, points: Any) -> Any:
        # Which refuses columns of a frame in another order than in training.
        self._named.predict(points)
        return self.network.values(np.asarray(points, dtype=float))


def _classes_of(model: Any) -> Any:
    """Names of classes; none of a regressor."""
    if isinstance(model, Ensemble):
        return model.task.classes or ()
    return getattr(model, "classes_", ())


def exact_statistics(question: Question, n_features: int | None) -> LocalStatistics:
    """What infinitely many neighbours would give."""
    network = question.model.network  # type: ignore[attr-defined]
    scales = question.scales
    if not scales.all():
        raise ValueError(
            "scale must be positive for all features of exact explanations; 0 is for "
            "draws"
        )
    scaled = TwoLayerReLU(
        network.weights * scales, network.biases, network.output, network.intercept
    ).map(question.place)
    fit = scaled.local_fit(question.place(question.rows.points / scales), 1.0)
    xp = namespace(fit.slope)
    effects = xp.sort(abs(fit.slope), axis=1)[:, ::-1][:, :MOST_RANKED]
    centred = fit.value - question.place(question.predictions)
    slope, fidelity = fit.slope, fit.fidelity
    if n_features is not None:
        rank = xp.argsort(xp.argsort(-abs(slope), axis=1), axis=1)
        fidelity = sparse_fidelity(slope, fidelity, 1.0, n_features)
        slope = xp.where(rank < n_features, slope, 0.0)
    coefficients = xp.concatenate([centred[:, None], slope], axis=1)
    nothing = xp.zeros(len(effects))
    gaps = effects[:, :-1] - effects[:, 1:]
    return LocalStatistics(
        coefficients,
        xp.zeros(coefficients.shape),
        fidelity,
        nothing,
        gaps,
        xp.zeros(gaps.shape),
        nothing,
        nothing + xp.inf,
    )

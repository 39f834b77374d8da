"""What a model says of points, as a number for each row that is explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._estimators.outputs import finite_floats
from refgen._shown import shown
from refgen.networks import Ensemble


class ExplainedModel:
    """A model as a function of points with one output, or with several.

    Parameters
    ----------
    model : fitted estimator, or callable
    output : int or None
        Which output is explained; None for the rule that `outputs_at` has.
    """

    def __init__(self, model: Any, output: Any) -> None:
        self.model = model
        self.is_number = False
        self._ask = self._answers_of(model)
        self.output = None if output is None else check_integer("output", output, 0)

    def _answers_of(self, model: Any) -> Callable[[Any], Any]:
        if isinstance(model, type):
            raise TypeError(
                f"model must be fitted, got the class {model.__name__}; give an "
                "instance, or a function of points"
            )
        if isinstance(model, Ensemble):
            return self._of_member(model)
        for name in ("predict_proba", "decision_function"):
            if hasattr(model, "classes_") and hasattr(model, name):
                return getattr(model, name)
        if hasattr(model, "classes_"):
            raise TypeError(
                f"model ({type(model).__name__}) gives classes only; give one with "
                "predict_proba or decision_function, or a function of points"
            )
        if hasattr(model, "predict"):
            self.is_number = True
            return model.predict
        if not callable(model):
            raise TypeError(
                "model must be a fitted estimator, or a function of points, got "
                f"{shown(model)}"
            )
        return model

    def _of_member(self, model: Ensemble) -> Callable[[Any], Any]:
        if model.batch_shape:
            raise ValueError(
                f"model has {len(model)} members; give one of them, such as model[0], "
                "or exact_local_fit all of them"
            )
        self.is_number = model.task.classes is None
        return model.predict if self.is_number else model.predict_proba

    def answers(self, points: Any, n_points: int) -> np.ndarray:
        """Of shape (n_points, n_outputs)."""
        found = finite_floats(
            self.model, self.on_host(self._ask(points)), n_points, "model"
        )
        if found.ndim > 2:
            raise ValueError(
                f"model returned shape {found.shape} for {n_points} points; it must "
                "return a number, or a row of numbers, for each"
            )
        return found.reshape(n_points, -1)

    def on_host(self, answers: Any) -> Any:
        """What the model returned, where it is checked."""
        return answers

    def outputs_at(self, answers: np.ndarray) -> np.ndarray:
        """Which output is explained of each row, given the answers there."""
        n, k = answers.shape
        if self.output is not None:
            if self.output >= k:
                raise ValueError(
                    f"output is {self.output}, and the model has {k} output(s), "
                    "numbered from 0"
                )
            return np.full(n, self.output)
        if k > 1 and self.is_number:
            raise ValueError(
                f"the model predicts {k} numbers; say by output=0, …, which to explain"
            )
        return np.full(n, k - 1) if k < 3 else answers.argmax(axis=1)

"""What an ensemble says of points, and how right it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen.arrays import namespace
from refgen.networks._examples import (
    losses_of,
    margins_of,
    probabilities_of,
    slopes_of,
)
from refgen.networks._gradients import Gradients
from refgen.networks._members import Members, named_members
from refgen.networks._task import Task, as_targets, class_array, refuse_no_sign


class Answers(Members):
    """Base of ensembles: outputs at points, compared with answers."""

    task: Task

    @property
    def classes(self) -> Any:
        """Labels in ascending order; None for numbers."""
        if self.task.classes is None:
            return None
        return class_array(self.task, namespace(self.status))

    def outputs(self, X: Any) -> Any:
        """f at points: logits of a classifier, predictions of a regressor.

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (n_members, n_points, n_features)
            Shared by all members, or points of each member's own; so in all methods.

        Returns
        -------
        array of shape (n_members, n_points, n_outputs)

        Raises
        ------
        ValueError
            If a member diverged, or overflows at a point; so in all methods.
        """
        self._refuse_diverged()
        outputs = self.networks.outputs(X)
        fine = namespace(outputs).isfinite(outputs).all(axis=(-2, -1))
        if not bool(fine.all()):
            raise ValueError(
                f"{named_members(~fine)} overflow float64 at a point of X; give points "
                "in the units of the training"
            )
        return outputs

    def predict(self, X: Any) -> Any:
        """Classes, or numbers for the squared loss.

        Returns
        -------
        array of shape (n_members, n_points)
            Of equal outputs the first wins. Numbers have shape (n_members, n_points,
            n_outputs) if a network has several outputs.
        """
        outputs = self.outputs(X)
        if self.task.classes is None:
            return outputs[..., 0] if outputs.shape[-1] == 1 else outputs
        return self.classes[_places(outputs)]

    def predict_proba(self, X: Any) -> Any:
        """Probabilities of the classes.

        Returns
        -------
        array of shape (n_members, n_points, n_classes)
            Of the loss "logistic" with an output for each class: one against the rest,
            divided by their sum.

        Raises
        ------
        ValueError
            If there are no classes.
        """
        self._refuse_numbers("predict_proba", "use predict")
        return probabilities_of(self.outputs(X), self.task.loss)

    @finite
    def mean_prediction(self, X: Any) -> Any:
        """What members say on average.

        Returns
        -------
        array
            Means of `predict_proba`, of shape (n_points, n_classes), or of numbers, of
            shape (n_points,) or (n_points, n_outputs). In a grid of members, as
            ``ensemble[[[0, 1], [2, 3]]]`` is, each row is an ensemble of its own.
        """
        said = self.predict(X) if self.task.classes is None else self.predict_proba(X)
        return self._averaged(said)

    def votes(self, X: Any) -> Any:
        """The share of members that choose each class.

        Returns
        -------
        array of shape (n_points, n_classes)
            In a grid of members each row is an ensemble of its own.

        Raises
        ------
        ValueError
            If there are no classes.
        """
        self._refuse_numbers("votes", "use mean_prediction")
        places = _places(self.outputs(X))
        classes = namespace(places).arange(len(self.task.classes))
        return self._averaged((places[..., None] == classes).astype(np.float64))

    def vote(self, X: Any) -> Any:
        """The class of most members, of shape (n_points,); of equal ones the first.

        Raises
        ------
        ValueError
            If there are no classes.
        """
        return self.classes[self.votes(X).argmax(axis=-1)]

    @finite
    def margins(self, X: Any, y: Any) -> Any:
        """By how much the right answer is ahead: f_y − max f of the others.

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (n_members, n_points, n_features)
        y : array of shape (n_points,), or (n_members, n_points)
            Labels, or floats of shape (..., n_points, n_classes), of which the largest
            counts. For the squared loss numbers, of which the sign counts, or the
            largest of several.

        Returns
        -------
        array of shape (n_members, n_points)
            ±f, if there is a single output; positive where the answer is right.

        Raises
        ------
        ValueError
            If `y` does not fit, has an unknown label, or has the number 0.
        """
        outputs, targets = self._compared(X, y)
        refuse_no_sign(targets, self.task)
        return margins_of(outputs, targets, self.task.middle)

    @finite
    def losses(self, X: Any, y: Any) -> Any:
        """The loss of training at each point.

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (n_members, n_points, n_features)
        y : array of shape (n_points,), or (n_members, n_points)
            Labels, or probabilities of shape (..., n_points, n_outputs), or numbers, as
            in training.

        Returns
        -------
        array of shape (n_members, n_points)
        """
        return losses_of(*self._compared(X, y), self.task.loss)

    def gradients(self, X: Any, y: Any) -> Gradients:
        """Derivatives of the loss at each point by all parameters of a member.

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (n_members, n_points, n_features)
        y : array of shape (n_points,), or (n_members, n_points)
            As in `losses`.

        Returns
        -------
        Gradients of shape (n_members, n_points)
            Arrays with the names and axes of the weights and biases of the networks;
            at the kink of ReLU the slope is 0. Its `rows` are (n_members, n_points,
            n_parameters), and its `norms` (n_members, n_points).

        Raises
        ------
        ValueError
            As `losses`; or if a derivative overflows.
        """
        outputs, targets = self._compared(X, y)
        return self.networks.gradients(X, slopes_of(outputs, targets, self.task.loss))

    @finite
    def error(self, X: Any, y: Any) -> Any:
        """The share of points with a wrong class, or the mean of (f − y)².

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (n_members, n_points, n_features)
        y : array of shape (n_points,), or (n_members, n_points)
            As in `losses`; of probabilities the largest is the right class.

        Returns
        -------
        array of shape (n_members,)
        """
        outputs, targets = self._compared(X, y)
        if self.task.classes is None:
            return ((outputs - targets) ** 2).mean(axis=(-2, -1))
        if targets.shape[-1] == 1:
            right = (targets[..., 0] > self.task.middle).astype(int)
        else:
            right = targets.argmax(axis=-1)
        return (_places(outputs) != right).mean(axis=-1)

    def _averaged(self, said: Any) -> Any:
        """Means over the last axis of members."""
        n_axes = len(self.batch_shape)
        return said.mean(axis=n_axes - 1) if n_axes else said

    def _compared(self, X: Any, y: Any) -> tuple[Any, Any]:
        outputs = self.outputs(X)
        return outputs, as_targets(y, self.task, outputs)

    def _refuse_numbers(self, method: str, remedy: str) -> None:
        if self.task.classes is None:
            raise ValueError(
                f"{method} needs classes, and these networks were trained on numbers "
                f"(loss='squared'); {remedy}"
            )


def _places(outputs: Any) -> Any:
    """Places of the chosen classes."""
    if outputs.shape[-1] == 1:
        return (outputs[..., 0] > 0).astype(int)
    return outputs.argmax(axis=-1)

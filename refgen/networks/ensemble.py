"""Trained networks, and what can be asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import namespace
from refgen.networks._examples import losses_of, margins_of, probabilities_of
from refgen.networks._members import OUTCOMES, Members, named_members
from refgen.networks._task import Task, as_targets, class_array, refuse_no_sign
from refgen.networks.two_layer import TwoLayerNetworks

__all__ = ["OUTCOMES", "Ensemble", "Task"]


@dataclass(frozen=True, repr=False)
class Ensemble(Members):
    """Networks that were trained together, as `train` returns them.

    Members are ``ensemble[3]``, ``ensemble[2:5]``, ``ensemble[mask]``, or those of a
    loop. One alone has results without the axis of members.

    Parameters
    ----------
    networks, initial : TwoLayerNetworks of shape (n_members,)
        After and before training.
    loss_curves : array of shape (n_members, n_epochs)
        Mean loss in each epoch, of each row before the step that saw it; NaN after a
        member stopped.
    n_epochs : int array of shape (n_members,)
        Epochs done.
    status : int array of shape (n_members,)
        Places in ("epochs", "loss", "margin", "diverged"), which `outcomes` are.
    velocity : array of shape (n_members, n_parameters)
        What momentum carries, as kernels have it.
    task : Task
        The loss, and the classes.

    Examples
    --------
    >>> from refgen.networks import train
    >>> from refgen.random import Stream
    >>> X, y = [[-1.0], [-2.0], [1.0], [2.0]], ["left", "left", "right", "right"]
    >>> five = train(X, y, Stream(0), n_members=5, n_epochs=100)
    >>> len(five), five.vote(X).tolist()
    (5, ['left', 'left', 'right', 'right'])
    >>> [float(member.error(X, y)) for member in five[:2]]
    [0.0, 0.0]
    """

    networks: TwoLayerNetworks
    initial: TwoLayerNetworks
    loss_curves: Any
    n_epochs: Any
    status: Any
    velocity: Any
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

    def mean_prediction(self, X: Any) -> Any:
        """What all members say on average.

        Returns
        -------
        array
            Means of `predict_proba`, of shape (n_points, n_classes), or of numbers, of
            shape (n_points,) or (n_points, n_outputs).
        """
        said = self.predict(X) if self.task.classes is None else self.predict_proba(X)
        axes = tuple(range(len(self.batch_shape)))
        return said.mean(axis=axes)

    def votes(self, X: Any) -> Any:
        """The share of members that choose each class, of shape (n_points, n_classes).

        Raises
        ------
        ValueError
            If there are no classes.
        """
        self._refuse_numbers("votes", "use mean_prediction")
        places = _places(self.outputs(X))
        xp, n = namespace(places), places.shape[-1]
        chosen = places.reshape(-1, n, 1) == xp.arange(len(self.task.classes))
        return chosen.mean(axis=0)

    def vote(self, X: Any) -> Any:
        """The class of most members, of shape (n_points,); of equal ones the first.

        Raises
        ------
        ValueError
            If there are no classes.
        """
        return self.classes[self.votes(X).argmax(axis=-1)]

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

    @property
    def change(self) -> TwoLayerNetworks:
        """What training added to the weights: θ − θ₀."""
        return self.networks.minus(self.initial)

    def distance_from_initialization(self) -> Any:
        """‖θ − θ₀‖₂ of each member, with biases, of shape (n_members,)."""
        self._refuse_diverged()
        return self.networks.distance(self.initial)

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

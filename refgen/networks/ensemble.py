"""Trained networks, and what can be asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from refgen._objects import check_instance
from refgen.arrays import namespace, on_the_host
from refgen.kernels.packed import n_parameters
from refgen.networks._answers import Answers
from refgen.networks._fields import check_initial, checked_fields
from refgen.networks._members import OUTCOMES
from refgen.networks._task import Task, task_of
from refgen.networks.two_layer import TwoLayerNetworks

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["OUTCOMES", "Ensemble", "Task"]


@dataclass(frozen=True, repr=False)
class Ensemble(Answers):
    """Networks that were trained together, as `train` returns them.

    Members are ``ensemble[3]``, ``ensemble[2:5]``, ``ensemble[mask]``, or those of a
    loop. One alone has results without the axis of members.

    Parameters
    ----------
    networks, initial : TwoLayerNetworks of shape (n_members,)
        After and before training; NaN where the first weights are not known.
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

    def __post_init__(self) -> None:
        for name, array in checked_fields(vars(self)).items():
            object.__setattr__(self, name, array)

    @classmethod
    def from_networks(
        cls,
        networks: TwoLayerNetworks,
        *,
        loss: str,
        classes: Any = None,
        initial: TwoLayerNetworks | None = None,
    ) -> Ensemble:
        """An ensemble of weights from anywhere.

        Parameters
        ----------
        networks : TwoLayerNetworks
        loss : {"squared", "logistic", "cross_entropy"}
            "squared" for numbers; the others for classes.
        classes : array of shape (n_classes,), optional
            Labels in the order of the outputs, or two for the loss "logistic" with a
            single output; integers from 0 by default.
        initial : TwoLayerNetworks, optional
            The weights before training, if they are known.

        Raises
        ------
        TypeError, ValueError
            If these do not fit.

        Examples
        --------
        >>> networks = TwoLayerNetworks([[1.0]], [0.0], [[1.0]], [-1.0])
        >>> one = Ensemble.from_networks(networks, loss="logistic", classes=["a", "b"])
        >>> one.predict([[0.5], [1.5]]).tolist()
        ['a', 'b']
        """
        check_instance("networks", networks, TwoLayerNetworks)
        xp, batch = namespace(networks.output_biases), networks.batch_shape
        task = task_of(loss, classes, networks.n_outputs)
        if initial is None:
            initial = networks.map(lambda array: xp.full(array.shape, xp.nan))
        else:
            check_initial(initial, networks)
        sizes = networks.n_features, networks.n_hidden, networks.n_outputs
        return cls.trusted(
            networks=networks,
            initial=initial,
            loss_curves=xp.zeros((*batch, 0)),
            n_epochs=xp.zeros(batch, dtype=np.int64),
            status=xp.zeros(batch, dtype=np.int64),
            velocity=xp.zeros((*batch, n_parameters(*sizes))),
            task=task,
        )

    @property
    def change(self) -> TwoLayerNetworks:
        """What training added to the weights: θ − θ₀."""
        self._refuse_diverged()
        if not bool(namespace(self.status).isfinite(self.initial.output_biases).all()):
            raise ValueError(
                "the weights before training are not known; give them as `initial`"
            )
        return self.networks.minus(self.initial)

    def distance_from_initialization(self) -> Any:
        """‖θ − θ₀‖₂ of each member, with biases, of shape (n_members,).

        Raises
        ------
        ValueError
            If a member diverged, or the weights before training are not known.
        """
        self._refuse_diverged()
        zero = self.change.map(lambda array: 0.0 * array)
        return self.change.distance(zero)

    @on_the_host("files hold arrays of the host")
    def save(self, path: str | PathLike[str]) -> None:
        """Write all of it to a file that `load_ensemble` reads, with the same bits.

        Parameters
        ----------
        path : path
            Of a .npz file of plain arrays, which takes its place when it is complete.

        Raises
        ------
        TypeError
            If the arrays are on a device.
        FileNotFoundError
            If there is no such folder.
        """
        from refgen.networks._saved import write

        write(self, path)

    @on_the_host("scikit-learn computes on the host")
    def to_sklearn(self) -> Any:
        """Members as fitted estimators of scikit-learn.

        Returns
        -------
        MLPClassifier or MLPRegressor, or list of them
            A list of n_members, or the estimator of a single member.

        Raises
        ------
        TypeError
            If the arrays are on a device.
        ValueError
            If scikit-learn has no such network: exponential neurons, or the loss
            "logistic" with an output for each class; or if a member diverged.

        Notes
        -----
        Outputs are equal up to rounding. Two classes with two outputs become one output
        f₁ − f₀, with the same probabilities.

        Examples
        --------
        >>> from refgen.networks import train
        >>> from refgen.random import Stream
        >>> X, y = [[-1.0], [-2.0], [1.0], [2.0]], [0, 0, 1, 1]
        >>> train(X, y, Stream(0), n_epochs=100)[0].to_sklearn().predict(X).tolist()
        [0, 0, 1, 1]
        """
        from refgen.networks._exported import to_estimators

        return to_estimators(self)

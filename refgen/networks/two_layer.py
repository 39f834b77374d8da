"""What an instance is: networks of two layers, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel
from refgen.networks._architecture import Architecture
from refgen.networks._gradients import Gradients, pulled_back
from refgen.networks._measured import FIELDS, Measured
from refgen.networks._packing import pack

_evaluate = kernel("networks", "evaluate")

_PLAIN = Architecture()  # a default that cannot be changed


@dataclass(frozen=True, repr=False)
class TwoLayerNetworks(Measured):
    """Networks f(x) = b · V⊤σ(a · U⊤x + u) + v, of one shape.

    Parameters
    ----------
    hidden_weights : array of shape (..., n_features, n_hidden)
        U; a column is a neuron.
    hidden_biases : array of shape (..., n_hidden)
        u.
    output_weights : array of shape (..., n_hidden, n_outputs)
        V.
    output_biases : array of shape (..., n_outputs)
        v.
    architecture : Architecture
        The activation σ, and the scales a and b.

    Raises
    ------
    ValueError
        If shapes do not fit, an axis is empty, or a number is not finite.

    Examples
    --------
    >>> one = TwoLayerNetworks([[1.0, -1.0]], [0.0, 0.0], [[1.0], [1.0]], [0.0])  # |x|
    >>> one.outputs([[-2.0], [0.5]]).tolist()
    [[2.0], [0.5]]
    """

    hidden_weights: Any
    hidden_biases: Any
    output_weights: Any
    output_biases: Any
    architecture: Architecture = _PLAIN

    def __post_init__(self) -> None:
        check_instance("architecture", self.architecture, Architecture)
        given = {
            name: as_floats(name, getattr(self, name), n) for name, n in FIELDS.items()
        }
        placed = dict(zip(given, in_one_place(**given), strict=True))
        h, k = placed["output_weights"].shape[-2:]
        wanted = {"hidden_weights": h, "hidden_biases": h, "output_biases": k}
        for name, size in wanted.items():
            if placed[name].shape[-1] != size:
                raise ValueError(
                    f"{name} has {placed[name].shape[-1]} columns, and output_weights "
                    f"has shape {(h, k)}: give one row for each neuron, one column for "
                    "each output"
                )
        shapes = {
            name: array.shape[: array.ndim - FIELDS[name]]
            for name, array in placed.items()
        }
        batch, xp = batch_shape(**shapes), namespace(placed["hidden_weights"])
        for name, array in placed.items():
            own = array.shape[array.ndim - FIELDS[name] :]
            object.__setattr__(self, name, xp.broadcast_to(array, batch + own))

    def hidden(self, X: Any) -> Any:
        """What neurons say: the embedding of points.

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (..., n_points, n_features)
            Shared by all networks, or points of each network's own.

        Returns
        -------
        array of shape (..., n_points, n_hidden)

        Examples
        --------
        >>> one = TwoLayerNetworks([[1.0, -1.0]], [0.0, 1.0], [[1.0], [1.0]], [0.0])
        >>> one.hidden([[0.5]]).tolist()
        [[0.5, 0.5]]
        """
        return self._evaluate(X)[0]

    def outputs(self, X: Any) -> Any:
        """f at points: logits of a classifier, predictions of a regressor.

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (..., n_points, n_features)
            Shared by all networks, or points of each network's own.

        Returns
        -------
        array of shape (..., n_points, n_outputs)
            The same bits for a network alone and among others, and on every device.

        Examples
        --------
        >>> one = TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [1.0])
        >>> one.outputs([[3.0], [-3.0]]).tolist()
        [[7.0], [1.0]]
        """
        return self._evaluate(X, keep_hidden=False)[1]

    def gradients(self, X: Any, slopes: Any) -> Gradients:
        """Derivatives of Σⱼ slopesⱼ fⱼ by all parameters, at each point.

        Parameters
        ----------
        X : array of shape (n_points, n_features), or (..., n_points, n_features)
        slopes : array of shape (n_points, n_outputs), or (..., n_points, n_outputs)
            Derivatives of what is of interest by the outputs; 1 for one output and 0
            for the others gives the gradient of that output. Lengths of 1 broadcast.

        Returns
        -------
        Gradients of shape (..., n_points)
            Arrays with the names and axes of the weights and biases; at the kink of
            ReLU the slope is 0.

        Raises
        ------
        ValueError
            If `slopes` do not fit the points, or a derivative overflows.

        Examples
        --------
        >>> one = TwoLayerNetworks([[2.0]], [0.0], [[3.0]], [0.0])  # 3 max(2x, 0)
        >>> found = one.gradients([[5.0], [-5.0]], [[1.0]])
        >>> found.output_weights.tolist(), found.norms().round(3).tolist()
        ([[[10.0]], [[0.0]]], [18.303, 1.0])
        """
        hidden, outputs = self._evaluate(X)
        points, given = in_one_place(
            X=as_floats("X", X, 2), slopes=as_floats("slopes", slopes, 2)
        )
        try:
            given = namespace(given).broadcast_to(given, outputs.shape)
        except ValueError as error:
            raise ValueError(
                f"slopes must have shape {outputs.shape}, as outputs at the points "
                f"have, or broadcast to it; got {given.shape}"
            ) from error
        with np.errstate(over="ignore", invalid="ignore"):
            found = pulled_back(self, points, hidden, given)
            fine = namespace(given).isfinite(found.norms()).all()
        if not bool(fine):
            raise ValueError(
                "derivatives leave the range of float64 at a point of X; give points "
                "in other units, or smaller slopes"
            )
        return found

    def _evaluate(self, X: Any, keep_hidden: bool = True) -> tuple[Any, Any]:
        points, _ = in_one_place(X=as_floats("X", X, 2), networks=self.output_biases)
        batch, n = self.batch_shape, points.shape[-2]
        if points.shape[-1] != self.n_features:
            raise ValueError(
                f"X has {points.shape[-1]} columns for networks of {self.n_features} "
                "features"
            )
        if points.ndim > 2 and points.shape[:-2] != batch:
            raise ValueError(
                f"X must have shape (n_points, n_features), or {batch} in front of it, "
                f"as the networks have; got {points.shape}"
            )
        theta = pack(self)
        given = points.reshape(-1, n, self.n_features)
        hidden, outputs = _evaluate(theta, given, self._sizes(), keep_hidden)
        if keep_hidden:
            hidden = hidden.reshape(*batch, n, self.n_hidden)
        return hidden, outputs.reshape(*batch, n, self.n_outputs)

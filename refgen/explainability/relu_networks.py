"""What an instance is: a network of one layer of ReLU neurons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from refgen._checks import check_integer
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace, special_functions
from refgen.explainability._functions import LocalFunction
from refgen.kernels import kernel
from refgen.networks import Ensemble, TwoLayerNetworks
from refgen.special import normal_density

_relu_pairs = kernel("relu_pairs", "relu_pairs")

# So many deviations from a kink, a neuron is affine to all digits of float64.
_FARTHEST = 1000.0

# Of networks of refgen.networks.
_NAMES = {
    "hidden_weights": 2,
    "hidden_biases": 1,
    "output_weights": 2,
    "output_biases": 1,
}
_FIELDS = {"weights": 2, "biases": 1, "output": 1, "intercept": 0}


@dataclass(frozen=True, repr=False)
class TwoLayerReLU(LocalFunction):
    """A network f(x) = Σⱼ cⱼ max(wⱼ·x + βⱼ, 0) + c₀, explained exactly.

    Parameters
    ----------
    weights : array of shape (..., n_neurons, n_features)
        The rows wⱼ; neurons may be parallel, and a row of zeros is a constant.
    biases : array of shape (..., n_neurons)
        βⱼ.
    output : array of shape (..., n_neurons)
        cⱼ, what each neuron adds to the output.
    intercept : array of shape (...)
        c₀; 0 by default.

    Raises
    ------
    ValueError
        If there is no neuron or feature, a number is not finite or so large or small
        (2^±300) that products overflow or vanish, or shapes do not fit.

    Notes
    -----
    With tⱼ = (wⱼ·x + βⱼ)/(s‖wⱼ‖), the slope of `local_fit` is Σ cⱼΦ(tⱼ)wⱼ. Its fidelity
    is a sum over pairs of neurons of an integral each, in which nothing cancels; pairs
    of other signs may, so that it is accurate relative to the sum of absolute terms.
    Source: derived here, claims LE-5n, LE-25n, LE-46 and LE-47.

    Examples
    --------
    >>> network = TwoLayerReLU([[1.0], [-1.0]], [0.0, 0.0], [1.0, 1.0])  # |x|
    >>> network.values([[-2.0], [0.5]]).tolist()
    [2.0, 0.5]
    >>> fit = network.local_fit([[0.0]], 1.0)  # E|Z| = √(2/π), slope 0
    >>> [round(float(part.sum()), 6) for part in fit]
    [0.797885, 0.0, 0.36338]
    """

    weights: Any
    biases: Any
    output: Any
    intercept: Any = 0.0

    def __post_init__(self) -> None:
        given = {
            name: check_scale(name, as_floats(name, getattr(self, name), n), n)
            for name, n in _FIELDS.items()
        }
        placed = dict(zip(given, in_one_place(**given), strict=True))
        k = placed["weights"].shape[-2]
        for name in ("biases", "output"):
            if placed[name].shape[-1] != k:
                raise ValueError(
                    f"{name} has {placed[name].shape[-1]} entries for {k} rows of "
                    "weights; give one for each neuron"
                )
        shapes = {
            name: array.shape[: array.ndim - _FIELDS[name]]
            for name, array in placed.items()
        }
        batch, xp = batch_shape(**shapes), namespace(placed["weights"])
        for name, array in placed.items():
            own = array.shape[array.ndim - _FIELDS[name] :]
            object.__setattr__(self, name, xp.broadcast_to(array, batch + own))

    @classmethod
    def from_networks(cls, networks: TwoLayerNetworks, output: Any = 0) -> TwoLayerReLU:
        """One output of networks of `refgen.networks`, as trained ones have them.

        Parameters
        ----------
        networks : TwoLayerNetworks of shape (...)
            With the activation "relu", such as ``ensemble.networks``.
        output : int
            Which output, from 0.

        Returns
        -------
        TwoLayerReLU of shape (...)
            With the same values: of classifiers, the logit.

        Raises
        ------
        TypeError
            If these are no such networks, or `output` is no integer.
        ValueError
            If there is no such output, or a weight is not finite, as in members of an
            ensemble that diverged.

        Examples
        --------
        >>> from refgen.networks import train
        >>> from refgen.random import Stream
        >>> X, y = [[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0]
        >>> two = train(X, y, Stream(0), n_members=2, loss="squared", n_epochs=5)
        >>> TwoLayerReLU.from_networks(two.networks).intercept.shape
        (2,)
        """
        if isinstance(networks, Ensemble):
            raise TypeError(
                "networks must be a TwoLayerNetworks, got an Ensemble; give it to "
                "relu_network, or its networks, which are ensemble.networks"
            )
        check_instance("networks", networks, TwoLayerNetworks)
        column = check_integer("output", output, 0)
        if column >= networks.n_outputs:
            raise ValueError(
                f"output is {column}, and the networks have {networks.n_outputs} "
                "output(s), numbered from 0"
            )
        if networks.architecture.activation != "relu":
            raise TypeError(
                "networks must have the activation 'relu' to be explained exactly; "
                f"these have {networks.architecture.activation!r}"
            )
        plain = networks.without_scales()
        for name, ndim in _NAMES.items():
            check_scale(name, as_floats(name, getattr(plain, name), ndim), ndim)
        return cls(
            plain.hidden_weights.swapaxes(-1, -2),
            plain.hidden_biases,
            plain.output_weights[..., column],
            plain.output_biases[..., column],
        )

    @property
    def n_neurons(self) -> int:
        """k, the number of neurons."""
        return int(self.weights.shape[-2])

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        return int(self.weights.shape[-1])

    def directions(self) -> tuple[Any, Any]:
        """‖wⱼ‖, of shape (..., n_neurons), and wⱼ/‖wⱼ‖, or 0 for a row of zeros.

        Examples
        --------
        >>> TwoLayerReLU([[3.0, 4.0]], [0.0], [1.0]).directions()[0].tolist()
        [5.0]
        """
        xp = namespace(self.weights)
        largest = abs(self.weights).max(axis=-1, keepdims=True)
        # Squares of tiny weights would vanish.
        rows = self.weights / xp.where(largest > 0, largest, 1.0)
        lengths = xp.sqrt((rows * rows).sum(axis=-1, keepdims=True))
        units = rows / xp.where(largest > 0, lengths, 1.0)
        return (largest * lengths)[..., 0], units

    def _batch_shape(self) -> tuple[int, ...]:
        return tuple(self.intercept.shape)

    def inputs(self, points: Any) -> Any:
        """w·x + β of each neuron, at points of shape (..., n_features).

        Examples
        --------
        >>> TwoLayerReLU([[1.0], [2.0]], [0.0, 1.0], [1.0, 1.0]).inputs([3.0]).tolist()
        [3.0, 7.0]
        """
        points = self._as_points("points", points)
        if self.weights.ndim == 2:  # of one network, by one product
            return points @ self.weights.T + self.biases
        return (self.weights @ points[..., None])[..., 0] + self.biases

    def _values(self, points: Any) -> Any:
        mu = self.inputs(points)
        active = namespace(mu).maximum(mu, 0.0)
        return (active * self.output).sum(axis=-1) + self.intercept

    def _affine(self, points: Any, variance: Any) -> tuple[Any, Any]:
        """E f(X) and E ∇f(X) of X ~ N(x, qI)."""
        mu, lengths = self.inputs(points), self.directions()[0]
        widths = namespace(variance).sqrt(variance)[..., None] * lengths
        kinks = standardized(mu, widths)
        share = special_functions(kinks).ndtr(kinks)
        means = mu * share + widths * normal_density(kinks)
        value = (means * self.output).sum(axis=-1) + self.intercept
        share = share * self.output
        if self.weights.ndim == 2:
            return value, share @ self.weights
        return value, (share[..., None, :] @ self.weights)[..., 0, :]

    def _fidelity(self, points: Any, between: Any, variance: Any) -> Any:
        """The mean over x ~ N(points, ΓI) of the fidelity with N(x, qI)."""
        total, (lengths, units) = between + variance, self.directions()
        mu, root = self.inputs(points), namespace(total).sqrt(total)
        kinks = standardized(mu, root[..., None] * lengths)
        loads = self.output * lengths
        return total * _pairs(kinks, units, loads, variance / total)


def standardized(mu: Any, widths: Any) -> Any:
    """How many deviations a kink is away; far away, for a neuron without a width.

    Examples
    --------
    >>> import numpy as np
    >>> standardized(np.array([1.0, -1.0]), np.array([2.0, 0.0])).tolist()
    [0.5, -1000.0]
    """
    xp = namespace(mu)
    near = abs(mu) < _FARTHEST * widths
    ratio = mu / xp.where(near, widths, 1.0)
    return xp.where(near, ratio, xp.sign(mu) * _FARTHEST)


def _pairs(kinks: Any, units: Any, loads: Any, rests: Any) -> Any:
    """The kernel's sums; rounding may take a sum of terms that cancel below 0."""
    xp, shape = namespace(kinks), rests.shape
    cosines = xp.clip(units @ units.swapaxes(-1, -2), -1.0, 1.0)
    # A network that many points share is given once.
    own = (1,) * (len(shape) + 1 - loads.ndim) + loads.shape[:-1]
    n_shared = next((i for i, size in enumerate(own[::-1]) if size != 1), len(own))
    batch = shape[: len(shape) - n_shared]

    def of_networks(array: Any, ndim: int) -> Any:
        last = array.shape[array.ndim - ndim :]
        lead = array.shape[: array.ndim - ndim]
        lead = lead[: max(len(lead) - n_shared, 0)]
        wide = xp.broadcast_to(array.reshape(lead + last), batch + last)
        return xp.ascontiguousarray(wide).reshape(-1, *last)

    rows = (math.prod(batch), math.prod(shape[len(batch) :]))
    found = _relu_pairs(
        xp.ascontiguousarray(kinks).reshape(*rows, -1),
        of_networks(cosines, 2),
        of_networks(loads, 1),
        xp.ascontiguousarray(rests).reshape(rows),
    )
    return xp.maximum(found.reshape(shape), 0.0)

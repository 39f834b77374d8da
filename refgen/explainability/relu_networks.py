"""What an instance is: a network of one layer of ReLU neurons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace, special_functions
from refgen.explainability._local_fit import LocalFit
from refgen.kernels import kernel
from refgen.special import normal_density

_relu_pairs = kernel("relu_pairs", "relu_pairs")

# So many deviations from a kink, a neuron is affine to all digits of float64.
_FARTHEST = 1000.0

_FIELDS = {"weights": 2, "biases": 1, "output": 1, "intercept": 0}


@dataclass(frozen=True, repr=False)
class TwoLayerReLU(Instance):
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

    @property
    def n_neurons(self) -> int:
        """k, the number of neurons."""
        return int(self.weights.shape[-2])

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        return int(self.weights.shape[-1])

    @finite
    def values(self, points: Any) -> Any:
        """f at points of shape (..., n_features).

        Raises
        ------
        ValueError
            If points have another number of features, or shapes do not broadcast.

        Examples
        --------
        >>> ramp = TwoLayerReLU([[1.0]], [0.0], [1.0], 3.0)
        >>> ramp.values([[-2.0], [0.5]]).tolist()
        [3.0, 3.5]
        """
        return self._values(self._placed(points, 1.0)[0])

    @finite
    def local_fit(self, points: Any, scale: Any) -> LocalFit:
        """The best affine explanations around points, exactly.

        Parameters
        ----------
        points : array of shape (..., n_features)
            Each x. Leading axes broadcast with those of the network and of `scale`.
        scale : array of shape (...)
            s > 0, the standard deviation of each coordinate of a neighbour.

        Returns
        -------
        LocalFit
            Of shapes (...), (..., n_features) and (...). The slope is SmoothGrad,
            E ∇f(x + sε); the fidelity is an error: 0 is best.

        Raises
        ------
        ValueError
            If a number is out of range or not finite, or shapes do not fit.

        Notes
        -----
        With tⱼ = (wⱼ·x + βⱼ)/(s‖wⱼ‖): the slope is Σ cⱼΦ(tⱼ)wⱼ. The fidelity is a sum
        over pairs of neurons of an integral each, in which nothing cancels; pairs of
        other signs may, so that it is accurate relative to the sum of absolute terms.
        Source: derived here, claims LE-5n, LE-25n and LE-47.

        Examples
        --------
        >>> ramp = TwoLayerReLU([[1.0, 0.0]], [0.0], [1.0])
        >>> fit = ramp.local_fit([[0.0, 5.0], [8.0, 5.0]], 1.0)
        >>> fit.slope.round(6).tolist()
        [[0.5, 0.0], [1.0, 0.0]]
        >>> f"{fit.fidelity[0]:.6f} {fit.fidelity[1]:.3e}"  # ¼ − 1/(2π), and 8 s away
        '0.090845 1.906e-17'
        """
        points, scale = self._placed(points, scale)
        variance = scale * scale
        value, slope = self._affine(points, variance)
        return LocalFit(value, slope, self._fidelity(points, 0 * variance, variance))

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

    def _placed(self, points: Any, scale: Any) -> tuple[Any, Any]:
        """Points and scales, broadcast with the network."""
        points = check_scale("points", as_floats("points", points, 1), 1)
        scale = check_scale("scale", as_positive("scale", scale))
        if points.shape[-1] != self.n_features:
            raise ValueError(
                f"points have {points.shape[-1]} features where weights have "
                f"{self.n_features}; give points of shape (..., n_features)"
            )
        _, points, scale = in_one_place(
            weights=self.weights, points=points, scale=scale
        )
        shapes = {"network": self.intercept.shape, "points": points.shape[:-1]}
        batch, xp = batch_shape(**shapes, scale=scale.shape), namespace(points)
        points = xp.broadcast_to(points, batch + points.shape[-1:])
        return points, xp.broadcast_to(scale, batch)

    def _inputs(self, points: Any) -> Any:
        """w·x + β, of shape (..., n_neurons)."""
        if self.weights.ndim == 2:  # of one network, by one product
            return points @ self.weights.T + self.biases
        return (self.weights @ points[..., None])[..., 0] + self.biases

    def _values(self, points: Any) -> Any:
        mu = self._inputs(points)
        active = namespace(mu).maximum(mu, 0.0)
        return (active * self.output).sum(axis=-1) + self.intercept

    def _affine(self, points: Any, variance: Any) -> tuple[Any, Any]:
        """E f(X) and E ∇f(X) of X ~ N(x, qI)."""
        mu, lengths = self._inputs(points), self.directions()[0]
        widths = namespace(variance).sqrt(variance)[..., None] * lengths
        kinks = _standardized(mu, widths)
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
        mu, root = self._inputs(points), namespace(total).sqrt(total)
        kinks = _standardized(mu, root[..., None] * lengths)
        loads = self.output * lengths
        return total * _pairs(kinks, units, loads, variance / total)


def _standardized(mu: Any, widths: Any) -> Any:
    """How many deviations a kink is away; far away, for a neuron without a width."""
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

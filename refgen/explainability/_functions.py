"""What functions with closed forms have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place, refuse
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace
from refgen.explainability._local_fit import LocalFit


class LocalFunction(Instance):
    """A function whose local fits with normal neighbourhoods have a closed form."""

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        raise NotImplementedError

    def _values(self, points: Any) -> Any:
        raise NotImplementedError

    def _affine(self, points: Any, variance: Any) -> tuple[Any, Any]:
        """E f(X) and E ∇f(X) of X ~ N(x, qI)."""
        raise NotImplementedError

    def _fidelity(self, points: Any, between: Any, variance: Any) -> Any:
        """The mean over x ~ N(points, ΓI) of the fidelity with N(x, qI)."""
        raise NotImplementedError

    @finite
    def values(self, points: Any) -> Any:
        """f at points.

        Parameters
        ----------
        points : array of shape (..., n_features)
            Leading axes broadcast with those of the function.

        Raises
        ------
        ValueError
            If shapes do not fit, or a number is not finite or leaves float64.

        Examples
        --------
        >>> from refgen.explainability import ReLURidge
        >>> ReLURidge([1.0, 2.0]).values([[1.0, 1.0], [0.0, -3.0]]).tolist()
        [3.0, 0.0]
        """
        return self._values(self._as_points("points", points))

    @finite
    def local_fit(self, points: Any, scale: Any) -> LocalFit:
        """The affine function that is nearest to f in the neighbourhood N(x, s²I).

        Parameters
        ----------
        points : array of shape (..., n_features)
            Each x. Leading axes broadcast with those of the function and of `scale`.
        scale : array of shape (...)
            s > 0.

        Returns
        -------
        LocalFit
            a = E f(x + sε), b = E ∇f(x + sε) and the error NF = Var f − s²‖b‖²: 0 is
            best. The slope is that of SmoothGrad, exactly.

        Raises
        ------
        ValueError
            If shapes do not fit, `scale` is not positive, or a number leaves float64.

        Notes
        -----
        Source: derived here, claims LE-4 and LE-5, in forms without cancellation.

        Examples
        --------
        >>> from refgen.explainability import Quadratic
        >>> fit = Quadratic([[2.0]]).local_fit([[0.0], [3.0]], 0.5)  # x²
        >>> fit.value.tolist(), fit.slope.ravel().tolist(), fit.fidelity.tolist()
        ([0.25, 9.25], [0.0, 6.0], [0.125, 0.125])
        """
        points, scale = self._as_neighborhoods("points", points, scale)
        value, slope = self._affine(points, scale * scale)
        fidelity = self._fidelity(points, 0.0 * scale, scale * scale)
        # All of the shape of the value, and arrays of their own.
        zero = 0.0 * value
        return LocalFit(value, slope + zero[..., None], fidelity + zero)

    def _as_points(self, name: str, points: Any) -> Any:
        """`points` as an array whose leading axes broadcast with the function's."""
        points = as_floats(name, points, 1)
        if points.shape[-1] != self.n_features:
            raise ValueError(
                f"{name} must have {self.n_features} feature(s) along the last axis, "
                f"as the function has, got shape {points.shape}"
            )
        field = self._first_field()
        points, _ = in_one_place(points=points, function=field)
        batch_shape(points=points.shape[:-1], function=self._batch_shape())
        return points

    def _as_neighborhoods(self, name: str, points: Any, scale: Any) -> tuple[Any, Any]:
        """Points and scales, of leading axes that broadcast with the function's."""
        scale = check_scale("scale", as_positive("scale", scale))
        points, scale = in_one_place(points=self._as_points(name, points), scale=scale)
        own = self._batch_shape()
        shape = batch_shape(points=points.shape[:-1], scale=scale.shape, function=own)
        xp = namespace(points)
        return points, xp.broadcast_to(scale, shape)

    def _first_field(self) -> Any:
        return next(value for _, value in self._fields())

    def _batch_shape(self) -> tuple[int, ...]:
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class RidgeFunction(LocalFunction):
    """h(w·x + β): a function of one direction."""

    weights: Any
    offset: Any = 0.0

    def __post_init__(self) -> None:
        weights = check_scale("weights", as_floats("weights", self.weights, 1), 1)
        offset = as_floats("offset", self.offset)
        if not self._may_be_constant:
            largest = abs(weights).max(axis=-1)
            hint = "; drop a function that is constant"
            refuse(
                "the largest of the weights", largest, largest == 0, "not be 0", hint
            )
        weights, offset = in_one_place(weights=weights, offset=offset)
        shape = batch_shape(weights=weights.shape[:-1], offset=offset.shape)
        xp = namespace(weights)
        weights = xp.broadcast_to(weights, shape + weights.shape[-1:])
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "offset", xp.broadcast_to(offset, shape))

    _may_be_constant = False

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        return int(self.weights.shape[-1])

    def _batch_shape(self) -> tuple[int, ...]:
        return tuple(self.offset.shape)

    def _along(self, points: Any) -> Any:
        """w·x + β."""
        return (self.weights * points).sum(axis=-1) + self.offset

    def _square(self) -> Any:
        """‖w‖²."""
        return (self.weights * self.weights).sum(axis=-1)

    def _profile(self, at: Any) -> Any:
        """H(t)."""
        raise NotImplementedError

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        """E h(T) and E h′(T) of T ~ N(t, σ²)."""
        raise NotImplementedError

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        """The fidelity of h with N(T, σ²), averaged over T ~ N(t, γ)."""
        raise NotImplementedError

    def _values(self, points: Any) -> Any:
        return self._profile(self._along(points))

    def _affine(self, points: Any, variance: Any) -> tuple[Any, Any]:
        value, slope = self._profile_fit(self._along(points), variance * self._square())
        return value, slope[..., None] * self.weights

    def _fidelity(self, points: Any, between: Any, variance: Any) -> Any:
        square = self._square()
        at = self._along(points)
        return self._profile_fidelity(at, between * square, variance * square)


def outer_products(vectors: Any) -> Any:
    """vvᵀ of vectors along the last axis."""
    return vectors[..., :, None] * vectors[..., None, :]

"""Smooth functions with exact local fits: from linear ones to a bump."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen._quadrature import unit_nodes
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace, special_functions
from refgen.explainability._functions import LocalFunction, RidgeFunction

# For integrands that grow by less than a factor of 4 or so.
_N_NODES = 32


@dataclass(frozen=True, repr=False)
class Linear(RidgeFunction):
    """w·x + β: its local fit is the function itself, and the fidelity is 0.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If a number is not finite, weights have a scale (2^±300) at which products leave
        float64, or shapes do not broadcast.

    Examples
    --------
    >>> fit = Linear([2.0, 0.0], 1.0).local_fit([3.0, 5.0], 0.5)
    >>> float(fit.value), fit.slope.tolist(), float(fit.fidelity)
    (7.0, [2.0, 0.0], 0.0)
    """

    _may_be_constant = True

    def _profile(self, at: Any) -> Any:
        return at

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        return at + 0 * variance, 1 + 0 * variance

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        return 0 * variance


@dataclass(frozen=True, repr=False)
class Sine(RidgeFunction):
    """sin(w·x + β), with exact local fits.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w, not 0.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If all weights are 0; otherwise as by `Linear`.

    Notes
    -----
    With θ = w·x + β and u = s²‖w‖²: a = e^(−u/2) sin θ, b = w e^(−u/2) cos θ and
    NF = ½(1 − e^(−u))² sin²θ + e^(−u)(sinh u − u) cos²θ. Source: derived here, claims
    LE-5 and LE-25.

    Examples
    --------
    >>> fit = Sine([1.0]).local_fit([0.0], 1e-3)
    >>> f"{float(fit.fidelity):.6g}"  # s⁶/6
    '1.66667e-19'
    """

    @finite
    def hessian(self, points: Any) -> Any:
        """∇²f at points, of shape (..., n_features, n_features).

        Examples
        --------
        >>> Sine([2.0]).hessian([-0.75]).round(6).tolist()  # 4 sin 1.5
        [[3.98998]]
        """
        at = self._along(self._as_points("points", points))
        return -namespace(at).sin(at)[..., None, None] * _outer(self.weights)

    def _profile(self, at: Any) -> Any:
        return namespace(at).sin(at)

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        xp = namespace(variance)
        left = xp.exp(-variance / 2)
        return left * xp.sin(at), left * xp.cos(at)

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        xp = namespace(variance)
        spread, left = -xp.expm1(-2 * between) / 2, xp.exp(-2 * between)
        sine, cosine = xp.sin(at), xp.cos(at)
        even = xp.expm1(-variance) ** 2 / 2
        sine_square = spread + left * sine * sine
        cosine_square = spread + left * cosine * cosine
        return even * sine_square + _odd_rest(variance) * cosine_square


@dataclass(frozen=True, repr=False)
class Exponential(RidgeFunction):
    """exp(w·x + β), with exact local fits.

    Parameters
    ----------
    weights : array of shape (..., n_features)
        w, not 0.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If all weights are 0; otherwise as by `Linear`.

    Notes
    -----
    With u = s²‖w‖²: a = e^(w·x + β + u/2), b = aw and NF = e^(2(w·x + β))(e^(2u) −
    e^u(1 + u)). Source: derived here, claim LE-5.

    Examples
    --------
    >>> fit = Exponential([1.0]).local_fit([0.0], 1.0)
    >>> round(float(fit.value), 6), round(float(fit.fidelity), 6)  # √e, e² − 2e
    (1.648721, 1.952492)
    """

    @finite
    def hessian(self, points: Any) -> Any:
        """∇²f at points, of shape (..., n_features, n_features).

        Examples
        --------
        >>> Exponential([2.0]).hessian([0.0]).tolist()
        [[4.0]]
        """
        at = self._along(self._as_points("points", points))
        return namespace(at).exp(at)[..., None, None] * _outer(self.weights)

    def _profile(self, at: Any) -> Any:
        return namespace(at).exp(at)

    def _profile_fit(self, at: Any, variance: Any) -> tuple[Any, Any]:
        value = namespace(at).exp(at + variance / 2)
        return value, value

    def _profile_fidelity(self, at: Any, between: Any, variance: Any) -> Any:
        xp = namespace(variance)
        growth = xp.exp(2 * (at + between + variance))
        # 1 − e^(−u)(1 + u), without cancellation.
        return growth * special_functions(variance).gammainc(2.0, variance)


@dataclass(frozen=True, repr=False)
class Quadratic(LocalFunction):
    """½ x·Ax + w·x + β, with exact local fits.

    Parameters
    ----------
    matrix : array of shape (..., n_features, n_features)
        A, of which only the symmetric part matters.
    weights : array of shape (..., n_features), or 0
        w.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If the matrix is not square, a number is not finite, matrix or weights have a
        scale (2^±300) at which products leave float64, or shapes do not broadcast.

    Notes
    -----
    a = f(x) + ½s² tr A, b = ∇f(x), NF = ½s⁴‖A‖²_F. Source: derived here, claim LE-5.

    Examples
    --------
    >>> saddle = Quadratic([[1.0, 0.0], [0.0, -1.0]])
    >>> float(saddle.local_fit([0.0, 0.0], 1.0).fidelity)
    1.0
    """

    matrix: Any
    weights: Any = 0.0
    offset: Any = 0.0

    def __post_init__(self) -> None:
        matrix = check_scale("matrix", as_floats("matrix", self.matrix, 2), 2)
        if matrix.shape[-1] != matrix.shape[-2]:
            raise ValueError(f"matrix must be square, got shape {matrix.shape}")
        weights = as_floats("weights", self.weights)
        matrix, weights, offset = in_one_place(
            matrix=matrix, weights=weights, offset=as_floats("offset", self.offset)
        )
        xp, d = namespace(matrix), matrix.shape[-1]
        if weights.ndim == 0:
            weights = xp.broadcast_to(weights, (d,))
        if weights.shape[-1] != d:
            raise ValueError(
                f"weights must have length {d}, as the matrix has, got shape "
                f"{weights.shape}"
            )
        check_scale("weights", weights, 1)
        shape = batch_shape(
            matrix=matrix.shape[:-2], weights=weights.shape[:-1], offset=offset.shape
        )
        symmetric = (matrix + matrix.swapaxes(-1, -2)) / 2
        parts = (symmetric, (d, d)), (weights, (d,)), (offset, ())
        for name, (part, own) in zip(
            ("matrix", "weights", "offset"), parts, strict=True
        ):
            object.__setattr__(self, name, xp.broadcast_to(part, shape + own))

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        return int(self.matrix.shape[-1])

    @finite
    def hessian(self, points: Any) -> Any:
        """∇²f at points, of shape (..., n_features, n_features).

        Examples
        --------
        >>> Quadratic([[3.0]]).hessian([[1.0], [2.0]]).ravel().tolist()
        [3.0, 3.0]
        """
        points = self._as_points("points", points)
        shape = batch_shape(points=points.shape[:-1], function=self._batch_shape())
        own = self.matrix.shape[-2:]
        return namespace(points).broadcast_to(self.matrix, shape + own)

    def _batch_shape(self) -> tuple[int, ...]:
        return tuple(self.offset.shape)

    def _product(self, points: Any) -> Any:
        return (self.matrix * points[..., None, :]).sum(axis=-1)

    def _values(self, points: Any) -> Any:
        halved = self._product(points) / 2 + self.weights
        return (points * halved).sum(axis=-1) + self.offset

    def _affine(self, points: Any, variance: Any) -> tuple[Any, Any]:
        trace = namespace(points).einsum("...ii->...", self.matrix)
        slope = self._product(points) + self.weights
        return self._values(points) + variance / 2 * trace, slope

    def _fidelity(self, points: Any, between: Any, variance: Any) -> Any:
        square = (self.matrix * self.matrix).sum(axis=(-1, -2))
        return variance * variance * square / 2


@dataclass(frozen=True, repr=False)
class Bump(LocalFunction):
    """exp(−‖x − c‖²/(2ℓ²)), with exact local fits.

    Parameters
    ----------
    center : array of shape (..., n_features)
        c.
    width : array of shape (...)
        ℓ > 0.

    Raises
    ------
    ValueError
        If `width` is not positive, a number is not finite, the width has a scale
        (2^±300) at which products leave float64, or shapes do not broadcast.

    Notes
    -----
    With r = ‖x − c‖/ℓ, q = s²/ℓ², v = 1 + q: a = v^(−d/2) e^(−r²/(2v)), b = −a(x − c)/
    (ℓ²v), NF = (1 + 2q)^(−d/2) e^(−r²/(1 + 2q)) − a² − s²‖b‖². Where these cancel, an
    integral of positive terms takes their place. Source: derived here, claims LE-5
    and LE-44.

    Examples
    --------
    >>> fits = Bump([0.0]).local_fit([0.0], [2.0, 20.0])
    >>> fits.fidelity.round(3).tolist()  # smaller with larger neighbourhoods
    [0.133, 0.033]
    """

    center: Any
    width: Any = 1.0

    def __post_init__(self) -> None:
        center, width = in_one_place(
            center=as_floats("center", self.center, 1),
            width=check_scale("width", as_positive("width", self.width)),
        )
        xp = namespace(center)
        shape = batch_shape(center=center.shape[:-1], width=width.shape)
        center = xp.broadcast_to(center, shape + center.shape[-1:])
        object.__setattr__(self, "center", center)
        object.__setattr__(self, "width", xp.broadcast_to(width, shape))

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        return int(self.center.shape[-1])

    @finite
    def hessian(self, points: Any) -> Any:
        """∇²f at points, of shape (..., n_features, n_features).

        Examples
        --------
        >>> Bump([0.0]).hessian([0.0]).tolist()
        [[-1.0]]
        """
        points = self._as_points("points", points)
        xp, apart = namespace(points), self._apart(points)
        heights = self._values(points) / (self.width * self.width)
        return heights[..., None, None] * (_outer(apart) - xp.eye(self.n_features))

    def _batch_shape(self) -> tuple[int, ...]:
        return tuple(self.width.shape)

    def _apart(self, points: Any) -> Any:
        """(x − c)/ℓ."""
        return (points - self.center) / self.width[..., None]

    def _values(self, points: Any) -> Any:
        apart = self._apart(points)
        return namespace(points).exp(-(apart * apart).sum(axis=-1) / 2)

    def _affine(self, points: Any, variance: Any) -> tuple[Any, Any]:
        xp, apart = namespace(points), self._apart(points)
        wide = 1 + variance / (self.width * self.width)
        exponent = (apart * apart).sum(axis=-1) / wide + self.n_features * xp.log(wide)
        value = xp.exp(-exponent / 2)
        return value, -(value / wide / self.width)[..., None] * apart

    def _fidelity(self, points: Any, between: Any, variance: Any) -> Any:
        xp, apart = namespace(points), self._apart(points)
        square = self.width * self.width
        start, own = between / square, variance / square
        r2, d = (apart * apart).sum(axis=-1) + 0 * own, self.n_features
        end = start + own
        explained = _overlap(r2, d, end, start, own)
        explained = explained * (1 + own * _overlap_slope(r2, d, end, start, own))
        whole = _overlap(r2, d, end, end, 0.0)
        # Elsewhere the overlap grows by less than a factor of 4 or so along the way.
        apart_enough = whole > 2 * explained
        own = xp.where(apart_enough, 0.0, own)[..., None]
        x, weights = (xp.asarray(part) for part in unit_nodes(_N_NODES))
        r2, start, end = (part[..., None] for part in (r2, start, end))
        bent = _overlap_bend(r2, d, end, start + own * x, own * (1 - x))
        rest = (bent * own * own * (1 - x) * weights).sum(axis=-1)
        return xp.where(apart_enough, whole - explained, rest)


def _overlap(r2: Any, d: int, variance: Any, shared: Any, own: Any) -> Any:
    """E f(Y) f(Y′) of a bump of width 1, for normal Y and Y′ around x.

    Both have variance V, the `shared` part of it c in common, and V − c = `own`.
    """
    xp = namespace(r2)
    sum_, difference = 1 + variance + shared, 1 + own
    logs = xp.log(sum_) + xp.log(difference)
    return xp.exp(-d / 2 * logs - r2 / sum_)


def _overlap_slope(r2: Any, d: int, variance: Any, shared: Any, own: Any) -> Any:
    """The derivative of the logarithm of `_overlap` by c."""
    sum_, difference = 1 + variance + shared, 1 + own
    return d * shared / sum_ / difference + r2 / sum_ / sum_


def _overlap_bend(r2: Any, d: int, variance: Any, shared: Any, own: Any) -> Any:
    """The second derivative of `_overlap` by c, E ⟨∇²f(Y), ∇²f(Y′)⟩, a positive sum."""
    sum_, difference = 1 + variance + shared, 1 + own
    straight = (r2 / sum_ - 1) / sum_
    mixed = d * shared / sum_ / difference
    both = 2 * d * shared * (1 + variance) / (sum_ * difference) ** 2
    rest = (d - 1) / (sum_ * sum_)
    sizes = straight * straight + mixed * mixed + 2 * mixed * r2 / (sum_ * sum_)
    return (sizes + both + rest) * _overlap(r2, d, variance, shared, own)


def _outer(vectors: Any) -> Any:
    return vectors[..., :, None] * vectors[..., None, :]


def _odd_rest(u: Any) -> Any:
    """e^(−u)(sinh u − u) = ½(1 − e^(−2u)) − u e^(−u)."""
    xp = namespace(u)
    small = xp.minimum(u, 2.0)
    square, total = small * small, 0.0
    for k in range(23, 1, -2):
        total = 1 / factorial(k) + square * total
    series = xp.exp(-small) * small * square * total
    return xp.where(u < 2, series, -xp.expm1(-2 * u) / 2 - u * xp.exp(-u))

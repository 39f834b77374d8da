"""Bumps, with exact local fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen._quadrature import unit_nodes
from refgen._rows import by_entries
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._functions import LocalFunction, outer_products

# For integrands that grow by less than a factor of 4 or so.
_N_NODES = 32


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
        return heights[..., None, None] * (
            outer_products(apart) - xp.eye(self.n_features)
        )

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
        apart, square = self._apart(points), self.width * self.width
        r2, d = (apart * apart).sum(axis=-1), self.n_features

        def some(*numbers: Any) -> Any:
            return _gap(d, *numbers)

        return by_entries(some, _N_NODES, r2, between / square, variance / square)


def _gap(d: int, r2: Any, start: Any, own: Any) -> Any:
    """F(V) − F(Γ) − (V − Γ)F′(Γ) of the overlap F, for a bump of width 1."""
    xp, end = namespace(r2), start + own
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

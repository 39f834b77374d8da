"""What an instance is: points, and the normal neighbourhood of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._matrices import batch_shape
from refgen._numbers import as_positive
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace


@dataclass(frozen=True, repr=False)
class GaussianNeighborhoods(Instance):
    """A sample of points x, each with the neighbourhood N(x, s²I).

    Parameters
    ----------
    points : array of shape (..., n_points, n_features)
        The sample S.
    scale : array of shape (...)
        s > 0, the standard deviation of each coordinate of a neighbour.

    Raises
    ------
    ValueError
        If there is no point or feature, a number is not finite or so large or small
        (2^±300) that products overflow or vanish, or shapes do not broadcast.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0, 1.0], [2.0, 1.0]], 0.5)
    >>> sample.n_points, sample.n_features
    (2, 2)
    """

    points: Any
    scale: Any

    def __post_init__(self) -> None:
        points = check_scale("points", as_floats("points", self.points, 2), 2)
        scale = check_scale("scale", as_positive("scale", self.scale))
        if 0 in points.shape[-2:]:
            raise ValueError(
                "points must have one point and one feature at least, got shape "
                f"{points.shape}"
            )
        xp = namespace(points, scale)
        shape = batch_shape(points=points.shape[:-2], scale=scale.shape)
        points = xp.broadcast_to(points, shape + points.shape[-2:])
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "scale", xp.broadcast_to(scale, shape))

    @property
    def n_points(self) -> int:
        """m, the number of points."""
        return int(self.points.shape[-2])

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        return int(self.points.shape[-1])

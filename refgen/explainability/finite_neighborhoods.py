"""What an instance is: finitely many points, and the neighbourhood of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._matrices import batch_shape
from refgen.arrays import Instance, as_probabilities, namespace


@dataclass(frozen=True, repr=False)
class FiniteNeighborhoods(Instance):
    """A finite law of points x, and a law of neighbours x′ of each of them.

    Neighbours are *cells*, which need not be points. Where there are as many of them,
    cell number i is point number i. With equal weights the points are a sample.

    Parameters
    ----------
    weights : array of shape (..., n_points)
        D(x), each row on the simplex.
    neighbors : array of shape (..., n_points, n_cells)
        N_x(x′), each row on the simplex.

    Raises
    ------
    ValueError
        If something is not a probability, the numbers of points differ, or shapes do
        not broadcast.

    Examples
    --------
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.5, 0.5]])
    >>> law.n_points, law.n_cells
    (2, 2)
    >>> round(float(law.disjointedness), 4)
    1.1441
    """

    weights: Any
    neighbors: Any

    def __post_init__(self) -> None:
        weights = as_probabilities("weights", self.weights, 1)
        neighbors = as_probabilities("neighbors", self.neighbors, 2)
        n = weights.shape[-1]
        if neighbors.shape[-2] != n:
            raise ValueError(
                f"neighbors must have a row for each of the {n} points that weights "
                f"has, got shape {neighbors.shape}"
            )
        xp = namespace(weights, neighbors)
        shape = batch_shape(weights=weights.shape[:-1], neighbors=neighbors.shape[:-2])
        weights = xp.broadcast_to(weights, (*shape, n))
        neighbors = xp.broadcast_to(neighbors, shape + neighbors.shape[-2:])
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "neighbors", neighbors)

    @classmethod
    def sample(cls, neighbors: Any) -> FiniteNeighborhoods:
        """A sample: points of equal weights.

        Examples
        --------
        >>> FiniteNeighborhoods.sample([[1.0, 0.0], [0.5, 0.5]]).weights
        array([0.5, 0.5])
        """
        neighbors = as_probabilities("neighbors", neighbors, 2)
        m = neighbors.shape[-2]
        return cls(namespace(neighbors).full(m, 1 / m), neighbors)

    @property
    def n_points(self) -> int:
        """The number of points."""
        return int(self.neighbors.shape[-2])

    @property
    def n_cells(self) -> int:
        """The number of cells, where neighbours are."""
        return int(self.neighbors.shape[-1])

    @property
    def joint(self) -> Any:
        """D(x)N_x(x′), the law of a point and a neighbour."""
        return self.weights[..., None] * self.neighbors

    @property
    def disjointedness(self) -> Any:
        """Σ √(E N_x(x′)²) ≥ 1: ρ_S of a sample, ρ_∞ of a law (LE-22b)."""
        squares = self.weights[..., None] * self.neighbors * self.neighbors
        return namespace(squares).sqrt(squares.sum(axis=-2)).sum(axis=-1)

    @property
    def reversed_pair(self) -> FiniteNeighborhoods:
        """The law of x′ with the law of x given x′ (LE-1); cells become points.

        A cell that has no mass gets D.
        """
        xp = namespace(self.weights)
        joint = self.joint.swapaxes(-1, -2)
        mass = joint.sum(axis=-1)
        given = joint / xp.where(mass > 0, mass, 1.0)[..., None]
        neighbors = xp.where((mass > 0)[..., None], given, self.weights[..., None, :])
        return FiniteNeighborhoods.trusted(weights=mass, neighbors=neighbors)

    @property
    def asymmetry(self) -> Any:
        """½ Σ |D(x)N_x(x′) − D(x′)N_x′(x)| in [0, 1]: 0 with detailed balance (LE-40).

        Cells have to be the points.
        """
        check_square(self)
        joint = self.joint
        return abs(joint - joint.swapaxes(-1, -2)).sum(axis=(-1, -2)) / 2


def check_square(neighborhoods: FiniteNeighborhoods) -> None:
    """Refuse neighbourhoods whose cells are not the points.

    Raises
    ------
    ValueError
        If there are more cells than points, or fewer.
    """
    n, k = neighborhoods.n_points, neighborhoods.n_cells
    if n != k:
        raise ValueError(
            f"neighborhoods must have the points as cells, got {n} points and {k} cells"
        )


def spread_law(law: FiniteNeighborhoods, shape: tuple[int, ...]) -> FiniteNeighborhoods:
    """The same law with leading axes of this shape."""
    if law.weights.shape[:-1] == shape:
        return law
    spread = namespace(law.weights).broadcast_to
    return FiniteNeighborhoods.trusted(
        weights=spread(law.weights, shape + law.weights.shape[-1:]),
        neighbors=spread(law.neighbors, shape + law.neighbors.shape[-2:]),
    )

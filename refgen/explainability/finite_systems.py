"""What an instance is: a finite law, a function, and an explanation of each point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._matrices import batch_shape
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace
from refgen.explainability.finite_neighborhoods import (
    FiniteNeighborhoods,
    check_square,
    spread_law,
)


@dataclass(frozen=True, repr=False)
class FiniteSystem(Instance):
    """A system of explanations of a function, where everything is a finite sum.

    An explanation g_z is built at a source z and scored at a target x. Fidelities are
    errors: 0 is best.

    Parameters
    ----------
    neighborhoods : FiniteNeighborhoods of shape (...)
        The law of points and of their neighbours.
    values : array of shape (..., n_points)
        f(x), or labels.
    explanations : array of shape (..., n_cells, n_points)
        g_z(x), a row for each source z.

    Raises
    ------
    ValueError
        If numbers of points or cells differ, a number is not finite or so large or
        small (2^±300) that squares overflow or vanish, or shapes do not broadcast.

    Examples
    --------
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.5, 0.5]])
    >>> system = FiniteSystem(law, [0.0, 1.0], [[0.0, 0.0], [1.0, 1.0]])
    >>> float(system.fidelity), float(system.mirrored_fidelity)
    (0.25, 0.25)
    """

    neighborhoods: FiniteNeighborhoods
    values: Any
    explanations: Any

    def __post_init__(self) -> None:
        law = check_instance("neighborhoods", self.neighborhoods, FiniteNeighborhoods)
        n, k = law.n_points, law.n_cells
        values = check_scale("values", as_floats("values", self.values, 1), 1)
        table = as_floats("explanations", self.explanations, 2)
        table = check_scale("explanations", table, 2)
        if values.shape[-1] != n:
            raise ValueError(
                f"values must have a number for each of the {n} points, got shape "
                f"{values.shape}"
            )
        if table.shape[-2:] != (k, n):
            raise ValueError(
                f"explanations must have a row for each of the {k} cells and a column "
                f"for each of the {n} points, got shape {table.shape}"
            )
        xp = namespace(law.weights, values, table)
        shape = batch_shape(
            neighborhoods=law.weights.shape[:-1],
            values=values.shape[:-1],
            explanations=table.shape[:-2],
        )
        object.__setattr__(self, "neighborhoods", spread_law(law, shape))
        object.__setattr__(self, "values", xp.broadcast_to(values, (*shape, n)))
        object.__setattr__(self, "explanations", xp.broadcast_to(table, (*shape, k, n)))

    @property
    def fidelity(self) -> Any:
        """NF = E (g_x(x′) − f(x′))² (LE-1). Cells have to be the points."""
        check_square(self.neighborhoods)
        errors = self.explanations - self.values[..., None, :]
        return (self.neighborhoods.joint * errors * errors).sum(axis=(-1, -2))

    @property
    def mirrored_fidelity(self) -> Any:
        """MNF = E (g_x′(x) − f(x))² (LE-1)."""
        errors = self.explanations.swapaxes(-1, -2) - self.values[..., None]
        return (self.neighborhoods.joint * errors * errors).sum(axis=(-1, -2))

    @property
    def mean_explanation(self) -> Any:
        """ḡ(x) = E[g_x′(x) | x], what all explanations say of a point (LE-33)."""
        neighbors = self.neighborhoods.neighbors
        return (neighbors * self.explanations.swapaxes(-1, -2)).sum(axis=-1)

    @property
    def spread(self) -> Any:
        """V = E Var(g_x′(x) | x), how far explanations disagree of a point (LE-33)."""
        apart = self.explanations.swapaxes(-1, -2) - self.mean_explanation[..., None]
        return (self.neighborhoods.joint * apart * apart).sum(axis=(-1, -2))

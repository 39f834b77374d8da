"""What an instance is: a finite law, and finitely many explanations to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._matrices import batch_shape
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace
from refgen.explainability.finite_neighborhoods import (
    FiniteNeighborhoods,
    spread_law,
)


@dataclass(frozen=True, repr=False)
class FiniteProblem(Instance):
    """A finite law of points and values, and a finite class of local explanations.

    A system chooses one of the explanations for each cell, and loses
    (g_x′(x) − y(x))². Choices of different cells are independent, so that the best of
    all systems is a sum over cells.

    Parameters
    ----------
    neighborhoods : FiniteNeighborhoods of shape (...)
        The law of points and of their neighbours.
    values : array of shape (..., n_points)
        y(x): a function or labels.
    outputs : array of shape (..., n_explanations, n_points)
        g(x) for each of the local explanations.

    Raises
    ------
    ValueError
        If numbers of points differ, a number is not finite or so large or small
        (2^±300) that squares overflow or vanish, or shapes do not broadcast.

    Examples
    --------
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.5, 0.5]])
    >>> problem = FiniteProblem(law, [0.0, 1.0], [[0.0, 0.0], [1.0, 1.0]])
    >>> float(problem.best_mirrored_fidelity)
    0.25
    """

    neighborhoods: FiniteNeighborhoods
    values: Any
    outputs: Any

    def __post_init__(self) -> None:
        law = check_instance("neighborhoods", self.neighborhoods, FiniteNeighborhoods)
        values = check_scale("values", as_floats("values", self.values, 1), 1)
        outputs = check_scale("outputs", as_floats("outputs", self.outputs, 2), 2)
        for name, array in (("values", values), ("outputs", outputs)):
            if array.shape[-1] != law.n_points:
                raise ValueError(
                    f"{name} must have a number for each of the {law.n_points} points, "
                    f"got shape {array.shape}"
                )
        xp = namespace(law.weights, values, outputs)
        shape = batch_shape(
            neighborhoods=law.weights.shape[:-1],
            values=values.shape[:-1],
            outputs=outputs.shape[:-2],
        )
        values = xp.broadcast_to(values, shape + values.shape[-1:])
        outputs = xp.broadcast_to(outputs, shape + outputs.shape[-2:])
        object.__setattr__(self, "neighborhoods", spread_law(law, shape))
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "outputs", outputs)

    @property
    def losses(self) -> Any:
        """(g(x) − y(x))², (..., n_explanations, n_points)."""
        errors = self.outputs - self.values[..., None, :]
        return errors * errors

    @property
    def best_mirrored_fidelity(self) -> Any:
        """MNF* of the law, the least mirrored fidelity of all systems (LE-23)."""
        joint = self.neighborhoods.joint.swapaxes(-1, -2)
        return (joint @ self.losses.swapaxes(-1, -2)).min(axis=-1).sum(axis=-1)

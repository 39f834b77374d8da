"""LE-33: the risk of a function, by explanations that disagree of a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._finite_laws import size, systems
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import integer, record, vector
from refgen.explainability import FiniteNeighborhoods, FiniteSystem


@dataclass(frozen=True, repr=False)
class Labeled(Instance):
    """A system of explanations of f, and a label for each point; points may repeat.

    Attributes
    ----------
    system : FiniteSystem of shape (...)
    labels : array of shape (..., n_points)
    """

    system: FiniteSystem
    labels: Any


def _collinear() -> Labeled:
    """One point where f = 1, y = −1, and explanations are 1 or −1."""
    law = FiniteNeighborhoods([1.0, 0.0], [[0.5, 0.5], [0.5, 0.5]])
    system = FiniteSystem(law, [1.0, 1.0], [[1.0, 1.0], [-1.0, -1.0]])
    return Labeled(system, namespace(system.values).asarray([-1.0, -1.0]))


labeled = record(
    Labeled,
    "any system of 1 to 4 points, any labels",
    n=integer(1, 4),
    system=systems,
    labels=vector("n"),
    examples=lambda: [_collinear()],
)


def _mean_square(law: Any, errors: Any) -> Any:
    return (law.weights * errors * errors).sum(axis=-1)


@claim("LE-33", kind="inequality", domain=labeled)
def risk_and_spread(rg, case, spread=1.0):
    """√R_D ≤ √(MNF − V) + √(L − V), V = E Var(g_x′(x) | x) and L = E (g_x′(x) − y)².

    MNF − V and L − V are the mean squared errors of the mean explanation.
    """
    system, law, xp = case.system, case.system.neighborhoods, namespace(case.labels)
    of_labels = rg.explainability.FiniteSystem.trusted(
        neighborhoods=law, values=case.labels, explanations=system.explanations
    )
    mean, scale = system.mean_explanation, size(system) + size(of_labels)
    near_f = _mean_square(law, mean - system.values)
    near_y = _mean_square(law, mean - case.labels)
    rest = (1 - spread) * system.spread
    bound = sum(xp.sqrt(xp.maximum(e + rest, 0.0)) for e in (near_f, near_y))
    risk = xp.sqrt(_mean_square(law, system.values - case.labels))
    return (
        at_most(risk, bound, xp.sqrt(scale), sharp=True),
        equal(system.mirrored_fidelity - spread * system.spread, near_f, scale),
        equal(of_labels.mirrored_fidelity - spread * system.spread, near_y, scale),
    )


risk_and_spread.twin("1.05 V", spread=1.05)

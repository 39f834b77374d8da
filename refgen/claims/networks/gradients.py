"""NN-1: what networks say, and the gradient that training follows."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import equal
from refgen.claims.networks._dual import evaluated, loss_of
from refgen.claims.networks._training import inner, trained, with_architecture
from refgen.claims.networks.domains import problems
from refgen.claims.registry import claim

ACTIVATIONS = ("linear", "relu", "tanh", "exponential")
LOSSES = ("squared", "logistic", "cross_entropy")


def along(rg: Any, case: Any, networks: Any, loss: str) -> tuple[Any, Any]:
    """(θ₀ − θ₁) · δ after one step of size 1, and the sum of absolute terms."""
    xp = namespace(case.points)
    after = trained(
        rg, networks, case.points, case.targets, loss, n_epochs=1, step_size=1.0
    ).networks
    before, size = inner(xp, networks, case.direction)
    later, other = inner(xp, after, case.direction)
    return before - later, size + other


@claim("NN-1", kind="identity", domain=problems, cost=60)
def gradients_are_derivatives(rg, case, inner_scale=0.75, outer_scale=0.5):
    """A step of size 1 is minus the derivative of the mean loss, for every σ and loss.

    Neurons say σ(a · U⊤x + u), and outputs are b · V⊤σ(a · U⊤x + u) + v.
    """
    relations = []
    for activation in ACTIVATIONS:
        networks = with_architecture(
            rg, case.network, activation, inner_scale, outer_scale
        )
        given = rg.networks.Architecture(activation, 0.75, 0.5)
        neurons, outputs = evaluated(given, case.network, case.direction, case.points)
        hidden, said = networks.hidden(case.points), networks.outputs(case.points)
        relations.append(equal(hidden, neurons.value, neurons.size))
        relations.append(equal(said, outputs.value, outputs.size))
        for loss in LOSSES:
            slope, size = along(rg, case, networks, loss)
            each = loss_of(loss, outputs, case.targets)
            scale = size + each.steep.mean(axis=-1)
            relations.append(equal(slope, each.slope.mean(axis=-1), scale))
    return relations


gradients_are_derivatives.twin("the inner scale is 0.77", inner_scale=0.77)
gradients_are_derivatives.twin("the outer scale is 0.52", outer_scale=0.52)

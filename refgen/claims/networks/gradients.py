"""NN-1: what networks say, and the gradient that training follows."""

from __future__ import annotations

from refgen.claims.kinds import equal
from refgen.claims.networks._dual import evaluated, loss_of
from refgen.claims.networks._training import (
    flat,
    inner,
    trained,
    with_architecture,
)
from refgen.claims.networks.domains import problems
from refgen.claims.registry import claim

LOSSES = ("squared", "logistic", "cross_entropy")
PAIRS = (
    ("linear", "squared"),
    ("relu", "logistic"),
    ("tanh", "cross_entropy"),
    ("exponential", "squared"),
)


@claim("NN-1", kind="identity", domain=problems, cost=1000)
def gradients_are_derivatives(rg, case, inner_scale=0.75, outer_scale=0.5):
    """A step of size 1 is minus the derivative of the mean loss, for every σ and loss.

    So are `gradients` of each point. Neurons say σ(a · U⊤x + u), and outputs are
    b · V⊤σ(a · U⊤x + u) + v.
    """
    relations, points, targets = [], case.points, case.targets
    direction = flat(case.direction)
    for activation, loss in PAIRS:
        before = with_architecture(
            rg, case.network, activation, inner_scale, outer_scale
        )
        ensemble = trained(rg, before, points, targets, loss, n_epochs=1, step_size=1.0)
        given = rg.networks.Architecture(activation, 0.75, 0.5)
        neurons, outputs = evaluated(given, case.network, case.direction, points)
        hidden, said = before.hidden(points), before.outputs(points)
        each = loss_of(loss, outputs, targets)
        step, size = inner(before.minus(ensemble.networks), case.direction)
        size = size + inner(before, case.direction)[1] + each.steep.mean(axis=-1)
        relations += [
            equal(hidden, neurons.value, neurons.size),
            equal(said, outputs.value, outputs.size),
            equal(step, each.slope.mean(axis=-1), size),
        ]
        start = rg.networks.Ensemble.from_networks(before, loss=loss)
        rows = start.gradients(points, targets).rows() * direction[:, None, :]
        slopes, sizes = rows.sum(axis=-1), abs(rows).sum(axis=-1) + each.steep
        relations += [
            equal(start.losses(points, targets), each.value, each.size),
            equal(slopes, each.slope, sizes),
        ]
    return relations


gradients_are_derivatives.twin("the inner scale is 0.77", inner_scale=0.77)
gradients_are_derivatives.twin("the outer scale is 0.52", outer_scale=0.52)

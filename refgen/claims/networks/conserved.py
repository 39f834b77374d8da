"""NN-6 and NN-7: what gradient descent keeps for neurons with σ(cz) = cσ(z)."""

from __future__ import annotations

from typing import Any

from refgen.claims.kinds import equal
from refgen.claims.networks._dual import dual, loss_of
from refgen.claims.networks._training import (
    changed,
    flat,
    trained,
    with_architecture,
)
from refgen.claims.networks.domains import problems
from refgen.claims.networks.gradients import LOSSES
from refgen.claims.registry import claim
from refgen.claims.sources import DU

STEP = 0.25


def _excess(network: Any) -> tuple[Any, Any]:
    """‖u_j‖² + u_j0² − ‖v_j‖² of each neuron, and the sum of the squares."""
    inner = (network.hidden_weights**2).sum(axis=-2) + network.hidden_biases**2
    outer = (network.output_weights**2).sum(axis=-1)
    return inner - outer, inner + outer


@claim(
    "NN-6",
    kind="identity",
    domain=problems,
    cost=1000,
    slow=True,
    source=DU.sharpened("theorem 2.1"),
)
def balanced_layers(rg, case, share=1.0, odd="relu"):
    """A step adds η²(‖∇u_j‖² + ∇u_j0² − ‖∇v_j‖²) to ‖u_j‖² + u_j0² − ‖v_j‖², exactly.

    For every neuron j, loss and scale, if σ(z) is max(z, 0) or z.
    """
    relations = []
    for activation, loss in zip(("linear", odd, odd), LOSSES, strict=True):
        before = with_architecture(rg, case.network, activation, 0.75, 0.5)
        after = trained(
            rg, before, case.points, case.targets, loss, n_epochs=1, step_size=STEP
        ).networks
        change, size = _excess(after.minus(before))
        (now, later), (first, second) = zip(
            _excess(before), _excess(after), strict=True
        )
        relations.append(equal(later - now, share * change, first + second + size))
    return relations


balanced_layers.twin("a step adds 0.97 times as much", share=0.97)
balanced_layers.twin("so it is for tanh", odd="tanh")


def _without_biases(rg: Any, network: Any, factor: float = 1.0) -> Any:
    return changed(
        rg,
        network,
        hidden_weights=factor * network.hidden_weights,
        hidden_biases=0 * network.hidden_biases,
        output_weights=factor * network.output_weights,
        output_biases=0 * network.output_biases,
    )


@claim("NN-7", kind="identity", domain=problems, cost=1000, slow=True)
def homogeneous_networks(rg, case, power=2.0, factor=4.0):
    """No biases: cθ says c² f; a step adds −4η mean(f · ∂ℓ/∂f) + η²‖∇‖² to ‖θ‖².

    If σ(z) is max(z, 0) or z.
    """
    relations = []
    for activation, loss in zip(("linear", "relu", "relu"), LOSSES, strict=True):
        given = with_architecture(rg, case.network, activation, 0.75, 0.5)
        own = _without_biases(rg, given)
        said, size = own.outputs(case.points), _size(own, case.points)
        larger = _without_biases(rg, given, 1.5).outputs(case.points)
        after = trained(
            rg, own, case.points, case.targets, loss, n_epochs=1, step_size=STEP,
            bias=False,
        ).networks  # fmt: skip
        # d/dc of the mean loss of cf, at c = 1.
        slope = loss_of(loss, dual(said, said), case.targets)
        change = (flat(after.minus(own)) ** 2).sum(axis=1)
        now, later = ((flat(part) ** 2).sum(axis=1) for part in (own, after))
        steep = (slope.steep + (size * size).sum(axis=-1)).mean(axis=-1)
        expected = -factor * STEP * slope.slope.mean(axis=-1)
        total = now + later + change + 4 * STEP * steep
        relations.append(equal(larger, 1.5**power * said, 3 * size))
        relations.append(equal(later - now - change, expected, total))
    return relations


def _size(network: Any, points: Any) -> Any:
    """Σ of the absolute terms of outputs."""
    hidden = abs(points) @ abs(network.hidden_weights)
    return hidden @ abs(network.output_weights)


homogeneous_networks.twin("the power is 1.96", power=1.96)
homogeneous_networks.twin("the factor is 3.9", factor=3.9)

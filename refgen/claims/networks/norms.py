"""NN-13: how far outputs move with points and with weights."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.networks._training import flat, with_architecture
from refgen.claims.networks.domains import problems
from refgen.claims.registry import claim

# Slopes of σ are at most 1, and σ(0) = 0.
LIPSCHITZ = ("linear", "relu", "tanh")


def _length(rows: Any) -> Any:
    return namespace(rows).sqrt((rows * rows).sum(axis=-1))


@claim("NN-13", kind="inequality", domain=problems, cost=1000)
def outputs_move_with_weights(rg, case, share=1.0, root=0.5):
    """‖f(x) − f(x′)‖ ≤ ‖bV‖₂‖aU‖₂‖x − x′‖ if |σ′| ≤ 1; ‖·‖₂ ≤ ‖·‖_F ≤ √r ‖·‖₂.

    Weights move outputs by ‖bV‖₂(‖aΔU‖₂‖x‖ + ‖Δu‖) + ‖bΔV‖₂‖σ′‖ + ‖Δv‖ at most, where
    σ′ are the neurons of the other network; ‖θ − θ′‖² adds up.
    """
    relations, points = [], case.points
    for activation in LIPSCHITZ:
        own, other = (
            with_architecture(rg, part, activation, 0.75, 0.5)
            for part in (case.network, case.direction)
        )
        plain = own.without_scales()
        off = plain.minus(other.without_scales())
        spectral, moved = plain.spectral_norms(), off.spectral_norms()
        said = own.outputs(points)
        apart = _length(said - said[:, :1])
        reach = (spectral.output * spectral.hidden)[:, None] * _length(
            points - points[:, :1]
        )
        size = _sizes(own, points) + reach
        sharp = False if activation == "tanh" else 0.99
        relations.append(at_most(apart, share * reach, size, sharp=sharp))
        inner = moved.hidden[:, None] * _length(points)
        inner = inner + _length(off.hidden_biases)[:, None]
        neurons = moved.output[:, None] * _length(other.hidden(points))
        bound = spectral.output[:, None] * inner + neurons
        bound = bound + _length(off.output_biases)[:, None]
        change = _length(said - other.outputs(points))
        size = _sizes(own, points) + _sizes(other, points) + bound
        relations.append(at_most(change, share * bound, size))
        frobenius = plain.frobenius_norms()
        for name, rank in (
            ("hidden", min(own.n_features, own.n_hidden)),
            ("output", min(own.n_hidden, own.n_outputs)),
        ):
            low, high = getattr(spectral, name), getattr(frobenius, name)
            relations += ascending(
                low, high, rank**root * low, scale=2 * high, sharp=True
            )
        squares = ((flat(own) - flat(other)) ** 2).sum(axis=1)
        relations.append(equal(own.distance(other) ** 2, squares, 4 * squares))
    return relations


def _sizes(network: Any, points: Any) -> Any:
    """Σ of the absolute terms of outputs, over all outputs."""
    inner = abs(points) @ abs(network.hidden_weights)
    inner = inner + abs(network.hidden_biases)[:, None]
    outer = inner @ abs(network.output_weights)
    return (outer + abs(network.output_biases)[:, None]).sum(axis=-1)


outputs_move_with_weights.twin("by 0.97 of it", share=0.97)
outputs_move_with_weights.twin("‖·‖_F ≤ r^0.48 ‖·‖₂", root=0.48)

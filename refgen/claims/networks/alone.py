"""NN-2 and NN-3: members among others, and neurons in another order."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import equal
from refgen.claims.networks._training import (
    changed,
    flat,
    joined,
    trained,
    trained_together,
    with_architecture,
)
from refgen.claims.networks.domains import small_problems
from refgen.claims.registry import claim

# How networks are trained where any way will do; relu comes first, then others.
SETTINGS = {"n_epochs": 3, "batch_size": 2, "shuffle": True, "momentum": 0.5}
SCALES = 0.25, 0.25  # so that nothing grows from step to step, e^z least of all
PAIRS = (("relu", "logistic"), ("tanh", "cross_entropy"), ("exponential", "squared"))


@claim("NN-2", kind="identity", domain=small_problems, cost=1000, slow=True)
def alone_and_among_others(rg, case, step_size=0.05, radius=0.1):
    """A member has the same bits alone and among others, shuffles included."""
    xp, batch = namespace(case.points), len(case.points)
    stream, points, targets = rg.random.Stream(0), case.points, case.targets
    relations = []
    for activation, loss in PAIRS[1:]:
        both = [
            with_architecture(rg, part, activation, *SCALES)
            for part in (case.network, case.direction)
        ]
        together = trained(
            rg,
            joined(rg, *both),
            xp.concatenate([points, points]),
            xp.concatenate([targets, targets]),
            loss,
            step_size=0.05,
            sam_radius=xp.repeat(xp.asarray([0.0, 0.1]), batch),
            vary="both",
            **SETTINGS,
        )
        parts = [
            trained(
                rg, part, points, targets, loss, stream=stream.at(i * batch),
                step_size=step_size, sam_radius=radius * i, vary="both",
                **SETTINGS,
            )
            for i, part in enumerate(both)
        ]  # fmt: skip
        alone = flat(joined(rg, *(part.networks for part in parts)))
        unequal = (flat(together.networks) != alone).any(axis=1)
        either = 1.0 * (unequal[:batch] | unequal[batch:])
        relations.append(equal(either, 0.0, reason="1 if some number differs, or 0"))
    return relations


alone_and_among_others.twin("a step that is 2⁻⁴⁰ longer does", step_size=0.05 + 2**-40)
alone_and_among_others.twin("a radius that is 2⁻⁴⁰ longer does", radius=0.1 + 2**-40)


def _turned(rg: Any, network: Any, sign: float) -> Any:
    """Neurons in the opposite order, each with its weights times a sign."""
    return changed(
        rg,
        network,
        hidden_weights=sign * network.hidden_weights[..., ::-1],
        hidden_biases=sign * network.hidden_biases[..., ::-1],
        output_weights=network.output_weights[..., ::-1, :] / sign,
    )


@claim("NN-3", kind="identity", domain=small_problems, cost=1000, slow=True)
def neurons_have_no_order(rg, case, sign=-1.0, kept=1.0):
    """Training commutes with a new order of neurons, and for odd σ with their signs."""
    relations = []
    for activation, loss, turn in (
        ("relu", "logistic", kept),
        ("exponential", "squared", kept),
        ("tanh", "cross_entropy", sign),
        ("linear", "squared", sign),
    ):
        own = with_architecture(rg, case.network, activation, *SCALES)
        after = trained_together(
            rg, [own, _turned(rg, own, turn)], case.points, case.targets, loss,
            step_size=0.05, **SETTINGS,
        )  # fmt: skip
        back = flat(_turned(rg, after[1], 1 / turn))
        size = 1 + abs(flat(own)).sum(axis=1, keepdims=True)
        relations.append(equal(back, flat(after[0]), size))
    return relations


neurons_have_no_order.twin("so do signs of −0.98 of tanh", sign=-0.98)
neurons_have_no_order.twin("so do factors of 1.03 of max(z, 0)", kept=1.03)

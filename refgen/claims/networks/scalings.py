"""NN-4 and NN-5: scales, weights and steps that describe the same training."""

from __future__ import annotations

from typing import Any

from refgen.claims.kinds import equal
from refgen.claims.networks._training import (
    changed,
    flat,
    same_bits,
    trained,
    with_architecture,
)
from refgen.claims.networks.domains import small_problems
from refgen.claims.registry import claim
from refgen.claims.sources import YANG_HU

INNER = 0.25  # so that e^z does not grow from step to step
STEP, DECAY, RADIUS = 0.02, 0.02, 0.1
SETTINGS = {"n_epochs": 2, "batch_size": 2, "shuffle": True, "momentum": 0.5}
PAIRS = (("relu", "logistic"), ("tanh", "cross_entropy"), ("exponential", "squared"))


def _divided(rg: Any, network: Any, factor: float) -> Any:
    """Weights of both layers over a number."""
    return changed(
        rg,
        network,
        hidden_weights=network.hidden_weights / factor,
        output_weights=network.output_weights / factor,
    )


def _after(
    rg: Any, case: Any, pair: Any, c: float, powers: Any, longer: float = 1.0
) -> tuple[Any, Any]:
    """Outputs and c times the weights, after training with scales × c, weights / c."""
    (activation, loss), (step, decay, radius) = pair, powers
    scales = INNER * c, INNER * c
    start = with_architecture(rg, _divided(rg, case.network, c), activation, *scales)
    after = trained(
        rg, start, case.points, case.targets, loss, bias=False,
        step_size=longer * STEP / c**step, weight_decay=DECAY * c**decay,
        sam_radius=RADIUS / c**radius, **SETTINGS,
    ).networks  # fmt: skip
    return after.outputs(case.points), flat(_divided(rg, after, 1 / c))


@claim(
    "NN-4",
    kind="identity",
    domain=small_problems,
    cost=1000,
    slow=True,
    source=YANG_HU.recalled("the symmetry of abc-parametrizations"),
)
def scales_and_steps(rg, case, step=2.0, decay=2.0, radius=1.0, longer=1.0):
    """Scales × c, weights / c, steps / c², decay × c², radius / c: the same training.

    If c is a power of 2, in every bit.
    """
    relations, powers = [], (step, decay, radius)
    size = 1 + abs(flat(case.network)).sum(axis=1, keepdims=True) ** 2
    for pair in PAIRS[1:]:
        outputs, weights = _after(rg, case, pair, 1.0, powers)
        said, moved = _after(rg, case, pair, 0.7, powers)
        relations += [
            equal(said, outputs, size[..., None]),
            equal(moved, weights, size),
        ]
        said, moved = _after(rg, case, pair, 4.0, powers, longer)
        relations += [same_bits(said, outputs), same_bits(moved, weights)]
    return relations


scales_and_steps.twin("steps / c^1.95", step=1.95)
scales_and_steps.twin("decay × c^1.95", decay=1.95)
scales_and_steps.twin("radius / c^0.96", radius=0.96)
scales_and_steps.twin("in every bit with steps 1 + 2⁻⁵⁰ as long", longer=1 + 2**-50)


@claim(
    "NN-5",
    kind="identity",
    domain=small_problems,
    cost=1000,
    slow=True,
    source=YANG_HU.recalled("mean field and μP agree for one hidden layer"),
)
def mean_field_is_mup(rg, case, power=1.0):
    """Output weights of μP are those of the mean field over h; so are trained ones.

    And outputs are the same: in every bit, if h is a power of 2.
    """
    h, d, k = (
        getattr(case.network, f"n_{name}") for name in ("hidden", "features", "outputs")
    )
    drawn = {
        scaling: rg.networks.initial_networks(
            rg.random.Stream(0), d, h, k, n_members=2, scaling=scaling
        )
        for scaling in ("mean_field", "mup")
    }
    before = drawn["mean_field"].output_weights / h
    size = abs(before).reshape(-1).sum()
    relations = [
        equal(abs(drawn["mup"].output_weights - before).reshape(-1).sum(), 0.0, size)
    ]
    for activation, loss in PAIRS[:2]:
        field = with_architecture(rg, case.network, activation, INNER, 1 / h)
        mup = with_architecture(
            rg, _over(rg, case.network, h**power), activation, INNER
        )
        after = [
            trained(
                rg, start, case.points, case.targets, loss, step_size=STEP,
                scaling=scaling, **SETTINGS,
            ).networks
            for start, scaling in ((field, "mean_field"), (mup, "mup"))
        ]  # fmt: skip
        said, other = (networks.outputs(case.points) for networks in after)
        weights, moved = flat(_over(rg, after[0], h)), flat(after[1])
        size = 1 + abs(flat(case.network)).sum(axis=1)
        relations += [
            equal(said, other, size[:, None, None]),
            equal(weights, moved, size[:, None]),
        ]
        if h & (h - 1) == 0:
            relations.append(same_bits(said, other))
    return relations


def _over(rg: Any, network: Any, number: float) -> Any:
    return changed(rg, network, output_weights=network.output_weights / number)


mean_field_is_mup.twin("over h^1.02", power=1.02)

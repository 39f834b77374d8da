"""NN-12 and NN-17: how fast two runs can part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, tends_to
from refgen.claims.networks._training import trained_together
from refgen.claims.registry import claim
from refgen.domains import integer, real, record

# 1/δ
NEAR = (1e2, 1e3, 1e4)


@dataclass(frozen=True, repr=False)
class Saddle(Instance):
    """A point x > 0 with y > 0, and how one neuron is trained on it.

    Attributes
    ----------
    x, y, step_size : arrays of shape (...)
    n_steps : int array of shape (...)
    """

    x: Any
    y: Any
    step_size: Any
    n_steps: Any


def _saddle(*numbers: float) -> Saddle:
    return Saddle(*(np.array(number) for number in numbers))


saddles = record(
    Saddle,
    "x and y in [1/2, 2], up to 8 steps of up to 0.3",
    x=real(0.5, 2.0),
    y=real(0.5, 2.0),
    step_size=real(0.02, 0.3),
    n_steps=integer(1, 8),
    examples=lambda: [_saddle(1.0, 1.0, 0.1, 1), _saddle(0.5, 2.0, 0.3, 5)],
)


def _neuron(rg: Any, activation: str, hidden: Any, output: Any) -> Any:
    """Networks of one neuron without biases, with weights u and v."""
    zero = namespace(hidden).zeros((len(hidden), 1))
    return rg.networks.TwoLayerNetworks(
        hidden[:, None, None],
        zero,
        output[:, None, None],
        zero,
        rg.networks.Architecture(activation),
    )


@claim("NN-12", kind="limit", domain=saddles, cost=1000, slow=True)
def runs_part_at_a_saddle(rg, case, faster=1.0):
    """At a saddle runs that are δ apart are (1 + ηL)^t δ apart, to first order.

    L = xy is the largest |eigenvalue| of the second derivative at 0, for one neuron
    without biases, σ(z) = z or max(z, 0); to all orders they are not farther apart.
    """
    xp = namespace(case.x)
    growth = (1 + faster * case.step_size * case.x * case.y) ** case.n_steps
    relations = []
    bend = case.n_steps * case.step_size * case.x**2 * growth**2
    for activation in ("linear", "relu"):
        starts = [
            _neuron(rg, activation, 0 * case.x + apart, 0 * case.x + apart)
            for apart in (0.0, *(1 / size for size in NEAR))
        ]
        rest, *ends = trained_together(
            rg, starts, case.x[:, None, None], case.y[:, None, None], "squared",
            bias=False, step_size=case.step_size, n_epochs=case.n_steps,
        )  # fmt: skip
        shares = []
        for start, end in zip(starts[1:], ends, strict=True):
            bound, last = growth * start.distance(starts[0]), end.distance(rest)
            relations.append(at_most(last, bound, bound, sharp=0.99))
            shares.append(last / bound)
        shares = xp.stack(shares, axis=-1)
        relations.append(tends_to(shares, 1.0, [(bend, 2)], sizes=NEAR))
    return relations


runs_part_at_a_saddle.twin("(1 + 0.97 ηL)^t", faster=0.97)


@claim("NN-17", kind="limit", domain=saddles, cost=1000, slow=True)
def runs_part_at_a_kink(rg, case, share=1.0):
    """On both sides of a kink of max(z, 0) runs part by ηxy in a step, however near.

    From u = ±δ and v = 1; so ReLU networks have no rate as in NN-12.
    """
    xp = namespace(case.x)
    x, y, step = case.x, case.y, case.step_size
    starts = [
        _neuron(rg, "relu", 0 * x + side / size, 1 + 0 * x)
        for size in NEAR
        for side in (-1.0, 1.0)
    ]
    ends = trained_together(
        rg, starts, x[:, None, None], y[:, None, None], "squared", bias=False,
        step_size=step, n_epochs=1,
    )  # fmt: skip
    apart = [
        left.distance(right) for left, right in zip(ends[::2], ends[1::2], strict=True)
    ]
    far = step * x * y
    near = (2 + step * x * (x + y + x)) / far
    return tends_to(
        xp.stack(apart, axis=-1) / far[:, None], share, [(near, 1)], sizes=NEAR
    )


runs_part_at_a_kink.twin("by 0.96 of it", share=0.96)

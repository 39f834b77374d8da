"""KD-23s, KD-23r and KD-31: which rounds are sharpest, and how sharp they can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.domains import integer, real, record

# --- KD-23s: schedules


@dataclass(frozen=True, repr=False)
class Schedule(Instance):
    """Rounds of different length, and a weak direction beside a strong one.

    Attributes
    ----------
    strong, ratio : arrays of shape (...)
        λ₁, and λ₂/λ₁.
    lengths : array of shape (..., n_rounds)
        λ₁tᵢ.
    """

    strong: Any
    ratio: Any
    lengths: Any

    @property
    def times(self) -> Any:
        return self.lengths / self.strong[..., None]


def _schedule(strong: float, ratio: float, lengths: list[float]) -> Schedule:
    return Schedule(*map(np.array, (strong, ratio, lengths)))


schedules = record(
    Schedule,
    "1 to 6 rounds with λ₁t from .05 to 6, λ₂/λ₁ from .05 to .97",
    m=integer(1, 6),
    strong=real(0.1, 10.0, log=True),
    ratio=real(0.05, 0.97),
    lengths=real(0.05, 6.0, shape=("m",)),
    examples=lambda: [
        _schedule(1.0, 0.5, [1.0, 1.0]),
        _schedule(1.0, 0.5, [0.5, 4.0, 2.0]),
        _schedule(2.0, 0.05, [0.05, 0.05, 0.05]),
        _schedule(1.0, 0.97, [6.0, 6.0]),
    ],
)


def _attenuations(rg: Any, case: Schedule, eigenvalue: Any) -> Any:
    """Those of each round along λ, (batch, m)."""
    flow = rg.distillation.gradient_flow_filter
    filter = flow(eigenvalue[:, None, None], case.times)[..., 0]
    return -namespace(filter).log(filter)


@claim("KD-23s", kind="inequality", domain=schedules, cost=4)
def best_schedule(rg, case, factor=1.0, longer=1.0):
    """Of as many rounds that leave as much along λ₁, equal ones are sharpest.

    They leave least of every weaker direction and most of every stronger one.
    """
    d, xp, strong = rg.distillation, namespace(case.strong), case.strong
    weak, above = case.ratio * strong, strong / case.ratio
    spectrum = xp.stack([strong, weak, above], axis=-1)
    given = d.scheduled_flow_filter(spectrum, case.times)
    time, m = longer * d.equal_rounds_time(strong, case.times), case.lengths.shape[-1]
    equal_rounds = d.repeated_flow_filter(spectrum, time, m)
    lost = _attenuations(rg, case, weak).sum(axis=-1)
    most = m * d.flow_attenuation(
        _attenuations(rg, case, strong).mean(axis=-1), case.ratio
    )
    return (
        equal(equal_rounds[:, 0], given[:, 0]),
        equal(xp.exp(-lost), given[:, 1]),
        at_most(equal_rounds[:, 1], given[:, 1], sharp=True),
        at_most(given[:, 2], equal_rounds[:, 2], sharp=True),
        at_most(lost, factor * most, most, sharp=True),
    )


best_schedule.twin("equal rounds take 0.95 of that", factor=0.95)
best_schedule.twin("equal rounds that are 3 % longer", longer=1.03)


@claim("KD-23r", kind="inequality", domain=schedules, cost=4)
def ridge_has_no_threshold(rg, case, share=1.0):
    """Rounds of ridge regression keep F(λ₁)^(λ₁/λ₂) ≤ F(λ₂) ≤ F(λ₁), for any penalties.

    Weak directions vanish only where strong ones do.
    """
    d, xp = rg.distillation, namespace(case.strong)
    spectrum = xp.stack([case.strong, case.ratio * case.strong], axis=-1)
    each = d.ridge_filter(spectrum[:, None, :], 1 / case.times)
    logs = -xp.log(each)
    strong, weak = (logs[..., i].sum(axis=-1) for i in (0, 1))
    by_round = d.ridge_attenuation(logs[..., 0], case.ratio[:, None]).sum(axis=-1)
    return (
        equal(by_round, weak, weak + case.lengths.shape[-1] / case.ratio),
        at_most(weak, share * strong / case.ratio, weak, sharp=0.95),
        at_most(strong, weak, weak, sharp=0.95),
    )


ridge_has_no_threshold.twin("F(λ₁)^(0.95 λ₁/λ₂) ≤ F(λ₂)", share=0.95)


# --- KD-31: how sharp m rounds can be

_SHARPER = tuple(10.0**k for k in range(2, 15, 3))


@dataclass(frozen=True, repr=False)
class Attenuated(Instance):
    """What is lost along λ₁ in all rounds together, and λ₂/λ₁. Shapes (...)."""

    attenuation: Any
    ratio: Any


attenuated = record(
    Attenuated,
    "g from .01 to 3, λ₂/λ₁ from .3 to .97",
    attenuation=real(0.01, 3.0),
    ratio=real(0.3, 0.97),
    examples=lambda: [
        Attenuated(np.array(1.0), np.array(0.5)),
        Attenuated(np.array(0.01), np.array(0.97)),
    ],
)


@claim("KD-31", kind="limit", domain=attenuated, cost=4)
def sharpness_of_rounds(rg, case, factor=1.0, power=1.0):
    """m equal rounds that keep e^(−g) along λ₁ keep e^(−m^(1 − r) gʳ) along λ₂ = rλ₁.

    By flow, to first order as m grows: without bound. By ridge regression they never
    keep less than e^(−g/r), which they tend to.
    """
    d, xp = rg.distillation, namespace(case.ratio)
    rounds = xp.asarray(_SHARPER)
    g, r = case.attenuation[:, None], case.ratio[:, None]
    flow = rounds * d.flow_attenuation(g / rounds, r)
    ridge = rounds * d.ridge_attenuation(g / rounds, r)
    first = factor * rounds ** (power - r) * g**r

    def envelope(m: Any) -> Any:
        """(1 − g/2m)ʳ ≤ qʳ(m/g)ʳ ≤ 1, and x ≤ −log(1 − x) ≤ x/(1 − x) for x = qʳ."""
        x = (g / m) ** r
        return xp.maximum(g / (2 * m), x / (1 - x))

    return (
        tends_to(flow / first, 1.0, envelope, _SHARPER),
        tends_to(
            ridge,
            factor * (g / r),
            lambda m: (1 - r) * g**2 / (2 * r**2 * m),
            _SHARPER,
            g / r,
        ),
        at_most(flow[:, :-1], flow[:, 1:], flow[:, 1:], sharp=0.8),
        at_most(ridge, g / r, g / r, sharp=True),
        at_most(
            flow, rounds ** (1 - r) * g**r / (1 - (g / rounds) ** r), flow, sharp=True
        ),
    )


sharpness_of_rounds.twin("1.03 times as much is lost", factor=1.03)
sharpness_of_rounds.twin("flow loses m^(0.97 − r) gʳ", power=0.97)

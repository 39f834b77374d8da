"""KD-21: when students exaggerate the bias of their teachers, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation.pairs import eigen_pairs
from refgen.claims.kinds import Measurement, ascending, at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.domains import real, record

# --- KD-21: subadditivity


@claim("KD-21", kind="inequality", domain=eigen_pairs, cost=4)
def subadditivity(rg, pairs, share=1.0):
    """Exaggerated bias says that Ψ(g + h) < Ψ(g) + Ψ(h), and by how much.

    Ψ takes a teacher's attenuation −log f along λ₁ to that along λ₂. It is subadditive
    for gradient flow and for ridge regression.
    """
    d, xp = rg.distillation, namespace(pairs.strong)
    learned = [d.gradient_flow_filter(pairs.spectrum, time) for time in pairs.times]
    lost = [-xp.log(filter) for filter in learned]
    (g, along), (h, too) = ((a[:, 0], a[:, 1]) for a in lost)
    apart = [d.flow_attenuation(a, pairs.ratio) for a in (g, h, g + h)]
    # A rounding of f is one of g, and Ψ has the slope r g^(r − 1) at most.
    steep = 1 + pairs.ratio / xp.minimum(g, h)
    found = xp.log(d.exaggeration(pairs.strong, pairs.weak, *pairs.times))
    penalties = [d.ridge_attenuation(a, pairs.ratio) for a in (g, h, g + h)]
    return (
        equal(apart[0], along, steep),
        equal(apart[1], too, steep),
        equal(found, apart[2] - apart[0] - apart[1], steep),
        *(_is_subadditive(three, share) for three in (apart, penalties)),
        *(exceeds(a + b, both, a + b) for a, b, both in (apart, penalties)),
    )


def _is_subadditive(three: list[Any], share: float) -> Measurement:
    first, second, both = three
    total = first + second
    return at_most(both, share * total, total, sharp=True)


subadditivity.twin("at most 0.97 of the sum", share=0.97)


@subadditivity.twin_function("Ψ(g) = g/r, as for small attenuations of ridge")
def _(rg, pairs):
    d, (time, _) = rg.distillation, pairs.times
    learned = d.gradient_flow_filter(pairs.spectrum, time)
    lost = -namespace(learned).log(learned)
    return equal(lost[:, 1], lost[:, 0] / pairs.ratio, 1 / pairs.ratio)


@claim("KD-21b", kind="inequality", domain=eigen_pairs, cost=4)
def two_sided_exaggeration(rg, pairs, least=1.0, own=1.0):
    """λ₂/λ₁ < max(r(T), r(t)) < what a student has along λ₂ < 1, of a matched teacher.

    r(T) = (1 − e^(−λ₂T))/(1 − e^(−λ₁T)). All four come together.
    """
    d, setting = rg.distillation, (pairs.strong, pairs.weak, *pairs.times)
    low, either = d.exaggeration_bounds(*setting)
    kept = d.exaggeration(*setting)
    learned = [d.gradient_flow_filter(pairs.spectrum, time) for time in pairs.times]
    both = d.distilled_filter(*learned)
    stop = d.equivalent_time(pairs.strong[:, None], *pairs.times)[:, 0]
    matched = d.gradient_flow_filter(pairs.spectrum, stop)
    alone = [each[:, 1] / each[:, 0] for each in learned]
    return (
        equal(kept * matched[:, 1], both[:, 1]),
        equal(either, namespace(low).maximum(*alone)),
        *ascending(least * low, own * either, kept, 1.0, sharp=True),
    )


two_sided_exaggeration.twin("1.03 λ₂/λ₁ is below both", least=1.03)
two_sided_exaggeration.twin("1.03 r(T) and 1.03 r(t) are below it", own=1.03)


# --- KD-21i: iterated ridge regression


@dataclass(frozen=True, repr=False)
class IteratedPair(Instance):
    """Two eigenvalues, 1 and `ratio`, and iterated ridge regressions. Shapes (...).

    Attributes
    ----------
    ratio : array
    teacher, student : arrays
        1/ρ and 1/ρ′: how little they shrink.
    order : array
        ν of both.
    """

    ratio: Any
    teacher: Any
    student: Any
    order: Any

    @property
    def spectrum(self) -> Any:
        xp = namespace(self.ratio)
        return xp.stack([xp.ones(self.ratio.shape), self.ratio], axis=-1)

    @property
    def penalties(self) -> tuple[Any, Any]:
        return 1 / self.teacher, 1 / self.student


def _iterated(ratio: float, both: float, order: float) -> IteratedPair:
    return IteratedPair(*map(np.array, (ratio, both, both, order)))


iterated_pairs = record(
    IteratedPair,
    "λ₁ = 1, λ₂ from .05 to .97, penalties from 10⁻¹² to 10³, orders from 1 to 4",
    ratio=real(0.05, 0.97),
    teacher=real(1e-3, 1e12, log=True),
    student=real(1e-3, 1e12, log=True),
    order=real(1.0, 4.0),
    examples=lambda: [
        _iterated(0.5, 1.0, 1.0),
        _iterated(0.5, 1e10, 1.0),
        _iterated(0.97, 1e-3, 4.0),
    ],
)
# A violation is at most 5e-11 of the penalty, and only where they are tiny.
lower_orders = iterated_pairs.but(
    "the same with the order .95",
    examples=lambda: [_iterated(0.5, 1e10, 0.95)],
    order=real(0.95, 0.95),
)
half_orders = iterated_pairs.but(
    "the same with the order .5",
    examples=lambda: [_iterated(0.5, 1e4, 0.5)],
    order=real(0.5, 0.5),
)


@claim("KD-21i", kind="inequality", domain=iterated_pairs, cost=4)
def iterated_exaggeration(rg, pairs, factor=1.0):
    """Iterated ridge regression of order ν exaggerates bias if and only if ν ≥ 1.

    A student is a teacher with a penalty that falls with λ.
    """
    d, spectrum = rg.distillation, pairs.spectrum
    penalty = d.equivalent_penalty(spectrum, *pairs.penalties, pairs.order)
    both = d.distilled_filter(
        *(
            d.iterated_ridge_filter(spectrum, rho, pairs.order)
            for rho in pairs.penalties
        )
    )
    order = pairs.order[:, None]
    found = d.iterated_ridge_filter(spectrum[..., None], factor * penalty, order)
    return (
        equal(found[..., 0], both, found[..., 0] + both),
        at_most(penalty[:, 0], penalty[:, 1], penalty[:, 1], sharp=True),
    )


iterated_exaggeration.twin("the order .95 does it, too", domain=lower_orders)
iterated_exaggeration.twin("the order .5 does it, too", domain=half_orders)
iterated_exaggeration.twin("the student's penalty is 3 % larger", factor=1.03)

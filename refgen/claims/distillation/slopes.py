"""KD-14: the confidence slope, and when it exceeds 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN
from refgen.domains import first_wrong, integer, not_a, real, record

# --- KD-14 and KD-14s: a teacher of a top and a bottom part


@dataclass(frozen=True, repr=False)
class TwoParts(Instance):
    """Parts of a teacher's logits, and what its student keeps of each.

    Attributes
    ----------
    top, bottom : array of shape (..., n_points)
    top_ratio, bottom_ratio : array of shape (...)
        The first is above the second.
    """

    top: Any
    bottom: Any
    top_ratio: Any
    bottom_ratio: Any

    @property
    def teacher(self) -> Any:
        return self.top + self.bottom

    @property
    def student(self) -> Any:
        bottom = self.bottom_ratio[..., None] * self.bottom
        return self.top_ratio[..., None] * self.top + bottom


def _two_parts(top: Any, bottom: Any, high: Any, share: Any) -> TwoParts:
    """The first point is the most confident one, so that there is a slope."""
    xp = namespace(top)
    first = xp.arange(top.shape[-1]) == 0
    return TwoParts(xp.where(first, 12 + abs(top), top), bottom, high, high * share)


def not_two_parts(case: Any) -> str | None:
    """Why these are no parts of a teacher's logits, of which a student keeps shares."""
    reason = not_a(TwoParts, case)
    if reason:
        return reason
    top, bottom = np.asarray(case.top), np.asarray(case.bottom)
    if top.ndim != 1 or top.shape != bottom.shape:
        return f"top and bottom must be rows of one length, got {top.shape}"
    size = abs(top + bottom)
    if not size.max() > size.min():
        return "top and bottom must give points of different confidence"
    wrong = ~np.asarray(case.top_ratio > case.bottom_ratio)
    return first_wrong(wrong, case.top_ratio, "top_ratio must be above bottom_ratio")


two_parts = record(
    _two_parts,
    "2 to 9 points, parts of their logits up to 15, ratios up to 1.2",
    n=integer(2, 9),
    top=real(-3, 3, shape=("n",)),
    bottom=real(-4, 4, shape=("n",)),
    high=real(0.2, 1.2),
    share=real(0.05, 0.95),
    outside=not_two_parts,
    examples=lambda: [
        TwoParts(*(np.array(a, float) for a in given))
        for given in (
            ([3.0, 1.0, -1.0], [-1.0, 0.5, -0.5], 0.9, 0.5),
            ([3.0, 1.0, -2.5], [-1.0, 1.0, -0.5], 1.0, 0.5),  # slope > 1
            ([2.0, 1.0], [2.0, 1.0], 0.75, 0.25),
        )
    ],
)


def _pairs(a: Any) -> Any:
    """Differences of all pairs of entries, (..., n, n)."""
    return a[..., :, None] - a[..., None, :]


def _quotient(x: Any, y: Any) -> Any:
    """Cov(x, y)/Var(x), by the squares and products of differences of pairs."""
    apart = _pairs(x)
    return (apart * _pairs(y)).sum(axis=(-1, -2)) / (apart**2).sum(axis=(-1, -2))


def _oriented(case: TwoParts) -> tuple[Any, Any, Any]:
    """Teacher, student and bottom part, turned to what the teacher predicts."""
    sign = namespace(case.top).where(case.teacher < 0, -1.0, 1.0)
    return abs(case.teacher), sign * case.student, sign * case.bottom


def _scale(case: TwoParts) -> Any:
    """What rounding of logits may do: they count as often as they outweigh a spread."""
    size = (abs(case.top) + abs(case.bottom)).max(axis=-1)
    return 4 * size**2 / _variance(abs(case.teacher))


def _variance(x: Any) -> Any:
    return (_pairs(x) ** 2).mean(axis=(-1, -2)) / 2


_SLOPE = NAGARAJAN.sharpened("the confidence slope")


@claim("KD-14", kind="identity", domain=two_parts, source=_SLOPE, cost=8)
def confidence_slope_of_two_parts(rg, case, weight=1.0, centred=True):
    """slope = r₁ − (r₁ − r₂) Cov(Q, P + Q)/Var(P + Q), for z = P + Q, z̃ = r₁P + r₂Q.

    Logits are turned to what the teacher predicts; least squares with an intercept.
    """
    d, xp = rg.distillation, namespace(case.top)
    x, y, bottom = _oriented(case)
    slope = d.logit_slope(case.teacher, case.student)
    line = _quotient(x, y) if centred else (x * y).sum(axis=-1) / (x * x).sum(axis=-1)
    first, second = case.top_ratio, case.bottom_ratio
    stated = first - weight * (first - second) * _quotient(x, bottom)
    shares = d.part_shares(xp.stack([case.top, case.bottom], axis=-2))
    ratios = xp.stack([first, second], axis=-1)
    scale = _scale(case)
    return [
        equal(slope, line, scale),
        equal(slope, stated, scale),
        equal(d.slope_of_parts(ratios, shares), line, scale),
        equal(shares.sum(axis=-1), 1.0, scale),
    ]


confidence_slope_of_two_parts.twin("0.97 of the covariance counts", weight=0.97)
confidence_slope_of_two_parts.twin("of a line through the origin", centred=False)


@confidence_slope_of_two_parts.twin_function(
    "r₁ − (r₁ − r₂) Var(Q)/Var(P + Q): the parts are uncorrelated"
)
def _(rg, case):
    x, _, bottom = _oriented(case)
    apart = case.top_ratio - case.bottom_ratio
    stated = case.top_ratio - apart * _variance(bottom) / _variance(x)
    slope = rg.distillation.logit_slope(case.teacher, case.student)
    return equal(slope, stated, _scale(case))


@claim("KD-14s", kind="identity", domain=two_parts, cost=8)
def slope_above_one(rg, case, share=1.0):
    """slope − 1 = (r₁ − r₂)(c − Cov(Q, P + Q)/Var(P + Q)) with c = −(1 − r₁)/(r₁ − r₂).

    So the slope exceeds 1 iff the bottom part has a share below c: for r₁ ≤ 1 it has to
    fall where the teacher's confidence rises.
    """
    d = rg.distillation
    x, _, bottom = _oriented(case)
    least = share * d.exaggeration_share(case.top_ratio, case.bottom_ratio)
    apart = case.top_ratio - case.bottom_ratio
    excess = apart * (least - _quotient(x, bottom))
    slope = d.logit_slope(case.teacher, case.student)
    return equal(slope - 1, excess, 2 + _scale(case))


slope_above_one.twin("with 0.96 of that share", share=0.96)


@slope_above_one.twin_function("the slope exceeds 1 iff the bottom share is negative")
def _(rg, case):
    x, _, bottom = _oriented(case)
    excess = -(case.top_ratio - case.bottom_ratio) * _quotient(x, bottom)
    slope = rg.distillation.logit_slope(case.teacher, case.student)
    return equal(slope - 1, excess, 2 + _scale(case))


# --- KD-14f: independent features


@dataclass(frozen=True, repr=False)
class Features(Instance):
    """A linear teacher on independent features, and what its student keeps of each.

    Attributes
    ----------
    ratios, coefficients, spectrum : array of shape (..., n_directions)
    """

    ratios: Any
    coefficients: Any
    spectrum: Any


def _features(ratios: Any, coefficients: Any, spectrum: Any) -> Features:
    """Coefficients are not near 0, so that the teacher is not constant."""
    sign = namespace(coefficients).where(coefficients < 0, -1.0, 1.0)
    return Features(ratios, coefficients + 0.1 * sign, spectrum)


def not_features(case: Any) -> str | None:
    """Why these are no ratios, coefficients and variances of features."""
    reason = not_a(Features, case)
    if reason:
        return reason
    shape = np.shape(case.ratios)
    if len(shape) != 1 or not shape == case.coefficients.shape == case.spectrum.shape:
        return "ratios, coefficients and spectrum must be rows of one length"
    variances = np.asarray(case.spectrum)
    return first_wrong(~(variances >= 0), variances, "spectrum must not be negative")


features = record(
    _features,
    "1 to 5 independent features of variances in [0.05, 4], ratios up to 1",
    d=integer(1, 5),
    ratios=real(0, 1, shape=("d",)),
    coefficients=real(-1, 1, shape=("d",)),
    spectrum=real(0.05, 4, log=True, shape=("d",)),
    outside=not_features,
    examples=lambda: [
        Features(np.array([0.75, 0.25]), np.array([1.0, 1.0]), np.array([3.0, 1.0])),
        Features(np.array([0.5, 0.5]), np.array([1.0, -1.0]), np.array([3.0, 1.0])),
    ],
)


def _all_signs(xp: Any, d: int) -> Any:
    """The 2ᵈ rows of ±1: a law of independent features."""
    bits = xp.arange(2**d)[:, None] // xp.asarray([2**k for k in range(d)]) % 2
    return 2.0 * bits - 1


@claim("KD-14f", kind="inequality", domain=features, cost=8)
def slope_of_independent_features(rg, case, weight=1.0, largest=1.0):
    """Not turned to a class: slope = Σ r b²λ/Σ b²λ, which is at most the largest ratio.

    For independent centred features of variances λ.
    """
    xp, d = namespace(case.ratios), case.ratios.shape[-1]
    points = _all_signs(xp, d) * xp.sqrt(case.spectrum)[..., None, :]
    teacher = (points * case.coefficients[..., None, :]).sum(axis=-1)
    kept = (case.ratios * case.coefficients)[..., None, :]
    line = _quotient(teacher, (points * kept).sum(axis=-1))
    slope = rg.distillation.independent_feature_slope(
        case.ratios, case.coefficients, weight * case.spectrum + (1 - weight)
    )
    most = largest * case.ratios.max(axis=-1)
    return equal(slope, line, 2 * d), at_most(line, most, 2 * d, sharp=True)


slope_of_independent_features.twin("with variances 0.97 λ + 0.03", weight=0.97)
slope_of_independent_features.twin("at most 0.97 of the largest", largest=0.97)


@slope_of_independent_features.twin_function("the plain mean of the ratios")
def _(rg, case):
    slope = rg.distillation.independent_feature_slope(
        case.ratios, case.coefficients, case.spectrum
    )
    return equal(slope, case.ratios.mean(axis=-1), 2 * case.ratios.shape[-1])

"""KD-38, KD-39 and KD-40: mixed students as penalties of every direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import DERIVED
from refgen.domains import integer, not_a, real, record

# --- KD-38


@dataclass(frozen=True, repr=False)
class MixedSpectrum(Instance):
    """Eigenvalues, a penalty, and a mix that turns no sign around.

    Attributes
    ----------
    spectrum : array of shape (..., n_directions)
        λ > 0, in descending order.
    penalty, mixing : arrays of shape (...)
        ρ, and ξ < 1 + λ/ρ.
    """

    spectrum: Any
    penalty: Any
    mixing: Any

    @property
    def below(self) -> Any:
        """λ + (1 − ξ)ρ."""
        return self.spectrum + ((1 - self.mixing) * self.penalty)[..., None]


def _descending(spectrum: Any) -> Any:
    return -namespace(spectrum).sort(-spectrum, axis=-1)


def _mixed_spectrum(spectrum: Any, penalty: Any, share: Any) -> MixedSpectrum:
    """ξ from −3 almost up to 1 + λ/ρ for the smallest λ."""
    spectrum = _descending(spectrum)
    highest = 1 + spectrum[..., -1] / penalty
    return MixedSpectrum(spectrum, penalty, share * (highest + 3) - 3)


def _not_mixed(case: Any) -> str | None:
    reason = not_a(MixedSpectrum, case)
    if reason:
        return reason
    if not (np.asarray(case.below) > 0).all() or not (case.penalty > 0).all():
        return "must have ρ > 0 and ξ < 1 + λ/ρ"
    if (np.diff(case.spectrum) > 0).any() or (case.spectrum <= 0).any():
        return "spectrum must be positive and descend"
    return None


mixed_spectra = record(
    _mixed_spectrum,
    "2 to 6 eigenvalues in [0.05, 10], any ξ from −3 up to 1 + λ/ρ",
    d=integer(2, 6),
    spectrum=real(0.05, 10.0, log=True, shape=("d",)),
    penalty=real(0.05, 10.0, log=True),
    share=real(0.0, 0.99),
    outside=_not_mixed,
    examples=lambda: [
        MixedSpectrum(np.array([4.0, 1.0]), np.array(1.0), np.array(xi))
        for xi in (1.0, 0.0, -1.0, 0.5, 1.9)
    ],
)


@claim("KD-38", kind="identity", domain=mixed_spectra, source=DERIVED)
def mixed_penalty_falls(rg, case, square=1.0, ratio=1.0):
    """A mix is ridge with ρ_ξ = ρ((1 + ξ)λ + ρ)/(λ + (1 − ξ)ρ), falling for any ξ ≠ 0.

    ρ_ξ(λ′) − ρ_ξ(λ) = ξ²ρ²(λ − λ′)/((λ + (1 − ξ)ρ)(λ′ + (1 − ξ)ρ)).
    """
    penalty, mixing = case.penalty[:, None], case.mixing[:, None]
    found = rg.distillation.mixed_penalty(case.spectrum, case.penalty, case.mixing)
    share = rg.distillation.ridge_filter(case.spectrum, case.penalty)
    mixed = rg.distillation.mixed_filter(share, mixing)
    below, above = case.below, case.spectrum + (1 + abs(mixing)) * penalty
    drop = (case.spectrum[:, :-1] - case.spectrum[:, 1:]) * square * mixing**2
    told = drop * penalty**2 / (below[:, :-1] * below[:, 1:])
    size = penalty * ((1 + abs(mixing)) * case.spectrum + penalty) * above / below**2
    return (
        # Without a quotient, as λ + ρ_ξ may be 0.
        equal(
            mixed * (case.spectrum + ratio * found),
            case.spectrum,
            (1 + abs(mixing)) * (case.spectrum + size),
        ),
        equal(found[:, 1:] - found[:, :-1], told, size[:, 1:] + size[:, :-1]),
    )


mixed_penalty_falls.twin("it falls by 0.97 of that", square=0.97)
mixed_penalty_falls.twin("the penalty is 1.03 times as large", ratio=1.03)
mixed_penalty_falls.twin("it does not depend on the direction", square=0.0)


@mixed_penalty_falls.twin_function("it rises with λ where ξ is negative")
def _(rg, case):
    found = rg.distillation.mixed_penalty(case.spectrum, case.penalty, case.mixing)
    rise = found[:, :-1] - found[:, 1:]
    wrong = namespace(rise).where(case.mixing[:, None] < 0, rise, 0.0)
    return at_most(0.0, wrong, abs(found[:, 1:]) + abs(found[:, :-1]))


# --- KD-39


@dataclass(frozen=True, repr=False)
class Wanted(Instance):
    """Eigenvalues, the best penalty of each direction, and a mixed student.

    Attributes
    ----------
    spectrum, best : arrays of shape (..., n_directions)
        λ in descending order, and the penalties σ²/(nβ²).
    penalty, mixing : arrays of shape (...)
    """

    spectrum: Any
    best: Any
    penalty: Any
    mixing: Any


def _wanted(spectrum: Any, best: Any, penalty: Any, mixing: Any) -> Wanted:
    """Weak directions do not want more penalty than strong ones."""
    return Wanted(_descending(spectrum), _descending(best), penalty, mixing)


def _not_wanted(case: Any, way: str = "fall") -> str | None:
    reason = not_a(Wanted, case)
    if reason:
        return reason
    falling = case.best if way == "fall" else -case.best
    positive = all((np.asarray(v) > 0).all() for v in (case.spectrum, case.best))
    ordered = all((np.diff(v) <= 0).all() for v in (case.spectrum, falling))
    if not positive or not ordered or not case.penalty > 0:
        return f"numbers must be positive, eigenvalues fall and best penalties {way}"
    return None


def _not_turned(case: Any) -> str | None:
    return _not_wanted(case, "rise")


wanted_penalties = record(
    _wanted,
    "2 to 5 eigenvalues, best penalties not falling in λ, any mixed student",
    d=integer(2, 5),
    spectrum=real(0.05, 10.0, log=True, shape=("d",)),
    best=real(0.05, 10.0, log=True, shape=("d",)),
    penalty=real(0.05, 10.0, log=True),
    mixing=real(-4.0, 4.0),
    outside=_not_wanted,
    examples=lambda: [
        Wanted(np.array([4.0, 1.0]), np.array([2.0, 2.0]), *map(np.array, (1.0, 0.0))),
        Wanted(np.array([4.0, 1.0]), np.array([2.0, 1.0]), *map(np.array, (1.0, 1.0))),
        Wanted(np.array([4.0, 1.0]), np.array([2.0, 1.0]), *map(np.array, (3.0, -2.0))),
    ],
)

turned_penalties = wanted_penalties.but(
    "best penalties that fall in λ instead",
    build=lambda spectrum, best, penalty, mixing: Wanted(
        _descending(spectrum), -_descending(-best), penalty, mixing
    ),
    outside=_not_turned,
    examples=lambda: [
        Wanted(np.array([4.0, 1.0]), np.array([2.25, 3.0]), *map(np.array, (1.0, 1.0)))
    ],
)


def _ridge_between(case: Wanted) -> Any:
    """A penalty between the mixed student's and the best one in every direction."""
    xp, penalty, mixing = (
        namespace(case.best),
        case.penalty[:, None],
        case.mixing[:, None],
    )
    below = case.spectrum + (1 - mixing) * penalty
    kept = xp.where(below > 0, below, 1.0)
    own = penalty * ((1 + mixing) * case.spectrum + penalty) / kept
    own = xp.where(below > 0, own, case.best)
    return xp.maximum(xp.minimum(own, case.best).max(axis=-1), 0.0)


@claim("KD-39", kind="inequality", domain=wanted_penalties, source=DERIVED)
def ridge_is_no_worse(rg, case, factor=1.0):
    """If weak directions want no more penalty, ridge is as good as any mixed student.

    In every direction at once, with one penalty: |s − f| ≤ |F − f|, f the best filter.
    """
    d = rg.distillation
    spectrum, mixing = case.spectrum, case.mixing[:, None]
    # The best filter, by the formula of ridge with a penalty for each direction.
    best = spectrum / (spectrum + case.best)
    mixed = d.mixed_filter(d.ridge_filter(spectrum, case.penalty), mixing)
    ridge = d.ridge_filter(spectrum, _ridge_between(case))
    scale = 1 + abs(mixing)
    return at_most(abs(ridge - best), factor * abs(mixed - best), scale, sharp=True)


ridge_is_no_worse.twin("its error is at most 0.97 of the student's", factor=0.97)
ridge_is_no_worse.twin(
    "also if weak directions want more penalty", domain=turned_penalties
)

# --- KD-40


@dataclass(frozen=True, repr=False)
class TwoDirections(Instance):
    """Two eigenvalues, and the penalties that some mixed student amounts to.

    Attributes
    ----------
    spectrum, best : arrays of shape (..., 2)
    """

    spectrum: Any
    best: Any


def _two_directions(
    low: Any, ratio: Any, penalty: Any, mixing: Any, swapped: Any
) -> TwoDirections:
    xp, strong = namespace(low), low * ratio
    below = strong + (1 - mixing) * penalty, low + (1 - mixing) * penalty
    first = penalty * ((1 + mixing) * strong + penalty) / below[0]
    # By the difference, as rounding must not turn the order around.
    rise = (mixing * penalty) ** 2 * (strong - low) / (below[0] * below[1])
    pairs = [xp.stack(pair, axis=-1) for pair in ((strong, low), (first, first + rise))]
    turned = swapped[..., None] > 0.5
    return TwoDirections(*(xp.where(turned, a[..., ::-1], a) for a in pairs))


def _not_two(case: Any) -> str | None:
    reason = not_a(TwoDirections, case)
    if reason:
        return reason
    order = np.argsort(-np.asarray(case.spectrum))
    (strong, weak), (first, second) = case.spectrum[order], case.best[order]
    gap, rise = strong - weak, second - first
    if not (weak > 0 and gap > 0 and first > 0 and rise >= 0):
        return "the weaker of two directions must want the larger penalty"
    if rise >= gap and strong * weak * rise >= first * second * gap:
        return "the penalties are too far apart for one student"
    return None


two_directions = record(
    _two_directions,
    "two eigenvalues and the penalties of a mixed student with ξ in [−0.9, 0.9]",
    low=real(0.1, 10.0, log=True),
    ratio=real(1.05, 10.0),
    penalty=real(0.1, 10.0, log=True),
    mixing=real(-0.9, 0.9),
    swapped=real(0.0, 1.0),
    outside=_not_two,
    examples=lambda: [
        TwoDirections(np.array([4.0, 1.0]), np.array([2.25, 3.0])),
        TwoDirections(np.array([1.0, 4.0]), np.array([3.0, 2.25])),
        TwoDirections(np.array([4.0, 1.0]), np.array([2.0, 2.0])),
        TwoDirections(np.array([4.0, 1.0]), np.array([6 / 11, 0.6])),  # ξ < 0
    ],
)


@claim("KD-40", kind="identity", domain=two_directions, source=DERIVED)
def one_student_is_enough(rg, case, shift=1.0, scaled=1.0):
    """In two directions one mixed student with the right penalty has the best filter.

    If the weak direction wants the larger penalty, not too much the larger; ρ solves
    (Δλ − Δρ)ρ² − 2(λ₁Δρ + ρ₁Δλ)ρ + ρ₁ρ₂Δλ − λ₁λ₂Δρ = 0.
    """
    d = rg.distillation
    penalty, mixing = d.one_student_oracle(case.spectrum, case.best)
    penalty, mixing = scaled * penalty, shift * mixing
    share = d.ridge_filter(case.spectrum, penalty)
    mixed = d.mixed_filter(share, mixing[:, None])
    spectrum, best = case.spectrum, case.best
    xp = namespace(best)
    low, high = spectrum.min(axis=-1), spectrum.max(axis=-1)
    gap, rise = high - low, best.max(axis=-1) - best.min(axis=-1)
    terms = best.max(axis=-1) ** 2 * gap + high * low * rise
    middle = high * rise + best.min(axis=-1) * gap
    lost = terms / (penalty * xp.where(middle > 0, middle, 1.0))
    scale = (1 + abs(mixing)) * (1 + lost)
    return equal(mixed, spectrum / (spectrum + best), scale[:, None])


one_student_is_enough.twin("with a ξ that is 1.03 times as large", shift=1.03)
one_student_is_enough.twin("with a penalty that is 1.03 times as large", scaled=1.03)

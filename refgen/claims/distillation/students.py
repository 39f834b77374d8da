"""KD-30 and KD-33: students of another kind, and of labels beside a teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation.pairs import EigenPair, eigen_pairs, pair
from refgen.claims.kinds import at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.domains import real, record

# --- KD-30: students of another kind


@dataclass(frozen=True, repr=False)
class AnyStudent(Instance):
    """A student that is trained in any way, of a teacher. Shapes (...).

    Attributes
    ----------
    pair : EigenPair
        Its `student` is λ₁a₁: when flow has learned as much of the strong direction as
        the student does of its labels.
    earlier : array
        a₂/a₁ in (0, 1], for the weak direction.
    """

    pair: EigenPair
    earlier: Any

    def filter(self, earlier: Any) -> Any:
        """u along λ₁ and λ₂."""
        xp, (_, time) = namespace(self.earlier), self.pair.times
        times = xp.stack([time, earlier * time], axis=-1)
        return -xp.expm1(-self.pair.spectrum * times)


any_students = record(
    AnyStudent,
    "any student of a teacher by flow that leaves weak directions no later",
    pair=eigen_pairs,
    earlier=real(0.05, 1.0),
    examples=lambda: [
        AnyStudent(pair(1.0, 0.5, 2.0, 2.0), np.array(1.0)),
        AnyStudent(pair(1.0, 0.97, 6.0, 2.0), np.array(1.0)),
        AnyStudent(pair(1.0, 0.97, 6.0, 0.05), np.array(1.0)),
        AnyStudent(pair(1.0, 0.5, 1.0, 4.0), np.array(0.5)),
    ],
)
# λ₁T so long that teachers lose less than a thousandth.
_LONG = 300.0


def _times(rg: Any, case: AnyStudent, teacher: Any, earlier: Any) -> Any:
    """When a teacher by flow has learned as much as the student's student filter."""
    d, spectrum = rg.distillation, case.pair.spectrum
    taught = d.gradient_flow_filter(spectrum, teacher)
    both = d.distilled_filter(taught, case.filter(earlier))
    return d.stopping_times(spectrum, both)


def _scale(case: AnyStudent) -> Any:
    """A rounding of a share f moves −log(1 − f)/λ by that over λ(1 − f)."""
    weak, (_, time) = case.pair.weak, case.pair.times
    return namespace(weak).exp(case.pair.strong * time) / weak + time


@claim("KD-30", kind="inequality", domain=any_students, cost=4)
def any_kind_of_student(rg, case, slack=1.0):
    """A student exaggerates every teacher's bias if and only if it does so with labels.

    With a teacher by flow: if and only if its stopping times do not fall where λ rises.
    With a teacher by ridge regression: if and only if its penalties do not rise, so for
    flow always; and ridge regression never does for a teacher by flow that trains long.
    """
    d, pairs = rg.distillation, case.pair
    (first, second), spectrum = pairs.times, pairs.spectrum
    times = _times(rg, case, first, slack * case.earlier)
    # A student whose stopping time is longer along λ₂, of a teacher that trains long.
    opposed = _times(rg, case, _LONG / pairs.weak, 1.03)
    # Flow as a student of ridge regression with the penalty 1/T.
    flow = d.gradient_flow_filter(spectrum, second)
    share = d.distilled_filter(d.ridge_filter(spectrum, 1 / first), flow)
    penalties = spectrum * (1 / share - 1)
    # Ridge regression with the penalty 1/t on labels, in terms of flow.
    fitted = d.stopping_times(spectrum, d.ridge_filter(spectrum, 1 / second))
    return (
        at_most(times[:, 1], times[:, 0], _scale(case), sharp=True),
        exceeds(opposed[:, 1], opposed[:, 0], _scale(case)),
        exceeds(penalties[:, 1], penalties[:, 0], penalties[:, 1] + spectrum[:, 1]),
        exceeds(fitted[:, 1], fitted[:, 0], fitted[:, 1]),
    )


any_kind_of_student.twin("stopping times may be 3 % longer along λ₂", slack=1.03)


# --- KD-33: labels and a teacher together


@dataclass(frozen=True, repr=False)
class LabelledStudent(Instance):
    """A student of labels and a teacher by gradient flow. Shapes (...).

    Attributes
    ----------
    ratio, teacher : arrays
        λ₂/λ₁, and λ₁T.
    share : array
        t/T, at most 1.
    label_weight : array
        α.
    """

    ratio: Any
    teacher: Any
    share: Any
    label_weight: Any

    @property
    def spectrum(self) -> Any:
        """λ₁ = 1 and λ₂."""
        xp = namespace(self.ratio)
        return xp.stack([xp.ones(self.ratio.shape), self.ratio], axis=-1)


def _labelled(*numbers: float) -> LabelledStudent:
    return LabelledStudent(*map(np.array, numbers))


labelled_students = record(
    LabelledStudent,
    "students of labels, of weight up to .98, and a teacher that trains no shorter",
    ratio=real(0.05, 0.97),
    teacher=real(0.05, 100.0, log=True),
    share=real(0.05, 1.0),
    label_weight=real(0.0, 0.98),
    examples=lambda: [
        _labelled(0.5, 1.0, 0.5, 0.5),
        _labelled(0.5, 100.0, 1.0, 0.5),
        _labelled(0.97, 100.0, 1.0, 0.98),
        _labelled(0.97, 0.05, 1.0, 0.98),
    ],
)
# λ₂(t − T) of a longer student, at which its teacher is forgotten along λ₁.
_FAR = 40.0


def _less(spectrum: Any, time: Any, lost: Any) -> Any:
    """What flow learns in a time that is shorter by `lost`."""
    xp, full = namespace(lost), spectrum * time[:, None]
    return -xp.expm1(-full) - xp.exp(-full) * xp.expm1(spectrum * lost)


@claim("KD-33", kind="inequality", domain=labelled_students, cost=4)
def labels_and_exaggeration(rg, case, longer=1.0, weight=1.0):
    """With labels of weight α > 0 a student exaggerates all bias if and only if t ≤ T.

    A student that trains longer than its teacher leaves strong directions earlier.
    """
    d, spectrum, alpha = rg.distillation, case.spectrum, weight * case.label_weight
    first, second = case.teacher, longer * case.share * case.teacher
    lost = d.lost_time(spectrum, first, second, alpha)
    both = d.distilled_filter(
        d.gradient_flow_filter(spectrum, first),
        d.gradient_flow_filter(spectrum, second),
        case.label_weight,
    )
    times = d.equivalent_time(spectrum, first, second, alpha)
    stopped = d.gradient_flow_filter(spectrum[..., None], times)[..., 0]
    # At λ = 0 times have the limits of small λ.
    nothing = 0 * spectrum[:, :1]
    unseen = d.lost_time(nothing, first, second, alpha)[:, 0]
    start = d.equivalent_time(nothing, first, second, alpha)[:, 0]
    # Another student, which trains longer than its teacher.
    far = first + _FAR / case.ratio
    given = 0.02 + case.label_weight / 2
    later = d.equivalent_time(spectrum, first, far, given)
    return (
        equal(_less(spectrum, second, lost), both),
        equal(stopped, both),
        equal(start + unseen, second, second),
        at_most(lost[:, 1], unseen, unseen),
        at_most(lost[:, 0], lost[:, 1], lost[:, 1], sharp=True),
        exceeds(lost[:, 1], lost[:, 0], lost[:, 1]),
        exceeds(later[:, 1], later[:, 0], later[:, 1]),
    )


labels_and_exaggeration.twin("a student 5 % longer does it, too", longer=1.05)
labels_and_exaggeration.twin("0.97 α", weight=0.97)

"""What is fitted to noisy labels, for any loss: margins, slope and accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_positive, refuse, together
from refgen._objects import check_instance
from refgen.arrays import Instance, as_floats, namespace, special_functions
from refgen.distillation._two_rates import filters
from refgen.distillation.label_noise import LabelNoiseModel, with_times


@dataclass(frozen=True, repr=False)
class LabelNoiseFit(Instance):
    """A linear model that was trained on a `LabelNoiseModel`, for any loss.

    Its coefficients are Σ αᵢ ỹᵢ xᵢ. By symmetry the dual weights α are the same for all
    points with a right label, and for all with a flipped one.

    Parameters
    ----------
    model : LabelNoiseModel
    duals : array of shape (..., 2)
        α of points with a right and with a flipped label.

    Raises
    ------
    ValueError
        If `duals` does not have two numbers for each of the models.

    Examples
    --------
    >>> fit = LabelNoiseFit(LabelNoiseModel(4, 1, 1.0, 0.5), [0.5, 1.0])
    >>> fit.margins.tolist(), float(fit.top_ratio)
    ([1.25, -0.5], 1.0)
    """

    model: LabelNoiseModel
    duals: Any

    def __post_init__(self) -> None:
        check_instance("model", self.model, LabelNoiseModel)
        duals = as_floats("duals", self.duals, 1)
        if duals.shape != (*self.model.shared.shape, 2):
            raise ValueError(
                f"duals has shape {duals.shape} where the models have "
                f"{self.model.shared.shape}; give two numbers for each model"
            )
        object.__setattr__(self, "duals", duals)

    @property
    def shared_score(self) -> Any:
        """What the shared feature adds to a point's score times its true label."""
        clean, flipped = self.duals[..., 0], self.duals[..., 1]
        m = self.model
        return m.shared * (m.n_clean * clean - m.n_flipped * flipped)

    @property
    def margins(self) -> Any:
        """Scores times training labels: right and flipped ones, (..., 2)."""
        xp, score = namespace(self.duals), self.shared_score
        own = self.model.private[..., None] * self.duals
        return xp.stack([score, -score], axis=-1) + own

    @property
    def top_ratio(self) -> Any:
        """`shared_score` over the norm of the coefficients of private features."""
        square = self.duals * self.duals
        m, xp = self.model, namespace(self.duals)
        total = m.n_clean * square[..., 0] + m.n_flipped * square[..., 1]
        return self.shared_score / xp.sqrt(m.private * total)


@finite
def label_noise_fit(
    model: LabelNoiseModel, teacher_time: Any, student_time: Any = float("inf")
) -> LabelNoiseFit:
    """The model after gradient flow on squared loss, or its student.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...)
        T ≥ 0.
    student_time : array of shape (...), optional
        t̃ ≥ 0, of a student that is trained on the teacher's outputs; an endless one,
        which is the default, is the teacher itself.

    Returns
    -------
    LabelNoiseFit

    Raises
    ------
    ValueError
        If a time is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-16.

    Examples
    --------
    >>> fit = label_noise_fit(LabelNoiseModel(4, 1, 1.0, 0.5), float("inf"))
    >>> fit.margins.round(9).tolist()
    [1.0, 1.0]
    """
    model, teacher, student = with_times(
        model, teacher_time=teacher_time, student_time=student_time
    )
    both = zip(filters(model, teacher), filters(model, student), strict=True)
    # Per unit of the eigenvalue: what each direction has of the dual weights.
    top, own = (s * u / model.spectrum[..., k] for k, (s, u) in enumerate(both))
    a0 = model.label_correlation
    clean, flipped = top * a0 + own * (1 - a0), own * (1 + a0) - top * a0
    return LabelNoiseFit(model, namespace(top).stack([clean, flipped], axis=-1))


@finite
def slope_of_fits(teacher: LabelNoiseFit, student: LabelNoiseFit) -> Any:
    """Confidence slope on the training points, with scores as logits.

    All points lie at two places of the plot, so that the slope is that of the line
    through them.

    Parameters
    ----------
    teacher, student : LabelNoiseFit
        Of the same model.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If shapes do not broadcast, or the teacher is equally confident on all points.

    Notes
    -----
    Source: derived here, claims KD-16 and KD-17s.

    Examples
    --------
    >>> model = LabelNoiseModel(51, 9, 1.0, 1.0)
    >>> teacher = label_noise_fit(model, 2.0)
    >>> round(float(slope_of_fits(teacher, label_noise_fit(model, 2.0, 1.0))), 6)
    3.350402
    """
    for name, fit in (("teacher", teacher), ("student", student)):
        check_instance(name, fit, LabelNoiseFit)
    margins = together(teacher=teacher.margins, student=student.margins)
    sign = namespace(margins[0]).where(margins[0] < 0, -1.0, 1.0)
    (x, x2), (y, y2) = (_last_axis(sign * m) for m in margins)
    apart = x - x2
    refuse(
        "teacher", x, apart == 0,
        "be more confident on some points than on others, or there is no slope",
        " on all of them",
    )  # fmt: skip
    return (y - y2) / apart


@finite
def accuracy_of_fit(fit: LabelNoiseFit, test_noise: Any) -> Any:
    """Probability to be right on a fresh point (μy, τζ) with ζ ~ N(0, I).

    Parameters
    ----------
    fit : LabelNoiseFit
        With coefficients that are not all 0.
    test_noise : array of shape (...)
        τ > 0, the standard deviation of each private feature of a fresh point.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If `test_noise` is not positive.

    Notes
    -----
    Source: derived here, claim KD-16.

    Examples
    --------
    >>> fit = label_noise_fit(LabelNoiseModel(51, 9, 1.21, 0.8), 2.0, 2.5)
    >>> round(float(accuracy_of_fit(fit, 0.35)), 5)
    0.67848
    """
    check_instance("fit", fit, LabelNoiseFit)
    empty = (fit.duals == 0).all(axis=-1)
    refuse("fit", fit.duals[..., 0], empty, "have been trained", " in all dual weights")
    ratio, noise = together(
        ratio=fit.top_ratio, test_noise=as_positive("test_noise", test_noise)
    )
    z = ratio / noise
    return special_functions(z).ndtr(z)


def _last_axis(pairs: Any) -> tuple[Any, Any]:
    return pairs[..., 0], pairs[..., 1]

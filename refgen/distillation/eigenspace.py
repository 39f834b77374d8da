"""What a student keeps of its teacher in each eigendirection of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._estimators.parameters import check_flag
from refgen._naming import naming
from refgen._scales import check_scale
from refgen._shown import shown
from refgen.arrays import (
    UNIT_ROUNDOFF,
    as_floats,
    namespace,
    on_the_host,
    refuse_masked,
)
from refgen.distillation.decomposition import DesignSpectrum


@on_the_host("numbers to be read and drawn")
@dataclass(frozen=True, eq=False)
class EigenspaceReport:
    """Coefficients of a teacher and its student, in falling order of eigenvalues.

    Attributes
    ----------
    eigenvalues : array of shape (n_directions,)
        Of XᵀX/n, without those that are 0.
    teacher, student : array of shape (n_directions,) or (n_directions, n_outputs)
        Coefficients of their predictions, by least squares.
    ratios : array of shape (n_directions,)
        What the student has of the teacher's coefficients: the quotient, or for several
        outputs the best factor in least squares. NaN where the teacher has none.
    rounding : array of shape (n_directions,)
        How far rounding may have moved the ratios; large where eigenvalues are close.
    directions : array of shape (n_features, n_directions)
        Eigenvectors, in columns.
    teacher_linear, student_linear : float
        Share of the predictions' variance that is linear in X, in [0, 1]; coefficients
        say nothing about the rest.
    n_points : int
    """

    eigenvalues: np.ndarray
    teacher: np.ndarray
    student: np.ndarray
    ratios: np.ndarray
    rounding: np.ndarray
    directions: np.ndarray
    teacher_linear: float
    student_linear: float
    n_points: int

    @property
    def exaggerates(self) -> bool:
        """Whether ratios fall with the eigenvalue, everywhere and beyond rounding.

        Examples
        --------
        >>> X = np.diag([3.0, 2.0, 1.0])
        >>> report = eigenspace_report([9, 4, 1], [8, 3, 0.5], X, center=False)
        >>> report.exaggerates
        True
        """
        falling, rising = self._pairs()
        return falling > 0 and rising == 0

    @property
    def rank_correlation(self) -> float:
        """Pairs of directions whose ratios fall with the eigenvalue, minus those whose
        ratios rise, as a share of both; NaN if there are none.

        Examples
        --------
        >>> X = np.diag([3.0, 2.0, 1.0])
        >>> report = eigenspace_report([9, 4, 1], [8, 1, 0.5], X, center=False)
        >>> round(report.rank_correlation, 4)
        0.3333
        """
        falling, rising = self._pairs()
        total = falling + rising
        return (falling - rising) / total if total else float("nan")

    def _pairs(self) -> tuple[int, int]:
        """How many pairs of directions have a ratio that falls, and that rises."""
        known = np.isfinite(self.ratios)
        ratios, off = self.ratios[known], self.rounding[known]
        falling = rising = 0
        for i in range(len(ratios) - 1):
            less = ratios[i] - ratios[i + 1 :]
            slack = off[i] + off[i + 1 :]
            falling += int((less > slack).sum())
            rising += int((-less > slack).sum())
        return falling, rising


@on_the_host("its result is read and drawn, not computed with")
def eigenspace_report(
    teacher: Any, student: Any, X: Any, *, center: bool = True
) -> EigenspaceReport:
    """Compare a student with its teacher along the principal directions of the data.

    Parameters
    ----------
    teacher, student : fitted estimators, or arrays of shape (n_points,) or \
(n_points, n_outputs)
        Regressors are asked for predictions, classifiers for class probabilities (of
        two classes, the second). Of arrays, these are what they predict for `X`, or any
        other scores, such as logits.
    X : array or data frame of shape (n_points, n_features)
        Of models that scale it first, give predictions, and X as it is scaled.
    center : bool
        Whether to take the means out of X and the predictions, as estimators with an
        intercept do.

    Returns
    -------
    EigenspaceReport

    Raises
    ------
    TypeError
        If X or predictions are not numeric, or a classifier has no probabilities.
    ValueError
        If X is not 2-D or constant, predictions have other shapes than (n_points,) and
        (n_points, n_outputs), the shapes of both differ, or the classes of two
        classifiers do; or at scales at which products leave float64.

    Notes
    -----
    A linear student that is trained on its teacher's outputs by gradient descent keeps
    a share of each direction that falls with its eigenvalue: it learns last what is
    weak in the data. Source: derived here, claim KD-14e.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> X = np.diag([3.0, 2.0, 1.0])
    >>> teacher = Ridge(1.0, fit_intercept=False).fit(X, [3.0, 2.0, 1.0])
    >>> student = Ridge(1.0, fit_intercept=False).fit(X, teacher.predict(X))
    >>> report = eigenspace_report(teacher, student, X, center=False)
    >>> report.ratios.round(3).tolist(), report.exaggerates
    ([0.9, 0.8, 0.5], True)
    """
    check_flag("center", center)
    refuse_masked("X", X)
    _check_classes(teacher, student)
    given = [
        check_scale(name, _outputs(name, model, X))
        for name, model in (("teacher", teacher), ("student", student))
    ]
    features = check_scale("X", as_floats("X", X, 2))
    _check_shapes(features, *given)
    if center:
        features, *given = map(_centred, (features, *given))
    columns = [a.reshape(len(a), -1) for a in given]
    return _report(features, columns, given[0].ndim == 1)


def _centred(array: Any) -> Any:
    """Without the means of columns; those that are constant are 0, not rounding."""
    mean = array.mean(axis=0)
    left = array - mean
    is_constant = array.max(axis=0) == array.min(axis=0)
    return namespace(array).where(is_constant, 0.0, left)


def _report(features: Any, columns: list[Any], is_single: bool) -> EigenspaceReport:
    n, xp = features.shape[0], namespace(features)
    both = xp.concatenate(columns, axis=1).swapaxes(0, 1)
    design = DesignSpectrum.from_design(features, both)
    # Every output has the same spectrum; the largest eigenvalue goes first.
    spectrum, vectors = (_on_host(a[0]) for a in (design.spectrum, design.vectors))
    order = np.flatnonzero(spectrum)[::-1]
    if not len(order):
        raise ValueError("X is constant; give at least one feature that varies")
    values = spectrum[order]
    teacher, student = np.split(_on_host(design.limits).T[order], 2, axis=1)
    sizes = [_on_host((outputs * outputs).sum(axis=0)) / n for outputs in columns]
    ratios, rounding = _ratios(values, teacher, student, sizes, sum(features.shape))
    teacher_linear, student_linear = (
        _share((values[:, None] * c * c).sum(), squares.sum())
        for c, squares in zip((teacher, student), sizes, strict=True)
    )
    if is_single:
        teacher, student = teacher[:, 0], student[:, 0]
    return EigenspaceReport(
        eigenvalues=values,
        teacher=teacher,
        student=student,
        ratios=ratios,
        rounding=rounding,
        directions=vectors[:, order],
        teacher_linear=teacher_linear,
        student_linear=student_linear,
        n_points=n,
    )


def _ratios(
    values: np.ndarray,
    teacher: np.ndarray,
    student: np.ndarray,
    sizes: list[np.ndarray],
    n_terms: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Ratios, and how far rounding may move them.

    Rounding of XᵀX/n, of n_terms units of its norm, turns an eigenvector by that over
    the gap to the next eigenvalue; coordinates λc move by as much of their length, and
    by rounding of their own sums.
    """
    unit = 8 * n_terms * UNIT_ROUNDOFF
    neighbours = np.append(values[:-1] - values[1:], np.inf)
    gaps = np.minimum(np.minimum(neighbours, np.roll(neighbours, 1)), values)
    turned = values[0] / np.maximum(gaps, unit * values[0])
    errors = []
    for coefficients, squares in zip((teacher, student), sizes, strict=True):
        length = np.linalg.norm(values[:, None] * coefficients)
        own = np.sqrt(values[0] * squares.sum())
        errors.append(unit * (turned * length + own) / values)
    lengths = (teacher * teacher).sum(axis=1)
    known = np.sqrt(lengths) > errors[0]
    lengths = np.where(known, lengths, np.nan)
    ratios = (teacher * student).sum(axis=1) / lengths
    return ratios, (errors[1] + abs(ratios) * errors[0]) / np.sqrt(lengths)


def _share(part: float, total: float) -> float:
    return float(min(part / total, 1.0)) if total > 0 else 1.0


def _on_host(array: Any) -> np.ndarray:
    return array if namespace(array) is np else np.array(array.tolist())


def _check_shapes(features: Any, teacher: Any, student: Any) -> None:
    if features.ndim != 2:
        raise ValueError(
            f"X must have shape (n_points, n_features), got {features.shape}"
        )
    for name, array in (("teacher", teacher), ("student", student)):
        if array.ndim > 2 or array.shape[0] != features.shape[0]:
            raise ValueError(
                f"{name} has predictions of shape {array.shape} for the "
                f"{features.shape[0]} points of X; they must be (n_points,) or "
                "(n_points, n_outputs)"
            )
    if teacher.shape != student.shape:
        raise ValueError(
            f"teacher has predictions of shape {teacher.shape} and student of "
            f"{student.shape}; both must predict the same outputs"
        )


def _check_classes(teacher: Any, student: Any) -> None:
    known, learned = (getattr(m, "classes_", None) for m in (teacher, student))
    if known is None or learned is None or np.array_equal(known, learned):
        return
    raise ValueError(
        f"teacher knows the classes {shown(list(known))} and student "
        f"{shown(list(learned))}; both need the same classes"
    )


def _outputs(name: str, model: Any, X: Any) -> Any:
    """Predictions as an array of shape (n_points,) or (n_points, n_outputs)."""
    if isinstance(model, type):
        raise TypeError(
            f"{name} must be a fitted estimator, or predictions, got the class "
            f"{model.__name__}"
        )
    if not hasattr(model, "predict"):
        return as_floats(name, model, 1)
    if not hasattr(model, "classes_"):
        with naming("X"):
            return as_floats(name, model.predict(X), 1)
    if not hasattr(model, "predict_proba"):
        raise TypeError(
            f"{name} is a classifier without predict_proba; pass its scores as an "
            "array, such as decision_function(X)"
        )
    with naming("X"):
        proba = as_floats(name, model.predict_proba(X), 2)
    return proba[:, 1] if proba.shape[1] == 2 else proba

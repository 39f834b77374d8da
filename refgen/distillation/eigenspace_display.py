"""Pictures of what a student keeps of its teacher in the eigenvectors of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._numbers import as_not_negative, as_positive
from refgen._pictures import BLUE, VERMILLION, legend_below, panels_of
from refgen.arrays import as_floats
from refgen.distillation._display_checks import (
    by_direction,
    checked_bottom,
    ordered_path,
    pair_of_shares,
)
from refgen.distillation._ratio_panel import plot_ratios
from refgen.distillation._trajectories import trajectories
from refgen.distillation.eigenspace import eigenspace_report


class EigenspaceDisplay:
    """Coefficients of teacher and student along top and bottom eigenvectors.

    Made by `from_design`, `from_estimator` or `from_predictions`; the arrays can also
    be given.

    Parameters
    ----------
    eigenvalues : array of shape (n_directions,)
        Of XᵀX/n; positive, in any order.
    teacher, student : arrays of shape (n_directions,) or (n_directions, n_outputs)
        Coefficients at the end of training.
    teacher_path, student_path : arrays of shape (n_times, n_directions), optional
        Coefficients of a single output along training, its end last.
    rounding : array of shape (n_directions,), optional
        How far rounding may have moved the ratios.
    linear : pair of float, optional
        Shares of the outputs of teacher and student that are linear in X.
    top : int
        Direction against which the others are drawn; 0 has the largest eigenvalue.
    bottom : sequence of int, optional
        Directions with a panel of trajectories each; by default the middle one and the
        last one of those below `top`.

    Attributes
    ----------
    figure_ : matplotlib Figure, after `plot`
    axes_ : array of matplotlib Axes, after `plot`

    Raises
    ------
    TypeError
        If an array holds no real numbers, or a direction is no integer.
    ValueError
        If shapes do not fit, a number is out of range, or a direction does not exist.

    Notes
    -----
    In a panel of trajectories, a student that lies below its teacher has exaggerated
    the teacher's bias toward top directions (claim KD-2). Eigenvectors have no sign of
    their own: every direction is turned so that the teacher ends at a positive
    coefficient. The last panel has the ratios, and says how many are left out.

    Examples
    --------
    >>> display = EigenspaceDisplay([1.0, 2.0], [0.25, 0.5], [0.1, 0.4])
    >>> display.ratios.tolist()  # the largest eigenvalue first
    [0.8, 0.4]
    """

    def __init__(
        self,
        eigenvalues: Any,
        teacher: Any,
        student: Any,
        teacher_path: Any = None,
        student_path: Any = None,
        rounding: Any = None,
        linear: Any = None,
        top: int = 0,
        bottom: Sequence[int] | None = None,
    ) -> None:
        values = as_positive("eigenvalues", eigenvalues, 1)
        if values.ndim != 1:
            raise ValueError(
                "eigenvalues must have shape (n_directions,), got "
                f"{values.shape}; give those of one design"
            )
        n = len(values)
        order = np.argsort(-values, kind="stable")
        self.eigenvalues = values[order]
        self.teacher = by_direction("teacher", teacher, n)[order]
        self.student = by_direction("student", student, n)[order]
        if self.teacher.shape != self.student.shape:
            raise ValueError(
                f"teacher has shape {self.teacher.shape} and student "
                f"{self.student.shape}; both must have the same outputs"
            )
        self.rounding = np.zeros(n)
        if rounding is not None:
            given = as_not_negative("rounding", rounding, 1)
            self.rounding = by_direction("rounding", given, n)[order]
        if (teacher_path is None) != (student_path is None):
            raise ValueError("give teacher_path and student_path together, or neither")
        self.teacher_path: Any = ordered_path("teacher_path", teacher_path, order)
        self.student_path: Any = ordered_path("student_path", student_path, order)
        self.linear = None if linear is None else pair_of_shares(linear)
        self.top = check_integer("top", top, 0, n - 1)
        self.bottom = checked_bottom(bottom, self.top, n)

    @classmethod
    def from_design(
        cls,
        features: Any,
        labels: Any,
        *,
        teacher_time: float,
        student_time: float,
        top: int = 0,
        bottom: Sequence[int] | None = None,
        n_times: int = 200,
        ax: Any = None,
    ) -> EigenspaceDisplay:
        """Train a linear teacher and its student by gradient flow, and plot.

        Parameters
        ----------
        features : array of shape (n_points, n_features)
        labels : array of shape (n_points,)
            The student learns the teacher's outputs in their place.
        teacher_time, student_time : float
            Times t ≥ 0 of gradient flow on the loss ‖y − Xβ‖²/(2n), from 0; infinity
            is training to the end. Along λ, half is learned at time 0.69/λ.
        top, bottom
            As above, of the directions that `features` have.
        n_times : int
            Times that are drawn, from 2 to 10,000.
        ax : sequence of matplotlib Axes, optional
            Passed to `plot` as `axes`.

        Raises
        ------
        ValueError
            If shapes do not fit, or a time is negative.
        ImportError
            If matplotlib is missing.

        Notes
        -----
        Source: derived here, claims KD-1 and KD-2.

        Examples
        --------
        >>> display = EigenspaceDisplay.from_design(
        ...     [[2.0, 0.0], [0.0, 1.0]], [2.0, 3.0], teacher_time=1.0, student_time=2.0
        ... )
        >>> bool(np.all(np.diff(display.ratios) < 0))
        True
        """
        spectrum, teacher, student = trajectories(
            features, labels, teacher_time, student_time, n_times
        )
        ends = teacher[-1], student[-1]
        display = cls(
            spectrum, *ends, teacher, student, top=top, bottom=bottom, linear=(1, 1)
        )
        return display.plot(axes=ax)

    @classmethod
    def from_estimator(
        cls, teacher: Any, student: Any, X: Any, *, center: bool = True, ax: Any = None
    ) -> EigenspaceDisplay:
        """Compare two fitted estimators by `eigenspace_report`, and plot the ratios.

        Parameters
        ----------
        teacher, student : fitted estimators
            Regressors, or classifiers with `predict_proba`.
        X : array or data frame of shape (n_points, n_features)
        center : bool
            Whether to take the means out of X and the predictions.
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        TypeError, ValueError
            As `eigenspace_report`.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> from sklearn.linear_model import Ridge
        >>> X = np.diag([3.0, 2.0, 1.0])
        >>> teacher = Ridge(1.0, fit_intercept=False).fit(X, [3.0, 2.0, 1.0])
        >>> student = Ridge(1.0, fit_intercept=False).fit(X, teacher.predict(X))
        >>> shown = EigenspaceDisplay.from_estimator(teacher, student, X, center=False)
        >>> shown.ratios.round(3).tolist()
        [0.9, 0.8, 0.5]
        """
        for name, model in (("teacher", teacher), ("student", student)):
            if not hasattr(model, "predict"):
                raise TypeError(
                    f"{name} must be a fitted estimator, got {type(model).__name__}; "
                    "for predictions of your own use EigenspaceDisplay.from_predictions"
                )
        return cls._of_report(teacher, student, X, center).plot(axes=ax)

    @classmethod
    def from_predictions(
        cls, teacher: Any, student: Any, X: Any, *, center: bool = True, ax: Any = None
    ) -> EigenspaceDisplay:
        """Compare predictions by `eigenspace_report`, and plot the ratios.

        Parameters
        ----------
        teacher, student : arrays of shape (n_points,) or (n_points, n_outputs)
            Predictions for X; of classifiers, class probabilities or logits.
        X : array or data frame of shape (n_points, n_features)
        center : bool
            Whether to take the means out of X and the predictions.
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        TypeError, ValueError
            As `eigenspace_report`.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> X = np.diag([3.0, 2.0, 1.0])
        >>> display = EigenspaceDisplay.from_predictions(
        ...     [9, 4, 1], [9, 3, 0.5], X, center=False
        ... )
        >>> display.ratios.round(3).tolist()
        [1.0, 0.75, 0.5]
        """
        given = as_floats("teacher", teacher, 1), as_floats("student", student, 1)
        return cls._of_report(*given, X, center).plot(axes=ax)

    @classmethod
    def _of_report(
        cls, teacher: Any, student: Any, X: Any, center: bool
    ) -> EigenspaceDisplay:
        found = eigenspace_report(teacher, student, X, center=center)
        # Coefficients that are nothing but rounding are none.
        known = np.isfinite(found.ratios).reshape(-1, *(1,) * (found.teacher.ndim - 1))
        return cls(
            found.eigenvalues,
            np.where(known, found.teacher, 0.0),
            found.student,
            rounding=np.nan_to_num(found.rounding),
            linear=(found.teacher_linear, found.student_linear),
        )

    @property
    def ratios(self) -> np.ndarray:
        """What the student has of the teacher's coefficients, (n_directions,).

        For falling eigenvalues: the quotient, or for several outputs the best factor in
        least squares. NaN where the teacher has none.
        """
        teacher, student = self._columns()
        squares = (teacher * teacher).sum(axis=1)
        known = squares > 0
        ratios = (teacher * student).sum(axis=1) / np.where(known, squares, 1.0)
        return np.where(known, ratios, np.nan)

    @property
    def shares(self) -> np.ndarray:
        """Share of each direction in the teacher's squared outputs, (n_directions,).

        This is λ‖β‖² over its sum; 0 if the teacher has no coefficients.
        """
        teacher, _ = self._columns()
        squares = self.eigenvalues * (teacher * teacher).sum(axis=1)
        return squares / (squares.sum() or 1.0)

    def _columns(self) -> tuple[np.ndarray, np.ndarray]:
        """Both with an axis of outputs, in units in which squares are harmless."""
        n = len(self.eigenvalues)
        unit = abs(self.teacher).max() or 1.0
        return self.teacher.reshape(n, -1) / unit, self.student.reshape(n, -1) / unit

    def plot(self, axes: Any = None) -> EigenspaceDisplay:
        """Draw a panel of trajectories for each bottom direction, then the ratios.

        Parameters
        ----------
        axes : sequence of matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        ImportError
            If matplotlib is missing.
        ValueError
            If `axes` are not as many Axes as there are panels.

        Examples
        --------
        >>> display = EigenspaceDisplay([4.0, 1.0], [1.0, 0.5], [0.9, 0.2])
        >>> len(display.plot().axes_)
        1
        """
        bottom = () if self.teacher_path is None else self.bottom
        self.axes_ = panels_of(axes, len(bottom) + 1, "EigenspaceDisplay")
        self.figure_ = self.axes_[0].figure
        for direction, ax in zip(bottom, self.axes_, strict=False):
            self._plot_trajectories(ax, direction)
        if bottom:
            legend_below(self.axes_[0])
        plot_ratios(self.axes_[-1], self)
        return self

    def _plot_trajectories(self, ax: Any, direction: int) -> None:
        pair = [self.top, direction]
        sign = np.where(self.teacher_path[-1, pair] < 0, -1.0, 1.0)
        for path, name, colour, line, end in (
            (self.teacher_path, "teacher", BLUE, "-", "o"),
            (self.student_path, "student", VERMILLION, "--", "s"),
        ):
            points = path[:, pair] * sign
            ax.plot(*points.T, line, color=colour, label=name)
            ax.plot(*points[-1], end, color=colour)
        top, below = self.eigenvalues[pair]
        ax.set(
            xlabel=f"coefficient along λ = {top:.3g}",
            ylabel=f"coefficient along λ = {below:.3g}",
            title=f"Direction {direction} against {self.top}",
        )

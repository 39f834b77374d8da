"""The logit–logit plot: how sure a student is where its teacher is sure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen._indices import check_indices
from refgen._naming import naming
from refgen._pictures import BLUE, VERMILLION, check_axes, legend_below, new_axes
from refgen.arrays import as_floats, plain_array
from refgen.distillation._classifiers import (
    columns_of,
    common_classes,
    probabilities_of_pair,
)
from refgen.distillation._predictions import class_probabilities
from refgen.distillation.confidence import (
    CLIP,
    ConfidenceSlope,
    confidence_logits,
    confidence_slope,
)

_UNIT = 14.0  # points²; of a place with a single point
_LARGEST = 500.0  # points²; of the place where most points coincide
_MANY = 2000  # places, from which on a file of vectors holds markers as pixels


class ConfidenceDisplay:
    """Logits of a student against those of its teacher, with the line through them.

    Made by `from_predictions` or `from_estimator`; the arrays can also be given.

    Parameters
    ----------
    teacher_logits, student_logits : arrays of shape (n_points,)
        Logits of the class that the teacher predicts, as `confidence_logits` gives
        them.
    slope : ConfidenceSlope
        Of the same points.
    correct : boolean array of shape (n_points,), optional
        Whether the class that the teacher predicts is the true one.

    Attributes
    ----------
    figure_ : matplotlib Figure, after `plot`
    ax_ : matplotlib Axes, after `plot`

    Raises
    ------
    TypeError
        If the logits are not numeric, `slope` is no `ConfidenceSlope`, or `correct` is
        not boolean.
    ValueError
        If shapes differ.

    Notes
    -----
    Both axes have the same unit, so that a line that is steeper than the dashed one
    means a slope above 1: the student is surer than the teacher where the teacher is
    sure, or less sure where it is not. The band holds the lines through the mean of
    the points whose slopes are in the interval. Where points coincide, the area of the
    marker grows with the root of their number. Points with a probability of 0 or 1,
    which have no finite logit, are hollow and lie at the logit of `slope.clip`; the
    slope without them is given, too.

    Examples
    --------
    >>> display = ConfidenceDisplay.from_predictions([0.9, 0.4, 1.0], [0.8, 0.4, 0.9])
    >>> display.clipped.tolist(), round(display.slope.slope, 3)
    ([False, False, True], 0.051)
    """

    def __init__(
        self,
        teacher_logits: Any,
        student_logits: Any,
        slope: ConfidenceSlope,
        correct: Any = None,
    ) -> None:
        self.teacher_logits = as_floats("teacher_logits", teacher_logits, 1)
        self.student_logits = as_floats("student_logits", student_logits, 1)
        if not isinstance(slope, ConfidenceSlope):
            raise TypeError(
                "slope must be a ConfidenceSlope, as confidence_slope gives it, got "
                f"{type(slope).__name__}"
            )
        self.slope = slope
        self.correct = None if correct is None else _as_flags("correct", correct)
        shapes = [self.teacher_logits.shape, self.student_logits.shape]
        shapes += [] if self.correct is None else [self.correct.shape]
        if len(set(shapes)) > 1 or len(shapes[0]) != 1:
            raise ValueError(
                "teacher_logits, student_logits and correct must be 1-D and of one "
                f"length, got shapes {shapes}"
            )

    @classmethod
    def from_estimator(
        cls,
        teacher: Any,
        student: Any,
        X: Any,
        y: Any = None,
        *,
        confidence_level: float = 0.95,
        clip: float = CLIP,
        ax: Any = None,
    ) -> ConfidenceDisplay:
        """Ask two fitted classifiers for probabilities, and plot.

        Parameters
        ----------
        teacher, student : fitted classifiers with `predict_proba`
            Of the same classes.
        X : array or data frame of shape (n_points, n_features)
        y : array of shape (n_points,), optional
            True labels.
        confidence_level, clip : float
            As in `confidence_slope`.
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        TypeError
            If a classifier has no `predict_proba`.
        ValueError
            If the classes differ, or y has others.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> from sklearn.naive_bayes import GaussianNB
        >>> X, y = [[0.0], [1.0], [1.5], [2.0], [3.0]], ["a", "a", "b", "b", "b"]
        >>> teacher = GaussianNB().fit(X, y)
        >>> student = GaussianNB(priors=[0.5, 0.5]).fit(X, y)
        >>> display = ConfidenceDisplay.from_estimator(teacher, student, X, y)
        >>> round(display.slope.slope, 3)
        0.963
        """
        check_axes(ax)
        classes = common_classes(teacher, student)
        with naming("X"):
            proba = probabilities_of_pair(teacher, student, X)
        return cls.from_predictions(
            *proba,
            y=None if y is None else columns_of(y, classes),
            confidence_level=confidence_level,
            clip=clip,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        teacher_proba: Any,
        student_proba: Any,
        *,
        y: Any = None,
        confidence_level: float = 0.95,
        clip: float = CLIP,
        ax: Any = None,
    ) -> ConfidenceDisplay:
        """Plot the class probabilities of a student against its teacher's.

        Parameters
        ----------
        teacher_proba, student_proba : array of shape (n_points, n_classes)
            Class probabilities, or of the second of two classes alone, shape
            (n_points,).
        y : array of shape (n_points,), optional
            Columns of the true classes, from 0.
        confidence_level, clip : float
            As in `confidence_slope`.
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        ValueError
            As `confidence_slope`; or if y holds anything but columns.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> display = ConfidenceDisplay.from_predictions(
        ...     [0.9, 0.4, 0.8, 0.3], [0.95, 0.4, 0.9, 0.15], y=[1, 0, 0, 0]
        ... )
        >>> display.correct.tolist()
        [True, True, False, True]
        """
        check_axes(ax)
        slope = confidence_slope(
            teacher_proba, student_proba, confidence_level=confidence_level, clip=clip
        )
        logits = confidence_logits(teacher_proba, student_proba, clip)
        correct = None if y is None else _is_top(teacher_proba, y, slope)
        return cls(*logits, slope, correct).plot(ax)

    @property
    def clipped(self) -> np.ndarray:
        """Points with a probability that was moved away from 0 or 1, (n_points,)."""
        edge = np.log1p(-self.slope.clip) - np.log(self.slope.clip)
        furthest = np.maximum(abs(self.teacher_logits), abs(self.student_logits))
        return furthest >= edge * (1 - 1e-15)

    def plot(self, ax: Any = None) -> ConfidenceDisplay:
        """Draw the points, the line with its interval, and the line of equal logits.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> slope = confidence_slope([0.9, 0.4, 0.7], [0.8, 0.4, 0.6])
        >>> display = ConfidenceDisplay([2.2, 0.4, 0.8], [1.4, 0.4, 0.4], slope)
        >>> display.plot().ax_.get_aspect()
        1.0
        """
        self.ax_ = new_axes(ax, "ConfidenceDisplay", figsize=(5, 5.8))
        self.figure_ = self.ax_.figure
        self.ax_.axline(
            (0, 0),
            slope=1,
            color="0.45",
            linestyle="--",
            linewidth=1,
            label="student = teacher",
        )
        self._plot_line()
        sizes = self._plot_points()
        # Limits grow until a unit is as long on both axes.
        self.ax_.margins(0.07)
        self.ax_.set_aspect("equal", adjustable="datalim")
        self.ax_.set(
            xlabel="teacher's logit of the class that it predicts",
            ylabel="student's logit of the same class",
            title="How sure the student is, and its teacher",
        )
        legend_below(self.ax_, sizes, self._without_clipped(), color="0.6")
        return self

    def _without_clipped(self) -> str | None:
        """What the slope is where `clip` has no say."""
        found = self.slope
        if not found.n_clipped:
            return None
        other = found.unclipped_slope
        slope = "no slope" if other is None else f"slope {other:.2f}"
        return f"{slope} without the {found.n_clipped} clipped of {found.n_points}"

    def _plot_line(self) -> None:
        x, found = self.teacher_logits, self.slope
        ends = np.array([x.min(), x.mean(), x.max()])
        middle = found.intercept + found.slope * ends[1]
        label = f"slope {found.slope:.2f}, {found.confidence_level:.0%} interval "
        if np.isfinite(found.standard_error):
            away = ends - ends[1]
            low, high = middle + found.low * away, middle + found.high * away
            self.ax_.fill_between(
                ends, low, high, color="black", alpha=0.3, linewidth=0, zorder=3
            )
            label += f"[{found.low:.2f}, {found.high:.2f}]"
        else:
            label += "without ends"
        line = found.intercept + found.slope * ends
        self.ax_.plot(ends, line, color="black", linewidth=1.8, label=label, zorder=3)

    def _plot_points(self) -> dict[str, float]:
        """Draw the points; the sizes of markers to be explained."""
        groups = list(self._groups())
        most = max(counts.max() for _, _, counts, _ in groups)
        unit = min(_UNIT, _LARGEST / np.sqrt(most))
        n_places = sum(len(counts) for _, _, counts, _ in groups)
        for label, places, counts, look in groups:
            look["alpha"] = 0.4 if n_places > 200 else 0.8
            self.ax_.scatter(
                *places.T, unit * np.sqrt(counts), rasterized=n_places > _MANY, **look
            )
            name = f"{label} ({counts.sum()})"
            self.ax_.scatter([], [], 1.5 * _UNIT, label=name, **look)
        several = [1, 10, 100, 1000, 10000]
        return {
            f"{count} point{'s' * (count > 1)} at one place": unit * np.sqrt(count)
            for count in several
            if count <= most > 1
        }

    def _groups(self) -> Iterator[tuple[str, np.ndarray, np.ndarray, dict[str, Any]]]:
        """Label, places, numbers of points there, and looks of each kind of points."""
        points = np.stack([self.teacher_logits, self.student_logits], axis=1)
        kinds = [("points", np.full(len(points), True), BLUE, "o")]
        if self.correct is not None:
            kinds = [
                ("teacher right", self.correct, BLUE, "o"),
                ("teacher wrong", ~self.correct, VERMILLION, "^"),
            ]
        for label, chosen, colour, marker in kinds:
            for hollow, part in ((False, ~self.clipped), (True, self.clipped)):
                if (chosen & part).any():
                    places, counts = np.unique(
                        points[chosen & part], axis=0, return_counts=True
                    )
                    name = f"{label}, clipped" if hollow else label
                    colours = ("none", colour) if hollow else (colour, "none")
                    look = dict(zip(("facecolors", "edgecolors"), colours, strict=True))
                    yield name, places, counts, look | {"marker": marker}


def _as_flags(name: str, value: Any) -> np.ndarray:
    flags = plain_array(name, value)
    if flags.dtype.kind != "b":
        raise TypeError(f"{name} must hold True or False, got dtype {flags.dtype}")
    return flags


def _is_top(teacher_proba: Any, y: Any, slope: ConfidenceSlope) -> np.ndarray:
    """Whether the class that the teacher predicts is the true one."""
    truth = check_indices("y", y, slope.n_classes, 1)
    if truth.shape != (slope.n_points,):
        raise ValueError(
            f"y must have shape ({slope.n_points},), one class for each point, got "
            f"{truth.shape}"
        )
    return class_probabilities("teacher_proba", teacher_proba).argmax(axis=-1) == truth

"""Pictures of what a student keeps of its teacher in the eigenvectors of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._pictures import BLUE, VERMILLION, legend_below, panels_of
from refgen.arrays import as_floats
from refgen.distillation._checks import as_spectrum, as_times
from refgen.distillation.decomposition import DesignSpectrum
from refgen.distillation.filters import gradient_flow_filter

_SHARES = (0.01, 0.1, 0.5)  # in the legend of sizes
_MOST_TIMES = 10_000
_LARGEST_MARKER = 260  # points²; of a direction with all the variance
_RATIOS = (-0.6, 1.6)  # that are drawn; others lie at the edge


class EigenspaceDisplay:
    """Coefficients of teacher and student along top and bottom eigenvectors.

    Made by `from_design`, `from_predictions` or `from_estimator`; the arrays can also
    be given.

    Parameters
    ----------
    eigenvalues : array of shape (n_directions,)
        Of XᵀX/n, in any order; at least 0.
    teacher, student : arrays of shape (n_directions,) or (n_times, n_directions)
        Coefficients at the end of training, or along it: the last row is the end.
    top : int
        Direction against which the others are drawn; 0 has the largest eigenvalue.
    bottom : sequence of int, optional
        Directions that get a panel each; by default the middle one and the last one of
        those below `top` with an eigenvalue above rounding.

    Attributes
    ----------
    figure_ : matplotlib Figure, after `plot`
    axes_ : array of matplotlib Axes, after `plot`

    Raises
    ------
    TypeError
        If an array holds no real numbers, or a direction is no integer.
    ValueError
        If shapes do not fit, an eigenvalue is negative, or a direction does not exist.

    Notes
    -----
    Panels of trajectories are there if both have at least two times. Eigenvectors have
    no sign of their own: every direction is turned so that the teacher ends at a
    positive coefficient. A student that lies below its teacher in them has exaggerated
    the teacher's bias toward top directions (claim KD-2). The last panel has the
    student's coefficient as a part of the teacher's at the end of training. Left out
    are directions in which the teacher has none, such as null directions.

    Examples
    --------
    >>> display = EigenspaceDisplay([2.0, 1.0], [0.5, 0.25], [0.4, 0.1])
    >>> display.ratios.tolist()
    [0.8, 0.4]
    """

    def __init__(
        self,
        eigenvalues: Any,
        teacher: Any,
        student: Any,
        top: int = 0,
        bottom: Sequence[int] | None = None,
    ) -> None:
        spectrum = as_spectrum("eigenvalues", eigenvalues)
        if spectrum.ndim != 1:
            raise ValueError(
                "eigenvalues must have shape (n_directions,), got "
                f"{spectrum.shape}; give those of one design"
            )
        n_directions = len(spectrum)
        order = np.argsort(-spectrum, kind="stable")
        self.eigenvalues = spectrum[order]
        self.teacher = _as_path("teacher", teacher, n_directions)[:, order]
        self.student = _as_path("student", student, n_directions)[:, order]
        self.top = check_integer("top", top, 0, n_directions - 1)
        self.bottom = _checked_bottom(bottom, self.top, self.eigenvalues)

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
            is training to the end.
        top, bottom
            As above.
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
        n_times = check_integer("n_times", n_times, 2, _MOST_TIMES)
        ends = [
            _checked_time(name, time)
            for name, time in (
                ("teacher_time", teacher_time),
                ("student_time", student_time),
            )
        ]
        design = _checked_design(features, labels)
        teacher, student = (
            gradient_flow_filter(design.spectrum, _times(design.spectrum, end, n_times))
            for end in ends
        )
        path = teacher * design.limits
        display = cls(design.spectrum, path, student * path[-1], top, bottom)
        return display.plot(axes=ax)

    @property
    def ratios(self) -> np.ndarray:
        """Student's coefficient as a part of the teacher's, NaN where that is 0.

        Of shape (n_directions,), for falling eigenvalues.
        """
        ends = self.teacher[-1]
        drawn = (ends != 0) & (self.eigenvalues > 0)
        ratios = self.student[-1] / np.where(drawn, ends, 1.0)
        return np.where(drawn, ratios, np.nan)

    @property
    def shares(self) -> np.ndarray:
        """Share of each direction in the teacher's squared outputs, (n_directions,).

        This is λβ² over its sum; 0 if the teacher has no coefficients.
        """
        outputs = np.sqrt(self.eigenvalues) * np.abs(self.teacher[-1])
        squares = (outputs / (outputs.max() or 1.0)) ** 2
        return squares / (squares.sum() or 1.0)

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
        >>> times = np.linspace(0, 1, 20)[:, None]
        >>> path = 1 - np.exp(-times * np.array([4.0, 1.0]))
        >>> display = EigenspaceDisplay([4.0, 1.0], path, path * path[-1])
        >>> len(display.plot().axes_)
        2
        """
        moving = len(self.teacher) > 1 and len(self.student) > 1
        bottom = self.bottom if moving else ()
        self.axes_ = panels_of(axes, len(bottom) + 1, "EigenspaceDisplay")
        self.figure_ = self.axes_[0].figure
        for direction, ax in zip(bottom, self.axes_, strict=False):
            self._plot_trajectories(ax, direction)
        if bottom:
            legend_below(self.axes_[0])
        self._plot_ratios(self.axes_[-1])
        return self

    def _plot_trajectories(self, ax: Any, direction: int) -> None:
        pair = [self.top, direction]
        sign = np.where(self.teacher[-1, pair] < 0, -1.0, 1.0)
        for path, name, colour, line, end in (
            (self.teacher, "teacher", BLUE, "-", "o"),
            (self.student, "student", VERMILLION, "--", "s"),
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

    def _plot_ratios(self, ax: Any) -> None:
        ratios, shares = self.ratios, self.shares
        drawn = np.isfinite(ratios)
        low, high = _RATIOS
        ax.axhline(1, color="0.45", linestyle="--", linewidth=1, label="teacher (all)")
        for part, marker, name in (
            ((ratios >= low) & (ratios <= high), "s", "student"),
            (ratios > high, "^", f"above {high}"),
            (ratios < low, "v", f"below {low}"),
        ):
            if part.any():
                ax.scatter(
                    self.eigenvalues[part],
                    np.clip(ratios[part], low, high),
                    _sizes(shares[part]),
                    color=VERMILLION,
                    marker=marker,
                    alpha=0.7,
                    linewidths=0,
                    label=f"{name} ({part.sum()})",
                )
        left_out = len(ratios) - drawn.sum()
        ax.set(
            xscale="log",
            xlabel="eigenvalue λ",
            ylabel="student's coefficient / teacher's",
            title="End of training"
            + (f"; {left_out} without a teacher's" if left_out else ""),
        )
        sizes = {f"{s:.0%} of its outputs": _sizes(s) for s in _SHARES}
        legend_below(ax, sizes, color="0.6", marker="s")


def _sizes(shares: Any) -> Any:
    """Areas of markers; the root keeps small shares visible."""
    return np.maximum(_LARGEST_MARKER * np.sqrt(shares), 8.0)


def _as_path(name: str, value: Any, n_directions: int) -> np.ndarray:
    path = np.atleast_2d(as_floats(name, value, 1))
    if path.ndim != 2 or path.shape[1] != n_directions:
        raise ValueError(
            f"{name} must have shape (n_directions,) or (n_times, n_directions) with "
            f"{n_directions} directions, one per eigenvalue, got {np.shape(value)}"
        )
    return path


def _checked_bottom(
    bottom: Sequence[int] | None, top: int, eigenvalues: np.ndarray
) -> tuple[int, ...]:
    if bottom is None:
        rounding = len(eigenvalues) * np.finfo(float).eps * eigenvalues[0]
        below = range(top + 1, int((eigenvalues > rounding).sum()))
        return tuple(sorted({below[len(below) // 2], below[-1]})) if below else ()
    if isinstance(bottom, str) or not isinstance(bottom, Sequence | np.ndarray):
        raise TypeError(
            f"bottom must be a list of integers, got {type(bottom).__name__}"
        )
    listed = [check_integer("bottom", k, 0, len(eigenvalues) - 1) for k in bottom]
    if top in listed:
        raise ValueError(f"bottom must not hold top={top}; name other directions")
    return tuple(listed)


def _checked_time(name: str, value: Any) -> float:
    time = as_times(name, value)
    if time.ndim:
        raise ValueError(
            f"{name} must be a single number, got an array of shape {time.shape}"
        )
    return float(time)


def _checked_design(features: Any, labels: Any) -> DesignSpectrum:
    design = DesignSpectrum.from_design(features, labels)
    if design.spectrum.ndim != 1:
        raise ValueError(
            "features must have shape (n_points, n_features) and labels (n_points,), "
            f"got {np.shape(features)} and {np.shape(labels)}; draw one at a time"
        )
    return design


def _times(spectrum: np.ndarray, end: float, n_times: int) -> np.ndarray:
    """0, then times of equal ratios up to `end`; fast directions move early."""
    fastest = spectrum.max() or 1.0
    slowest = spectrum.min(where=spectrum > 0, initial=fastest)
    # From here on e^(−λt) is below 2⁻⁵³ everywhere, and training is at its end.
    last = 40 / slowest
    until = min(end, last)
    first = min(1e-3 / fastest, until / 2)
    if not first:
        return np.zeros(n_times)
    between = np.geomspace(first, until, n_times - 2)
    return np.concatenate([[0.0], between, [end if end < last else np.inf]])
